//! Spans: what two places say that a component's spans carry, and how code and lists name them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rule;
use super::span_lists::{Listed, VAGUE, is_attribute, listed};
use super::words::{apart, set};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::place::Place;
use crate::prove::snippet::Kind;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "spans/attributes",
        finds: "Attributes that two lists give differently for the spans of one component.",
        why: "A search by an attribute that no span carries finds nothing.",
        wrong: "Each list may be a part of the whole; what one has and the other has not is then no contradiction, and \
                is no finding where all of one stands in the other.",
        find: attributes,
    },
    Rule {
        id: "spans/name",
        finds: "A component's span that two lists, or a list and the code, name differently.",
        why: "Whoever looks for the span by the name in the list does not find it.",
        wrong: "The list may mean a kind of span and the code one of that kind.",
        find: names,
    },
];

/// Whether two lists speak of the spans of one component.
fn same(a: &Listed, b: &Listed) -> bool {
    if a.system != b.system || a.place.file == b.place.file && a.list == b.list || apart(&a.path, &b.path) {
        return false;
    }
    match (a.grouped, b.grouped) {
        (true, true) => a.component == b.component,
        // A prefix is the first word of a span or one of the component's words.
        (true, false) | (false, true) => {
            let (group, row) = if a.grouped { (a, b) } else { (b, a) };
            !group.keys.is_empty() && group.keys.is_subset(&row.keys)
        }
        (false, false) => a.span == b.span || !a.keys.is_empty() && set(&a.component) == set(&b.component),
    }
}

fn attributes(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let listed = listed(corpus);
    for (index, a) in listed.iter().enumerate() {
        for b in listed.iter().skip(index + 1).filter(|b| same(a, b)) {
            // A prefix may be shared by several spans of the other list: one of them may carry the attributes.
            let (group, row) = if a.grouped { (a, b) } else { (b, a) };
            let others = listed.iter().filter(|it| {
                group.grouped && !row.grouped && it.list == row.list && it.place.file == row.place.file
            });
            let shared = others
                .filter(|it| same(group, it))
                .any(|it| it.attributes.keys().any(|name| group.attributes.contains_key(name)));
            if !shared {
                findings.extend(differ(a, b));
            }
        }
    }
}

fn differ(a: &Listed, b: &Listed) -> Option<Finding> {
    let only =
        |x: &Listed, y: &Listed| x.attributes.keys().filter(|name| !y.attributes.contains_key(*name)).count();
    let (left, right) = (only(a, b), only(b, a));
    if left == 0 || right == 0 {
        return None;
    }
    let nothing_shared = left == a.attributes.len();
    let severity = if nothing_shared { Severity::Error } else { Severity::Warning };
    let list =
        |it: &Listed| it.attributes.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let name = if a.grouped { &b.component } else { &a.component };
    let message = format!("spans of `{name}` carry {} here and {} there", list(a), list(b));
    let mut finding = Finding::new("spans/attributes", severity, message, Noted::new(&a.place, list(a)));
    finding.places[0].says = said(a);
    finding.places.extend(rest(a));
    finding.places.push(Noted::new(&b.place, said(b)));
    finding.places.extend(rest(b));
    Some(finding.next("give the attributes that the code sets, in both places"))
}

/// The attributes that stand at a list's first place.
fn said(it: &Listed) -> String {
    let here = it.attributes.iter().filter(|(_, place)| **place == it.place).map(|(name, _)| name.as_str());
    here.collect::<Vec<_>>().join(", ")
}

fn rest(it: &Listed) -> impl Iterator<Item = Noted> {
    it.attributes
        .iter()
        .filter(|(_, place)| **place != it.place)
        .map(|(name, place)| Noted::new(place, name.clone()))
}

/// A span that code begins: by a decorator or a call.
struct Begun {
    system: Arc<str>,
    function: BTreeSet<String>,
    name: String,
    line: String,
    place: Place,
}

fn begun(corpus: &Corpus) -> Vec<Begun> {
    let code = corpus
        .snippets
        .iter()
        .filter(|snippet| matches!(snippet.kind, Kind::Python | Kind::Other) && !snippet.whole);
    let lines = code.flat_map(|snippet| snippet.lines().map(move |(line, place)| (snippet, line, place)));
    let begun = lines.filter_map(|(snippet, line, place)| {
        let (before, after) = line.split_once("(\"").or_else(|| line.split_once("('"))?;
        let (name, _) = after.split_once(['"', '\''])?;
        let function = before.rsplit([' ', '@', '.']).next()?;
        let function = set(function);
        let begins = ["trace", "traced", "span", "instrument"].iter().any(|word| function.contains(*word));
        let is_span = name.contains('.') && is_attribute(name) && !function.contains("attribute");
        let is_module = function.contains("tracer") || function.contains("get");
        (begins && is_span && !is_module).then(|| Begun {
            system: snippet.system.clone(),
            function,
            name: name.to_owned(),
            line: line.trim().to_owned(),
            place,
        })
    });
    begun.collect()
}

fn names(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let listed = listed(corpus);
    let rows: Vec<(&Listed, &str)> = listed.iter().filter_map(|it| Some((it, it.span.as_deref()?))).collect();
    for (index, (a, left)) in rows.iter().enumerate() {
        for (b, right) in rows.iter().skip(index + 1).filter(|(b, right)| same(a, b) && right != left) {
            let message = format!("the span of `{}` is `{left}` here and `{right}` there", a.component);
            let finding = Finding::new("spans/name", Severity::Error, message, Noted::new(&a.place, *left));
            findings.push(
                finding
                    .also(Noted::new(&b.place, *right))
                    .next("give the name that the code gives, in both places"),
            );
        }
    }
    let begun = begun(corpus);
    for (row, span) in &rows {
        let patterned = span.contains(['*', '{', '<']);
        let known = |name: &str| rows.iter().any(|(it, span)| it.system == row.system && *span == name);
        let alone = rows
            .iter()
            .filter(|(it, other)| it.place.file == row.place.file && first(other) == first(span))
            .count()
            == 1;
        let means = |it: &Begun| means(it, row) || alone && alike(it, row, span);
        let differ: Vec<&Begun> =
            begun.iter().filter(|it| it.system == row.system && !known(&it.name) && means(it)).collect();
        if let Some(first) = differ.first().filter(|_| !patterned) {
            let message = format!(
                "the list calls the span of `{}` `{span}`, and the code calls it `{}`",
                row.component, first.name
            );
            let mut finding =
                Finding::new("spans/name", Severity::Warning, message, Noted::new(&row.place, *span));
            finding.places.extend(differ.iter().map(|it| Noted::new(&it.place, it.line.clone())));
            findings.push(
                finding.next("list the names that the code gives, or say that the list is of kinds of spans"),
            );
        }
    }
}

/// Whether code that begins a span is the component's by the function's name: `trace_handler`, of `HTTP Handler`.
fn means(begun: &Begun, row: &Listed) -> bool {
    begun.function.iter().any(|word| row.keys.contains(word) && !VAGUE.contains(&word.as_str()))
}

/// Whether two names in one document begin alike.
fn alike(begun: &Begun, row: &Listed, span: &str) -> bool {
    begun.place.file == row.place.file && span.contains('.') && first(&begun.name) == first(span)
}

fn first(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}
