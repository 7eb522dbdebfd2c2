//! What the tests of several layers stand on: a server with its parties under one virtual clock, clients whose
//! messages are tickets, and collectors that misbehave.

pub(crate) mod collector;
pub(crate) mod socket;

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use jiff::Timestamp;
use probity::clock::{Clock, HttpClient, Seed, between, lockstep};
use probity::observe::exposition::{Exposition, Format, Labels, parse};
use probity::observe::{PlannedFault, ProviderFault};
use probity::parties::{Providers, ProvidersPlan};
use probity::server::aragora::{AgentSpec, Aragora, Settings};
use probity::stack::embedded::Receiver;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Real time after which a simulation that does not move fails its test.
const BOUND: Duration = Duration::from_secs(10);

/// Runs a whole test in virtual time.
pub(crate) fn simulate<F: Future<Output = T>, T>(main: impl FnOnce(Clock) -> F) -> T {
    lockstep(BOUND, main).expect("nothing gets stuck")
}

/// Any free port of the loopback interface.
pub(crate) async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports")
}

/// A fault that holds for the whole test.
pub(crate) fn fault(provider: Option<&str>, fault: ProviderFault, share: f64) -> PlannedFault {
    PlannedFault {
        provider: provider.map(str::to_owned),
        fault,
        share,
        from: Timestamp::UNIX_EPOCH,
        to: Timestamp::MAX,
    }
}

/// How a stage is raised.
#[derive(Default)]
pub(crate) struct Wanted {
    /// Beyond what a stage needs itself, and before it.
    pub(crate) env: Vec<(&'static str, String)>,
    /// Where spans go, if not to the stage's own receiver.
    pub(crate) collector: Option<String>,
    /// If not the default three agents at the stage's own providers.
    pub(crate) agents: Option<Vec<AgentSpec>>,
    pub(crate) faults: Vec<PlannedFault>,
}

/// A server, its providers and its collector.
pub(crate) struct Stage {
    pub(crate) clock: Clock,
    pub(crate) providers: Providers,
    pub(crate) receiver: Receiver,
    pub(crate) server: Aragora,
    pub(crate) http: HttpClient,
}

/// What a request came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// In virtual time.
    pub(crate) took: Duration,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }
}

impl Stage {
    pub(crate) async fn raise(clock: &Clock, wanted: Wanted) -> Self {
        let plan = ProvidersPlan {
            seed: Seed(3),
            median_latency: Duration::from_millis(800),
            faults: wanted.faults,
        };
        let providers = Providers::start(clock, listener().await, plan).expect("it listens");
        let receiver = Receiver::start(clock, listener().await).expect("it listens");
        let collector = wanted.collector.unwrap_or_else(|| receiver.endpoint());
        let own = [
            ("OTEL_ENABLED", "true".to_owned()),
            ("METRICS_PORT", "0".to_owned()),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector),
        ];
        let env = own.into_iter().chain(wanted.env).map(|(name, value)| (name.to_owned(), value)).collect();
        let agents = wanted.agents.unwrap_or_else(|| AgentSpec::defaults(&providers.base_url()));
        let settings = Settings { env, defects: vec![], agents, seed: Seed(5), latency: Settings::LATENCY };
        let server = Aragora::start(clock, ([127, 0, 0, 1], 0).into(), settings).await.expect("it starts");
        Self { clock: clock.clone(), providers, receiver, server, http: HttpClient::new(clock) }
    }

    /// Asks the API.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        self.ask_with(headers, method, path, body).await
    }

    /// Asks the API with these headers.
    pub(crate) async fn ask_with(
        &self,
        headers: HeaderMap,
        method: &str,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let asked = self.clock.now();
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let url = format!("http://{}{path}", self.server.api);
        let reply = self.http.send(method, &url, headers, body).await.expect("the server answers");
        Answer {
            status: reply.status,
            headers: reply.headers,
            text: String::from_utf8(reply.body.to_vec()).expect("UTF-8"),
            took: between(asked, self.clock.now()),
        }
    }

    /// Starts a debate; its id.
    pub(crate) async fn start_debate(&self, question: &str, rounds: u32) -> String {
        let body = json!({"question": question, "rounds": rounds}).to_string();
        let answer = self.ask("POST", "/api/debates", body).await;
        answer.json()["debate_id"].as_str().expect("an id").to_owned()
    }

    /// Looks until the debate has ended; what it came to.
    pub(crate) async fn await_debate(&self, id: &str) -> Value {
        loop {
            let debate = self.ask("GET", &format!("/api/debates/{id}"), "").await.json();
            if debate["status"] != "running" {
                return debate;
            }
            self.clock.sleep(Duration::from_secs(1)).await;
        }
    }

    /// What the metrics port exposes, strictly read and free of problems.
    pub(crate) async fn exposition(&self) -> Exposition {
        let url = format!("http://{}/metrics", self.server.metrics.expect("metrics are enabled"));
        let reply = self.http.send(Method::GET, &url, HeaderMap::new(), "").await.expect("it answers");
        strict(std::str::from_utf8(&reply.body).expect("UTF-8"))
    }
}

/// Reads OpenMetrics text that must be without fault.
pub(crate) fn strict(text: &str) -> Exposition {
    let exposition = parse(text, Format::OpenMetrics);
    assert_eq!(exposition.problems, []);
    exposition
}

/// The value of one series.
pub(crate) fn value(exposition: &Exposition, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let labels: Labels = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let mut found = exposition.series().filter(|(_, s)| s.name == name && s.labels == labels);
    found.next().map(|(_, sample)| sample.value)
}

/// All series of a sample name with their values.
pub(crate) fn series(exposition: &Exposition, name: &str) -> Vec<(Labels, f64)> {
    let found = exposition.series().filter(|(_, sample)| sample.name == name);
    found.map(|(_, sample)| (sample.labels.clone(), sample.value)).collect()
}

/// Whether `count` of `of` is what `share` would give: within five standard deviations, which honest chance leaves
/// once in two million.
pub(crate) fn assert_share(count: usize, of: usize, share: f64) {
    let (mean, deviation) = (of as f64 * share, (of as f64 * share * (1.0 - share)).sqrt());
    let off = (count as f64 - mean).abs();
    assert!(off <= 5.0 * deviation, "{count} of {of}, expected {mean} within five times {deviation}");
}
