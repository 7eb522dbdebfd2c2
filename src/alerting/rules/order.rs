//! Which rules can be evaluated over all time at once, and which only step by step.
//!
//! A rule that reads what only earlier rules write can be evaluated as one range query after them. A rule that reads
//! itself or a later rule sees what was written up to the step before, so all rules from the one to the other go
//! step by step together. So do rules between which a query offset stands: what has an offset writes late.

use std::ops::Range;

use super::Compiled;
use crate::promql::{At, Expr, ExprKind, Instant, Labels, Offset};

/// Consecutive rules that are evaluated together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Which rules, in the order of evaluation.
    pub(crate) rules: Range<usize>,
    /// Whether each step must be finished before the next can begin.
    pub(crate) step_by_step: bool,
}

/// Whether samples must come in as time goes on: a rule looks ahead, or writes behind what comes in.
pub(crate) fn as_time_goes<'a>(rules: &[&Compiled], input: impl Iterator<Item = &'a Labels> + Clone) -> bool {
    let behind =
        |rule: &Compiled| rule.query_offset_ms() > 0 && input.clone().any(|labels| rule.may_write(labels));
    rules.iter().any(|rule| rule.sees_the_future() || behind(rule))
}

/// Cuts rules in the order of their evaluation into blocks.
pub(crate) fn blocks(rules: &[&Compiled], as_time_goes: bool) -> Vec<Block> {
    if as_time_goes {
        return vec![Block { rules: 0..rules.len(), step_by_step: true }];
    }
    let mut blocks: Vec<Block> = Vec::with_capacity(rules.len());
    for (at, rule) in rules.iter().enumerate() {
        let first = (0..at).find(|earlier| entangled(rule, rules[*earlier]));
        let last = (at..rules.len()).rev().find(|later| rule.may_read(rules[*later]));
        let mut block = Block {
            rules: first.unwrap_or(at)..last.unwrap_or(at) + 1,
            step_by_step: first.is_some() || last.is_some(),
        };
        while let Some(before) = blocks.last().filter(|before| before.rules.end > block.rules.start) {
            block.rules = before.rules.start.min(block.rules.start)..before.rules.end.max(block.rules.end);
            block.step_by_step = true;
            blocks.pop();
        }
        blocks.push(block);
    }
    blocks
}

/// Whether two rules differ in their offsets such that each step of the earlier one must be seen by the later one alone:
/// it would read what is not yet written, or both write one series.
fn entangled(rule: &Compiled, earlier: &Compiled) -> bool {
    let (own, other) = (rule.query_offset_ms(), earlier.query_offset_ms());
    other > own && rule.may_read(earlier) || other != own && rule.may_write_with(earlier)
}

/// Whether an expression reads later samples than its own time, and whether `@ start()` or `@ end()` is in it.
pub(super) fn shifts(expr: &Expr) -> (bool, bool) {
    let (mut future, mut moves) = (false, false);
    let mut left = vec![expr];
    while let Some(part) = left.pop() {
        left.extend(part.children());
        let (offset, at): (Option<Offset>, Option<At>) = match &part.kind {
            ExprKind::Vector(selector) => (selector.offset, selector.at),
            ExprKind::Matrix(matrix) => (matrix.selector.offset, matrix.selector.at),
            ExprKind::Subquery(subquery) => (subquery.offset, subquery.at),
            _ => continue,
        };
        future |= offset.is_some_and(|offset| offset.by.nanos() < 0);
        future |= at.is_some_and(|at| matches!(at.when, Instant::Millis(_)));
        moves |= at.is_some_and(|at| matches!(at.when, Instant::Start | Instant::End));
    }
    (future, moves)
}
