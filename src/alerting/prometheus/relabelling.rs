//! Lists of relabelling rules, and what each action needs.

use super::file::Reader;
use super::schema::RELABEL;
use crate::alerting::Place;
use crate::alerting::relabel::{Action, Relabel, is_label};
use crate::alerting::yaml::{Fields, Library, Node, Value};
use crate::promql::{Dialect, Pattern};

const REGEX: &str = "(.*)";
const REPLACEMENT: &str = "$1";

impl<'a> Reader<'a> {
    /// The rules of a list. What is wrong is reported and left out.
    pub(super) fn relabelling(&mut self, node: Option<&Node<'a>>) -> Vec<Relabel> {
        let Some(node) = node else { return Vec::new() };
        let mut rules = Vec::new();
        for item in self.decoder.items(node, &"a list of relabelling rules") {
            if item.is_null(Library::V2) {
                self.refuse(item.place(), "an empty relabelling rule", &["a mapping"]);
            } else if matches!(item.target().value, Value::Map(_)) {
                rules.extend(self.relabel(item));
            }
        }
        rules
    }

    fn relabel(&mut self, node: &Node<'a>) -> Option<Relabel> {
        let (before, place) = (self.decoder.count(), node.target_place());
        let fields = self.fields(node, &RELABEL);
        let action_name = self.text_or(&fields, "action", "replace");
        let action = Action::NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(&action_name));
        if action_name.is_empty() {
            let names = Action::NAMES.map(|(name, _)| name);
            self.refuse(Self::place(&fields, "action", place), "`action` must not be empty", &names);
        }
        let regex = self.text_or(&fields, "regex", REGEX);
        let regex = Pattern::whole(&regex, self.dialect).ok()?;
        let rule = Relabel {
            source_labels: self.source_labels(fields.get("source_labels")),
            separator: self.text_or(&fields, "separator", ";"),
            regex,
            modulus: self.count(&fields, "modulus"),
            target_label: self.text(&fields, "target_label"),
            replacement: self.text_or(&fields, "replacement", REPLACEMENT),
            action: action?.1,
            dialect: self.dialect,
        };
        self.check(&rule, &fields, place);
        (self.decoder.count() == before).then_some(rule)
    }

    fn source_labels(&mut self, node: Option<&Node<'a>>) -> Vec<String> {
        let Some(node) = node else { return Vec::new() };
        let items = self.decoder.items(node, &"`source_labels`");
        let name =
            |item| self.decoder.text(item, &"an entry of `source_labels`").unwrap_or_default().to_owned();
        items.into_iter().map(name).collect()
    }

    fn check(&mut self, rule: &Relabel, fields: &Fields<'_, 'a>, place: Place) {
        let name =
            Action::NAMES.iter().find(|(_, action)| *action == rule.action).map_or("", |(name, _)| name);
        let at = |key: &str| Self::place(fields, key, place);
        let needs_target = matches!(
            rule.action,
            Action::Replace
                | Action::HashMod
                | Action::Lowercase
                | Action::Uppercase
                | Action::KeepEqual
                | Action::DropEqual
        );
        if rule.modulus == 0 && rule.action == Action::HashMod {
            let message = "`hashmod` needs a `modulus` that is not 0";
            self.refuse(at("modulus"), message, &["modulus: a whole number from 1"]);
        }
        let target = rule.target_label.as_str();
        if needs_target && target.is_empty() {
            let message = format!("`{name}` needs `target_label`");
            self.refuse(at("target_label"), message, &["target_label: the name of a label"]);
        } else if needs_target && !is_target(target, rule.action, self.dialect) {
            let message = format!("`{name}` cannot write the label `{target}`");
            self.refuse(at("target_label"), message, &["the name of a label"]);
        }
        if rule.action == Action::LabelMap && !is_template(&rule.replacement, self.dialect) {
            let message = format!("`labelmap` cannot write labels called `{}`", rule.replacement);
            self.refuse(at("replacement"), message, &["the name of a label, in which `$1` may stand"]);
        }
        let takes: &[&str] = match rule.action {
            Action::Lowercase | Action::Uppercase => {
                &["source_labels", "target_label", "separator", "regex", "modulus", "action"]
            }
            Action::LabelDrop | Action::LabelKeep => &["regex", "action"],
            Action::KeepEqual | Action::DropEqual => &["source_labels", "target_label", "action"],
            _ => return,
        };
        let odd = [
            ("source_labels", fields.get("source_labels").is_some()),
            ("target_label", !target.is_empty()),
            ("modulus", rule.modulus != 0),
            ("separator", rule.separator != ";"),
            ("replacement", rule.replacement != REPLACEMENT),
            // Even if it is the default, which Prometheus does not see.
            ("regex", fields.get_even_null("regex").is_some()),
        ];
        for (key, _) in odd.into_iter().filter(|(key, given)| *given && !takes.contains(key)) {
            self.refuse(at(key), format!("`{name}` takes no `{key}`"), takes);
        }
    }
}

/// Whether an action can write a label that is called so.
fn is_target(target: &str, action: Action, dialect: Dialect) -> bool {
    match action {
        Action::HashMod => is_label(target, dialect),
        // Only `replace` puts groups into it, but 2.42 takes them for the others too.
        _ => is_template(target, dialect),
    }
}

/// Prometheus' `^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$`: the name of a label in which groups may stand.
fn is_template(text: &str, dialect: Dialect) -> bool {
    if dialect == Dialect::V3 {
        return !text.is_empty();
    }
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = text.as_bytes();
    let (mut at, mut started) = (0, false);
    while at < bytes.len() {
        let rest = &bytes[at..];
        match rest[0] {
            b'$' if rest.get(1) == Some(&b'{') => {
                let length = rest[2..].iter().take_while(|byte| word(**byte)).count();
                if length == 0 || rest.get(2 + length) != Some(&b'}') {
                    return false;
                }
                at += length + 3;
            }
            b'$' => {
                let length = rest[1..].iter().take_while(|byte| word(**byte)).count();
                if length == 0 {
                    return false;
                }
                at += length + 1;
            }
            byte if word(byte) && (started || !byte.is_ascii_digit()) => at += 1,
            _ => return false,
        }
        started = true;
    }
    started
}
