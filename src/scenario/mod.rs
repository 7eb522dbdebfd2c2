//! The scenario file: what is driven, for how long, with which faults, and which clauses it promises to exercise.
//!
//! Two stages: what was typed ([`file`]) is decoded with every mistake reported, then resolved to what it means
//! ([`Scenario`]) against the world beside it: the contracts it names, the phases its faults refer to. A persona that
//! is described by its steps is typed in `persona` and resolved in `script` and `request`.

mod alerting;
mod expect;
mod file;
mod given;
mod model;
mod persona;
mod request;
mod resolve;
mod script;
mod target;
mod users;

use std::collections::BTreeMap;
use std::time::Duration;

pub use self::alerting::{Alerting, CutOff, Silenced};
pub use self::expect::{Expected, Moment, Notice};
pub use self::file::{ServerName, schema};
pub use self::model::Model;
pub use self::resolve::{Invalid, load};
pub use self::target::Target;

use crate::contract::{Contracts, Glob, ProviderFault};
use crate::load::{Persona, PhaseLoad};
use crate::observe::{Threshold, Tolerance, Traffic};

/// A scenario that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What its run is judged by.
    pub contracts: Contracts,
    /// The clauses that it promises to exercise.
    pub scope: Vec<Glob>,
    /// The seed unless another is asked for.
    pub seed: u64,
    /// What is judged.
    pub target: Target,
    /// Where it stands in the file, by line and column.
    pub target_place: (usize, usize),
    /// Whether all of its traffic is the run's.
    pub traffic: Traffic,
    /// The environment that it is started with, or was, as far as is known.
    pub env: BTreeMap<String, String>,
    /// Where each of its variables stands in the file, by line and column.
    pub env_places: BTreeMap<String, (usize, usize)>,
    /// Who comes, by weight.
    pub personas: Vec<(Persona, u32)>,
    /// What happens, in order.
    pub phases: Vec<Phase>,
    /// Half of the providers' good answers are faster than this.
    pub provider_latency: Duration,
    /// What providers do wrong.
    pub faults: Vec<Fault>,
    /// How far telemetry may be from the ledger.
    pub tolerance: Tolerance,
    /// Half of the reference server's answers take longer than about this.
    pub server_latency: Duration,
    /// What a load by users must keep.
    pub thresholds: Vec<Threshold>,
    /// How often metrics are scraped; none is as the contract says.
    pub scrape_interval: Option<Duration>,
    /// The longest wait for one answer.
    pub patience: Duration,
    /// How long a run in real time may wait for telemetry to arrive after the traffic.
    pub settle: Duration,
    /// Whose rules are evaluated, and who is told of alerts.
    pub alerting: Option<Alerting>,
    /// The alerts that are expected.
    pub expected: Vec<Expected>,
    /// The alerts that may fire or not, by name.
    pub tolerated: Vec<String>,
}

impl Scenario {
    /// Why somebody who comes cannot use a target at this URL; none when all can. Of the file's own URL it was asked
    /// when the file was read.
    pub fn hindrance(&self, url: &str) -> Option<String> {
        self.personas.iter().find_map(|(persona, _)| persona.hindrance(url))
    }
}

/// A stretch of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// How long it lasts and what comes.
    pub load: PhaseLoad,
    /// How many users come, where they do.
    pub users: Option<u32>,
}

/// What providers do wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The provider; none is every one.
    pub provider: Option<String>,
    /// What it does.
    pub fault: ProviderFault,
    /// The share of its calls.
    pub share: f64,
    /// The phase; none is all of them.
    pub during: Option<String>,
}
