//! How others read what reports print: GitHub's runner its commands, a CommonMark reader a table's row and an escape.

use std::collections::BTreeMap;

use roxmltree::Node;

/// A workflow command as the runner understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) kind: String,
    pub(super) properties: BTreeMap<String, String>,
    pub(super) message: String,
}

/// All commands; anything else in the text is a fault. As `ActionCommand.TryParseV2` of actions/runner has it:
/// `::`, the name up to a space, properties at commas, the message after the next `::`.
pub(super) fn commands(text: &str) -> Vec<Command> {
    text.lines().map(|line| command(line).unwrap_or_else(|| panic!("no command: {line:?}"))).collect()
}

fn command(line: &str) -> Option<Command> {
    let (head, message) = line.strip_prefix("::")?.split_once("::")?;
    let (kind, properties) = head.split_once(' ')?;
    let property = |text: &str| {
        let (name, value) = text.split_once('=')?;
        Some((name.to_owned(), decoded(&value.replace("%3A", ":").replace("%2C", ","))))
    };
    Some(Command {
        kind: kind.to_owned(),
        properties: properties.split(',').map(property).collect::<Option<_>>()?,
        message: decoded(message),
    })
}

fn decoded(text: &str) -> String {
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

/// How many cells a row of a table has: bars that no backslash takes away.
pub(super) fn cells(row: &str) -> usize {
    let mut bars = 0;
    let mut chars = row.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '|' => bars += 1,
            _ => {}
        }
    }
    bars - 1
}

/// What a reader of Markdown sees.
pub(super) fn seen(markdown: &str) -> String {
    let mut seen = String::new();
    let mut rest = markdown;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("<br>") {
            seen.push('\n');
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match rest.chars().next() {
            Some(escaped) if c == '\\' && escaped.is_ascii_punctuation() => {
                seen.push(escaped);
                rest = &rest[1..];
            }
            _ => seen.push(c),
        }
    }
    seen
}

/// A count that an XML element states.
pub(super) fn count(node: &Node<'_, '_>, attribute: &str) -> usize {
    let stated = node.attribute(attribute).unwrap_or_else(|| panic!("no {attribute} in {node:?}"));
    stated.parse().expect("a number")
}
