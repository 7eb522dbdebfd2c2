//! The file as a whole.

use super::schema::{self, CONFIG, Mapping, Shape};
use super::{Config, Read, targets};
use crate::alerting::yaml::{Decoder, Documents, Fields, Library, Node};
use crate::alerting::{Place, Problem};
use crate::promql::Dialect;

/// Reads a file.
pub(super) struct Reader<'a> {
    pub(super) decoder: Decoder<'a>,
    pub(super) dialect: Dialect,
    pub(super) notes: Vec<Problem>,
}

pub(super) fn read(text: &str, file: &str, dialect: Dialect) -> Read {
    let mut reader = Reader { decoder: Decoder::new(file, Library::V2), dialect, notes: Vec::new() };
    let mut documents = Documents::new(text, file);
    let config = match documents.next_document() {
        Ok(Some(document)) => {
            schema::walk(&mut reader.decoder, &document, Shape::Map(&CONFIG), CONFIG.what, dialect);
            let config = reader.config(&document);
            reader.after(&mut documents);
            config
        }
        Ok(None) => Config::default_of(dialect),
        Err(problem) => {
            reader.decoder.report(*problem);
            Config::default()
        }
    };
    let Reader { decoder, mut notes, .. } = reader;
    let problems = decoder.into_problems();
    notes.sort();
    Read { config: problems.is_empty().then_some(config), problems, notes }
}

impl Config {
    fn default_of(dialect: Dialect) -> Config {
        let mut reader = Reader { decoder: Decoder::new("", Library::V2), dialect, notes: Vec::new() };
        let global = reader.global(None);
        Config { evaluation_interval_ms: global.evaluation_interval_ms, ..Config::default() }
    }
}

impl<'a> Reader<'a> {
    /// Prometheus reads one document and no further.
    fn after(&mut self, documents: &mut Documents<'a>) {
        let place = match documents.next_document() {
            Ok(None) => return,
            Ok(Some(second)) => second.place(),
            Err(problem) => Place { line: problem.line, column: problem.column },
        };
        self.note(place, "a second document, which Prometheus never reads");
    }

    fn config(&mut self, node: &Node<'a>) -> Config {
        let fields = self.fields(node, &CONFIG);
        let global = self.global(fields.get("global"));
        let mut config = Config {
            evaluation_interval_ms: global.evaluation_interval_ms,
            rule_query_offset_ms: global.rule_query_offset_ms,
            external_labels: global.external_labels.clone(),
            rule_files: self.paths(&fields, "rule_files"),
            ..Config::default()
        };
        for (_, place) in self.paths(&fields, "scrape_config_files") {
            self.note(place, "the jobs of other files are not read here");
        }
        config.jobs = self.jobs(fields.get("scrape_configs"), &global);
        self.alerting(fields.get("alerting"), &mut config);
        self.remote(&fields, &global);
        for job in &config.jobs {
            for failure in targets(job, self.dialect).failures {
                self.note(job.place, failure);
            }
        }
        config
    }

    /// Paths of files, in which `*` may stand once, after the last `/`.
    fn paths(&mut self, fields: &Fields<'_, 'a>, key: &str) -> Vec<(String, Place)> {
        let Some(node) = fields.get(key) else { return Vec::new() };
        let mut paths = Vec::new();
        for item in self.decoder.items(node, &format_args!("`{key}`")) {
            let path = self.decoder.text(item, &format_args!("an entry of `{key}`")).unwrap_or_default();
            let star = path.find('*').map_or("", |star| &path[star + 1..]);
            let place = item.target_place();
            if star.contains('/') {
                let problem = self.decoder.problem(place, format!("no path of files: `{path}`"));
                self.decoder.report(problem.accepted(&["a path with `*` in the file's own name only"]));
            }
            paths.push((path.to_owned(), place));
        }
        paths
    }

    /// The values of a section, with what does not fit reported.
    pub(super) fn fields<'t>(&mut self, node: &'t Node<'a>, mapping: &'static Mapping) -> Fields<'t, 'a> {
        self.decoder.fields(node, &mapping.what, mapping.names(self.dialect))
    }

    /// The text of a key, empty where it is absent or null.
    pub(super) fn text(&mut self, fields: &Fields<'_, 'a>, key: &str) -> String {
        let node = fields.get(key);
        let text = node.and_then(|node| self.decoder.text(node, &format_args!("`{key}`")));
        text.unwrap_or_default().to_owned()
    }

    /// The text of a key, a default where it is absent, and empty where it is null.
    pub(super) fn text_or(&mut self, fields: &Fields<'_, 'a>, key: &str, default: &str) -> String {
        match fields.get_even_null(key) {
            Some(_) => self.text(fields, key),
            None => default.to_owned(),
        }
    }

    /// The truth of a key, a default where it is absent, and false where it is null.
    pub(super) fn truth(&mut self, fields: &Fields<'_, 'a>, key: &str, default: bool) -> bool {
        match fields.get_even_null(key) {
            Some(_) => {
                let node = fields.get(key);
                node.and_then(|node| self.decoder.boolean(node, &format_args!("`{key}`"))).unwrap_or(false)
            }
            None => default,
        }
    }

    /// The duration of a key in milliseconds, 0 where it is absent or null.
    pub(super) fn duration(&mut self, fields: &Fields<'_, 'a>, key: &str) -> i64 {
        let node = fields.get(key);
        node.and_then(|node| self.decoder.duration(node, &format_args!("`{key}`"))).unwrap_or(0)
    }

    /// Where a key stands, or else what holds it.
    pub(super) fn place(fields: &Fields<'_, 'a>, key: &str, otherwise: Place) -> Place {
        fields.get(key).map_or(otherwise, Node::target_place)
    }

    /// Reports something that may be instead of what is.
    pub(super) fn refuse(&mut self, place: Place, message: impl Into<String>, accepted: &[&str]) {
        let problem = self.decoder.problem(place, message);
        self.decoder.report(problem.accepted(accepted));
    }

    pub(super) fn note(&mut self, place: Place, message: impl Into<String>) {
        let note = self.decoder.problem(place, message);
        self.notes.push(note);
    }
}
