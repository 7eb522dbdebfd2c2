use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction};
use goose::metrics::GooseMetrics;
use goose::{GooseAttack, GooseError, reset_killswitch};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::super::client::LoadClient;
use super::super::persona::Persona;
use super::gate::Gate;
use super::silence::keep_goose_silent;
use super::steer::{Helm, ProgressListener};
use super::user::Crowd;
use crate::clock::Seed;
use crate::observe::{GeneratorCount, LoadNote, RequestKind};

/// Users that one load may have: each is a task and, at its busiest, a connection.
pub const MOST_USERS: u32 = 10_000;

/// How long a user rests after a session that failed or asked nothing. A target that refuses does so in microseconds;
/// without a rest its users would burn the machine and bury the ledger. Short enough to notice when it is back.
pub const REST: Duration = Duration::from_millis(200);

/// All users of goose's start within this part of a second; who of them does something is decided here.
const STARTS_PER_SECOND: u32 = 10;

/// The killswitch is one for the process, and so is this.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A phase of a closed load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserPhase {
    /// How long it lasts.
    pub lasts: Duration,
    /// How many users start one session after the other.
    pub users: u32,
}

/// A closed load that goose drives, in real time.
#[derive(Clone, Debug)]
pub struct Attack {
    client: LoadClient,
    phases: Vec<UserPhase>,
    personas: Vec<(Persona, u32)>,
    seed: Seed,
}

/// What an attack managed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttackReport {
    /// What goose counted, and how long it lasted.
    pub note: LoadNote,
    /// Somebody asked to stop.
    pub stopped: bool,
}

/// Goose would not start, or did not come to an end.
#[derive(Debug, thiserror::Error)]
#[error("goose: {0}")]
pub struct AttackError(String);

impl From<GooseError> for AttackError {
    fn from(error: GooseError) -> Self {
        Self(error.to_string())
    }
}

impl Attack {
    /// A load of these users; each session is a persona drawn by weight. The ledger that is filled is the client's.
    pub fn new(
        client: LoadClient,
        phases: Vec<UserPhase>,
        personas: Vec<(Persona, u32)>,
        seed: Seed,
    ) -> Self {
        Self { client, phases, personas, seed }
    }

    /// Drives all phases and waits for the sessions under way. A change of `stop` to true, or goose's own Ctrl-C, ends
    /// it early: nothing new is asked. Waits for an earlier attack of this process to end.
    ///
    /// # Errors
    /// [`AttackError`] when goose does not understand the target's URL, or cannot start.
    ///
    /// # Panics
    /// When a session of ours panicked: going on would accuse the target of what is a bug of ours.
    pub async fn run(
        &self,
        stop: watch::Receiver<bool>,
        tell: ProgressListener,
    ) -> Result<AttackReport, AttackError> {
        let _one = ONE_AT_A_TIME.lock().await;
        keep_goose_silent();
        reset_killswitch();
        let crowd = Arc::new(self.crowd());
        let mut helm = Helm::new(&crowd, stop, tell);
        let attack = Box::pin(self.attack(&crowd)?.execute());
        let metrics = tokio::select! {
            metrics = attack => metrics,
            never = helm.lead(&self.phases) => match never {},
        };
        reset_killswitch();
        let (stopped, lasted, in_time) = (helm.stopped, helm.lasted, helm.in_time);
        if let Some(panic) = crowd.panicked.lock().take() {
            std::panic::resume_unwind(panic);
        }
        Ok(AttackReport { note: note(&crowd, &metrics?, lasted, &in_time), stopped })
    }

    fn crowd(&self) -> Crowd {
        Crowd {
            client: self.client.clone(),
            personas: self.personas.clone(),
            seed: self.seed,
            gate: Gate::new(),
            sessions: AtomicU64::new(0),
            cut_short: AtomicU64::new(0),
            unsent: Mutex::default(),
            panicked: Mutex::default(),
        }
    }

    /// The process's arguments are never read: goose is told everything here.
    fn attack(&self, crowd: &Arc<Crowd>) -> Result<GooseAttack, GooseError> {
        let users = self.phases.iter().map(|phase| phase.users).max().unwrap_or(0).clamp(1, MOST_USERS);
        let arguments = [
            "--host",
            &self.client.endpoints.api,
            "--users",
            &users.to_string(),
            "--increase-rate",
            &(users * STARTS_PER_SECOND).to_string(),
            "--no-telnet",
            "--no-print-metrics",
            "--no-error-summary",
            "--quiet",
        ];
        let client = GooseClientBuilder::new().without_cookies();
        let crowd = Arc::clone(crowd);
        let turn: TransactionFunction = Arc::new(move |user: &mut GooseUser| {
            let crowd = Arc::clone(&crowd);
            Box::pin(async move {
                crowd.turn(user).await;
                Ok(())
            })
        });
        let scenario = Scenario::new("probity").register_transaction(Transaction::new(turn));
        let configuration = GooseConfiguration::parse_args_default(&arguments)?;
        Ok(GooseAttack::initialize_with_config(configuration)?
            .set_client_builder_without_cookies(client)?
            .register_scenario(scenario))
    }
}

/// Goose's counts, and what was refused before it counted.
fn note(
    crowd: &Crowd,
    metrics: &GooseMetrics,
    lasted: Duration,
    in_time: &BTreeMap<RequestKind, u64>,
) -> LoadNote {
    let load = |count: &AtomicU64| count.load(std::sync::atomic::Ordering::Relaxed);
    let mut counts: BTreeMap<RequestKind, GeneratorCount> = BTreeMap::new();
    let empty = |kind: &RequestKind| GeneratorCount {
        method: kind.method.clone(),
        route: kind.route.clone(),
        requests: 0,
        failures: 0,
        unsent: 0,
        in_time: in_time.get(kind).copied().unwrap_or(0),
    };
    // Goose's map is in no order; ours is.
    let counted: BTreeMap<_, _> = metrics.requests.iter().collect();
    for aggregate in counted.into_values() {
        let kind = RequestKind { method: aggregate.method.to_string(), route: aggregate.path.clone() };
        let line = counts.entry(kind.clone()).or_insert_with(|| empty(&kind));
        line.requests += (aggregate.success_count + aggregate.fail_count) as u64;
        line.failures += aggregate.fail_count as u64;
    }
    for (kind, unsent) in crowd.unsent.lock().iter() {
        counts.entry(kind.clone()).or_insert_with(|| empty(kind)).unsent += unsent;
    }
    LoadNote {
        generator: "goose".to_owned(),
        lasted_ns: u64::try_from(lasted.as_nanos()).unwrap_or(u64::MAX),
        sessions: load(&crowd.sessions),
        cut_short: load(&crowd.cut_short),
        counts: counts.into_values().collect(),
    }
}
