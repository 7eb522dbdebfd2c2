//! `remote_write`, `remote_read`, `tracing` and `otlp`, of which nothing is done here.

use std::collections::BTreeSet;

use super::file::Reader;
use super::global::Global;
use super::schema::{Mapping, OTLP, READ, TRACING, WRITE};
use crate::alerting::yaml::{Fields, Library, Node, Value};

impl<'a> Reader<'a> {
    pub(super) fn remote(&mut self, fields: &Fields<'_, 'a>, global: &Global) {
        self.remotes(fields.get("remote_write"), "remote_write", &WRITE);
        self.remotes(fields.get("remote_read"), "remote_read", &READ);
        if let Some(node) = fields.get("tracing") {
            self.tracing(node);
        }
        if let Some(node) = fields.get("otlp") {
            self.otlp(node, global);
        }
    }

    fn remotes(&mut self, node: Option<&Node<'a>>, key: &str, mapping: &'static Mapping) {
        let Some(node) = node else { return };
        let mut names = BTreeSet::new();
        for item in self.decoder.items(node, &format_args!("`{key}`")) {
            let place = item.target_place();
            if item.is_null(Library::V2) {
                self.refuse(item.place(), format!("an empty entry of `{key}`"), &["a mapping with `url`"]);
                continue;
            }
            if !matches!(item.target().value, Value::Map(_)) {
                continue;
            }
            let fields = self.fields(item, mapping);
            if fields.get("url").is_none() {
                self.refuse(place, format!("a `{key}` needs `url`"), &["url: a URL"]);
            }
            let name = self.text(&fields, "name");
            if !name.is_empty() && !names.insert(name.clone()) {
                let place = Self::place(&fields, "name", place);
                self.refuse(place, format!("the name `{name}` stands there already"), &["a name of its own"]);
            }
            self.client(&fields, place);
            self.remote_headers(fields.get("headers"));
            if key == "remote_write" {
                self.relabelling(fields.get("write_relabel_configs"));
            }
        }
    }

    fn remote_headers(&mut self, node: Option<&Node<'a>>) {
        let Some(node) = node else { return };
        for pair in self.decoder.pairs(node, &"`headers`") {
            let name = pair.name.to_ascii_lowercase();
            if name == "authorization" {
                let accepted = &["`authorization`, `basic_auth` or `oauth2` instead of the header"];
                self.refuse(pair.name_place, "the header `Authorization` cannot be set here", accepted);
            } else if RESERVED.contains(&name.as_str()) {
                let message = format!("the header `{}` cannot be set", pair.name);
                self.refuse(pair.name_place, message, &["any other header"]);
            }
        }
    }

    fn tracing(&mut self, node: &Node<'a>) {
        let (fields, place) = (self.fields(node, &TRACING), node.target_place());
        if self.text(&fields, "endpoint").is_empty() {
            self.refuse(Self::place(&fields, "endpoint", place), "`tracing` needs `endpoint`", &["a host"]);
        }
        self.tls(fields.get("tls_config"));
        self.remote_headers(fields.get("headers"));
    }

    fn otlp(&mut self, node: &Node<'a>, global: &Global) {
        let fields = self.fields(node, &OTLP);
        let strategy = self.text(&fields, "translation_strategy");
        if global.names.validation.0 == "legacy" && strategy.starts_with("No") {
            let place = Self::place(&fields, "translation_strategy", node.target_place());
            let message = format!("`{strategy}` together with `metric_name_validation_scheme: legacy`");
            self.refuse(place, message, &["UnderscoreEscapingWithSuffixes"]);
        }
        let all = self.truth(&fields, "promote_all_resource_attributes", false);
        for (key, allowed) in [("promote_resource_attributes", !all), ("ignore_resource_attributes", all)] {
            let Some(node) = fields.get(key) else { continue };
            let items = self.decoder.items(node, &format_args!("`{key}`"));
            if !items.is_empty() && !allowed {
                let not = if all { "" } else { "out" };
                let message = format!("`{key}` with{not} `promote_all_resource_attributes: true`");
                self.refuse(node.target_place(), message, &["one of them"]);
            }
            self.attributes(&items);
        }
    }

    fn attributes(&mut self, items: &[&Node<'a>]) {
        let mut seen = BTreeSet::new();
        for item in items {
            let name = self.decoder.text(item, &"the name of an attribute").unwrap_or_default().trim();
            if name.is_empty() {
                self.decoder.complain(item.target_place(), "an attribute without a name");
            } else if !seen.insert(name) {
                self.decoder.complain(item.target_place(), format!("`{name}` stands there already"));
            }
        }
    }
}

/// What remote storage is told by Prometheus itself.
const RESERVED: &[&str] = &[
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
];
