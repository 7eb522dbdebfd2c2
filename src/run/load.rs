use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use super::event::Event;
use super::execute::{Listener, Options, RunError};
use super::outcome::Outcome;
use super::stage::{self, Driven, Lead};
use crate::clock::{Clock, Seed};
use crate::load::{Attack, AttackReport, LoadClient, Progress, REST, UserPhase};
use crate::observe::{LoadPlan, PlannedThreshold, Record, Threshold};
use crate::scenario::Scenario;

/// Drives a scenario's users against its reference server, or a target that somebody else started, in real time, and
/// judges what telemetry says and what the load must keep. A change of `stop` to true ends it early; it still comes to an outcome.
///
/// Server and generator have a runtime each: a busy one must not slow the other more than two programs would.
///
/// # Errors
/// [`RunError`] when there is nothing to judge.
pub fn load(
    scenario: &Scenario,
    options: &Options,
    listener: &Listener,
    stop: &watch::Receiver<bool>,
) -> Result<Outcome, RunError> {
    let (judged, lead, listening) = (runtime()?, Lead::Users, Arc::clone(listener));
    let seen =
        judged.block_on(stage::observe(Clock::real(), scenario, options, lead, listening, stop.clone()))?;
    let outcome = super::judge(Record { contracts: scenario.contracts.clone(), observations: seen });
    listener(&Event::Judged { status: outcome.status });
    Ok(outcome)
}

fn runtime() -> Result<Runtime, RunError> {
    Builder::new_multi_thread().enable_all().build().map_err(RunError::Runtime)
}

/// The scenario's users and thresholds, and the threshold that holds unless the scenario says otherwise: a load of
/// nothing but failures would be the fastest of all.
pub(super) fn plan(scenario: &Scenario) -> LoadPlan {
    let given = scenario.thresholds.iter().cloned();
    let mut thresholds: Vec<PlannedThreshold> =
        given.map(|threshold| PlannedThreshold { threshold, default: false }).collect();
    let about_all_errors = |given: &Threshold| given.is_about_errors() && given.kind().is_none();
    if !scenario.thresholds.iter().any(about_all_errors) {
        thresholds.push(PlannedThreshold { threshold: Threshold::DEFAULT_ERRORS, default: true });
    }
    LoadPlan {
        users: scenario.phases.iter().map(|phase| phase.users.unwrap_or(0)).collect(),
        rest_ms: u64::try_from(REST.as_millis()).unwrap_or(u64::MAX),
        thresholds,
    }
}

/// Runs the attack on a thread and a runtime of its own, both of which end with it.
pub(super) async fn drive(
    scenario: &Scenario,
    seed: Seed,
    client: LoadClient,
    listener: &Listener,
    stop: watch::Receiver<bool>,
) -> Result<Driven, RunError> {
    let phase = |phase: &crate::scenario::Phase| UserPhase {
        lasts: phase.load.lasts,
        users: phase.users.unwrap_or(0),
    };
    let phases = scenario.phases.iter().map(phase).collect();
    let attack = Attack::new(client, phases, scenario.personas.clone(), seed.of("schedule"));
    let listener = Arc::clone(listener);
    let tell = Arc::new(move |progress: Progress| {
        let Progress { users, requests, failures, per_second } = progress;
        listener(&Event::Load { users, requests, failures, per_second });
    });
    let driven = tokio::task::spawn_blocking(move || -> Result<AttackReport, RunError> {
        Ok(runtime()?.block_on(attack.run(stop, tell))?)
    });
    let AttackReport { note, stopped } = match driven.await {
        Ok(report) => report?,
        // Nothing cancels it, so it panicked: a bug of ours.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    // Where its count and the ledger differ is read off the record by whoever judges it.
    Ok(Driven { stopped, reasons: Vec::new(), note: Some(note) })
}
