//! Numbers that a comment or a sentence says again, wrongly.

use std::collections::BTreeSet;

use super::Rule;
use super::alert_rules::{Alert, alerts, bound, lasts, quantiles};
use super::amounts::{self, Amount, Unit, same};
use super::objectives::percentile;
use super::scrape::lines;
use crate::contract::yaml::Node;
use crate::promql::{Expr, ExprKind};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::query::Purpose;
use crate::prove::snippet::Kind;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "values/restated-wrong",
        finds: "A comment that gives another number than the line it stands on: `0.1  # 20%`.",
        why: "Readers believe the comment, the program the number.",
        wrong: "The comment may be about another number.",
        find: comments,
    },
    Rule {
        id: "alerts/text-differs",
        finds: "An alert whose text names another threshold, duration or percentile than its condition.",
        why: "At 3 a.m. the text is what is read.",
        wrong: "The text may name a number that only stands near the condition.",
        find: texts,
    },
    Rule {
        id: "query/percentile-differs",
        finds: "A query under a title that names another percentile.",
        why: "The graph shows less or more than it says.",
        wrong: "The title may be for several queries, of which one fits.",
        find: titles,
    },
];

fn comments(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for snippet in &corpus.snippets {
        if matches!(snippet.kind, Kind::Diagram | Kind::Promql | Kind::Logql | Kind::Json) {
            continue;
        }
        for (line, place) in snippet.lines() {
            let Some((code, comment)) = split(line) else { continue };
            if let Some(says) = restated(code, comment) {
                let message = format!("the comment says {says}, the line does not");
                let finding = Finding::new(
                    "values/restated-wrong",
                    Severity::Error,
                    message,
                    Noted::new(&place, line.trim()),
                );
                findings.push(finding.next("correct the number or the comment"));
            }
        }
    }
    for (page, _) in &corpus.pages {
        for (number, _) in lines(page) {
            let line = page.lines.line(number);
            if let Some(says) = in_brackets(line) {
                let message = format!("{says} are not the same");
                let place = page.lines.whole(number);
                let finding = Finding::new(
                    "values/restated-wrong",
                    Severity::Error,
                    message,
                    Noted::new(&place, line.trim()),
                );
                findings.push(finding.next("correct one of the two"));
            }
        }
    }
}

/// A line as code and the comment behind it.
fn split(line: &str) -> Option<(&str, &str)> {
    let at = line.find(" #").or_else(|| line.find(" // "))?;
    let code = line[..at].trim_end();
    let quotes = code.matches('"').count();
    (quotes.is_multiple_of(2) && !code.trim().is_empty())
        .then(|| (code, line[at..].trim_start_matches([' ', '#', '/'])))
}

/// What a comment says that its line does not: of a percentage, a duration or a size, where each has one number.
fn restated(code: &str, comment: &str) -> Option<String> {
    // These compare with another number instead of saying the same one.
    const OTHERS: [&str; 20] = [
        "default",
        "was ",
        "max",
        "min ",
        "minimum",
        "limit",
        "than",
        "up to",
        "instead",
        "before",
        "after",
        "within",
        "until",
        "last",
        "at least",
        "increase",
        "reduce",
        "or ",
        "e.g.",
        "recommend",
    ];
    let lower = comment.to_lowercase();
    if OTHERS.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let said = only_of_a_kind(comment)?;
    let written = amounts::only(code)?;
    let ok = match (said.unit, written.unit) {
        (Unit::Percent, Unit::Percent) | (Unit::Seconds, Unit::Seconds) => same(said.value, written.value),
        (Unit::Percent, Unit::Bare) => percent_of(written.value, said.value) || written.value > 100.0,
        (Unit::Seconds, Unit::Bare) => seconds_of(code, written.value, said.value),
        (Unit::Bytes, Unit::Bare) => {
            [1.0, 1.024, 1.048_576, 1.073_741_824].iter().any(|by| same(said.value * by, written.value))
                || written.value < 1024.0
        }
        _ => true,
    };
    (!ok).then(|| comment[said.at.clone()].to_owned())
}

/// The only amount with a unit, where no other number stands beside it.
fn only_of_a_kind(text: &str) -> Option<Amount> {
    amounts::only(text).filter(|amount| amount.unit != Unit::Bare)
}

fn percent_of(ratio: f64, percent: f64) -> bool {
    same(ratio * 100.0, percent) || same(ratio, percent) || same((1.0 - ratio) * 100.0, percent)
}

/// Whether a number can be so many seconds, by the unit in its name or by any unit if the name only says that it is a
/// time.
fn seconds_of(code: &str, value: f64, seconds: f64) -> bool {
    let lower = code.to_lowercase();
    let ends = |words: &[&str]| {
        let words_of = lower.split(|c: char| !c.is_alphanumeric());
        words_of.into_iter().any(|word| words.contains(&word))
            || words.iter().any(|word| word.len() > 3 && lower.contains(word))
    };
    let factor = if ends(&["ms", "millis", "milliseconds"]) {
        Some(0.001)
    } else if ends(&["s", "sec", "secs", "seconds"]) {
        Some(1.0)
    } else if ends(&["minutes", "mins"]) {
        Some(60.0)
    } else if ends(&["hours"]) {
        Some(3600.0)
    } else if ends(&["days"]) {
        Some(86_400.0)
    } else {
        None
    };
    if let Some(factor) = factor {
        return same(value * factor, seconds);
    }
    const TIMES: [&str; 10] = [
        "timeout",
        "interval",
        "delay",
        "period",
        "duration",
        "cooldown",
        "ttl",
        "window",
        "retention",
        "wait",
    ];
    let is_time = TIMES.iter().any(|word| lower.contains(word));
    !is_time || [0.001, 1.0, 60.0, 3600.0, 86_400.0, 1e-6].iter().any(|factor| same(value * factor, seconds))
}

/// "0.1 (20%)", "1.0 = 10%"
fn in_brackets(line: &str) -> Option<String> {
    let all = amounts::amounts(line);
    let wrong = all.windows(2).find(|pair| {
        let between = &line[pair[0].at.end..pair[1].at.start];
        let kinds = (pair[0].unit, pair[1].unit) == (Unit::Bare, Unit::Percent);
        let closed = line[pair[1].at.end..].starts_with([')', ',']) || line[pair[1].at.end..].is_empty();
        let again = (between == " (" || between == " = ") && closed;
        kinds && again && pair[0].value <= 1.0 && !percent_of(pair[0].value, pair[1].value)
    })?;
    Some(format!("{} and {}", &line[wrong[0].at.clone()], &line[wrong[1].at.clone()]))
}

fn texts(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for alert in alerts(corpus) {
        let annotations = alert.node.get("annotations").map(Node::entries).unwrap_or_default();
        for (_, node) in annotations {
            let Some(text) = node.text() else { continue };
            if let Some((message, noted)) = wrong_text(&alert, text, node) {
                let finding = Finding::new("alerts/text-differs", Severity::Error, message, noted);
                let condition = Noted::new(
                    &alert.threshold_place(),
                    alert.node.get("expr").and_then(Node::text).unwrap_or_default().trim(),
                );
                findings.push(finding.also(condition).next("make text and condition agree"));
            }
        }
    }
}

fn wrong_text(alert: &Alert<'_>, text: &str, node: &Node) -> Option<(String, Noted)> {
    let noted = Noted::new(&alert.snippet.node(node), text);
    let expr = alert.expr.as_ref()?;
    let quantiles = quantiles(expr);
    if let Some(named) = percentile(text).filter(|named| !quantiles.is_empty() && !fits(named, &quantiles)) {
        return Some((
            format!("the text of `{}` says {named}, the condition another percentile", alert.name),
            noted,
        ));
    }
    let mut times = times(alert, expr);
    // "No heartbeat for 10 minutes" is `time() - last_heartbeat > 600`.
    times.extend(alert.threshold().map(|it| it.value).filter(|_| !times.is_empty()));
    if let Some(value) =
        lasts(text).filter(|value| !times.is_empty() && !times.iter().any(|time| same(*time, *value)))
    {
        return Some((
            format!("the text of `{}` says for {value} s, the rule another time", alert.name),
            noted,
        ));
    }
    let threshold = alert.threshold()?;
    let (amount, _) = bound(text)?;
    let is_time = |value: f64| times.iter().any(|time| same(*time, value));
    let ok = match amount.unit {
        Unit::Percent => percent_of(threshold.value, amount.value),
        Unit::Seconds => {
            [1.0, 1000.0, 1.0 / 60.0, 1.0 / 3600.0, 1.0 / 86_400.0]
                .iter()
                .any(|by| same(amount.value * by, threshold.value))
                || is_time(amount.value)
        }
        Unit::Bytes => {
            [1.0, 1.024, 1.048_576, 1.073_741_824].iter().any(|by| same(amount.value * by, threshold.value))
                || threshold.value <= 1.0
        }
        Unit::Bare => same(amount.value, threshold.value),
    };
    let says = &text[amount.at.clone()];
    (!ok).then(|| {
        (format!("the text of `{}` says {says}, its condition {}", alert.name, threshold.value), noted)
    })
}

/// The durations of a rule: how long it waits, and its windows.
fn times(alert: &Alert<'_>, expr: &Expr) -> Vec<f64> {
    let mut times: Vec<f64> = alert.pending().map(|(value, _)| value).into_iter().collect();
    expr.walk(&mut |node, _| match &node.kind {
        ExprKind::Matrix(matrix) => times.push(matrix.range.seconds()),
        ExprKind::Subquery(subquery) => times.push(subquery.range.seconds()),
        _ => {}
    });
    times
}

fn fits(named: &str, quantiles: &[f64]) -> bool {
    let digits = named.trim_start_matches('P');
    let value: f64 = digits.parse().unwrap_or_default();
    // P999 is 99.9.
    let readings = [value / 100.0, value / 1000.0];
    quantiles.iter().any(|quantile| readings.iter().any(|reading| same(*quantile, *reading)))
}

fn titles(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for query in &corpus.queries {
        let (Purpose::Shown(title) | Purpose::Panel(title) | Purpose::Record(title)) = &query.purpose else {
            continue;
        };
        let Ok(expr) = &query.parsed else { continue };
        let quantiles = quantiles(expr);
        // "p50, p95, p99" and "median and p99" are titles of several queries.
        let lower = title.to_lowercase();
        let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '.'));
        let all: BTreeSet<String> = words.filter_map(percentile).collect();
        let several = all.len() > 1 || ["median", "mean", "average"].iter().any(|word| lower.contains(word));
        let Some(named) = percentile(title).filter(|_| !quantiles.is_empty() && !several) else { continue };
        if !fits(&named, &quantiles) {
            let shown: Vec<String> = quantiles.iter().map(f64::to_string).collect();
            let message =
                format!("the title says {named}, the query asks for the quantile {}", shown.join(", "));
            let noted = Noted::new(&query.whole(), format!("{title}: {}", query.text.trim()));
            let finding = Finding::new("query/percentile-differs", Severity::Error, message, noted);
            findings.push(finding.next("correct the title or the query"));
        }
    }
}
