use std::collections::{BTreeMap, BTreeSet};

use super::{Conserve, Contracts, Excluded, Glob, LabelName, Latency, LedgerBook, LedgerField, MetricName};

/// How the series of a metric stand for entries of the ledger: what [`Conserve`] and [`Latency`] have in common.
#[derive(Clone, Copy, Debug)]
pub struct Mapping<'a> {
    /// The metric.
    pub metric: &'a MetricName,
    /// The book of the ledger.
    pub book: LedgerBook,
    /// The field that each label stands for.
    pub labels: &'a BTreeMap<LabelName, LedgerField>,
    /// Entries that are left out.
    pub exclude: &'a [Excluded],
    /// The series that are meant, by any of their labels.
    pub series: &'a BTreeMap<LabelName, Glob>,
    /// The entries that are meant, by their fields.
    pub only: &'a BTreeMap<LedgerField, Glob>,
}

impl<'a> From<&'a Conserve> for Mapping<'a> {
    fn from(promise: &'a Conserve) -> Self {
        let Conserve { metric, ledger, labels, exclude, series, only } = promise;
        Self { metric, book: *ledger, labels, exclude, series, only }
    }
}

impl<'a> From<&'a Latency> for Mapping<'a> {
    fn from(promise: &'a Latency) -> Self {
        let Latency { metric, ledger, labels, exclude, series, only } = promise;
        Self { metric, book: *ledger, labels, exclude, series, only }
    }
}

/// What is wrong, and what is accepted instead.
pub(super) type Mistake = (String, Vec<String>);

impl Mapping<'_> {
    /// What is wrong with it beside the metric's name, given the labels that are promised for it.
    pub(super) fn mistakes(&self, promised: &BTreeSet<&LabelName>) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let known = || promised.iter().map(ToString::to_string).collect();
        for label in self.labels.keys().filter(|label| !promised.contains(label)) {
            mistakes.push((format!("`{}` has no label `{label}`", self.metric), known()));
        }
        // Where no label is promised at all, the clause speaks of the metric and leaves its labels open.
        for label in self.series.keys().filter(|label| !promised.is_empty() && !promised.contains(label)) {
            mistakes.push((format!("`series`: `{}` has no label `{label}`", self.metric), known()));
        }
        let held = self.book.fields();
        let fields: BTreeSet<LedgerField> = self.labels.values().chain(self.only.keys()).copied().collect();
        for field in fields.into_iter().filter(|field| !held.contains(field)) {
            let accepted = held.iter().map(|field| field.name().to_owned()).collect();
            mistakes.push((format!("the ledger's {} have no field `{}`", self.book, field.name()), accepted));
        }
        mistakes.extend(self.undecidable());
        mistakes
    }

    /// Labels that cannot tell whether `only` means their series: `2xx` stands for 200 and 201 alike, so that with
    /// `only: {status_code: "200"}` it would count what the ledger's side leaves out.
    fn undecidable(&self) -> impl Iterator<Item = Mistake> {
        self.labels.iter().filter_map(|(label, field)| {
            let finer = field.computed_from().filter(|finer| self.only.contains_key(finer))?;
            let message = format!(
                "`only` picks by `{}`, but the label `{label}` stands for `{}`, which tells less",
                finer.name(),
                field.name()
            );
            Some((message, vec![format!("only: {{{}: ..}}", field.name())]))
        })
    }
}

/// A counter that a clause can be about: a promised metric that counts, or the count of one.
pub(super) fn check_counter(known: &Contracts, metric: &MetricName) -> Option<Mistake> {
    let name = metric.as_str();
    if !known.counted_as(name).is_empty() {
        return None;
    }
    let Some(promised) = known.metrics().find(|promised| promised.name == *metric) else {
        return check_metric(known, metric);
    };
    // The samples of a histogram `x` are `x_bucket`, `x_sum` and `x_count`: `x` itself would never be counted.
    let own = promised.kind.own_label()?;
    let message =
        format!("`{metric}` is a {}, whose samples differ in `{own}`: compare its count", promised.kind);
    Some((message, vec![format!("{metric}_count")]))
}

pub(super) fn check_metric(known: &Contracts, metric: &MetricName) -> Option<Mistake> {
    (!known.promises_metric(metric.as_str())).then(|| {
        let accepted = known.metrics().map(|metric| metric.name.to_string()).collect();
        (format!("no clause of this contract promises the metric `{metric}`"), accepted)
    })
}
