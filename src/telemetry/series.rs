use std::fmt;
use std::hash::{Hash, Hasher};

use hashbrown::{Equivalent, HashMap};
use parking_lot::RwLock;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};

use super::definitions::MetricName;

/// Most labels that any metric here is recorded with.
const MOST_LABELS: usize = 3;

/// All series of one metric, each a cached handle, exposed in the order of their labels.
///
/// The client library's own family iterates a hash map, so two scrapes of equal content differ in order; and it
/// needs an owned label set for a look-up. Here a look-up borrows, and the exposition is sorted.
pub(super) struct Series<M> {
    shared: std::sync::Arc<Shared<M>>,
}

impl<M> Clone for Series<M> {
    fn clone(&self) -> Self {
        Self { shared: std::sync::Arc::clone(&self.shared) }
    }
}

struct Shared<M> {
    name: MetricName,
    /// Which of the recorded values become labels, by position.
    kept: Vec<usize>,
    make: fn() -> M,
    cells: RwLock<HashMap<Key, M>>,
}

impl<M> fmt::Debug for Series<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Series").field("name", &self.shared.name).finish_non_exhaustive()
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Key(Vec<String>);

#[derive(Clone, Copy)]
struct Values<'a>(&'a [&'a str]);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|value| value.as_str().hash(state));
    }
}

impl Hash for Values<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|value| value.hash(state));
    }
}

impl Equivalent<Key> for Values<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.0.len() == key.0.len() && self.0.iter().zip(&key.0).all(|(a, b)| *a == b.as_str())
    }
}

impl<M: Clone> Series<M> {
    /// `recorded` names the values that [`at`](Self::at) is given; those that `name` has no label for are left out.
    pub(super) fn new(name: &MetricName, recorded: &[&str], make: fn() -> M) -> Self {
        let kept =
            name.labels.iter().filter_map(|label| recorded.iter().position(|value| value == label)).collect();
        let shared = Shared { name: name.clone(), kept, make, cells: RwLock::new(HashMap::new()) };
        Self { shared: std::sync::Arc::new(shared) }
    }

    /// Runs `record` on the handle of these label values, which is made at first use.
    pub(super) fn at(&self, values: [&str; MOST_LABELS], record: impl FnOnce(&M)) {
        let mut kept = [""; MOST_LABELS];
        for (slot, index) in kept.iter_mut().zip(&self.shared.kept) {
            *slot = values[*index];
        }
        let values = Values(&kept[..self.shared.kept.len()]);
        if let Some(cell) = self.shared.cells.read().get(&values) {
            return record(cell);
        }
        let key = Key(values.0.iter().map(|&value| value.to_owned()).collect());
        record(self.shared.cells.write().entry(key).or_insert_with(self.shared.make));
    }
}

impl<M> Series<M> {
    /// Forgets every series; the next record of each makes it anew.
    pub(super) fn clear(&self) {
        self.shared.cells.write().clear();
    }
}

impl<M: EncodeMetric + Clone + Send + Sync + 'static> Collector for Series<M> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let shared = &self.shared;
        let mut cells: Vec<(Key, M)> =
            shared.cells.read().iter().map(|(key, cell)| (key.clone(), cell.clone())).collect();
        cells.sort_by(|a, b| a.0.cmp(&b.0));
        let kind = (shared.make)().metric_type();
        let name = &shared.name;
        // OpenMetrics names a counter's family without the suffix that its sample has.
        let family = name.name.strip_suffix("_total").unwrap_or(name.name);
        let mut metric = encoder.encode_descriptor(family, name.help, None, kind)?;
        if shared.kept.is_empty() {
            return cells.first().map_or(Ok(()), |(_, cell)| cell.encode(metric));
        }
        for (key, cell) in &cells {
            let labels: Vec<(&str, &str)> = name
                .labels
                .iter()
                .map(|label| name.exposed(label))
                .zip(key.0.iter().map(String::as_str))
                .collect();
            cell.encode(metric.encode_family(&labels)?)?;
        }
        Ok(())
    }
}
