//! Names of metrics: one signal under several names, names that no list has, names that no contract has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::metrics::{Mention, base, key, mentions, of_others, own, prefixes};
use super::signal::signal;
use crate::contract::Promise;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::query::Purpose;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "metrics/several-names",
        finds: "One signal under several names, such as `shop_orders_active` and `shop_orders_in_progress`.",
        why: "A metric has one name: queries, alerts and panels with another find nothing, and nobody is told.",
        wrong: "Two names whose words mean the same may be two metrics; names that one list or one query holds side \
                by side are taken as two.",
        find: several,
    },
    Rule {
        id: "metrics/unlisted",
        finds: "Metrics of the system's own that a query or an alert reads and no list of its metrics has.",
        why: "Whoever builds the service from the lists never exposes it; the alert stays silent.",
        wrong: "A list may be of the most important metrics only.",
        find: unlisted,
    },
    Rule {
        id: "metrics/no-clause",
        finds: "Metrics that a deployed rule or dashboard reads and no contract of the system promises.",
        why: "Nothing says that the service will go on exposing it.",
        wrong: "A contract may be unfinished.",
        find: unpromised,
    },
];

/// The names of one signal, each with the places that use it, in the order of the corpus.
struct Signal<'a> {
    words: BTreeSet<String>,
    names: Vec<Vec<&'a Mention>>,
}

fn several(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for signal in signals(&mentions(corpus)) {
        let shown: Vec<String> =
            signal.names.iter().map(|places| format!("`{}`", base(&places[0].shown))).collect();
        let words: Vec<&str> = signal.words.iter().map(String::as_str).collect();
        let message =
            format!("one metric ({}) goes by {} names: {}", words.join(" "), shown.len(), shown.join(", "));
        let mut places = signal.names.iter().flat_map(|places| lines(places));
        let Some(first) = places.next() else { continue };
        let mut finding = Finding::new("metrics/several-names", Severity::Error, message, first);
        finding.places.extend(places);
        findings.push(finding.next(
            "decide on one name and use it in all of these places: a query with another finds nothing",
        ));
    }
}

/// The first mention in each line of documents, and in each other file: a dashboard may name one metric fifty times.
fn lines(mentions: &[&Mention]) -> Vec<Noted> {
    let mut seen = BTreeSet::new();
    let line = |mention: &Mention| if mention.whole { 0 } else { mention.place.line };
    let firsts = mentions.iter().filter(|mention| seen.insert((&mention.place.file, line(mention))));
    firsts.map(|mention| Noted::new(&mention.place, mention.shown.clone())).collect()
}

/// The signals that go by more than one name.
fn signals(mentions: &[Mention]) -> Vec<Signal<'_>> {
    let prefixes = prefixes(mentions);
    let listed: BTreeSet<(&Arc<str>, &str)> =
        mentions.iter().filter(|it| it.listed).map(|it| (&it.system, it.key.as_str())).collect();
    let mut groups: BTreeMap<(&Arc<str>, BTreeSet<String>), Vec<&Mention>> = BTreeMap::new();
    for mention in mentions.iter().filter(|it| !of_others(&it.key) && !it.key.contains(':')) {
        let ours = prefixes.get(&mention.system);
        if own(&mention.key, ours).is_some() || listed.contains(&(&mention.system, mention.key.as_str())) {
            groups.entry((&mention.system, signal(&mention.key, ours))).or_default().push(mention);
        }
    }
    let groups = groups.into_iter().filter(|((_, words), _)| !words.is_empty());
    groups
        .flat_map(|((_, words), all)| {
            by_kind(all).into_iter().filter_map(move |part| of(words.clone(), part))
        })
        .collect()
}

/// A counter and a gauge whose names have the same words count and measure: two signals. What is neither by its name
/// nor by its list is then left out.
fn by_kind(all: Vec<&Mention>) -> Vec<Vec<&Mention>> {
    let of = |kind: bool| -> Vec<&Mention> {
        let names: BTreeSet<&str> =
            all.iter().filter(|it| it.counter == Some(kind)).map(|it| it.key.as_str()).collect();
        all.iter().filter(|it| names.contains(it.key.as_str())).copied().collect()
    };
    let (counters, others) = (of(true), of(false));
    if counters.is_empty() || others.is_empty() { vec![all] } else { vec![counters, others] }
}

fn of(words: BTreeSet<String>, all: Vec<&Mention>) -> Option<Signal<'_>> {
    let mut names: BTreeMap<&str, Vec<&Mention>> = BTreeMap::new();
    for mention in &all {
        names.entry(&mention.key).or_default().push(mention);
    }
    if names.len() < 2 || side_by_side(&all) {
        return None;
    }
    let files: BTreeSet<&Arc<str>> = all.iter().map(|it| &it.place.file).collect();
    // Two names in queries of one file, and no list anywhere: whoever wrote it knew both.
    if files.len() < 2 && !all.iter().any(|it| it.listed) {
        return None;
    }
    let mut names: Vec<Vec<&Mention>> = names.into_values().collect();
    // Documents first: what is deployed follows them.
    names.iter_mut().for_each(|places| places.sort_by(|a, b| (a.whole, &a.place).cmp(&(b.whole, &b.place))));
    names.sort_by(|a, b| (a[0].whole, &a[0].place).cmp(&(b[0].whole, &b[0].place)));
    Some(Signal { words, names })
}

/// Whether one file lists two of the names, or one query reads two of them: then they are two metrics.
fn side_by_side(all: &[&Mention]) -> bool {
    let mut lists: BTreeMap<&Arc<str>, BTreeSet<&str>> = BTreeMap::new();
    let mut queries: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for mention in all {
        if mention.listed {
            lists.entry(&mention.place.file).or_default().insert(&mention.key);
        }
        if let Some(query) = mention.query {
            queries.entry(query).or_default().insert(&mention.key);
        }
    }
    lists.values().any(|names| names.len() > 1) || queries.values().any(|names| names.len() > 1)
}

fn unlisted(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let all = mentions(corpus);
    let aliases: BTreeSet<(&Arc<str>, &str)> = signals(&all)
        .iter()
        .flat_map(|it| it.names.iter().flatten())
        .map(|it| (&it.system, it.key.as_str()))
        .collect();
    let prefixes = prefixes(&all);
    let recorded = recorded(corpus);
    let mut lists: BTreeMap<&Arc<str>, Vec<&Mention>> = BTreeMap::new();
    for mention in all.iter().filter(|it| it.listed && own(&it.key, prefixes.get(&it.system)).is_some()) {
        lists.entry(&mention.system).or_default().push(mention);
    }
    // What is deployed is held to the contracts, where there are any.
    let spoken: BTreeSet<&str> =
        corpus.contracts.iter().filter_map(|it| it.contract.name.split('/').next()).collect();
    let mut missing: BTreeMap<(&Arc<str>, &str), Vec<&Mention>> = BTreeMap::new();
    for mention in all.iter().filter(|it| !it.whole || !spoken.contains(&*it.system)) {
        let Some(listed) = lists.get(&mention.system) else { continue };
        let ours = own(&mention.key, prefixes.get(&mention.system)).is_some();
        let known =
            listed.iter().any(|it| it.key == mention.key) || recorded.contains(mention.shown.as_str());
        if ours && !known && !aliases.contains(&(&mention.system, mention.key.as_str())) {
            missing.entry((&mention.system, &mention.key)).or_default().push(mention);
        }
    }
    for ((system, _), uses) in missing.iter().filter(|(_, uses)| uses.iter().any(|it| it.query.is_some())) {
        let mut places = lines(uses).into_iter();
        let Some(first) = places.next() else { continue };
        let message =
            format!("`{}` is read here, and no list of the system's metrics has it", base(&uses[0].shown));
        let mut finding = Finding::new("metrics/unlisted", Severity::Warning, message, first);
        finding.places.extend(places);
        finding.places.extend(first_of_each_file(&lists[*system]));
        findings.push(
            finding.next("add it to a list of metrics with its type and labels, or read one that is listed"),
        );
    }
}

/// Where each file's list begins.
fn first_of_each_file(listed: &[&Mention]) -> Vec<Noted> {
    let mut seen = BTreeSet::new();
    let firsts = listed.iter().filter(|mention| seen.insert(&mention.place.file));
    firsts
        .map(|mention| Noted::new(&mention.place, format!("the list that begins with `{}`", mention.shown)))
        .collect()
}

/// The series that rules record.
fn recorded(corpus: &Corpus) -> BTreeSet<&str> {
    let names = corpus.queries.iter().filter_map(|query| match &query.purpose {
        Purpose::Record(name) => Some(name.as_str()),
        _ => None,
    });
    names.collect()
}

fn unpromised(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut promised: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for contract in corpus.contracts.iter().map(|spoken| &spoken.contract) {
        let Some((system, _)) = contract.name.split_once('/') else { continue };
        let names = promised.entry(system).or_default();
        names.extend(contract.clauses.iter().filter_map(|clause| match &clause.promise {
            Promise::Metric(metric) => Some(key(metric.name.as_str())),
            _ => None,
        }));
    }
    let recorded = recorded(corpus);
    let mut missing: BTreeMap<(&str, String), Vec<Noted>> = BTreeMap::new();
    for query in corpus.queries.iter().filter(|query| corpus.snippets[query.snippet].whole) {
        let Some(names) = promised.get(&*query.system).filter(|names| !names.is_empty()) else { continue };
        for (name, place) in query.metrics() {
            let ours = name.split_once('_').is_some_and(|(first, _)| *first == *query.system);
            if ours && !names.contains(key(&name)) && !recorded.contains(name.as_str()) {
                let places = missing.entry((&query.system, base(&name).to_owned())).or_default();
                places.push(Noted::new(&place, name));
            }
        }
    }
    for ((system, name), places) in missing {
        let mut places = places.into_iter();
        let Some(first) = places.next() else { continue };
        let message = format!("`{name}` is read here, and no contract of `{system}` promises it");
        let mut finding = Finding::new("metrics/no-clause", Severity::Warning, message, first);
        finding.places.extend(places);
        findings.push(finding.next("promise it in a contract, or read one that is promised"));
    }
}
