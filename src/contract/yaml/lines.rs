//! Splits text into lines the way YAML counts them.

/// The byte order mark, which editors on Windows put first and which no column counts.
const MARK: char = '\u{feff}';

/// The text without a leading byte order mark.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// Each line with the byte offset at which it starts, without its line break.
///
/// `str::lines` does not do: YAML also breaks lines at a lone carriage return. There is always at least one line.
pub(super) fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    while let Some(length) = text[start..].find(['\n', '\r']) {
        let end = start + length;
        lines.push((start, &text[start..end]));
        start = end + if text[end..].starts_with("\r\n") { 2 } else { 1 };
    }
    lines.push((start, &text[start..]));
    lines
}
