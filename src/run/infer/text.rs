use std::fmt::Write as _;

use serde_json::Value;

use super::candidates::Candidate;

/// The order in which keys are written; others follow by name.
const ORDER: [&str; 14] = [
    "id", "level", "source", "promise", "heading", "quote", "name", "type", "metric", "ledger", "labels",
    "job", "port", "path",
];

/// A value as YAML on one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<(&String, &Value)> =
                map.iter().filter(|(_, value)| !is_empty(value)).collect();
            let place = |key: &str| ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len());
            pairs.sort_by(|(a, _), (b, _)| (place(a), a).cmp(&(place(b), b)));
            let pairs: Vec<String> =
                pairs.into_iter().map(|(key, value)| format!("{}: {}", text(key), flow(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(string) => text(string),
        other => other.to_string(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Null => true,
        _ => false,
    }
}

/// Plain where no reader of YAML can take it for anything else, else in double quotes, as in JSON.
fn text(string: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | ' ' | '.' | '(' | ')');
    let safe = string.chars().all(plain)
        && string.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/')
        && !string.ends_with(' ')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .iter()
            .any(|word| string.eq_ignore_ascii_case(word));
    if safe { string.to_owned() } else { Value::from(string).to_string() }
}

/// The longest quote: what a service says of a metric may be a page.
const LONGEST_QUOTE: usize = 100;

/// One clause on one line of a contract.
pub(super) fn clause(candidate: &Candidate) -> String {
    let mut quote: String = candidate.quote.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = quote.char_indices().nth(LONGEST_QUOTE) {
        quote.truncate(cut);
    }
    let value = serde_json::json!({
        "id": candidate.id,
        "level": "may",
        "source": {"heading": "metrics", "quote": quote},
        "promise": candidate.promise,
    });
    format!("  - {}\n", flow(&value))
}

/// What a contract begins with.
pub(super) fn contract_head(name: &str, document: &str, note: &str) -> String {
    format!(
        "# What {name} promises, as `probity init` read it off the running service and tried it out. Every clause is\n\
         # `may`: a finding against it is reported and fails nothing. Raise what you rely on to `must`.\n\
         {note}contract: {}\n\
         document: {}\n\
         clauses:\n",
        text(name),
        text(document)
    )
}

/// A scenario that drives what a browser would find harmless.
#[derive(Clone, Debug)]
pub(super) struct ScenarioText<'a> {
    pub(super) name: &'a str,
    pub(super) contract_file: &'a str,
    pub(super) target: &'a str,
    pub(super) metrics: &'a [String],
    pub(super) shared: bool,
    /// Paths, each with the status that it was answered with.
    pub(super) paths: &'a [(String, u16)],
    pub(super) steady_s: u64,
    pub(super) quiet_s: u64,
    pub(super) settle_s: u64,
}

impl ScenarioText<'_> {
    pub(super) fn write(&self) -> String {
        let mut out = String::new();
        let Self { name, contract_file, target, steady_s, quiet_s, settle_s, .. } = self;
        let metrics: Vec<Value> = self.metrics.iter().map(|url| Value::from(url.as_str())).collect();
        let _ = writeln!(out, "# Drives {name} and judges what its metrics say of it.");
        let _ = writeln!(
            out,
            "scenario: {}\ncontracts: [{}]\nscope: [\"*\"]\ntarget:",
            text(name),
            text(contract_file)
        );
        let _ = writeln!(out, "  url: {target}\n  metrics: {}", flow(&Value::from(metrics)));
        if self.shared {
            let _ = writeln!(
                out,
                "  # It counted more than was sent: others use it too, so counts are lower bounds."
            );
            let _ = writeln!(out, "  traffic: shared");
        }
        let _ = writeln!(out, "scrape_interval: 5s\nsettle: {settle_s}s\npersonas:");
        let _ =
            writeln!(out, "  - name: visitor\n    # Put the requests of your own service here.\n    steps:");
        for (path, status) in self.paths {
            let expect =
                if (200..300).contains(status) { String::new() } else { format!(", expect: {status}") };
            let _ = writeln!(out, "      - {{request: {}{expect}}}", text(&format!("GET {path}")));
        }
        let _ = writeln!(out, "phases:\n  - {{name: steady, for: {steady_s}s, load: {{rate: 2/s}}}}");
        let _ = writeln!(out, "  - {{name: quiet, for: {quiet_s}s}}");
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::contract::Contract;

    proptest! {
        #[test]
        fn whatever_a_service_says_of_a_metric_is_read_back(quote in any::<String>(), meaning in "\\PC{0,20}") {
            let promise = json!({"metric": {"name": "a_total", "type": "counter", "meaning": meaning}});
            let candidate =
                Candidate { id: "metric.a-total".to_owned(), quote: format!("q{quote}"), promise, group: None };
            let text = format!("{}{}", contract_head("shop", "http://127.0.0.1:1/metrics", ""), clause(&candidate));
            let contract = Contract::parse(&text, "shop.contract.yaml");
            let contract = contract.map_err(|problems| TestCaseError::fail(format!("{problems:?}\n{text}")))?;
            let words: Vec<&str> = candidate.quote.split_whitespace().collect();
            let expected: String = words.join(" ").chars().take(LONGEST_QUOTE).collect();
            prop_assert_eq!(&contract.clauses[0].source.quote, &expected);
            prop_assert_eq!(text.lines().count(), 6);
        }
    }

    #[test]
    fn words_that_yaml_takes_for_something_else_are_quoted() {
        for word in [
            "true",
            "No",
            "1.5",
            "5s",
            "- a",
            "a: b",
            "a #b",
            "",
            "~",
            "null",
            "{a}",
            "2026-01-01",
            "a ",
            "*",
        ] {
            assert_eq!(text(word), serde_json::Value::from(word).to_string());
        }
        for word in ["GET /metrics", "prometheus_http_requests_total", "/api/v1", "Counter of HTTP requests."]
        {
            assert_eq!(text(word), word);
        }
        assert_eq!(
            flow(&json!({"b": [], "name": "x", "id": 3, "a": {"c": ["1"]}})),
            "{id: 3, name: x, a: {c: [\"1\"]}}"
        );
    }
}
