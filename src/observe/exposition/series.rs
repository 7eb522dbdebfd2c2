//! Identity and order of the series of one family: duplicates, interleaving, time.

use std::collections::{HashMap, HashSet};

use super::families::Group;
use super::family::{Kind, Sample};
use super::labels::Labels;
use super::{Format, Problem};

/// The samples that describe one thing at one time, as the buckets, sum and count of a histogram.
pub(super) struct Point {
    /// Without the label that tells the samples apart.
    pub(super) labels: Labels,
    /// Indices of samples, in order of appearance.
    pub(super) members: Vec<usize>,
}

/// The points of a family, in order of appearance. The text format has one time per series.
pub(super) fn points(group: &Group, format: Format) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let mut known = HashMap::new();
    for (index, sample) in group.family.samples.iter().enumerate() {
        let labels = metric_of(group, sample, format);
        let time = group.places[index].seconds.map(f64::to_bits);
        let point = *known.entry((labels.clone(), time)).or_insert_with(|| {
            points.push(Point { labels, members: Vec::new() });
            points.len() - 1
        });
        points[point].members.push(index);
    }
    points
}

/// The labels of a sample but for the one that its kind adds.
fn metric_of(group: &Group, sample: &Sample, format: Format) -> Labels {
    let added = match (group.family.kind, group.suffix(&sample.name, format)) {
        (Kind::Histogram | Kind::GaugeHistogram, Some("_bucket")) => "le",
        (Kind::Summary, Some("")) => "quantile",
        (Kind::StateSet, Some("")) => &group.family.name,
        _ => return sample.labels.clone(),
    };
    sample.labels.without(added)
}

pub(super) fn judge(group: &Group, format: Format, problems: &mut Vec<Problem>) {
    duplicates(group, format, problems);
    if format == Format::OpenMetrics {
        order(group, format, problems);
    }
}

/// A series may appear once, in OpenMetrics once for each time.
fn duplicates(group: &Group, format: Format, problems: &mut Vec<Problem>) {
    let mut first_lines = HashMap::new();
    for (sample, place) in group.family.samples.iter().zip(&group.places) {
        if place.time_lost && format == Format::OpenMetrics {
            continue;
        }
        let time = place.seconds.map(f64::to_bits);
        let series = (sample.name.as_str(), sample.labels.stored(), time);
        let (first, value) = *first_lines.entry(series).or_insert((place.line, sample.value));
        if first != place.line {
            let Sample { name, labels, .. } = sample;
            let message =
                format!("expected every series once, saw `{name}{labels}` again after line {first}");
            // The same number twice leaves no doubt.
            let same = value == sample.value || (value.is_nan() && sample.value.is_nan());
            problems.push(Problem::new(place.line, place.name, message).remark_if(same));
        }
    }
}

/// OpenMetrics: the lines of one metric stand together, all with a time or none, and time does not run back.
fn order(group: &Group, format: Format, problems: &mut Vec<Problem>) {
    let mut finished = HashSet::new();
    let mut at_hand: Option<(Labels, Option<f64>)> = None;
    for (index, sample) in group.family.samples.iter().enumerate() {
        let labels = metric_of(group, sample, format);
        let place = &group.places[index];
        if place.time_lost {
            continue;
        }
        let problem = |message| group.problem_at(index, place.name, message);
        match at_hand.take() {
            Some((metric, before)) if metric == labels => match (before, place.seconds) {
                (Some(before), Some(now)) if now < before => {
                    let message =
                        format!("expected the times of `{labels}` to rise, saw {now} after {before}");
                    problems.push(problem(message));
                }
                (Some(_), None) => {
                    let message =
                        format!("expected a timestamp as on the line before for `{labels}`, saw none");
                    problems.push(problem(message));
                }
                (None, Some(_)) => {
                    let message =
                        format!("expected no timestamp as on the line before for `{labels}`, saw one");
                    problems.push(problem(message));
                }
                _ => {}
            },
            other => {
                finished.extend(other.map(|(metric, _)| metric));
                if finished.contains(&labels) {
                    let name = &group.family.name;
                    let message =
                        format!("expected the lines of `{name}{labels}` to stand together, saw them resumed");
                    problems.push(problem(message).remark());
                }
            }
        }
        at_hand = Some((labels, place.seconds));
    }
}
