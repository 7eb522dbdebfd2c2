//! JSON as Go reads it: the first value of a body, with Go's words for what is wrong.
//!
//! Go is laxer than most: text after the value is not looked at, a lone surrogate and bytes that are no UTF-8 become
//! U+FFFD, the last of two equal keys counts.

use crate::alerting::alertmanager::Release;

/// The deepest nesting that is read. Go stops at 10,000; nothing that is posted here needs more than four.
pub(super) const DEEPEST: usize = 200;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// Nobody here asks which.
    Number,
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// As Go's errors call it.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "bool",
            Json::Number => "number",
            Json::Text(_) => "string",
            Json::List(_) => "array",
            Json::Object(_) => "object",
        }
    }

    /// The value of a key as Go finds it: whatever its case, the last one.
    pub(super) fn field(&self, key: &str) -> &Json {
        let Json::Object(fields) = self else { return &Json::Null };
        let found = fields.iter().rfind(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map_or(&Json::Null, |(_, value)| value)
    }
}

/// The first value of a body; none if there is nothing but space.
pub(super) fn read(body: &[u8], release: Release) -> Result<Option<Json>, String> {
    let text = String::from_utf8_lossy(body);
    let mut reader = Reader { rest: text.as_bytes(), text: &text, release };
    if reader.peek().is_none() {
        return Ok(None);
    }
    reader.value(0).map(Some)
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a [u8],
    release: Release,
}

impl Reader<'_> {
    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while let Some((b' ' | b'\t' | b'\r' | b'\n', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
        self.rest.first().copied()
    }

    fn unexpected<T>(&self, what: &str) -> Result<T, String> {
        let at = self.text.len() - self.rest.len();
        let Some(found) = self.text.get(at..).and_then(|rest| rest.chars().next()) else {
            return Err("unexpected EOF".to_owned());
        };
        let shown = match found {
            '\'' => "'\\''".to_owned(),
            '"' => "'\"'".to_owned(),
            '\\' => "'\\\\'".to_owned(),
            found if found.is_ascii_control() => match found {
                '\n' => "'\\n'".to_owned(),
                '\r' => "'\\r'".to_owned(),
                '\t' => "'\\t'".to_owned(),
                found => format!("'\\x{:02x}'", u32::from(found)),
            },
            found => format!("'{found}'"),
        };
        Err(format!("invalid character {shown} {what}"))
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > DEEPEST {
            return Err("exceeded max depth".to_owned());
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Json::Text),
            Some(b't') => self.literal("true", Json::Bool(true)),
            Some(b'f') => self.literal("false", Json::Bool(false)),
            Some(b'n') => self.literal("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.unexpected("looking for beginning of value"),
        }
    }

    fn step(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn literal(&mut self, word: &str, value: Json) -> Result<Json, String> {
        for expected in word.bytes() {
            if self.rest.first() != Some(&expected) {
                let expected = char::from(expected);
                return self.unexpected(&format!("in literal {word} (expecting '{expected}')"));
            }
            self.step();
        }
        Ok(value)
    }

    fn digits(&mut self, place: &str) -> Result<(), String> {
        if !self.rest.first().is_some_and(u8::is_ascii_digit) {
            let place = if self.release == Release::V0_25 { place } else { "in numeric literal" };
            return self.unexpected(place);
        }
        while self.rest.first().is_some_and(u8::is_ascii_digit) {
            self.step();
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Json, String> {
        if self.rest.first() == Some(&b'-') {
            self.step();
        }
        if self.rest.first() == Some(&b'0') {
            self.step();
        } else {
            self.digits("in numeric literal")?;
        }
        if self.rest.first() == Some(&b'.') {
            self.step();
            self.digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.rest.first() {
            self.step();
            if let Some(b'+' | b'-') = self.rest.first() {
                self.step();
            }
            self.digits("in exponent of numeric literal")?;
        }
        Ok(Json::Number)
    }

    fn string(&mut self) -> Result<String, String> {
        self.step();
        let mut text = Vec::new();
        loop {
            match self.rest.first() {
                None => return Err("unexpected EOF".to_owned()),
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut text)?,
                Some(0..=0x1f) if self.release == Release::V0_25 => {
                    return self.unexpected("in string literal");
                }
                Some(0..=0x1f) => return self.unexpected("in string"),
                Some(byte) => {
                    text.push(*byte);
                    self.step();
                }
            }
        }
        self.step();
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), String> {
        let begin = self.rest;
        self.step();
        let plain = match self.rest.first() {
            None => return Err("unexpected EOF".to_owned()),
            Some(b'u') => {
                self.step();
                let unit = self.hexadecimal(begin)?;
                let found = self.surrogate(unit)?;
                text.extend_from_slice(found.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(same @ (b'"' | b'\\' | b'/')) => *same,
            Some(_) => return self.bad_escape(begin, "in string escape code"),
        };
        text.push(plain);
        self.step();
        Ok(())
    }

    /// Four digits.
    fn hexadecimal(&mut self, begin: &[u8]) -> Result<u32, String> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(byte) = self.rest.first() else { return Err("unexpected EOF".to_owned()) };
            let Some(digit) = char::from(*byte).to_digit(16) else {
                return self.bad_escape(begin, "in \\u hexadecimal character escape");
            };
            unit = unit * 16 + digit;
            self.step();
        }
        Ok(unit)
    }

    /// The character of a code unit, and of the one that follows if they belong together.
    fn surrogate(&mut self, unit: u32) -> Result<char, String> {
        if let Some(whole) = char::from_u32(unit) {
            return Ok(whole);
        }
        if unit < 0xdc00 && self.rest.starts_with(b"\\u") {
            let begin = self.rest;
            self.rest = &self.rest[2..];
            let low = self.hexadecimal(begin)?;
            if (0xdc00..0xe000).contains(&low) {
                let whole = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            // It stands for itself.
            self.rest = begin;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn bad_escape<T>(&self, begin: &[u8], place: &str) -> Result<T, String> {
        if self.release == Release::V0_25 {
            return self.unexpected(place);
        }
        let length = if begin.get(1) == Some(&b'u') { 6 } else { 2 };
        let shown = String::from_utf8_lossy(begin.get(..length).unwrap_or(begin)).into_owned();
        Err(format!("invalid escape sequence `{shown}` in string"))
    }

    fn list(&mut self, depth: usize) -> Result<Json, String> {
        self.step();
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.step();
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            match self.peek() {
                Some(b',') => self.step(),
                Some(b']') => break,
                _ => return self.unexpected("after array element"),
            }
        }
        self.step();
        Ok(Json::List(items))
    }

    fn object(&mut self, depth: usize) -> Result<Json, String> {
        self.step();
        let mut fields = Vec::new();
        if self.peek() == Some(b'}') {
            self.step();
            return Ok(Json::Object(fields));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.unexpected("looking for beginning of object key string");
            }
            let key = self.string()?;
            if self.peek() != Some(b':') {
                return self.unexpected("after object key");
            }
            self.step();
            fields.push((key, self.value(depth + 1)?));
            match self.peek() {
                Some(b',') => self.step(),
                Some(b'}') => break,
                _ => return self.unexpected("after object key:value pair"),
            }
        }
        self.step();
        Ok(Json::Object(fields))
    }
}
