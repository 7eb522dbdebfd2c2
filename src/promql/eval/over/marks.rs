//! Places in a series, and which of them a frame holds.

/// Places of samples, rising, asked about with frames that only move forward.
pub(super) struct Marks {
    places: Vec<usize>,
    from: usize,
    to: usize,
}

impl Marks {
    /// The places of the samples that satisfy a condition.
    pub(super) fn of(values: &[f64], condition: impl Fn(f64) -> bool) -> Marks {
        Marks::at(values.iter().enumerate().filter(|(_, value)| condition(**value)).map(|(place, _)| place))
    }

    /// The places of the samples that, compared with the sample before, satisfy a condition: `(before, now)`.
    pub(super) fn between(values: &[f64], condition: impl Fn(f64, f64) -> bool) -> Marks {
        let pairs = values.windows(2).enumerate();
        Marks::at(pairs.filter(|(_, pair)| condition(pair[0], pair[1])).map(|(place, _)| place + 1))
    }

    fn at(places: impl Iterator<Item = usize>) -> Marks {
        Marks { places: places.collect(), from: 0, to: 0 }
    }

    /// All of them.
    pub(super) fn places(&self) -> &[usize] {
        &self.places
    }

    /// Which of [`Marks::places`] are in `first..end`. Neither may be less than when it was asked before.
    pub(super) fn span(&mut self, first: usize, end: usize) -> std::ops::Range<usize> {
        while self.places.get(self.from).is_some_and(|place| *place < first) {
            self.from += 1;
        }
        self.to = self.to.max(self.from);
        while self.places.get(self.to).is_some_and(|place| *place < end) {
            self.to += 1;
        }
        self.from..self.to
    }

    /// How many are in `first..end`.
    pub(super) fn count(&mut self, first: usize, end: usize) -> usize {
        self.span(first, end).len()
    }
}
