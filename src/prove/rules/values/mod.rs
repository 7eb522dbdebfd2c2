//! Values that two places give differently: variables, ports, images, intervals, labels, thresholds, objectives.

use super::Rule;

mod alert_rules;
mod alert_values;
mod amounts;
mod assigned_prose;
mod assignments;
mod boxes;
mod budgets;
mod charts;
mod cluster_names;
mod compose;
mod credentials;
mod deployment;
mod hosts;
mod jobs;
mod metric_labels;
mod objectives;
mod port_values;
mod promises;
mod restated;
mod scrape;
mod selection;
mod servers;
mod tracing;
mod variables;

pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        variables::RULES,
        credentials::RULES,
        compose::RULES,
        port_values::RULES,
        servers::RULES,
        scrape::RULES,
        deployment::RULES,
        selection::RULES,
        cluster_names::RULES,
        tracing::RULES,
        metric_labels::RULES,
        alert_values::RULES,
        objectives::RULES,
        budgets::RULES,
        restated::RULES,
    ]
    .into_iter()
    .flatten()
}
