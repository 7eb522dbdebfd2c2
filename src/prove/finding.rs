use serde::Serialize;

use super::place::Place;

/// How sure a finding is to be a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot work, or two places cannot both be true.
    Error,
    /// It misleads nearly every reader.
    Warning,
    /// Worth knowing; fails nothing.
    Note,
}

/// A place and what stands there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Noted {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What it says, or what is wrong there.
    pub says: String,
}

/// Something that is wrong with files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How sure it is.
    pub severity: Severity,
    /// What is wrong, as a sentence without its full stop.
    pub message: String,
    /// The places, the one to look at first before the others.
    pub places: Vec<Noted>,
    /// What to do about it.
    pub next: String,
}

impl Severity {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl Noted {
    /// A place and what stands there.
    pub fn new(place: &Place, says: impl Into<String>) -> Self {
        Self { place: place.clone(), says: says.into() }
    }
}

impl Finding {
    /// A finding at one place; [`Finding::also`] adds the others.
    pub fn new(rule: &'static str, severity: Severity, message: impl Into<String>, first: Noted) -> Self {
        Self { rule, severity, message: message.into(), places: vec![first], next: String::new() }
    }

    /// The same with another place.
    #[must_use]
    pub fn also(mut self, place: Noted) -> Self {
        self.places.push(place);
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = next.into();
        self
    }
}
