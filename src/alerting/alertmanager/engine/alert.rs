//! An alert as the engine keeps it, its fingerprint and its place among others.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::super::NotifiedAlert;
use crate::promql::Labels;

/// An alert as it was last reported. Times are in milliseconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct Alert {
    pub(super) labels: Labels,
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) starts_at_ms: i64,
    pub(super) ends_at_ms: i64,
    pub(super) updated_at_ms: i64,
    pub(super) generator_url: String,
    /// Nobody said when it ends: it was given until the resolve timeout.
    pub(super) timeout: bool,
    pub(super) fingerprint: u64,
    /// Rises with every report: two may come in one millisecond.
    pub(super) revision: u64,
}

impl Alert {
    /// Whether it is over. An alert that ends now is: real clocks have moved on by the time that anybody asks.
    pub(super) const fn resolved(&self, now_ms: i64) -> bool {
        self.ends_at_ms <= now_ms
    }

    /// A report together with what was known before of the same alert, when both were active at one time.
    pub(super) fn merged(self, old: &Alert) -> Alert {
        let overlap = (self.ends_at_ms > old.starts_at_ms && self.ends_at_ms < old.ends_at_ms)
            || (self.starts_at_ms > old.starts_at_ms && self.starts_at_ms < old.ends_at_ms);
        if !overlap {
            return self;
        }
        let now_ms = self.updated_at_ms;
        // The latest end counts if both are over; what is reported as firing must not end before an end that was said.
        let keeps_end = if self.resolved(now_ms) { old.resolved(now_ms) } else { !old.timeout };
        let ends_at_ms = if keeps_end { self.ends_at_ms.max(old.ends_at_ms) } else { self.ends_at_ms };
        Alert { starts_at_ms: self.starts_at_ms.min(old.starts_at_ms), ends_at_ms, ..self }
    }

    /// As a notification decided on now has it.
    pub(super) fn notified(&self, now_ms: i64) -> NotifiedAlert {
        NotifiedAlert {
            labels: self.labels.clone(),
            annotations: self.annotations.clone(),
            starts_at_ms: self.starts_at_ms,
            ends_at_ms: self.resolved(now_ms).then_some(self.ends_at_ms),
            generator_url: self.generator_url.clone(),
        }
    }
}

/// 64-bit FNV-1a over the names and values in the order of names, each with the byte 255 after it, which is in no UTF-8.
pub(super) fn fingerprint(labels: &Labels) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    for text in labels.iter().flat_map(|(name, value)| [name, value]) {
        text.bytes().for_each(&mut add);
        add(0xff);
    }
    hash
}

/// The order of alerts in messages and answers: by `job`, then by `instance`, those without one last, then by labels.
pub(super) fn by_job(one: &Labels, other: &Labels) -> Ordering {
    let named = |name: &str| match (one.get(name), other.get(name)) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(one), Some(other)) => one.cmp(other),
    };
    named("job").then_with(|| named("instance")).then_with(|| by_labels(one, other))
}

/// The order of label sets: fewer labels first, then by the first label, by name, that one lacks or that differs.
pub(super) fn by_labels(one: &Labels, other: &Labels) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| {
        // Who has the smaller name at the first difference has a label that the other lacks, and comes later.
        let pairs = one.iter().zip(other.iter());
        let differing = pairs.map(|(one, other)| other.0.cmp(one.0).then(one.1.cmp(other.1)));
        differing.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    })
}
