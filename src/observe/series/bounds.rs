//! The labels that carry a bound, as Prometheus 3 writes them.

use crate::observe::exposition::Kind;
use crate::promql::Dialect;

/// Which label carries a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) enum Bound {
    /// None that Prometheus would touch.
    #[default]
    None,
    /// `le`
    Le,
    /// `quantile`
    Quantile,
}

impl Bound {
    /// What Prometheus does with the samples of a family of this kind.
    pub(super) fn of(kind: Kind, dialect: Dialect) -> Bound {
        match kind {
            // 2.42 keeps what was exposed.
            _ if dialect == Dialect::V2 => Bound::None,
            Kind::Histogram => Bound::Le,
            Kind::Summary => Bound::Quantile,
            _ => Bound::None,
        }
    }

    /// Whether a label of this name carries one.
    pub(super) fn is_on(self, label: &str) -> bool {
        match self {
            Bound::None => false,
            Bound::Le => label == "le",
            Bound::Quantile => label == "quantile",
        }
    }

    /// The value of a label, anew if Prometheus would write it otherwise.
    pub(super) fn written(self, label: &str, value: &str) -> Option<String> {
        let number: f64 = if self.is_on(label) { value.parse().ok()? } else { return None };
        // Go refuses what is too large for a float; Rust makes an infinity of it.
        let too_large = number.is_infinite() && value.bytes().any(|byte| byte.is_ascii_digit());
        (!too_large).then(|| open_metrics(number))
    }
}

/// A number as OpenMetrics asks for it: never without a point or an exponent.
fn open_metrics(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    if number == 0.0 {
        return "0.0".to_owned();
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = exponent.parse().unwrap_or(0);
    // Go's `g` changes to exponents here when it is not told how many digits to write.
    if (-4..6).contains(&power) {
        let plain = number.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.unsigned_abs())
}
