use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;

use super::link::Links;
use super::{Clock, EPOCH, Kind, Turn};

/// When a timer fires: time, then turn, then the order of registration.
pub(super) type TimerKey = (Timestamp, Turn, u64);

/// How often the watchdog looks, in real time.
const WATCH_EVERY: Duration = Duration::from_millis(250);

/// The shared state of one simulation.
#[derive(Debug)]
pub(super) struct Lockstep {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    now: Timestamp,
    sequence: u64,
    timers: BTreeMap<TimerKey, Waker>,
    guards: BTreeMap<u64, String>,
    links: Links,
    /// Counts everything that moves the simulation; the watchdog compares two looks at it.
    moves: u64,
}

impl State {
    fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.moves += 1;
        self.sequence
    }
}

impl Lockstep {
    fn new(start: Timestamp) -> Self {
        Self {
            state: Mutex::new(State {
                now: start,
                sequence: 0,
                timers: BTreeMap::new(),
                guards: BTreeMap::new(),
                links: Links::default(),
                moves: 0,
            }),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.state.lock().now
    }

    pub(super) fn add_timer(&self, at: Timestamp, turn: Turn, waker: Waker) -> TimerKey {
        let mut state = self.state.lock();
        let key = (at.max(state.now), turn, state.next());
        state.timers.insert(key, waker);
        key
    }

    /// Points a waiting timer at a new waker; `false` when it has fired.
    pub(super) fn rearm_timer(&self, key: TimerKey, waker: &Waker) -> bool {
        match self.state.lock().timers.get_mut(&key) {
            Some(held) => {
                held.clone_from(waker);
                true
            }
            None => false,
        }
    }

    pub(super) fn remove_timer(&self, key: TimerKey) {
        self.state.lock().timers.remove(&key);
    }

    pub(super) fn take_guard(&self, who: &str) -> u64 {
        let mut state = self.state.lock();
        let id = state.next();
        state.guards.insert(id, who.to_owned());
        id
    }

    pub(super) fn return_guard(&self, id: u64) {
        let mut state = self.state.lock();
        state.guards.remove(&id);
        state.moves += 1;
    }

    pub(super) fn with_links<T>(&self, change: impl FnOnce(&mut Links) -> T) -> T {
        let mut state = self.state.lock();
        state.moves += 1;
        change(&mut state.links)
    }

    /// Called when no task of the simulation can run: lets one timer fire, unless something is still out.
    fn advance(&self) {
        let waker = {
            let mut state = self.state.lock();
            if !state.guards.is_empty() || state.links.tickets() > 0 {
                return;
            }
            let Some(((at, _, _), waker)) = state.timers.pop_first() else { return };
            state.now = at;
            state.moves += 1;
            waker
        };
        waker.wake();
    }

    fn stuck(&self) -> Stuck {
        let state = self.state.lock();
        let guards = state.guards.values().map(|who| format!("guard of {who}"));
        Stuck {
            at: state.now,
            holders: guards.chain(state.links.holders()).collect(),
            timers: state.timers.len(),
        }
    }

    async fn watch(&self, bound: Duration) -> Stuck {
        let mut seen = self.state.lock().moves;
        let mut idle = Duration::ZERO;
        loop {
            #[expect(
                clippy::disallowed_methods,
                reason = "a stuck simulation has no time of its own to wait in"
            )]
            tokio::time::sleep(WATCH_EVERY).await;
            let moves = self.state.lock().moves;
            if moves == seen {
                idle += WATCH_EVERY;
            } else {
                (seen, idle) = (moves, Duration::ZERO);
            }
            if idle >= bound {
                return self.stuck();
            }
        }
    }
}

/// A simulation made no progress within its real-time bound: a guard or a ticket was never returned, or nothing was
/// left to happen. It is a bug of ours, never of the judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Stuck {
    /// The virtual instant at which time stopped.
    pub at: Timestamp,
    /// Who holds a guard or a ticket; empty when nothing was left to happen.
    pub holders: Vec<String>,
    /// How many timers were waiting.
    pub timers: usize,
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "virtual time stopped at {}: ", self.at)?;
        if self.holders.is_empty() {
            return write!(f, "nothing is left to happen ({} timers)", self.timers);
        }
        write!(f, "never returned: {} ({} timers wait)", self.holders.join(", "), self.timers)
    }
}

/// Runs `main` and everything it spawns in virtual time, on this thread, from [`EPOCH`] on.
///
/// # Errors
/// [`Stuck`] when nothing moved for `bound` of real time.
///
/// # Panics
/// When the runtime cannot be built (no file descriptors left), or when called from inside a runtime.
pub fn lockstep<F, T>(bound: Duration, main: impl FnOnce(Clock) -> F) -> Result<T, Stuck>
where
    F: Future<Output = T>,
{
    let start: Timestamp = EPOCH.parse().expect("the epoch is a valid timestamp");
    let state = Arc::new(Lockstep::new(start));
    let hook = Arc::clone(&state);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_park(move || hook.advance())
        .build()
        .expect("a runtime needs a few file descriptors");
    let clock = Clock { kind: Kind::Lockstep(Arc::clone(&state)) };
    runtime.block_on(async move {
        tokio::select! {
            biased;
            done = main(clock) => Ok(done),
            stuck = state.watch(bound) => Err(stuck),
        }
    })
}
