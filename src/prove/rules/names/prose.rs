//! Plans for what a document says is there.

use std::collections::BTreeSet;

use super::Rule;
use super::words::{mentions, words};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::{Item, Page, Prose};
use crate::prove::place::Place;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "prose/planned-exists",
    finds: "A list of plans that has what the document's title or first paragraph says is there.",
    why: "One of them is out of date, and the reader cannot tell which.",
    wrong: "The plan may mean more of it; items that narrow down what they mean are left alone.",
    find: planned,
}];

/// The title of a document, and its first paragraph.
pub(super) fn opening(page: &Page) -> (Option<(String, Place)>, Option<&Prose>) {
    let title = page.sections.iter().find(|section| section.level == 1);
    let title = title.map(|section| (section.title.clone(), page.lines.whole(section.line)));
    let first = page.paragraphs.iter().find(|paragraph| {
        // Lines such as `**Version:** 1.2` say something of the file, and are no text.
        !page.lines.line(paragraph.place.line).starts_with("**") && paragraph.text.split(' ').count() > 3
    });
    // A paragraph far down says nothing of the whole.
    (title, first.filter(|paragraph| paragraph.section <= 2))
}

/// A word as what it is about: `tracing` and `traces` are one topic.
fn topic(word: String) -> String {
    match word.as_str() {
        "tracing" => "trace".to_owned(),
        "logging" => "log".to_owned(),
        "alerting" => "alert".to_owned(),
        "profiling" | "profiler" => "profile".to_owned(),
        _ => word,
    }
}

/// The words of a text, as what they are about.
pub(super) fn topics_of(text: &str) -> BTreeSet<String> {
    words(text).into_iter().map(topic).collect()
}

const PLANS: [&str; 9] =
    ["future", "planned", "roadmap", "upcoming", "next steps", "todo", "to do", "coming soon", "not yet"];

fn planned(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        let (title, paragraph) = opening(page);
        let Some((title, place)) = title else { continue };
        let said = paragraph.filter(|it| !mentions(&it.text, &["planned", "future", "will ", "not yet"]));
        let mut there = topics_of(&title);
        there.extend(said.map(|it| topics_of(&it.text)).unwrap_or_default());
        let plans = page
            .items
            .iter()
            .filter(|item| page.sections[item.section].path.iter().any(|title| mentions(title, &PLANS)));
        for (item, object) in
            plans.flat_map(|item| objects(item).into_iter().map(move |object| (item, object)))
        {
            let headings: Vec<_> = page
                .sections
                .iter()
                .filter(|section| {
                    let plan = section.path.iter().any(|title| mentions(title, &PLANS));
                    section.level > 1 && !plan && object.is_subset(&topics_of(&section.title))
                })
                .collect();
            if object.is_subset(&there) && !headings.is_empty() {
                let object: Vec<&str> = object.iter().map(String::as_str).collect();
                let message =
                    format!("this is planned, and the document says that it is there: {}", object.join(" "));
                let mut finding = Finding::new(
                    "prose/planned-exists",
                    Severity::Error,
                    message,
                    Noted::new(&item.place, item.text.clone()),
                );
                finding.places.push(Noted::new(&place, title.clone()));
                finding.places.extend(said.map(|it| Noted::new(&it.place, it.text.clone())));
                finding.places.extend(
                    headings
                        .iter()
                        .map(|section| Noted::new(&page.lines.whole(section.line), section.title.clone())),
                );
                findings.push(finding.next("drop the plan, or say what of it is missing"));
            }
        }
    }
}

/// The things that a plan would add, as topics. None where more words narrow them down: `metrics for the mobile app`.
fn objects(item: &Item) -> Vec<BTreeSet<String>> {
    let verbs = [
        "consider adding ",
        "add ",
        "adding ",
        "implement ",
        "introduce ",
        "support ",
        "enable ",
        "create ",
        "build ",
        "integrate ",
        "set up ",
        "provide ",
        "expose ",
        "adopt ",
        "instrument ",
        "start ",
        "roll out ",
    ];
    let lower = item.text.to_lowercase();
    let Some(rest) = verbs.iter().find_map(|verb| lower.strip_prefix(verb)) else { return Vec::new() };
    let rest = rest.strip_prefix("support for ").unwrap_or(rest);
    let ends =
        [" alongside ", " besides ", " in addition ", " using ", " via ", " as well", " with ", ". ", " ("];
    let end = ends.iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    let rest = &rest[..end];
    let narrow = [
        " for ",
        " to ",
        " of ",
        " in ",
        " on ",
        " from ",
        " per ",
        " across ",
        " within ",
        " into ",
        " that ",
        " which ",
        " between ",
        " by ",
    ];
    if narrow.iter().any(|word| rest.contains(word)) {
        return Vec::new();
    }
    let empty = [
        "collection",
        "support",
        "distributed",
        "full",
        "basic",
        "comprehensive",
        "gathering",
        "the",
        "a",
        "an",
        "instrumentation",
    ];
    let each = rest.split(" and ").flat_map(|part| part.split(',')).map(|part| {
        words(part)
            .into_iter()
            .filter(|word| !empty.contains(&word.as_str()))
            .map(topic)
            .collect::<BTreeSet<String>>()
    });
    each.filter(|object| !object.is_empty()).collect()
}
