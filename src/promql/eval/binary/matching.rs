//! Arithmetic and comparisons between partners.

use std::collections::HashMap;

use super::number::combine;
use super::signature::{Signatures, listed, matched, renames};
use super::span;
use crate::promql::eval::EvalError;
use crate::promql::eval::table::nameless;
use crate::promql::eval::table::{Column, Steps, Table, present};
use crate::promql::{Binary, Dialect, Labels, Matching, Side};

/// A conflict at a step; of several, the first is reported.
struct Conflict {
    step: usize,
    message: String,
}

/// The operator's value for each pair of partners, in the order of the side that may have many.
pub(super) fn join(node: &Binary, left: Table, right: Table, steps: &Steps<'_>) -> Result<Table, EvalError> {
    let matching = node.matching.as_ref();
    let signatures = Signatures::new(matching, &left, &right);
    let grouped = matching.and_then(|matching| matching.group.as_ref());
    let many_right = grouped.is_some_and(|group| group.many == Side::Right);
    let sides = if many_right {
        Sides { many: right, one: left, many_of: signatures.right, one_of: signatures.left, many_right }
    } else {
        Sides { many: left, one: right, many_of: signatures.left, one_of: signatures.right, many_right }
    };
    let partners = partners(&sides.one_of, signatures.count);
    let duplicate = sides.duplicate(matching, &partners, steps.at_ms.len());
    let mut results = Table::with_capacity(sides.many.len());
    let mut signature_of = Vec::with_capacity(sides.many.len());
    for (many, &signature) in sides.many.iter().zip(&sides.many_of) {
        for &place in &partners[signature] {
            let one = &sides.one[place];
            let values = if many_right {
                combine(node, &one.values, &many.values)
            } else {
                combine(node, &many.values, &one.values)
            };
            if values.iter().any(|value| present(*value)) {
                results
                    .push(Column { labels: labels(node, &many.labels, &one.labels, steps.dialect), values });
                signature_of.push(signature);
            }
        }
    }
    let overlap = overlap(&results, &signature_of, grouped.is_some());
    // At the same step, the side of one is looked at first.
    let first = [duplicate, overlap].into_iter().flatten().min_by_key(|conflict| conflict.step);
    match first {
        Some(conflict) => Err(EvalError::new(span(node), conflict.message)),
        None => Ok(results),
    }
}

struct Sides {
    many: Table,
    one: Table,
    /// The signatures of `many`.
    many_of: Vec<usize>,
    /// The signatures of `one`.
    one_of: Vec<usize>,
    many_right: bool,
}

impl Sides {
    /// The first step at which two series of the one side have the same signature. Where the other side has
    /// no series at all at a step, nobody looks.
    fn duplicate(
        &self,
        matching: Option<&Matching>,
        partners: &[Vec<usize>],
        step_count: usize,
    ) -> Option<Conflict> {
        let mut first: Option<(usize, usize, usize)> = None;
        for rivals in partners.iter().filter(|rivals| rivals.len() > 1) {
            let limit = first.map_or(step_count, |(step, ..)| step + 1);
            let found = (0..limit).find_map(|step| {
                let mut present_here =
                    rivals.iter().copied().filter(|place| present(self.one[*place].values[step]));
                let pair = (present_here.next()?, present_here.next()?);
                let looked_at = self.many.iter().any(|column| present(column.values[step]));
                looked_at.then_some((step, pair.1, pair.0))
            });
            first = match (first, found) {
                (Some(known), Some(found)) => Some(known.min(found)),
                (known, found) => known.or(found),
            };
        }
        first.map(|(step, second, first)| {
            let (second, first) = (&self.one[second].labels, &self.one[first].labels);
            let message = format!(
                "found duplicate series for the match group {} on the {} hand-side of the operation: \
                 [{}, {}];many-to-many matching not allowed: matching labels must be unique on one side",
                listed(&matched(matching, second)),
                if self.many_right { "left" } else { "right" },
                listed(second),
                listed(first),
            );
            Conflict { step, message }
        })
    }
}

/// For each signature the series on the one side.
fn partners(one_of: &[usize], count: usize) -> Vec<Vec<usize>> {
    let mut partners = vec![Vec::new(); count];
    for (place, &signature) in one_of.iter().enumerate() {
        partners[signature].push(place);
    }
    partners
}

/// The first step at which two results have the same signature and, if many may have it, the same labels.
/// What a comparison has filtered out is no result.
fn overlap(results: &Table, signature_of: &[usize], grouped: bool) -> Option<Conflict> {
    let mut buckets: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<(usize, Option<&Labels>), usize> = HashMap::with_capacity(results.len());
    for (place, (column, &signature)) in results.iter().zip(signature_of).enumerate() {
        let key = (signature, grouped.then_some(&column.labels));
        let bucket = *known.entry(key).or_insert(buckets.len());
        if bucket == buckets.len() {
            buckets.push(Vec::new());
        }
        buckets[bucket].push(place);
    }
    let step_count = results.first().map_or(0, |column| column.values.len());
    let crowded = |step: &usize, rivals: &[usize]| {
        rivals.iter().filter(|place| present(results[**place].values[*step])).count() > 1
    };
    let step = buckets
        .iter()
        .filter(|rivals| rivals.len() > 1)
        .filter_map(|rivals| (0..step_count).find(|step| crowded(step, rivals)))
        .min()?;
    let message = if grouped {
        "multiple matches for labels: grouping labels must ensure unique matches"
    } else {
        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
    };
    Some(Conflict { step, message: message.to_owned() })
}

/// The labels of a pair's result: those of the many side, or of both where sides are equal, and those that
/// are taken from the one side.
fn labels(node: &Binary, many: &Labels, one: &Labels, dialect: Dialect) -> Labels {
    let renamed = renames(node, dialect);
    let mut labels = if renamed { nameless(many, dialect) } else { many.clone() };
    if let Some(matching) = &node.matching {
        match &matching.group {
            None => {
                let listed = |name: &str| matching.labels.iter().any(|label| label.name == name);
                labels = labels.keep(|name| listed(name) == matching.on);
            }
            Some(group) => {
                for label in &group.include {
                    labels = labels.with(&label.name, one.value(&label.name));
                }
            }
        }
    }
    if node.bool_modifier { nameless(&labels, dialect) } else { labels }
}
