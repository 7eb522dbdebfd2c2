//! The values of a series.

use super::{Scanner, Wrong, is_blank};

/// Values like each other, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// The first; `None` if there are no samples.
    pub first: Option<f64>,
    /// What each is more than the one before it, which is added as often as there are values: so does `promtool`.
    pub step: f64,
    /// How many, never 0.
    pub count: u64,
}

/// The values of a series, in order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    runs: Vec<Run>,
    len: u64,
}

impl Values {
    /// The values in runs.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// How many there are, missing ones counted.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One by one; `None` is a missing one. Staleness markers are values.
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> {
        self.runs.iter().flat_map(|run| {
            let mut next = run.first;
            (0..run.count).map(move |_| {
                let value = next;
                next = next.map(|value| if run.step == 0.0 { value } else { value + run.step });
                value
            })
        })
    }

    fn push(&mut self, first: Option<f64>, step: f64, count: u64) {
        self.len = self.len.saturating_add(count);
        if count > 0 {
            self.runs.push(Run { first, step, count });
        }
    }
}

impl Scanner<'_> {
    /// Everything after the labels.
    pub(super) fn values(&mut self) -> Result<Values, Wrong> {
        let mut values = Values::default();
        while self.peek().is_some() {
            if self.accept_run(is_blank).is_empty() {
                return Err(Wrong::new(self.at, format!("expected a space before {}", self.found())));
            }
            if self.peek().is_some() {
                self.item(&mut values)?;
            }
        }
        Ok(values)
    }

    /// One value, or one that is repeated.
    fn item(&mut self, values: &mut Values) -> Result<(), Wrong> {
        if self.rest().starts_with("{{") {
            let wrong = Wrong::new(self.at, "native histograms are not evaluated");
            return Err(wrong.help("write the series of a classic histogram: `_bucket`, `_sum` and `_count`"));
        }
        if self.accept(|c| c == '_') {
            let count = if self.accept(|c| c == 'x') { self.count()? } else { 1 };
            values.push(None, 0.0, count);
            return Ok(());
        }
        let first = self.signed()?;
        if self.accept(|c| c == 'x') {
            // The first is not counted.
            let count = self.count()?;
            values.push(Some(first), 0.0, count.saturating_add(1));
            return Ok(());
        }
        if !matches!(self.peek(), Some('+' | '-')) {
            values.push(Some(first), 0.0, 1);
            return Ok(());
        }
        let step = self.signed()?;
        if !self.accept(|c| c == 'x') {
            let wrong = Wrong::new(self.at, format!("expected `x` and how often, found {}", self.found()));
            return Err(wrong.help("as in 1+2x5"));
        }
        let count = self.count()?;
        values.push(Some(first), step, count.saturating_add(1));
        Ok(())
    }

    fn signed(&mut self) -> Result<f64, Wrong> {
        let negative = self.peek() == Some('-');
        let sign = self.accept(|c| c == '+' || c == '-');
        let value = match self.number()? {
            Some(value) => value,
            None => {
                let start = self.at;
                match self.word()? {
                    Some(value) if sign && crate::promql::is_stale(value) => {
                        return Err(Wrong::new(start, "`stale` takes no sign"));
                    }
                    Some(value) => value,
                    None => {
                        let message = format!("expected a number, `_` or `stale`, found {}", self.found());
                        return Err(Wrong::new(self.at, message));
                    }
                }
            }
        };
        Ok(if negative { -value } else { value })
    }

    /// How often, after `x`.
    fn count(&mut self) -> Result<u64, Wrong> {
        let start = self.at;
        let digits = self.accept_run(|c| c.is_ascii_digit());
        let wrong = |message: String| Err(Wrong::new(start, message));
        if digits.is_empty() {
            return wrong(format!("expected a whole number after `x`, found {}", self.found()));
        }
        if self.peek().is_some_and(|c| !is_blank(c)) {
            return wrong(format!("expected a whole number after `x`, found `{}`", self.word_from(start)));
        }
        match digits.parse() {
            Ok(count) => Ok(count),
            Err(_) => wrong(format!("`{digits}` is more than 64 bits hold")),
        }
    }

    fn word_from(&self, start: usize) -> &str {
        self.text[start..].split(is_blank).next().unwrap_or_default()
    }
}
