//! promtool's verdicts.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use super::compare::{FileSaid, Got, Key, Said};
use super::text::{millis, quoted, series};

/// What promtool says of test files in a folder.
pub(crate) fn theirs(program: &Path, folder: &Path, files: &[String]) -> Said {
    let path = folder.join("promtool.said");
    // It tells of files on stdout and of failures on stderr: only in one stream they are in order.
    let both = File::create(&path).expect("a file can be written");
    let other = both.try_clone().expect("a file can be had twice");
    let mut command = Command::new(program);
    command.args(["test", "rules"]).args(files).current_dir(folder).stdout(both).stderr(other);
    let status = command.status().expect("it told its version a moment ago");
    let text = std::fs::read_to_string(&path).expect("written just now");
    let mut said = Said { code: status.code().unwrap_or(-1), text, ..Said::default() };
    // 3.5 does not name the files; each ends a line in one of two words.
    let mut sections: Vec<String> = Vec::new();
    for line in said.text.lines() {
        match sections.last_mut() {
            _ if ["FAILED:", "SUCCESS"].contains(&line.trim()) => sections.push(format!("{line}\n")),
            Some(section) => section.extend([line, "\n"]),
            None => {}
        }
    }
    if sections.len() == files.len() {
        said.files = files.iter().cloned().zip(sections.iter().map(|section| one_file(section))).collect();
    }
    said
}

fn one_file(text: &str) -> FileSaid {
    let mut said = FileSaid { failed: text.contains("FAILED:"), ..FileSaid::default() };
    let mut alert: Option<(Key, Got)> = None;
    let mut query: Option<Key> = None;
    let mut is_got = false;
    for line in text.lines() {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("alertname: ") {
            finish(&mut said, &mut alert);
            let (name, rest) = rest.split_once(", time: ").expect("a name and a time");
            alert = Some((
                Key::Alert(name.to_owned(), millis(rest.trim_end_matches([',', ' ']))),
                Got::default(),
            ));
            is_got = false;
        } else if let Some(rest) = line.strip_prefix("rule: ") {
            let (name, rest) = rest.split_once(", time: ").expect("a name and a time");
            let at = rest.split(',').next().unwrap_or_default();
            said.rules.push((name.to_owned(), if at == "0s" { 0 } else { millis(at) }));
        } else if let Some(rest) = line.strip_prefix("expr: ") {
            finish(&mut said, &mut alert);
            let (expr, rest) = quoted(rest);
            if rest.contains(", err: ") {
                said.cases.insert(Key::Query(expr), Got { failed: true, ..Got::default() });
            } else {
                query = Some(Key::Query(expr));
            }
        } else if let Some(rest) = line.strip_prefix("got:") {
            is_got = true;
            if let Some(key) = query.take() {
                said.cases.insert(key, samples(rest.trim()));
            }
        } else if let Some(rest) = line.strip_prefix("Labels:").filter(|_| is_got) {
            let (_, got) = alert.as_mut().expect("labels of an alert");
            got.alerts.push((series(rest).0, Default::default()));
        } else if let Some(rest) = line.strip_prefix("Annotations:").filter(|_| is_got) {
            let (_, got) = alert.as_mut().expect("annotations of an alert");
            got.alerts.last_mut().expect("its labels stand before").1 = series(rest).0;
        }
    }
    finish(&mut said, &mut alert);
    said
}

fn finish(said: &mut FileSaid, alert: &mut Option<(Key, Got)>) {
    if let Some((key, got)) = alert.take() {
        said.cases.insert(key, got.sorted());
    }
}

fn samples(text: &str) -> Got {
    let mut got = Got::default();
    let mut rest = if text == "nil" { "" } else { text };
    while !rest.is_empty() {
        let (labels, left) = series(rest);
        let end = left.find(',').unwrap_or(left.len());
        let value = left[..end].trim();
        got.push(labels, value.parse().unwrap_or_else(|_| panic!("no value: {value}")));
        rest = left[end..].trim_start_matches([',', ' ']);
    }
    got.sorted()
}
