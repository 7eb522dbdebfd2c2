//! Records on disk: what is written is read back, and what cannot be read is named.

mod broken;
mod strategy;

use std::path::PathBuf;

use probity::contract::Contracts;
use probity::observe::{Leg, Observations, Record};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("record-{name}-{}", std::process::id()))
}

fn round_trip(record: &Record, name: &str) -> Record {
    let dir = folder(name);
    record.write(&dir).expect("it can be written");
    Record::read(&dir).expect("it can be read")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(record in strategy::records()) {
        // Always over the record before: what that had more of must not come back.
        prop_assert_eq!(round_trip(&record, "any"), record);
    }
}

#[test]
fn empty_legs_and_no_legs_at_all_are_records_too() {
    for legs in [vec![], vec![Leg::default()], vec![Leg::default(); 3]] {
        let record = Record {
            contracts: Contracts::default(),
            observations: Observations { plan: strategy::plan(), legs },
        };
        assert_eq!(round_trip(&record, "empty"), record);
    }
}

#[test]
fn a_record_is_written_the_same_every_time() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let record = strategy::records().new_tree(&mut runner).expect("a value").current();
    let [first, second] = ["first", "second"].map(|name| {
        let dir = folder(name);
        record.write(&dir).expect("it can be written");
        files(&dir)
    });
    assert_eq!(first, second);
    assert!(first.len() > 3, "{:?}", first.iter().map(|(path, _)| path).collect::<Vec<_>>());
}

/// Every file below `dir` with its bytes, in order.
fn files(dir: &std::path::Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = vec![];
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file");
                found.push((path.strip_prefix(dir).expect("below it").to_owned(), bytes));
            }
        }
    }
    found.sort();
    found
}
