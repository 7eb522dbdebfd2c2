//! Alerts as rule files and tables describe them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::amounts::{self, Amount, Unit};
use crate::contract::yaml::Node;
use crate::promql::{BinaryOp, Expr, ExprKind, parse};
use crate::prove::corpus::Corpus;
use crate::prove::place::Place;
use crate::prove::snippet::Snippet;

/// An alert of a rule file.
pub(super) struct Alert<'a> {
    pub(super) snippet: &'a Snippet,
    pub(super) name: &'a str,
    pub(super) node: &'a Node,
    pub(super) expr: Option<Expr>,
}

/// A comparison with a number: what an alert's condition is.
pub(super) struct Threshold<'e> {
    pub(super) left: &'e Expr,
    pub(super) op: BinaryOp,
    pub(super) value: f64,
}

/// What a table says of an alert.
pub(super) struct Listed {
    pub(super) system: Arc<str>,
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) path: Vec<String>,
    pub(super) severity: Option<String>,
    pub(super) threshold: Option<Amount>,
    /// As it stands there.
    pub(super) condition: String,
    pub(super) pending_s: Option<f64>,
}

/// Every alert of every rule file and manifest.
pub(super) fn alerts(corpus: &Corpus) -> Vec<Alert<'_>> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |_, node| {
                let name = node.get("alert").and_then(Node::text);
                if let Some((name, expr)) = name.zip(node.get("expr").and_then(Node::text)) {
                    found.push(Alert { snippet, name, node, expr: parse(expr.trim_end()).ok() });
                }
            });
        }
    }
    found
}

impl<'a> Alert<'a> {
    pub(super) fn threshold(&self) -> Option<Threshold<'_>> {
        threshold(self.expr.as_ref()?)
    }

    /// How long the condition must hold.
    pub(super) fn pending(&self) -> Option<(f64, &'a Node)> {
        let node = self.node.get("for")?;
        Some((amounts::seconds(node.text()?)?, node))
    }

    pub(super) fn severity(&self) -> Option<(&'a str, &'a Node)> {
        let node = self.node.get("labels")?.get("severity")?;
        Some((node.text()?, node))
    }

    /// The line of its condition that holds the number.
    pub(super) fn threshold_place(&self) -> Place {
        let Some(expr) = self.node.get("expr") else { return self.snippet.node(self.node) };
        let lines: Vec<&str> = self.snippet.text.lines().collect();
        let written =
            expr.text().unwrap_or_default().trim_end().lines().next_back().unwrap_or_default().trim();
        let from = expr.line.saturating_sub(1);
        let found = (from..(from + 20).min(lines.len()))
            .find(|at| !written.is_empty() && lines[*at].contains(written));
        match found {
            Some(at) => {
                let column = lines[at].find(written).map_or(1, |byte| lines[at][..byte].chars().count() + 1);
                self.snippet.place(at + 1, column, written.chars().count())
            }
            None => self.snippet.node(expr),
        }
    }
}

fn threshold(expr: &Expr) -> Option<Threshold<'_>> {
    let ExprKind::Binary(binary) = &expr.unwrapped().kind else { return None };
    if !binary.op.is_comparison() {
        return None;
    }
    if let Some(value) = constant(&binary.right) {
        return Some(Threshold { left: &binary.left, op: binary.op, value });
    }
    let turned = match binary.op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    };
    Some(Threshold { left: &binary.right, op: turned, value: constant(&binary.left)? })
}

/// The value of an expression of numbers: `2 * 1024 * 1024`.
fn constant(expr: &Expr) -> Option<f64> {
    match &expr.unwrapped().kind {
        ExprKind::Number(value) => Some(*value),
        ExprKind::Binary(binary) => {
            let (left, right) = (constant(&binary.left)?, constant(&binary.right)?);
            match binary.op {
                BinaryOp::Add => Some(left + right),
                BinaryOp::Sub => Some(left - right),
                BinaryOp::Mul => Some(left * right),
                BinaryOp::Div => Some(left / right),
                BinaryOp::Pow => Some(left.powf(right)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The quantiles that an expression asks for.
pub(super) fn quantiles(expr: &Expr) -> Vec<f64> {
    let mut found = Vec::new();
    expr.walk(&mut |node, _| match &node.kind {
        ExprKind::Call(call) if call.function.name == "histogram_quantile" => {
            found.extend(call.args.first().and_then(constant));
        }
        ExprKind::Vector(selector) => {
            let of_summary = selector.matchers.iter().find(|matcher| matcher.label == "quantile");
            found.extend(of_summary.and_then(|matcher| matcher.value.parse::<f64>().ok()));
        }
        _ => {}
    });
    found
}

/// What an expression measures, in words that do not depend on what a metric is called, how series are put together and
/// over which window: two alerts of one meaning have one signature. Quantiles are left out.
pub(super) fn signature(expr: &Expr, product: &str) -> String {
    let mut parts = Vec::new();
    expr.walk(&mut |node, above| match &node.kind {
        ExprKind::Call(call) => parts.push(call.function.name.to_owned()),
        ExprKind::Binary(binary) => parts.push(binary.op.name().to_owned()),
        ExprKind::Number(value) => {
            let of_quantile = above.last().is_some_and(|above| {
                matches!(&above.kind, ExprKind::Call(call) if call.function.name == "histogram_quantile")
            });
            parts.extend((!of_quantile).then(|| value.to_string()));
        }
        ExprKind::Vector(selector) => parts.push(series(selector, product)),
        // The selector of a matrix is no expression of its own.
        ExprKind::Matrix(matrix) => parts.push(series(&matrix.selector, product)),
        _ => {}
    });
    parts.join(" ")
}

fn series(selector: &crate::promql::VectorSelector, product: &str) -> String {
    let name = meaning(selector.metric_name().unwrap_or_default(), product);
    let matchers: BTreeSet<String> = selector
        .matchers
        .iter()
        .filter(|matcher| !matches!(&*matcher.label, "quantile" | "__name__" | "job"))
        .map(|matcher| {
            let label =
                if matches!(&*matcher.label, "code" | "status_code") { "status" } else { &matcher.label };
            format!("{label}{}{}", matcher.op.name(), matcher.value)
        })
        .collect();
    format!("{name}{matchers:?}")
}

/// A metric's name in words that mean the same: `shop_http_request_latency_seconds` is `requests duration seconds`.
pub(super) fn meaning(name: &str, product: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty() && *word != product);
    let same = words.filter_map(|word| {
        Some(match word {
            "http" | "server" | "api" => return None,
            "latency" => "duration",
            "request" => "requests",
            "error" | "failures" | "failed" => "errors",
            other => other,
        })
    });
    same.collect::<Vec<_>>().join(" ")
}

const SEVERITIES: [&str; 11] =
    ["critical", "warning", "info", "page", "ticket", "high", "medium", "low", "error", "major", "minor"];

/// Every alert that a table names alone in its row or cell.
pub(super) fn listed(corpus: &Corpus) -> Vec<Listed> {
    let mut found = Vec::new();
    for (page, system) in &corpus.pages {
        for table in &page.tables {
            let column = |words: &[&str]| {
                table.head.iter().position(|head| words.iter().any(|word| head.to_lowercase().contains(word)))
            };
            let Some(named) = column(&["alert"]) else { continue };
            let (severe, lasting) = (column(&["severity", "level"]), column(&["for", "duration", "pending"]));
            let condition = column(&["condition", "threshold", "trigger", "when", "expr", "fires"]);
            for row in &table.rows {
                let cell =
                    |at: Option<usize>| at.and_then(|at| row.cells.get(at)).map(|cell| cell.text.as_str());
                let Some(name) = row.cells.get(named) else { continue };
                let severity =
                    cell(severe).map(str::to_lowercase).filter(|it| SEVERITIES.contains(&it.as_str()));
                let condition = cell(condition).unwrap_or_default();
                let pending =
                    amounts::only(cell(lasting).unwrap_or_default()).filter(|it| it.unit == Unit::Seconds);
                for name_of in names(&name.codes, &name.text) {
                    found.push(Listed {
                        system: Arc::clone(system),
                        name: name_of,
                        place: name.place.clone(),
                        path: page.sections[table.section].path.clone(),
                        severity: severity.clone(),
                        threshold: bound(condition).map(|(amount, _)| amount),
                        condition: condition.to_owned(),
                        pending_s: pending.as_ref().map(|it| it.value).or_else(|| lasts(condition)),
                    });
                }
            }
        }
    }
    found
}

/// "- `SlowOrders`: wait above 3 s for 5 minutes (warning)", of alerts that a rule defines.
pub(super) fn items(corpus: &Corpus, known: &BTreeSet<String>) -> Vec<Listed> {
    let mut found = Vec::new();
    for (page, system) in &corpus.pages {
        for item in &page.items {
            let lead = item.codes.first().filter(|_| item.leads_with_code).or(item.bold.as_ref());
            let Some(name) = lead.map(|name| name.trim_end_matches(':')).filter(|name| known.contains(*name))
            else {
                continue;
            };
            let rest = item.text.split_once(name).map_or("", |(_, rest)| rest);
            let lower = rest.to_lowercase();
            let said = SEVERITIES
                .iter()
                .filter(|word| lower.split(|c: char| !c.is_alphabetic()).any(|it| it == **word));
            let said: Vec<&&str> = said.collect();
            found.push(Listed {
                system: Arc::clone(system),
                name: name.to_owned(),
                place: item.place.clone(),
                path: page.sections[item.section].path.clone(),
                severity: if let [only] = said.as_slice() { Some((**only).to_owned()) } else { None },
                threshold: bound(rest).map(|(amount, _)| amount),
                condition: item.text.clone(),
                pending_s: lasts(rest),
            });
        }
    }
    found
}

/// Names of alerts in a cell: `HighLatency`, as code or as the whole text.
fn names(codes: &[String], text: &str) -> Vec<String> {
    let is_name = |word: &&String| {
        word.len() > 3
            && word.chars().all(char::is_alphanumeric)
            && words(word).len() > 1
            && word.starts_with(char::is_uppercase)
    };
    if codes.is_empty() {
        return Some(text.trim().to_owned()).iter().filter(is_name).cloned().collect();
    }
    codes.iter().filter(is_name).cloned().collect()
}

/// The words of a name: `HighCPUUsage` is high, cpu, usage.
pub(super) fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        let after_small = at > 0 && (chars[at - 1].is_lowercase() || chars[at - 1].is_ascii_digit());
        let before_small = at > 0 && chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && (after_small || before_small) || words.is_empty() {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut() {
            last.extend(c.to_lowercase());
        }
    }
    words
}

/// The amount behind the first sign or word that compares, and that word.
pub(super) fn bound(text: &str) -> Option<(Amount, &'static str)> {
    const SIGNS: [&str; 15] = [
        ">=",
        "<=",
        ">",
        "<",
        "above ",
        "exceeds ",
        "exceeding ",
        "exceed ",
        "greater than ",
        "more than ",
        "higher than ",
        "below ",
        "less than ",
        "fewer than ",
        "lower than ",
    ];
    let lower = text.to_ascii_lowercase();
    let (at, sign) =
        SIGNS.iter().filter_map(|sign| Some((lower.find(sign)?, *sign))).min_by_key(|(at, _)| *at)?;
    let from = at + sign.len();
    let rest = &text[from..];
    let first = amounts::amounts(rest).into_iter().next()?;
    // The number must be what is compared with, not one that comes later in the sentence.
    let near = rest[..first.at.start].trim().trim_matches(['=', '~', '$', 'a', '`', '*']).is_empty();
    let at = first.at.start + from..first.at.end + from;
    near.then_some((Amount { at, ..first }, sign))
}

/// "for 5 minutes", "for more than 5m".
pub(super) fn lasts(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let rest = lower.split_once("for ")?.1;
    let rest = ["more than ", "at least ", "over "]
        .iter()
        .fold(rest, |rest, lead| rest.strip_prefix(lead).unwrap_or(rest));
    let first = amounts::amounts(rest).into_iter().next()?;
    (first.at.start == 0 && first.unit == Unit::Seconds).then_some(first.value)
}
