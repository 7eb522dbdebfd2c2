//! Records that somebody has cut, edited or carried over from another version.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use probity::contract::{Contracts, SpanKind};
use probity::observe::{Leg, Observations, Record, RecordError, Scrape, ScrapeOutcome, Span};

use super::{Folder, files, strategy};

/// A record with a file of every kind, freshly written.
fn written(name: &str) -> Folder {
    let span = |number: u32| Span {
        trace_id: format!("{number:032x}"),
        span_id: format!("{number:016x}"),
        parent_id: None,
        name: "work".to_owned(),
        kind: SpanKind::Internal,
        start: Timestamp::UNIX_EPOCH,
        end: Timestamp::UNIX_EPOCH,
        failed: false,
        attributes: [].into(),
        resource: [].into(),
    };
    let body = ScrapeOutcome::Body { content_type: None, text: "a 1\n".into() };
    let failed = ScrapeOutcome::Failed("status 404".to_owned());
    let leg = Leg {
        scrapes: [body, failed].map(|outcome| Scrape::new("job", Timestamp::UNIX_EPOCH, outcome)).into(),
        spans: vec![span(1), span(2), span(3)],
        ..Leg::default()
    };
    let record = Record {
        contracts: Contracts { all: vec![strategy::contract("broken")] },
        observations: Observations { plan: strategy::plan(), legs: vec![leg] },
    };
    let dir = Folder::new(name);
    record.write(&dir).expect("it can be written");
    assert_eq!(Record::read(&dir).expect("it can be read"), record);
    dir
}

/// Every text that the error says, its sources and problems included.
fn told(error: &RecordError) -> String {
    let mut text = error.to_string();
    if let RecordError::Contract(problems) = error {
        problems.iter().for_each(|problem| text.push_str(&format!("\n{problem}")));
    }
    text
}

fn refused(dir: &Path) -> String {
    told(&Record::read(dir).expect_err("it is broken"))
}

#[test]
fn every_file_that_is_missing_is_named() {
    let dir = written("missing");
    let all = files(&dir);
    let names: Vec<String> = all.iter().map(|(path, _)| path.display().to_string()).collect();
    assert_eq!(
        names,
        [
            "contracts/0.yaml",
            "legs/0/ledger.json",
            "legs/0/leg.json",
            "legs/0/scrapes/0000.txt",
            "legs/0/scrapes.jsonl",
            "legs/0/spans.jsonl",
            "record.json",
        ]
    );
    for (path, bytes) in all {
        fs::remove_file(dir.join(&path)).expect("it is there");
        let error = Record::read(&dir).expect_err("a file is missing");
        assert!(matches!(error, RecordError::Io { .. }), "{error:?}");
        let path = dir.join(&path);
        assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
        fs::write(path, bytes).expect("it can be written");
    }
}

#[test]
fn every_file_that_is_garbage_is_named() {
    let dir = written("garbage");
    for (path, bytes) in files(&dir) {
        let path = dir.join(path);
        // A scrape holds whatever text a server sent, but text.
        let is_scrape = path.extension().is_some_and(|extension| extension == "txt");
        for garbage in [&b"\xff\xfe"[..], b"{\"cut\": ", b"[]", b"{\"some\": \"thing else\"}"] {
            if is_scrape && std::str::from_utf8(garbage).is_ok() {
                continue;
            }
            fs::write(&path, garbage).expect("it can be written");
            let told = refused(&dir);
            assert!(told.contains(&path.display().to_string()), "{told}");
        }
        fs::write(path, bytes).expect("it can be written");
    }
    Record::read(&dir).expect("it is whole again");
}

#[test]
fn another_version_is_refused_whatever_else_it_holds() {
    let dir = written("version");
    fs::write(dir.join("record.json"), r#"{"version": 7, "of": "the future"}"#).expect("it can be written");
    let error = Record::read(&dir).expect_err("it is of another version");
    assert!(matches!(error, RecordError::Version { found: 7, .. }), "{error:?}");
    let expected = format!(
        "{}: layout version 7, this probity reads version 1; run the scenario again",
        dir.join("record.json").display()
    );
    assert_eq!(error.to_string(), expected);
}

/// Changes one text in one file, and what the refusal says.
fn edited(name: &str, file: &str, from: &str, to: &str) -> String {
    let dir = written(name);
    let path = dir.join(file);
    let text = fs::read_to_string(&path).expect("it is there");
    assert!(text.contains(from), "{text}");
    fs::write(&path, text.replacen(from, to, 1)).expect("it can be written");
    let told = refused(&dir);
    assert!(told.contains(&path.display().to_string()), "{told}");
    told
}

#[test]
fn what_does_not_belong_is_refused() {
    assert!(edited("field", "record.json", "\"seed\"", "\"sead\"").contains("sead"));
    assert!(edited("leg", "legs/0/leg.json", "\"receives_spans\"", "\"receives\"").contains("receives"));
    let contract = edited("contract", "contracts/0.yaml", "type: gauge", "type: gouge, unit: x");
    assert!(contract.contains(":10:"), "with its place: {contract}");
    // The line is the file's, not that of the one text that was parsed.
    let span =
        edited("span", "legs/0/spans.jsonl", "0000000000000002\",\"parent_id\":null", "2\",\"parent_id\":7");
    assert!(span.contains("line 2 column"), "{span}");
}

#[test]
fn more_legs_than_there_are_name_the_first_that_is_not() {
    let dir = written("legs");
    let path = dir.join("record.json");
    let text = fs::read_to_string(&path).expect("it is there").replace("\"legs\": 1", "\"legs\": 2");
    fs::write(path, text).expect("it can be written");
    let told = refused(&dir);
    assert!(told.starts_with(&dir.join("legs/1/leg.json").display().to_string()), "{told}");
}

#[test]
fn a_scrape_has_a_body_or_a_reason_and_not_both() {
    for (name, to) in [("neither", "\"failed\":null"), ("both", "\"failed\":\"x\",\"file\":\"0000.txt\"")] {
        let from = if name == "both" {
            "\"file\":null,\"content_type\":null,\"failed\":\"status 404\""
        } else {
            "\"failed\":\"status 404\""
        };
        let told = edited(name, "legs/0/scrapes.jsonl", from, to);
        assert!(told.contains("a body or a reason"), "{told}");
    }
}
