use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Defines a text that is checked when it is made.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $expected:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(#[schemars(regex(pattern = $pattern))] String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let accepts: fn(&str) -> bool = $accepts;
                if accepts(&text) { Ok(Self(text)) } else { Err(format!("`{text}` is not {}", $expected)) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn word(text: &str, first: fn(char) -> bool, rest: fn(char) -> bool) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(first) && chars.all(rest)
}

name!(
    /// The name of a metric, as a user queries it: counters with `_total`, histograms without a suffix.
    MetricName,
    r"^[a-zA-Z_:][a-zA-Z0-9_:]*$",
    "a metric name (letters, digits, `_` and `:`, not starting with a digit)",
    |text| word(
        text,
        |c| c.is_ascii_alphabetic() || matches!(c, '_' | ':'),
        |c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':')
    )
);
name!(
    /// The name of a label.
    LabelName,
    r"^[a-zA-Z_][a-zA-Z0-9_]*$",
    "a label name (letters, digits and `_`, not starting with a digit)",
    |text| word(text, |c| c.is_ascii_alphabetic() || c == '_', |c| c.is_ascii_alphanumeric() || c == '_')
);
name!(
    /// The id of a clause within its contract: dotted words.
    ClauseId,
    r"^[a-z0-9-]+(\.[a-z0-9-]+)*$",
    "a clause id (lower-case words of letters, digits and `-`, joined by dots: `metric.requests-total`)",
    |text| text.split('.').all(|part| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    })
);
name!(
    /// The name of an environment variable.
    EnvName,
    r"^[A-Z_][A-Z0-9_]*$",
    "an environment variable's name (capitals, digits and `_`)",
    |text| word(text, |c| c.is_ascii_uppercase() || c == '_', |c| {
        c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
    })
);
name!(
    /// A pattern in which `*` stands for any text.
    Glob,
    r"^\S+$",
    "a pattern (`*` stands for any text; no spaces)",
    |text| !text.is_empty() && !text.contains(char::is_whitespace)
);

impl Glob {
    /// Whether the pattern covers the whole of `text`.
    pub fn matches(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
        let mut parts: Vec<&str> = parts.collect();
        // Without a star there is one part, and nothing may be left.
        let Some(tail) = parts.pop() else { return rest.is_empty() };
        let mut rest = rest;
        for part in parts {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(tail)
    }
}
