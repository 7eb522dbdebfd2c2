//! Lists of spans and their attributes, in tables and items.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::words::{mentions, set};
use crate::prove::corpus::Corpus;
use crate::prove::page::{Item, Page, Table};
use crate::prove::place::Place;

/// What a list says of the spans of one component.
pub(super) struct Listed {
    /// The system that the document is about.
    pub(super) system: Arc<str>,
    /// The component as it is called there.
    pub(super) component: String,
    /// The words by which it is known elsewhere.
    pub(super) keys: BTreeSet<String>,
    /// The span's name; none of attributes under a prefix.
    pub(super) span: Option<String>,
    /// The attributes, each with its place.
    pub(super) attributes: BTreeMap<String, Place>,
    /// Where.
    pub(super) place: Place,
    /// The headings above it.
    pub(super) path: Vec<String>,
    /// Which list it is in: what one list tells apart is not the same.
    pub(super) list: usize,
    /// Whether it lists attributes under a prefix and not spans.
    pub(super) grouped: bool,
}

/// Words that say nothing of which component is meant.
pub(super) const VAGUE: [&str; 15] = [
    "span",
    "attribute",
    "trace",
    "tracing",
    "name",
    "automatically",
    "captured",
    "the",
    "of",
    "and",
    "for",
    "key",
    "custom",
    "opentelemetry",
    "call",
];

/// What the lists of every document say.
pub(super) fn listed(corpus: &Corpus) -> Vec<Listed> {
    let mut found = Vec::new();
    for (page, system) in &corpus.pages {
        for (index, table) in page.tables.iter().enumerate() {
            of_table(page, system, table, index, &mut found);
        }
        of_items(page, system, &mut found);
    }
    found.retain(|listed| listed.span.is_some() || !listed.attributes.is_empty());
    found
}

fn of_table(page: &Page, system: &Arc<str>, table: &Table, list: usize, found: &mut Vec<Listed>) {
    let path = &page.sections[table.section].path;
    let about = format!("{} {}", path.join(" "), table.intro);
    let column = |word: &str| table.head.iter().position(|head| set(head).contains(word));
    let of_spans = mentions(&about, &["span", "trac", "instrument"]);
    let span = column("span").or_else(|| column("operation").filter(|_| of_spans));
    let attributes = column("attribute").or_else(|| column("tag").filter(|_| of_spans));
    let (Some(at), span) = (attributes, span) else { return };
    if span.is_none() && !of_spans {
        return;
    }
    for row in &table.rows {
        let Some(cell) = row.cells.get(at) else { continue };
        let named = |column: Option<usize>| {
            column.and_then(|column| row.cells.get(column)).map(|cell| cell.text.clone())
        };
        let each =
            cell.text.split([',', ';']).map(|word| word.trim().to_owned()).filter(|word| is_attribute(word));
        let each: BTreeMap<String, Place> = each.map(|word| (word, cell.place.clone())).collect();
        if let Some(span) = named(span) {
            let component = (0..table.head.len()).find(|column| {
                Some(*column) != table.head.iter().position(|h| set(h).contains("span")) && *column != at
            });
            let component = named(component).unwrap_or_else(|| span.clone());
            let mut keys = keys(&component);
            keys.extend(span.split('.').next().map(str::to_lowercase));
            found.push(Listed {
                system: system.clone(),
                component,
                keys,
                span: Some(span),
                attributes: each,
                place: cell.place.clone(),
                path: path.clone(),
                list,
                grouped: false,
            });
        } else {
            each.into_iter().for_each(|(name, place)| group(page, system, path, list, (name, place), found));
        }
    }
}

/// Adds an attribute to those of its prefix: `http.path` is one of `http`, in whichever list it stands.
fn group(
    page: &Page,
    system: &Arc<str>,
    path: &[String],
    list: usize,
    (name, place): (String, Place),
    found: &mut Vec<Listed>,
) {
    let title = path.last().cloned().unwrap_or_default();
    let component = name.split_once('.').map_or(title, |(first, _)| first.to_owned());
    let same = |it: &&mut Listed| {
        it.grouped && it.list == list && it.component == component && it.place.file == *page.file()
    };
    if let Some(group) = found.iter_mut().find(same) {
        group.attributes.insert(name, place);
        return;
    }
    found.push(Listed {
        system: system.clone(),
        keys: keys(&component),
        component,
        span: None,
        place: place.clone(),
        attributes: BTreeMap::from([(name, place)]),
        path: path.to_vec(),
        list,
        grouped: true,
    });
}

fn of_items(page: &Page, system: &Arc<str>, found: &mut Vec<Listed>) {
    for item in page.items.iter().filter(|item| item.leads_with_code) {
        let path = &page.sections[item.section].path;
        let near = format!("{} {}", path.last().map_or("", String::as_str), item.label);
        let list = page.tables.len() + item.section;
        let Some((first, rest)) = item.codes.split_first().filter(|(first, _)| is_attribute(first)) else {
            continue;
        };
        if mentions(&near, &["attribute"])
            && mentions(&path.join(" "), &["span", "trac"])
            && first.contains('.')
        {
            group(page, system, path, list, (first.clone(), item.place.clone()), found);
        } else if mentions(&near, &["span"]) && first.contains('.') {
            found.push(of_item(system, item, path, list, first, rest));
        }
    }
}

/// `order.create`: `order.id`, `order.total`.
fn of_item(
    system: &Arc<str>,
    item: &Item,
    path: &[String],
    list: usize,
    span: &str,
    rest: &[String],
) -> Listed {
    let each = rest.iter().filter(|code| is_attribute(code)).map(|code| (code.clone(), item.place.clone()));
    Listed {
        system: system.clone(),
        component: span.to_owned(),
        keys: keys(span.split('.').next().unwrap_or_default()),
        span: Some(span.to_owned()),
        attributes: each.collect(),
        place: item.place.clone(),
        path: path.to_vec(),
        list,
        grouped: false,
    }
}

/// Whether a word can be an attribute's or a span's name.
pub(super) fn is_attribute(word: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    !word.is_empty() && word != "-" && word.chars().all(good)
}

fn keys(component: &str) -> BTreeSet<String> {
    set(component).into_iter().filter(|word| !VAGUE.contains(&word.as_str())).collect()
}
