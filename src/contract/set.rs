use std::collections::BTreeSet;

use super::{Clause, ClosedWorld, Contract, LabelName, MetricPromise, Promise};

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

    /// Whether a metric is an allowed exception of any closed world.
    pub fn allows(&self, name: &str) -> bool {
        self.clauses().any(|(_, clause)| match &clause.promise {
            Promise::ClosedWorld(ClosedWorld { allow, .. }) => allow.iter().any(|glob| glob.matches(name)),
            _ => false,
        })
    }
}
