//! The scrapes of a run, taken in as Prometheus takes them in.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Loaded;
use super::bounds::Bound;
use super::plain::Words;
use crate::observe::exposition::{self, Sample};
use crate::observe::{Observations, Scrape};
use crate::promql::{Dialect, Labels, NAME, SeriesId, Storage, stale_marker};

/// Replays the scrapes of a run as the named release stores them.
///
/// Every sample gets the labels `job` and, where a job has several targets, `instance`; exposed labels of the same
/// name become `exported_job` and `exported_instance`. `up` is 1 or 0 at each scrape. A series that a scrape no longer
/// has, or all of them when it failed, ends there with a staleness marker. Other series of a server's own
/// (`scrape_duration_seconds` and its like) are not made up. What a server would refuse of a scrape is read as far as
/// it can be, and noted. A server drops a scrape of a time that it knows; here the later one counts.
#[must_use]
pub fn of_observations(seen: &Observations, dialect: Dialect) -> Loaded {
    let mut targets: BTreeMap<(&str, &str), Vec<(i64, &Scrape)>> = BTreeMap::new();
    for scrape in seen.legs.iter().flat_map(|leg| &leg.scrapes) {
        let at_ms = scrape.at.as_millisecond();
        targets.entry((&scrape.job, &scrape.instance)).or_default().push((at_ms, scrape));
    }
    let mut replay = Replay { dialect, storage: Storage::new(), notes: Vec::new() };
    for (target, mut scrapes) in targets {
        scrapes.sort_by_key(|(at_ms, _)| *at_ms);
        replay.target(target, &scrapes);
    }
    Loaded { storage: replay.storage, notes: replay.notes }
}

struct Replay {
    dialect: Dialect,
    storage: Storage,
    notes: Vec<String>,
}

/// Series by what exposes them; the labels of most scrapes are those of the one before.
type Known<'a> = HashMap<(&'a str, &'a exposition::Labels, Bound), SeriesId>;

impl Replay {
    fn target(&mut self, target: (&str, &str), scrapes: &[(i64, &Scrape)]) {
        let up = self.storage.series(&Labels::new([(NAME, "up"), ("job", target.0), ("instance", target.1)]));
        let mut known = Known::new();
        let mut before: Vec<SeriesId> = Vec::new();
        let mut odd = 0;
        for (index, (at_ms, scrape)) in scrapes.iter().enumerate() {
            if scrapes.get(index + 1).is_some_and(|(next_ms, _)| next_ms == at_ms) {
                continue;
            }
            let mut now = Vec::with_capacity(before.len());
            if let Some(exposition) = scrape.exposition() {
                odd += usize::from(exposition.violations().next().is_some());
                for (family, sample) in exposition.series() {
                    let bound = Bound::of(family.kind, self.dialect);
                    let id = *known
                        .entry((&sample.name, &sample.labels, bound))
                        .or_insert_with(|| self.series(target, sample, bound));
                    // What the server exposes with a time of its own neither follows the scrapes nor ends with them.
                    let time_ms = sample.timestamp_ms.unwrap_or(*at_ms);
                    // Of a series that is exposed twice, and of a time that was exposed before, the first counts.
                    let _ = self.storage.push(id, time_ms, sample.value);
                    if sample.timestamp_ms.is_none() {
                        now.push(id);
                    }
                }
            }
            let here: HashSet<SeriesId> = now.iter().copied().collect();
            for gone in before.iter().filter(|id| !here.contains(id)) {
                let _ = self.storage.push(*gone, *at_ms, stale_marker());
            }
            let _ = self.storage.push(up, *at_ms, f64::from(u8::from(scrape.exposition().is_some())));
            before = now;
        }
        if odd > 0 {
            let of = scrapes.len();
            let (job, instance) = target;
            let at = if instance.is_empty() { String::new() } else { format!(" at {instance}") };
            self.notes.push(format!(
                "{odd} of {of} scrapes of {job}{at} break their format; what could be read of them is used \
                 (`probity judge` says what is wrong)"
            ));
        }
    }

    fn series(&mut self, (job, instance): (&str, &str), sample: &Sample, bound: Bound) -> SeriesId {
        let own: Vec<(&str, &str)> = [("job", job), ("instance", instance)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let taken = |name: &str| own.iter().any(|(known, _)| *known == name);
        let exposed: Vec<(String, &str)> = sample
            .labels
            .iter()
            .map(|(name, value)| {
                let mut free = name.to_owned();
                while taken(&free) || (free != name && sample.labels.get(&free).is_some()) {
                    free.insert_str(0, "exported_");
                }
                (free, value)
            })
            .collect();
        let exposed = exposed.iter().map(|(name, value)| (name.as_str(), *value));
        let labels = Words::default().labels(&sample.name, exposed.chain(own.iter().copied()), bound);
        self.storage.series(&labels)
    }
}
