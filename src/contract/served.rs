//! Promises that every single request keeps or breaks: the answer of an endpoint, the span of a request.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::mapping::Mistake;
use super::{Excluded, SpanSelector};

/// An endpoint answers, always with one of these statuses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path's template, as the ledger has it: `/api/debates/{id}`.
    pub path: String,
    /// The status of every answer: one, or a list of which it is one.
    pub status: Statuses,
}

/// Every request that its caller sampled has a span of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traced {
    /// The span that each of them has in its trace.
    pub entry: SpanSelector,
    /// Requests that have none.
    #[serde(default)]
    pub exclude: Vec<Excluded>,
}

/// HTTP status codes, at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statuses(Vec<u16>);

/// An HTTP status code.
struct StatusCode(u16);

impl Endpoint {
    /// What the ledger could never hold: such a promise would be vacuous for ever, and nobody would know why.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let Self { method, path, .. } = self;
        let mut mistakes = Vec::new();
        if method.is_empty() || !method.bytes().all(|letter| letter.is_ascii_uppercase()) {
            let accepted = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map(str::to_owned);
            let message = format!("`{method}` is no HTTP method; they are written in capitals");
            mistakes.push((message, accepted.to_vec()));
        }
        if !path.starts_with('/') {
            mistakes.push((format!("the path `{path}` does not begin with `/`"), Vec::new()));
        } else if path.contains(['?', '#']) {
            let message = format!("the path `{path}` has a query; the ledger's routes have none");
            mistakes.push((message, Vec::new()));
        }
        mistakes
    }
}

impl Statuses {
    /// Whether this one is among them.
    pub fn contains(&self, status: u16) -> bool {
        self.0.contains(&status)
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, status) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { " or " };
            write!(f, "{between}{status}")?;
        }
        Ok(())
    }
}

impl StatusCode {
    fn new<E: Error>(number: u64) -> Result<Self, E> {
        let code = u16::try_from(number).ok().filter(|code| (100..=599).contains(code));
        code.map(Self)
            .ok_or_else(|| E::custom(format!("expected a status code from 100 to 599, saw {number}")))
    }
}

impl<'de> Deserialize<'de> for StatusCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(u64::deserialize(from)?)
    }
}

impl<'de> Deserialize<'de> for Statuses {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OneOrMore)
    }
}

struct OneOrMore;

impl<'de> Visitor<'de> for OneOrMore {
    type Value = Statuses;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a status code from 100 to 599, or a list of them")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Statuses, E> {
        Ok(Statuses(vec![StatusCode::new(number)?.0]))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Statuses, E> {
        let number = u64::try_from(number)
            .map_err(|_| E::custom(format!("expected a status code from 100 to 599, saw {number}")))?;
        self.visit_u64(number)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Statuses, A::Error> {
        let mut statuses = Vec::new();
        while let Some(StatusCode(status)) = list.next_element()? {
            statuses.push(status);
        }
        if statuses.is_empty() {
            return Err(A::Error::custom("expected at least one status code, saw an empty list"));
        }
        Ok(Statuses(statuses))
    }
}

impl JsonSchema for Statuses {
    fn schema_name() -> Cow<'static, str> {
        "Statuses".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let code = json_schema!({"type": "integer", "minimum": 100, "maximum": 599});
        json_schema!({
            "description": "An HTTP status code, or a list of them.",
            "anyOf": [code, {"type": "array", "items": code, "minItems": 1}]
        })
    }
}
