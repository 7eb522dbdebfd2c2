use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use parking_lot::Mutex;

use crate::clock::{Clock, HttpClient, Turn, after};
use crate::observe::{Scrape, ScrapeOutcome};

/// The longest that one scrape may take; Prometheus' default.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What Prometheus 3 asks for, in its order, less protobuf.
const ACCEPTED: &str =
    "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";

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

/// Scrapes one target on its clock.
#[derive(Clone, Debug)]
pub struct Scraper {
    clock: Clock,
    http: HttpClient,
    job: ScrapeJob,
    scrapes: Arc<Mutex<Vec<Scrape>>>,
}

impl Scraper {
    /// A scraper that has not scraped yet.
    pub fn new(clock: &Clock, job: ScrapeJob) -> Self {
        Self { clock: clock.clone(), http: HttpClient::new(clock), job, scrapes: Arc::default() }
    }

    /// Scrapes at every interval, until dropped.
    pub async fn run(self) {
        let mut due = self.clock.now();
        loop {
            due = after(due, self.job.interval);
            self.clock.sleep_until(due, Turn::Scrape).await;
            self.scrape().await;
        }
    }

    /// Scrapes now.
    pub async fn scrape(&self) {
        let at = self.clock.now();
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(ACCEPTED))]);
        let asked = self.http.send(Method::GET, &self.job.url, headers, "");
        // Never above the interval, as in Prometheus: a scrape that outlasts it would move all that follow.
        let timeout = TIMEOUT.min(self.job.interval);
        let outcome = match self.clock.timeout(timeout, asked).await {
            Ok(Ok(reply)) if reply.status == StatusCode::OK => ScrapeOutcome::Body {
                content_type: reply
                    .headers
                    .get(CONTENT_TYPE)
                    .and_then(|v| v.to_str().ok())
                    .map(str::to_owned),
                text: String::from_utf8_lossy(&reply.body).into_owned(),
            },
            Ok(Ok(reply)) => ScrapeOutcome::Failed(format!("status {}", reply.status.as_u16())),
            Ok(Err(error)) => ScrapeOutcome::Failed(error.kind.to_string()),
            Err(elapsed) => ScrapeOutcome::Failed(elapsed.to_string()),
        };
        self.scrapes.lock().push(Scrape::new(&self.job.name, at, outcome));
    }

    /// Every scrape so far.
    pub fn scrapes(&self) -> Vec<Scrape> {
        self.scrapes.lock().clone()
    }
}
