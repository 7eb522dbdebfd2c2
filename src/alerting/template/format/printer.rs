//! Where formatted text goes, and how it is padded.

use super::{MOST_TEXT, TOO_LONG};

/// The flags of a verb.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Flags {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    /// `%+v`.
    pub(super) plus_v: bool,
    /// `%#v`.
    pub(super) sharp_v: bool,
}

/// Collects text up to a limit.
pub(in super::super) struct Printer {
    out: String,
    overflow: bool,
    /// Whether a pointer is printed as what it points to.
    pub(super) follow: bool,
    pub(super) flags: Flags,
}

impl Printer {
    pub(in super::super) fn new() -> Printer {
        Printer { out: String::new(), overflow: false, follow: false, flags: Flags::default() }
    }

    pub(super) fn following() -> Printer {
        Printer { follow: true, ..Printer::new() }
    }

    pub(super) fn push(&mut self, c: char) {
        self.push_str(c.encode_utf8(&mut [0; 4]));
    }

    pub(super) fn push_str(&mut self, text: &str) {
        if self.is_full() || self.out.len() + text.len() > MOST_TEXT {
            self.overflow = true;
        } else {
            self.out.push_str(text);
        }
    }

    /// Whether the limit was reached, so that nothing more needs to be printed.
    pub(super) const fn is_full(&self) -> bool {
        self.overflow
    }

    /// The text, or that there was too much of it.
    pub(in super::super) fn finish(self) -> Result<String, String> {
        if self.overflow { Err(TOO_LONG.to_owned()) } else { Ok(self.out) }
    }

    /// Appends text padded to the width; the width counts characters.
    pub(super) fn pad(&mut self, text: &str) {
        let fill = self.flags.width.unwrap_or(0).saturating_sub(text.chars().count());
        if fill == 0 {
            return self.push_str(text);
        }
        let with = if self.flags.zero && !self.flags.minus { "0" } else { " " };
        // One string, so that a width over the limit is refused at once.
        let padding = with.repeat(fill.min(MOST_TEXT));
        if self.flags.minus {
            self.push_str(text);
            self.push_str(&padding);
        } else {
            self.push_str(&padding);
            self.push_str(text);
        }
    }

    /// Appends text padded with spaces, whatever the zero flag says.
    pub(super) fn pad_with_spaces(&mut self, text: &str) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(text);
        self.flags.zero = zero;
    }
}
