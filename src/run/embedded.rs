use std::collections::BTreeMap;

use tokio::net::TcpListener;

use super::alerts::Chain;
use super::execute::{Options, RunError};
use super::stage::{Stage, scrape_job};
use crate::clock::{Clock, Seed};
use crate::load::{Endpoints, LoadClient};
use crate::observe::LegStart;
use crate::parties::{Providers, ProvidersPlan};
use crate::scenario::{Scenario, ServerName};
use crate::server::aragora::{AgentSpec, Aragora, Settings, StartError};
use crate::stack::embedded::{ScrapeJob, Scraper};
use crate::stack::otlp::Receiver;

/// The loopback interface and any free port: nothing of a run is reachable from elsewhere.
const LOOPBACK: &str = "127.0.0.1:0";

/// Ports that are tried before the machine is taken to have none.
const MOST_TRIES: u32 = 5;

/// Starts the parties, the stack and the server, each on a free port.
pub(super) async fn raise(
    clock: &Clock,
    scenario: &Scenario,
    options: &Options,
    seed: Seed,
) -> Result<Stage, RunError> {
    // Whoever has a target of their own attaches to it, and does not come here.
    let server = scenario.target.server().unwrap_or(ServerName::Aragora);
    let provider_plan = ProvidersPlan {
        seed: seed.of("providers"),
        median_latency: scenario.provider_latency,
        faults: Vec::new(),
    };
    let providers = Providers::start(clock, TcpListener::bind(LOOPBACK).await?, provider_plan)?;
    let receiver = Receiver::start(clock, TcpListener::bind(LOOPBACK).await?)?;
    let mut settings = Settings {
        env: scenario.env.clone(),
        defects: options.defects.clone(),
        agents: AgentSpec::defaults(&providers.base_url()),
        seed: seed.of("server"),
        latency: scenario.server_latency,
    };
    settings.env.insert("OTEL_ENABLED".to_owned(), "true".to_owned());
    settings.env.insert("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), receiver.endpoint());
    let (started, metrics_port) = start(clock, server, settings).await?;
    let (mut scrapers, mut chain) = (Vec::new(), None);
    if let Some(alerting) = &scenario.alerting {
        // However many names the one server has in the configuration.
        let targets = vec![format!("127.0.0.1:{metrics_port}"); alerting.targets.len()];
        chain = Some(Chain::raise(clock, alerting, &targets, seed).await?);
    } else {
        let (job, path, interval) = scrape_job(scenario);
        let url = format!("http://127.0.0.1:{metrics_port}{path}");
        scrapers.push(Scraper::new(clock, ScrapeJob { name: job.to_owned(), url, interval }));
    }
    let endpoints = Endpoints { api: format!("http://{}", started.api) };
    Ok(Stage {
        start: LegStart {
            target: match server {
                ServerName::Aragora => "reference server aragora".to_owned(),
            },
            env: shown_env(scenario),
            receives_spans: true,
            calls_unseen: false,
            span_loss: None,
            load: None,
        },
        client: LoadClient::new(clock, endpoints, seed.of("client")).with_patience(scenario.patience),
        server: Some(started),
        providers: Some(providers),
        receiver: Some(receiver),
        scrapers,
        chain,
    })
}

/// Starts the server with a METRICS_PORT of our choosing, not of its own: that the port is honoured is one of the
/// promises. Between the choice and its use somebody else may take the port; then another is chosen.
async fn start(clock: &Clock, server: ServerName, settings: Settings) -> Result<(Aragora, u16), RunError> {
    let mut tries = 0;
    loop {
        let port = TcpListener::bind(LOOPBACK).await?.local_addr()?.port();
        let mut settings = settings.clone();
        settings.env.insert("METRICS_PORT".to_owned(), port.to_string());
        let started = match server {
            ServerName::Aragora => Aragora::start(clock, ([127, 0, 0, 1], 0).into(), settings).await,
        };
        tries += 1;
        match started {
            Err(StartError::Listen(_)) if tries < MOST_TRIES => {}
            started => return Ok((started?, port)),
        }
    }
}

/// The environment as records hold it: what the run chose is named, never its ports.
fn shown_env(scenario: &Scenario) -> BTreeMap<String, String> {
    let mut env = scenario.env.clone();
    env.insert("OTEL_ENABLED".to_owned(), "true".to_owned());
    env.insert("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), "(the run's own receiver)".to_owned());
    env.insert("METRICS_PORT".to_owned(), "(a free port)".to_owned());
    env
}
