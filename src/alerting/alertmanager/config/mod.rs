//! `alertmanager.yml`, read as Alertmanager reads it.
//!
//! [`read`] finds everything that is wrong at once; Alertmanager stops at the first. `schema` knows the keys of both
//! releases and what may stand there, `route`, `receiver`, `inhibit` and `interval` make the model of it, with
//! everything inherited filled in.
//!
//! # Decisions
//!
//! * Of 18 kinds of integrations three are spoken. Of the others the keys and what they need are checked, so that a
//!   file is accepted or refused as a whole; their notifications are made and never sent. Revisit when a deployment
//!   that is to be judged uses another.
//! * What of the spoken kinds has no counterpart in the model (a webhook's `payload`, Slack's app tokens, nested
//!   details of PagerDuty) makes that integration one that is not spoken, with a note.
//! * Items that are null are refused wherever Alertmanager crashes on some of them (routes, receivers, integrations).
//!   0.33 takes a null receiver for one without a name; nobody can mean it.
//! * Files that are named (secrets, certificates) are not looked for: neither does Alertmanager when it loads.

mod conditions;
mod inhibit;
mod integration;
pub mod interval;
mod model;
mod notes;
mod receiver;
mod route;
mod schema;

pub use model::{
    Config, InhibitRule, Integration, IntegrationKind, PagerDuty, Receiver, Route, Slack, SlackAction,
    SlackField, TemplateGlob, Webhook,
};

use std::collections::BTreeMap;

use super::Release;
use crate::alerting::yaml::{Decoder, Documents, Library, Node};
use crate::alerting::{Place, Problem};

/// How long an alert without an end lasts if nothing is said.
const RESOLVE_TIMEOUT_MS: i64 = 5 * 60_000;

/// What was read of a file.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The configuration; none if anything is wrong.
    pub config: Option<Config>,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
    /// What is not wrong, but can hardly be meant.
    pub notes: Vec<Problem>,
}

/// Reads the text of a file; `file` is what problems call it.
#[must_use]
pub fn read(text: &str, file: &str, release: Release) -> Read {
    let mut reader = Reader { text, release, decoder: Decoder::new(file, Library::V2), notes: Vec::new() };
    let mut documents = Documents::new(text, file);
    let config = match documents.next_document() {
        Ok(None) => {
            reader.no_route(Place::default());
            None
        }
        Ok(Some(root)) => {
            let second = match documents.next_document() {
                Ok(second) => second.map(|second| second.place()),
                Err(problem) => Some(Place { line: problem.line, column: problem.column }),
            };
            let message = "a second document, which Alertmanager never reads";
            reader.notes.extend(second.map(|place| reader.decoder.problem(place, message)));
            reader.config(&root)
        }
        Err(problem) => {
            reader.decoder.report(*problem);
            None
        }
    };
    let (problems, mut notes) = (reader.decoder.into_problems(), reader.notes);
    notes.sort_by_key(|note| (note.line, note.column));
    Read { config: config.filter(|_| problems.is_empty()), problems, notes }
}

struct Reader<'a> {
    text: &'a str,
    release: Release,
    decoder: Decoder<'a>,
    notes: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn no_route(&mut self, place: Place) {
        let problem = self.decoder.problem(place, "there is no `route`");
        self.decoder.report(problem.accepted(&["route: {receiver: the name of a receiver}"]));
    }

    fn note(&mut self, place: Place, message: impl Into<String>) {
        let note = self.decoder.problem(place, message);
        self.notes.push(note);
    }

    fn config(&mut self, root: &Node<'a>) -> Option<Config> {
        let fields = self.table(root, &schema::FILE);
        let global = fields.get("global").map(|it| self.table(it, &schema::GLOBAL));
        let timeout = global.as_ref().and_then(|global| global.get("resolve_timeout"));
        let timeout = timeout.and_then(|it| self.decoder.duration(it, &"`resolve_timeout`"));
        let mut intervals = BTreeMap::new();
        for key in ["mute_time_intervals", "time_intervals"] {
            if let Some(node) = fields.get(key) {
                self.intervals(node, key, &mut intervals);
            }
        }
        let receivers =
            fields.get("receivers").map(|it| self.receivers(it, global.as_ref())).unwrap_or_default();
        let inhibit_rules = fields.get("inhibit_rules").map(|it| self.inhibit_rules(it)).unwrap_or_default();
        let templates = fields.get("templates").map(|it| self.templates(it)).unwrap_or_default();
        let Some(route) = fields.get("route") else {
            self.no_route(root.target_place());
            return None;
        };
        let route = self.root_route(route, &receivers, &intervals);
        let resolve_timeout_ms = timeout.unwrap_or(RESOLVE_TIMEOUT_MS);
        let config = Config { resolve_timeout_ms, route, inhibit_rules, receivers, intervals, templates };
        self.note_oddities(&config);
        Some(config)
    }

    fn templates(&mut self, node: &Node<'a>) -> Vec<TemplateGlob> {
        let mut globs = Vec::new();
        for (text, place) in self.texts(node, "`templates`") {
            if !is_glob(&text) {
                let problem = self.decoder.problem(place, format!("`{text}` is no pattern of file names"));
                self.decoder.report(problem.accepted(&[
                    "*",
                    "?",
                    "[a-z]",
                    "\\ before what is meant literally",
                ]));
            }
            globs.push(TemplateGlob { text, place });
        }
        globs
    }
}

/// Whether Go's `filepath.Match` takes a text for a pattern of file names.
fn is_glob(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.next().is_none() => return false,
            '[' => {
                chars.next_if_eq(&'^');
                // The first may not be the closing one, and each end of a range may be escaped.
                let mut first = true;
                while first || chars.next_if_eq(&']').is_none() {
                    first = false;
                    let end = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| match chars.next() {
                        Some('\\') => chars.next().is_some(),
                        other => !matches!(other, None | Some('-' | ']')),
                    };
                    if !end(&mut chars) || chars.next_if_eq(&'-').is_some() && !end(&mut chars) {
                        return false;
                    }
                }
            }
            _ => {}
        }
    }
    true
}
