//! Queries, templates, commands and code in documents and deployed files.

use super::Rule;

mod annotated;
mod bodies;
mod bounds;
mod commands;
mod conditions;
mod counters;
mod curl;
mod endpoints;
mod fences;
mod gotemplate;
mod helm;
mod hosts;
mod interfaces;
mod labels;
mod logql;
mod logs;
mod packages;
mod percents;
mod ports;
mod python;
mod queries;
mod redis;
mod scripts;
mod shell;
mod sources;
mod templates;

pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        queries::RULES,
        conditions::RULES,
        counters::RULES,
        labels::RULES,
        logs::RULES,
        templates::RULES,
        percents::RULES,
        endpoints::RULES,
        bodies::RULES,
        commands::RULES,
        helm::RULES,
        hosts::RULES,
        redis::RULES,
        scripts::RULES,
        fences::RULES,
    ]
    .into_iter()
    .flatten()
}
