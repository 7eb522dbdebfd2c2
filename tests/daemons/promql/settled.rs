//! What of an answer Prometheus itself settles, so that it can be asked for. The rest it leaves to chance:
//!
//! * What is evaluated at several steps comes out of a hash map: operators and functions in a range query or a
//!   subquery, in 2.42 aggregations too. A range query's answer is sorted at the end, but before that a sum in
//!   another order is another sum, and of two equals `topk` keeps the first it sees.
//! * `histogram_quantile` and `histogram_fraction` group buckets in a hash map, even at one step.
//! * `count_values` of 3.5 likewise; in 2.42 only at several steps.
//! * promtool loads series from a hash map, and sorts what it prints.
//!
//! An expression whose value depends on such an order is not asked; one whose order alone does is compared as a set.
//!
//! Nor is asked what is a slip of the engine instead of a rule: see [`slips`].

use probity::promql::{Aggregation, AggregationOp, BinaryOp, Call, Expr, ExprKind, ValueType, parse_as};

use super::slips::slips;
use crate::engines::Generation;

/// Functions that Go approximates by polynomials, as we do after it. Where its assembler does otherwise their results may differ from ours by a few units in the
/// last place, so they are asked where nothing is made of the result; likewise `^` and `atan2`.
pub(crate) const APPROXIMATE: [&str; 16] = [
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "ln", "log10", "log2", "sin",
    "sinh", "tan", "tanh",
];

/// Functions and signs that hand the values through.
const HANDING_ON: [&str; 3] = ["abs", "label_join", "label_replace"];

/// What may be compared of two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settled {
    /// How near values must be.
    pub(crate) nearness: Nearness,
    /// The order of the series.
    pub(crate) ordered: bool,
}

/// How near two values must be to be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nearness {
    /// To the bit.
    Bits,
    /// Up to a few units in the last place.
    Last,
}

/// How an expression is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// At one time.
    Instant,
    /// At many.
    Range,
    /// At one time, of promtool.
    Test,
}

/// What may be compared of the answers to a query; None when it must not be asked. What we refuse to read is asked.
pub(super) fn settled(text: &str, generation: Generation, asked: Asked) -> Option<Settled> {
    let Ok(expr) = parse_as(text, generation.dialect()) else {
        return Some(Settled { nearness: Nearness::Bits, ordered: true });
    };
    if slips(&expr, generation, asked) {
        return None;
    }
    let mut approximate = 0;
    expr.walk(&mut |part, _| approximate += usize::from(is_approximate(part)));
    let nearness = match approximate {
        0 => Nearness::Bits,
        1 if is_approximate(handed_on(&expr)) => Nearness::Last,
        _ => return None,
    };
    let ordered = Orders { generation, asked }.of(&expr, asked == Asked::Range)?;
    Some(Settled { nearness, ordered: asked == Asked::Range || (ordered && asked != Asked::Test) })
}

fn is_approximate(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(call) => APPROXIMATE.contains(&call.function.name),
        ExprKind::Binary(binary) => matches!(binary.op, BinaryOp::Pow | BinaryOp::Atan2),
        _ => false,
    }
}

/// What lies under everything that leaves values as they are.
fn handed_on(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => handed_on(inner),
        ExprKind::Unary(unary) => handed_on(&unary.expr),
        ExprKind::Call(call) if HANDING_ON.contains(&call.function.name) => handed_on(&call.args[0]),
        _ => expr,
    }
}

struct Orders {
    generation: Generation,
    asked: Asked,
}

impl Orders {
    /// Whether the series of a part always come in the same order, when it is evaluated at one or many steps. None
    /// when a value depends on an order that is not always the same.
    fn of(&self, expr: &Expr, many: bool) -> Option<bool> {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::String(_) => Some(true),
            ExprKind::Vector(_) | ExprKind::Matrix(_) => Some(self.asked != Asked::Test),
            ExprKind::Paren(inner) => self.of(inner, many),
            ExprKind::Unary(unary) => self.of(&unary.expr, many),
            ExprKind::Subquery(subquery) => self.of(&subquery.expr, true),
            ExprKind::Binary(binary) => {
                let (left, right) = (self.of(&binary.left, many)?, self.of(&binary.right, many)?);
                Some(expr.value_type() == ValueType::Scalar || (left && right && !many))
            }
            ExprKind::Call(call) => self.call(call, many),
            ExprKind::Aggregation(it) => self.aggregation(it, many),
        }
    }

    fn call(&self, call: &Call, many: bool) -> Option<bool> {
        let mut ordered = true;
        for arg in &call.args {
            ordered &= self.of(arg, many)?;
        }
        let on_matrix = call.args.iter().any(|arg| arg.value_type() == ValueType::Matrix);
        Some(match call.function.name {
            "histogram_fraction" | "histogram_quantile" => false,
            "absent" | "absent_over_time" | "scalar" | "vector" => true,
            "label_join" | "label_replace" if self.generation == Generation::V3 => ordered,
            _ if on_matrix => ordered,
            _ => ordered && !many,
        })
    }

    fn aggregation(&self, it: &Aggregation, many: bool) -> Option<bool> {
        use AggregationOp::{Bottomk, Count, CountValues, Group, Topk};
        if let Some(param) = &it.param {
            self.of(param, many)?;
        }
        let ordered = self.of(&it.expr, many)?;
        if !ordered && !matches!(it.op, Count | CountValues | Group) {
            return None;
        }
        let by_map = match (self.generation, it.op) {
            (Generation::V3, CountValues) => true,
            (Generation::V3, Topk | Bottomk) | (Generation::V2, _) => many,
            (Generation::V3, _) => false,
        };
        Some(ordered && !by_map)
    }
}
