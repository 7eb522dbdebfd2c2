//! Small configurations of Alertmanager, good and bad: each is taken or refused here just as `amtool check-config` of
//! that release takes or refuses it.

mod routes;
mod shared;
mod spoken;
mod unspoken;

use std::path::{Path, PathBuf};
use std::process::Command;

use probity::alerting::alertmanager::{Release, config};

use super::daemon::folder;
use super::engines::Generation;

/// Files that differ in the middle only.
struct Group {
    before: &'static str,
    after: &'static str,
    texts: &'static [&'static str],
}

/// How many files one `amtool` is given.
const AT_ONCE: usize = 60;

/// The programs of a release of Alertmanager came with those of Prometheus.
pub(super) const fn release(generation: Generation) -> Release {
    match generation {
        Generation::V2 => Release::V0_25,
        Generation::V3 => Release::V0_33,
    }
}

fn texts() -> Vec<String> {
    let groups = [routes::GROUPS, shared::GROUPS, spoken::GROUPS, unspoken::GROUPS];
    let whole = |group: &'static Group| {
        group.texts.iter().map(move |text| format!("{}{text}{}", group.before, group.after))
    };
    groups.into_iter().flatten().flat_map(whole).collect()
}

/// What `amtool` says of files, checked in one run; none of those that it takes. Whatever it never came to, since an
/// earlier file crashed it, is checked in a run of its own.
fn verdicts(amtool: &Path, files: &[PathBuf]) -> Vec<Option<String>> {
    let output = Command::new(amtool).arg("check-config").args(files).output().expect("amtool starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let verdict = |file: &PathBuf| {
        let begins = format!("Checking '{}'", file.display());
        let (_, after) = said.split_once(begins.as_str())?;
        let after = after.split("Checking '").next().unwrap_or_default();
        // Templates are looked for after the file has passed, which may fail too.
        let failed = after.contains("FAILED");
        (failed || after.contains("SUCCESS")).then(|| failed.then(|| after.trim().to_owned()))
    };
    let found: Vec<Option<Option<String>>> = files.iter().map(verdict).collect();
    let crash = || Some("it crashed".to_owned());
    let again = |(file, verdict): (&PathBuf, Option<Option<String>>)| match verdict {
        Some(verdict) => verdict,
        None if files.len() == 1 => crash(),
        None => verdicts(amtool, std::slice::from_ref(file)).pop().unwrap_or_else(crash),
    };
    files.iter().zip(found).map(again).collect()
}

fn judge(generation: Generation) {
    let Some(amtool) = generation.find("amtool") else { return };
    let folder = folder(&format!("alertmanager_configs_{generation:?}"));
    let texts = texts();
    let write = |(number, text): (usize, &String)| {
        let file = folder.join(format!("{number}.yml"));
        std::fs::write(&file, text).expect("a file can be written");
        file
    };
    let files: Vec<PathBuf> = texts.iter().enumerate().map(write).collect();
    let theirs = files.chunks(AT_ONCE).flat_map(|files| verdicts(&amtool, files));
    let mut found = Vec::new();
    for (text, theirs) in texts.iter().zip(theirs) {
        let ours = config::read(text, "alertmanager.yml", release(generation));
        if theirs.is_some() == ours.config.is_some() {
            let ours: Vec<String> = ours.problems.iter().map(ToString::to_string).collect();
            found.push(format!("{generation:?}:\n{text}\nthere: {theirs:?}\nhere: {ours:?}\n"));
        }
    }
    assert!(found.is_empty(), "{} of {} files:\n{}", found.len(), texts.len(), found.join("\n"));
}

#[test]
fn amtool_of_0_25_takes_and_refuses_the_same_files() {
    judge(Generation::V2);
}

#[test]
fn amtool_of_0_33_takes_and_refuses_the_same_files() {
    judge(Generation::V3);
}
