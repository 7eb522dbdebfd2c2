use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use jiff::Timestamp;
use parking_lot::Mutex;
use rand::Rng;
use serde_json::Value;
use tokio::net::TcpListener;

use super::wire::{Answer, ErrorKind, Wire};
use crate::clock::{self, Clock, Seed, between};
use crate::observe::{CallEntry, CallKey, Outcome, PlannedFault, ProviderFault};

/// The largest request that is read, as for the real Messages API.
const MOST_BYTES: usize = 32 << 20;

/// How synthetic providers behave.
#[derive(Clone, Debug)]
pub struct ProvidersPlan {
    /// Latencies, texts and faults follow from it and from what is asked, never from the order of asking.
    pub seed: Seed,
    /// Half of the good answers are faster than this.
    pub median_latency: Duration,
    /// What they do wrong, and when; [`Providers::plan_faults`] can say so later.
    pub faults: Vec<PlannedFault>,
}

/// Synthetic LLM providers over HTTP. Each agent has a base path of its own, `/{agent}`, below which both wire
/// formats are spoken. They count what they were asked and how it ended.
#[derive(Clone, Debug)]
pub struct Providers {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    plan: ProvidersPlan,
    faults: Mutex<Vec<PlannedFault>>,
    book: Mutex<BTreeMap<CallKey, CallEntry>>,
}

impl Providers {
    /// Starts them on a listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start(clock: &Clock, listener: TcpListener, plan: ProvidersPlan) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let faults = Mutex::new(plan.faults.clone());
        let shared = Arc::new(Shared { clock: clock.clone(), plan, faults, book: Mutex::default() });
        let routes = Router::new()
            .route("/{agent}/v1/messages", post(anthropic))
            .route("/{agent}/v1/chat/completions", post(open_ai))
            .layer(DefaultBodyLimit::max(MOST_BYTES))
            .with_state(Arc::clone(&shared));
        clock::serve(clock, listener, routes);
        Ok(Self { address, shared })
    }

    /// The base of every agent's URL: `http://HOST:PORT`, then `/{agent}`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Replaces what they do wrong, for a run that knows its phases only once everything has been started.
    pub fn plan_faults(&self, faults: Vec<PlannedFault>) {
        *self.shared.faults.lock() = faults;
    }

    /// What was asked so far, and how it ended.
    pub fn book(&self) -> BTreeMap<CallKey, CallEntry> {
        self.shared.book.lock().clone()
    }
}

/// A body that cannot be read is a call too: it is refused by the handler, which counts, and not before it.
type Body = Result<Bytes, BytesRejection>;

async fn anthropic(State(shared): State<Arc<Shared>>, Path(agent): Path<String>, body: Body) -> Response {
    serve(&shared, Wire::Anthropic, agent, body).await
}

async fn open_ai(State(shared): State<Arc<Shared>>, Path(agent): Path<String>, body: Body) -> Response {
    serve(&shared, Wire::OpenAi, agent, body).await
}

async fn serve(shared: &Shared, wire: Wire, agent: String, body: Body) -> Response {
    let mut asked = Asked { shared, since: shared.clock.now(), agent, outcome: Outcome::Error };
    let body = body.unwrap_or_default();
    let parsed: Option<Value> = serde_json::from_slice(&body).ok();
    let Some((model, prompt)) = parsed.as_ref().and_then(Wire::prompt) else {
        let error = wire.error(ErrorKind::InvalidRequest, "expected a model and messages with text content");
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    };
    let mut dice = shared.plan.seed.of(("provider", &asked.agent, &body[..])).rng();
    let latency = latency(shared.plan.median_latency, &mut dice);
    let draw: f64 = dice.random();
    let answer = answer(model, prompt, asked.since, &mut dice);
    let fault = fault(&shared.faults.lock(), &asked.agent, asked.since, draw);
    match fault {
        Some(ProviderFault::Timeout) => {
            // The caller hangs up and drops this handler; nobody waits for a day.
            shared.clock.sleep(Duration::from_secs(86_400)).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        Some(ProviderFault::RateLimited) => {
            let error = wire.error(ErrorKind::RateLimited, "rate limit reached, retry after 1 s");
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")], Json(error)).into_response()
        }
        Some(ProviderFault::ServerError) => {
            shared.clock.sleep(latency).await;
            let error = wire.error(ErrorKind::Internal, "internal error");
            (StatusCode::INTERNAL_SERVER_ERROR, Json(error)).into_response()
        }
        Some(ProviderFault::Malformed) => {
            shared.clock.sleep(latency).await;
            let mut text = wire.answer(&answer).to_string();
            text.truncate(text.floor_char_boundary(text.len() / 2));
            ([(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        None => {
            shared.clock.sleep(latency).await;
            asked.outcome = Outcome::Success;
            Json(wire.answer(&answer)).into_response()
        }
    }
}

/// A call under way. However it ends, also by a hang-up, it is counted once, with the time that it was held.
struct Asked<'a> {
    shared: &'a Shared,
    since: Timestamp,
    agent: String,
    outcome: Outcome,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let took = between(self.since, self.shared.clock.now());
        let key = CallKey { agent: std::mem::take(&mut self.agent), outcome: self.outcome };
        let mut book = self.shared.book.lock();
        let entry = book.entry(key).or_default();
        entry.count += 1;
        entry.total_ns += u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
    }
}

/// The fault that this call draws: shares of faults that hold at once add up.
fn fault(faults: &[PlannedFault], agent: &str, at: Timestamp, draw: f64) -> Option<ProviderFault> {
    let mut sum = 0.0;
    faults.iter().filter(|fault| fault.holds(agent, at)).find_map(|fault| {
        sum += fault.share;
        (draw < sum).then_some(fault.fault)
    })
}

/// Between an eighth of the median and eight times it, denser in the middle: the product of three factors of two.
fn latency(median: Duration, dice: &mut impl Rng) -> Duration {
    let exponent: f64 = (0..3).map(|_| dice.random_range(-1.0..1.0)).sum();
    median.mul_f64(exponent.exp2())
}

fn answer(model: &str, prompt: &str, at: Timestamp, dice: &mut impl Rng) -> Answer {
    // Four in five agree, so that most debates end in consensus and some do not.
    let agrees = dice.random_ratio(4, 5);
    let words: u32 = dice.random_range(20..120);
    let stance = if agrees { "AGREE" } else { "OBJECT" };
    let reasons: Vec<String> = (0..words).map(|_| format!("w{:03}", dice.random_range(0..1000))).collect();
    Answer {
        id: format!("{:016x}", dice.random::<u64>()),
        model: model.to_owned(),
        created: at.as_second(),
        text: format!("{stance}: {}", reasons.join(" ")),
        tokens_in: prompt.split_whitespace().count() as u64,
        tokens_out: u64::from(words) + 1,
    }
}
