//! Rule files: read twice they are the same, and what is wrong has a place in the file.

use probity::alerting::rules::file::{Problem, Read, read};
use probity::alerting::template::AlertTemplate;
use probity::promql::{Dialect, parse_as};

use super::bend::Words;
use super::drive::{Target, run};

static RULES: Target = Target {
    name: "rules",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: None,
    check,
};

#[test]
fn rules() {
    run(&RULES);
}

/// Reads rules as the command does.
pub(crate) fn rules_of(text: &str, dialect: Dialect) -> Read {
    read(text, "rules.yml", dialect, &|template| {
        AlertTemplate::parse(template, "", dialect).map(drop).map_err(|error| error.to_string())
    })
}

/// Whether each problem says something, and of a place in the file.
pub(crate) fn placed<'a>(text: &str, problems: impl IntoIterator<Item = &'a Problem>) -> Result<(), String> {
    // A lone carriage return is a line's end in YAML.
    let lines = text.split(['\n', '\r']).count() + 1;
    let wrong = |it: &&Problem| it.message.is_empty() || it.line == 0 || it.line > lines || it.column == 0;
    match problems.into_iter().find(wrong) {
        Some(problem) => Err(format!("a problem of no place: {problem:?}")),
        None => Ok(()),
    }
}

fn check(text: &str) -> Result<bool, String> {
    let mut accepted = false;
    for dialect in [Dialect::V2, Dialect::V3] {
        let one = rules_of(text, dialect);
        if format!("{one:?}") != format!("{:?}", rules_of(text, dialect)) {
            return Err(format!("{dialect:?}: read differently the second time"));
        }
        placed(text, one.problems.iter().chain(&one.notes))?;
        for rule in one.rules.groups.iter().flat_map(|group| &group.rules) {
            let printed = rule.expr.to_string();
            let again = parse_as(&printed, dialect).map_err(|error| format!("{printed}: {error}"))?;
            if format!("{:?}", again.without_spans()) != format!("{:?}", rule.expr.without_spans()) {
                return Err(format!("{dialect:?}: {printed} is another expression"));
            }
        }
        accepted |= one.problems.is_empty() && !one.rules.groups.is_empty();
    }
    Ok(accepted)
}

const CORPUS: &[&str] = &[
    "groups:\n- name: a\n  interval: 1m\n  limit: 3\n  rules:\n  - record: a:b\n    expr: sum(up)\n    labels: {x: y}\n",
    "groups:\n- name: a\n  query_offset: 1m\n  labels: {team: t}\n  rules:\n  - alert: A\n    expr: up == 0\n    for: 5m\n    keep_firing_for: 1m\n    labels:\n      severity: page\n    annotations:\n      summary: '{{ $labels.job }} is down'\n",
    "groups:\n- name: a\n  rules: &r\n  - record: a\n    expr: >-\n      sum(up)\n      + 1\n- name: b\n  rules: *r\n",
    "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x}\nspec:\n  groups:\n  - name: a\n    rules:\n    - record: a\n      expr: 1\n---\nkind: List\nitems: []\n",
    "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n",
    "groups:\n- {name: \"a\", rules: [{record: b, expr: '1'}, {<<: {record: c}, expr: !!str 2}]}\n",
    "%YAML 1.1\n---\n? groups\n: - name: |\n     a\n    rules: ~\n...\n",
    "",
];

const WORDS: &[&str] = &[
    "groups:",
    "- ",
    "  ",
    "\n",
    "\n- ",
    ": ",
    "name: a",
    "rules:",
    "record: b",
    "alert: A",
    "expr: up",
    "expr: sum(",
    "for: 5m",
    "interval: 0s",
    "interval: 1000000000y",
    "limit: -1",
    "limit: 99999999999999999999",
    "labels:",
    "annotations:",
    "keep_firing_for: 1h",
    "query_offset: 1ms",
    "&a ",
    "*a",
    "*a, *a, *a, *a, *a, *a",
    "<<: *a",
    "!!binary ",
    "!!str ",
    "!!int ",
    "~",
    "null",
    "yes",
    "0x1f",
    "1e3",
    ".nan",
    "{",
    "}",
    "[",
    "]",
    "? ",
    "|",
    ">-",
    "|2",
    "'",
    "\"",
    "\"\\x\"",
    "\"\\u0000\"",
    "# ",
    "\t",
    "\r",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "kind: PrometheusRule",
    "spec:",
    "{{ $value }}",
    "{{ template \"x\" }}",
    "é",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{0}",
];

const AROUND: &[(&str, &str)] = &[
    ("[", "]"),
    ("{a: ", "}"),
    ("- ", ""),
    ("\"", "\""),
    ("? ", ""),
    ("(", ")"),
    ("", "\n- name: x\n  rules: []"),
    ("&a ", ""),
    ("a: &a\n ", ""),
    ("{{ if 1 }}", "{{ end }}"),
];
