//! Which rules can be evaluated over all time at once, and which only step by step.
//!
//! A rule that reads what only earlier rules write can be evaluated as one range query after them. A rule that reads
//! itself or a later rule sees what was written up to the step before, so all rules from the one to the other go
//! step by step together.

use std::ops::Range;

use super::Compiled;

/// Consecutive rules that are evaluated together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Which rules, in the order of evaluation.
    pub(crate) rules: Range<usize>,
    /// Whether each step must be finished before the next can begin.
    pub(crate) step_by_step: bool,
}

/// Cuts rules in the order of their evaluation into blocks.
pub(crate) fn blocks(rules: &[&Compiled]) -> Vec<Block> {
    if rules.iter().any(|rule| rule.sees_the_future()) {
        // Samples must come in as time goes on.
        return vec![Block { rules: 0..rules.len(), step_by_step: true }];
    }
    let mut blocks: Vec<Block> = Vec::with_capacity(rules.len());
    for (at, rule) in rules.iter().enumerate() {
        let last = (at..rules.len()).rev().find(|later| rule.may_read(rules[*later]));
        let mut block = Block { rules: at..last.unwrap_or(at) + 1, step_by_step: last.is_some() };
        while let Some(before) = blocks.last().filter(|before| before.rules.end > block.rules.start) {
            block.rules = before.rules.start..before.rules.end.max(block.rules.end);
            block.step_by_step = true;
            blocks.pop();
        }
        blocks.push(block);
    }
    blocks
}
