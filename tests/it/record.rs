//! Records on disk: what is written is read back, and what cannot be read is named.

mod broken;
mod strategy;

use std::ops::Deref;
use std::path::{Path, PathBuf};

use probity::contract::Contracts;
use probity::observe::{Leg, Observations, Record};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

/// A folder of this test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    /// Two runs of the same test may share a target directory.
    fn new(name: &str) -> Self {
        let name = format!("record-{name}-{}", std::process::id());
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name))
    }
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is below the target directory and in nobody's way.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(before in strategy::records(), record in strategy::records()) {
        let dir = Folder::new("any");
        // What an older record in the same place had more of must not come back.
        before.write(&dir).expect("it can be written");
        record.write(&dir).expect("it can be written");
        prop_assert_eq!(Record::read(&dir).expect("it can be read"), record);
    }
}

#[test]
fn empty_legs_and_no_legs_at_all_are_records_too() {
    for legs in [vec![], vec![Leg::default()], vec![Leg::default(); 3]] {
        let record = Record {
            contracts: Contracts::default(),
            observations: Observations { plan: strategy::plan(), legs },
        };
        let dir = Folder::new("empty");
        record.write(&dir).expect("it can be written");
        assert_eq!(Record::read(&dir).expect("it can be read"), record);
    }
}

#[test]
fn a_record_is_written_the_same_every_time() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let record = strategy::records().new_tree(&mut runner).expect("a value").current();
    let [first, second] = ["first", "second"].map(|name| {
        let dir = Folder::new(name);
        record.write(&dir).expect("it can be written");
        files(&dir)
    });
    assert_eq!(first, second);
    assert!(first.len() > 3, "{:?}", first.iter().map(|(path, _)| path).collect::<Vec<_>>());
}

/// Every file below `dir` with its bytes, in order.
fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
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
