//! Kubernetes objects that two places write differently.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Severity};
use crate::prove::said::{Said, disagreements};
use crate::prove::snippet::Snippet;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "kubernetes/object-differs",
    finds: "One Kubernetes object (same kind, same name) whose fields two places give differently.",
    why: "Whichever is applied last wins, or both exist and each is half of what was meant.",
    wrong: "They may be meant as two objects of two namespaces; then that should be said.",
    find: objects_differ,
}];

/// A Kubernetes object.
pub(super) struct Object<'a> {
    pub(super) snippet: &'a Snippet,
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) node: &'a Node,
}

/// Every object that has a kind and a name.
pub(super) fn objects(corpus: &Corpus) -> Vec<Object<'_>> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            let listed = root.node.get("items").map(Node::items).unwrap_or_default();
            for node in std::iter::once(&root.node).chain(listed) {
                let kind = node.get("kind").and_then(Node::text).filter(|_| node.get("apiVersion").is_some());
                let name = node.at("metadata.name").and_then(Node::text);
                found.extend(kind.zip(name).map(|(kind, name)| Object { snippet, kind, name, node }));
            }
        }
    }
    found
}

/// A field: where it is in the object, its value as it is compared, and the node to point at.
struct Field<'a> {
    name: String,
    value: Value,
    shown: String,
    node: &'a Node,
}

enum Value {
    Plain(String),
    /// Labels: some of them may be left out without saying something else.
    Labels(BTreeMap<String, String>),
}

/// What is compared elsewhere, or is content and not description.
const LEFT_OUT: [&str; 14] = [
    "annotations",
    "data",
    "stringData",
    "binaryData",
    "groups",
    "status",
    "env",
    "image",
    "command",
    "args",
    "apiVersion",
    "kind",
    "description",
    "creationTimestamp",
];

fn objects_differ(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let objects = objects(corpus);
    let mut said = Vec::new();
    let mut things: BTreeMap<(&str, &str, String), Vec<&Object<'_>>> = BTreeMap::new();
    for object in &objects {
        // Several of one name in one place are for several namespaces.
        let same = |other: &&Object<'_>| {
            std::ptr::eq(other.snippet, object.snippet)
                && (other.kind, other.name) == (object.kind, object.name)
        };
        let namespace = object.node.at("metadata.namespace").and_then(Node::text).unwrap_or("default");
        let several = objects.iter().filter(same).count() > 1;
        let of = if several { format!(" of namespace {namespace}") } else { String::new() };
        let subject = format!("{} `{}`{of}{}", object.kind, object.name, stage(&object.snippet.path));
        things.entry((&object.snippet.system, object.kind, subject)).or_default().push(object);
    }
    for ((_, _, subject), objects) in things {
        let fields: Vec<(&Snippet, Field<'_>)> = objects
            .iter()
            .flat_map(|object| fields(object.node).into_iter().map(|field| (object.snippet, field)))
            .collect();
        for (snippet, field) in &fields {
            let alike =
                fields.iter().filter(|(_, other)| other.name == field.name).map(|(_, other)| &other.value);
            said.push(Said {
                system: Arc::clone(&snippet.system),
                subject: subject.clone(),
                aspect: field.name.clone(),
                value: compared(&field.value, alike),
                shown: field.shown.clone(),
                place: snippet.node(field.node),
                // A cluster is a cluster: headings that say so do not set objects apart.
                path: Vec::new(),
            });
        }
    }
    let next = "write the object once, or name the two differently";
    let found = disagreements("kubernetes/object-differs", Severity::Error, said, next);
    // Within one document, scaling up is a story and no contradiction.
    let scaled = |finding: &Finding| {
        let grows = [".replicas", ".resources"].iter().any(|field| finding.message.contains(field));
        grows && finding.places.iter().all(|noted| noted.place.file == finding.places[0].place.file)
    };
    findings.extend(found.into_iter().filter(|finding| !scaled(finding)));
}

/// The stage that an object's headings say it is for.
fn stage(path: &[String]) -> &'static str {
    let words = path.join(" ").to_lowercase();
    let named = ["staging", "development", "testing"].into_iter().find(|stage| words.contains(stage));
    match named {
        Some("staging") => " in staging",
        Some(_) => " in development",
        None => "",
    }
}

/// A value as text; of labels the smallest set that is said somewhere and that they hold.
fn compared<'a>(value: &Value, alike: impl Iterator<Item = &'a Value>) -> String {
    let labels = match value {
        Value::Plain(text) => return text.clone(),
        Value::Labels(labels) => labels,
    };
    let sets = alike.filter_map(|value| if let Value::Labels(labels) = value { Some(labels) } else { None });
    let inside =
        |set: &&BTreeMap<String, String>| set.iter().all(|(key, value)| labels.get(key) == Some(value));
    let smallest = sets.filter(inside).min_by_key(|set| set.len()).unwrap_or(labels);
    of_labels(smallest)
}

fn of_labels(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
}

/// The labels of a mapping.
pub(super) fn labels(node: &Node) -> BTreeMap<String, String> {
    let pairs = node
        .entries()
        .iter()
        .filter_map(|(key, value)| Some((key.text()?.to_owned(), value.text()?.to_owned())));
    pairs.collect()
}

fn fields(node: &Node) -> Vec<Field<'_>> {
    let mut found = Vec::new();
    collect(node, "", &mut found);
    found.retain(|field| !matches!(field.name.as_str(), "metadata.name"));
    found
}

fn collect<'a>(node: &'a Node, name: &str, found: &mut Vec<Field<'a>>) {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_selector =
        last == "selector" && node.get("matchLabels").is_none() && node.get("matchExpressions").is_none();
    if (matches!(last, "labels" | "matchLabels") || is_selector) && !node.entries().is_empty() {
        let labels = labels(node);
        // The value is what a reader looks at; the mapping itself begins at the first key.
        let first = node.entries().first().map_or(node, |(key, _)| key);
        let shown = of_labels(&labels);
        found.push(Field { name: name.to_owned(), value: Value::Labels(labels), shown, node: first });
        return;
    }
    for (key, value) in node.entries() {
        let Some(key) = key.text().filter(|key| !LEFT_OUT.contains(key)) else { continue };
        let inner = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
        collect(value, &inner, found);
    }
    let plain: BTreeSet<&str> = node.items().iter().filter_map(Node::text).collect();
    if !plain.is_empty() {
        let shown = plain.iter().copied().collect::<Vec<_>>().join(", ");
        let first = node.items().first().unwrap_or(node);
        found.push(Field { name: name.to_owned(), value: Value::Plain(shown.clone()), shown, node: first });
        return;
    }
    for (index, item) in node.items().iter().enumerate() {
        // Where items have names, order means nothing.
        let key = item.get("name").and_then(Node::text).map_or_else(|| index.to_string(), str::to_owned);
        collect(item, &format!("{name}[{key}]"), found);
    }
    if let Some(text) = node.text().filter(|_| !node.is_null()) {
        found.push(Field {
            name: name.to_owned(),
            value: Value::Plain(text.to_owned()),
            shown: text.to_owned(),
            node,
        });
    }
}
