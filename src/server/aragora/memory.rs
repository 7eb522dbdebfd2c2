use std::collections::VecDeque;

use parking_lot::Mutex;

use super::instruments::Instruments;

/// Entries that each tier holds; what falls out of one moves to the next.
const TIERS: [(&str, usize); 4] = [("fast", 8), ("medium", 32), ("slow", 128), ("glacial", 512)];

/// What agents have said, in tiers from fresh to old. In memory, bounded.
#[derive(Debug, Default)]
pub(super) struct Memory {
    tiers: Mutex<[VecDeque<Entry>; TIERS.len()]>,
}

#[derive(Clone, Debug)]
struct Entry {
    topic: String,
    text: String,
}

impl Memory {
    /// Stores what was said; older entries are demoted tier by tier, the oldest are forgotten.
    pub(super) fn store(&self, topic: &str, text: &str, instruments: &Instruments) {
        let mut tiers = self.tiers.lock();
        let mut moving = Some(Entry { topic: topic.to_owned(), text: text.to_owned() });
        for (index, (name, capacity)) in TIERS.iter().enumerate() {
            let Some(entry) = moving.take() else { return };
            let operation = if index == 0 { "store" } else { "demote" };
            instruments.memory_operation(operation, name);
            tiers[index].push_front(entry);
            if tiers[index].len() > *capacity {
                moving = tiers[index].pop_back();
            }
        }
        if moving.is_some() {
            instruments.memory_operation("forget", TIERS[TIERS.len() - 1].0);
        }
    }

    /// The freshest that was said on a topic, at most `limit`; tiers are searched until that many are found.
    pub(super) fn recall(&self, topic: &str, limit: usize, instruments: &Instruments) -> Vec<String> {
        let tiers = self.tiers.lock();
        let mut found = Vec::new();
        for ((name, _), tier) in TIERS.iter().zip(tiers.iter()) {
            if found.len() >= limit {
                break;
            }
            instruments.memory_operation("recall", name);
            let here = tier.iter().filter(|entry| entry.topic == topic).map(|entry| entry.text.clone());
            found.extend(here.take(limit - found.len()));
        }
        found
    }
}
