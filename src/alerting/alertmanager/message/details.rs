//! PagerDuty's details.
//!
//! 0.33 takes what a template became for YAML: `yes` becomes `true`, `5` a number, JSON an object, and whatever text is in
//! there is expanded and read once more. That is meant for `toJson`, and meets labels and annotations too.

use std::collections::BTreeMap;

use super::Release;
use super::json::{list, text as json_text};
use super::texts::Texts;
use crate::alerting::template::json_number;
use crate::alerting::yaml::{Documents, Kind, Library, Node, Value};

/// JSON by name.
pub(super) type Details = BTreeMap<String, String>;

/// How often a text may become another. Alertmanager has no limit but its memory.
const MOST_NESTED: usize = 50;

/// How long what one text becomes may be.
const MOST_BYTES: usize = 4 << 20;

/// The details of a message.
pub(super) fn details(written: &BTreeMap<String, String>, texts: &Texts<'_>) -> Result<Details, String> {
    let release = texts.templates().release;
    let expand = |(key, text): (&String, &String)| {
        let value = match release {
            Release::V0_25 => match texts.try_expand(text) {
                Ok(expanded) => Ok(json_text(release, &expanded)),
                Err(error) => Err(format!("{}: failed to template {}: {error}", quoted(key), quoted(text))),
            },
            Release::V0_33 => {
                again(text, texts, 0).map_err(|error| format!("failed to render details: {error}"))
            }
        };
        Ok((key.clone(), value?))
    };
    written.iter().map(expand).collect()
}

/// As Go's `%q` shows a text.
fn quoted(text: &str) -> String {
    crate::alerting::template::quote(text)
}

/// A text as JSON once it is expanded and read.
fn again(text: &str, texts: &Texts<'_>, nested: usize) -> Result<String, String> {
    let expanded = texts.try_expand(text)?;
    if nested >= MOST_NESTED {
        return Err(format!("details are nested more than {MOST_NESTED} deep"));
    }
    let json = || json_text(Release::V0_33, &expanded);
    let root = match Documents::new(&expanded, "").next_document() {
        Ok(Some(root)) => root,
        Ok(None) => return Ok("null".to_owned()),
        Err(_) => return Ok(json()),
    };
    if root.text().is_some() && !matches!(root.kind(Library::V2), Some(Ok(kind)) if kind != Kind::Text) {
        return Ok(json());
    }
    // Where it cannot be read as anything, it is a text.
    if !is_sound(&root) {
        return Ok(json());
    }
    let read = value(&root, texts, nested)?;
    // Each text may be two of the next.
    if read.len() > MOST_BYTES { Err("details are longer than 4 MiB".to_owned()) } else { Ok(read) }
}

/// Whether the tags and merges of a document are what Go can follow.
fn is_sound(node: &Node<'_>) -> bool {
    match &node.target().value {
        Value::Scalar { .. } => matches!(node.kind(Library::V2), Some(Ok(_))),
        Value::Seq(items) => items.iter().all(is_sound),
        Value::Map(entries) => entries.iter().all(|(key, value)| {
            key.text().is_some()
                && is_sound(key)
                && is_sound(value)
                && (!key.is_merge() || is_mergeable(value))
        }),
        Value::Alias { .. } => false,
    }
}

fn is_mergeable(node: &Node<'_>) -> bool {
    let is_map = |node: &Node<'_>| matches!(node.target().value, Value::Map(_));
    match &node.value {
        Value::Seq(items) => items.iter().all(is_map),
        _ => is_map(node),
    }
}

fn value(node: &Node<'_>, texts: &Texts<'_>, nested: usize) -> Result<String, String> {
    match &node.target().value {
        Value::Scalar { text, .. } => match node.kind(Library::V2) {
            Some(Ok(Kind::Null)) => Ok("null".to_owned()),
            Some(Ok(Kind::Bool(value))) => Ok(value.to_string()),
            Some(Ok(Kind::Int(value))) => Ok(value.to_string()),
            // What JSON cannot hold is found out when the message is put together.
            Some(Ok(Kind::Float(value))) => json_number(value).map_err(unencodable),
            _ => again(text, texts, nested + 1),
        },
        Value::Seq(items) => {
            let items: Result<Vec<String>, String> =
                items.iter().map(|item| value(item, texts, nested)).collect();
            Ok(list(&items?))
        }
        _ => {
            let mut entries = BTreeMap::new();
            gather(node, &mut entries);
            let mut members = Vec::with_capacity(entries.len());
            for (key, entry) in entries {
                members.push(format!("{}:{}", json_text(Release::V0_33, key), value(entry, texts, nested)?));
            }
            Ok(format!("{{{}}}", members.join(",")))
        }
    }
}

/// The entries of a mapping whose keys are texts; of one key the last counts.
fn gather<'t, 'a>(node: &'t Node<'a>, into: &mut BTreeMap<&'t str, &'t Node<'a>>) {
    let Value::Map(entries) = &node.target().value else { return };
    for (key, entry) in entries {
        if key.is_merge() {
            match &entry.value {
                // Later ones are overwritten by earlier ones.
                Value::Seq(items) => items.iter().rev().for_each(|item| gather(item, into)),
                _ => gather(entry, into),
            }
        } else if let (Some(name), Some(Ok(Kind::Text))) = (key.text(), key.kind(Library::V2)) {
            into.insert(name, entry);
        }
    }
}

fn unencodable(error: String) -> String {
    format!("failed to encode PagerDuty message: {error}")
}
