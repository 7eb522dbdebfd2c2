use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::event::Event;
use super::outcome::Outcome;
use super::stage::{self, Lead};
use crate::clock::{Clock, Stuck, lockstep};
use crate::contract::yaml::Problem;
use crate::load::AttackError;
use crate::observe::{Record, Traffic};
use crate::scenario::Scenario;
use crate::server::Defect;
use crate::server::aragora::StartError;
use crate::stack::external::{AttachError, Attachment};

/// Real time after which a simulation that does not move is given up as stuck.
const STUCK_AFTER: Duration = Duration::from_secs(20);

/// How a scenario is run, beyond what it says itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// Another seed than the scenario's.
    pub seed: Option<u64>,
    /// Telemetry faults that the reference server is to have.
    pub defects: Vec<Defect>,
    /// Whose time it takes. Against a target that somebody else started it is always the machine's.
    pub time: Time,
    /// A target that somebody else started, instead of the scenario's reference server.
    pub attach: Option<Attachment>,
    /// Whose traffic the target has.
    pub traffic: Traffic,
}

impl Options {
    pub(super) fn real(&self) -> bool {
        self.time == Time::Real || self.attach.is_some()
    }
}

/// Whose time a run takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Time {
    /// Virtual: as fast as it can be computed, the same on every rerun.
    #[default]
    Lockstep,
    /// The machine's.
    Real,
}

impl Time {
    /// Its name in plans.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lockstep => "lock-step",
            Self::Real => "real",
        }
    }
}

/// A run that came to no observations.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A guard or ticket was never returned: a bug of ours.
    #[error("{0}")]
    Stuck(#[from] Stuck),
    /// Something of ours could not be started.
    #[error("the embedded stack did not start: {0}")]
    Stack(#[from] std::io::Error),
    /// The reference server did not start.
    #[error("the reference server did not start: {0}")]
    Server(#[from] StartError),
    /// The target is not there.
    #[error("{0}")]
    Attach(#[from] AttachError),
    /// What was inferred cannot be read back: a bug of ours.
    #[error("what was inferred is no scenario: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Inferred(Vec<Problem>),
    /// The load generator did not start.
    #[error("the load did not start: {0}")]
    Load(#[from] AttackError),
    /// Somebody asked to stop before there was anything to write.
    #[error("interrupted: nothing was written")]
    Interrupted,
    /// The runtime could not be built.
    #[error("no runtime: {0}")]
    Runtime(std::io::Error),
}

/// Who listens to a run.
pub type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// Runs a scenario against its reference server, or a target that somebody else started, and judges it. A change of `stop` to true ends
/// it early; it still comes to an outcome.
///
/// # Errors
/// [`RunError`] when there is nothing to judge.
pub fn run(
    scenario: &Scenario,
    options: &Options,
    listener: &Listener,
    stop: &watch::Receiver<bool>,
) -> Result<Outcome, RunError> {
    let run = |clock: Clock| {
        let listener = Arc::clone(listener);
        stage::observe(clock, scenario, options, Lead::Schedule, listener, stop.clone())
    };
    let seen = if options.real() {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build().map_err(RunError::Runtime)?;
        runtime.block_on(run(Clock::real()))?
    } else {
        lockstep(STUCK_AFTER, run)??
    };
    let outcome = super::judge(Record { contracts: scenario.contracts.clone(), observations: seen });
    listener(&Event::Judged { status: outcome.status });
    Ok(outcome)
}
