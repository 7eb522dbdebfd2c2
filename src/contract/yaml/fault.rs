//! The error of one pass: what serde said, and what the place it passed through added.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::{
    pass::{Pass, Remedy},
    problem::{Problem, unreject},
    tree::{Node, Place},
    words,
};

/// The first error of a pass. Boxed, because every value is returned in a `Result` with it.
#[derive(Debug)]
pub(super) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: String,
    accepted: Vec<String>,
    help: Option<String>,
    /// Set by the innermost node the error passes on its way out.
    settled: Option<(Place, Remedy)>,
}

/// What the error is about, as far as it decides how it is reported.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// The way this very value is written.
    Value,
    /// The value as a whole, and so perhaps only the parts of it that were left out.
    Whole,
    /// A key its struct does not know.
    UnknownKey(String, &'static [&'static str]),
    /// A variant its enum does not know.
    UnknownVariant(String, &'static [&'static str]),
    /// A required key is not there.
    Missing(&'static str),
    /// Two keys mean the same field.
    Repeated,
    /// A consequence of what is already reported.
    Silent,
}

impl Fault {
    fn new(kind: Kind, message: String) -> Self {
        Self(Box::new(Inner { kind, message, accepted: Vec::new(), help: None, settled: None }))
    }

    /// The node holds something of another type.
    pub(super) fn wrong_type(expected: &dyn Expected, node: &Node) -> Self {
        let said = expected.to_string();
        let message = format!("expected {}, saw {}", words::expected(&said), words::seen(node));
        let mut fault = Self::new(Kind::Value, message);
        fault.0.help = words::advice(&said, node);
        if said == "a boolean" {
            fault.0.accepted = list(&["true", "false"]);
        }
        fault
    }

    /// The node is written in a way that cannot be what was expected.
    pub(super) fn value(message: String) -> Self {
        Self::new(Kind::Value, message)
    }

    /// The node does not fit as a whole.
    pub(super) fn whole(message: String) -> Self {
        Self::new(Kind::Whole, message)
    }

    /// Nothing new: this node cannot be decoded because of what is already reported.
    pub(super) fn silent(node: &Node) -> Self {
        Self::new(Kind::Silent, String::new()).settled(node.place, Remedy::LeaveOut(node.id))
    }

    /// Nothing new: a made-up value was not taken.
    pub(super) fn not_taken(node: &Node, field: &'static str) -> Self {
        Self::new(Kind::Silent, String::new()).settled(node.place, Remedy::PretendAgain(node.id, field))
    }

    pub(super) fn with_accepted(mut self, accepted: &[&str]) -> Self {
        self.0.accepted = list(accepted);
        self
    }

    pub(super) fn with_help(mut self, help: String) -> Self {
        self.0.help = Some(help);
        self
    }

    pub(super) fn with_message(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// What kind of error it is, while no node has claimed it.
    pub(super) fn unsettled(&self) -> Option<&Kind> {
        self.0.settled.is_none().then_some(&self.0.kind)
    }

    /// Claims the error for a place and says what helps.
    pub(super) fn settled(mut self, place: Place, remedy: Remedy) -> Self {
        self.0.settled = Some((place, remedy));
        self
    }

    /// Claims the error for this node, unless one inside it already has.
    pub(super) fn at(self, node: &Node, pass: &Pass) -> Self {
        if self.0.settled.is_some() {
            return self;
        }
        let silent = match self.0.kind {
            Kind::Whole => pass.leaves_out_within(node),
            // Of an internally tagged enum, which serde decodes after it has left the mapping.
            Kind::Missing(field) => pass.excuses(field, node),
            _ => false,
        };
        self.silenced(silent).settled(node.place, Remedy::LeaveOut(node.id))
    }

    /// Names the key whose mapping lacks something, when it is this one.
    pub(super) fn inside(mut self, key: &Node, value: &Node) -> Self {
        let about_value = matches!(self.0.settled, Some((_, Remedy::Pretend(node, _))) if node == value.id);
        if about_value {
            self.0.message.push_str(&format!(" in `{}`", words::shown(key.text())));
        }
        self
    }

    /// Takes a missing key as already reported.
    pub(super) fn silenced(mut self, silent: bool) -> Self {
        if silent {
            self.0.kind = Kind::Silent;
        }
        self
    }

    /// The problem to report, if any, and what the next pass has to do differently, if anything helps.
    pub(super) fn outcome(self, file: &str) -> (Option<Problem>, Option<Remedy>) {
        let inner = *self.0;
        let Some((place, remedy)) = inner.settled else { return (None, None) };
        let problem = (inner.kind != Kind::Silent).then(|| Problem {
            file: file.to_owned(),
            line: place.line,
            column: place.column,
            length: place.length,
            message: inner.message,
            accepted: inner.accepted,
            help: inner.help,
        });
        (problem, Some(remedy))
    }
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(text: T) -> Self {
        let (message, accepted) = unreject(&text.to_string());
        let mut fault = Self::new(Kind::Whole, message);
        fault.0.accepted = accepted;
        fault
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let said = words::expected(&expected.to_string());
        Self::new(Kind::Value, format!("expected {said}, saw {}", words::given(&unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let said = words::expected(&expected.to_string());
        Self::new(Kind::Whole, format!("expected {said}, saw {}", words::given(&unexpected)))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let said = words::expected(&expected.to_string());
        Self::new(Kind::Whole, format!("expected {said}, saw a list of {length}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let message = words::unknown("value", variant, expected.iter().copied());
        Self::new(Kind::UnknownVariant(variant.to_owned(), expected), message).with_accepted(expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let message = words::unknown("key", field, expected.iter().copied());
        Self::new(Kind::UnknownKey(field.to_owned(), expected), message).with_accepted(expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Kind::Missing(field), format!("missing key `{field}`"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Kind::Repeated, format!("`{field}` is given twice, under two of its names"))
    }
}
