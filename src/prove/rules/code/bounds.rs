//! What values an expression can have, as far as that follows from the expression alone.

use crate::promql::{AggregationOp, Binary, BinaryOp, Expr, ExprKind, Grouping, Sign, VectorSelector};

/// Series that are 0 or 1 by definition.
const ZERO_OR_ONE: [&str; 12] = [
    "up",
    "probe_success",
    "pg_up",
    "redis_up",
    "mysql_up",
    "mongodb_up",
    "rabbitmq_up",
    "kafka_up",
    "nginx_up",
    "haproxy_up",
    "probe_http_ssl",
    "kube_pod_status_phase",
];

/// A closed interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// What a number says of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// 0 to 1.
    Share,
    /// 0 to 100.
    Percent,
}

impl Bounds {
    const fn of(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The bounds of an operation that is monotonic in each of its two arguments.
    fn corners(self, other: Self, of: fn(f64, f64) -> f64) -> Option<Self> {
        let all = [
            of(self.low, other.low),
            of(self.low, other.high),
            of(self.high, other.low),
            of(self.high, other.high),
        ];
        let known = all.iter().all(|value| !value.is_nan());
        known.then(|| {
            Self::of(
                all.iter().copied().fold(f64::INFINITY, f64::min),
                all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            )
        })
    }
}

/// Between what values every sample of an expression lies; none where nothing is known.
pub(super) fn bounds(expr: &Expr) -> Option<Bounds> {
    let expr = expr.unwrapped();
    match &expr.kind {
        ExprKind::Number(number) => Some(Bounds::of(*number, *number)),
        ExprKind::Vector(selector) => zero_or_one(selector),
        ExprKind::Matrix(it) => zero_or_one(&it.selector),
        ExprKind::Unary(it) => {
            let inner = bounds(&it.expr)?;
            Some(if it.sign == Sign::Minus { Bounds::of(-inner.high, -inner.low) } else { inner })
        }
        ExprKind::Aggregation(it) => match it.op {
            AggregationOp::Count => Some(Bounds::of(1.0, f64::INFINITY)),
            AggregationOp::Group => Some(Bounds::of(1.0, 1.0)),
            AggregationOp::Avg
            | AggregationOp::Min
            | AggregationOp::Max
            | AggregationOp::Topk
            | AggregationOp::Bottomk
            | AggregationOp::Quantile => bounds(&it.expr),
            _ => None,
        },
        ExprKind::Call(call) => match call.function.name {
            "absent" | "absent_over_time" | "present_over_time" => Some(Bounds::of(1.0, 1.0)),
            "rate" | "irate" | "increase" | "abs" => Some(Bounds::of(0.0, f64::INFINITY)),
            "count_over_time" => Some(Bounds::of(1.0, f64::INFINITY)),
            "avg_over_time" | "min_over_time" | "max_over_time" | "last_over_time" => {
                bounds(call.args.first()?)
            }
            "quantile_over_time" => bounds(call.args.get(1)?),
            _ => None,
        },
        ExprKind::Binary(it) => of_binary(it),
        _ => None,
    }
}

fn zero_or_one(selector: &VectorSelector) -> Option<Bounds> {
    selector.metric_name().filter(|name| ZERO_OR_ONE.contains(name)).map(|_| Bounds::of(0.0, 1.0))
}

fn of_binary(it: &Binary) -> Option<Bounds> {
    if is_share(it) {
        return Some(Bounds::of(0.0, 1.0));
    }
    if it.op.is_comparison() && it.bool_modifier {
        return Some(Bounds::of(0.0, 1.0));
    }
    match it.op {
        BinaryOp::And | BinaryOp::Unless => return bounds(&it.left),
        _ if it.op.is_comparison() => return bounds(&it.left),
        _ => {}
    }
    let (left, right) = (bounds(&it.left)?, bounds(&it.right)?);
    match it.op {
        BinaryOp::Add => left.corners(right, |a, b| a + b),
        BinaryOp::Sub => left.corners(right, |a, b| a - b),
        BinaryOp::Mul => left.corners(right, |a, b| a * b),
        BinaryOp::Div if right.low > 0.0 => left.corners(right, |a, b| a / b),
        BinaryOp::Or => Some(Bounds::of(left.low.min(right.low), left.high.max(right.high))),
        _ => None,
    }
}

/// Whether it divides a part by its whole: the same series with more conditions, or a term by a sum with that term.
pub(super) fn is_share(it: &Binary) -> bool {
    it.op == BinaryOp::Div && addends(&it.right).into_iter().any(|whole| narrows(&it.left, whole))
}

fn addends(expr: &Expr) -> Vec<&Expr> {
    let expr = expr.unwrapped();
    match &expr.kind {
        ExprKind::Binary(it) if it.op == BinaryOp::Add => {
            addends(&it.left).into_iter().chain(addends(&it.right)).collect()
        }
        _ => vec![expr],
    }
}

/// Whether one reads some of what the other reads, in the same way.
fn narrows(part: &Expr, whole: &Expr) -> bool {
    match (&part.unwrapped().kind, &whole.unwrapped().kind) {
        (ExprKind::Aggregation(a), ExprKind::Aggregation(b)) => {
            a.op == b.op
                && matches!(a.op, AggregationOp::Sum | AggregationOp::Count)
                && (same_labels(a.grouping.as_ref(), b.grouping.as_ref()) || b.grouping.is_none())
                && narrows(&a.expr, &b.expr)
        }
        (ExprKind::Call(a), ExprKind::Call(b)) => {
            a.function.name == b.function.name
                && a.args.len() == b.args.len()
                && a.args.iter().zip(&b.args).all(|(a, b)| narrows(a, b))
        }
        (ExprKind::Matrix(a), ExprKind::Matrix(b)) => a.range == b.range && chooses(&a.selector, &b.selector),
        (ExprKind::Vector(a), ExprKind::Vector(b)) => chooses(a, b),
        // What is counted may be a condition: `count(up == 1) / count(up)`.
        (ExprKind::Binary(a), _) if a.op.is_comparison() && !a.bool_modifier => narrows(&a.left, whole),
        (ExprKind::Number(a), ExprKind::Number(b)) => a == b,
        _ => false,
    }
}

fn same_labels(one: Option<&Grouping>, other: Option<&Grouping>) -> bool {
    let named = |grouping: &Grouping| {
        let mut names: Vec<String> = grouping.labels.iter().map(|label| label.name.clone()).collect();
        names.sort();
        (grouping.without, names)
    };
    one.map(named) == other.map(named)
}

fn chooses(part: &VectorSelector, whole: &VectorSelector) -> bool {
    let shifted =
        |selector: &VectorSelector| (selector.offset.map(|it| it.by), selector.at.map(|it| it.when));
    part.metric_name().is_some()
        && part.metric_name() == whole.metric_name()
        && shifted(part) == shifted(whole)
        && whole.matchers.iter().all(|wanted| {
            part.matchers
                .iter()
                .any(|m| m.label == wanted.label && m.op == wanted.op && m.value == wanted.value)
        })
}

/// Beginnings of words in the name of a counter that counts some of what another one counts.
const SOME_OF: [&str; 18] = [
    "error",
    "fail",
    "succe",
    "hit",
    "miss",
    "drop",
    "timeout",
    "timed",
    "reject",
    "complet",
    "violation",
    "cancel",
    "abort",
    "denied",
    "lost",
    "used",
    "reached",
    "breach",
];

/// Whether a number is a share or a percentage, where that shows.
pub(super) fn scale(expr: &Expr) -> Option<Scale> {
    let expr = expr.unwrapped();
    match &expr.kind {
        ExprKind::Vector(selector) => by_name(selector.metric_name()?),
        ExprKind::Matrix(it) => by_name(it.selector.metric_name()?),
        ExprKind::Aggregation(it) => match it.op {
            AggregationOp::Sum | AggregationOp::Count | AggregationOp::Group | AggregationOp::CountValues => {
                None
            }
            _ => scale(&it.expr),
        },
        ExprKind::Call(call) => match call.function.name {
            "avg_over_time" | "min_over_time" | "max_over_time" | "last_over_time" | "round"
            | "clamp_max" | "clamp_min" | "clamp" | "sort" | "sort_desc" | "label_replace" => {
                scale(call.args.first()?)
            }
            _ => None,
        },
        ExprKind::Binary(it) => scale_of_binary(it),
        _ => None,
    }
}

fn by_name(name: &str) -> Option<Scale> {
    if name.ends_with("_percent") || name.ends_with("_percentage") || name.ends_with("_pct") {
        return Some(Scale::Percent);
    }
    (name.ends_with("_ratio") || matches!(name, "up" | "probe_success")).then_some(Scale::Share)
}

fn scale_of_binary(it: &Binary) -> Option<Scale> {
    let number =
        |expr: &Expr| if let ExprKind::Number(number) = expr.unwrapped().kind { Some(number) } else { None };
    match it.op {
        BinaryOp::Div if is_share(it) || likely_share(it) => Some(Scale::Share),
        // `100 * part / whole` groups from the left.
        BinaryOp::Div => match &it.left.unwrapped().kind {
            ExprKind::Binary(left) if left.op == BinaryOp::Mul => {
                let times = if number(&left.left) == Some(100.0) { &left.right } else { &left.left };
                let whole = Binary { left: times.clone(), op: BinaryOp::Div, ..it.clone() };
                let by_hundred =
                    [&left.left, &left.right].into_iter().any(|side| number(side) == Some(100.0));
                (by_hundred && (is_share(&whole) || likely_share(&whole))).then_some(Scale::Percent)
            }
            _ => None,
        },
        BinaryOp::Mul => {
            let (other, factor) = match (number(&it.left), number(&it.right)) {
                (Some(factor), None) => (&it.right, factor),
                (None, Some(factor)) => (&it.left, factor),
                _ => return None,
            };
            (scale(other)? == Scale::Share && factor == 100.0).then_some(Scale::Percent)
        }
        BinaryOp::Sub => match (number(&it.left), scale(&it.right)) {
            (Some(1.0), Some(Scale::Share)) => Some(Scale::Share),
            (Some(100.0), Some(Scale::Percent)) => Some(Scale::Percent),
            _ => None,
        },
        BinaryOp::And | BinaryOp::Unless | BinaryOp::Or => scale(&it.left),
        _ if it.op.is_comparison() && !it.bool_modifier => scale(&it.left),
        _ => None,
    }
}

/// Whether two names say that one is some of the other: failures by calls, used bytes by bytes in all.
pub(super) fn likely_share(it: &Binary) -> bool {
    let name = |expr: &Expr| {
        let uses = expr.selectors();
        let one = if let [used] = uses.as_slice() { used.selector.metric_name() } else { None };
        one.map(str::to_owned)
    };
    if it.op != BinaryOp::Div {
        return false;
    }
    let (Some(part), Some(whole)) = (name(&it.left), name(&it.right)) else { return false };
    let ending = |name: &str| name.rsplit('_').next().unwrap_or_default().to_owned();
    // Seconds by requests, bytes by requests: a mean, whatever the words.
    if part == whole || ending(&part) != ending(&whole) {
        return false;
    }
    let begin = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
    let some = |name: &str| name.split('_').any(|part| SOME_OF.iter().any(|word| part.starts_with(word)));
    let limits = ["max", "limit", "capacity", "size", "memtotal", "quota"];
    let limit = limits.iter().any(|word| whole.to_ascii_lowercase().contains(word));
    begin(&part) == begin(&whole) && ((some(&part) && !some(&whole)) || (limit && some(&part)))
}
