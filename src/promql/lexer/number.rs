//! Numbers and durations. Prometheus reads them with Go's `strconv`, so 0755 is octal and 08 is eight.

use super::{Kind, Lexer, is_letter};
use crate::promql::{Dialect, ParseError, Span};

impl Lexer<'_> {
    pub(super) fn number_or_duration(&mut self) -> Result<Kind, ParseError> {
        let start = self.at;
        let scanned = match self.dialect {
            Dialect::V2 => self.scan_number_v2(),
            Dialect::V3 => self.scan_number_v3(),
        };
        if scanned && !self.peek().is_some_and(is_alphanumeric) {
            return Ok(Kind::Number);
        }
        // Units are told from each other by whoever reads the duration: it can say which is wrong.
        let unit = self.accept(|c| "smhdwy".contains(c));
        if unit && self.rest_of_duration() && !self.peek().is_some_and(is_alphanumeric) {
            return Ok(Kind::Duration);
        }
        self.accept_run(|c| is_alphanumeric(c) || c == '.');
        let span = Span::new(start, self.at);
        let error =
            ParseError::new(span, format!("`{}` is neither a number nor a duration", span.of(self.text)));
        Err(error.help("durations are numbers with the units y, w, d, h, m, s and ms, as in 1h30m"))
    }

    fn rest_of_duration(&mut self) -> bool {
        self.accept(|c| c == 's');
        while self.accept(|c| c.is_ascii_digit()) {
            self.accept_run(|c| c.is_ascii_digit());
            if !self.accept(|c| "smhdw".contains(c)) {
                return false;
            }
            self.accept(|c| c == 's');
        }
        true
    }

    fn scan_number_v2(&mut self) -> bool {
        let hex = self.accept_hex_prefix();
        let digit = |c: char| if hex { c.is_ascii_hexdigit() } else { c.is_ascii_digit() };
        self.accept_run(digit);
        if self.accept(|c| c == '.') {
            self.accept_run(digit);
        }
        if self.accept(|c| c == 'e' || c == 'E') {
            self.accept(|c| c == '+' || c == '-');
            self.accept_run(|c| c.is_ascii_digit());
        }
        true
    }

    fn scan_number_v3(&mut self) -> bool {
        let hex = self.accept_hex_prefix();
        let digit = |c: char| if hex { c.is_ascii_hexdigit() } else { c.is_ascii_digit() };
        if hex {
            self.accept(|c| c == '_');
        }
        let (mut dot, mut exponent) = (false, false);
        loop {
            if self.accept(digit) {
                continue;
            }
            let followed_by = |rest: &str, bad: &str| rest[1..].starts_with(|c: char| bad.contains(c));
            match self.peek() {
                Some('.') if dot || hex || followed_by(self.rest(), "_.") => return false,
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
                Some('_') if self.rest().len() == 1 || followed_by(self.rest(), "._eE") => return false,
                Some('_') => {}
                _ => return true,
            }
            self.at += 1;
        }
    }

    fn accept_hex_prefix(&mut self) -> bool {
        let hex = self.rest().starts_with("0x") || self.rest().starts_with("0X");
        self.at += if hex { 2 } else { 0 };
        hex
    }
}

fn is_alphanumeric(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit()
}

/// The value of a number token. `None` if Go would not read it, or not as a finite number.
pub(in crate::promql) fn value(written: &str) -> Option<f64> {
    match written.to_ascii_lowercase().as_str() {
        "inf" => return Some(f64::INFINITY),
        "nan" => return Some(f64::NAN),
        _ => {}
    }
    if !underscores_separate_digits(written) {
        return None;
    }
    let plain = written.replace('_', "");
    let hex = plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X"));
    if let Some(digits) = hex {
        return i64::from_str_radix(digits, 16).ok().map(|value| value as f64);
    }
    let octal = plain.len() > 1 && plain.starts_with('0');
    if let Some(value) = octal.then(|| i64::from_str_radix(&plain, 8).ok()).flatten() {
        return Some(value as f64);
    }
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

fn underscores_separate_digits(written: &str) -> bool {
    let bytes = written.as_bytes();
    let hex = written.starts_with("0x") || written.starts_with("0X");
    let digit = |i: usize| {
        bytes.get(i).is_some_and(|b| if hex { b.is_ascii_hexdigit() || i == 1 } else { b.is_ascii_digit() })
    };
    let mut places = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_').map(|(i, _)| i);
    places.all(|i| i > 0 && digit(i - 1) && digit(i + 1))
}
