use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

/// Where trace and span ids come from.
#[derive(Debug)]
pub enum Ids {
    /// The SDK's random ids.
    Random(RandomIdGenerator),
    /// A sequence that a seed determines, so that a rerun has the same ids.
    Seeded(AtomicU64),
}

impl Ids {
    /// Random ids, as in production.
    pub fn random() -> Self {
        Self::Random(RandomIdGenerator::default())
    }

    /// The sequence of `seed`.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(AtomicU64::new(seed))
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): each state gives a well-mixed word, and states are one addition apart, so
/// an atomic add is the whole generator.
fn word(state: &AtomicU64) -> u64 {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut z = state.fetch_add(GOLDEN, Ordering::Relaxed).wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        match self {
            Self::Random(random) => random.new_trace_id(),
            // An id of zero means "none". The highest bit of the high word rules that out and leaves the low word,
            // which ratio samplers read, untouched.
            Self::Seeded(state) => {
                TraceId::from((u128::from(word(state) | 1 << 63) << 64) | u128::from(word(state)))
            }
        }
    }

    fn new_span_id(&self) -> SpanId {
        match self {
            Self::Random(random) => random.new_span_id(),
            Self::Seeded(state) => SpanId::from(word(state) | 1 << 63),
        }
    }
}
