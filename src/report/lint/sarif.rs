use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::prove::{Finding, Lint, Noted, Place, Severity, rules};

/// The findings as SARIF 2.1.0, which code scanners read: each at its first place, with the others as related
/// locations. Paths are as they were given, so it is to be made where the repository's root is.
pub fn sarif(lint: &Lint) -> String {
    let used: BTreeSet<&str> = lint.findings.iter().map(|finding| finding.rule).collect();
    let described: Vec<Value> = used.iter().map(|id| rule(id)).collect();
    let order: Vec<&str> = used.into_iter().collect();
    let results: Vec<Value> = lint.findings.iter().map(|finding| result(finding, &order)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "probity", "version": env!("CARGO_PKG_VERSION"), "rules": described}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn rule(id: &str) -> Value {
    let known = rules::all().find(|rule| rule.id == id);
    let (finds, why) = known.map_or(("", ""), |rule| (rule.finds, rule.why));
    // What is found before any rule is asked (a contract that cannot be read) has no rule to describe it.
    let finds = if finds.is_empty() { id } else { finds };
    json!({"id": id, "shortDescription": {"text": finds}, "fullDescription": {"text": format!("{finds} {why}").trim()}})
}

fn result(finding: &Finding, order: &[&str]) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut text = finding.message.clone();
    if !finding.next.is_empty() {
        text.push_str(&format!("\n{}", finding.next));
    }
    let places = finding.places.split_first();
    let (first, others) = places.map_or((None, [].as_slice()), |(first, others)| (Some(first), others));
    let related: Vec<Value> = others
        .iter()
        .enumerate()
        .map(|(index, noted)| {
            let mut location = location(&noted.place);
            location["id"] = json!(index + 1);
            location["message"] = json!({"text": says(noted)});
            location
        })
        .collect();
    json!({
        "ruleId": finding.rule,
        "ruleIndex": order.iter().position(|id| *id == finding.rule),
        "level": level,
        "message": {"text": text},
        "locations": first.map(|noted| vec![location(&noted.place)]).unwrap_or_default(),
        "relatedLocations": related,
    })
}

/// A message must not be empty.
fn says(noted: &Noted) -> &str {
    if noted.says.is_empty() { "see here" } else { &noted.says }
}

fn location(place: &Place) -> Value {
    let mut region = json!({"startLine": place.line, "startColumn": place.column});
    if place.length > 0 {
        region["endColumn"] = json!(place.column + place.length);
    }
    json!({"physicalLocation": {"artifactLocation": {"uri": uri(&place.file)}, "region": region}})
}

/// A path as a relative reference: what has a meaning in URIs is written out.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
