//! Personas that are data: requests in order, with what each takes from its answer for those that follow.
//!
//! A session ends where something is not as the script says: what follows builds on it.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::client::{Ask, Asker, Expect};
use super::persona::Steps;
use super::template::{Known, SESSION, Template};
use crate::clock::Reply;
use crate::observe::Origin;

/// Somebody whom the scenario file describes, step by step. A scenario makes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    pub(crate) steps: Vec<Step>,
}

/// Some thought, then perhaps a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) pause: Duration,
    pub(crate) request: Option<Request>,
}

/// A request, or the same one again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// With its query.
    pub(crate) path: Template,
    /// What the ledger files it under.
    pub(crate) route: String,
    pub(crate) headers: Vec<(HeaderName, Template)>,
    pub(crate) body: Option<Body>,
    /// The statuses that are as they should be; none is any from 200 to 299.
    pub(crate) expect: Option<Vec<u16>>,
    pub(crate) wants: Wants,
    /// With a condition: how long to wait between two looks, and how many there are at most.
    pub(crate) every: Duration,
    pub(crate) tries: u32,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Text(Template),
    Json(Shape),
}

/// JSON with templates for strings, its keys in the order in which they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Literal(Value),
    /// One name alone becomes the value as it was extracted, be it a number or an object.
    Text(Template),
    List(Vec<Shape>),
    Map(Vec<(String, Shape)>),
}

/// What later steps want of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    /// Only an answer of which this is true is wanted.
    pub(crate) until: Option<Until>,
    pub(crate) extract: Vec<(String, Source)>,
}

/// Whether the value at a JSON pointer is this one. One that is not there is neither equal nor different: not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Until {
    pub(crate) pointer: String,
    pub(crate) value: Value,
    pub(crate) equal: bool,
}

/// Where in an answer something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// At a JSON pointer.
    Json(String),
    Header(HeaderName),
}

impl Script {
    /// Plays it from the first step on.
    pub(super) async fn play<A: Asker>(&self, mut steps: Steps<A>) {
        let mut known = Known::from([(SESSION.to_owned(), Value::from(steps.session))]);
        for step in &self.steps {
            steps.pause(step.pause).await;
            if let Some(request) = &step.request
                && request.perform(&mut steps, &mut known, self.origin).await.is_none()
            {
                return;
            }
        }
    }
}

impl Request {
    /// Asks, as often as it takes; none when the session cannot go on.
    async fn perform<A: Asker>(&self, steps: &mut Steps<A>, known: &mut Known, origin: Origin) -> Option<()> {
        let expect = self.expect.as_deref().map_or(Expect::Success, Expect::OneOf);
        let (path, headers, body) = (self.path.path(known), self.headers(known), self.body(known));
        let looks = if self.wants.until.is_some() { self.tries } else { 1 };
        for look in 0..looks {
            if look > 0 {
                steps.pause(self.every).await;
            }
            let (step, since) = (steps.next(), steps.since());
            let ask = Ask {
                method: self.method.clone(),
                route: &self.route,
                path: path.clone(),
                headers: headers.clone(),
                body: body.clone(),
                expect,
                wants: Some(&self.wants),
                origin,
                step,
                since,
            };
            let reply = steps.asker.ask(ask).await?;
            if !expect.takes(reply.status) {
                return None;
            }
            if self.wants == Wants::default() {
                return Some(());
            }
            let answer = Answer::read(&reply);
            if self.wants.is_met(&answer) {
                known.extend(self.wants.found(&answer)?);
                return Some(());
            }
        }
        None
    }

    fn headers(&self, known: &Known) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let content_type = match &self.body {
            Some(Body::Json(_)) => Some("application/json"),
            Some(Body::Text(_)) => Some("text/plain; charset=utf-8"),
            None => None,
        };
        headers.extend(content_type.map(|stated| (CONTENT_TYPE, HeaderValue::from_static(stated))));
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::try_from(value.header(known)) {
                headers.insert(name, value);
            }
        }
        headers
    }

    fn body(&self, known: &Known) -> Bytes {
        match &self.body {
            None => Bytes::new(),
            Some(Body::Text(text)) => text.text(known).into(),
            Some(Body::Json(shape)) => shape.json(known).into(),
        }
    }
}

impl Shape {
    /// The JSON text.
    fn json(&self, known: &Known) -> String {
        match self {
            Self::Literal(value) => value.to_string(),
            Self::Text(text) => match text.alone().and_then(|name| known.get(name)) {
                Some(value) => value.to_string(),
                None => Value::from(text.text(known)).to_string(),
            },
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.json(known)).collect();
                format!("[{}]", items.join(","))
            }
            Self::Map(entries) => {
                let entry = |(key, value): &(String, Self)| {
                    format!("{}:{}", Value::from(key.as_str()), value.json(known))
                };
                let entries: Vec<String> = entries.iter().map(entry).collect();
                format!("{{{}}}", entries.join(","))
            }
        }
    }
}

/// An answer, its JSON read once; null when it is none.
struct Answer<'a> {
    headers: &'a HeaderMap,
    json: Value,
}

impl<'a> Answer<'a> {
    fn read(reply: &'a Reply) -> Self {
        Self { headers: &reply.headers, json: serde_json::from_slice(&reply.body).unwrap_or_default() }
    }

    fn find(&self, source: &Source) -> Option<Value> {
        match source {
            // What is null is as good as not there: no later request can be built on it.
            Source::Json(pointer) => self.json.pointer(pointer).filter(|value| !value.is_null()).cloned(),
            Source::Header(name) => {
                let value = self.headers.get(name)?;
                Some(Value::from(String::from_utf8_lossy(value.as_bytes())))
            }
        }
    }
}

impl Wants {
    /// Whether the answer is the one that was waited for and lacks something all the same.
    pub(super) fn misses_in(&self, reply: &Reply) -> bool {
        if self.extract.is_empty() {
            return false;
        }
        let answer = Answer::read(reply);
        self.is_met(&answer) && self.found(&answer).is_none()
    }

    fn is_met(&self, answer: &Answer<'_>) -> bool {
        self.until.as_ref().is_none_or(|until| until.holds(answer))
    }

    /// Everything that is to be extracted; none when something is missing.
    fn found(&self, answer: &Answer<'_>) -> Option<Known> {
        self.extract.iter().map(|(name, source)| Some((name.clone(), answer.find(source)?))).collect()
    }
}

impl Until {
    fn holds(&self, answer: &Answer<'_>) -> bool {
        let Some(value) = answer.json.pointer(&self.pointer) else { return false };
        // 2 and 2.0 are the same number to whoever typed them.
        let same_number = value.as_f64().is_some_and(|number| self.value.as_f64() == Some(number));
        (same_number || *value == self.value) == self.equal
    }
}
