use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::clock::{
    ClientError, ClientOptions, Clock, HttpClient, Reply, SendError, SendErrorKind, Turn, after, between,
};
use crate::observe::{Failure, Ledger, Scrape, ScrapeOutcome};

/// The longest that one scrape may take; Prometheus' default.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What Prometheus 3 asks for, in its order, less protobuf.
const ACCEPTED: &str =
    "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";

/// The most bytes that a scrape's body may have, so that a wrong URL cannot eat memory. Some hundred times what a
/// large service exposes.
pub const LARGEST_SCRAPE: u64 = 64 * 1024 * 1024;

/// What is scraped, and how often.
#[derive(Clone, Debug)]
pub struct ScrapeJob {
    /// The job's name.
    pub name: String,
    /// The URL of its target.
    pub url: String,
    /// The time between two scrapes.
    pub interval: Duration,
}

/// Scrapes one target on its clock. It does not ask for compression, as Prometheus does: bodies come over loopback
/// or a short way, targets compress only when asked, and what arrives is what the record keeps.
#[derive(Clone, Debug)]
pub struct Scraper {
    clock: Clock,
    http: HttpClient,
    job: ScrapeJob,
    instance: String,
    timeout: Duration,
    forgets: bool,
    seen: Arc<Mutex<Seen>>,
    hooks: Hooks,
}

/// Where a target is found at a time; nowhere if none.
type Place = Arc<dyn Fn(Timestamp) -> Option<String> + Send + Sync>;

/// Is shown each scrape and how long it took.
type Watcher = Arc<dyn Fn(&Scrape, Duration) + Send + Sync>;

#[derive(Clone, Default)]
struct Hooks {
    place: Option<Place>,
    watcher: Option<Watcher>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Seen {
    scrapes: Vec<Scrape>,
    statuses: Vec<Result<u16, Failure>>,
}

impl Scraper {
    /// A scraper that has not scraped yet.
    ///
    /// # Panics
    /// Where [`HttpClient::new`] does.
    pub fn new(clock: &Clock, job: ScrapeJob) -> Self {
        Self::with(clock, job, ClientOptions::default())
            .expect("a plain HTTP client has nothing that can fail")
    }

    /// A scraper that meets its target with these options; bodies are limited to [`LARGEST_SCRAPE`] in any case.
    ///
    /// # Errors
    /// When no client can be made of the options.
    pub fn with(clock: &Clock, job: ScrapeJob, options: ClientOptions) -> Result<Self, ClientError> {
        let http = HttpClient::with(clock, options.largest_answer(LARGEST_SCRAPE))?;
        // Never above the interval, as in Prometheus: a scrape that outlasts it would move all that follow.
        let timeout = TIMEOUT.min(job.interval);
        let (clock, instance, hooks) = (clock.clone(), String::new(), Hooks::default());
        Ok(Self { clock, http, job, instance, timeout, forgets: false, seen: Arc::default(), hooks })
    }

    /// The same scraper, of this one of the job's targets.
    #[must_use]
    pub fn of_instance(self, instance: &str) -> Self {
        Self { instance: instance.to_owned(), ..self }
    }

    /// The same scraper, which gives up on a scrape after this long.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The same scraper, which keeps only its last scrape if `forgets`: of a server that runs on nobody takes a record.
    #[must_use]
    pub fn forgetting(self, forgets: bool) -> Self {
        Self { forgets, ..self }
    }

    /// The same scraper, which looks up the URL of its target before each scrape. Where there is none the scrape fails at
    /// once; as long as there never was one, nothing is recorded.
    #[must_use]
    pub fn looking_up(mut self, place: impl Fn(Timestamp) -> Option<String> + Send + Sync + 'static) -> Self {
        self.hooks.place = Some(Arc::new(place));
        self
    }

    /// The same scraper, which shows each scrape and how long it took to a watcher.
    #[must_use]
    pub fn watched(mut self, watcher: impl Fn(&Scrape, Duration) + Send + Sync + 'static) -> Self {
        self.hooks.watcher = Some(Arc::new(watcher));
        self
    }

    /// Scrapes at every interval, until `stop` turns true or nobody can turn it any more. A scrape under way is
    /// brought to its end first: the target has counted it.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut due = self.clock.now();
        loop {
            due = after(due, self.job.interval);
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.clock.sleep_until(due, Turn::Scrape) => {}
            }
            self.scrape().await;
        }
    }

    /// Scrapes now.
    pub async fn scrape(&self) {
        let at = self.clock.now();
        let url = match &self.hooks.place {
            Some(place) => place(at),
            None => Some(self.job.url.clone()),
        };
        let (status, scrape) = match &url {
            Some(url) => self.ask(url, at).await,
            None => {
                let refused = SendErrorKind::Refused.to_string();
                (Err(Failure::Refused), self.scraped(at, ScrapeOutcome::Failed(refused)))
            }
        };
        if let Some(watcher) = &self.hooks.watcher {
            watcher(&scrape, between(at, self.clock.now()));
        }
        let mut seen = self.seen.lock();
        if self.forgets {
            *seen = Seen::default();
        }
        if url.is_some() || !seen.scrapes.is_empty() {
            seen.scrapes.push(scrape);
            seen.statuses.push(status);
        }
    }

    async fn ask(&self, url: &str, at: Timestamp) -> (Result<u16, Failure>, Scrape) {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(ACCEPTED))]);
        let asked = self.http.send(Method::GET, url, headers, "");
        let answer = self.clock.timeout(self.timeout, asked).await;
        let status = match &answer {
            Ok(Ok(reply)) => Ok(reply.status.as_u16()),
            Ok(Err(SendError { status: Some(status), .. })) => Ok(status.as_u16()),
            Ok(Err(error)) => Err(match error.kind {
                SendErrorKind::Refused => Failure::Refused,
                SendErrorKind::Unreachable => Failure::Unreachable,
                SendErrorKind::TimedOut => Failure::TimedOut,
                _ => Failure::Reset,
            }),
            Err(_) => Err(Failure::TimedOut),
        };
        let outcome = match answer {
            Ok(Ok(reply)) if reply.status == StatusCode::OK => return (status, self.read(&reply, at)),
            Ok(Ok(reply)) => ScrapeOutcome::Failed(format!("status {}", reply.status.as_u16())),
            // Only these say more than their kind without naming ports and hosts, which no record holds.
            Ok(Err(error)) if error.kind == SendErrorKind::TooLarge => {
                ScrapeOutcome::Failed(error.to_string())
            }
            Ok(Err(error)) => ScrapeOutcome::Failed(error.kind.to_string()),
            Err(elapsed) => ScrapeOutcome::Failed(elapsed.to_string()),
        };
        (status, self.scraped(at, outcome))
    }

    /// A scrape that brought a body; one that says the same as the one before shares it.
    fn read(&self, reply: &Reply, at: Timestamp) -> Scrape {
        let content_type = reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let typed = |before: &Scrape| match &before.outcome {
            ScrapeOutcome::Body { content_type: held, .. } => held.as_deref() == content_type,
            ScrapeOutcome::Failed(_) => false,
        };
        let same = |before: &&Scrape| typed(before) && before.brought(&reply.body);
        if let Some(before) = self.seen.lock().scrapes.last().filter(same) {
            return before.again(at);
        }
        let text = String::from_utf8_lossy(&reply.body).into();
        self.scraped(at, ScrapeOutcome::Body { content_type: content_type.map(str::to_owned), text })
    }

    fn scraped(&self, at: Timestamp, outcome: ScrapeOutcome) -> Scrape {
        Scrape::new(&self.job.name, at, outcome).of_instance(&self.instance)
    }

    /// Every scrape so far.
    pub fn scrapes(&self) -> Vec<Scrape> {
        self.seen.lock().scrapes.clone()
    }

    /// Enters into the ledger every scrape that the counters show: from the first that brought them to the last that
    /// did. What came before the first is in its base line, and the last cannot show in the counters that it brings.
    pub fn enter(&self, ledger: &mut Ledger) {
        let Ok(url) = self.job.url.parse::<http::Uri>() else { return };
        let seen = self.seen.lock();
        let brought = |scrape: &Scrape| matches!(scrape.outcome, ScrapeOutcome::Body { .. });
        let first = seen.scrapes.iter().position(brought);
        let last = seen.scrapes.iter().rposition(brought);
        let (Some(first), Some(last)) = (first, last) else { return };
        for status in &seen.statuses[first..last] {
            ledger.scrape(url.path(), *status);
        }
    }

    /// The status of each scrape so far, in the order of [`Self::scrapes`]; why there is none when the answer did not
    /// come as far as that, or not in time.
    pub fn statuses(&self) -> Vec<Result<u16, Failure>> {
        self.seen.lock().statuses.clone()
    }
}
