use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Event;
use super::execute::{Listener, Options, RunError, Time};
use crate::clock::{Clock, Seed, Turn, after};
use crate::contract::Promise;
use crate::load::{DriveReport, Driver, Endpoints, LoadClient, Schedule};
use crate::observe::{
    Leg, LegStart, Observations, PhaseWindow, Plan, PlannedFault, Reason, SpanLoss, Tolerance,
};
use crate::parties::{Providers, ProvidersPlan};
use crate::scenario::{Scenario, ServerName, Target};
use crate::server::aragora::{AgentSpec, Aragora, Settings, StartError};
use crate::stack::embedded::{Receiver, ScrapeJob, Scraper};

/// The loopback interface and any free port: nothing of a run is reachable from elsewhere.
const LOOPBACK: &str = "127.0.0.1:0";

/// Real time has a network and a scheduler in it, which the client times and the server does not.
const REAL_TOLERANCE: Duration = Duration::from_millis(50);

/// The worst delay of a start behind its plan at which a run in real time still proves something.
const MOST_LAG: Duration = Duration::from_millis(500);

/// Ports that are tried before the machine is taken to have none.
const MOST_TRIES: u32 = 5;

/// What the documents' examples use, where no contract says otherwise.
const PROMETHEUS_INTERVAL: Duration = Duration::from_secs(15);

/// Everything of one leg that lives while it runs.
struct Stage {
    providers: Providers,
    receiver: Receiver,
    server: Aragora,
    scraper: Scraper,
    client: LoadClient,
}

/// Runs all phases and collects what was seen.
pub(super) async fn observe(
    clock: Clock,
    scenario: &Scenario,
    options: &Options,
    listener: Listener,
    stop: watch::Receiver<bool>,
) -> Result<Observations, RunError> {
    let seed = Seed(options.seed.unwrap_or(scenario.seed));
    let schedule = schedule(scenario, seed);
    listener(&Event::Started { scenario: scenario.name.clone(), seed: seed.0, lasts: schedule.lasts() });
    let stage = raise(&clock, scenario, options, seed).await?;
    // The base line: whatever was counted before the first session is not the traffic's.
    stage.scraper.scrape().await;
    let start = clock.now();
    let mut plan = plan(scenario, options, seed, start);
    stage.providers.plan_faults(plan.faults.clone());
    let scraping = tokio::spawn(stage.scraper.clone().run());
    let phases = announce(&clock, &plan.phases, &listener);
    let report = Driver::new(&clock, schedule, stage.client.clone()).run(start, stop).await;
    scraping.abort();
    phases.abort();
    plan.interrupted = report.stopped;
    plan.reasons = reasons(&report);
    let leg = settle(&clock, scenario, stage).await;
    listener(&Event::Observed {
        requests: leg.ledger.request_count(),
        calls: leg.ledger.call_count(),
        spans: leg.spans.len(),
        scrapes: leg.scrapes.len(),
    });
    Ok(Observations { plan, legs: vec![leg] })
}

fn schedule(scenario: &Scenario, seed: Seed) -> Schedule {
    let phases = scenario.phases.iter().map(|phase| phase.load).collect();
    Schedule::new(phases, scenario.personas.clone(), seed.of("schedule"))
}

/// The scenario with every instant and every default filled in.
fn plan(scenario: &Scenario, options: &Options, seed: Seed, start: Timestamp) -> Plan {
    let mut from = start;
    let phases: Vec<PhaseWindow> = scenario
        .phases
        .iter()
        .map(|phase| {
            let to = after(from, phase.load.lasts);
            PhaseWindow { name: phase.name.clone(), from: std::mem::replace(&mut from, to), to }
        })
        .collect();
    let window = |during: &Option<String>| {
        let phase = phases.iter().find(|phase| Some(&phase.name) == during.as_ref());
        phase.map_or((start, Timestamp::MAX), |phase| (phase.from, phase.to))
    };
    let faults = scenario
        .faults
        .iter()
        .map(|fault| {
            let (from, to) = window(&fault.during);
            PlannedFault {
                provider: fault.provider.clone(),
                fault: fault.fault,
                share: fault.share,
                from,
                to,
            }
        })
        .collect();
    let real = if options.time == Time::Real { REAL_TOLERANCE } else { Duration::ZERO };
    Plan {
        scenario: scenario.name.clone(),
        seed: seed.0,
        clock: options.time.name().to_owned(),
        traffic: scenario.traffic,
        scope: scenario.scope.iter().map(ToString::to_string).collect(),
        tolerance: Tolerance {
            latency_ns: scenario.tolerance.latency_ns + u64::try_from(real.as_nanos()).unwrap_or(u64::MAX),
        },
        phases,
        faults,
        interrupted: false,
        reasons: Vec::new(),
    }
}

/// Starts the parties, the stack and the server, each on a free port.
async fn raise(clock: &Clock, scenario: &Scenario, options: &Options, seed: Seed) -> Result<Stage, RunError> {
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
    };
    settings.env.insert("OTEL_ENABLED".to_owned(), "true".to_owned());
    settings.env.insert("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), receiver.endpoint());
    let Target::Reference(server) = scenario.target else {
        let error = std::io::Error::other("a target by `url` needs the external stack");
        return Err(RunError::Stack(error));
    };
    let (server, metrics_port) = start(clock, server, settings).await?;
    let scraper = Scraper::new(clock, scrape_job(scenario, metrics_port));
    let endpoints = Endpoints { api: format!("http://{}", server.api) };
    let client = LoadClient::new(clock, endpoints, seed.of("client")).with_patience(scenario.patience);
    Ok(Stage { providers, receiver, server, scraper, client })
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

/// The scrape configuration that the contracts document; the scenario may ask for another interval.
fn scrape_job(scenario: &Scenario, port: u16) -> ScrapeJob {
    let documented = scenario.contracts.clauses().find_map(|(_, clause)| match &clause.promise {
        Promise::Scrape(target) => Some(target),
        _ => None,
    });
    let (name, path, interval) = documented.map_or(("target", "/metrics", PROMETHEUS_INTERVAL), |target| {
        (target.job.as_str(), target.path.as_str(), target.interval.0)
    });
    ScrapeJob {
        name: name.to_owned(),
        url: format!("http://127.0.0.1:{port}{path}"),
        interval: scenario.scrape_interval.unwrap_or(interval),
    }
}

/// Tells the listener when each phase begins.
fn announce(clock: &Clock, phases: &[PhaseWindow], listener: &Listener) -> JoinHandle<()> {
    let (clock, phases, listener) = (clock.clone(), phases.to_vec(), Listener::clone(listener));
    tokio::spawn(async move {
        for phase in &phases {
            clock.sleep_until(phase.from, Turn::Arrival).await;
            let lasts = crate::clock::between(phase.from, phase.to);
            listener(&Event::Phase { name: phase.name.clone(), lasts });
        }
        if let Some(last) = phases.last() {
            clock.sleep_until(last.to, Turn::Sink).await;
            listener(&Event::Draining);
        }
    })
}

/// The watermark: every span that has ended is exported, then metrics are scraped once more. Only then is what is
/// absent known to be absent.
async fn settle(clock: &Clock, scenario: &Scenario, stage: Stage) -> Leg {
    clock.turn(Turn::Sink).await;
    stage.server.flush().await;
    stage.scraper.scrape().await;
    let mut ledger = stage.client.ledger();
    ledger.absorb_calls(stage.providers.book());
    stage.scraper.enter(&mut ledger);
    Leg {
        start: LegStart {
            target: match &scenario.target {
                Target::Reference(ServerName::Aragora) => "reference server aragora".to_owned(),
                Target::External { url, .. } => url.clone(),
            },
            env: shown_env(scenario),
            receives_spans: true,
            calls_unseen: false,
            // Our own count. What the server says it lost is no excuse for it: the receiver was there all the time.
            span_loss: Some(SpanLoss { dropped: 0, failed: stage.receiver.refused() }),
        },
        ledger,
        scrapes: stage.scraper.scrapes(),
        spans: stage.receiver.spans(),
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

fn reasons(report: &DriveReport) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if report.shed > 0 {
        reasons.push(Reason::Shed(report.shed));
    }
    if report.cut_off > 0 && !report.stopped {
        reasons.push(Reason::CutOff(report.cut_off));
    }
    if report.worst_lag > MOST_LAG {
        reasons.push(Reason::Slipped(u64::try_from(report.worst_lag.as_millis()).unwrap_or(u64::MAX)));
    }
    reasons
}
