//! Work that Alertmanager does every so often since its start.

/// Instants at a fixed distance; the start itself is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticks {
    pub(super) started_ms: i64,
    pub(super) every_ms: i64,
}

impl Ticks {
    /// Whether one of them fell at or after an instant and not after now.
    pub(super) const fn since(self, from_ms: i64, now_ms: i64) -> bool {
        let last = (now_ms - self.started_ms).div_euclid(self.every_ms);
        last > 0 && self.started_ms + last * self.every_ms >= from_ms
    }
}
