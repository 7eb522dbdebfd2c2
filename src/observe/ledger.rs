use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer as HdrReader, Serializer as _, V2Serializer};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Traces that the ledger remembers one by one; past it they are only counted.
pub const MOST_TRACES: usize = 50_000;

/// Kinds of frames that the ledger tells apart: the target names them, and must not fill the memory by it. Frames of
/// later kinds count as [`OTHER_FRAMES`].
pub const MOST_FRAME_KINDS: usize = 100;

/// The longest name of a kind of frames, in bytes; no name is longer, so a longer one counts as [`OTHER_FRAMES`].
const LONGEST_FRAME_KIND: usize = 200;

/// Where frames of the kinds count that are not told apart.
pub const OTHER_FRAMES: &str = "other";

/// The longest latency that histograms tell from longer ones: far beyond the patience of any client. It bounds their
/// memory.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The ground truth: what the load client sent and got, and what synthetic providers were asked. Never the server's
/// word.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// What the load client sent and got.
    #[serde(with = "book")]
    pub requests: BTreeMap<RequestKey, RequestEntry>,
    /// What the synthetic providers were asked, as they counted it.
    #[serde(with = "book")]
    pub calls: BTreeMap<CallKey, CallEntry>,
    /// The first traces, one by one, in the order in which they ended.
    pub traces: Vec<TraceNote>,
    /// Traces beyond [`MOST_TRACES`].
    pub traces_not_kept: u64,
    /// Frames that arrived over WebSockets, by event type; those beyond [`MOST_FRAME_KINDS`] types are under
    /// [`OTHER_FRAMES`].
    pub frames: BTreeMap<String, u64>,
}

/// What requests are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestKey {
    /// The HTTP method.
    pub method: String,
    /// The path's template.
    pub route: String,
    /// The status code; none when no answer came.
    pub status_code: Option<u16>,
    /// What was wrong with the answer; none when it was what the persona expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Who sent it.
    pub origin: Origin,
}

/// What was wrong with an answer, or why none came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The target refused the connection.
    Refused,
    /// No connection came about for another reason: the name is unknown, the network is, TLS failed.
    Unreachable,
    /// The connection broke off before an answer had come.
    Reset,
    /// No answer came within the client's patience.
    TimedOut,
    /// The answer began and did not end, or its form was broken.
    BrokenBody,
    /// The answer was a redirect that was not expected. It is never followed: the target would count requests that
    /// the ledger does not.
    Redirected,
    /// The answer had another status than was expected.
    Status,
    /// A later step needed something of the answer that was not in it.
    Unextracted,
    /// Anything else.
    Other,
}

impl Failure {
    /// Its name in reports and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Reset => "reset",
            Self::TimedOut => "timed-out",
            Self::BrokenBody => "broken-body",
            Self::Redirected => "redirected",
            Self::Status => "status",
            Self::Unextracted => "unextracted",
            Self::Other => "other",
        }
    }
}

/// Who sent a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A persona that does what users do.
    #[default]
    Traffic,
    /// A monitor.
    Probe,
    /// The scraper.
    Scrape,
}

/// How many requests of one kind, and how long they took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestEntry {
    /// Exactly how many.
    pub count: u64,
    /// Exactly how long all of them took together.
    pub total_ns: u64,
    /// How long each took, in microseconds, to three digits.
    #[serde(serialize_with = "write_histogram", deserialize_with = "read_histogram")]
    pub latency_us: Histogram<u64>,
}

/// What agent calls are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallKey {
    /// The provider that was asked.
    pub agent: String,
    /// Whether it answered well.
    pub outcome: Outcome,
}

/// Whether a provider answered well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A whole, well-formed answer.
    Success,
    /// A refusal, a failure, a broken answer or none.
    Error,
}

impl Outcome {
    /// Its name in labels and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
        }
    }
}

/// How many calls of one kind, and how long the provider had them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallEntry {
    /// Exactly how many.
    pub count: u64,
    /// Exactly how long the provider had all of them together.
    pub total_ns: u64,
}

/// What the client decided about a trace before it asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParentChoice {
    /// It sent a `traceparent` with the sampled flag.
    Sampled,
    /// It sent one without.
    NotSampled,
    /// It sent none: the server decides.
    Absent,
}

/// One request as a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceNote {
    /// The trace id that was sent, in hex; none when none was sent.
    pub trace_id: Option<String>,
    /// What the client decided.
    pub parent: ParentChoice,
    /// The HTTP method.
    pub method: String,
    /// The path's template.
    pub route: String,
    /// The path.
    pub path: String,
    /// The status code; none when no answer came.
    pub status_code: Option<u16>,
    /// Who sent it.
    #[serde(default, skip_serializing_if = "Origin::is_traffic")]
    pub origin: Origin,
    /// From when on its latency counts: its planned start, where it had one.
    pub sent: Timestamp,
    /// When its answer had been read, or it was given up.
    pub done: Timestamp,
}

/// A request that was made, with its answer.
#[derive(Clone, Debug)]
pub struct RequestFact {
    /// The request as a trace.
    pub trace: TraceNote,
    /// What was wrong with its answer.
    pub failure: Option<Failure>,
}

impl Origin {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_traffic(&self) -> bool {
        *self == Self::Traffic
    }
}

impl Ledger {
    /// Enters a request that ended.
    pub fn request(&mut self, fact: RequestFact) {
        let RequestFact { trace, failure } = fact;
        let took = Duration::try_from(trace.done.duration_since(trace.sent)).unwrap_or_default();
        let key = RequestKey {
            method: trace.method.clone(),
            route: trace.route.clone(),
            status_code: trace.status_code,
            failure,
            origin: trace.origin,
        };
        self.requests.entry(key).or_default().add(took);
        if self.traces.len() < MOST_TRACES {
            self.traces.push(trace);
        } else {
            self.traces_not_kept += 1;
        }
    }

    /// Enters a request of the scraper's, which has no trace.
    pub fn scrape(&mut self, route: &str, answer: Result<u16, Failure>) {
        let key = RequestKey {
            method: "GET".to_owned(),
            route: route.to_owned(),
            status_code: answer.ok(),
            failure: answer.err(),
            origin: Origin::Scrape,
        };
        self.requests.entry(key).or_default().add(Duration::ZERO);
    }

    /// Enters an agent call that a provider answered or gave up.
    pub fn call(&mut self, agent: &str, outcome: Outcome, took: Duration) {
        let entry = self.calls.entry(CallKey { agent: agent.to_owned(), outcome }).or_default();
        entry.count += 1;
        entry.total_ns += nanos(took);
    }

    /// Enters a frame that arrived over a WebSocket.
    pub fn frame(&mut self, event: &str) {
        if let Some(count) = self.frames.get_mut(event) {
            *count += 1;
            return;
        }
        let told = self.frames.keys().filter(|kind| *kind != OTHER_FRAMES).count();
        let kept = told < MOST_FRAME_KINDS && event.len() <= LONGEST_FRAME_KIND;
        *self.frames.entry(if kept { event } else { OTHER_FRAMES }.to_owned()).or_default() += 1;
    }

    /// Adds what another party counted.
    pub fn absorb_calls(&mut self, calls: BTreeMap<CallKey, CallEntry>) {
        for (key, entry) in calls {
            let sum = self.calls.entry(key).or_default();
            sum.count += entry.count;
            sum.total_ns += entry.total_ns;
        }
    }

    /// All requests that were answered or not; the scraper's are not among them.
    pub fn request_count(&self) -> u64 {
        let asked = self.requests.iter().filter(|(key, _)| key.origin != Origin::Scrape);
        total(asked.map(|(_, entry)| entry.count))
    }

    /// All agent calls.
    pub fn call_count(&self) -> u64 {
        total(self.calls.values().map(|entry| entry.count))
    }
}

impl Default for RequestEntry {
    fn default() -> Self {
        // Three digits and an automatic range: what the library recommends for latencies.
        let latency_us = Histogram::new(3).expect("three significant digits are within the library's range");
        Self { count: 0, total_ns: 0, latency_us }
    }
}

impl RequestEntry {
    fn add(&mut self, took: Duration) {
        self.count += 1;
        self.total_ns += nanos(took);
        let latency_us = u64::try_from(took.min(LONGEST).as_micros()).unwrap_or(u64::MAX);
        // Not `saturating_record`: it never lets the range grow, and cuts every latency off at the 2 ms it starts with.
        self.latency_us.record(latency_us).expect("the range grows as far as the longest latency");
    }
}

/// The sum of counts. A record is a file and may hold any: what does not fit is the most that does.
pub(crate) fn total(counts: impl IntoIterator<Item = u64>) -> u64 {
    counts.into_iter().fold(0, u64::saturating_add)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn write_histogram<S: Serializer>(histogram: &Histogram<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::new();
    V2Serializer::new().serialize(histogram, &mut bytes).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn read_histogram<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Histogram<u64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
    HdrReader::new()
        .deserialize(&mut bytes.as_slice())
        .map_err(|e| serde::de::Error::custom(format!("{e:?}")))
}

/// JSON objects have text keys only: a book is written as a list of key and entry, in the order of the keys.
mod book {
    use super::{BTreeMap, Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Line<K, E> {
        key: K,
        entry: E,
    }

    pub(super) fn serialize<K: Serialize, E: Serialize, S: Serializer>(
        book: &BTreeMap<K, E>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(book.iter().map(|(key, entry)| Line { key, entry }))
    }

    pub(super) fn deserialize<'de, K, E, D>(deserializer: D) -> Result<BTreeMap<K, E>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        E: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        let lines: Vec<Line<K, E>> = Vec::deserialize(deserializer)?;
        Ok(lines.into_iter().map(|line| (line.key, line.entry)).collect())
    }
}
