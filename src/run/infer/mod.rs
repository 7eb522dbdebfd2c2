//! A contract and a scenario, inferred from a running service.
//!
//! What the service exposes suggests clauses; a short trial drives it and the judges say which of them hold. Only those
//! are written, so that the first run of the result is true. Nothing is sent but `GET /` and a read of the metrics.

mod candidates;
mod text;

use std::io;
use std::path::Path;
use std::time::Duration;

use http::{HeaderMap, Method, Uri};
use serde_json::json;
use tokio::sync::watch;

use self::candidates::{Asked, Candidate};
use self::text::ScenarioText;
use super::execute::{Listener, Options, RunError, Time, run};
use crate::checks::Verdict;
use crate::clock::{Clock, HttpClient, Seed};
use crate::contract::{Contract, Contracts};
use crate::observe::{Observations, Record, ScrapeOutcome, Span, Traffic};
use crate::parties::ProvidersPlan;
use crate::scenario;
use crate::stack::external::{AttachError, Attachment, External};

/// Clauses of metrics, unless all are asked for: a page that a person reads.
const MOST_METRICS: usize = 14;

/// Clauses that compare with the ledger.
const MOST_CONSERVED: usize = 4;

/// Attributes that are looked at.
const MOST_ATTRIBUTES: usize = 3;

/// The longest wait for one answer of the first look.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// What the first look showed.
struct Look {
    scrape: crate::observe::Scrape,
    target: String,
    /// Paths that are harmless to ask, with their statuses.
    paths: Vec<(String, u16)>,
    metrics_path: String,
    /// The metrics are not where the target is.
    elsewhere: bool,
    port: u16,
}

/// Looks, drives for some seconds, and writes what holds.
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
    let families: Vec<_> = exposition.families.iter().collect();
    let prefix = candidates::prefix(&families);
    let name = wanted.name.clone().or(prefix).unwrap_or_else(|| "service".to_owned());
    let name = candidates::id(&name);
    let record = trial(wanted, &look, &name, listener, stop)?;
    let (mut kept, shared) = conserved(exposition, &look, &name, &record);
    kept.truncate(MOST_CONSERVED);
    let most = if wanted.all { usize::MAX } else { MOST_METRICS };
    let (metrics, all_metrics) = candidates::metrics(exposition, most);
    let (every, _) = candidates::metrics(exposition, usize::MAX);
    let mut clauses = vec![scrape_clause(&look, &name)];
    let promised = |candidate: &&Candidate| kept.iter().any(|conserve| counts(conserve, candidate));
    let extra = every.iter().filter(promised).filter(|candidate| !metrics.contains(candidate)).cloned();
    let metrics: Vec<Candidate> = extra.chain(metrics.iter().cloned()).take(most.max(kept.len())).collect();
    let shown = metrics.len();
    clauses.extend(metrics);
    clauses.extend(kept);
    clauses.extend(spans(&record));
    let clauses = holding(&name, clauses, &record, shared);
    let note = match all_metrics - shown.min(all_metrics) {
        0 => String::new(),
        more => {
            format!("# {more} more metrics are exposed: `probity init --all` writes a clause for each.\n")
        }
    };
    let document = wanted.attachment.metrics.first().map_or("metrics", |endpoint| endpoint.url.as_str());
    let contract = contract_text(&name, document, &note, &clauses);
    // What is written is read back, so that nobody else is the first to.
    Contract::parse(&contract, &contract_file(&name)).map_err(RunError::Inferred)?;
    let scenario = scenario_text(wanted, &look, &name, shared, (20, 5, 30));
    Ok(Inferred { notes: notes(&clauses, shared, all_metrics), name, contract, scenario })
}

async fn look(wanted: &Wanted) -> Result<Look, RunError> {
    let clock = Clock::real();
    let attachment = &wanted.attachment;
    let first =
        attachment.metrics.first().ok_or_else(|| AttachError::Url("no metrics URL was given".to_owned()))?;
    let uri: Uri =
        first.url.parse().map_err(|error| AttachError::Url(format!("`{}`: {error}", first.url)))?;
    let origin = format!(
        "{}://{}",
        uri.scheme_str().unwrap_or("http"),
        uri.authority().map(ToString::to_string).unwrap_or_default()
    );
    let target = if attachment.target.is_empty() { origin.clone() } else { attachment.target.clone() };
    let only_metrics = Attachment {
        target: target.clone(),
        otlp_listen: None,
        providers_listen: None,
        ..attachment.clone()
    };
    let plan = ProvidersPlan { seed: Seed(1), median_latency: Duration::ZERO, faults: Vec::new() };
    let external = External::attach(&clock, &only_metrics, plan, ("init", Duration::from_secs(15))).await?;
    let client = HttpClient::with(&clock, attachment.options.clone()).map_err(AttachError::from)?;
    let mut asked = vec!["/".to_owned()];
    let elsewhere = target.trim_end_matches('/') != origin;
    if !elsewhere && uri.path() != "/" {
        asked.push(uri.path().to_owned());
    }
    let mut paths = Vec::new();
    for path in asked {
        let url = format!("{}{path}", target.trim_end_matches('/'));
        let answer = client.send(Method::GET, &url, HeaderMap::new(), "");
        if let Ok(Ok(reply)) = clock.timeout(PATIENCE, answer).await {
            paths.push((path, reply.status.as_u16()));
        }
    }
    if paths.is_empty() {
        return Err(AttachError::NotReady(vec![format!("{target}/ answers")]).into());
    }
    // Only now: many series appear with the first request that they count.
    let scraper = &external.scrapers[0];
    scraper.scrape().await;
    let scrape = scraper.scrapes().remove(0);
    if let ScrapeOutcome::Failed(reason) = &scrape.outcome {
        return Err(AttachError::NotReady(vec![format!("{} is scraped ({reason})", first.url)]).into());
    }
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    Ok(Look { scrape, target, paths, elsewhere, metrics_path: uri.path().to_owned(), port })
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
    Ok(run(&scenario, &options, &Listener::clone(listener), stop)?.record)
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

/// Whether a conservation compares this metric's counter.
fn counts(conserve: &Candidate, metric: &Candidate) -> bool {
    let counter = conserve.promise["conserve"]["metric"].as_str().unwrap_or_default();
    let name = metric.promise["metric"]["name"].as_str().unwrap_or_default();
    counter == name || counter.strip_suffix("_count") == Some(name)
}

/// The conservations that held in the trial, one a metric; and whether that took others' traffic to be there.
fn conserved(
    exposition: &crate::observe::exposition::Exposition,
    look: &Look,
    name: &str,
    record: &Record,
) -> (Vec<Candidate>, bool) {
    let mut paths: Vec<&str> = look.paths.iter().map(|(path, _)| path.as_str()).collect();
    if !paths.contains(&look.metrics_path.as_str()) {
        paths.push(&look.metrics_path);
    }
    let candidates =
        candidates::conservations(exposition, Asked { paths: &paths, elsewhere: look.elsewhere });
    let (every, _) = candidates::metrics(exposition, usize::MAX);
    let with_metrics = |shared: bool| {
        let metrics = every.iter().filter(|metric| candidates.iter().any(|c| counts(c, metric))).cloned();
        let clauses: Vec<Candidate> = metrics.chain(candidates.iter().cloned()).collect();
        let mut held = passing(name, clauses, record, shared);
        held.retain(|candidate| candidate.group.is_some());
        let mut groups = Vec::new();
        held.retain(|candidate| {
            let fresh = !groups.contains(&candidate.group);
            groups.push(candidate.group.clone());
            fresh
        });
        for candidate in &mut held {
            candidate.id =
                format!("conserve.{}", candidates::id(candidate.group.as_deref().unwrap_or_default()));
        }
        held
    };
    let exclusive = with_metrics(false);
    if !exclusive.is_empty() {
        return (exclusive, false);
    }
    let shared = with_metrics(true);
    let any = !shared.is_empty();
    (shared, any)
}

/// What server spans carry, if any came.
fn spans(record: &Record) -> Vec<Candidate> {
    use crate::contract::SpanKind;
    let spans = || record.observations.legs.iter().flat_map(|leg| &leg.spans);
    let server: Vec<&Span> = spans().filter(|span| span.kind == SpanKind::Server).collect();
    let Some((first, rest)) = server.split_first() else { return Vec::new() };
    let on = json!({"kind": "server"});
    let mut found = vec![Candidate {
        id: "span.every-request".to_owned(),
        quote: "a sampled request leaves a server span".to_owned(),
        promise: json!({"traced": {"entry": on}}),
        group: None,
    }];
    let everywhere =
        first.attributes.keys().filter(|key| rest.iter().all(|span| span.attributes.contains_key(*key)));
    found.extend(everywhere.take(MOST_ATTRIBUTES).map(|attribute| Candidate {
        id: format!("span.{}", candidates::id(attribute)),
        quote: format!("server spans carry {attribute}"),
        promise: json!({"span-attribute": {"attribute": attribute, "on": on}}),
        group: None,
    }));
    found
}

/// The verdicts of the trial on these clauses. One that no contract can hold has none.
fn judged(name: &str, clauses: &[Candidate], record: &Record, shared: bool) -> Vec<(String, Verdict)> {
    let head = text::contract_head(name, "metrics", "");
    let mut lines: Vec<String> = clauses.iter().map(text::clause).collect();
    // Twice is enough: without the clauses that are refused nothing new is refused.
    let contract = (0..2).find_map(|_| {
        let parsed = Contract::parse(&format!("{head}{}", lines.concat()), "inferred");
        parsed
            .inspect_err(|problems| {
                let first = head.lines().count() + 1;
                let refused = |at: usize| problems.iter().any(|problem| problem.line == first + at);
                lines = std::mem::take(&mut lines)
                    .into_iter()
                    .enumerate()
                    .filter(|(at, _)| !refused(*at))
                    .map(|(_, line)| line)
                    .collect();
            })
            .ok()
    });
    let Some(contract) = contract else { return Vec::new() };
    let mut observations: Observations = record.observations.clone();
    if shared {
        observations.plan.traffic = Traffic::Shared;
    }
    let outcome = super::judge(Record { contracts: Contracts { all: vec![contract] }, observations });
    outcome.judgements.into_iter().map(|judgement| (judgement.clause, judgement.verdict)).collect()
}

/// Those that were kept in the trial, by some check, and broken by none.
fn passing(name: &str, clauses: Vec<Candidate>, record: &Record, shared: bool) -> Vec<Candidate> {
    let verdicts = judged(name, &clauses, record, shared);
    let any = |candidate: &Candidate, is: fn(&Verdict) -> bool| {
        verdicts.iter().any(|(clause, verdict)| *clause == candidate.id && is(verdict))
    };
    let holds = |candidate: &Candidate| {
        any(candidate, |verdict| matches!(verdict, Verdict::Pass { .. }))
            && !any(candidate, |verdict| matches!(verdict, Verdict::Fail(_)))
    };
    clauses.into_iter().filter(holds).collect()
}

/// Those that were not broken.
fn holding(name: &str, clauses: Vec<Candidate>, record: &Record, shared: bool) -> Vec<Candidate> {
    let verdicts = judged(name, &clauses, record, shared);
    let broken = |id: &str| verdicts.iter().any(|(clause, v)| clause == id && matches!(v, Verdict::Fail(_)));
    clauses.into_iter().filter(|candidate| !broken(&candidate.id)).collect()
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
    if shared {
        notes.push("it counted more than was sent: others use it too (traffic: shared)".to_owned());
    }
    notes
}
