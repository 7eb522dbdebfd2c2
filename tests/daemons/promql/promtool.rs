//! promtool as an engine: series in its own notation, and what it says that expressions yield.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use probity::promql::{Dialect, ExprKind, Labels, Sample, Value, is_stale, parse_as};

use super::compare::Answer;
use super::queries::Query;
use super::series::{Given, REGULAR_END_MS};
use crate::daemon::folder;
use crate::engines::Generation;

/// The interval of [`super::series::regular`].
const INTERVAL_MS: i64 = 30_000;

/// What promtool makes of each query at its own time, which no other has. None when this machine has no promtool.
pub(crate) fn evaluate(generation: Generation, series: &[Given], queries: &[Query]) -> Option<Vec<Answer>> {
    let program = generation.find("promtool")?;
    let folder = folder(&format!("promtool-{generation:?}"));
    fs::write(folder.join("test.yml"), test_file(series, queries)).expect("a file can be written");
    let output = Command::new(program).args(["test", "rules", "test.yml"]).current_dir(&folder).output();
    let output = output.expect("it told its version a moment ago");
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("got:"), "promtool did not read the file: {said}");
    let answers = answers(&said, generation);
    // Who yields nothing was expected to, and is not named.
    let nothing = || Answer::Gave(Value::Vector(Vec::new()));
    Some(
        queries
            .iter()
            .map(|query| answers.get(&time(query.when.0)).cloned().unwrap_or_else(nothing))
            .collect(),
    )
}

/// Every expression is expected to yield nothing: what it does yield is then told in full.
fn test_file(series: &[Given], queries: &[Query]) -> String {
    let mut file = "evaluation_interval: 1m\ntests:\n- interval: 30s\n  input_series:\n".to_owned();
    for one in series {
        writeln!(file, "  - series: {}\n    values: {}", yaml(&one.labels.to_string()), yaml(&notation(one)))
            .expect("a string takes everything");
    }
    // The first loads all samples: promtool loads no more than the time that it is asked for needs.
    let end = time(2 * REGULAR_END_MS);
    write!(file, "  promql_expr_test:\n  - expr: nothing\n    eval_time: {end}\n")
        .expect("a string takes everything");
    for query in queries {
        let (expr, at) = (yaml(&query.text), time(query.when.0));
        write!(file, "  - expr: {expr}\n    eval_time: {at}\n").expect("a string takes everything");
    }
    file
}

fn notation(series: &Given) -> String {
    let end = series.samples.last().map_or(0, |(at, _)| at / INTERVAL_MS + 1);
    let mut places = vec!["_".to_owned(); end as usize];
    for (at, value) in &series.samples {
        places[(at / INTERVAL_MS) as usize] = match *value {
            value if is_stale(value) => "stale".to_owned(),
            value if value.is_infinite() => if value > 0.0 { "Inf" } else { "-Inf" }.to_owned(),
            value => format!("{value:e}"),
        };
    }
    places.join(" ")
}

/// Text in double quotes, in which JSON and YAML agree.
fn yaml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A time as promtool prints it: `1h2m3s4ms`.
fn time(ms: i64) -> String {
    let parts = [(ms / 3_600_000, "h"), (ms / 60_000 % 60, "m"), (ms / 1000 % 60, "s"), (ms % 1000, "ms")];
    let text: String =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Answers by the time that they were asked for.
fn answers(said: &str, generation: Generation) -> BTreeMap<String, Answer> {
    let mut answers = BTreeMap::new();
    let mut now = None;
    for line in said.lines() {
        let line = line.trim_start();
        if let Some(got) = line.strip_prefix("got: ") {
            let at: String = now.take().expect("promtool names the expression first");
            answers.insert(at, Answer::Gave(Value::Vector(samples(got, generation.dialect()))));
        } else if line.starts_with("expr: ") {
            let (at, rest) = match line.rsplit_once(", err: ") {
                Some((head, why)) => (head.rsplit_once("time: "), Some(why)),
                None => (line.rsplit_once("time: "), None),
            };
            let at = at.expect("promtool tells the time").1.trim_end_matches(',').to_owned();
            match rest {
                Some(why) => drop(answers.insert(at, Answer::Failed(why.to_owned()))),
                None => now = Some(at),
            }
        }
    }
    answers
}

/// What promtool prints as `got`: `{__name__="up", job="api"} 1E+00, {} 2E+00`.
pub(crate) fn samples(mut got: &str, dialect: Dialect) -> Vec<Sample> {
    let mut samples = Vec::new();
    while let Some((labels, rest)) = past_labels(got) {
        let (value, rest) = rest.split_once(", ").unwrap_or((rest, ""));
        let value = value.trim().parse().expect("a value's text is a number");
        samples.push(Sample { labels: read(labels, dialect), value });
        got = rest;
    }
    samples
}

/// Up to the brace that closes the labels, whose values may hold braces.
fn past_labels(got: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in got.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '}' if !quoted => return Some(got.split_at(at + 1)),
            _ => {}
        }
    }
    None
}

/// Labels as a selector tells them.
fn read(labels: &str, dialect: Dialect) -> Labels {
    if labels == "{}" {
        return Labels::empty();
    }
    match parse_as(labels, dialect).map(|expr| expr.kind) {
        Ok(ExprKind::Vector(selector)) => {
            let name = selector.name.iter().map(|name| ("__name__", name.text.as_str()));
            let rest = selector.matchers.iter().map(|it| (it.label.as_str(), it.value.as_str()));
            Labels::new(name.chain(rest))
        }
        other => panic!("{labels} are no labels: {other:?}"),
    }
}
