//! The reference debate server: what the Aragora documents describe, as far as traffic drives it.
//!
//! A debate really runs: rounds, agents that call LLM providers over HTTP, memory tiers, consensus. `POST
//! /api/debates` answers at once and the debate goes on in a task of its own, inside the trace of its request.

mod agents;
mod debate;
mod events;
mod instruments;
mod memory;
mod routes;
mod store;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

pub use self::agents::{AgentSpec, WireFormat};

use self::agents::Agents;
use self::events::Events;
use self::instruments::Instruments;
use self::memory::Memory;
use self::store::Store;
use super::Defect;
use crate::clock::{Clock, Seed, serve};
use crate::telemetry::{Config, ConfigError, Definitions, Ids, SpanCounts, Telemetry};

/// How the server is started.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its environment; nothing is read from the process.
    pub env: BTreeMap<String, String>,
    /// The telemetry faults that it has.
    pub defects: Vec<Defect>,
    /// Its agents.
    pub agents: Vec<AgentSpec>,
    /// Handler latencies follow from it, and trace ids when it is a virtual run.
    pub seed: Seed,
    /// Half of its handlers take longer than about this, none twice as long; it stands for parsing, authorisation and
    /// the database. See [`Settings::LATENCY`].
    pub latency: Duration,
}

impl Settings {
    /// The latency of a server that nobody slowed.
    pub const LATENCY: Duration = Duration::from_millis(20);
}

/// A server that could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Variables that cannot be understood.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Config(Vec<ConfigError>),
    /// A port is taken, or the system has none.
    #[error("cannot listen: {0}")]
    Listen(#[from] io::Error),
}

/// A server that runs until its runtime ends.
#[derive(Clone, Debug)]
pub struct Aragora {
    /// Where the API listens.
    pub api: SocketAddr,
    /// Where `/metrics` listens; none with METRICS_ENABLED=false.
    pub metrics: Option<SocketAddr>,
    telemetry: Telemetry,
}

/// What every handler shares.
#[derive(Debug)]
struct App {
    clock: Clock,
    seed: Seed,
    latency: Duration,
    telemetry: Telemetry,
    instruments: Instruments,
    agents: Agents,
    memory: Memory,
    events: Events,
    store: Store,
}

impl Aragora {
    /// Starts the server. The API listens on `api`; metrics listen on METRICS_PORT of the same address.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(clock: &Clock, api: SocketAddr, settings: Settings) -> Result<Self, StartError> {
        let mut config = Config::from_env(&settings.env).map_err(StartError::Config)?;
        let mut definitions = Definitions::default();
        Defect::distort_config(&settings.defects, &mut config);
        Defect::distort_definitions(&settings.defects, &mut definitions);
        // Both ports before anything is started: a taken one leaves nothing behind.
        let api_listener = TcpListener::bind(api).await?;
        let api = api_listener.local_addr()?;
        let metrics_listener = if config.metrics {
            Some(TcpListener::bind((api.ip(), config.metrics_port)).await?)
        } else {
            None
        };
        let ids = if clock.is_lockstep() { Ids::seeded(settings.seed.of("ids").0) } else { Ids::random() };
        let telemetry = Telemetry::init(clock, &config, definitions, ids)
            .map_err(|error| StartError::Config(vec![error]))?;
        let app = Arc::new(App {
            clock: clock.clone(),
            seed: settings.seed,
            latency: settings.latency,
            instruments: Instruments::new(&telemetry, settings.defects),
            agents: Agents::new(clock, settings.agents),
            memory: Memory::default(),
            events: Events::new(clock),
            store: Store::default(),
            telemetry: telemetry.clone(),
        });
        serve(clock, api_listener, routes::api(Arc::clone(&app)));
        let metrics = match metrics_listener {
            Some(listener) => {
                let address = listener.local_addr()?;
                serve(clock, listener, routes::metrics(app));
                Some(address)
            }
            None => None,
        };
        Ok(Self { api, metrics, telemetry })
    }

    /// Exports every span that has ended.
    pub async fn flush(&self) {
        self.telemetry.flush().await;
    }

    /// What became of the spans that ended.
    pub fn span_counts(&self) -> SpanCounts {
        self.telemetry.span_counts()
    }
}
