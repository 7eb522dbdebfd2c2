//! Our verdicts.

use std::path::Path;
use std::process::Command;

use super::compare::{FileSaid, Got, Key, Said};
use super::text::{millis, quoted, series};
use crate::engines::Generation;

/// What probity says of test files in a folder.
pub(crate) fn ours(program: &Path, generation: Generation, folder: &Path, files: &[String]) -> Said {
    let promql = if generation == Generation::V2 { "2" } else { "3" };
    let output = Command::new(program)
        .args(["test", "rules", "--promql", promql])
        .args(files)
        .current_dir(folder)
        .output()
        .expect("probity is there");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let mut said = Said { code: output.status.code().unwrap_or(-1), text, ..Said::default() };
    let mut ended: Option<(String, i64)> = None;
    for section in said.text.split("\n\n").filter_map(|section| section.trim_start().strip_prefix("FAIL ")) {
        let (place, rest) = section.split_once(':').expect("a file and a line");
        let (test, told) = rest.split_once('\n').unwrap_or((rest, ""));
        let test = format!("{place}{}", test.split_once(' ').map_or("", |(_, name)| name));
        one_case(said.files.entry(place.to_owned()).or_default(), &test, told, &mut ended);
    }
    said
}

/// One failed expectation; `ended` is the test in which a rule failed last, and when.
fn one_case(said: &mut FileSaid, test: &str, told: &str, ended: &mut Option<(String, i64)>) {
    said.failed = true;
    let (title, told) = told.split_once('\n').unwrap_or((told, ""));
    if title.trim() == "every rule can be evaluated" {
        let failed: Vec<(String, i64)> = told.lines().filter_map(rule).collect();
        let first = failed.iter().map(|(_, at)| *at).min().expect("a rule failed");
        said.rules.extend(failed.into_iter().filter(|(_, at)| *at == first));
        *ended = Some((test.to_owned(), first));
        return;
    }
    let key = match title.trim().strip_prefix("alert ") {
        Some(alert) if !title.contains(" # ") => {
            let (name, _) = alert.split_once(' ').expect("a name and what it does");
            let (_, at) = alert.rsplit_once(" at ").expect("a time");
            Key::Alert(name.to_owned(), millis(at))
        }
        _ => Key::Query(
            title
                .trim()
                .rsplit_once(" yields ")
                .unwrap_or_else(|| panic!("no expression: {title}"))
                .0
                .to_owned(),
        ),
    };
    let mut got = Got::default();
    // Whether the last alert told is one that came.
    let mut came = false;
    for line in told.lines() {
        let line = line.trim_start_matches(['!', ' ']);
        if let Some(what) = line.strip_prefix("got ") {
            came = what.trim_start().contains('{') || matches!(key, Key::Query(_));
            got_line(&mut got, &key, what.trim());
        } else if line.starts_with("expected ") {
            came = false;
        } else if let (true, Some((name, value))) = (came, line.split_once(": \"")) {
            let value = quoted(&format!("\"{value}")).0;
            if let Some((_, annotations)) = got.alerts.last_mut() {
                annotations.insert(name.to_owned(), value);
            }
        } else if line.starts_with("at ") && line.contains(": ") {
            got.failed = true;
        }
    }
    if let Some((_, at)) = ended.as_ref().filter(|(in_test, _)| in_test == test) {
        said.ended.insert(key.clone(), *at);
    }
    said.cases.insert(key, got.sorted());
}

fn got_line(got: &mut Got, key: &Key, what: &str) {
    match key {
        Key::Alert(..) if what == "no alert fires" => {}
        Key::Alert(..) => got.alerts.push((series(what).0, Default::default())),
        Key::Query(_) if what == "nothing" => {}
        Key::Query(_) => {
            let (labels, value) = series(what);
            let value = value.trim();
            got.push(labels, value.parse().unwrap_or_else(|_| panic!("no value: {what}")));
        }
    }
}

/// `rule r1 (file:3) failed at 1m: why`.
fn rule(line: &str) -> Option<(String, i64)> {
    let rest = line.trim().strip_prefix("rule ")?;
    let (name, rest) = rest.split_once(" (")?;
    let (_, rest) = rest.split_once(" failed at ")?;
    Some((name.to_owned(), millis(rest.split_once(": ")?.0)))
}
