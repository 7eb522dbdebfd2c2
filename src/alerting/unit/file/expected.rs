//! Samples that queries must yield.

use super::{Expected, ExpectedSample, Node, Problem, Reader, Written, series};
use crate::alerting::yaml::Fields;
use crate::promql::{Dialect, Labels};

const KEYS_V2: &[&str] = &["labels", "value", "tolerance", "at_least", "at_most"];
const KEYS_V3: &[&str] = &["labels", "value", "histogram", "tolerance", "at_least", "at_most"];

impl<'a> Reader<'a> {
    pub(super) fn expected_sample(&mut self, node: &Node<'a>) -> ExpectedSample {
        let place = node.target_place();
        let keys = if self.dialect == Dialect::V2 { KEYS_V2 } else { KEYS_V3 };
        let fields = self.decoder.fields(node, &"an item of `exp_samples`", keys);
        let value = self.expected(&fields);
        let mut labels = self.expected_labels(&fields);
        let histogram = fields.get("histogram");
        if let Some(histogram) =
            histogram.filter(|it| self.decoder.text(it, &"`histogram`").is_some_and(|it| !it.is_empty()))
        {
            let problem =
                self.decoder.problem(histogram.target_place(), "native histograms are not evaluated");
            labels = labels.and(Err(problem.help("compare a float made of it, as with histogram_count()")));
        }
        ExpectedSample { labels, value, place }
    }

    fn expected_labels(&mut self, fields: &Fields<'_, 'a>) -> Result<Labels, Problem> {
        let Some(node) = fields.get("labels") else { return Ok(Labels::empty()) };
        let Some(text) = self.decoder.text(node, &"`labels`") else { return Ok(Labels::empty()) };
        series::metric(text, self.dialect).map_err(|wrong| {
            let place = Written::new(node).place_of(wrong.at, self.text);
            let problem = self.decoder.problem(place, format!("in `labels`: {}", wrong.message));
            Problem { help: wrong.help, ..problem }
        })
    }

    fn expected(&mut self, fields: &Fields<'_, 'a>) -> Expected {
        let mut number =
            |key| fields.get(key).and_then(|it| self.decoder.number(it, &format_args!("`{key}`")));
        let [value, tolerance, at_least, at_most] =
            ["value", "tolerance", "at_least", "at_most"].map(&mut number);
        let place = |keys: &[&str]| keys.iter().find_map(|key| fields.key_place(key));
        let bounds = place(&["at_least", "at_most"]);
        let not_both = place(&["value", "tolerance"]).and(bounds);
        let inverted = at_least.zip(at_most).is_some_and(|(least, most)| least > most);
        let negative = tolerance.is_some_and(|share| !(0.0..f64::INFINITY).contains(&share));
        let wrong = if let Some(place) = not_both {
            Some((place, "either `value` or `at_least` and `at_most`, not both"))
        } else if inverted {
            bounds.map(|place| (place, "`at_least` is more than `at_most`"))
        } else if negative {
            place(&["tolerance"]).map(|place| (place, "`tolerance` must be a share such as 0.01"))
        } else {
            None
        };
        if let Some((place, message)) = wrong {
            let problem = self.decoder.problem(place, message);
            let accepted =
                ["value: 1", "value: 1 with tolerance: 0.01", "at_least: 1 with at_most: 2, or one of them"];
            self.decoder.report(problem.accepted(&accepted));
        }
        match (tolerance, bounds) {
            (Some(tolerance), _) => Expected::Near { value: value.unwrap_or(0.0), tolerance },
            (None, Some(_)) => Expected::Within { at_least, at_most },
            (None, None) => Expected::Exactly(value.unwrap_or(0.0)),
        }
    }
}
