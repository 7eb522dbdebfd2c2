use std::hash::{DefaultHasher, Hash, Hasher};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Chance, injected as time is: every random choice of a run follows from one of these.
///
/// A choice is addressed by what it is for, not by how many choices came before it, so that it does not depend on
/// the order in which tasks happen to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of one purpose: `seed.of(("provider", "openai-api", 7))`.
    pub fn of(self, purpose: impl Hash) -> Self {
        // SipHash with fixed keys: the same in every process of one build.
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        purpose.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// A generator; the same seed gives the same numbers on every machine.
    pub fn rng(self) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(self.0)
    }
}
