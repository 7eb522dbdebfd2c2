//! Shares printed as percentages, and percentages as shares; seconds printed as milliseconds, and the other way about.

use super::Rule;
use super::annotated::{Annotated, Panel, alerts, panels, within};
use super::bounds::{Scale, scale};
use super::gotemplate::{Action, Word, actions};
use super::queries::{every, part, shown, what};
use crate::contract::yaml::Node;
use crate::promql::{Binary, BinaryOp, Expr, ExprKind};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::query::{Purpose, Query};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unit/percent",
        finds: "A share from 0 to 1 shown with a percent sign, and a percentage shown as if it were a share.",
        why: "0.07 % is nothing and 7 % is an outage; at night nobody computes.",
        wrong: "What is a share is taken from the expression, or from its metrics' names.",
        find: percents,
    },
    Rule {
        id: "unit/time",
        finds: "Seconds shown as milliseconds, or milliseconds as seconds.",
        why: "The number is a thousand times what it says.",
        wrong: "The unit is taken from the metrics' names.",
        find: times,
    },
];

fn percents(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for alert in alerts(corpus) {
        for (key, value) in alert.annotations {
            findings.extend(of_annotation(&alert, key, value));
        }
    }
    for panel in panels(corpus) {
        findings.extend(of_panel(&panel));
    }
    every(corpus, &mut |query| findings.extend(of_caption(query)));
}

fn of_annotation(alert: &Annotated<'_>, key: &Node, value: &Node) -> Option<Finding> {
    let query = alert.query?;
    let expr = query.parsed.as_ref().ok()?;
    let is = scale(expr)?;
    let actions = actions(value.text()?).ok()?;
    let key = key.text().unwrap_or_default();
    for action in actions.iter().filter(|action| prints_value(action)) {
        let humanized = action.words.contains(&Word::Name("humanizePercentage"));
        let sign = says_percent(action.after);
        let (wrong, next) = match (is, humanized, sign) {
            (Scale::Share, false, true) => (
                "prints a share from 0 to 1 with a percent sign: 0.07 for 7 %",
                "write `{{ $value | humanizePercentage }}` without a percent sign, or multiply the expression by 100",
            ),
            (Scale::Percent, true, _) => (
                "multiplies a percentage by 100 again: humanizePercentage takes a share from 0 to 1",
                "write `{{ $value | humanize }}%`, or take `* 100` out of the expression",
            ),
            (Scale::Share, true, true) if action.after.starts_with('%') => {
                ("prints the percent sign twice: humanizePercentage writes one", "take one out")
            }
            _ => continue,
        };
        let message = format!("`{key}` of the alert `{}` {wrong}", alert.name);
        let noted = Noted::new(&within(alert.snippet, value, action.whole), shown(value.text()?));
        return Some(
            Finding::new("unit/percent", Severity::Warning, message, noted)
                .also(part(query, expr))
                .next(next),
        );
    }
    None
}

fn prints_value(action: &Action<'_>) -> bool {
    let value =
        action.words.iter().any(|word| matches!(word, Word::Variable("$value") | Word::Field(".Value")));
    value && !matches!(action.words.first(), Some(Word::Name("if" | "with" | "range" | "else")))
}

fn says_percent(after: &str) -> bool {
    let after = after.trim_start().to_lowercase();
    let word = after.strip_prefix("percent").or_else(|| after.strip_prefix("per cent"));
    after.starts_with('%') || word.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
}

/// What a panel's unit means: Grafana's `percent` is 0 to 100, its `percentunit` 0 to 1.
fn of_panel(panel: &Panel<'_>) -> Vec<Finding> {
    let unit = panel.unit.and_then(Node::text).unwrap_or_default();
    let mut found = Vec::new();
    for (query, legend) in &panel.targets {
        let Ok(expr) = &query.parsed else { continue };
        let Some(is) = scale(expr) else { continue };
        let (node, wrong, next) = match (is, unit) {
            (Scale::Share, "percent") => (
                panel.unit,
                "shows a share from 0 to 1 in the unit `percent`, which is 0 to 100",
                "use the unit `percentunit`, or multiply by 100",
            ),
            (Scale::Percent, "percentunit") => (
                panel.unit,
                "shows a percentage in the unit `percentunit`, which is 0 to 1",
                "use the unit `percent`, or take `* 100` out",
            ),
            (Scale::Share, "" | "none" | "short") => {
                let mut signs = [*legend, panel.title].into_iter().flatten();
                let sign = signs.rfind(|node| node.text().is_some_and(says_in_percent));
                (
                    sign,
                    "is labelled in per cent and shows a share from 0 to 1",
                    "set the unit `percentunit`, or multiply by 100",
                )
            }
            _ => continue,
        };
        let Some(node) = node else { continue };
        let noted = Noted::new(&panel.snippet.node(node), node.text().unwrap_or_default());
        let message = format!("{} {wrong}", what(query));
        found.push(
            Finding::new("unit/percent", Severity::Warning, message, noted)
                .also(part(query, expr))
                .next(next),
        );
    }
    found
}

/// `Error rate (%)`; "99th percentile" is another thing.
fn says_in_percent(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !(c.is_alphanumeric() || c == '%')).collect();
    let sign = words.contains(&"%");
    sign || words.iter().any(|word| matches!(*word, "percent" | "percentage"))
}

fn of_caption(query: &Query) -> Option<Finding> {
    let Purpose::Shown(caption) = &query.purpose else { return None };
    let expr = query.parsed.as_ref().ok()?;
    if scale(expr)? != Scale::Share || !says_in_percent(caption) {
        return None;
    }
    let message = format!("{} gives a share from 0 to 1, not per cent", what(query));
    Some(
        Finding::new("unit/percent", Severity::Warning, message, part(query, expr))
            .next("multiply by 100, or say that it is a share"),
    )
}

/// Seconds or milliseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Time {
    Seconds,
    Millis,
}

impl Time {
    fn name(self) -> &'static str {
        if self == Self::Seconds { "seconds" } else { "milliseconds" }
    }
}

/// The time that an expression's values are in, where they are one.
fn time(expr: &Expr) -> Option<Time> {
    let expr = expr.unwrapped();
    match &expr.kind {
        ExprKind::Vector(selector) => by_name(selector.metric_name()?),
        ExprKind::Matrix(it) => by_name(it.selector.metric_name()?),
        ExprKind::Aggregation(it) => match it.op.name() {
            "avg" | "max" | "min" | "topk" | "bottomk" | "quantile" => time(&it.expr),
            _ => None,
        },
        ExprKind::Call(call) => match call.function.name {
            "histogram_quantile" => {
                let uses = call.args.get(1)?.selectors();
                by_name(uses.first()?.selector.metric_name()?.strip_suffix("_bucket")?)
            }
            "avg_over_time" | "max_over_time" | "min_over_time" | "last_over_time" => {
                time(call.args.first()?)
            }
            _ => None,
        },
        ExprKind::Binary(it) => time_of_binary(it),
        _ => None,
    }
}

fn by_name(name: &str) -> Option<Time> {
    if name.ends_with("_milliseconds") || name.ends_with("_ms") {
        return Some(Time::Millis);
    }
    name.ends_with("_seconds").then_some(Time::Seconds)
}

fn time_of_binary(it: &Binary) -> Option<Time> {
    let factor =
        |expr: &Expr| if let ExprKind::Number(number) = expr.unwrapped().kind { Some(number) } else { None };
    match (it.op, factor(&it.right), factor(&it.left)) {
        (BinaryOp::Mul, Some(1000.0), _) => (time(&it.left)? == Time::Seconds).then_some(Time::Millis),
        (BinaryOp::Mul, _, Some(1000.0)) => (time(&it.right)? == Time::Seconds).then_some(Time::Millis),
        (BinaryOp::Div, Some(1000.0), _) => (time(&it.left)? == Time::Millis).then_some(Time::Seconds),
        (BinaryOp::Div, None, None) => mean(it),
        (BinaryOp::And | BinaryOp::Unless, ..) => time(&it.left),
        (op, Some(_), _) if op.is_comparison() && !it.bool_modifier => time(&it.left),
        _ => None,
    }
}

/// `x_sum / x_count`
fn mean(it: &Binary) -> Option<Time> {
    let (left, right) = (it.left.selectors(), it.right.selectors());
    let sum = left.first()?.selector.metric_name()?.strip_suffix("_sum")?;
    let count = right.first()?.selector.metric_name()?.strip_suffix("_count")?;
    by_name(sum).filter(|_| sum == count)
}

fn times(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for alert in alerts(corpus) {
        let Some(query) = alert.query else { continue };
        let Some((expr, is)) = query.parsed.as_ref().ok().and_then(|expr| Some((expr, time(expr)?))) else {
            continue;
        };
        for (key, value) in alert.annotations {
            let text = value.text().unwrap_or_default();
            let Ok(actions) = actions(text) else { continue };
            let wrong = actions
                .iter()
                .filter(|action| prints_value(action))
                .find(|action| shown_as(action).is_some_and(|as_| as_ != is));
            let Some(action) = wrong else { continue };
            let as_ = if is == Time::Seconds { Time::Millis } else { Time::Seconds };
            let key = key.text().unwrap_or_default();
            let message =
                format!("`{key}` of the alert `{}` prints {} as {}", alert.name, is.name(), as_.name());
            let noted = Noted::new(&within(alert.snippet, value, action.whole), shown(text));
            let finding =
                Finding::new("unit/time", Severity::Warning, message, noted).also(part(query, expr));
            findings.push(finding.next(format!("name the unit that the expression has: {}", is.name())));
        }
    }
    for panel in panels(corpus) {
        let Some(unit) = panel.unit else { continue };
        let as_ = match unit.text() {
            Some("s") => Time::Seconds,
            Some("ms") => Time::Millis,
            _ => continue,
        };
        for (query, _) in &panel.targets {
            let Some((expr, is)) = query.parsed.as_ref().ok().and_then(|expr| Some((expr, time(expr)?)))
            else {
                continue;
            };
            if is != as_ {
                let message = format!("{} shows {} as {}", what(query), is.name(), as_.name());
                let noted = Noted::new(&panel.snippet.node(unit), unit.text().unwrap_or_default());
                let finding =
                    Finding::new("unit/time", Severity::Warning, message, noted).also(part(query, expr));
                findings.push(
                    finding.next(format!("set the unit `{}`", if is == Time::Seconds { "s" } else { "ms" })),
                );
            }
        }
    }
}

/// The unit that a template gives to the value.
fn shown_as(action: &Action<'_>) -> Option<Time> {
    if action.words.contains(&Word::Name("humanizeDuration")) {
        return Some(Time::Seconds);
    }
    let computed = action
        .words
        .iter()
        .any(|word| matches!(word, Word::Name(name) if !matches!(*name, "printf" | "humanize")));
    let after = action.after.trim_start();
    let word = after.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    match word {
        _ if computed => None,
        "ms" | "milliseconds" => Some(Time::Millis),
        "s" | "sec" | "seconds" => Some(Time::Seconds),
        _ => None,
    }
}
