//! Groups put into a template.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A template with groups put in: `$1`, `${1}`, `$name` or `${name}`, the longest name without braces; `$$` is a
/// dollar sign, and so is one without a name after it. Groups that are not there are empty.
pub(super) fn expand(captures: &Captures<'_>, names: &[String], template: &str) -> String {
    let mut expanded = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some((name, after)) = reference(after) {
            let group = match number(name) {
                Some(number) => captures.get(number),
                None => names
                    .iter()
                    .zip(1..)
                    .filter(|(known, _)| *known == name)
                    .find_map(|(_, i)| captures.get(i)),
            };
            expanded.push_str(group.map_or("", |group| group.as_str()));
            rest = after;
        } else {
            expanded.push('$');
            rest = after;
        }
    }
    expanded.push_str(rest);
    expanded
}

/// A group's name at the start, and what follows it.
fn reference(text: &str) -> Option<(&str, &str)> {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\A[\pL\p{Nd}_]+").ok());
    let inside = text.strip_prefix('{');
    let found = NAME.as_ref()?.find(inside.unwrap_or(text))?;
    let (name, after) = inside.unwrap_or(text).split_at(found.end());
    if inside.is_some() { after.strip_prefix('}').map(|after| (name, after)) } else { Some((name, after)) }
}

/// A group's number. A zero in front makes it a name, and so does a tenth digit.
fn number(name: &str) -> Option<usize> {
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && name.len() < 10 && (name == "0" || !name.starts_with('0'));
    plain.then(|| name.parse().ok()).flatten()
}
