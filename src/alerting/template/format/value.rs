//! A value under a verb.

use super::super::value::{IntKind, List, Map, Struct, Value};
use super::printer::Printer;
use super::quote::{can_backquote, quote, quote_with};

/// Where pointers point: Go prints addresses, which nobody can foretell.
const ADDRESS: &str = "0xc000000000";

/// The same as a number.
const ADDRESS_NUMBER: i64 = 0xc0_0000_0000;

impl Printer {
    /// An argument of print or printf.
    pub(in super::super) fn arg(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.pad("<nil>"),
            (_, 'T') => {
                let name = value.type_name();
                self.string(name, 's', value);
            }
            _ => self.value(value, verb, 0),
        }
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if self.is_full() {
            return;
        }
        let flags = self.flags;
        if matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
            && !flags.sharp_v
            && let Some(text) = value.stringer()
        {
            return self.string(&text, verb, value);
        }
        match value {
            Value::Nil if depth > 0 && verb == 'v' => {
                self.push_str(if flags.sharp_v { "interface {}(nil)" } else { "<nil>" });
            }
            Value::Nil => self.bad_verb(value, verb),
            Value::Bool(truth) if matches!(verb, 't' | 'v') => {
                self.pad(if *truth { "true" } else { "false" });
            }
            Value::Int(number, kind) => self.int(*number, *kind, verb, value),
            Value::Duration(number) => self.int(*number, IntKind::Int64, verb, value),
            Value::Float(number) => match verb {
                'v' | 'g' | 'G' | 'x' | 'X' | 'b' => self.float(*number, verb, None),
                'e' | 'E' | 'f' | 'F' => self.float(*number, verb, Some(6)),
                _ => self.bad_verb(value, verb),
            },
            Value::Text(text) | Value::Html(text) | Value::Url(text) => self.string(text, verb, value),
            Value::List(list) => self.list(list, verb, depth),
            Value::Map(map) => self.map(map, verb, depth),
            Value::Struct(inner) => self.fields(inner, verb, depth),
            Value::Time(time) => self.push_str(&time.to_string()),
            Value::Bool(_) => self.bad_verb(value, verb),
        }
    }

    fn int(&mut self, number: i64, kind: IntKind, verb: char, value: &Value) {
        match verb {
            'v' if self.flags.sharp_v && kind == IntKind::Byte => {
                let text = format!("0x{number:x}");
                self.push_str(&text);
            }
            'v' | 'd' => self.integer(number, 10, verb),
            'b' => self.integer(number, 2, verb),
            'o' | 'O' => self.integer(number, 8, verb),
            'x' | 'X' => self.integer(number, 16, verb),
            'c' => self.character(number),
            'q' => self.quoted_character(number),
            'U' => self.code_point(number),
            _ => self.bad_verb(value, verb),
        }
    }

    fn string(&mut self, text: &str, verb: char, value: &Value) {
        let flags = self.flags;
        let cut: String;
        let shown = match flags.precision {
            Some(count) if !matches!(verb, 'x' | 'X') => {
                cut = text.chars().take(count).collect();
                cut.as_str()
            }
            _ => text,
        };
        match verb {
            'v' if flags.sharp_v => self.pad(&quote(shown)),
            'v' | 's' => self.pad(shown),
            'q' if flags.sharp && can_backquote(shown) => self.pad(&format!("`{shown}`")),
            'q' => self.pad(&quote_with(shown, '"', flags.plus)),
            'x' | 'X' => {
                let hex = self.hex(text, verb);
                self.pad(&hex);
            }
            _ => self.bad_verb(value, verb),
        }
    }

    /// The bytes of a text, with `#` prefixed and with a space parted.
    fn hex(&self, text: &str, verb: char) -> String {
        let flags = self.flags;
        let prefix = if verb == 'X' { "0X" } else { "0x" };
        let mut out = String::new();
        for (i, byte) in text.bytes().take(flags.precision.unwrap_or(usize::MAX)).enumerate() {
            if flags.space && i > 0 {
                out.push(' ');
            }
            if flags.sharp && (flags.space || i == 0) {
                out.push_str(prefix);
            }
            out.push_str(&if verb == 'X' { format!("{byte:02X}") } else { format!("{byte:02x}") });
        }
        out
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) {
        let sharp = self.flags.sharp_v;
        if verb == 'p' {
            return self.push_str(ADDRESS);
        }
        if sharp {
            self.push_str(list.shape().name);
        }
        self.push(if sharp { '{' } else { '[' });
        for (i, item) in list.items().iter().enumerate() {
            if i > 0 {
                self.push_str(if sharp { ", " } else { " " });
            }
            self.value(item, verb, depth + 1);
        }
        self.push(if sharp { '}' } else { ']' });
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) {
        let sharp = self.flags.sharp_v;
        if verb == 'p' {
            return self.push_str(ADDRESS);
        }
        if sharp {
            self.push_str(map.shape().name);
        }
        self.push_str(if sharp { "{" } else { "map[" });
        for (i, (key, value)) in map.iter().enumerate() {
            if i > 0 {
                self.push_str(if sharp { ", " } else { " " });
            }
            self.value(&Value::Text(key.clone()), verb, depth + 1);
            self.push(':');
            self.value(value, verb, depth + 1);
        }
        self.push(if sharp { '}' } else { ']' });
    }

    fn fields(&mut self, inner: &Struct, verb: char, depth: usize) {
        let (shape, flags) = (inner.shape(), self.flags);
        if shape.pointer && depth > 0 {
            return match verb {
                'v' | 'p' => self.push_str(ADDRESS),
                'b' | 'o' | 'd' | 'x' | 'X' => self.int(ADDRESS_NUMBER, IntKind::Int, verb, &Value::Nil),
                _ => self.bad_verb(&Value::Struct(inner.clone()), verb),
            };
        }
        if shape.pointer && verb == 'p' {
            return self.push_str(ADDRESS);
        }
        if shape.pointer && !self.follow {
            self.push('&');
        }
        if flags.sharp_v {
            self.push_str(shape.name.trim_start_matches('*'));
        }
        self.push('{');
        for (i, (name, value)) in inner.iter().enumerate() {
            if i > 0 {
                self.push_str(if flags.sharp_v { ", " } else { " " });
            }
            if flags.plus_v || flags.sharp_v {
                self.push_str(name);
                self.push(':');
            }
            self.value(value, verb, depth + 1);
        }
        self.push('}');
    }

    /// `%!d(string=x)`.
    pub(super) fn bad_verb(&mut self, value: &Value, verb: char) {
        self.push_str("%!");
        self.push(verb);
        self.push('(');
        if matches!(value, Value::Nil) {
            self.push_str("<nil>");
        } else {
            self.push_str(value.type_name());
            self.push('=');
            self.value(value, 'v', 0);
        }
        self.push(')');
    }
}
