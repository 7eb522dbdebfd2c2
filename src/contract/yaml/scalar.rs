//! What an unquoted word means under the YAML 1.2 core schema.

/// A scalar as written and as understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scalar {
    /// The content, after escapes and line folding.
    pub(super) text: String,
    /// Whether it was written in quotes or as a block, which makes it text whatever it says.
    pub(super) quoted: bool,
    /// What it is.
    pub(super) kind: Kind,
}

/// The types of the core schema.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Nothing at all, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number; every Rust integer but the upper half of `u128` fits.
    Int(i128),
    /// Any other number, `.inf` and `.nan` included.
    Float(f64),
    /// Everything else.
    Text,
}

impl Scalar {
    /// A scalar whose kind follows from its text unless it was quoted.
    pub(super) fn new(text: String, quoted: bool) -> Self {
        let kind = if quoted { Kind::Text } else { resolve(&text) };
        Self { text, quoted, kind }
    }
}

/// The kind of an unquoted word (YAML 1.2.2, section 10.3.2).
pub(super) fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Kind::Float(f64::NAN),
        _ => {}
    }
    whole(text).map(Kind::Int).or_else(|| fraction(text).map(Kind::Float)).unwrap_or(Kind::Text)
}

fn whole(text: &str) -> Option<i128> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            // `from_str_radix` would also take a sign here, the schema does not.
            let plain = digits.chars().all(|digit| digit.is_digit(radix));
            return if plain { i128::from_str_radix(digits, radix).ok() } else { None };
        }
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn fraction(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    // Rust's parser also takes `inf`, `nan` and `infinity`, which YAML calls text.
    let numeric = unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'-' | b'+'));
    let leading = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    // A literal too large for a float would silently become infinite: it is left as text, which no number accepts.
    (numeric && leading).then(|| text.parse().ok()).flatten().filter(|value: &f64| value.is_finite())
}
