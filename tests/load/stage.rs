//! A load on a runtime of its own against any address, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use probity::clock::{Clock, Seed, between};
use probity::load::{Attack, AttackReport, Endpoints, LoadClient, Persona, Progress, UserPhase};
use probity::observe::{Failure, Ledger, disagreements};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// One load at a time also among tests, so that none measures how long it waited for another.
pub(crate) static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What a load came to.
pub(crate) struct Came {
    pub(crate) report: AttackReport,
    pub(crate) ledger: Ledger,
    pub(crate) took: Duration,
}

impl Came {
    /// How many requests failed how; the others are under none.
    pub(crate) fn failures(&self) -> BTreeMap<Option<Failure>, u64> {
        let mut failures = BTreeMap::new();
        for (key, entry) in &self.ledger.requests {
            *failures.entry(key.failure).or_default() += entry.count;
        }
        failures
    }

    pub(crate) fn assert_goose_agrees(&self) {
        assert_eq!(disagreements(&self.ledger, &self.report.note), []);
        let counted: u64 = self.report.note.counts.iter().map(|count| count.requests).sum();
        assert_eq!(counted, self.ledger.request_count());
    }
}

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

/// Drives users against an address. `stop_at` stops it once so many requests were seen to be made.
pub(crate) fn drive(
    api: &str,
    phases: &[(Duration, u32)],
    personas: &[(Persona, u32)],
    patience: Duration,
    stop_at: Option<u64>,
) -> Came {
    let _one = ONE_AT_A_TIME.lock();
    let phases = phases.iter().map(|(lasts, users)| UserPhase { lasts: *lasts, users: *users }).collect();
    let clock = Clock::real();
    let endpoints = Endpoints { api: format!("http://{api}") };
    let client = LoadClient::new(&clock, endpoints, Seed(3)).with_patience(patience);
    let attack = Attack::new(client.clone(), phases, personas.to_vec(), Seed(5));
    let (sender, stop) = watch::channel(stop_at == Some(0));
    let tell = move |progress: Progress| {
        if stop_at.is_some_and(|at| progress.requests >= at) {
            sender.send_replace(true);
        }
    };
    let began = clock.now();
    let report = runtime().block_on(attack.run(stop, Arc::new(tell))).expect("goose drives it");
    Came { report, ledger: client.ledger(), took: between(began, clock.now()) }
}
