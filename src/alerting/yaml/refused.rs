//! What YAML 1.2 takes and libyaml refuses: tabs before a line's first word, and control characters.

use serde_saphyr::granit_parser::ScalarStyle;

use super::node::{Node, Value};

/// The byte of the first tab that indents a line of a document's block structure. A blank line counts, and so does a
/// comment. The document ends at a byte.
pub(super) fn indenting_tab(root: &Node<'_>, text: &str, end: usize) -> Option<usize> {
    let text = text.get(..end).unwrap_or(text);
    let mut inside: Option<Vec<Extent>> = None;
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find('\t') {
        let tab = from + found;
        from = tab + 1;
        let line = text[..tab].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        if !text[line..tab].bytes().all(|byte| byte == b' ') {
            continue;
        }
        let extents = inside.get_or_insert_with(|| extents(root));
        let next = extents.partition_point(|extent| extent.start < tab);
        let before = extents[..next].last();
        // A plain text swallows the blanks after it where they are deeper than its key; at least not in column 1.
        let taken = before.is_some_and(|it| tab < it.end || (it.plain && tab > line));
        if !taken {
            return Some(tab);
        }
    }
    None
}

/// Where a scalar or a list or mapping in brackets stands. Those inside another are not listed.
struct Extent {
    start: usize,
    end: usize,
    plain: bool,
}

fn extents(root: &Node<'_>) -> Vec<Extent> {
    let mut found = Vec::new();
    let mut left = vec![root];
    while let Some(node) = left.pop() {
        let (start, end) = (node.raw.start as usize, node.raw.end as usize);
        match &node.value {
            Value::Scalar { style, .. } => {
                found.push(Extent { start, end, plain: *style == ScalarStyle::Plain && start < end });
            }
            Value::Seq(_) | Value::Map(_) if start < end => found.push(Extent { start, end, plain: false }),
            Value::Seq(items) => left.extend(items),
            Value::Map(entries) => left.extend(entries.iter().flat_map(|(key, value)| [key, value])),
            Value::Alias { .. } => {}
        }
    }
    found.sort_by_key(|extent| extent.start);
    found
}

/// The first character that no YAML file may hold, and its byte.
pub(super) fn control_character(text: &str) -> Option<(usize, char)> {
    // Most files are plain ASCII, and a look at each byte is quick.
    let suspicious =
        |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f || byte == 0xc2;
    if !text.bytes().any(suspicious) {
        return None;
    }
    text.char_indices().find(|(_, c)| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}'))
}
