//! Silences: making, changing, ending and forgetting them.

use std::collections::BTreeMap;

use super::super::Release;
use super::ticks::Ticks;
use super::{RETENTION_MS, Silence, SilenceState};
use crate::alerting::matchers::{Matchers, Op, is_label_name, quote};
use crate::promql::Labels;

/// What is said of an id that nobody has.
const NOT_FOUND: &str = "silence not found";

/// Every silence that is not forgotten, by id.
#[derive(Debug)]
pub(super) struct Silences {
    release: Release,
    /// When those that ended long ago are forgotten.
    maintenance: Ticks,
    random: u64,
    silences: BTreeMap<String, Silence>,
}

impl Silences {
    pub(super) const fn new(release: Release, maintenance: Ticks, seed: u64) -> Silences {
        Silences { release, maintenance, random: seed, silences: BTreeMap::new() }
    }

    /// The ids of the silences that hold for labels, sorted.
    pub(super) fn of(&self, labels: &Labels, now_ms: i64) -> Vec<String> {
        let holding = self.silences.values().filter(|silence| {
            state(silence, now_ms) == SilenceState::Active && silence.matchers.matches(labels)
        });
        holding.map(|silence| silence.id.clone()).collect()
    }

    /// With their states: active ones by their end, pending ones by their start, then those that are over, the latest
    /// first. Alertmanager leaves those of one time to chance; here they are by id.
    pub(super) fn list(&self, now_ms: i64) -> Vec<(Silence, SilenceState)> {
        let known = self.silences.values().filter(|silence| !self.forgotten(silence, now_ms));
        let mut all: Vec<_> = known.map(|silence| (silence.clone(), state(silence, now_ms))).collect();
        all.sort_by_key(|(silence, state)| match state {
            SilenceState::Active => (0, silence.ends_at_ms),
            SilenceState::Pending => (1, silence.starts_at_ms),
            SilenceState::Expired => (2, -silence.ends_at_ms),
        });
        all
    }

    pub(super) fn set(&mut self, now_ms: i64, mut silence: Silence) -> Result<String, String> {
        if silence.starts_at_ms >= silence.ends_at_ms {
            return Err("Failed to create silence: start time must be before end time".to_owned());
        }
        if silence.ends_at_ms < now_ms {
            return Err("Failed to create silence: end time can't be in the past".to_owned());
        }
        self.forget(now_ms);
        let known = match self.silences.get(&silence.id) {
            None if !silence.id.is_empty() => return Err(NOT_FOUND.to_owned()),
            known => known.cloned(),
        };
        silence.updated_at_ms = now_ms;
        if let Some(old) = known {
            if can_change(&old, &silence, now_ms) {
                self.check(&silence)?;
                return Ok(self.keep(silence));
            }
            if self.release != Release::V0_25 {
                self.check(&silence)?;
            }
            if state(&old, now_ms) != SilenceState::Expired {
                self.expire(now_ms, &old.id)?;
            }
        }
        silence.starts_at_ms = silence.starts_at_ms.max(now_ms);
        silence.id = self.new_id();
        self.check(&silence)?;
        Ok(self.keep(silence))
    }

    pub(super) fn expire(&mut self, now_ms: i64, id: &str) -> Result<(), String> {
        self.forget(now_ms);
        let silence = self.silences.get_mut(id).ok_or_else(|| NOT_FOUND.to_owned())?;
        match state(silence, now_ms) {
            // The HTTP interface does not mind.
            SilenceState::Expired => return Ok(()),
            SilenceState::Active => silence.ends_at_ms = now_ms,
            SilenceState::Pending => (silence.starts_at_ms, silence.ends_at_ms) = (now_ms, now_ms),
        }
        silence.updated_at_ms = now_ms;
        Ok(())
    }

    fn keep(&mut self, silence: Silence) -> String {
        let id = silence.id.clone();
        self.silences.insert(id.clone(), silence);
        id
    }

    /// What is wrong with a silence, if anything.
    fn check(&self, silence: &Silence) -> Result<(), String> {
        wrong(&silence.matchers, self.release).map_or(Ok(()), Err)
    }

    fn forgotten(&self, silence: &Silence, now_ms: i64) -> bool {
        self.maintenance.since(silence.ends_at_ms.saturating_add(RETENTION_MS), now_ms)
    }

    fn forget(&mut self, now_ms: i64) {
        let maintenance = self.maintenance;
        self.silences
            .retain(|_, silence| !maintenance.since(silence.ends_at_ms.saturating_add(RETENTION_MS), now_ms));
    }

    /// A UUID of version 4 whose bits follow from the seed.
    fn new_id(&mut self) -> String {
        let (high, low) = (next(&mut self.random), next(&mut self.random));
        let high = high & !0xf000 | 0x4000;
        let low = low & !(0b11 << 62) | 0b10 << 62;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

/// The next number of a seeded sequence (SplitMix64).
pub(super) const fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Where a silence stands. One that ends now is over, as it is for everybody who asks a real one a moment later.
pub(super) const fn state(silence: &Silence, now_ms: i64) -> SilenceState {
    if now_ms >= silence.ends_at_ms {
        SilenceState::Expired
    } else if now_ms < silence.starts_at_ms {
        SilenceState::Pending
    } else {
        SilenceState::Active
    }
}

/// Whether a silence can be changed in place without changing what it silenced in the past.
fn can_change(old: &Silence, new: &Silence, now_ms: i64) -> bool {
    old.matchers == new.matchers
        && match state(old, now_ms) {
            SilenceState::Active => new.starts_at_ms == old.starts_at_ms && new.ends_at_ms >= now_ms,
            SilenceState::Pending => new.starts_at_ms >= now_ms,
            SilenceState::Expired => false,
        }
}

/// What Alertmanager says against matchers of a silence.
fn wrong(matchers: &Matchers, release: Release) -> Option<String> {
    let (begins, in_set, set) = match release {
        Release::V0_25 => ("silence invalid: ", "", ""),
        Release::V0_33 => ("invalid silence: ", " in set 0", "matcher set 0: "),
    };
    if matchers.0.is_empty() {
        return Some(format!("{begins}at least one matcher required"));
    }
    if let Some(place) = matchers.0.iter().position(|matcher| !is_label_name(&matcher.name, release)) {
        let name = quote(&matchers.0[place].name);
        return Some(format!("{begins}invalid label matcher {place}{in_set}: invalid label name {name}"));
    }
    // Alertmanager takes a negation never for one that matches the empty string.
    let positive = |op| matches!(op, Op::Equal | Op::Regex);
    let all_match_empty = matchers.0.iter().all(|matcher| positive(matcher.op) && matcher.matches(""));
    all_match_empty.then(|| format!("{begins}{set}at least one matcher must not match the empty string"))
}
