//! The tree of routes, and inhibition.

use super::super::checker::Checker;
use super::super::form::{DURATION, LABEL_NAME, LABEL_NAME_FORM, REGEX, duration_ms};
use super::super::shape::Shape::{Bool, Form as Formed, List, Map, Named, Text};
use super::super::shape::{Form, Key, Mapping, Shape, TEXTS, mapping, old, opt, req};
use super::matchers::MATCHERS;
use crate::contract::yaml::Node;

/// The root: it takes what no other route took, so it chooses nothing and always has a receiver.
pub(super) static ROOT: Mapping =
    mapping("the root route", &[req("receiver", Text)]).sharing(&[&CHOICE, &ROUTE_KEYS]).ruled(root);

static ROUTE: Mapping =
    mapping("a route", &[opt("receiver", Text)]).sharing(&[&CHOICE, &ROUTE_KEYS]).ruled(route);

/// Which alerts a route takes, and when.
static CHOICE: [Key; 6] = [
    opt("matchers", MATCHERS),
    old("match", Named(&LABEL_NAME_FORM, &Text)),
    old("match_re", Named(&LABEL_NAME_FORM, &REGEX)),
    opt("continue", Bool),
    opt("mute_time_intervals", TEXTS),
    opt("active_time_intervals", TEXTS),
];

static ROUTE_KEYS: [Key; 5] = [
    opt("group_by", List(&GROUP_BY)),
    opt("group_wait", DURATION),
    opt("group_interval", DURATION),
    opt("repeat_interval", DURATION),
    opt("routes", List(&Map(&ROUTE))),
];

const GROUP_BY: Shape = Formed(&Form {
    what: "a label name (letters, digits and `_`, not starting with a digit) or `...` for all labels",
    fits: |text| if text == "..." { Ok(()) } else { (LABEL_NAME_FORM.fits)(text) },
});

fn root(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or_default();
        let chooses = match name {
            "continue" => value.text() == Some("true"),
            name => {
                CHOICE.iter().any(|key| key.name == name) && (value.items().len() + value.entries().len() > 0)
            }
        };
        if chooses {
            checker.report(key, format!("the root route takes every alert, so it has no `{name}`"));
        }
    }
    route(checker, node, place);
}

fn route(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    let labels = node.get("group_by").map(Node::items).unwrap_or_default();
    for (index, label) in labels.iter().enumerate() {
        let text = label.text().unwrap_or_default();
        if labels[..index].iter().any(|earlier| earlier.text() == label.text()) {
            checker.report(label, format!("`{text}` is already in `group_by`"));
        } else if text == "..." && labels.len() > 1 {
            checker.report(label, "`...` means all labels, so it stands alone in `group_by`");
        }
    }
    for key in ["group_interval", "repeat_interval"] {
        let zero = node.get(key).filter(|value| value.text().and_then(duration_ms) == Some(0));
        if let Some(value) = zero {
            checker.report(value, format!("`{key}` must be longer than nothing"));
        }
    }
}

/// A rule by which one alert silences another.
pub(super) static INHIBIT: Mapping = mapping(
    "an inhibition rule",
    &[
        opt("name", Text),
        opt("source_matchers", MATCHERS),
        opt("target_matchers", MATCHERS),
        old("source_match", Named(&LABEL_NAME_FORM, &Text)),
        old("source_match_re", Named(&LABEL_NAME_FORM, &REGEX)),
        old("target_match", Named(&LABEL_NAME_FORM, &Text)),
        old("target_match_re", Named(&LABEL_NAME_FORM, &REGEX)),
        opt("equal", List(&LABEL_NAME)),
        opt("sources", super::super::shape::ANY_MAPS),
    ],
);
