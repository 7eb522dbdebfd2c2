//! A hash of 128 bits in one pass.

use std::hash::Hasher;

/// Odd, and as irregular as the digits of pi.
const FIRST: u64 = 0xa409_3822_299f_31d1;

/// Likewise.
const SECOND: u64 = 0x082e_fa98_ec4e_6c89;

/// Several times as fast as the standard library's hasher. It keeps nobody from building two things alike, who would
/// only deceive himself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mixer {
    one: u64,
    other: u64,
}

impl Default for Mixer {
    fn default() -> Mixer {
        Mixer { one: 0x243f_6a88_85a3_08d3, other: 0x1319_8a2e_0370_7344 }
    }
}

/// All bits of a product, on one another.
fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    (product as u64) ^ (product >> 64) as u64
}

impl Mixer {
    fn mix(&mut self, word: u64) {
        self.one = fold(self.one ^ word, FIRST).wrapping_add(self.other.rotate_left(23));
        self.other = fold(self.other.wrapping_add(word), SECOND) ^ self.one.rotate_left(41);
    }

    /// All bits.
    pub(crate) fn both(&self) -> (u64, u64) {
        (self.finish(), fold(self.other ^ self.one, SECOND))
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        fold(self.one.wrapping_add(self.other), FIRST)
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let mut word = [0; 8];
            word.copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
        // The length tells apart what the zeros that fill up a word make alike.
        let word = chunks.remainder().iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        self.mix(word ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.mix(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }
}
