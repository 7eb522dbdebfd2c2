//! The alert chain of a run: an embedded Prometheus, an Alertmanager and the sinks of its messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::execute::RunError;
use crate::alerting::alertmanager::Silence;
use crate::clock::{Clock, Seed, Turn};
use crate::contract::Glob;
use crate::observe::{AlertChain, PhaseWindow};
use crate::parties::Sinks;
use crate::promql::Dialect;
use crate::scenario::{Alerting, Silenced};
use crate::stack::embedded::alertmanager::{Alertmanager, AlertmanagerPlan, Destinations};
use crate::stack::embedded::prometheus::{AddressBook, Prometheus, PrometheusPlan, alertmanager_addresses};

/// The loopback interface and any free port.
const LOOPBACK: &str = "127.0.0.1:0";

/// Where users would reach the two, as messages and records have it.
const PROMETHEUS: &str = "http://prometheus:9090";
const ALERTMANAGER: &str = "http://alertmanager:9093";

/// From when to when an address cannot be reached.
type CutOffs = Arc<Mutex<Vec<(String, Timestamp, Timestamp)>>>;

/// Everything between the target's metrics and whoever is told.
pub(super) struct Chain {
    pub(super) prometheus: Prometheus,
    alertmanager: Option<Alertmanager>,
    sinks: Option<Sinks>,
    cut_offs: CutOffs,
    silences: Vec<Silenced>,
    cuts: Vec<(String, Glob)>,
    /// What Alertmanager would not do that the scenario asks.
    refused: Arc<Mutex<Vec<String>>>,
    /// The configuration of Prometheus has no Alertmanager that anything could be sent to.
    is_told_nothing: bool,
}

impl Chain {
    /// Starts it; `targets` are the real addresses of those that the scenario names, in their order.
    pub(super) async fn raise(
        clock: &Clock,
        alerting: &Alerting,
        targets: &[String],
        seed: Seed,
    ) -> Result<Chain, RunError> {
        let (alertmanager, sinks) = match &alerting.deployed.alertmanager {
            None => (None, None),
            Some(told) => {
                let sinks = Sinks::start(clock, TcpListener::bind(LOOPBACK).await?)?;
                let plan = AlertmanagerPlan {
                    config: Arc::clone(&told.config),
                    text: told.text.clone(),
                    templates: Arc::clone(&told.templates),
                    release: alerting.release,
                    external_url: ALERTMANAGER.to_owned(),
                    seed: seed.of("alertmanager").0,
                    destinations: Destinations::Sinks(sinks.base_url()),
                };
                let alertmanager = Alertmanager::start(clock, TcpListener::bind(LOOPBACK).await?, plan)?;
                (Some(alertmanager), Some(sinks))
            }
        };
        let cut_offs = CutOffs::default();
        let places = alerting.addresses().into_iter();
        let mut real: BTreeMap<String, String> =
            places.filter_map(|(name, place)| Some((name, targets.get(place)?.clone()))).collect();
        // Whatever Alertmanagers the configuration names, alerts go to the run's own.
        if let Some(alertmanager) = &alertmanager {
            let address = alertmanager.base_url().trim_start_matches("http://").to_owned();
            let named = alertmanager_addresses(&alerting.deployed.prometheus.alertmanagers);
            real.extend(named.into_iter().map(|name| (name, address.clone())));
        }
        let plan = PrometheusPlan {
            deployed: alerting.deployed.clone(),
            dialect: Dialect::V3,
            external_url: PROMETHEUS.to_owned(),
            book: book(real, &cut_offs),
            retention_ms: None,
        };
        let prometheus = Prometheus::start(clock, TcpListener::bind(LOOPBACK).await?, plan)?;
        let sets = &alerting.deployed.prometheus.alertmanagers;
        let is_told_nothing = alertmanager_addresses(sets).is_empty();
        let cuts = alerting.cut_off.iter().flat_map(|cut| {
            let own = alerting.targets.iter().position(|target| *target == cut.target);
            let names = alerting.addresses().into_iter().filter(move |(_, place)| Some(*place) == own);
            names.map(|(name, _)| (name, cut.during.clone()))
        });
        let cuts = cuts.collect();
        Ok(Chain {
            prometheus,
            alertmanager,
            sinks,
            cut_offs,
            silences: alerting.silences.clone(),
            cuts,
            refused: Arc::default(),
            is_told_nothing,
        })
    }

    /// Starts scrapes, rules and timers, and whatever happens in phases. They end when `stop` turns true.
    pub(super) fn run(
        &self,
        clock: &Clock,
        phases: &[PhaseWindow],
        stop: &watch::Receiver<bool>,
    ) -> Vec<JoinHandle<()>> {
        let during =
            |glob: &Glob| phases.iter().filter(|phase| glob.matches(&phase.name)).collect::<Vec<_>>();
        let cuts = self.cuts.iter().flat_map(|(target, glob)| {
            during(glob).into_iter().map(|phase| (target.clone(), phase.from, phase.to))
        });
        *self.cut_offs.lock() = cuts.collect();
        let mut tasks = vec![tokio::spawn(self.prometheus.clone().run(stop.clone()))];
        let Some(alertmanager) = &self.alertmanager else { return tasks };
        tasks.push(tokio::spawn(alertmanager.clone().run(stop.clone())));
        for silence in &self.silences {
            for phase in during(&silence.during) {
                let (from, silence) = (phase.from, silence_of(silence, phase));
                let (clock, alertmanager, mut stop) = (clock.clone(), alertmanager.clone(), stop.clone());
                let refused = Arc::clone(&self.refused);
                tasks.push(tokio::spawn(async move {
                    tokio::select! {
                        biased;
                        _ = stop.wait_for(|stop| *stop) => {}
                        () = clock.sleep_until(from, Turn::Arrival) => {
                            if let Err(why) = alertmanager.set_silence(silence) {
                                refused.lock().push(format!("a silence of the scenario was refused: {why}"));
                            }
                        }
                    }
                }));
            }
        }
        tasks
    }

    /// Everything that became of alerts.
    pub(super) fn observed(&self) -> AlertChain {
        AlertChain {
            alerts: self.prometheus.events(),
            notifications: self.alertmanager.as_ref().map(Alertmanager::events).unwrap_or_default(),
            deliveries: self.sinks.as_ref().map(Sinks::delivered).unwrap_or_default(),
            rule_errors: self.prometheus.rule_errors(),
            unsent: self.unsent(),
        }
    }

    /// What went wrong on the way of alerts.
    fn unsent(&self) -> Vec<String> {
        if self.alertmanager.is_none() {
            return Vec::new();
        }
        if self.is_told_nothing {
            let why = "prometheus.yml names no Alertmanager (`alerting.alertmanagers` with `static_configs`)";
            return vec![why.to_owned()];
        }
        let failures = self.prometheus.posts().failures.into_iter();
        let failures = failures.map(|(url, why)| if url.is_empty() { why } else { format!("{url}: {why}") });
        failures.chain(self.refused.lock().clone()).chain(self.dropped()).collect()
    }

    /// What there was no room for: a record without it would look as if it had not been.
    fn dropped(&self) -> Option<String> {
        let attempts = self.alertmanager.as_ref().map_or(0, Alertmanager::dropped);
        let deliveries = self.sinks.as_ref().map_or(0, Sinks::dropped);
        let both = format!("{attempts} attempts to notify and {deliveries} deliveries were not recorded");
        (attempts + deliveries > 0).then_some(both)
    }
}

/// Where addresses really are, at a time.
fn book(real: BTreeMap<String, String>, cut_offs: &CutOffs) -> AddressBook {
    let cut_offs = Arc::clone(cut_offs);
    Arc::new(move |name, at_ms| {
        let at = Timestamp::from_millisecond(at_ms).ok()?;
        let is_cut =
            |(cut, from, to): &(String, Timestamp, Timestamp)| cut == name && *from <= at && at < *to;
        let is_cut = cut_offs.lock().iter().any(is_cut);
        real.get(name).filter(|_| !is_cut).cloned()
    })
}

fn silence_of(silence: &Silenced, phase: &PhaseWindow) -> Silence {
    Silence {
        id: String::new(),
        matchers: silence.matchers.clone(),
        starts_at_ms: phase.from.as_millisecond(),
        ends_at_ms: phase.to.as_millisecond(),
        updated_at_ms: phase.from.as_millisecond(),
        created_by: "probity".to_owned(),
        comment: format!("phase {}", phase.name),
    }
}
