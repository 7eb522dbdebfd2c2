//! Texts that a service takes only up to a length.

/// At most so many characters, the last of which then is an ellipsis.
pub(super) fn in_chars(text: String, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text;
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}
