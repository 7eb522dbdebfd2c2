//! What each kind of family demands of its samples.

use super::families::Group;
use super::family::{Kind, Sample};
use super::number::{self, shown};
use super::series::{self, Point};
use super::shape::{Bucket, Part, Shape};
use super::{Format, Problem};

/// The most characters that the names and values of an exemplar's labels may have together (OpenMetrics).
const EXEMPLAR_CHARS: usize = 128;

pub(super) fn judge(group: &Group, format: Format, problems: &mut Vec<Problem>) {
    let mut judge = Judge { group, format, problems };
    judge.unit();
    for (index, sample) in group.family.samples.iter().enumerate() {
        judge.sample(index, sample);
        judge.exemplar(index, sample);
    }
    let points = match group.family.kind {
        Kind::Counter | Kind::Histogram | Kind::GaugeHistogram | Kind::Summary => {
            series::points(group, format)
        }
        _ => Vec::new(),
    };
    for point in &points {
        match group.family.kind {
            Kind::Counter => judge.total(point),
            Kind::Summary => judge.quantile_order(point),
            _ => judge.histogram(point),
        }
    }
}

struct Judge<'a> {
    group: &'a Group,
    format: Format,
    problems: &'a mut Vec<Problem>,
}

impl Judge<'_> {
    fn note(&mut self, index: usize, column: usize, message: String) {
        self.problems.push(self.group.problem_at(index, column, message));
    }

    /// What Prometheus takes as it is.
    fn remark(&mut self, index: usize, column: usize, message: String) {
        self.problems.push(self.group.problem_at(index, column, message).remark());
    }

    fn suffix<'s>(&self, sample: &'s Sample) -> &'s str {
        self.group.suffix(&sample.name, self.format).unwrap_or_default()
    }

    fn unit(&mut self) {
        let family = &self.group.family;
        let Some(unit) = &family.unit else {
            return;
        };
        let name = &family.name;
        let unitless = matches!(family.kind, Kind::Info | Kind::StateSet);
        let message = if unitless {
            format!("expected no unit for the {} `{name}`, saw `{unit}`", family.kind)
        } else if name.strip_suffix(unit.as_str()).is_none_or(|rest| !rest.ends_with('_')) {
            format!("expected a family name that ends in `_{unit}`, its unit, saw `{name}`")
        } else {
            return;
        };
        self.problems.push(Problem::new(self.group.unit_line, 1, message).remark_if(unitless));
    }

    /// Names, labels and values of one sample.
    fn sample(&mut self, index: usize, sample: &Sample) {
        let family = &self.group.family;
        let place = &self.group.places[index];
        let (name, value) = (&family.name, sample.value);
        let suffix = self.suffix(sample);
        let suffixes = family.kind.suffixes(self.format);
        if !suffixes.contains(&suffix) {
            let choice = suffixes.iter().map(|suffix| format!("`{name}{suffix}`")).collect::<Vec<_>>();
            let message = format!(
                "expected {} for the {} `{name}`, saw `{}`",
                choice.join(" or "),
                family.kind,
                sample.name
            );
            return self.remark(index, place.name, message);
        }
        let open_metrics = self.format == Format::OpenMetrics;
        let fault = match (family.kind, suffix) {
            (Kind::Counter, "" | "_total") if is_not_count(value) => Some("a counter of zero or more"),
            (Kind::Info, _) if value != 1.0 => Some("1 as the value of an info"),
            (Kind::StateSet, _) if value != 0.0 && value != 1.0 => Some("0 or 1 as the value of a state"),
            (Kind::Summary, "_count") if is_not_count(value) => Some("a count of zero or more"),
            (Kind::Summary, "_count") if open_metrics && value.fract() != 0.0 => {
                Some("a whole number as count")
            }
            (Kind::Summary, "_sum") if open_metrics && is_not_count(value) => Some("a sum of zero or more"),
            (Kind::Summary, "") if open_metrics && value < 0.0 => Some("a quantile's value of zero or more"),
            _ => None,
        };
        if let Some(expected) = fault {
            self.remark(index, place.value, format!("expected {expected}, saw {}", shown(value)));
        }
        match (family.kind, suffix) {
            (Kind::StateSet, _) if sample.labels.get(name).is_none() => {
                let labels = &sample.labels;
                let message = format!("expected a label `{name}` that names the state, saw `{labels}`");
                self.remark(index, place.name, message);
            }
            (Kind::Summary, "") => {
                if let Some((quantile, column)) = self.bound(index, sample, "quantile")
                    && !(0.0..=1.0).contains(&quantile)
                {
                    let quantile = shown(quantile);
                    self.remark(index, column, format!("expected a quantile from 0 to 1, saw {quantile}"));
                }
            }
            (Kind::Histogram | Kind::GaugeHistogram, "_bucket") => self.bucket(index, sample),
            _ => {}
        }
    }

    fn bucket(&mut self, index: usize, sample: &Sample) {
        let Some((le, column)) = self.bound(index, sample, "le") else {
            return;
        };
        let written = sample.labels.get("le").unwrap_or_default();
        if le == f64::INFINITY && written != "+Inf" {
            self.remark(index, column, format!("expected le=\"+Inf\" for infinity, saw `{written}`"));
        }
        if let Some(exemplar) = &sample.exemplar
            && exemplar.value > le
        {
            let value = shown(exemplar.value);
            let message = format!("expected an exemplar of at most le=\"{written}\", saw {value}");
            self.remark(index, self.group.places[index].exemplar, message);
        }
    }

    /// Reads the label that carries a number, and gives it with the column of its value.
    fn bound(&mut self, index: usize, sample: &Sample, label: &str) -> Option<(f64, usize)> {
        let place = &self.group.places[index];
        let Some(position) = sample.labels.position(label) else {
            let message = format!("expected a label `{label}` on `{}`, saw `{}`", sample.name, sample.labels);
            // Readers compute with `le`; a quantile is a label like any other.
            let problem = self.group.problem_at(index, place.name, message);
            self.problems.push(problem.remark_if(label == "quantile"));
            return None;
        };
        let written = sample.labels.get(label).unwrap_or_default();
        let column = place.labels[position];
        match number::value(written) {
            Ok(bound) => Some((bound, column)),
            Err(reason) => {
                let message = format!("expected a number in label `{label}`, saw `{written}`{reason}");
                let problem = self.group.problem_at(index, column, message);
                self.problems.push(problem.remark_if(label == "quantile"));
                None
            }
        }
    }

    fn exemplar(&mut self, index: usize, sample: &Sample) {
        let Some(exemplar) = &sample.exemplar else {
            return;
        };
        // The text format has none at all, which was said where the line was read.
        if self.format == Format::Text {
            return;
        }
        let column = self.group.places[index].exemplar;
        let at_home = matches!(
            (self.group.family.kind, self.suffix(sample)),
            (Kind::Counter, "_total") | (Kind::Histogram | Kind::GaugeHistogram, "_bucket")
        );
        if !at_home {
            let Sample { name, .. } = sample;
            let message = format!(
                "expected exemplars only on a counter's `_total` or a `_bucket`, saw one on `{name}`"
            );
            self.note(index, column, message);
        }
        let chars: usize =
            exemplar.labels.iter().map(|(name, value)| name.chars().count() + value.chars().count()).sum();
        if chars > EXEMPLAR_CHARS {
            let message =
                format!("expected at most {EXEMPLAR_CHARS} characters in an exemplar's labels, saw {chars}");
            self.note(index, column, message);
        }
    }

    /// OpenMetrics: a `_created` alone does not make a counter.
    fn total(&mut self, point: &Point) {
        let samples = &self.group.family.samples;
        let mut suffixes = point.members.iter().map(|&index| self.suffix(&samples[index]));
        if self.group.damaged || self.format == Format::Text || suffixes.any(|suffix| suffix != "_created") {
            return;
        }
        let first = point.members[0];
        let name = &self.group.family.name;
        let message = format!("expected `{name}_total{}` beside its `_created`, saw none", point.labels);
        self.remark(first, self.group.places[first].name, message);
    }

    /// The text format wants quantiles in rising order.
    fn quantile_order(&mut self, point: &Point) {
        if self.format == Format::OpenMetrics {
            return;
        }
        let mut before: Option<f64> = None;
        for &index in &point.members {
            let sample = &self.group.family.samples[index];
            let Some(position) =
                sample.labels.position("quantile").filter(|_| self.suffix(sample).is_empty())
            else {
                continue;
            };
            let Ok(quantile) = number::value(sample.labels.get("quantile").unwrap_or_default()) else {
                continue;
            };
            if let Some(before) = before.filter(|before| quantile <= *before) {
                let (quantile, before) = (shown(quantile), shown(before));
                let message = format!("expected quantiles in rising order, saw {quantile} after {before}");
                self.remark(index, self.group.places[index].labels[position], message);
            }
            before = Some(quantile);
        }
    }

    fn histogram(&mut self, point: &Point) {
        let group = self.group;
        let mut shape = Shape { gauge: group.family.kind == Kind::GaugeHistogram, ..Shape::default() };
        let mut complete = !group.damaged;
        let (mut buckets, mut sum_at, mut count_at) = (Vec::new(), 0, 0);
        let same_bucket = |index: usize, other: &Sample| group.family.samples[index].labels == other.labels;
        for &index in &point.members {
            let sample = &group.family.samples[index];
            match self.suffix(sample) {
                "_bucket" => match sample.labels.get("le").map(number::value) {
                    // A repeated series was reported as such.
                    Some(Ok(_)) if buckets.iter().any(|&known| same_bucket(known, sample)) => {}
                    Some(Ok(le)) => {
                        shape.buckets.push(Bucket { le, value: sample.value });
                        buckets.push(index);
                    }
                    _ => complete = false,
                },
                "_sum" | "_gsum" => (shape.sum, sum_at) = (Some(sample.value), index),
                "_count" | "_gcount" => (shape.count, count_at) = (Some(sample.value), index),
                "_created" => {}
                _ => complete = false,
            }
        }
        for fault in shape.faults(self.format) {
            let index = match fault.part {
                Part::Missing if !complete => continue,
                Part::Missing => point.members[0],
                Part::Bound(bucket) | Part::Bucket(bucket) => buckets[bucket],
                Part::Sum => sum_at,
                Part::Count => count_at,
            };
            let (sample, place) = (&group.family.samples[index], &group.places[index]);
            let column = match (fault.part, sample.labels.position("le")) {
                (Part::Missing, _) => place.name,
                (Part::Bound(_), Some(position)) => place.labels[position],
                _ => place.value,
            };
            let series = format!("{} `{}{}`", group.family.kind, group.family.name, point.labels);
            let problem = group.problem_at(index, column, format!("{series}: {}", fault.message));
            self.problems.push(problem.remark_if(fault.harmless));
        }
    }
}

/// Whether the value could not have been counted.
fn is_not_count(value: f64) -> bool {
    value.is_nan() || value < 0.0
}
