//! What is wrong with the five documents, pinned after it was held against a list that was made without the linter, and
//! with documents in which everything has another name.

use std::collections::BTreeSet;
use std::fs;

use probity::prove::{Corpus, Finding, Severity, lint};

use super::{DOCUMENTS, input, places, root, shipped};

/// The findings of all five documents without their contracts: what is wrong with them by themselves.
fn findings(rewrite: &dyn Fn(&str) -> String) -> Vec<Finding> {
    let inputs = DOCUMENTS.iter().map(|(document, _)| {
        let shipped = shipped(document);
        let name = shipped.name.rsplit('/').next().expect("a name").to_owned();
        input(&rewrite(&name), &rewrite(&shipped.text))
    });
    lint(&Corpus::read(inputs.collect())).findings
}

/// What was agreed to be wrong: a rule and its places a line, `#` begins a comment.
fn listed() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("tests/it/lint/documents.txt")).expect("it is shipped");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

#[test]
fn what_was_agreed_to_be_wrong_is_found_and_nothing_else() {
    let same = |text: &str| text.to_owned();
    let found: BTreeSet<String> = findings(&same).iter().map(places).collect();
    let listed = listed();
    let invented: Vec<&String> = found.difference(&listed).collect();
    let missed: Vec<&String> = listed.difference(&found).collect();
    assert!(invented.is_empty() && missed.is_empty(), "invented: {invented:#?}\nmissed: {missed:#?}");
}

#[test]
fn every_finding_says_what_stands_at_each_place_and_what_to_do() {
    for finding in findings(&|text| text.to_owned()) {
        assert!(!finding.next.is_empty(), "{finding:#?}");
        assert!(finding.places.iter().all(|noted| !noted.says.is_empty()), "{finding:#?}");
        assert!(finding.severity == Severity::Note || finding.message.len() > 20, "{finding:#?}");
    }
}

/// The contracts change nothing of what is wrong with the documents by themselves, and agree with them.
#[test]
fn contracts_and_documents_agree() {
    let inputs = DOCUMENTS.iter().flat_map(|(document, contract)| [shipped(document), shipped(contract)]);
    let found = lint(&Corpus::read(inputs.collect()));
    let of_contracts: Vec<&Finding> =
        found.findings.iter().filter(|finding| finding.rule.starts_with("contract/")).collect();
    assert!(of_contracts.is_empty(), "{of_contracts:#?}");
    for coverage in &found.coverage {
        assert_eq!(coverage.facts, coverage.clauses + coverage.omitted, "{}", coverage.document);
        assert!(coverage.named.iter().all(|(_, found, claimed)| found == claimed), "{coverage:?}");
        assert!(coverage.omissions.iter().all(|(_, reason, _)| reason.len() > 10), "{coverage:?}");
    }
}

/// Documents about something else, with the same faults: whatever the linter knows, it is not these names.
#[test]
fn the_same_faults_are_found_under_other_names() {
    let renames = [
        ("aragora", "zorblax"),
        ("Aragora", "Zorblax"),
        ("ARAGORA", "ZORBLAX"),
        ("aura", "quill"),
        ("Aura", "Quill"),
        ("AURA", "QUILL"),
        ("debate", "auction"),
        ("Debate", "Auction"),
        ("consensus", "hammer"),
        ("Consensus", "Hammer"),
        ("agent", "bidder"),
        ("Agent", "Bidder"),
        ("negotiat", "haggl"),
        ("Negotiat", "Haggl"),
        ("hive", "swarm"),
        ("nomic", "tidal"),
        ("Nomic", "Tidal"),
    ];
    let renamed = |text: &str| {
        let text = renames.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        // Words of others' interfaces, which no document can rename.
        text.replace("bidder_port", "agent_port").replace("bidder_host_name", "agent_host_name")
    };
    let rules = |findings: &[Finding]| {
        let line = |finding: &Finding| {
            let lines: Vec<usize> = finding.places.iter().map(|noted| noted.place.line).collect();
            (finding.rule, lines)
        };
        findings.iter().map(line).collect::<BTreeSet<_>>()
    };
    let before = rules(&findings(&|text| text.to_owned()));
    let after = rules(&findings(&renamed));
    let lost: Vec<_> = before.difference(&after).collect();
    let gained: Vec<_> = after.difference(&before).collect();
    assert!(lost.is_empty() && gained.is_empty(), "lost: {lost:#?}\ngained: {gained:#?}");
}

#[test]
fn the_linter_knows_no_name_of_the_documents() {
    let mut folders = vec![root().join("src/prove")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("readable").to_lowercase();
            for name in ["aragora", "aura-", "aura_", "debate", "nomic", "negotiation"] {
                assert!(!text.contains(name), "{} holds `{name}`", path.display());
            }
        }
    }
}
