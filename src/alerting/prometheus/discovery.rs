//! Where targets come from.

use super::file::Reader;
use super::schema::{self, DNS, FILE, HTTP, STATIC};
use crate::alerting::yaml::{Fields, Library, Node, Value};
use crate::promql::Labels;

impl<'a> Reader<'a> {
    /// The addresses of `static_configs` with the labels of their groups. Without relabelling they must be hosts.
    pub(super) fn static_targets(&mut self, fields: &Fields<'_, 'a>, hosts: bool) -> Vec<(String, Labels)> {
        let mut found = Vec::new();
        for group in self.sections(fields, "static_configs") {
            let fields = self.fields(group, &STATIC);
            let labels = match fields.get("labels") {
                Some(node) => self.decoder.pairs(node, &"`labels`"),
                None => Vec::new(),
            };
            let labels = Labels::new(labels.into_iter().map(|pair| (pair.name, pair.value)));
            let Some(node) = fields.get("targets") else { continue };
            for item in self.decoder.items(node, &"`targets`") {
                let text = self.decoder.text(item, &"an entry of `targets`").unwrap_or_default();
                if hosts && text.contains('/') {
                    let message = format!("`{text}` is no host");
                    self.refuse(item.target_place(), message, &["a host and a port"]);
                }
                found.push((text.to_owned(), labels.clone()));
            }
        }
        found
    }

    /// Checks the other kinds, and says which there are.
    pub(super) fn discovery(&mut self, fields: &Fields<'_, 'a>) -> Vec<&'static str> {
        let mut undiscovered = Vec::new();
        for key in schema::discoveries() {
            let sections = self.sections(fields, key);
            if !sections.is_empty() {
                undiscovered.push(key);
            }
            for section in sections {
                match key {
                    "file_sd_configs" => self.files(section),
                    "http_sd_configs" => self.http(section),
                    "dns_sd_configs" => self.dns(section),
                    _ => {}
                }
            }
        }
        undiscovered
    }

    fn sections<'t>(&mut self, fields: &Fields<'t, 'a>, key: &str) -> Vec<&'t Node<'a>> {
        let Some(node) = fields.get(key) else { return Vec::new() };
        let mut sections = Vec::new();
        for item in self.decoder.items(node, &format_args!("`{key}`")) {
            if item.is_null(Library::V2) {
                self.refuse(item.place(), format!("an empty entry of `{key}`"), &["a mapping"]);
            } else if matches!(item.target().value, Value::Map(_)) {
                sections.push(item);
            }
        }
        sections
    }

    fn files(&mut self, node: &Node<'a>) {
        let (fields, place) = (self.fields(node, &FILE), node.target_place());
        let files = fields.get("files").map(|node| self.decoder.items(node, &"`files`")).unwrap_or_default();
        if files.is_empty() {
            self.refuse(Self::place(&fields, "files", place), "`files` must name a file", &["files: a list"]);
        }
        for file in files {
            let path = self.decoder.text(file, &"an entry of `files`").unwrap_or_default();
            if !is_target_file(path) {
                let accepted = "a .json, .yml or .yaml file, with one `*` at most, in its own name";
                let message = format!("no file of targets: `{path}`");
                self.refuse(file.target_place(), message, &[accepted]);
            }
        }
    }

    fn http(&mut self, node: &Node<'a>) {
        let (fields, place) = (self.fields(node, &HTTP), node.target_place());
        let (url, at) = (self.text(&fields, "url"), Self::place(&fields, "url", place));
        let accepted = &["url: one of http or https"];
        let (scheme, rest) = url.split_once("://").unwrap_or(("", ""));
        if url.is_empty() {
            self.refuse(at, "an `http_sd_config` needs `url`", accepted);
        } else if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
            self.refuse(at, format!("`{url}` is neither http nor https"), accepted);
        } else if rest.split('/').next().unwrap_or_default().is_empty() {
            self.refuse(at, format!("`{url}` names no host"), accepted);
        }
        self.client(&fields, place);
    }

    fn dns(&mut self, node: &Node<'a>) {
        let (fields, place) = (self.fields(node, &DNS), node.target_place());
        let names = fields.get("names").map(|node| self.decoder.items(node, &"`names`")).unwrap_or_default();
        if names.is_empty() {
            self.refuse(Self::place(&fields, "names", place), "`names` must hold a name", &["names: a list"]);
        }
        let kind = self.text_or(&fields, "type", "SRV");
        let known: &[&str] = match self.dialect {
            crate::promql::Dialect::V2 => &["SRV", "A", "AAAA", "MX"],
            crate::promql::Dialect::V3 => &["SRV", "A", "AAAA", "MX", "NS"],
        };
        let upper = kind.to_ascii_uppercase();
        if !known.contains(&upper.as_str()) {
            let message = format!("`type` cannot be `{kind}`");
            self.refuse(Self::place(&fields, "type", place), message, known);
        } else if upper != "SRV" && self.count(&fields, "port") == 0 {
            let message = format!("records of type {upper} need `port`");
            self.refuse(Self::place(&fields, "port", place), message, &["port: a number"]);
        }
    }
}

/// Prometheus' `^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$`.
fn is_target_file(path: &str) -> bool {
    let known = [".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"];
    let Some(stem) = known.iter().find_map(|ending| path.strip_suffix(ending)) else { return false };
    stem.split_once('*').is_none_or(|(_, after)| !after.contains('/'))
}
