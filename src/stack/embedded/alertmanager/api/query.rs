//! The parameters of requests.

use crate::alerting::alertmanager::{Release, Silence};
use crate::alerting::matchers::{Matcher, Matchers, parse_one};
use crate::promql::{Dialect, Pattern};

/// Names and values in the order of the request.
pub(super) type Pairs = Vec<(String, String)>;

/// Which alerts are asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) matchers: Matchers,
    pub(super) receiver: Option<Pattern>,
    pub(super) active: bool,
    pub(super) silenced: bool,
    pub(super) inhibited: bool,
    pub(super) muted: bool,
}

impl Wanted {
    /// Reads them; else what is wrong, in Alertmanager's words.
    pub(super) fn read(pairs: &Pairs, release: Release) -> Result<Wanted, String> {
        let matchers = matchers(pairs, release)?;
        let receiver = last(pairs, "receiver").filter(|pattern| !pattern.is_empty());
        let read = |pattern| {
            let refused = |why: String| {
                format!("failed to parse receiver param: {}", no_pattern(&why, &whole(pattern)))
            };
            Pattern::whole(pattern, Dialect::V2).map_err(refused)
        };
        let receiver = receiver.map(read).transpose()?;
        let flag = |name| last(pairs, name).filter(|text| !text.is_empty()).is_none_or(truth);
        Ok(Wanted {
            matchers,
            receiver,
            active: flag("active"),
            silenced: flag("silenced"),
            inhibited: flag("inhibited"),
            // 0.25 does not know it.
            muted: release == Release::V0_25 || flag("muted"),
        })
    }

    /// Whether a receiver is asked for.
    pub(super) fn receiver(&self, name: &str) -> bool {
        self.receiver.as_ref().is_none_or(|pattern| pattern.is_match(name))
    }
}

/// The matchers of `filter`.
pub(super) fn matchers(pairs: &Pairs, release: Release) -> Result<Matchers, String> {
    let filters = pairs.iter().filter(|(name, _)| name == "filter");
    let read: Result<Vec<Matcher>, String> =
        filters.map(|(_, text)| parse_one(text, release).map_err(|_| words(text, release))).collect();
    read.map(Matchers)
}

/// What Alertmanager says against an item of `filter`: the words of its older parser, also where it asks both.
fn words(text: &str, release: Release) -> String {
    if release == Release::V0_33 && (text.starts_with('{') || text.ends_with('}')) {
        return format!("unexpected open or close brace: {text}");
    }
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let rest = text.trim_start();
    let after = rest.trim_start_matches(name).trim_start();
    let named = rest.starts_with(|c: char| name(c) && !c.is_ascii_digit());
    let value = ["=~", "=", "!=", "!~"].iter().find_map(|op| after.strip_prefix(op)).filter(|_| named);
    let Some(value) = value.map(str::trim) else { return format!("bad matcher format: {text}") };
    let inside = value.strip_prefix('"').and_then(|inside| inside.strip_suffix('"')).unwrap_or(value);
    match Pattern::whole(inside, Dialect::V2) {
        Err(why) if after.get(1..2) == Some("~") => no_pattern(&why, &whole(inside)),
        _ => format!("matcher value contains unescaped double quote: {value}"),
    }
}

/// A pattern as Alertmanager makes it match whole values.
pub(super) fn whole(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}

/// What Go says against a pattern. Most of what can be wrong is told in words of our own.
pub(super) fn no_pattern(why: &str, pattern: &str) -> String {
    match why {
        "a missing `)`" => format!("error parsing regexp: missing closing ): `{pattern}`"),
        "a missing `]`" => {
            let from = pattern.rfind('[').unwrap_or_default();
            format!("error parsing regexp: missing closing ]: `{}`", &pattern[from..])
        }
        _ => format!("error parsing regexp: {why}: `{pattern}`"),
    }
}

/// Whether a silence is asked for: it has each of the matchers itself, whatever else they would match.
pub(super) fn finds(wanted: &Matchers, silence: &Silence) -> bool {
    wanted.0.iter().all(|filter| silence.matchers.0.contains(filter))
}

fn last<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// What Alertmanager's library takes for true; all else is false.
fn truth(text: &str) -> bool {
    let words = ["true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"];
    words.contains(&text.to_ascii_lowercase().as_str())
}
