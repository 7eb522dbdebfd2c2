//! A Prometheus in this process: it scrapes, evaluates rules and sends alerts under the clock of the run.
//!
//! `labels` and `intake` take scrapes in, `state` holds everything that is known, `notify` sends alerts, `address` finds
//! who is meant by an address, `view` and `api` show it all.
//!
//! # Decisions
//!
//! * Targets are scraped and groups evaluated on full intervals after the start, not at places that hashes decide; scrapes
//!   come before the rules of the same instant, and rules before whatever Alertmanager does then.
//! * Alerts of one evaluation are sent in the batches that the queue of a server would hold, one after the other, and not
//!   again when that fails: the rules send them again. A server sends to all Alertmanagers at once.
//! * Targets and Alertmanagers are known from the start on. A server finds them after five seconds, and loses alerts that
//!   it would send before.
//! * Addresses that the run's book does not know lead nowhere: no packet leaves for them.
//! * A sample that comes with its own time is too old when it is an hour older than the newest of all, and too new ten
//!   minutes after its scrape, as in a server that takes nothing out of order.

mod address;
pub mod api;
mod intake;
mod labels;
mod notify;
mod state;
mod view;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

pub use self::address::{AddressBook, alertmanager_addresses};
use self::address::{Receiver, real_url, receivers};
use self::intake::{Intake, Terms};
use self::labels::Labeller;
use self::notify::{Notifier, QUEUE};
pub use self::state::Posts;
use self::state::State;
pub use self::view::{Health, Look, Metadata, TargetView};
use super::{ScrapeJob, Scraper};
use crate::alerting::deployed::Deployed;
use crate::alerting::notifier::SentAlert;
use crate::alerting::prometheus::{Job, Target, targets};
use crate::alerting::rules::{Manager, Settings};
use crate::clock::{Clock, HttpClient, Turn};
use crate::observe::{AlertEvent, Ledger, Scrape};
use crate::promql::{Dialect, Labels, Options};

/// How soon a firing alert is sent again, in milliseconds; Prometheus' default.
const RESEND_DELAY_MS: i64 = 60_000;

/// What an embedded Prometheus is.
#[derive(Clone)]
pub struct PrometheusPlan {
    /// What is scraped and evaluated.
    pub deployed: Deployed,
    /// Which release it imitates.
    pub dialect: Dialect,
    /// Where users would reach it.
    pub external_url: String,
    /// Where the configured addresses really are.
    pub book: AddressBook,
    /// How old samples may become, in milliseconds; any age if none. Where there is a limit, no scrape is kept either.
    pub retention_ms: Option<i64>,
}

impl std::fmt::Debug for PrometheusPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrometheusPlan").field("external_url", &self.external_url).finish_non_exhaustive()
    }
}

/// A Prometheus. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Prometheus {
    clock: Clock,
    state: Arc<Mutex<State>>,
    scrapers: Vec<Scraper>,
    fixed: Arc<Fixed>,
}

/// What never changes.
struct Fixed {
    plan: PrometheusPlan,
    options: Options,
    dropped: Vec<(String, Labels)>,
    receivers: Vec<Receiver>,
    urls: Vec<String>,
}

impl std::fmt::Debug for Fixed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fixed").field("plan", &self.plan).finish_non_exhaustive()
    }
}

impl Prometheus {
    /// One that answers at a listener. It scrapes and evaluates nothing until [`Self::run`].
    ///
    /// # Errors
    ///
    /// A rule that cannot be made ready, and whatever the listener says.
    pub fn start(clock: &Clock, listener: TcpListener, plan: PrometheusPlan) -> io::Result<Prometheus> {
        let config = &plan.deployed.prometheus;
        let options = Options {
            dialect: plan.dialect,
            subquery_step_ms: config.evaluation_interval_ms,
            ..Options::default()
        };
        let started_ms = clock.now().as_millisecond();
        let settings = Settings {
            options: options.clone(),
            evaluation_interval_ms: config.evaluation_interval_ms,
            query_offset_ms: config.rule_query_offset_ms,
            external_labels: config.external_labels.clone(),
            external_url: plan.external_url.clone(),
            resend_delay_ms: RESEND_DELAY_MS,
            started_ms,
        };
        let manager = Manager::new(plan.deployed.rules.clone(), settings)
            .map_err(|errors| io::Error::new(io::ErrorKind::InvalidInput, errors.join("\n")))?;
        let (mut held, mut scraped, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
        for job in &config.jobs {
            let found = targets(job, plan.dialect);
            dropped.extend(found.dropped.into_iter().map(|labels| (job.name.clone(), labels)));
            let alone = found.active.len() == 1;
            for target in found.active {
                held.push((view_of(job, &target), intake_of(job, &target, plan.dialect)));
                scraped.push((job.name.clone(), alone, target));
            }
        }
        let state = Arc::new(Mutex::new(State::new(manager, held, started_ms, plan.retention_ms)));
        let scrapers = scraped.into_iter().enumerate();
        let scrapers = scrapers
            .map(|(place, (job, alone, target))| scraper(clock, &state, &plan, place, &job, alone, target));
        let scrapers = scrapers.collect();
        let receivers = receivers(&config.alertmanagers);
        let urls = receivers.iter().map(|receiver| receiver.url.clone()).collect();
        let fixed = Arc::new(Fixed { options, dropped, receivers, urls, plan });
        let prometheus = Prometheus { clock: clock.clone(), state, scrapers, fixed };
        crate::clock::serve(clock, listener, api::router(&prometheus));
        Ok(prometheus)
    }

    /// Scrapes, evaluates and sends until `stop` turns true or nobody can turn it any more. What is under way is brought
    /// to its end first, so that nothing is pending afterwards.
    ///
    /// # Panics
    ///
    /// When one of its tasks does.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let started_ms = self.clock.now().as_millisecond();
        self.state.lock().start(started_ms);
        let (queue, waiting) = mpsc::channel(QUEUE);
        let notifier = Notifier {
            clock: self.clock.clone(),
            http: HttpClient::new(&self.clock),
            receivers: self.fixed.receivers.clone(),
            dialect: self.fixed.plan.dialect,
            state: Arc::clone(&self.state),
        };
        let notifying = tokio::spawn(notifier.run(Arc::clone(&self.fixed.plan.book), waiting));
        let mut tasks: Vec<_> =
            self.scrapers.iter().map(|scraper| tokio::spawn(scraper.clone().run(stop.clone()))).collect();
        tasks.push(tokio::spawn(self.evaluate(stop, queue)));
        // The notifier ends when nobody can send any more, which the rules do last.
        tasks.push(notifying);
        for task in tasks {
            if let Err(error) = task.await {
                std::panic::resume_unwind(error.into_panic());
            }
        }
    }

    /// Evaluates the groups when they are due.
    async fn evaluate(self, mut stop: watch::Receiver<bool>, queue: mpsc::Sender<Vec<SentAlert>>) {
        let config = &self.fixed.plan.deployed.prometheus;
        loop {
            let due_ms = self.state.lock().manager.next_due_ms();
            let Some(due) = due_ms.and_then(|due_ms| jiff::Timestamp::from_millisecond(due_ms).ok()) else {
                return;
            };
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.clock.sleep_until(due, Turn::Rule) => {}
            }
            let now = self.clock.now();
            let alerts = self.state.lock().evaluate(now, &config.external_labels, &config.alert_relabel);
            if alerts.is_empty() || self.fixed.receivers.is_empty() {
                continue;
            }
            let count = alerts.len();
            if queue.try_send(alerts).is_err() {
                self.state.lock().posted("", count, Some("the queue of alerts is full".to_owned()));
            }
        }
    }

    /// Scrapes every target now, one after the other.
    pub async fn scrape_all(&self) {
        for scraper in &self.scrapers {
            scraper.scrape().await;
        }
    }

    /// Looks at what is known now.
    pub fn read<T>(&self, look: impl FnOnce(&Look<'_>) -> T) -> T {
        let state = self.state.lock();
        look(&Look {
            storage: &state.storage,
            groups: state.manager.groups(&state.storage),
            targets: &state.targets,
            dropped: &self.fixed.dropped,
            metadata: &state.metadata,
            told: &state.told,
            config_text: &self.fixed.plan.deployed.text,
            now_ms: self.clock.now().as_millisecond(),
            started_ms: state.started_ms,
            dialect: self.fixed.plan.dialect,
            options: &self.fixed.options,
            alertmanagers: &self.fixed.urls,
            external_labels: &self.fixed.plan.deployed.prometheus.external_labels,
        })
    }

    /// Every change of an alert so far.
    #[must_use]
    pub fn events(&self) -> Vec<AlertEvent> {
        self.state.lock().events.clone()
    }

    /// Every way in which a rule could not be evaluated so far, once.
    #[must_use]
    pub fn rule_errors(&self) -> Vec<String> {
        self.state.lock().rule_errors.clone()
    }

    /// What became of the alerts that were to be sent so far.
    #[must_use]
    pub fn posts(&self) -> Posts {
        self.state.lock().posts.clone()
    }

    /// Every scrape so far of the targets that could ever be reached, target by target.
    #[must_use]
    pub fn scrapes(&self) -> Vec<Scrape> {
        self.scrapers.iter().flat_map(Scraper::scrapes).collect()
    }

    /// Enters the scrapes into a ledger as [`Scraper::enter`] does.
    pub fn enter(&self, ledger: &mut Ledger) {
        self.scrapers.iter().for_each(|scraper| scraper.enter(ledger));
    }
}

fn view_of(job: &Job, target: &Target) -> TargetView {
    TargetView {
        pool: job.name.clone(),
        labels: target.labels.clone(),
        discovered: target.discovered.clone(),
        scrape_url: target.url.clone(),
        last_error: String::new(),
        last_scrape_ms: None,
        last_duration_s: 0.0,
        health: Health::Unknown,
        interval_ms: target.interval_ms,
        timeout_ms: target.timeout_ms,
    }
}

fn intake_of(job: &Job, target: &Target, dialect: Dialect) -> Intake {
    let labeller = Labeller {
        target: target.labels.clone(),
        honor_labels: job.honor_labels,
        metric_relabel: job.metric_relabel.clone(),
        dialect,
    };
    let (honor_timestamps, sample_limit) = (job.honor_timestamps, job.sample_limit);
    Intake::new(labeller, Terms { honor_timestamps, sample_limit, dialect })
}

/// Scrapes a target and gives what comes of it to the state.
fn scraper(
    clock: &Clock,
    state: &Arc<Mutex<State>>,
    plan: &PrometheusPlan,
    place: usize,
    job: &str,
    alone: bool,
    target: Target,
) -> Scraper {
    let millis = |millis: i64| Duration::from_millis(u64::try_from(millis).unwrap_or(0).max(1));
    let (interval, timeout) = (millis(target.interval_ms), millis(target.timeout_ms));
    let instance = if alone { "" } else { target.labels.value("instance") };
    let (state, book) = (Arc::clone(state), Arc::clone(&plan.book));
    let scraped = ScrapeJob { name: job.to_owned(), url: target.url.clone(), interval };
    Scraper::new(clock, scraped)
        .of_instance(instance)
        .within(timeout)
        .forgetting(plan.retention_ms.is_some())
        .looking_up(move |at| real_url(&target.url, &book, at.as_millisecond()))
        .watched(move |scrape, took| state.lock().scraped(place, scrape, took))
}
