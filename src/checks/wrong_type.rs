use super::series::{families_named, samples_of};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, MetricType, Promise};
use crate::observe::exposition::Kind;

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
        let name = metric.name.as_str();
        if samples_of(case.seen, metric).is_empty() {
            return Some(Verdict::vacuous("it is not exposed"));
        }
        let wrong = families_named(case.seen, name).find(|family| !agrees(metric.kind, family.kind));
        let stray = families_named(case.seen, name).next().is_none();
        let findings = match wrong {
            Some(family) => vec![Finding {
                subject: name.to_owned(),
                expected: format!("type {}", metric.kind),
                observed: if family.typed {
                    format!("type {}", family.kind)
                } else {
                    "no TYPE line".to_owned()
                },
                evidence: vec![format!("line {} of a scrape: family {}", family.line, family.name)],
                next: format!("expose {name} as a {}, or correct the document", metric.kind),
            }],
            None if stray => vec![Finding {
                subject: name.to_owned(),
                expected: format!("type {}", metric.kind),
                observed: "its samples belong to a family of another name".to_owned(),
                evidence: Vec::new(),
                next: format!("declare {name} with a TYPE line of its own"),
            }],
            None => Vec::new(),
        };
        Some(Verdict::from_findings(findings, || format!("exposed as {}", metric.kind)))
    }
}

fn agrees(promised: MetricType, exposed: Kind) -> bool {
    match promised {
        MetricType::Counter => exposed == Kind::Counter,
        MetricType::Gauge => exposed == Kind::Gauge,
        MetricType::Histogram => exposed == Kind::Histogram,
        MetricType::Summary => exposed == Kind::Summary,
        MetricType::Untyped => true,
    }
}
