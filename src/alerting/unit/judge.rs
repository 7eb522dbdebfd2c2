//! Whether what was expected is what came.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::file::{AlertTest, Expected, ExpectedAlert, ExpectedSample, QueryTest, When};
use super::outcome::CaseOutcome;
use super::run::{ready, times};
use crate::alerting::rules::Firing;
use crate::promql::{Duration, Labels, Options, Query, Sample, Storage, Value, format_float};

/// How far two floats may be apart, in units in the last place. Prometheus computes on one machine what another wrote
/// down; transcendental functions differ that much between them.
const MOST_ULPS: u64 = 4;

/// A failure is told at no more than so many times of a range.
const MOST_TIMES: usize = 3;

/// A time as in unit-test files: `1h30m`.
pub(super) fn shown(at_ms: i64) -> String {
    Duration::from_millis(at_ms).to_string()
}

fn when(when: When) -> String {
    match when {
        When::At(at_ms) => format!("at {}", shown(at_ms)),
        When::Each { from_ms, to_ms, .. } => format!("from {} to {}", shown(from_ms), shown(to_ms)),
    }
}

/// Asks at every time at which something must hold; the first failures, and how many more there are.
fn at_all_times(times: impl Iterator<Item = i64>, mut ask: impl FnMut(i64) -> Option<String>) -> Vec<String> {
    let (mut failures, mut more) = (Vec::new(), 0);
    for at_ms in times {
        match ask(at_ms) {
            Some(failure) if failures.len() < MOST_TIMES => failures.push(failure),
            Some(_) => more += 1,
            None => {}
        }
    }
    if more > 0 {
        failures.push(format!("and at {more} more times"));
    }
    failures
}

/// Compares the alerts of a name that fire with those that should.
pub(super) fn judge_alerts<'a>(
    case: &AlertTest,
    every_ms: i64,
    firing: impl Fn(i64) -> Vec<&'a Firing>,
) -> CaseOutcome {
    let failures = at_all_times(times(case.when, every_ms), |at_ms| {
        let mut got: Vec<Shown<'_>> = firing(at_ms)
            .into_iter()
            .map(|alert| (alert.labels.iter().collect(), borrowed(&alert.annotations)))
            .collect();
        got.sort();
        let wanted = |alert: &'_ ExpectedAlert| (alert.labels.clone(), alert.annotations.clone());
        let mut expected: Vec<_> = case.exp_alerts.iter().map(wanted).collect();
        expected.sort();
        let same = got.len() == expected.len()
            && got
                .iter()
                .zip(&expected)
                .all(|(got, expected)| got.0 == borrowed(&expected.0) && got.1 == borrowed(&expected.1));
        if same {
            return None;
        }
        let expected: Vec<_> = expected.iter().map(|it| (borrowed(&it.0), borrowed(&it.1))).collect();
        Some(alerts_differ(at_ms, &case.alertname, &expected, &got))
    });
    let what = match case.exp_alerts.len() {
        0 => "does not fire".to_owned(),
        1 => "fires".to_owned(),
        count => format!("fires {count} times"),
    };
    let title = format!("alert {} {what} {}", case.alertname, when(case.when));
    CaseOutcome { title, line: case.place.line, failures }
}

fn borrowed(map: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    map.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

type Shown<'a> = (BTreeMap<&'a str, &'a str>, BTreeMap<&'a str, &'a str>);

fn alerts_differ(at_ms: i64, alert: &str, expected: &[Shown<'_>], got: &[Shown<'_>]) -> String {
    let mut text = format!("{alert} at {}\n", shown(at_ms));
    for (title, alerts, others) in [("expected", expected, got), ("got", got, expected)] {
        if alerts.is_empty() {
            let _ = writeln!(text, "  {title:8}  no alert fires");
        }
        for (labels, annotations) in alerts {
            let mark = if others.contains(&(labels.clone(), annotations.clone())) { ' ' } else { '!' };
            let _ = writeln!(text, "{mark} {title:8}  {}", pairs(labels));
            for (name, value) in annotations {
                let _ = writeln!(text, "              {name}: {value:?}");
            }
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn pairs(labels: &BTreeMap<&str, &str>) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// Asks an expression and compares what it yields, in a test that starts and evaluates rules so.
pub(super) fn judge_query(
    case: &QueryTest,
    (start_ms, every_ms): (i64, i64),
    storage: &Storage,
    options: &Options,
) -> CaseOutcome {
    let unusable = case.exp_samples.iter().filter_map(|sample| sample.labels.as_ref().err());
    let mut failures: Vec<String> = unusable.map(ToString::to_string).collect();
    if failures.is_empty() {
        match ready(&case.expr.text, options.dialect) {
            Ok(query) => {
                failures = at_all_times(times(case.when, every_ms), |at_ms| {
                    ask(case, &query, (start_ms, at_ms), storage, options)
                });
            }
            Err(message) => failures.push(format!("{}: {message}", case.expr.text)),
        }
    }
    let title =
        format!("{} yields {} {}", case.expr.text.trim(), counted(case.exp_samples.len()), when(case.when));
    CaseOutcome { title, line: case.place.line, failures }
}

fn counted(samples: usize) -> String {
    match samples {
        0 => "nothing".to_owned(),
        1 => "one sample".to_owned(),
        count => format!("{count} samples"),
    }
}

fn ask(
    case: &QueryTest,
    query: &Query,
    (start_ms, at_ms): (i64, i64),
    storage: &Storage,
    options: &Options,
) -> Option<String> {
    let at = shown(at_ms);
    let mut got: Vec<Sample> = match query.instant(storage, start_ms + at_ms, options) {
        Ok(Value::Vector(samples)) => samples,
        Ok(Value::Scalar(value)) => vec![Sample { labels: Labels::empty(), value }],
        Ok(_) => return Some(format!("at {at}: the expression yields neither a vector nor a number")),
        Err(error) => return Some(format!("at {at}: {error}")),
    };
    got.sort_by(|one, other| one.labels.cmp(&other.labels));
    let mut expected: Vec<(&Labels, &ExpectedSample)> =
        case.exp_samples.iter().filter_map(|sample| Some((sample.labels.as_ref().ok()?, sample))).collect();
    expected.sort_by(|one, other| one.0.cmp(other.0));
    let agrees = |got: &Sample, (labels, sample): &(&Labels, &ExpectedSample)| {
        got.labels == **labels && sample.value.takes(got.value, same)
    };
    if got.len() == expected.len() && got.iter().zip(&expected).all(|(got, expected)| agrees(got, expected)) {
        return None;
    }
    let mut text = format!("at {at}\n");
    for wanted in &expected {
        let mark = if got.iter().any(|got| agrees(got, wanted)) { ' ' } else { '!' };
        let _ = writeln!(text, "{mark} expected  {} {}", wanted.0, value(&wanted.1.value));
    }
    for sample in &got {
        let mark = if expected.iter().any(|wanted| agrees(sample, wanted)) { ' ' } else { '!' };
        let _ = writeln!(text, "{mark} got       {} {}", sample.labels, format_float(sample.value));
    }
    for (title, is_empty) in [("expected", expected.is_empty()), ("got     ", got.is_empty())] {
        if is_empty {
            let _ = writeln!(text, "  {title}  nothing");
        }
    }
    text.truncate(text.trim_end().len());
    Some(text)
}

fn value(expected: &Expected) -> String {
    match *expected {
        Expected::Exactly(value) => format_float(value),
        Expected::Near { value, tolerance } => format!("{} (within {tolerance} of it)", format_float(value)),
        Expected::Within { at_least, at_most } => {
            let least = at_least.map(|least| format!("at least {}", format_float(least)));
            let most = at_most.map(|most| format!("at most {}", format_float(most)));
            [least, most].into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    }
}

/// Whether two floats are the same but for the last few bits; NaN is NaN.
fn same(one: f64, other: f64) -> bool {
    if one == other || one.is_nan() && other.is_nan() {
        return true;
    }
    if !one.is_finite() || !other.is_finite() {
        return false;
    }
    // Floats of one sign are as far apart as their bits; the two zeros are one.
    let ordered = |value: f64| {
        let magnitude = i128::from(value.abs().to_bits());
        if value.is_sign_negative() { -magnitude } else { magnitude }
    };
    ordered(one).abs_diff(ordered(other)) <= u128::from(MOST_ULPS)
}
