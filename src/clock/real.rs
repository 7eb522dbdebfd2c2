use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

/// Wall time at the start and monotonic time from there on, so that a step of the machine's clock in mid-run cannot
/// turn a latency negative.
#[derive(Clone, Copy, Debug)]
pub(super) struct RealClock {
    started: Instant,
    wall: Timestamp,
}

impl RealClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's time comes in")]
    pub(super) fn start() -> Self {
        let wall = Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH);
        Self { started: Instant::now(), wall }
    }

    pub(super) fn now(&self) -> Timestamp {
        super::after(self.wall, self.started.elapsed())
    }

    /// The monotonic instant of a wall-clock one; one that is past is the start, which every timer takes as "now".
    pub(super) fn instant(&self, at: Timestamp) -> Instant {
        // A century stands for "never": Instant has no saturating addition.
        let offset = super::between(self.wall, at).min(Duration::from_secs(100 * 365 * 86_400));
        self.started + offset
    }
}
