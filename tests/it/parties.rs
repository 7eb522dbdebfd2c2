//! Synthetic providers: their wire formats, what their faults do, and that their book counts every call.

mod book;
mod faults;
mod wire;

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use probity::clock::{Clock, HttpClient, Seed, between};
use probity::observe::PlannedFault;
use probity::parties::{Providers, ProvidersPlan};
use serde_json::{Value, json};

use crate::stage::listener;

const MEDIAN: Duration = Duration::from_millis(800);
const ANTHROPIC: &str = "v1/messages";
const OPEN_AI: &str = "v1/chat/completions";

/// Providers, and a client of theirs.
struct Bench {
    clock: Clock,
    http: HttpClient,
    providers: Providers,
}

/// What a call came to, and how long it took.
#[derive(Clone, Debug, PartialEq)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    took: Duration,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }
}

impl Bench {
    async fn start(clock: &Clock, seed: u64, faults: Vec<PlannedFault>) -> Self {
        let plan = ProvidersPlan { seed: Seed(seed), median_latency: MEDIAN, faults };
        let providers = Providers::start(clock, listener().await, plan).expect("it listens");
        Self { clock: clock.clone(), http: HttpClient::new(clock), providers }
    }

    async fn call(&self, agent: &str, path: &str, body: impl Into<reqwest::Body>) -> Reply {
        let asked = self.clock.now();
        let url = format!("{}/{agent}/{path}", self.providers.base_url());
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let reply = self.http.send(Method::POST, &url, headers, body).await.expect("it answers");
        Reply {
            status: reply.status,
            headers: reply.headers,
            text: String::from_utf8(reply.body.to_vec()).expect("UTF-8"),
            took: between(asked, self.clock.now()),
        }
    }
}

/// A request that both formats understand.
fn question(text: &str) -> String {
    json!({"model": "some-model", "max_tokens": 64, "messages": [{"role": "user", "content": text}]})
        .to_string()
}
