use std::time::Duration;

use serde::Serialize;

use super::ExitStatus;

/// The version of [`Event`]'s form.
pub const EVENTS_VERSION: u32 = 1;

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The run begins.
    Started {
        /// The scenario's name.
        scenario: String,
        /// The seed that it takes.
        seed: u64,
        /// How long its phases last, on the run's clock.
        lasts: Duration,
    },
    /// A phase begins.
    Phase {
        /// Its name.
        name: String,
        /// How long it lasts.
        lasts: Duration,
    },
    /// How a load by users goes.
    Load {
        /// Users that start sessions.
        users: u32,
        /// Requests so far.
        requests: u64,
        /// Those of them that failed.
        failures: u64,
        /// Requests a second since the last time.
        per_second: f64,
    },
    /// Sessions are still under way after the last phase.
    Draining,
    /// Telemetry has not caught up with the traffic yet.
    Settling {
        /// For how long it was waited already.
        waited: Duration,
        /// The clauses that are broken so far.
        open: Vec<String>,
    },
    /// Everything was flushed and scraped.
    Observed {
        /// Requests in the ledger.
        requests: u64,
        /// Agent calls in the ledger.
        calls: u64,
        /// Spans that arrived.
        spans: usize,
        /// Scrapes.
        scrapes: usize,
    },
    /// The verdicts are there.
    Judged {
        /// What they come to.
        status: ExitStatus,
    },
}
