//! Numbers in series. `0x5` is five more zeros, so there are none in hexadecimal.

use super::{Scanner, Wrong, is_alphanumeric};
use crate::promql::{Dialect, ExprKind, parse_as};

/// The bits of Go's NaN.
const NAN: u64 = 0x7ff8_0000_0000_0001;

impl Scanner<'_> {
    /// A number without a sign, if there is one.
    pub(super) fn number(&mut self) -> Result<Option<f64>, Wrong> {
        let start = self.at;
        let digits = self.rest().strip_prefix('.').unwrap_or(self.rest());
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(None);
        }
        let scanned = match self.dialect {
            Dialect::V2 => self.scan_v2(),
            Dialect::V3 => self.scan_v3(),
        };
        let ends = !self.peek().is_some_and(|c| is_alphanumeric(c) && c != 'x');
        let written = &self.text[start..self.at];
        if let Some(value) = (scanned && ends).then(|| value(written, self.dialect)).flatten() {
            return Ok(Some(value));
        }
        self.accept_run(|c| is_alphanumeric(c) || c == '.');
        Err(Wrong::new(start, format!("`{}` is no number", &self.text[start..self.at])))
    }

    /// `inf`, `nan` or `stale`, if there is a word.
    pub(super) fn word(&mut self) -> Result<Option<f64>, Wrong> {
        let start = self.at;
        if !self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
            return Ok(None);
        }
        let word = self.accept_run(|c| is_alphanumeric(c) || c == ':');
        if word.eq_ignore_ascii_case("inf") {
            return Ok(Some(f64::INFINITY));
        }
        if word.eq_ignore_ascii_case("nan") {
            return Ok(Some(f64::from_bits(NAN)));
        }
        if word == "stale" {
            return Ok(Some(crate::promql::stale_marker()));
        }
        let wrong = Wrong::new(start, format!("expected a number, `_` or `stale`, found `{word}`"));
        let repeated =
            ["inf", "nan", "stale"].iter().any(|known| word.to_ascii_lowercase().starts_with(known));
        Err(if repeated { wrong.help("words cannot be repeated: write them out") } else { wrong })
    }

    fn scan_v2(&mut self) -> bool {
        self.accept_run(|c| c.is_ascii_digit());
        if self.accept(|c| c == '.') {
            self.accept_run(|c| c.is_ascii_digit());
        }
        if self.accept(|c| c == 'e' || c == 'E') {
            self.accept(|c| c == '+' || c == '-');
            self.accept_run(|c| c.is_ascii_digit());
        }
        true
    }

    fn scan_v3(&mut self) -> bool {
        let (mut dot, mut exponent) = (false, false);
        loop {
            self.accept_run(|c| c.is_ascii_digit());
            let followed_by = |bad: &str| self.rest()[1..].starts_with(|c: char| bad.contains(c));
            match self.peek() {
                Some('.') if dot || followed_by("_.") => return false,
                Some('.') => dot = true,
                Some('e' | 'E') if exponent => return false,
                Some('e' | 'E') => {
                    exponent = true;
                    self.at += 1;
                    self.accept(|c| c == '+' || c == '-');
                    if self.peek().is_none_or(|c| "._eE".contains(c)) {
                        return false;
                    }
                    continue;
                }
                Some('_') if self.rest().len() == 1 || followed_by("._eE") => return false,
                Some('_') => {}
                _ => return true,
            }
            self.at += 1;
        }
    }
}

/// The value of a number as PromQL reads it.
fn value(written: &str, dialect: Dialect) -> Option<f64> {
    let plain = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    // Go reads 010 as eight; PromQL's reader knows.
    if plain && (!written.starts_with('0') || written.len() == 1 || written.starts_with("0.")) {
        return written.parse().ok().filter(|value: &f64| value.is_finite());
    }
    match parse_as(written, dialect).ok()?.kind {
        ExprKind::Number(value) => Some(value),
        _ => None,
    }
}
