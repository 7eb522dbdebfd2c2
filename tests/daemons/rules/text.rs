//! Texts that both print: series, times.

use super::compare::Pairs;

/// A series such as `up{a="b"}` or `{__name__="up", a="b"}` at the start of a text, and the rest of it.
pub(super) fn series(text: &str) -> (Pairs, &str) {
    let mut pairs = Pairs::new();
    let name = text.find(|c: char| c == '{' || c.is_whitespace()).unwrap_or(text.len());
    if name > 0 {
        pairs.insert("__name__".to_owned(), text[..name].to_owned());
    }
    let Some(mut rest) = text[name..].strip_prefix('{') else { return (pairs, &text[name..]) };
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if let Some(rest) = rest.strip_prefix('}') {
            return (pairs, rest);
        }
        let (label, value) = rest.split_once('=').unwrap_or_else(|| panic!("no labels: {text}"));
        let (value, left) = quoted(value);
        pairs.insert(label.to_owned(), value);
        rest = left;
    }
}

/// What stands in quotes at the start of a text, and the rest of it.
pub(super) fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, other)) => value.push(other),
                None => break,
            },
            _ => value.push(c),
        }
    }
    panic!("a quote without end: {text}")
}

/// `1m30s5ms` in milliseconds; `1m30.5s` too.
pub(super) fn millis(text: &str) -> i64 {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or_else(|| panic!("no time: {text}"));
        let number: f64 = rest[..end].parse().unwrap_or_else(|_| panic!("no time: {text}"));
        let unit = &rest[end..];
        let unit = &unit[..unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len())];
        total += number
            * match unit {
                "ms" => 1.0,
                "s" => 1e3,
                "m" => 6e4,
                "h" => 3.6e6,
                "d" => 8.64e7,
                _ => panic!("no time: {text}"),
            };
        rest = &rest[end + unit.len()..];
    }
    if text == "0" { 0 } else { total as i64 }
}
