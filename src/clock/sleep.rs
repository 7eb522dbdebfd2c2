use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Turn;
use super::lockstep::{Lockstep, TimerKey};

/// A wait on the clock. Dropping it removes its timer.
#[derive(Debug)]
#[must_use = "a sleep does nothing unless awaited"]
pub struct Sleep {
    kind: SleepKind,
}

#[derive(Debug)]
enum SleepKind {
    Lockstep { state: Arc<Lockstep>, at: Timestamp, turn: Turn, key: Option<TimerKey> },
    Real(Pin<Box<tokio::time::Sleep>>),
}

/// A time limit was reached before the work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not done within {limit:?}")]
pub struct Elapsed {
    /// The limit that was reached.
    pub limit: Duration,
}

impl Sleep {
    pub(super) fn lockstep(state: Arc<Lockstep>, at: Timestamp, turn: Turn) -> Self {
        Self { kind: SleepKind::Lockstep { state, at, turn, key: None } }
    }

    #[expect(clippy::disallowed_methods, reason = "the real clock's only timer")]
    pub(super) fn real(at: Instant) -> Self {
        Self { kind: SleepKind::Real(Box::pin(tokio::time::sleep_until(at.into()))) }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.kind {
            SleepKind::Real(sleep) => sleep.as_mut().poll(context),
            SleepKind::Lockstep { state, at, turn, key: key @ None } => {
                *key = Some(state.add_timer(*at, *turn, context.waker().clone()));
                Poll::Pending
            }
            SleepKind::Lockstep { state, key: Some(key), .. } => {
                if state.rearm_timer(*key, context.waker()) {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            }
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let SleepKind::Lockstep { state, key: Some(key), .. } = &self.kind {
            state.remove_timer(*key);
        }
    }
}
