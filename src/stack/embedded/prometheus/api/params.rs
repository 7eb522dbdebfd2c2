//! The parameters of a question, and what is asked for of series in them.

use super::answer::Answer;
use super::numbers::{duration, integer, time};
use crate::promql::{Dialect, ExprKind, MatchOp, Selection, VectorSelector, parse_as};

/// Names and values in their order; those of the form go before those of the URL, as in Go: the first of a name counts.
#[derive(Debug, Default)]
pub(super) struct Params {
    all: Vec<(String, String)>,
    /// The first thing that could not be read, in Go's words.
    unread: Option<String>,
}

impl Params {
    pub(super) fn new(query: &str, form: &[u8]) -> Params {
        let mut params = Params::default();
        for text in [&*String::from_utf8_lossy(form), query] {
            for pair in text.split('&').filter(|pair| !pair.is_empty()) {
                match pair_of(pair) {
                    Ok(pair) => params.all.push(pair),
                    Err(why) => params.unread = params.unread.take().or(Some(why)),
                }
            }
        }
        params
    }

    /// Refuses parameters that cannot be read, as few questions do; others pass over them.
    pub(super) fn read(&self) -> Result<(), Answer> {
        match &self.unread {
            None => Ok(()),
            Some(why) => Err(Answer::bad(format!("error parsing form values: {why}"))),
        }
    }

    /// The first value of a name, if it is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let first = self.all.iter().find(|(known, _)| known == name)?;
        Some(first.1.as_str()).filter(|value| !value.is_empty())
    }

    /// Every value of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A time that must be there, in milliseconds since 1970.
    pub(super) fn time(&self, name: &str) -> Result<i64, Answer> {
        let text = self.get(name).unwrap_or_default();
        time(text).ok_or_else(|| Answer::wrong(name, format!("cannot parse {text:?} to a valid timestamp")))
    }

    /// A time in milliseconds since 1970, or another where there is none.
    pub(super) fn time_or(&self, name: &str, default: i64, dialect: Dialect) -> Result<i64, Answer> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let invalid = if dialect == Dialect::V2 { "Invalid" } else { "invalid" };
        time(text).ok_or_else(|| {
            let why =
                format!("{invalid} time value for '{name}': cannot parse {text:?} to a valid timestamp");
            Answer::wrong(name, why)
        })
    }

    /// A duration in nanoseconds.
    pub(super) fn duration(&self, name: &str) -> Result<Option<i64>, Answer> {
        let Some(text) = self.get(name) else { return Ok(None) };
        duration(text).map(Some).map_err(|why| Answer::wrong(name, why))
    }

    /// How many are asked for at most; 2.42 does not know of it.
    pub(super) fn limit(&self, dialect: Dialect) -> Result<Option<usize>, Answer> {
        let Some(text) = self.get("limit").filter(|_| dialect == Dialect::V3) else { return Ok(None) };
        let limit = integer(text, "strconv.Atoi").map_err(|why| Answer::wrong("limit", why))?;
        match usize::try_from(limit) {
            Ok(limit) => Ok(Some(limit).filter(|limit| *limit > 0)),
            Err(_) => Err(Answer::wrong("limit", "limit must be non-negative")),
        }
    }

    /// A number of which nobody says what is wrong with it.
    pub(super) fn count(&self, name: &str) -> Result<Option<i64>, Answer> {
        let Some(text) = self.get(name) else { return Ok(None) };
        integer(text, "").map(Some).map_err(|_| Answer::bad(format!("{name} must be a number")))
    }

    /// The series that `match[]` asks for, one entry for each time that it is given.
    ///
    /// # Errors
    ///
    /// In words.
    pub(super) fn selections(&self, dialect: Dialect) -> Result<Vec<Selection>, String> {
        let selectors = self.all("match[]").map(|text| selector(text, dialect));
        let selectors = selectors.collect::<Result<Vec<_>, _>>()?;
        if selectors.iter().any(is_boundless) {
            return Err("match[] must contain at least one non-empty matcher".to_owned());
        }
        selectors.iter().map(|selector| Selection::new(selector, dialect)).collect()
    }
}

/// A selector alone, without offset or time.
///
/// # Errors
///
/// In words.
pub(super) fn selector(text: &str, dialect: Dialect) -> Result<VectorSelector, String> {
    // Nothing but braces is none for a query and one here.
    if text.trim() == "{}" {
        return Ok(VectorSelector { name: None, matchers: Vec::new(), offset: None, at: None });
    }
    let expr = match parse_as(text, dialect) {
        Ok(expr) => expr,
        Err(_) if boundless(text, dialect) => {
            return Ok(VectorSelector { name: None, matchers: Vec::new(), offset: None, at: None });
        }
        Err(error) => {
            let (line, column) = error.span.line_and_column(text);
            return Err(format!("{line}:{column}: parse error: {}", error.message));
        }
    };
    match expr.kind {
        ExprKind::Vector(selector) if selector.offset.is_none() && selector.at.is_none() => Ok(selector),
        _ => Err("1:1: parse error: a series selector is expected and nothing else".to_owned()),
    }
}

/// Whether a selector of matchers alone is refused only because they match everything.
fn boundless(text: &str, dialect: Dialect) -> bool {
    let text = text.trim();
    text.starts_with('{') && text.ends_with('}') && parse_as(&format!("x{text}"), dialect).is_ok()
}

/// Whether every matcher of it lets series through that lack its label.
fn is_boundless(selector: &VectorSelector) -> bool {
    let empty = |op: MatchOp, value: &str| match op {
        MatchOp::Equal => value.is_empty(),
        MatchOp::NotEqual => !value.is_empty(),
        MatchOp::Regex | MatchOp::NotRegex => false,
    };
    selector.name.is_none() && selector.matchers.iter().all(|matcher| empty(matcher.op, &matcher.value))
}

fn pair_of(pair: &str) -> Result<(String, String), String> {
    if pair.contains(';') {
        return Err("invalid semicolon separator in query".to_owned());
    }
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let plain = |text: &str| {
        let bytes = unescaped(&text.replace('+', " "))?;
        Ok::<_, String>(String::from_utf8_lossy(&bytes).into_owned())
    };
    Ok((plain(name)?, plain(value)?))
}

/// The bytes of a text with escapes such as `%20`.
///
/// # Errors
///
/// Go's words for an escape that is none.
pub(super) fn unescaped(text: &str) -> Result<Vec<u8>, String> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte != b'%' {
            plain.push(*byte);
            at += 1;
            continue;
        }
        let digit = |place: usize| bytes.get(place).and_then(|digit| char::from(*digit).to_digit(16));
        let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
            let shown = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 3)]);
            return Err(format!("invalid URL escape {shown:?}"));
        };
        plain.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
        at += 3;
    }
    Ok(plain)
}
