//! Configurations of Alertmanager: read twice they are the same, what is wrong has a place in the file, and what is
//! accepted prints and is read again.

use probity::alerting::alertmanager::Release;
use probity::alerting::alertmanager::config::{Route, read};
use probity::alerting::alertmanager::routes::{id, key, numbered};
use probity::alerting::matchers::{Matchers, parse};

use super::bend::Words;
use super::drive::{Target, run};
use super::rules::placed;

static ALERTMANAGER: Target = Target {
    name: "alertmanager",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: None,
    check,
};

#[test]
fn alertmanager() {
    run(&ALERTMANAGER);
}

fn check(text: &str) -> Result<bool, String> {
    let mut accepted = false;
    for release in [Release::V0_25, Release::V0_33] {
        let one = read(text, "alertmanager.yml", release);
        if format!("{one:?}") != format!("{:?}", read(text, "alertmanager.yml", release)) {
            return Err(format!("{release:?}: read differently the second time"));
        }
        placed(text, one.problems.iter().chain(&one.notes))?;
        let Some(config) = one.config else {
            if one.problems.is_empty() {
                return Err(format!("{release:?}: refused without a reason"));
            }
            continue;
        };
        accepted = true;
        let routes = numbered(&config.route);
        for route in &routes {
            again(&route.route.matchers, release)?;
            sound(route.route)?;
            if !id(&config.route, route.number).starts_with("{}")
                || !key(&config.route, route.number).starts_with("{}")
            {
                return Err(format!("{release:?}: the route {} has no key", route.number));
            }
        }
        for rule in &config.inhibit_rules {
            again(&rule.source, release)?;
            again(&rule.target, release)?;
        }
        for interval in config.intervals.values().flatten() {
            // Only that it comes to an answer, near the ends of time too.
            let _ = [i64::MIN, -1, 0, 1_764_072_000_000, i64::MAX].map(|at| interval.contains(at));
        }
    }
    Ok(accepted)
}

fn sound(route: &Route) -> Result<(), String> {
    let positive = route.group_interval_ms > 0 && route.repeat_interval_ms > 0 && route.group_wait_ms >= 0;
    // Less than a millisecond is none.
    let sound = positive && !route.receiver.is_empty() && route.group_by.is_sorted();
    if sound { Ok(()) } else { Err(format!("an unsound route: {route:?}")) }
}

/// Conditions print to what is read as the same ones; a name that is no text has no words of its own.
fn again(matchers: &Matchers, release: Release) -> Result<(), String> {
    if matchers.0.iter().any(|matcher| matcher.name.is_empty()) {
        return Ok(());
    }
    let printed = matchers.to_string();
    match parse(&printed, release) {
        Ok(again) if again == *matchers => Ok(()),
        other => Err(format!("{release:?}: {printed} is read as {other:?}")),
    }
}

const CORPUS: &[&str] = &[
    "route: {receiver: a}\nreceivers: [{name: a}]\n",
    "global:\n  resolve_timeout: 5m\n  slack_api_url: http://a\nroute:\n  receiver: a\n  group_by: [a, b]\n  routes:\n  - matchers: [a=b, 'c=~\"d|e\"']\n    continue: true\n    group_wait: 1s\n    routes:\n    - match: {a: b}\n      match_re: {c: d.*}\n      receiver: b\nreceivers:\n- name: a\n  slack_configs:\n  - channel: '#a'\n    fields: [{title: a, value: b, short: true}]\n- name: b\n  webhook_configs:\n  - url: http://b\n    send_resolved: false\n",
    "route: {receiver: a, routes: [{mute_time_intervals: [x], active_time_intervals: [y]}]}\nreceivers: [{name: a}]\ntime_intervals:\n- name: x\n  time_intervals:\n  - weekdays: ['monday:friday']\n    times: [{start_time: '09:00', end_time: '17:00'}]\n    location: Europe/Berlin\nmute_time_intervals:\n- name: y\n  time_intervals: [{days_of_month: ['-3:-1'], months: ['may:june'], years: [2026]}]\n",
    "route: {receiver: a}\nreceivers:\n- name: a\n  pagerduty_configs: [{routing_key: a, details: {a: b}, images: [{src: a}]}]\ninhibit_rules:\n- source_matchers: ['severity=\"critical\"']\n  target_match: {severity: warning}\n  equal: [alertname]\n",
    "route: &r {receiver: a, group_by: ['...']}\nreceivers:\n- name: a\n  email_configs: [{to: a, from: b, smarthost: 'c:25', headers: {X: y}}]\ntemplates: ['*.tmpl']\n",
    "",
];

const WORDS: &[&str] = &[
    "route:",
    "receivers:",
    "global:",
    "receiver: a",
    "name: a",
    "- ",
    "  ",
    "\n",
    ": ",
    "routes:",
    "continue: true",
    "matchers:",
    "match: {a: b}",
    "match_re: {a: '('}",
    "'a=~\"(\"'",
    "a=\"b\\\"\"",
    "'\"é b\"=\"\\u00e9\"'",
    "'\"\"=a'",
    "a!~b",
    "{a=b",
    "group_by: [a]",
    "'...'",
    "group_wait: 0s",
    "repeat_interval: 1000000000y",
    "resolve_timeout: 1ms",
    "time_intervals:",
    "weekdays: ['sunday:monday']",
    "days_of_month: ['1:-1']",
    "days_of_month: ['9223372036854775807']",
    "years: ['-1:99999']",
    "start_time: '24:00'",
    "location: Europe/Berlin",
    "webhook_configs:",
    "slack_configs:",
    "url: http://a",
    "url: '{{'",
    "http_config:",
    "api_url: <secret>",
    "timeout: 1.5h",
    "timeout: 9999999999999999999999h",
    "inhibit_rules:",
    "equal: [a]",
    "templates: ['[']",
    "&a ",
    "*a",
    "<<: *a",
    "!!str ",
    "~",
    "yes",
    "{",
    "}",
    "[",
    "]",
    "'",
    "\"",
    "|",
    "---\n",
    "é",
    "\u{feff}",
    "\u{0}",
];

const AROUND: &[(&str, &str)] = &[
    ("[", "]"),
    ("{a: ", "}"),
    ("- ", ""),
    ("'", "'"),
    ("\"", "\""),
    ("{", "}"),
    ("&a ", ""),
    ("routes:\n  - ", ""),
    ("{{ if 1 }}", "{{ end }}"),
];
