//! What an alert must have: `match`, `match_re` and `matchers`, and the names of labels.

use super::{Node, Reader};
use crate::alerting::Place;
use crate::alerting::alertmanager::Release;
use crate::alerting::matchers::{self, Matcher, Matchers, Op};
use crate::alerting::yaml::{Fields, Library, Value, Written};

impl<'a> Reader<'a> {
    /// The conditions of the three keys, sorted as Alertmanager sorts them.
    pub(super) fn conditions(&mut self, fields: &Fields<'_, 'a>, keys: [&str; 3]) -> Matchers {
        let [equal, like, listed] = keys;
        let mut found = Vec::new();
        if let Some(node) = fields.get(equal) {
            self.old_conditions(node, equal, Op::Equal, &mut found);
        }
        if let Some(node) = fields.get(like) {
            self.old_conditions(node, like, Op::Regex, &mut found);
        }
        if let Some(node) = fields.get(listed) {
            self.new_conditions(node, listed, &mut found);
        }
        found.sort();
        Matchers(found)
    }

    /// A mapping from names of labels to values. UTF-8 never came to it.
    fn old_conditions(&mut self, node: &Node<'a>, key: &str, op: Op, found: &mut Vec<Matcher>) {
        let nulls: Vec<Place> = match &node.target().value {
            Value::Map(entries) => entries
                .iter()
                .filter(|(_, value)| value.is_null(Library::V2))
                .map(|(_, value)| value.target_place())
                .collect(),
            _ => Vec::new(),
        };
        for pair in self.decoder.pairs(node, &format_args!("`{key}`")) {
            self.label_name(&pair.name, pair.name_place, &format!("`{key}`"), Release::V0_25);
            if op == Op::Regex && nulls.contains(&pair.value_place) {
                let message = format!("`{}` in `{key}` needs a regular expression", pair.name);
                self.decoder.complain(pair.value_place, message);
            }
            // Alertmanager keeps the expression with the anchors that it gave it, which shows in keys of groups.
            let value = if op == Op::Regex { format!("^(?:{})$", pair.value) } else { pair.value.clone() };
            match Matcher::of(&pair.name, op, &value, self.release) {
                Ok(matcher) => found.push(matcher),
                Err(error) => {
                    let message = format!("`{}` is no regular expression: {error}", pair.value);
                    self.decoder.complain(pair.value_place, message);
                }
            }
        }
    }

    /// A list whose items hold any number of conditions each.
    fn new_conditions(&mut self, node: &Node<'a>, key: &str, found: &mut Vec<Matcher>) {
        for item in self.decoder.items(node, &format_args!("`{key}`")) {
            let Some(text) = self.decoder.text(item, &format_args!("an item of `{key}`")) else { continue };
            match matchers::parse(text, self.release) {
                Ok(Matchers(more)) => found.extend(more),
                Err(error) => {
                    let place = Written::new(item).place_of(error.at, self.text);
                    let problem = self.decoder.problem(place, format!("`{text}` in `{key}`: {error}"));
                    self.decoder.report(problem.accepted(ACCEPTED));
                }
            }
        }
    }

    /// Complains of what is no name of a label to a release.
    pub(super) fn label_name(&mut self, name: &str, place: Place, what: &str, release: Release) {
        if !matchers::is_label_name(name, release) {
            let accepted: &[&str] = match release {
                Release::V0_25 => &["letters, digits and `_`, of which the first is no digit"],
                Release::V0_33 => &["any text that is not empty"],
            };
            let problem = self.decoder.problem(place, format!("`{name}` in {what} is no name of a label"));
            self.decoder.report(problem.accepted(accepted));
        }
    }
}

/// What is accepted where conditions stand.
const ACCEPTED: &[&str] = &["name=\"value\"", "name!=\"value\"", "name=~\"pattern\"", "name!~\"pattern\""];
