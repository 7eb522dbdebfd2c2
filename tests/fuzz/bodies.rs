//! Bodies that are posted to the embedded Alertmanager: alerts and silences.

use probity::alerting::alertmanager::Release;
use probity::stack::embedded::alertmanager::api::posted::{Refused, alerts, silence};

use super::bend::Words;
use super::drive::{Target, run};

static BODIES: Target = Target {
    name: "bodies",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: None,
    check,
};

#[test]
fn bodies() {
    run(&BODIES);
}

/// The same twice, a refusal with a status and words, and no fault found in the form of what another reader takes.
fn check(text: &str) -> Result<bool, String> {
    let sound = serde_json::from_str::<serde_json::Value>(text).is_ok();
    let mut accepted = false;
    for release in [Release::V0_25, Release::V0_33] {
        let (one, other) = (alerts(text.as_bytes(), release), silence(text.as_bytes(), release));
        if one != alerts(text.as_bytes(), release) || other != silence(text.as_bytes(), release) {
            return Err(format!("{release:?}: read differently the second time"));
        }
        accepted |= one.is_ok() || other.is_ok();
        let refusals = [one.err(), other.err()];
        for Refused { status, code, message } in refusals.into_iter().flatten() {
            let known = matches!((status, code), (400, 400) | (422, 601 | 602 | 612));
            if !known || message.is_empty() {
                return Err(format!("{release:?}: {status} {code} {message:?}"));
            }
            if sound
                && ["invalid character", "unexpected EOF", "invalid escape"]
                    .iter()
                    .any(|w| message.contains(w))
            {
                return Err(format!("{release:?}: {message}, but it is JSON"));
            }
        }
    }
    Ok(accepted)
}

const CORPUS: &[&str] = &[
    r#"[{"labels":{"alertname":"Down","instance":"a:9090"},"annotations":{"summary":"a \"b\" \u00e9\ud83d\ude00"},"startsAt":"2026-01-01T00:00:00.123Z","endsAt":"2026-01-02T00:00:00+01:00","generatorURL":"http://prometheus:9090/graph?g0.expr=up&g0.tab=1"}]"#,
    r#"[{"labels":{"a":null,"b":""},"startsAt":null,"endsAt":"","generatorURL":""},{"Labels":{"x":"y"},"unknown":[1,-0.5e+3,true,false,{}]}]"#,
    r#"{"id":"11111111-1111-1111-1111-111111111111","matchers":[{"name":"a","value":"b|c","isRegex":true,"isEqual":false}],"startsAt":"2026-01-01T00:00:00Z","endsAt":"2026-01-01 01:00:00","createdBy":"me","comment":"why"}"#,
    r#"{"matchers":[],"startsAt":"2026-01-01T00:00","endsAt":"2026-01-01","createdBy":"","comment":""}"#,
    "[]",
    "null",
    "  ",
    "5",
    r#"["\x"]"#,
];

const WORDS: &[&str] = &[
    "null",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    "\\udc00",
    "\"labels\":",
    "\"annotations\":",
    "\"startsAt\":",
    "\"endsAt\":",
    "\"generatorURL\":",
    "\"matchers\":",
    "\"isRegex\":",
    "\"isEqual\":",
    "\"name\":",
    "\"value\":",
    "true",
    "-",
    "1e",
    "0",
    "9999-12-31T23:59:59.999999999Z",
    "0001-01-01T00:00:00Z",
    "2026-02-30",
    "T24:00:00",
    "+24:59",
    "é",
    "\u{2028}",
    "http://[::1]:80/%41",
    "%",
    "@",
    "//",
];

const AROUND: &[(&str, &str)] =
    &[("[", "]"), ("{", "}"), ("\"", "\""), ("{\"labels\":", "}"), ("[[[[[[[[", "]]]]]]]]")];
