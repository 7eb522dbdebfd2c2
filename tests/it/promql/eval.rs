//! Evaluation at its edges, table by table. Both promtools confirm the same tables in
//! `tests/daemons/promql_generations.rs`.

use std::fmt::Write as _;

use probity::promql::Dialect;

use super::ask::{self, Case, complaint, line};
use super::evaluated::answer;

#[path = "eval/tables.rs"]
mod tables;

fn check(cases: &[Case]) {
    let mut complaints = String::new();
    for case in cases {
        for dialect in [Dialect::V2, Dialect::V3] {
            let got = answer(case, dialect).map(|series| line(&series));
            if let Some(complaint) = complaint(got, case.wanted(dialect)) {
                writeln!(complaints, "{} in {dialect:?}\n    {complaint}", case.name)
                    .expect("a string takes everything");
            }
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

#[test]
fn rates_follow_their_counters() {
    check(tables::RATES);
}

#[test]
fn windows_keep_zeros_infinities_and_nan_apart() {
    check(tables::WINDOWS);
}

#[test]
fn aggregations_take_infinities_and_nan() {
    check(tables::FOLDS);
}

#[test]
fn the_best_and_the_quantiles_are_found() {
    check(tables::RANKS);
}

#[test]
fn groups_have_the_labels_that_were_asked_for() {
    check(tables::GROUPS);
}

#[test]
fn partners_find_each_other_or_are_refused() {
    check(tables::MATCHING);
}

#[test]
fn numbers_are_computed_as_go_does() {
    check(tables::NUMBERS);
}

#[test]
fn absent_series_have_the_labels_that_they_would_have() {
    check(tables::ABSENT);
}

#[test]
fn equals_are_sorted_as_go_does() {
    check(&tables::sorted());
}

#[test]
fn histograms_are_read_with_care() {
    check(tables::HISTOGRAMS);
}

#[test]
fn numbers_are_clamped_rounded_and_dated() {
    check(tables::FUNCTIONS);
}

#[test]
fn labels_are_replaced_as_go_does() {
    check(tables::LABELS);
}

#[test]
fn patterns_mean_what_they_mean_to_go() {
    check(tables::PATTERNS);
}
