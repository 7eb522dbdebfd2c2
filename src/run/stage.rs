use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::alerts::Chain;
use super::execute::{Listener, Options, RunError};
use super::{Event, embedded, external, load, plan, settle};
use crate::clock::{Clock, Seed, Turn};
use crate::contract::Promise;
use crate::load::{DriveReport, Driver, LoadClient, Schedule};
use crate::observe::{LegStart, LoadNote, Observations, PhaseWindow, Reason};
use crate::parties::Providers;
use crate::scenario::Scenario;
use crate::server::aragora::Aragora;
use crate::stack::embedded::Scraper;
use crate::stack::otlp::Receiver;

/// The worst delay of a start behind its plan at which a run in real time still proves something.
const MOST_LAG: std::time::Duration = std::time::Duration::from_millis(500);

/// What the documents' examples use, where no contract says otherwise.
const PROMETHEUS_INTERVAL: std::time::Duration = std::time::Duration::from_secs(15);

/// Everything of one leg that lives while it runs. What is not there has no source.
pub(super) struct Stage {
    pub(super) start: LegStart,
    pub(super) client: LoadClient,
    /// A server of ours, which can be told to flush.
    pub(super) server: Option<Aragora>,
    pub(super) providers: Option<Providers>,
    pub(super) receiver: Option<Receiver>,
    pub(super) scrapers: Vec<Scraper>,
    /// Where rules are evaluated it scrapes everything, and there are no other scrapers.
    pub(super) chain: Option<Chain>,
}

impl Stage {
    pub(super) async fn scrape(&self) {
        if let Some(chain) = &self.chain {
            chain.prometheus.scrape_all().await;
        }
        for scraper in &self.scrapers {
            scraper.scrape().await;
        }
    }

    /// Scrapes at every interval, evaluates rules and tells of alerts until `stop` turns true.
    fn watch(
        &self,
        clock: &Clock,
        phases: &[PhaseWindow],
        stop: &watch::Receiver<bool>,
    ) -> Vec<JoinHandle<()>> {
        let chain = self.chain.iter().flat_map(|chain| chain.run(clock, phases, stop));
        let scrapers = self.scrapers.iter().map(|scraper| tokio::spawn(scraper.clone().run(stop.clone())));
        chain.chain(scrapers).collect()
    }
}

/// Who drives the traffic.
pub(super) enum Lead {
    /// A schedule: an open model, in virtual or real time.
    Schedule,
    /// Users, on a runtime of their own: a closed model, in real time.
    Users,
}

/// What came of the traffic.
#[derive(Default)]
pub(super) struct Driven {
    pub(super) stopped: bool,
    /// What speaks against the run itself.
    pub(super) reasons: Vec<Reason>,
    /// What the generator counted, where users drove.
    pub(super) note: Option<LoadNote>,
}

/// Runs all phases and collects what was seen.
pub(super) async fn observe(
    clock: Clock,
    scenario: &Scenario,
    options: &Options,
    lead: Lead,
    listener: Listener,
    stop: watch::Receiver<bool>,
) -> Result<Observations, RunError> {
    let seed = Seed(options.seed.unwrap_or(scenario.seed));
    let schedule = schedule(scenario, seed);
    listener(&Event::Started { scenario: scenario.name.clone(), seed: seed.0, lasts: schedule.lasts() });
    let mut stage = match &options.attach {
        None => embedded::raise(&clock, scenario, options, seed).await?,
        Some(attachment) => external::raise(&clock, scenario, attachment, seed).await?,
    };
    if options.attach.is_some() {
        // It was asked whether it is ready, and whoever was here before us may have just left: what it counts late
        // belongs before the base line.
        clock.sleep(settle::METRICS_COME).await;
    }
    // The base line: whatever was counted before the first session is not the traffic's.
    stage.scrape().await;
    let start = clock.now();
    let mut plan = plan::plan(scenario, options, seed, start);
    if let Some(providers) = &stage.providers {
        providers.plan_faults(plan.faults.clone());
    }
    let (over, traffic) = watch::channel(false);
    let watching = stage.watch(&clock, &plan.phases, &traffic);
    let phases = announce(&clock, &plan.phases, &listener);
    let driven = match lead {
        Lead::Schedule => {
            let report = Driver::new(&clock, schedule, stage.client.clone()).run(start, stop.clone()).await;
            Ok(Driven { stopped: report.stopped, reasons: reasons(&report), note: None })
        }
        Lead::Users => {
            plan.load = Some(load::plan(scenario));
            load::drive(scenario, seed, stage.client.clone(), &listener, stop.clone()).await
        }
    };
    over.send_replace(true);
    for watching in watching {
        if let Err(error) = watching.await {
            // Nobody aborts it, so it panicked: a bug of ours.
            std::panic::resume_unwind(error.into_panic());
        }
    }
    phases.abort();
    let Driven { stopped, reasons, note } = driven?;
    plan.interrupted = stopped;
    plan.reasons = reasons;
    stage.start.load = note;
    let seen = settle::settle(&clock, scenario, plan, stage, &listener, stop).await;
    for leg in &seen.legs {
        listener(&Event::Observed {
            requests: leg.ledger.request_count(),
            calls: leg.ledger.call_count(),
            spans: leg.spans.len(),
            scrapes: leg.scrapes.len(),
        });
    }
    Ok(seen)
}

fn schedule(scenario: &Scenario, seed: Seed) -> Schedule {
    let phases = scenario.phases.iter().map(|phase| phase.load).collect();
    Schedule::new(phases, scenario.personas.clone(), seed.of("schedule"))
}

/// Name, path and interval of the scrape job that the contracts document; the scenario may ask for another interval.
pub(super) fn scrape_job(scenario: &Scenario) -> (&str, &str, std::time::Duration) {
    let documented = scenario.contracts.clauses().find_map(|(_, clause)| match &clause.promise {
        Promise::Scrape(target) => Some(target),
        _ => None,
    });
    let (name, path, interval) = documented.map_or(("target", "/metrics", PROMETHEUS_INTERVAL), |target| {
        (target.job.as_str(), target.path.as_str(), target.interval.0)
    });
    (name, path, scenario.scrape_interval.unwrap_or(interval))
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
