//! How certain texts must be written: durations, addresses, names.

use super::shape::{Form, Shape};

/// A duration of Prometheus.
pub(super) const DURATION: Shape = Shape::Form(&Form {
    what: "a duration such as 30s, 5m or 1h30m (units: y, w, d, h, m, s, ms)",
    fits: |text| fits(duration_ms(text).is_some()),
});
/// A duration of Go.
pub(super) const GO_DURATION: Shape = Shape::Form(&Form {
    what: "a duration such as 500ms, 1.5s or 1m30s (units: h, m, s, ms, us, ns)",
    fits: |text| fits(is_go_duration(text)),
});
/// An address with scheme and host.
pub(super) const URL: Shape = Shape::Form(&URL_FORM);
/// What Prometheus queries.
pub(super) const PROMQL: Shape =
    Shape::Form(&Form { what: "a PromQL expression", fits: |text| fits(!text.trim().is_empty()) });
/// Text that says something.
pub(super) const NON_EMPTY: Shape = Shape::Form(&Form { what: "text", fits: |text| fits(!text.is_empty()) });
/// The name of a label.
pub(super) const LABEL_NAME: Shape = Shape::Form(&LABEL_NAME_FORM);
/// The name of a metric.
pub(super) const METRIC_NAME: Shape = Shape::Form(&Form {
    what: "a metric name (letters, digits, `_` and `:`, not starting with a digit)",
    fits: |text| fits(is_name(text, true)),
});
/// A regular expression.
pub(super) const REGEX: Shape = Shape::Form(&Form { what: "a regular expression", fits: regex });
/// A number of bytes.
pub(super) const BYTES: Shape = Shape::Form(&Form {
    what: "a number of bytes such as 512KB, 10MB or 1GiB",
    fits: |text| {
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let units = [
            "B", "KB", "MB", "GB", "TB", "PB", "EB", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "K", "M", "G",
        ];
        fits(text == "0" || (unit.len() < text.len() && units.contains(&unit)))
    },
});
/// A TCP port.
pub(super) const PORT: Shape = Shape::Integer(1, 65535);

/// The form of [`LABEL_NAME`].
pub(super) static LABEL_NAME_FORM: Form = Form {
    what: "a label name (letters, digits and `_`, not starting with a digit)",
    fits: |text| fits(is_name(text, false)),
};

static URL_FORM: Form = Form {
    what: "a URL that starts with http:// or https:// and names a host",
    // What is secret is shown so by the programs themselves.
    fits: |text| fits(text == "<secret>" || is_url(text)),
};

/// An outcome without a reason beyond the form's own words.
pub(super) fn fits(it_does: bool) -> Result<(), &'static str> {
    if it_does { Ok(()) } else { Err("") }
}

/// How many milliseconds a duration of Prometheus takes; `None` when it is none (`model.ParseDuration`).
pub(super) fn duration_ms(text: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 7] = [
        ("y", 31_536_000_000),
        ("w", 604_800_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
        ("ms", 1),
    ];
    if text == "0" {
        return Some(0);
    }
    let (mut rest, mut total, mut allowed) = (text, 0_i64, &UNITS[..]);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = allowed.iter().position(|(unit, _)| *unit == &rest[..letters])?;
        total = total.checked_add(number.checked_mul(allowed[unit].1)?)?;
        (allowed, rest) = (&allowed[unit + 1..], &rest[letters..]);
    }
    // Go counts nanoseconds, and so reaches no further than 292 years.
    (!text.is_empty() && total <= i64::MAX / 1_000_000).then_some(total)
}

fn is_go_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        if rest[..number].parse::<f64>().is_err() {
            return false;
        }
        rest = &rest[number..];
        let letters = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        if !["h", "m", "s", "ms", "us", "µs", "μs", "ns"].contains(&&rest[..letters]) {
            return false;
        }
        (rest, parts) = (&rest[letters..], parts + 1);
    }
    parts > 0
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        !host.is_empty() && !host.starts_with(':') && !host.contains(char::is_whitespace)
    })
}

/// Whether a text is a name of a label or, with colons, of a metric.
pub(super) fn is_name(text: &str, colons: bool) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || (colons && c == ':');
    text.starts_with(letter) && text.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// What Go's regular expressions refuse, as far as Rust's refuse it for the same reason. The two differ at the edges
/// (`\Q..\E`, `\C`, a lone `{`), where nothing is said.
fn regex(text: &str) -> Result<(), &'static str> {
    use regex_syntax::ast::ErrorKind as E;
    let Err(error) = regex_syntax::ast::parse::Parser::new().parse(text) else { return Ok(()) };
    Err(match error.kind() {
        E::ClassUnclosed => "a `[` is never closed",
        E::GroupUnclosed => "a `(` is never closed",
        E::GroupUnopened => "a `)` was never opened",
        E::RepetitionMissing if !text.contains('{') => "nothing stands before `*`, `+` or `?`",
        E::EscapeUnexpectedEof => "it ends in a `\\`",
        E::ClassRangeInvalid => "a range in `[...]` runs backwards",
        E::UnsupportedBackreference => "it refers back to a group, which RE2 cannot",
        E::UnsupportedLookAround => "it looks ahead or behind, which RE2 cannot",
        _ => return Ok(()),
    })
}
