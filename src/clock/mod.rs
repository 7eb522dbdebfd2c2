//! Time, injected: the virtual and the real clock, guards, tickets and timers. The only code that sleeps.
//!
//! Everything above holds a [`Clock`] and asks it for the time, so a conformance run can happen in lock-step
//! (no wall-clock time, no races, identical bytes on every rerun) and a load run in real time, through one
//! interface.
//!
//! # How lock-step time moves
//!
//! [`lockstep()`] runs a whole simulation on one thread. Time stands still while anything can still happen *now*:
//!
//! * a task is runnable (the runtime's scheduler knows; no bookkeeping of ours is involved),
//! * a *ticket* is out: a message (request, response, frame, hang-up, span batch) was put on a socket and its
//!   receiver has not redeemed it, see [`LinkEnd`],
//! * a [`Guard`] is out: somebody works where the scheduler cannot see it (a blocking thread, a child process).
//!
//! When none of these holds, exactly one timer fires, the earliest by time, then [`Turn`], then sequence, and what
//! it wakes runs to rest before the next one.
//!
//! # Decisions
//!
//! * *Runnable tasks carry no guard.* The design first gave each task a token to hold while it runs. A token that
//!   is forgotten is a race, and `join!` of two sleeps inside one task needs two of them. The scheduler's own
//!   "nothing to run, about to park" is the same fact without bookkeeping. Revisit if a multi-threaded simulation
//!   is ever wanted.
//! * *Sends are serialised.* A message waits for its [`Clock::turn`] before it goes out, so that two tasks woken by
//!   one event cannot race through the kernel and register their next timers in either order.
//! * *A stuck simulation is an error.* After a real-time bound without progress [`lockstep()`] returns [`Stuck`],
//!   which names who holds what.

mod http;
mod link;
mod lockstep;
mod options;
mod real;
mod seed;
#[cfg(feature = "server")]
mod serve;
mod sleep;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

pub use self::http::{HttpClient, LINK, Reply, SendError, SendErrorKind, join_link};
pub use self::link::LinkEnd;
pub use self::lockstep::{Stuck, lockstep};
pub use self::options::{ClientError, ClientOptions};
pub use self::seed::Seed;
#[cfg(feature = "server")]
pub use self::serve::{accept_stream, serve};
pub use self::sleep::{Elapsed, Sleep};

/// Where virtual time starts: a round instant, so that timestamps in reports read as offsets.
pub const EPOCH: &str = "2026-01-01T00:00:00Z";

/// Who goes first among events of the same virtual instant, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// Planned starts of requests and of phases.
    Arrival,
    /// Everything that was started earlier and ends now: work, latencies, time-outs, sends.
    Completion,
    /// Scrapes of metric endpoints.
    Scrape,
    /// Evaluation of rule groups.
    Rule,
    /// Alertmanager's timers.
    Alertmanager,
    /// Exporters and sinks.
    Sink,
}

/// A handle on time. Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Lockstep(Arc<lockstep::Lockstep>),
    Real(real::RealClock),
}

impl Clock {
    /// The machine's own time: wall time at the start, monotonic from there on.
    pub fn real() -> Self {
        Self { kind: Kind::Real(real::RealClock::start()) }
    }

    /// Whether this is virtual time.
    pub fn is_lockstep(&self) -> bool {
        matches!(self.kind, Kind::Lockstep(_))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match &self.kind {
            Kind::Lockstep(state) => state.now(),
            Kind::Real(clock) => clock.now(),
        }
    }

    /// Waits for `duration`, as work that completes.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.sleep_until(after(self.now(), duration), Turn::Completion)
    }

    /// Waits until `at`, then for everything of the same instant whose turn is earlier.
    pub fn sleep_until(&self, at: Timestamp, turn: Turn) -> Sleep {
        match &self.kind {
            Kind::Lockstep(state) => Sleep::lockstep(Arc::clone(state), at, turn),
            Kind::Real(clock) => Sleep::real(clock.instant(at)),
        }
    }

    /// Waits until everything else of this instant with an earlier turn has come to rest. In real time it is no
    /// wait at all.
    pub async fn turn(&self, turn: Turn) {
        if self.is_lockstep() {
            self.sleep_until(self.now(), turn).await;
        }
    }

    /// Runs `work` for at most `limit`; past it the work is dropped.
    ///
    /// # Errors
    /// [`Elapsed`] when the limit came first. Work that is ready at the very instant of the limit wins.
    pub async fn timeout<F: Future>(&self, limit: Duration, work: F) -> Result<F::Output, Elapsed> {
        let sleep = self.sleep(limit);
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = sleep => Err(Elapsed { limit }),
        }
    }

    /// Holds virtual time still until dropped, for work that the scheduler cannot see. `who` is named when it is
    /// never returned.
    pub fn guard(&self, who: &str) -> Guard {
        match &self.kind {
            Kind::Lockstep(state) => Guard { held: Some((Arc::clone(state), state.take_guard(who))) },
            Kind::Real(_) => Guard { held: None },
        }
    }

    /// Opens a link to a party of the same simulation; the returned end is the client's.
    pub fn link(&self, who: &str) -> LinkEnd {
        match &self.kind {
            Kind::Lockstep(state) => LinkEnd::open(Arc::clone(state), who),
            Kind::Real(_) => LinkEnd::none(),
        }
    }

    /// The server's end of the link whose id the client sent along. An unknown id (a client that is already gone, a
    /// stranger) gives an end that does nothing.
    pub fn accept(&self, id: Option<u64>) -> LinkEnd {
        match (&self.kind, id) {
            (Kind::Lockstep(state), Some(id)) => LinkEnd::accept(Arc::clone(state), id),
            _ => LinkEnd::none(),
        }
    }
}

/// Virtual time stands still while one of these is out.
#[derive(Debug)]
#[must_use = "dropping a guard at once lets time move"]
pub struct Guard {
    held: Option<(Arc<lockstep::Lockstep>, u64)>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some((state, id)) = self.held.take() {
            state.return_guard(id);
        }
    }
}

/// `at` plus `duration`, at most the end of representable time.
pub fn after(at: Timestamp, duration: Duration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// How long `later` comes after `earlier`; zero when it does not.
pub fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or(Duration::ZERO)
}
