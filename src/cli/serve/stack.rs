//! The embedded Prometheus and Alertmanager in real time, for whoever wants to ask them something.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::alerting::alertmanager::Release;
use crate::alerting::deployed::{self, Deployed};
use crate::cli::args::ServeStack;
use crate::cli::{Failure, World};
use crate::clock::Clock;
use crate::contract::yaml::{Problem, render};
use crate::observe::{Fate, NotificationEvent};
use crate::parties::Sinks;
use crate::promql::Dialect;
use crate::run::ExitStatus;
use crate::stack::embedded::alertmanager::{Alertmanager, AlertmanagerPlan, Destinations};
use crate::stack::embedded::prometheus::{AddressBook, Prometheus, PrometheusPlan, alertmanager_addresses};

/// How long samples are kept: Prometheus' default.
const RETENTION_MS: i64 = 15 * 86_400_000;

/// How often it is said who was told.
const SAID: Duration = Duration::from_secs(1);

/// Runs both until they are interrupted.
pub(super) fn stack(args: &ServeStack, world: &mut World) -> Result<ExitStatus, Failure> {
    let deployed = deployed(args, world)?;
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime =
        builder.enable_all().build().map_err(|error| Failure::Stack(format!("no runtime: {error}")))?;
    runtime.block_on(async {
        let clock = Clock::real();
        let mut book: BTreeMap<String, String> =
            args.at.iter().map(|(name, address)| (name.clone(), address.to_string())).collect();
        let alertmanager = alertmanager(&clock, args, &deployed).await?;
        if let Some((alertmanager, _)) = &alertmanager {
            let address = alertmanager.base_url().trim_start_matches("http://").to_owned();
            let named = alertmanager_addresses(&deployed.prometheus.alertmanagers);
            book.extend(named.into_iter().map(|name| (name, address.clone())));
        }
        // What nobody placed elsewhere is where it says.
        let book: AddressBook =
            Arc::new(move |name, _| Some(book.get(name).cloned().unwrap_or_else(|| name.to_owned())));
        let listener = listen(args, args.prometheus_port, "Prometheus").await?;
        let address = listener.local_addr().map_err(failed)?;
        let external_url = format!("http://{address}");
        let dialect = Dialect::V3;
        let plan = PrometheusPlan { deployed, dialect, external_url, book, retention_ms: Some(RETENTION_MS) };
        let prometheus = Prometheus::start(&clock, listener, plan).map_err(failed)?;
        world.out(&told(address, alertmanager.as_ref()));
        let stop = world.interrupt.clone();
        let mut tasks = vec![tokio::spawn(prometheus.run(stop.clone()))];
        if let Some((alertmanager, _)) = alertmanager {
            tasks.push(tokio::spawn(alertmanager.clone().run(stop.clone())));
            say(&clock, &alertmanager, stop, world).await;
        }
        for task in tasks {
            if let Err(error) = task.await {
                // Nobody aborts it, so it panicked: a bug of ours.
                std::panic::resume_unwind(error.into_panic());
            }
        }
        Ok(ExitStatus::Conformant)
    })
}

/// Says of each attempt to tell somebody what became of it, until nobody wants to know.
async fn say(clock: &Clock, alertmanager: &Alertmanager, mut stop: watch::Receiver<bool>, world: &mut World) {
    let mut said = 0;
    loop {
        let stopped = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => true,
            () = clock.sleep(SAID) => false,
        };
        let events = alertmanager.ended_after(said);
        for event in &events {
            world.out(&line(event));
        }
        said += events.len();
        if stopped {
            return;
        }
    }
}

/// `told slack-default (slack): 1 firing AragoraDown`.
fn line(event: &NotificationEvent) -> String {
    let some = |resolved: bool, state: &str| {
        let alerts = event.alerts.iter().filter(|alert| alert.ends_at.is_some() == resolved);
        let names: Vec<&str> =
            alerts.map(|alert| alert.labels.get("alertname").map_or("?", String::as_str)).collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        let distinct: Vec<&str> = distinct.into_iter().collect();
        (!names.is_empty()).then(|| format!("{} {state} {}", names.len(), distinct.join(", ")))
    };
    let alerts: Vec<String> = [some(false, "firing"), some(true, "resolved")].into_iter().flatten().collect();
    let (said, why) = match &event.fate {
        Fate::Taken => ("told", String::new()),
        Fate::Retried(why) => ("will try again to tell", format!(": {why}")),
        Fate::Lost(why) => ("could not tell", format!(": {why}")),
    };
    format!("{said} {} ({}): {}{why}\n", event.receiver, event.kind, alerts.join("; "))
}

/// What is said once both listen.
fn told(prometheus: SocketAddr, alertmanager: Option<&(Alertmanager, Sinks)>) -> String {
    let mut text = format!("the embedded stack listens\n  prometheus    http://{prometheus}\n");
    if let Some((alertmanager, sinks)) = alertmanager {
        text += &format!("  alertmanager  {}\n", alertmanager.base_url());
        text += &format!("  messages go to {} and not to their receivers\n", sinks.base_url());
    }
    text + "Ctrl-C stops it\n"
}

fn deployed(args: &ServeStack, world: &mut World) -> Result<Deployed, Failure> {
    let files = |path: &Path| fs::read_to_string(world.path(path));
    let read = deployed::read(&args.prometheus, args.alertmanager.as_deref(), &files, Release::V0_33);
    let shown = |found: &crate::alerting::Problem| Problem {
        accepted: found.accepted.clone(),
        help: found.help.clone(),
        ..Problem::new(&found.file, found.line, found.column, &found.message)
    };
    let text = |file: &str| read.sources.get(file).map_or("", String::as_str);
    let style = world.problem_style();
    for note in &read.notes {
        world.err(&format!("note: {note}\n"));
    }
    match read.deployed {
        Some(deployed) => Ok(deployed),
        None => {
            let all = read.problems.iter().map(|found| render(&[shown(found)], text(&found.file), style));
            Err(Failure::Invalid(all.collect()))
        }
    }
}

/// The Alertmanager and the sinks of its messages, where it is configured.
async fn alertmanager(
    clock: &Clock,
    args: &ServeStack,
    deployed: &Deployed,
) -> Result<Option<(Alertmanager, Sinks)>, Failure> {
    let Some(told) = &deployed.alertmanager else { return Ok(None) };
    let listener = listen(args, args.alertmanager_port, "Alertmanager").await?;
    let address = listener.local_addr().map_err(failed)?;
    let sinks = Sinks::start(clock, TcpListener::bind((args.listen, 0)).await.map_err(failed)?);
    let sinks = sinks.map_err(failed)?;
    let plan = AlertmanagerPlan {
        config: Arc::clone(&told.config),
        text: told.text.clone(),
        templates: Arc::clone(&told.templates),
        release: Release::V0_33,
        external_url: format!("http://{address}"),
        seed: 1,
        destinations: Destinations::Sinks(sinks.base_url()),
    };
    let alertmanager = Alertmanager::start(clock, listener, plan).map_err(failed)?;
    Ok(Some((alertmanager, sinks)))
}

async fn listen(args: &ServeStack, port: u16, what: &str) -> Result<TcpListener, Failure> {
    let address = SocketAddr::new(args.listen, port);
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| Failure::Stack(format!("{what} cannot listen on {address}: {error}")))
}

fn failed(error: std::io::Error) -> Failure {
    Failure::Stack(format!("the embedded stack did not start: {error}"))
}
