//! A contract and a scenario, inferred from a running service.
//!
//! What the service exposes suggests clauses; a short trial drives it and the judges say which of them hold. Of the
//! ways in which a counter may count, the one that held is written. What was seen broken and is no accident (its scrapes,
//! a counter that counts twice) is written too, and said. Nothing is sent but `GET /` and a read of the metrics.

mod candidates;
mod look;
mod text;
mod verdicts;

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::watch;

use self::candidates::Candidate;
use self::look::{Look, look};
use self::text::ScenarioText;
use self::verdicts::{Conserved, broken, conserved, counts, holding, spans};
use super::Event;
use super::execute::{Listener, Options, RunError, Time, run};
use crate::contract::Contract;
use crate::observe::{Record, Traffic};
use crate::scenario;
use crate::stack::external::{AttachError, Attachment, shown};

/// Clauses of metrics, unless all are asked for: a page that a person reads.
const MOST_METRICS: usize = 14;

/// Clauses that compare with the ledger.
const MOST_CONSERVED: usize = 4;

/// What is to be looked at.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The name of both files; none is what most of its metrics begin with.
    pub name: Option<String>,
    /// Where it is. An empty target is where its metrics are.
    pub attachment: Attachment,
    /// A clause for every metric.
    pub all: bool,
}

/// What was written, and what is worth knowing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// The name.
    pub name: String,
    /// The contract file.
    pub contract: String,
    /// The scenario file.
    pub scenario: String,
    /// For the person who asked.
    pub notes: Vec<String>,
}

impl Inferred {
    /// The contract's file name.
    pub fn contract_file(&self) -> String {
        contract_file(&self.name)
    }

    /// The scenario's file name.
    pub fn scenario_file(&self) -> String {
        format!("{}.yaml", self.name)
    }
}

fn contract_file(name: &str) -> String {
    format!("{name}.contract.yaml")
}

/// Looks, drives for some seconds, and writes what it found.
///
/// # Errors
/// [`RunError`] when the service is not there.
pub fn infer(
    wanted: &Wanted,
    listener: &Listener,
    stop: &watch::Receiver<bool>,
) -> Result<Inferred, RunError> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().map_err(RunError::Runtime)?;
    let look = runtime.block_on(look(wanted))?;
    drop(runtime);
    let Some(exposition) = look.scrape.exposition() else {
        return Err(AttachError::NotReady(vec!["its metrics can be read".to_owned()]).into());
    };
    let document = wanted.attachment.metrics.first().map_or("metrics", |endpoint| shown(&endpoint.url));
    if candidates::metrics(exposition, usize::MAX).1 == 0 {
        let message =
            format!("{document} answers, and exposes no metric with a type: is the path right (/metrics)?");
        return Err(AttachError::Url(message).into());
    }
    let families: Vec<_> = exposition.families.iter().collect();
    let prefix = candidates::prefix(&families);
    let name = wanted.name.clone().or(prefix).unwrap_or_else(|| "service".to_owned());
    let name = candidates::id(&name);
    let record = trial(wanted, &look, &name, listener, stop)?;
    let Conserved { mut kept, mut doubled, shared } = conserved(exposition, &look, &name, &record);
    kept.truncate(MOST_CONSERVED);
    doubled.truncate(MOST_CONSERVED - kept.len());
    let most = if wanted.all { usize::MAX } else { MOST_METRICS };
    let (metrics, all_metrics) = candidates::metrics(exposition, most);
    let (every, _) = candidates::metrics(exposition, usize::MAX);
    let mut clauses = Vec::new();
    let promised =
        |candidate: &&Candidate| kept.iter().chain(&doubled).any(|conserve| counts(conserve, candidate));
    let extra = every.iter().filter(promised).filter(|candidate| !metrics.contains(candidate)).cloned();
    let metrics: Vec<Candidate> =
        extra.chain(metrics.iter().cloned()).take(most.max(MOST_CONSERVED)).collect();
    let written = metrics.len();
    clauses.extend(metrics);
    clauses.extend(kept);
    clauses.extend(spans(&record));
    let mut clauses = holding(&name, clauses, &record, shared);
    clauses.extend(doubled);
    clauses.insert(0, scrape_clause(&look, &name));
    let note = match all_metrics - written.min(all_metrics) {
        0 => String::new(),
        more => {
            format!("# {more} more metrics are exposed: `probity init --all` writes a clause for each.\n")
        }
    };
    let contract = contract_text(&name, document, &note, &clauses);
    // What is written is read back, so that nobody else is the first to.
    Contract::parse(&contract, &contract_file(&name)).map_err(RunError::Inferred)?;
    let scenario = scenario_text(wanted, &look, &name, shared, (20, 5, 30));
    let mut notes = notes(&clauses, shared, all_metrics);
    notes.extend(broken(&name, &clauses, &record, shared));
    Ok(Inferred { notes, name, contract, scenario })
}

/// Drives it for some seconds; everything else is computed from the record.
fn trial(
    wanted: &Wanted,
    look: &Look,
    name: &str,
    listener: &Listener,
    stop: &watch::Receiver<bool>,
) -> Result<Record, RunError> {
    let settle = if wanted.attachment.otlp_listen.is_some() { 8 } else { 3 };
    let scenario = scenario_text(wanted, look, name, false, (4, 1, settle));
    let contract = contract_text(name, "metrics", "", &[scrape_clause(look, name)]);
    let read = |path: &Path| match path.to_str() {
        Some("trial.yaml") => Ok(scenario.clone()),
        _ if path == Path::new(&contract_file(name)) => Ok(contract.clone()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    let scenario = scenario::load(Path::new("trial.yaml"), &read)
        .map_err(|invalid| RunError::Inferred(invalid.problems))?;
    let attach = Attachment { target: look.target.clone(), ..wanted.attachment.clone() };
    let options = Options {
        seed: None,
        defects: vec![],
        time: Time::Real,
        attach: Some(attach),
        traffic: Traffic::Exclusive,
    };
    // What the trial's own verdicts come to is no news: they only choose what is written.
    let outer = Listener::clone(listener);
    let listener: Listener = Arc::new(move |event: &Event| {
        if !matches!(event, Event::Judged { .. } | Event::Settling { .. }) {
            outer(event);
        }
    });
    let record = run(&scenario, &options, &listener, stop)?.record;
    // Half a trial shows nothing.
    if record.observations.plan.interrupted { Err(RunError::Interrupted) } else { Ok(record) }
}

fn scenario_text(wanted: &Wanted, look: &Look, name: &str, shared: bool, times: (u64, u64, u64)) -> String {
    let metrics: Vec<String> =
        wanted.attachment.metrics.iter().map(|endpoint| endpoint.url.clone()).collect();
    let (steady_s, quiet_s, settle_s) = times;
    let (contract_file, target) = (contract_file(name), look.target.trim_end_matches('/'));
    let (contract_file, paths) = (contract_file.as_str(), look.paths.as_slice());
    ScenarioText {
        name,
        contract_file,
        target,
        metrics: &metrics,
        shared,
        paths,
        steady_s,
        quiet_s,
        settle_s,
    }
    .write()
}

fn contract_text(name: &str, document: &str, note: &str, clauses: &[Candidate]) -> String {
    let mut contract = text::contract_head(name, document, note);
    contract.extend(clauses.iter().map(text::clause));
    contract
}

fn scrape_clause(look: &Look, name: &str) -> Candidate {
    let promise =
        json!({"scrape": {"job": name, "port": look.port, "path": look.metrics_path, "interval": "5s"}});
    let quote = "it answers every scrape, with a valid exposition".to_owned();
    Candidate { id: "scrape.metrics".to_owned(), quote, promise, group: None }
}

fn notes(clauses: &[Candidate], shared: bool, all_metrics: usize) -> Vec<String> {
    let conserved = clauses.iter().filter(|candidate| candidate.group.is_some()).count();
    let mut notes =
        vec![format!("{all_metrics} metrics are exposed, {} clauses were written", clauses.len())];
    notes.push(match conserved {
        0 => "none of its counters agreed with what was sent: say yourself which of them counts requests"
            .to_owned(),
        count => format!("{count} of its counters agreed with what was sent in the trial"),
    });
    let partial = clauses.iter().filter(|c| !c.promise["conserve"]["only"].is_null()).count();
    if partial > 0 {
        notes.push(format!(
            "{partial} of them count some paths only (`only`): widen these when you add requests"
        ));
    }
    if shared {
        notes.push("it counted more than was sent: others use it too (traffic: shared)".to_owned());
    }
    notes
}
