use super::series::{families, is_of, queried_name};
use super::sources::unscraped;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, MetricPromise, MetricType, Promise};
use crate::observe::exposition::{Family, Kind};

/// A metric has another type than the document says.
pub(super) struct WrongType;

impl Check for WrongType {
    fn id(&self) -> &'static str {
        "metrics/wrong-type"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That every promised metric is exposed with a TYPE line of the promised type.",
            why: "rate() of a gauge and a plain read of a counter give numbers that look right and mean nothing.",
            needs: "A scrape in which the metric has a sample.",
            wrong: "A service that leaves TYPE lines out is accused although its numbers may be right: readers cannot know.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Metric(metric) = &clause.promise else { return None };
        let exposed: Vec<&Family> = families(case.seen).filter(|family| exposes(family, metric)).collect();
        if exposed.is_empty() {
            let reason = unscraped(case.seen).unwrap_or_else(|| "it is not exposed".to_owned());
            return Some(Verdict::Vacuous(reason));
        }
        let wrong = exposed.into_iter().find(|family| !agrees(metric, family));
        let findings = wrong.map(|family| finding(metric, family)).into_iter().collect();
        Some(Verdict::from_findings(findings, || format!("exposed as {}", metric.kind)))
    }
}

/// Whether the family has samples under the promised name, of whatever type, or samples that the promise speaks of.
fn exposes(family: &Family, metric: &MetricPromise) -> bool {
    let named = queried_name(family) == metric.name.as_str() && !family.samples.is_empty();
    named || family.samples.iter().any(|sample| is_of(metric, &sample.name))
}

fn finding(metric: &MetricPromise, family: &Family) -> Finding {
    let name = &metric.name;
    let stray = queried_name(family) != name.as_str();
    let (observed, next) = if !family.typed {
        ("no TYPE line".to_owned(), format!("expose {name} with a TYPE line, as a {}", metric.kind))
    } else if stray {
        (
            format!("its samples belong to the {} {}", family.kind, family.name),
            format!("declare {name} with a TYPE line of its own"),
        )
    } else {
        (
            format!("type {}", family.kind),
            format!("expose {name} as a {}, or correct the document", metric.kind),
        )
    };
    Finding {
        subject: name.to_string(),
        expected: format!("type {}", metric.kind),
        observed,
        evidence: vec![format!("line {} of a scrape: family {}", family.line, family.name)],
        next,
    }
}

fn agrees(metric: &MetricPromise, family: &Family) -> bool {
    if metric.kind == MetricType::Untyped {
        return true;
    }
    if queried_name(family) != metric.name.as_str() {
        // A document may list `x_count`, which a histogram or a summary `x` exposes: it counts.
        return metric.kind == MetricType::Counter && matches!(family.kind, Kind::Histogram | Kind::Summary);
    }
    match metric.kind {
        MetricType::Counter => family.kind == Kind::Counter,
        // What only OpenMetrics has a type for is a gauge to documents, and to client libraries in the text format.
        MetricType::Gauge => matches!(family.kind, Kind::Gauge | Kind::Info | Kind::StateSet),
        MetricType::Histogram => family.kind == Kind::Histogram,
        MetricType::Summary => family.kind == Kind::Summary,
        MetricType::Untyped => true,
    }
}
