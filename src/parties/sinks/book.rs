//! What the sinks keep.

use super::{MOST_MESSAGE_BYTES, MOST_MESSAGES};
use crate::observe::Delivered;

/// Messages in order of arrival, and how many there was no room for.
#[derive(Debug, Default)]
pub(super) struct Book {
    kept: Vec<Delivered>,
    bytes: usize,
    dropped: u64,
}

impl Book {
    pub(super) fn keep(&mut self, message: Delivered) {
        let bytes = self.bytes.saturating_add(message.body.len());
        if self.kept.len() >= MOST_MESSAGES || bytes > MOST_MESSAGE_BYTES {
            self.dropped += 1;
            return;
        }
        self.bytes = bytes;
        self.kept.push(message);
    }

    pub(super) fn kept(&self) -> &[Delivered] {
        &self.kept
    }

    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }
}
