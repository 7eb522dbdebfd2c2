//! What each action does.

use super::{Action, Builder, Relabel, md5};
use crate::promql::Dialect;

/// Applies all rules; whether what has the labels is kept.
pub(in crate::alerting) fn process(labels: &mut Builder, rules: &[Relabel]) -> bool {
    rules.iter().all(|rule| {
        if rule.dialect == Dialect::V2 {
            labels.settle();
        }
        apply(labels, rule)
    })
}

fn apply(labels: &mut Builder, rule: &Relabel) -> bool {
    let values: Vec<&str> = rule.source_labels.iter().map(|name| labels.get(name)).collect();
    let value = values.join(&rule.separator);
    match rule.action {
        Action::Keep => return rule.regex.is_match(&value),
        Action::Drop => return !rule.regex.is_match(&value),
        Action::KeepEqual => return labels.get(&rule.target_label) == value,
        Action::DropEqual => return labels.get(&rule.target_label) != value,
        Action::Replace => replace(labels, rule, &value),
        Action::Lowercase => labels.set(&rule.target_label, &lower(&value)),
        Action::Uppercase => labels.set(&rule.target_label, &upper(&value)),
        Action::HashMod => {
            let hash = hash(&value).checked_rem(rule.modulus).unwrap_or_default();
            labels.set(&rule.target_label, &hash.to_string());
        }
        Action::LabelMap => {
            for (name, value) in labels.pairs() {
                if let Some(mapped) = rule.regex.replacement(&name, &rule.replacement) {
                    labels.set(&mapped, &value);
                }
            }
        }
        Action::LabelDrop | Action::LabelKeep => {
            let dropped = rule.action == Action::LabelDrop;
            for (name, _) in labels.pairs() {
                if rule.regex.is_match(&name) == dropped {
                    labels.delete(&name);
                }
            }
        }
    }
    true
}

fn replace(labels: &mut Builder, rule: &Relabel, value: &str) {
    let Some(target) = rule.regex.replacement(value, &rule.target_label) else { return };
    if !is_label(&target, rule.dialect) {
        if rule.dialect == Dialect::V2 {
            labels.delete(&rule.target_label);
        }
        return;
    }
    let replacement = rule.regex.replacement(value, &rule.replacement).unwrap_or_default();
    if replacement.is_empty() && rule.dialect == Dialect::V2 {
        // Not the label that the template yields.
        return labels.delete(&rule.target_label);
    }
    labels.set(&target, &replacement);
}

/// Whether a release takes this for the name of a label.
pub(in crate::alerting) fn is_label(name: &str, dialect: Dialect) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match dialect {
        Dialect::V2 => {
            !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.bytes().all(plain)
        }
        Dialect::V3 => !name.is_empty(),
    }
}

/// The last eight bytes of the digest.
fn hash(value: &str) -> u64 {
    md5::digest(value.as_bytes())[8..].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Go changes each character for itself, so that none becomes several.
fn lower(text: &str) -> String {
    text.chars().map(|c| if c == 'İ' { 'i' } else { one(c, c.to_lowercase()) }).collect()
}

fn upper(text: &str) -> String {
    text.chars().map(|c| one(c, c.to_uppercase())).collect()
}

fn one(c: char, mut changed: impl Iterator<Item = char>) -> char {
    match (changed.next(), changed.next()) {
        (Some(changed), None) => changed,
        _ => c,
    }
}
