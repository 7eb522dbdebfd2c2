//! The only place that waits for the real world: for a condition, bounded, with a status that says what is not yet
//! true. In the manner of Oxide's `wait_for_condition`.

use std::fmt;
use std::time::Duration;

use crate::clock::{Clock, between};

/// Statuses that are counted one by one; what differs from all of them is counted together.
const MOST_KINDS: usize = 8;

/// What is not yet true, in one phrase, as in `connection refused`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status}")]
pub struct NotYet {
    /// The phrase. The same state gives the same phrase, since equal ones are counted together.
    pub status: String,
}

impl NotYet {
    /// Not yet, and this is why.
    pub fn because(status: impl fmt::Display) -> Self {
        Self { status: status.to_string() }
    }
}

/// How long a condition is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// When to give up.
    pub bound: Duration,
    /// The pause between two tries.
    pub every: Duration,
}

/// What was waited for and did not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InVain {
    /// What was waited for.
    pub what: String,
    /// For how long.
    pub tried_for: Duration,
    /// How often it was looked for.
    pub tries: u64,
    /// What was not yet true at the last look.
    pub last: String,
    /// How often each status was seen, in the order of their first times.
    pub statuses: Vec<(String, u64)>,
    /// Tries with yet other statuses.
    pub others: u64,
}

impl std::error::Error for InVain {}

/// As in `the target is ready: not within 10s; 41 tries: 40 connection refused, 1 status 503; at last: status 503`.
impl fmt::Display for InVain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, tried_for, tries, last, statuses, others } = self;
        write!(
            f,
            "{what}: not within {:?}; {tries} {}: ",
            Duration::from_millis(u64::try_from(tried_for.as_millis()).unwrap_or(u64::MAX)),
            if *tries == 1 { "try" } else { "tries" }
        )?;
        if let [(only, _)] = statuses.as_slice() {
            return f.write_str(only);
        }
        for (status, times) in statuses {
            write!(f, "{times} {status}, ")?;
        }
        if *others > 0 {
            write!(f, "{others} of other kinds, ")?;
        }
        write!(f, "at last: {last}")
    }
}

impl InVain {
    fn count(&mut self, status: String) {
        self.tries += 1;
        self.last.clone_from(&status);
        match self.statuses.iter().position(|(seen, _)| *seen == status) {
            Some(place) => self.statuses[place].1 += 1,
            None if self.statuses.len() < MOST_KINDS => self.statuses.push((status, 1)),
            None => self.others += 1,
        }
    }
}

/// Tries `condition` at once, then after every pause and for the last time at the bound, until it holds. A try that
/// is under way at the bound is dropped.
///
/// # Errors
/// [`InVain`] at the bound.
pub async fn wait_until<T>(
    clock: &Clock,
    patience: Patience,
    what: &str,
    mut condition: impl AsyncFnMut() -> Result<T, NotYet>,
) -> Result<T, InVain> {
    let start = clock.now();
    let mut tried = InVain {
        what: what.to_owned(),
        tried_for: Duration::ZERO,
        tries: 0,
        last: String::new(),
        statuses: Vec::new(),
        others: 0,
    };
    // Without a pause the real world would be asked as fast as it answers.
    let pause = patience.every.max(Duration::from_millis(1));
    loop {
        let left = patience.bound.saturating_sub(between(start, clock.now()));
        match clock.timeout(left, condition()).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(not_yet)) => tried.count(not_yet.status),
            // At the bound only what can be seen at once is a try.
            Err(_) if left.is_zero() && tried.tries > 0 => {}
            Err(_) => tried.count("no answer yet".to_owned()),
        }
        tried.tried_for = between(start, clock.now());
        let left = patience.bound.saturating_sub(tried.tried_for);
        if left.is_zero() {
            return Err(tried);
        }
        clock.sleep(pause.min(left)).await;
    }
}
