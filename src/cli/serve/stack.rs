//! The embedded Prometheus and Alertmanager in real time, for whoever wants to ask them something.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::alerting::alertmanager::Release;
use crate::alerting::deployed::{self, Deployed};
use crate::cli::args::ServeStack;
use crate::cli::{Failure, World};
use crate::clock::Clock;
use crate::contract::yaml::{Problem, render};
use crate::parties::Sinks;
use crate::promql::Dialect;
use crate::run::ExitStatus;
use crate::stack::embedded::alertmanager::{Alertmanager, AlertmanagerPlan, Destinations};
use crate::stack::embedded::prometheus::{AddressBook, Prometheus, PrometheusPlan};

/// How long samples are kept: Prometheus' default.
const RETENTION_MS: i64 = 15 * 86_400_000;

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
            let named = deployed.prometheus.alertmanagers.iter().flat_map(|set| &set.targets);
            book.extend(named.map(|(name, _)| (name.clone(), address.clone())));
        }
        // What nobody placed elsewhere is where it says.
        let book: AddressBook =
            Arc::new(move |name, _| Some(book.get(name).cloned().unwrap_or_else(|| name.to_owned())));
        let listener = listen(args, args.prometheus_port, "Prometheus").await?;
        let address = listener.local_addr().map_err(failed)?;
        let external_url = format!("http://{}:{}", args.listen, args.prometheus_port);
        let dialect = Dialect::V3;
        let plan = PrometheusPlan { deployed, dialect, external_url, book, retention_ms: Some(RETENTION_MS) };
        let prometheus = Prometheus::start(&clock, listener, plan).map_err(failed)?;
        world.out(&told(address, alertmanager.as_ref()));
        let stop = world.interrupt.clone();
        let mut tasks = vec![tokio::spawn(prometheus.run(stop.clone()))];
        if let Some((alertmanager, _)) = alertmanager {
            tasks.push(tokio::spawn(alertmanager.run(stop)));
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
    let read = deployed::read(&args.prometheus, args.alertmanager.as_deref(), &files);
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
    let sinks = Sinks::start(clock, TcpListener::bind((args.listen, 0)).await.map_err(failed)?);
    let sinks = sinks.map_err(failed)?;
    let plan = AlertmanagerPlan {
        config: Arc::clone(&told.config),
        text: told.text.clone(),
        templates: Arc::clone(&told.templates),
        release: Release::V0_33,
        external_url: format!("http://{}:{}", args.listen, args.alertmanager_port),
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
