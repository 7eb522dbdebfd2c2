//! Relabelling: the words, and which keys each of them takes.

use super::super::checker::{Checker, said};
use super::super::form::{LABEL_NAME, REGEX, is_name};
use super::super::shape::Shape::{AnyCase, List, Map, Text};
use super::super::shape::{COUNT, Mapping, Shape, mapping, opt};
use crate::contract::yaml::Node;

/// A list of relabelling steps.
pub(super) const RELABELS: Shape = List(&Map(&RELABEL));

static RELABEL: Mapping = mapping(
    "a relabelling step",
    &[
        opt("source_labels", List(&LABEL_NAME)),
        opt("separator", Text),
        opt("target_label", Text),
        opt("regex", REGEX),
        opt("modulus", COUNT),
        opt("replacement", Text),
        opt("action", AnyCase(ACTIONS)),
    ],
)
.ruled(|checker, node, place| judge(checker, node, place, &SNAKE));

const ACTIONS: &[&str] = &[
    "replace",
    "lowercase",
    "uppercase",
    "keep",
    "drop",
    "keepequal",
    "dropequal",
    "hashmod",
    "labelmap",
    "labeldrop",
    "labelkeep",
];

/// How the keys are spelt: Kubernetes' manifests have the same steps in camel case.
pub(in super::super) struct Spelling {
    pub(in super::super) source_labels: &'static str,
    pub(in super::super) target_label: &'static str,
}

const SNAKE: Spelling = Spelling { source_labels: "source_labels", target_label: "target_label" };

/// `relabel.Config.Validate` of Prometheus.
pub(in super::super) fn judge(checker: &mut Checker<'_>, node: &Node, place: &Node, spelling: &Spelling) {
    let action = said(node, "action").to_ascii_lowercase();
    let target_label = spelling.target_label;
    let target = said(node, target_label);
    match action.as_str() {
        "" | "replace" | "hashmod" | "lowercase" | "uppercase" | "keepequal" | "dropequal" => {
            let action = if action.is_empty() { "replace" } else { &action };
            if target.is_empty() {
                let message = format!("missing key `{target_label}`, which the action `{action}` needs");
                checker.report(place, message);
            } else if !is_target(target, action == "replace") {
                let at = node.get(target_label).unwrap_or(place);
                checker
                    .report(at, format!("`{target}` is no label name that the action `{action}` can write"));
            }
        }
        _ => {}
    }
    if action == "hashmod" && matches!(said(node, "modulus"), "" | "0") {
        checker.report(place, "missing key `modulus`, which the action `hashmod` needs");
    }
    let takes: &[&str] = match action.as_str() {
        "labeldrop" | "labelkeep" => &["regex"],
        "keepequal" | "dropequal" => &[spelling.source_labels, target_label],
        _ => return,
    };
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or_default();
        if name != "action" && !takes.contains(&name) && !value.is_null() {
            let message = format!("the action `{action}` takes no `{name}`");
            checker.report_accepting(key, message, takes.iter().copied());
        }
    }
}

/// `relabelTarget` of Prometheus: a label name, into which `replace` may put groups of its expression.
fn is_target(text: &str, groups: bool) -> bool {
    if !groups || !text.contains('$') {
        return is_name(text, false);
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, group) = (&rest[..at], &rest[at + 1..]);
        let end = group.find(|c| !word(c)).unwrap_or(group.len());
        let braced = group.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let group_is_named = braced.map_or(end > 0, |(name, _)| !name.is_empty() && name.chars().all(word));
        if !before.chars().all(word) || !group_is_named {
            return false;
        }
        rest = braced.map_or(&group[end..], |(_, after)| after);
    }
    rest.chars().all(word) && !text.starts_with(|c: char| c.is_ascii_digit())
}
