//! What all manifests have: names, labels, selectors.

use super::super::form::fits;
use super::super::shape::Shape::{AnyOf, Form as Formed, List, Map, Named, Text, Words};
use super::super::shape::{
    ANY_LIST, Form, Key, Mapping, NUMBER_OR_TEXT, Shape, TEXT_MAP, TEXTS, WHOLE_NUMBER, mapping, opt, req,
    whole,
};

/// The keys of every manifest.
pub(super) static HEAD: [Key; 3] =
    [req("apiVersion", Text), req("kind", Text), whole("metadata", Map(&METADATA))];

/// A manifest of which no more is known.
pub(in super::super) static ANYTHING: Mapping =
    mapping("a manifest", &[opt("apiVersion", Text), opt("kind", Text), opt("metadata", Map(&METADATA))])
        .any_more();

/// Names of things, and what is said about them.
pub(super) static METADATA: Mapping = mapping(
    "metadata",
    &[
        opt("name", NAME),
        opt("generateName", Text),
        opt("namespace", NAME),
        opt("labels", LABELS),
        opt("annotations", TEXT_MAP),
        opt("finalizers", TEXTS),
        opt("ownerReferences", ANY_LIST),
        opt("uid", Text),
        opt("resourceVersion", Text),
        opt("generation", WHOLE_NUMBER),
        opt("creationTimestamp", super::super::shape::Shape::Any),
        opt("deletionTimestamp", super::super::shape::Shape::Any),
        opt("deletionGracePeriodSeconds", WHOLE_NUMBER),
        opt("managedFields", ANY_LIST),
        opt("selfLink", Text),
    ],
);

/// A name that can stand in an address. What Helm fills in is not known here.
pub(super) const NAME: Shape = Formed(&Form {
    what: "a name (lower-case letters, digits, `-` and `.`, beginning and ending with a letter or digit)",
    fits: |text| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        let outer = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let plain = text.chars().all(inner) && text.starts_with(outer) && text.ends_with(outer);
        fits(text.contains("{{") || (plain && text.len() <= 253))
    },
});

/// Labels, key and value.
pub(super) const LABELS: Shape = Named(&LABEL_KEY, &LABEL_VALUE);

static LABEL_KEY: Form = Form {
    what: "a label's key (letters, digits, `-`, `_` and `.`, with a domain and `/` before it or not)",
    fits: |text| {
        let name = text.split_once('/').map_or(text, |(_, name)| name);
        fits(text.contains("{{") || (!name.is_empty() && is_label_value(name)))
    },
};

const LABEL_VALUE: Shape = Formed(&Form {
    what: "a label's value (text of up to 63 letters, digits, `-`, `_` and `.`)",
    fits: |text| fits(text.contains("{{") || is_label_value(text)),
});

fn is_label_value(text: &str) -> bool {
    let outer = |c: char| c.is_ascii_alphanumeric();
    let plain = text.chars().all(|c| outer(c) || matches!(c, '-' | '_' | '.'));
    text.is_empty() || (plain && text.len() <= 63 && text.starts_with(outer) && text.ends_with(outer))
}

/// Which things are meant.
pub(super) static SELECTOR: Mapping =
    mapping("a selector", &[opt("matchLabels", LABELS), opt("matchExpressions", List(&Map(&EXPRESSION)))]);

static EXPRESSION: Mapping = mapping(
    "an expression",
    &[
        req("key", Text),
        req("operator", Words(&["In", "NotIn", "Exists", "DoesNotExist"])),
        opt("values", TEXTS),
    ],
);

/// A port by number or name.
pub(super) const PORT: Shape = AnyOf(&[super::super::form::PORT, Text]);

/// A quantity such as `100Mi` or `0.5`.
pub(super) const QUANTITY: Shape = NUMBER_OR_TEXT;

/// One key of a ConfigMap or Secret.
pub(super) static KEY_OF: Mapping = mapping(
    "a key reference",
    &[opt("name", Text), req("key", Text), opt("optional", super::super::shape::Shape::Bool)],
);
