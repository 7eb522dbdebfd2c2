//! Integers and floats under a verb's flags.

use super::super::unicode::is_print;
use super::float;
use super::printer::Printer;
use super::quote::quote_with;

impl Printer {
    /// An integer in a base; `verb` only tells `O` and `X` from the rest.
    pub(super) fn integer(&mut self, value: i64, radix: u32, verb: char) {
        let flags = self.flags;
        let negative = value < 0;
        let size = value.unsigned_abs();
        let mut least = 0;
        if let Some(precision) = flags.precision {
            least = precision;
            if precision == 0 && value == 0 {
                return self.pad_with_spaces("");
            }
        } else if let Some(width) = flags.width.filter(|_| flags.zero && !flags.minus) {
            least = width.saturating_sub(usize::from(negative || flags.plus || flags.space));
        }
        let digits = match radix {
            2 => format!("{size:b}"),
            8 => format!("{size:o}"),
            16 if verb == 'X' => format!("{size:X}"),
            16 => format!("{size:x}"),
            _ => size.to_string(),
        };
        let mut text = "0".repeat(least.saturating_sub(digits.len()));
        text.push_str(&digits);
        if flags.sharp {
            match radix {
                2 => text.insert_str(0, "0b"),
                8 if !text.starts_with('0') => text.insert(0, '0'),
                16 => text.insert_str(0, if verb == 'X' { "0X" } else { "0x" }),
                _ => {}
            }
        }
        if verb == 'O' {
            text.insert_str(0, "0o");
        }
        if negative {
            text.insert(0, '-');
        } else if flags.plus {
            text.insert(0, '+');
        } else if flags.space {
            text.insert(0, ' ');
        }
        self.pad_with_spaces(&text);
    }

    /// `%c`.
    pub(super) fn character(&mut self, value: i64) {
        self.pad(&rune(value).to_string());
    }

    /// `%q` of an integer.
    pub(super) fn quoted_character(&mut self, value: i64) {
        let text = quote_with(&rune(value).to_string(), '\'', self.flags.plus);
        self.pad(&text);
    }

    /// `%U`.
    pub(super) fn code_point(&mut self, value: i64) {
        let digits = format!("{:X}", value.cast_unsigned());
        let least = self.flags.precision.unwrap_or(4).max(4);
        let mut text = format!("U+{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
        let shown = u32::try_from(value).ok().and_then(char::from_u32);
        if let Some(c) = shown.filter(|c| self.flags.sharp && is_print(*c)) {
            text.push_str(&format!(" '{c}'"));
        }
        self.pad_with_spaces(&text);
    }

    /// A float under one of its verbs.
    pub(super) fn float(&mut self, value: f64, verb: char, default: Option<usize>) {
        let flags = self.flags;
        let precision = flags.precision.or(default);
        let letter = if verb == 'v' { 'g' } else { verb };
        let mut text = float::format(value, letter, precision);
        if !text.starts_with(['+', '-']) {
            text.insert(0, '+');
        }
        if flags.space && !flags.plus && text.starts_with('+') {
            text.replace_range(..1, " ");
        }
        if !value.is_finite() {
            // An infinity always shows its sign.
            let hide = value.is_nan() && !flags.space && !flags.plus;
            return self.pad_with_spaces(if hide { text.get(1..).unwrap_or_default() } else { &text });
        }
        if flags.sharp && letter != 'b' {
            text = with_point(&text, letter, precision);
        }
        let signed = flags.plus || !text.starts_with('+');
        let (sign, rest) = text.split_at_checked(1).unwrap_or(("", &text));
        match flags.width {
            _ if !signed => self.pad(rest),
            Some(width) if flags.zero && !flags.minus && width > text.chars().count() => {
                self.push_str(sign);
                self.flags.width = Some(width - 1);
                self.pad(rest);
                self.flags.width = flags.width;
            }
            _ => self.pad(&text),
        }
    }
}

fn rune(value: i64) -> char {
    u32::try_from(value).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
}

/// The `#` flag: a point always, and for `%g` the zeros that it leaves out.
fn with_point(text: &str, verb: char, precision: Option<usize>) -> String {
    let exponent = if matches!(verb, 'x' | 'X') { ['p', 'P'] } else { ['e', 'E'] };
    let (number, tail) = text.split_at(text.find(exponent).unwrap_or(text.len()));
    let mut out = number.to_owned();
    let mut wanted = match verb {
        'g' | 'G' | 'x' | 'X' => precision.unwrap_or(6),
        _ => 0,
    };
    let figures: String = number.chars().filter(|c| *c != '.').skip(1).collect();
    wanted = wanted.saturating_sub(figures.trim_start_matches('0').len());
    if !number.contains('.') {
        if figures == "0" {
            wanted = wanted.saturating_sub(1);
        }
        out.push('.');
    }
    out.push_str(&"0".repeat(wanted));
    out.push_str(tail);
    out
}
