//! What a step's request means.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::{HeaderName, Method};
use serde_json::Value;

use super::given::{Json, OneOrMany, each};
use super::persona::{ExtractFile, StepFile, UntilFile};
use super::resolve::Resolver;
use super::script::Names;
use crate::contract::yaml::{Located, nearest};
use crate::load::{Body, Request, SESSION, Shape, Source, Template, Until, Wants, is_name};

/// What a step may ask by.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// Headers that the client writes: the trace is the ledger's, the others frame the message.
const SET_BY_THE_RUN: [&str; 8] = [
    "traceparent",
    "tracestate",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "x-probity-link",
    "x-probity-stream",
];

/// How often somebody who waits looks, and how often at most: twenty minutes, as the built-in personas.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const MOST_LOOKS: u32 = 600;

/// Looking more often is no waiting.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

impl Resolver<'_> {
    pub(super) fn request(&mut self, line: &Located<String>, typed: StepFile, known: &mut Names) -> Request {
        let (method, path, route) = self.request_line(line, known);
        let waits = typed.until.is_some();
        for (key, place) in [
            ("every", typed.every.as_ref().map(|every| (every.line, every.column))),
            ("tries", typed.tries.as_ref().map(|tries| (tries.line, tries.column))),
        ] {
            // Where something was mistyped, the condition may be that.
            if let Some((line, column)) = place.filter(|_| !waits && self.clean) {
                self.report(line, column, format!("`{key}` without an `until` in the same step"), &[]);
            }
        }
        let request = Request {
            method,
            path,
            route: typed.route.map_or(route, |route| self.route(route)),
            headers: self.headers(typed.headers, known),
            body: typed.body.map(|body| self.body(body, known)),
            expect: typed.expect.map(|expect| self.statuses(expect)),
            wants: Wants {
                until: typed.until.map(|until| self.until(until)),
                extract: self.extract(typed.extract),
            },
            every: self.at_least("every", typed.every, SHORTEST_WAIT).unwrap_or(LOOK_EVERY),
            tries: self.in_range("tries", typed.tries, 1, 100_000).unwrap_or(MOST_LOOKS),
        };
        known.extend(request.wants.extract.iter().map(|(name, _)| name.clone()));
        request
    }

    /// Method, path and the route that the path suggests.
    fn request_line(&mut self, typed: &Located<String>, known: &Names) -> (Method, Template, String) {
        let (line, column) = (typed.line, typed.column);
        let Some((method, path)) = typed.value.trim().split_once(char::is_whitespace) else {
            let message = format!("`{typed}` is no request; write a method and a path, as in `GET /health`");
            self.report(line, column, message, &[]);
            return (Method::GET, Template::default(), String::new());
        };
        let known_method = METHODS.into_iter().find(|known| known.as_str() == method);
        if known_method.is_none() {
            let meant = nearest(method, METHODS.iter().map(Method::as_str));
            let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            let accepted = METHODS.map(|method| method.to_string());
            self.report(line, column, format!("unknown method `{method}`{meant}"), &accepted);
        }
        let path = Located::new(path.trim().to_owned(), line, column);
        let template = self.template(&path, known);
        if !path.starts_with('/') && !template.starts_with_name() {
            let message = format!("the path `{path}` does not start with `/`");
            self.report(line, column, message, &["/...".to_owned()]);
        }
        let unfit = |c: char| c.is_whitespace() || c.is_control() || c == '#';
        if let Some(c) = template.literals().flat_map(str::chars).find(|c| unfit(*c)) {
            let message =
                format!("the path `{path}` holds `{}`, which ends it; write it as %XX", c.escape_debug());
            self.report(line, column, message, &[]);
        }
        let route = path.split('?').next().unwrap_or_default().to_owned();
        (known_method.unwrap_or_default(), template, route)
    }

    fn route(&mut self, route: Located<String>) -> String {
        if route.trim().is_empty() {
            self.report(route.line, route.column, "the route is empty".to_owned(), &[]);
        }
        route.value
    }

    fn headers(
        &mut self,
        typed: BTreeMap<Located<String>, Located<String>>,
        known: &Names,
    ) -> Vec<(HeaderName, Template)> {
        let (mut headers, mut seen) = (Vec::new(), BTreeSet::new());
        for (name, value) in typed {
            let template = self.template(&value, known);
            if template.literals().any(|text| text.contains(char::is_control)) {
                let message = format!("the header `{name}` holds a control character");
                self.report(value.line, value.column, message, &[]);
            }
            let Some(header) = self.header_name(&name) else { continue };
            if SET_BY_THE_RUN.contains(&header.as_str()) {
                self.report(name.line, name.column, format!("`{name}` is set by the run itself"), &[]);
            }
            if !seen.insert(header.to_string()) {
                self.report(name.line, name.column, format!("header `{header}` is there twice"), &[]);
            }
            headers.push((header, template));
        }
        headers
    }

    fn header_name(&mut self, name: &Located<String>) -> Option<HeaderName> {
        let header = HeaderName::from_bytes(name.as_bytes()).ok();
        if header.is_none() {
            let message = format!("`{name}` is no header name: use letters, digits and `-`");
            self.report(name.line, name.column, message, &[]);
        }
        header
    }

    fn body(&mut self, typed: Located<Json>, known: &Names) -> Body {
        let (line, column) = (typed.line, typed.column);
        match typed.value {
            Json::Text(text) => Body::Text(self.template(&Located::new(text, line, column), known)),
            value => Body::Json(self.shape(Located::new(value, line, column), known)),
        }
    }

    fn shape(&mut self, typed: Located<Json>, known: &Names) -> Shape {
        let (line, column) = (typed.line, typed.column);
        match typed.value {
            Json::Text(text) => Shape::Text(self.template(&Located::new(text, line, column), known)),
            Json::List(items) => Shape::List(items.into_iter().map(|item| self.shape(item, known)).collect()),
            Json::Map(entries) => {
                Shape::Map(entries.into_iter().map(|(key, value)| (key, self.shape(value, known))).collect())
            }
            scalar => Shape::Literal(literal(scalar)),
        }
    }

    fn statuses(&mut self, typed: Located<OneOrMany<u16>>) -> Vec<u16> {
        let accepted = ["100 to 599".to_owned()];
        let (line, column) = (typed.line, typed.column);
        let statuses = each(typed);
        if statuses.is_empty() && self.clean {
            self.report(line, column, "no status is listed".to_owned(), &accepted);
        }
        for status in statuses.iter().filter(|status| !(100..600).contains(&status.value)) {
            self.report(status.line, status.column, format!("status {status} is out of range"), &accepted);
        }
        statuses.into_iter().map(|status| status.value).collect()
    }

    fn extract(&mut self, typed: BTreeMap<Located<String>, ExtractFile>) -> Vec<(String, Source)> {
        let mut extracts = Vec::new();
        for (name, source) in typed {
            let wrong = if name.value == SESSION {
                Some("is the session's number; choose another name")
            } else if !is_name(&name.value) {
                Some("is no name: use letters, digits, `-` and `_`")
            } else {
                None
            };
            if let Some(wrong) = wrong {
                self.report(name.line, name.column, format!("`{name}` {wrong}"), &[]);
            }
            let source = match source {
                ExtractFile::Json(pointer) => Source::Json(self.pointer(pointer)),
                ExtractFile::Header(header) => {
                    let header = self.header_name(&header);
                    Source::Header(header.unwrap_or(http::header::LOCATION))
                }
            };
            extracts.push((name.value, source));
        }
        extracts
    }

    fn until(&mut self, typed: Located<UntilFile>) -> Until {
        let Located { value: typed, line, column } = typed;
        let one = ["is", "is_not"].map(str::to_owned);
        let (value, equal) = match (typed.is.0, typed.is_not.0) {
            (Some(value), None) => (value, true),
            (None, Some(value)) => (value, false),
            (None, None) => {
                if self.clean {
                    self.report(line, column, "`until` does not say what the value must be".to_owned(), &one);
                }
                (Json::Null, true)
            }
            (Some(value), Some(_)) => {
                self.report(line, column, "`until` takes only one of `is` and `is_not`".to_owned(), &one);
                (value, true)
            }
        };
        Until { pointer: self.pointer(typed.json), value: literal(value), equal }
    }

    /// A JSON pointer (RFC 6901): empty, or parts that each begin with `/`.
    fn pointer(&mut self, typed: Located<String>) -> String {
        let escapes = typed.value.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if !typed.value.is_empty() && !typed.value.starts_with('/') {
            let message = format!("`{typed}` is no JSON pointer; did you mean `/{typed}`?");
            self.report(typed.line, typed.column, message, &["/name".to_owned(), "/list/0/name".to_owned()]);
        } else if !escapes {
            let message =
                format!("in the JSON pointer `{typed}` write `~` as `~0`, and a `/` in a name as `~1`");
            self.report(typed.line, typed.column, message, &[]);
        }
        typed.value
    }
}

/// The value as it is typed, without names in it.
fn literal(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => Value::Number(number),
        Json::Text(text) => Value::String(text),
        Json::List(items) => items.into_iter().map(|item| literal(item.value)).collect(),
        Json::Map(entries) => entries.into_iter().map(|(key, value)| (key, literal(value.value))).collect(),
    }
}
