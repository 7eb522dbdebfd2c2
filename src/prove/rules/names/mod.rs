//! What things are called, what lists hold, where notifications and links lead, and what prose promises.

use super::Rule;

mod alerts;
mod boards;
mod dashboards;
mod diagrams;
mod exporters;
mod links;
mod matchers;
mod metric_names;
mod metrics;
mod monitors;
mod panels;
mod prose;
mod roles;
mod routing;
mod signal;
mod span_lists;
mod spans;
mod templates;
mod tools;
mod topics;
mod webhooks;
mod words;

pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        metric_names::RULES,
        spans::RULES,
        dashboards::RULES,
        panels::RULES,
        routing::RULES,
        templates::RULES,
        matchers::RULES,
        tools::RULES,
        prose::RULES,
        topics::RULES,
        monitors::RULES,
        webhooks::RULES,
        exporters::RULES,
        links::RULES,
        diagrams::RULES,
    ]
    .into_iter()
    .flatten()
}
