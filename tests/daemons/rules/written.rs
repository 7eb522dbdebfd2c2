//! Rule files.

use std::fmt::Write as _;

use super::expressions::expression;
use crate::engines::Generation;
use crate::promql_promtool::Chance;

/// Rule files' texts and the names of their groups, in the order in which they must be evaluated: promtool leaves the
/// order of groups that are not listed to chance.
pub(super) struct RuleFiles {
    pub(super) texts: Vec<String>,
    pub(super) order: Vec<String>,
}

pub(super) fn rule_files(chance: &mut Chance, generation: Generation) -> RuleFiles {
    let mut made = RuleFiles { texts: Vec::new(), order: Vec::new() };
    let mut rules = 0;
    for file in 0..1 + chance.below(2) {
        let mut text = "groups:\n".to_owned();
        for group in 0..1 + chance.below(2) {
            let name = format!("f{file}g{group}");
            push(&mut text, &format!("- name: {name}\n"));
            group_settings(&mut text, chance, generation);
            push(&mut text, "  rules:\n");
            for _ in 0..1 + chance.below(4) {
                rule(&mut text, chance, rules);
                rules += 1;
            }
            made.order.push(name);
        }
        made.texts.push(text);
    }
    // Any order but that of the files.
    for place in (1..made.order.len()).rev() {
        made.order.swap(place, chance.below(place + 1));
    }
    made
}

fn push(text: &mut String, more: &str) {
    text.push_str(more);
}

fn group_settings(text: &mut String, chance: &mut Chance, generation: Generation) {
    if chance.one_in(4) {
        push(text, &format!("  interval: {}\n", chance.pick(&["15s", "3m"])));
    }
    if chance.one_in(8) {
        push(text, &format!("  limit: {}\n", 2 + chance.below(5)));
    }
    if generation == Generation::V3 && chance.one_in(6) {
        push(text, &format!("  query_offset: {}\n", chance.pick(&["30s", "1m", "90s", "0s"])));
    }
    if generation == Generation::V3 && chance.one_in(6) {
        push(
            text,
            chance.pick(&["  labels: {team: t}\n", "  labels: {a: all, team: t}\n", "  labels: {b: ''}\n"]),
        );
    }
}

fn rule(text: &mut String, chance: &mut Chance, number: usize) {
    let expr = quoted(&expression(chance));
    if chance.one_in(2) {
        write!(text, "  - record: r{}\n    expr: {expr}\n", chance.below(5))
            .expect("a string takes everything");
        let mut labels = Vec::new();
        // Without a label of its own, a rule may write what another writes, and promtool ends the test.
        if !chance.one_in(12) {
            labels.push(format!("rule: '{number}'"));
        }
        if chance.one_in(6) {
            labels.push(chance.pick(&["b: ''", "a: fixed", "c: '{{ $value }}'", "b: q"]).to_owned());
        }
        push(text, &format!("    labels: {{{}}}\n", labels.join(", ")));
        return;
    }
    let name = chance.below(4);
    write!(text, "  - alert: A{name}\n    expr: {expr}\n").expect("a string takes everything");
    if chance.one_in(2) {
        push(text, &format!("    for: {}\n", chance.pick(&["0s", "1m", "90s", "2m", "10s"])));
    }
    if chance.one_in(3) {
        push(text, &format!("    keep_firing_for: {}\n", chance.pick(&["1m", "3m", "50s", "7m"])));
    }
    let mut labels = Vec::new();
    if !chance.one_in(12) {
        labels.push(format!("rule: '{number}'"));
    }
    for _ in 0..chance.below(3) {
        let label = chance.pick(LABELS);
        let key = label.split(':').next().unwrap_or_default().to_owned();
        if !labels.iter().any(|known: &String| known.starts_with(&key)) {
            labels.push(label.to_owned());
        }
    }
    push(text, &format!("    labels: {{{}}}\n", labels.join(", ")));
    if !chance.one_in(3) {
        let (one, other) = (chance.pick(ANNOTATIONS), chance.pick(ANNOTATIONS));
        push(text, &format!("    annotations: {{one: '{one}', other: '{other}'}}\n"));
    }
}

/// What a query of a template yields is in an order left to chance.
const LABELS: &[&str] = &[
    "severity: page",
    "a: ''",
    "b: '{{ $labels.a }}'",
    "level: '{{ if gt $value 2.0 }}high{{ end }}'",
    "v: '{{ $value }}'",
    "cluster: '{{ $externalLabels.cluster }}'",
    "wrong: '{{ $labels.a | humanize }}'",
    "alertstate: mine",
    "n: '{{ $labels.alertname }}'",
    "q: '{{ with query \"max(m0)\" }}{{ . | first | value }}{{ end }}'",
];

const ANNOTATIONS: &[&str] = &[
    "",
    "plain",
    "{{ $labels.a }} is {{ $value | humanize }}",
    "{{ $externalURL }} {{ $externalLabels.cluster }}",
    "{{ printf \"%.3g\" $value }}",
    "{{ range query \"max by (a) (r0)\" | sortByLabel \"a\" }}{{ .Labels.a }}={{ .Value }} {{ end }}",
    "{{ query \"ALERTS\" | len }} alerts",
    "{{ $labels }}",
    "{{ .Value | humanizeDuration }}",
    "{{ template \"none\" }}",
];

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
