//! Strings: `"` and `'` with Go's escapes, `` ` `` with none.

use super::Lexer;
use crate::promql::{ParseError, Span};

impl Lexer<'_> {
    /// Reads a string from its opening quote to its closing one, and returns what it spells.
    pub(super) fn string(&mut self, quote: char) -> Result<String, ParseError> {
        let start = self.at;
        self.at += 1;
        // Bytes, since an escape may spell a part of a character.
        let mut spelled = Vec::new();
        loop {
            let at = self.at;
            let Some(c) = self.peek().filter(|c| quote == '`' || *c != '\n') else {
                let end = Span::new(start, self.at);
                return Err(ParseError::new(end, format!("expected a closing {quote} for this string")));
            };
            self.at += c.len_utf8();
            match c {
                _ if c == quote => return Ok(String::from_utf8_lossy(&spelled).into_owned()),
                '\\' if quote != '`' => self.escape(quote, &mut spelled)?,
                // What Go's decoder makes of broken UTF-8, and Prometheus cannot tell the two apart.
                '\u{fffd}' => {
                    return Err(ParseError::new(Span::new(at, self.at), "invalid UTF-8 in this string"));
                }
                _ => spelled.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    }

    fn escape(&mut self, quote: char, spelled: &mut Vec<u8>) -> Result<(), ParseError> {
        let start = self.at - 1;
        let Some(c) = self.peek() else {
            return Err(ParseError::new(
                Span::new(start, self.at),
                "expected an escape after `\\`, found the end",
            ));
        };
        let (skip, digits, radix) = match c {
            '0'..='7' => (0, 3, 8),
            'x' => (1, 2, 16),
            'u' => (1, 4, 16),
            'U' => (1, 8, 16),
            _ => return self.short_escape(c, quote, start, spelled),
        };
        self.at += skip;
        let from = self.at;
        while self.at - from < digits {
            if !self.accept(|c| c.is_digit(radix)) {
                let end = self.peek().map_or(self.at, |c| self.at + c.len_utf8());
                let wanted = if radix == 8 { "octal" } else { "hexadecimal" };
                let message = format!("expected {digits} {wanted} digits in this escape");
                return Err(ParseError::new(Span::new(start, end), message));
            }
        }
        let code = u32::from_str_radix(&self.text[from..self.at], radix).unwrap_or(u32::MAX);
        let invalid = || ParseError::new(Span::new(start, self.at), "this escape is no character");
        if c == 'u' || c == 'U' {
            let spelt = char::from_u32(code).ok_or_else(invalid)?;
            spelled.extend_from_slice(spelt.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            spelled.push(u8::try_from(code).map_err(|_| invalid())?);
        }
        Ok(())
    }

    fn short_escape(
        &mut self,
        c: char,
        quote: char,
        start: usize,
        spelled: &mut Vec<u8>,
    ) -> Result<(), ParseError> {
        self.at += c.len_utf8();
        spelled.push(match c {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' => b'\\',
            _ if c == quote => quote as u8,
            _ => {
                let error = ParseError::new(Span::new(start, self.at), format!("unknown escape `\\{c}`"));
                return Err(error.help("double the backslash, or quote with ` where nothing is escaped"));
            }
        });
        Ok(())
    }
}
