//! Groups of rules.

use std::collections::{BTreeMap, BTreeSet};

use super::{Group, Reader, name};
use crate::alerting::yaml::{Library, Node, Pair};
use crate::promql::Dialect;

const KEYS_V2: &[&str] = &["name", "interval", "limit", "rules"];
const KEYS_V3: &[&str] = &["name", "interval", "query_offset", "limit", "labels", "rules"];
const KEYS_KUBERNETES: &[&str] =
    &["name", "interval", "query_offset", "limit", "labels", "rules", "partial_response_strategy"];

impl<'a> Reader<'a> {
    /// The groups of a document.
    pub(super) fn groups(&mut self, node: &Node<'a>) {
        let mut names = BTreeSet::new();
        for group in self.decoder.items(node, &"`groups`") {
            if let Some(group) = self.group(group, &mut names) {
                self.groups.push(group);
            }
        }
    }

    fn group(&mut self, node: &Node<'a>, names: &mut BTreeSet<String>) -> Option<Group> {
        let keys = match self.dialect {
            _ if self.decoder.kubernetes => KEYS_KUBERNETES,
            Dialect::V2 => KEYS_V2,
            Dialect::V3 => KEYS_V3,
        };
        let place = node.target_place();
        let before = self.decoder.count();
        let fields = self.decoder.fields(node, &"a group", keys);
        let known = matches!(node.target().value, crate::alerting::yaml::Value::Map(_));
        if !known && !node.is_null(Library::V3) {
            return None;
        }
        let name = fields.get("name").and_then(|it| self.decoder.text(it, &"`name`")).unwrap_or_default();
        let name_place = fields.get("name").map_or(place, |it| it.target_place());
        if name.is_empty() {
            let problem = self.decoder.problem(name_place, "a group must have a name");
            self.decoder.report(problem.accepted(&["name: any text"]));
        }
        if !names.insert(name.to_owned()) {
            self.decoder.complain(name_place, format!("the group `{name}` stands twice in the file"));
        }
        let mut duration =
            |key| fields.get(key).and_then(|it| self.decoder.duration(it, &format_args!("`{key}`")));
        let (interval_ms, query_offset_ms) =
            (duration("interval").filter(|ms| *ms != 0), duration("query_offset"));
        let limit = fields.get("limit").and_then(|it| self.decoder.integer(it, &"`limit`")).unwrap_or(0);
        let labels = self.labels(fields.get("labels"), false);
        if let Some(strategy) = fields.get("partial_response_strategy") {
            self.partial_response_strategy(strategy);
        }
        let sound = self.decoder.count() == before;
        let rules = fields.get("rules").map(|it| self.rules(it)).unwrap_or_default();
        let limit = usize::try_from(limit).unwrap_or(0);
        let (name, document) = (name.to_owned(), self.document);
        let group = Group { name, interval_ms, limit, query_offset_ms, labels, rules, document, place };
        sound.then_some(group)
    }

    /// Thanos' key, which the operator knows.
    fn partial_response_strategy(&mut self, node: &Node<'a>) {
        let Some(strategy) = self.decoder.text(node, &"`partial_response_strategy`") else { return };
        if !["", "warn", "abort"].contains(&strategy.to_ascii_lowercase().as_str()) {
            let problem = self.decoder.problem(node.target_place(), format!("unknown strategy `{strategy}`"));
            self.decoder.report(problem.accepted(&["warn", "abort"]));
        }
    }

    /// Labels or annotations. What is refused is left out.
    pub(super) fn labels(&mut self, node: Option<&Node<'a>>, annotations: bool) -> BTreeMap<String, String> {
        self.label_pairs(node, annotations).into_iter().map(|pair| (pair.name, pair.value)).collect()
    }

    pub(super) fn label_pairs(&mut self, node: Option<&Node<'a>>, annotations: bool) -> Vec<Pair> {
        let Some(node) = node else { return Vec::new() };
        let what = if annotations { "`annotations`" } else { "`labels`" };
        let mut pairs = self.decoder.pairs(node, &what);
        pairs.retain(|pair| {
            let Some((message, accepted)) = name::label(&pair.name, annotations, self.dialect) else {
                return true;
            };
            let problem = self.decoder.problem(pair.name_place, message);
            self.decoder.report(problem.accepted(&[accepted]));
            false
        });
        pairs
    }
}
