//! What came with 3: how metrics may be called, and how scrapes may be answered.

use super::file::Reader;
use super::global::Global;
use crate::alerting::Place;
use crate::alerting::yaml::Fields;

/// How a scrape may be answered.
const PROTOCOLS: &[&str] = &[
    "OpenMetricsText0.0.1",
    "OpenMetricsText1.0.0",
    "PrometheusProto",
    "PrometheusText0.0.4",
    "PrometheusText1.0.0",
];
const VALIDATIONS: &[&str] = &["utf8", "legacy"];
const ESCAPINGS: &[&str] = &["allow-utf-8", "underscores", "dots", "values"];
const VALIDATION: &str = "metric_name_validation_scheme";
const ESCAPING: &str = "metric_name_escaping_scheme";

/// What a section says of names, each with its place; empty where it says nothing.
#[derive(Default)]
pub(super) struct Names {
    pub(super) validation: (String, Place),
    escaping: (String, Place),
}

impl<'a> Reader<'a> {
    pub(super) fn names(&mut self, fields: &Fields<'_, 'a>) -> Names {
        let mut said = |key| (self.text(fields, key), Self::place(fields, key, Place::default()));
        Names { validation: said(VALIDATION), escaping: said(ESCAPING) }
    }

    /// Checks what a job says, and what it takes from the global section: without jobs nobody looks there.
    pub(super) fn job_names(&mut self, fields: &Fields<'_, 'a>, global: &Global) {
        let own = self.names(fields);
        for names in [&global.names, &own] {
            self.known(VALIDATION, &names.validation, VALIDATIONS);
            self.known(ESCAPING, &names.escaping, ESCAPINGS);
        }
        let said = |it: &(String, Place)| (!it.0.is_empty()).then(|| it.clone());
        let legacy = global.names.validation.0 == "legacy";
        let default = if legacy { "underscores" } else { "allow-utf-8" };
        let validation = said(&own.validation).or_else(|| said(&global.names.validation));
        let escaping = said(&own.escaping).or_else(|| said(&global.names.escaping));
        let (escaping, place) = escaping.unwrap_or((default.to_owned(), own.validation.1));
        if escaping == "allow-utf-8" && validation.is_some_and(|(validation, _)| validation == "legacy") {
            let message = format!("`{ESCAPING}: allow-utf-8` together with `{VALIDATION}: legacy`");
            self.refuse(place, message, &ESCAPINGS[1..]);
        }
    }

    fn known(&mut self, key: &str, (text, place): &(String, Place), known: &[&str]) {
        if !text.is_empty() && !known.contains(&text.as_str()) {
            self.refuse(*place, format!("`{key}` cannot be `{text}`"), known);
        }
    }

    pub(super) fn protocols(&mut self, fields: &Fields<'_, 'a>) {
        let key = "fallback_scrape_protocol";
        let fallback = (self.text(fields, key), Self::place(fields, key, Place::default()));
        self.known(key, &fallback, PROTOCOLS);
        let Some(node) = fields.get("scrape_protocols") else { return };
        let items = self.decoder.items(node, &"`scrape_protocols`");
        if items.is_empty() {
            self.refuse(node.target_place(), "`scrape_protocols` is empty", PROTOCOLS);
        }
        let mut seen = Vec::new();
        for item in items {
            let text = self.decoder.text(item, &"an entry of `scrape_protocols`").unwrap_or_default();
            let place = item.target_place();
            if !PROTOCOLS.contains(&text) {
                self.refuse(place, format!("unknown protocol `{text}`"), PROTOCOLS);
            } else if seen.contains(&text) {
                self.decoder.complain(place, format!("`{text}` stands there already"));
            }
            seen.push(text);
        }
    }
}
