//! Sizes such as `10MB`.

/// What is accepted where a size stands.
pub(super) const ACCEPTED: &str =
    "whole numbers or fractions with the units B, KB, MB, GB, TB, PB and EB, or KiB and so on";

/// Whether Prometheus takes this for a size.
pub(super) fn is_size(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (whole, after) = rest.split_at(digits);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len())),
            None => ("", after),
        };
        let letters = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let bare = unit.strip_suffix('B').map(|unit| unit.strip_suffix('i').unwrap_or(unit));
        let known = bare.is_some_and(|bare| matches!(bare, "K" | "M" | "G" | "T" | "P" | "E"));
        if (whole.is_empty() && fraction.is_empty()) || !(known || unit == "B") {
            return false;
        }
        rest = after;
    }
    true
}
