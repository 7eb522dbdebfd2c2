use std::collections::BTreeSet;

use super::{Clause, ClosedWorld, Contract, LabelName, MetricPromise, MetricType, Promise};

/// The contracts that a run is judged by, as one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contracts {
    /// Each of them, in the order in which they were named.
    pub all: Vec<Contract>,
}

impl Contracts {
    /// Every clause with its contract.
    pub fn clauses(&self) -> impl Iterator<Item = (&Contract, &Clause)> {
        self.all.iter().flat_map(|contract| contract.clauses.iter().map(move |clause| (contract, clause)))
    }

    /// Every promise of a metric.
    pub fn metrics(&self) -> impl Iterator<Item = &MetricPromise> {
        self.clauses().filter_map(|(_, clause)| match &clause.promise {
            Promise::Metric(metric) => Some(metric),
            _ => None,
        })
    }

    /// Whether any contract promises a metric of this name.
    pub fn promises_metric(&self, name: &str) -> bool {
        self.metrics().any(|metric| metric.name.as_str() == name)
    }

    /// The labels that any contract promises for this metric.
    pub fn labels_of(&self, name: &str) -> BTreeSet<&LabelName> {
        self.metrics()
            .filter(|metric| metric.name.as_str() == name)
            .flat_map(|metric| &metric.labels)
            .collect()
    }

    /// The promises of the histogram or summary whose count this name is: `x_count` of `x`. None where a metric is
    /// promised under the name itself: that is what is meant.
    pub fn counted_as(&self, name: &str) -> Vec<&MetricPromise> {
        let of = name.strip_suffix("_count").filter(|_| !self.promises_metric(name));
        let counts = |kind| matches!(kind, MetricType::Histogram | MetricType::Summary);
        self.metrics().filter(|metric| Some(metric.name.as_str()) == of && counts(metric.kind)).collect()
    }

    /// The labels of a counter, which may be the count of a promised histogram or summary. What the type adds to
    /// buckets or quantiles is not on the count.
    pub fn labels_of_counter(&self, name: &str) -> BTreeSet<&LabelName> {
        let count = self.counted_as(name).into_iter().flat_map(|metric| {
            metric.labels.iter().filter(|label| Some(label.as_str()) != metric.kind.own_label())
        });
        self.labels_of(name).into_iter().chain(count).collect()
    }

    /// Whether a metric is an allowed exception of any closed world.
    pub fn allows(&self, name: &str) -> bool {
        self.clauses().any(|(_, clause)| match &clause.promise {
            Promise::ClosedWorld(ClosedWorld { allow, .. }) => allow.iter().any(|glob| glob.matches(name)),
            _ => false,
        })
    }
}
