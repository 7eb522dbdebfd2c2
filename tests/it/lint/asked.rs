//! What one rule finds in invented documents, in a form that a test can state.

use probity::prove::{Corpus, Finding, Input, lint};

/// The findings of one rule in these files, each document with these words at its end: they tell what it is about.
fn of_rule(rule: &str, files: &[(&str, &str)], about: &str) -> Vec<Finding> {
    let inputs = files.iter().map(|(name, text)| {
        let text = if name.ends_with(".md") { format!("{text}{about}") } else { (*text).to_owned() };
        Input { name: (*name).to_owned(), text, damaged: None }
    });
    let findings = lint(&Corpus::read(inputs.collect())).findings;
    findings.into_iter().filter(|finding| finding.rule == rule).collect()
}

/// Each finding as its places and what they say, in documents about parcels.
pub(super) fn parcels(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    let findings = of_rule(rule, files, "\nSee parcel-api, parcel-web and parcel-db.\n");
    let places = findings.iter().map(|finding| {
        let places = finding.places.iter();
        let places = places.map(|noted| format!("{}:{} {}", noted.place.file, noted.place.line, noted.says));
        places.collect::<Vec<_>>().join("; ")
    });
    places.collect()
}

/// Each finding as its severity and places, in documents about a bakery.
pub(super) fn bakery(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    placed(&of_rule(rule, files, &("\nbakery-shop ".to_owned() + &"bakery-van ".repeat(20))))
}

/// The same in documents that tell themselves what they are about.
pub(super) fn themselves(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    placed(&of_rule(rule, files, ""))
}

fn placed(findings: &[Finding]) -> Vec<String> {
    let shown = findings.iter().map(|finding| {
        let places = finding.places.iter().map(|noted| format!("{}:{}", noted.place.file, noted.place.line));
        format!("{} {}", finding.severity.name(), places.collect::<Vec<_>>().join(" "))
    });
    shown.collect()
}

/// Each finding as its severity, lines and what they say, in one document.
pub(super) fn shop(rule: &str, text: &str) -> Vec<String> {
    let findings = of_rule(rule, &[("shop.md", text)], "");
    let shown = findings.iter().map(|finding| {
        let places = finding.places.iter().map(|noted| format!("{} {}", noted.place.line, noted.says));
        format!("{} {}", finding.severity.name(), places.collect::<Vec<_>>().join(" | "))
    });
    shown.collect()
}
