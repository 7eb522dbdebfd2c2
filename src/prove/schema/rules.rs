//! Prometheus rules, in files of their own and in Kubernetes manifests.

use crate::contract::yaml::Node;

use super::checker::Checker;
use super::form::{DURATION, LABEL_NAME_FORM, METRIC_NAME, PROMQL, duration_ms};
use super::shape::Shape::{AnyOf, List, Map, Named, Number, Text, Words};
use super::shape::{Form, Mapping, Shape, WHOLE_NUMBER, mapping, opt, req};

/// A file of rules.
pub(super) static FILE: Mapping = mapping("a rule file", &[opt("groups", List(&Map(&GROUP)))]);

/// A group in a file.
static GROUP: Mapping = mapping("a rule group", &GROUP_KEYS);

/// A group in a manifest: Thanos' key is taken there.
pub(super) static MANIFEST_GROUP: Mapping = mapping("a rule group", &GROUP_KEYS).sharing(&[&THANOS]);

static GROUP_KEYS: [super::shape::Key; 6] = [
    req("name", Text),
    opt("interval", DURATION),
    opt("query_offset", DURATION),
    opt("limit", WHOLE_NUMBER),
    opt("labels", LABELS),
    opt("rules", List(&Map(&RULE))),
];

static THANOS: [super::shape::Key; 1] = [opt("partial_response_strategy", Words(&["", "abort", "warn"]))];

/// Labels that a rule sets: any but the metric's name.
const LABELS: Shape = Named(
    &Form {
        what: "a label name that rules may set (letters, digits and `_`, not starting with a digit, not `__name__`)",
        fits: |text| if text == "__name__" { Err("") } else { (LABEL_NAME_FORM.fits)(text) },
    },
    &Text,
);

static RULE: Mapping = mapping(
    "a rule",
    &[
        opt("alert", Text),
        opt("record", METRIC_NAME),
        req("expr", AnyOf(&[PROMQL, Number])),
        opt("for", DURATION),
        opt("keep_firing_for", DURATION),
        opt("labels", LABELS),
        opt("annotations", Named(&LABEL_NAME_FORM, &Text)),
    ],
)
.ruled(kind);

/// A rule is an alert or a recording, and a recording has nothing that only alerts need.
fn kind(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    let named = |key: &str| {
        let entry = node.entries().iter().find(|(name, _)| name.text() == Some(key));
        entry.filter(|(_, value)| value.text() != Some("") && !value.is_null())
    };
    match (named("alert"), named("record")) {
        (Some((alert, _)), Some((record, _))) => {
            let later =
                if (alert.line, alert.column) > (record.line, record.column) { alert } else { record };
            checker.report(later, "a rule has `alert` or `record`, not both");
            return;
        }
        (None, None) => {
            let message = "missing key `alert` or `record` in a rule".to_owned();
            checker.report_accepting(place, message, ["alert", "record"]);
            return;
        }
        (Some(_), None) => return,
        (None, Some(_)) => {}
    }
    for key in ["for", "keep_firing_for", "annotations"] {
        let Some((name, value)) = named(key) else { continue };
        let nothing = value.text().and_then(duration_ms) == Some(0)
            || (key == "annotations" && value.text().is_none() && value.entries().is_empty());
        if !nothing {
            checker.report(name, format!("a recording rule has no `{key}`"));
        }
    }
}
