//! Files of tests for rule files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::compare::{Got, Key};
use super::expressions::expression;
use super::written::{RuleFiles, rule_files};
use crate::engines::Generation;
use crate::promql_promtool::Chance;

/// What is looked at, and when.
struct Case {
    key: Key,
    at_ms: i64,
}

struct Test {
    head: String,
    cases: Vec<Case>,
}

struct TestFile {
    name: String,
    head: String,
    tests: Vec<Test>,
}

/// Some rule files and the test files about them.
pub(crate) struct Bundle {
    rules: RuleFiles,
    files: Vec<TestFile>,
    number: usize,
}

/// What a test file expects.
pub(crate) enum Expect<'a> {
    /// Nothing anywhere, so that everything is told.
    Nothing,
    /// What came, by file and case.
    What(&'a BTreeMap<(String, Key), Got>),
}

impl Bundle {
    pub(crate) fn new(chance: &mut Chance, generation: Generation, number: usize) -> Bundle {
        let rules = rule_files(chance, generation);
        // Two files about the same rules share what they evaluate.
        let files = (0..1 + usize::from(chance.one_in(3)))
            .map(|file| test_file(chance, generation, &rules, number, file))
            .collect();
        Bundle { rules, files, number }
    }

    /// The names of the test files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    pub(crate) fn write(&self, folder: &Path, expect: &Expect<'_>) {
        for (place, text) in self.rules.texts.iter().enumerate() {
            fs::write(folder.join(format!("b{}-rules{place}.yml", self.number)), text)
                .expect("a file can be written");
        }
        for file in &self.files {
            let mut text = file.head.clone();
            for test in &file.tests {
                text.push_str(&test.head);
                cases(&mut text, &file.name, &test.cases, expect);
            }
            fs::write(folder.join(&file.name), text).expect("a file can be written");
        }
    }
}

fn test_file(
    chance: &mut Chance,
    generation: Generation,
    rules: &RuleFiles,
    number: usize,
    file: usize,
) -> TestFile {
    let every = [30, 60, 60, 45, 17][chance.below(5)];
    let mut head = "rule_files:\n".to_owned();
    for place in 0..rules.texts.len() {
        writeln!(head, "- b{number}-rules{place}.yml").expect("a string takes everything");
    }
    writeln!(head, "evaluation_interval: {every}s\ngroup_eval_order: [{}]", rules.order.join(", "))
        .expect("a string takes everything");
    if generation == Generation::V3 && chance.one_in(4) {
        head.push_str("fuzzy_compare: true\n");
    }
    head.push_str("tests:\n");
    let mut tests: Vec<Test> = Vec::new();
    let mut used = Vec::new();
    for place in 0..1 + chance.below(3) {
        let shared = tests.last().filter(|_| chance.one_in(3)).map(|test| test.head.clone());
        let head = shared.unwrap_or_else(|| test_head(chance));
        let cases = some_cases(chance, every * 1000, place, &mut used);
        tests.push(Test { head, cases });
    }
    TestFile { name: format!("b{number}-test{file}.yml"), head, tests }
}

fn test_head(chance: &mut Chance) -> String {
    let interval = chance.pick(&["15s", "30s", "1m", "45s", "2m"]);
    let mut head = format!("- interval: {interval}\n");
    if chance.one_in(3) {
        head.push_str("  external_labels: {cluster: c1}\n");
    }
    if chance.one_in(4) {
        head.push_str("  external_url: http://ext.example/base\n");
    }
    head.push_str("  input_series:\n");
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..2 + chance.below(7) {
        let metric =
            if chance.one_in(14) { format!("r{}", chance.below(5)) } else { format!("m{}", chance.below(4)) };
        let (a, b) = (chance.pick(&["x", "y", "z"]), chance.pick(&["", "", "p", "q"]));
        let b = if b.is_empty() { String::new() } else { format!(",b=\"{b}\"") };
        let series = format!("{metric}{{a=\"{a}\"{b}}}");
        if !seen.contains(&series) {
            writeln!(head, "  - series: '{series}'\n    values: '{}'", values(chance))
                .expect("a string takes everything");
            seen.push(series);
        }
    }
    head
}

fn values(chance: &mut Chance) -> String {
    let parts = (0..2 + chance.below(5)).map(|_| {
        let number = chance.below(6);
        match chance.below(12) {
            0..=2 => format!("{number}"),
            3..=5 => format!("{number}+{}x{}", chance.below(3), 1 + chance.below(9)),
            6 => format!("{}-1x{}", number + 3, 1 + chance.below(6)),
            7 => format!("_x{}", 1 + chance.below(6)),
            8 => "_".to_owned(),
            9 => "stale".to_owned(),
            10 => chance.pick(&["NaN", "Inf", "-Inf", "0.25"]).to_owned(),
            _ => format!("{number}x{}", 2 + chance.below(12)),
        }
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// Times are distinct for one alert in all tests of a file: promtool does not say whose failure it tells.
fn some_cases(chance: &mut Chance, every_ms: i64, place: usize, used: &mut Vec<Key>) -> Vec<Case> {
    let mut cases = Vec::new();
    let steps = 4 + chance.below(20);
    for _ in 0..2 + chance.below(5) {
        let mut at_ms = every_ms * chance.below(steps) as i64;
        if chance.one_in(3) {
            at_ms += chance.below(every_ms as usize - 50) as i64;
        }
        // In the first test also on the very step.
        at_ms += place as i64;
        let name = format!("A{}", chance.below(4));
        let key = Key::Alert(name, at_ms);
        if !used.contains(&key) {
            used.push(key.clone());
            cases.push(Case { key, at_ms });
        }
    }
    for ask in 0..2 + chance.below(4) {
        let text = if ask < 2 { "{__name__=~\".+\"}".to_owned() } else { expression(chance) };
        let at_ms = every_ms * chance.below(steps + 2) as i64 + [0, 0, 1, 7_000][chance.below(4)];
        let key = Key::Query(format!("{text} # {}", used.len()));
        used.push(key.clone());
        cases.push(Case { key, at_ms });
    }
    cases
}

fn cases(text: &mut String, file: &str, cases: &[Case], expect: &Expect<'_>) {
    let mut alerts = "  alert_rule_test:\n".to_owned();
    let mut queries = "  promql_expr_test:\n".to_owned();
    for case in cases {
        let nothing = Got::default();
        let got = match expect {
            Expect::Nothing => &nothing,
            Expect::What(known) => known.get(&(file.to_owned(), case.key.clone())).unwrap_or(&nothing),
        };
        let at = format!("{}ms", case.at_ms);
        match &case.key {
            Key::Alert(name, _) => {
                write!(alerts, "  - eval_time: {at}\n    alertname: {name}\n    exp_alerts:\n")
                    .expect("a string");
                for (labels, annotations) in &got.alerts {
                    let labels = pairs(labels.iter().filter(|(name, _)| name.as_str() != "alertname"));
                    let annotations = pairs(annotations.iter());
                    write!(alerts, "    - exp_labels: {labels}\n      exp_annotations: {annotations}\n")
                        .expect("a string");
                }
            }
            Key::Query(expr) => {
                let expr = format!("{expr:?}");
                write!(queries, "  - eval_time: {at}\n    expr: {expr}\n    exp_samples:\n")
                    .expect("a string");
                for (labels, bits) in &got.samples {
                    let labels = selector(labels);
                    write!(
                        queries,
                        "    - labels: '{labels}'\n      value: {}\n",
                        number(f64::from_bits(*bits))
                    )
                    .expect("a string");
                }
            }
        }
    }
    text.push_str(&alerts);
    text.push_str(&queries);
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}: {value:?}")).collect();
    format!("{{{}}}", pairs.join(", "))
}

fn selector(labels: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", pairs.join(",")).replace('\'', "''")
}

fn number(value: f64) -> String {
    match value {
        _ if value.is_nan() => ".nan".to_owned(),
        f64::INFINITY => ".inf".to_owned(),
        f64::NEG_INFINITY => "-.inf".to_owned(),
        _ => format!("{value:e}"),
    }
}
