use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ledger::{Failure, Ledger, Origin, RequestEntry, total};
use super::threshold::Threshold;
use super::{Leg, Observations};

/// A closed load as it was planned: so many users, each of whom starts a session when the last has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadPlan {
    /// How many users each phase has, in the order of the phases.
    pub users: Vec<u32>,
    /// How long a user rests after a session that failed, in milliseconds: without it one whose target refuses
    /// would only burn the machine.
    pub rest_ms: u64,
    /// What it must keep.
    pub thresholds: Vec<PlannedThreshold>,
}

/// A threshold, and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedThreshold {
    /// What must be kept.
    pub threshold: Threshold,
    /// The scenario does not give it: it always holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
}

/// What the generator says of a closed load, beside the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadNote {
    /// Who drove it.
    pub generator: String,
    /// The load's own time, from the first session to the end of the last phase or to an interruption. Sessions that
    /// were under way then could still end.
    pub lasted_ns: u64,
    /// Sessions that were started.
    pub sessions: u64,
    /// Sessions that were still under way at the very end and made no further request.
    pub cut_short: u64,
    /// What it counted of each kind of request.
    pub counts: Vec<GeneratorCount>,
}

/// What the generator counted of one kind of request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorCount {
    /// The HTTP method.
    pub method: String,
    /// The path's template.
    pub route: String,
    /// Requests that it counted itself.
    pub requests: u64,
    /// Those of them that it was told were no success.
    pub failures: u64,
    /// Requests that it refused to send, because they cannot be written down; only the ledger has them.
    #[serde(default, skip_serializing_if = "none")]
    pub unsent: u64,
    /// Requests of the ledger's that were answered within the load's own time.
    pub in_time: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn none(count: &u64) -> bool {
    *count == 0
}

/// Method and path template, as in `POST /api/debates`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestKind {
    /// The HTTP method.
    pub method: String,
    /// The path's template.
    pub route: String,
}

impl fmt::Display for RequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.route)
    }
}

impl std::str::FromStr for RequestKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused =
            || format!("`{text}` is no request; it is a method and a route such as GET /api/debates");
        let (method, route) = text.trim().split_once(' ').ok_or_else(refused)?;
        let route = route.trim();
        let is_method = !method.is_empty() && method.chars().all(|c| c.is_ascii_uppercase());
        if !is_method || !route.starts_with('/') || route.contains(char::is_whitespace) {
            return Err(refused());
        }
        Ok(Self { method: method.to_owned(), route: route.to_owned() })
    }
}

/// A closed load in figures, kind by kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The load's own time.
    pub lasted: Duration,
    /// Each kind of request.
    pub kinds: BTreeMap<RequestKind, KindFigures>,
}

/// One kind of request in figures. Latencies are those of answers, whatever they were, and of requests that were given
/// up: one that was given up after a minute took a minute.
#[derive(Clone, Debug, PartialEq)]
pub struct KindFigures {
    /// Exactly how many.
    pub requests: u64,
    /// Those that were answered within the load's own time.
    pub in_time: u64,
    /// What was wrong with how many.
    pub errors: BTreeMap<Failure, u64>,
    /// Exactly how long all of them took together.
    pub total_ns: u64,
    /// How long each took, in microseconds, to three digits.
    pub latency_us: Histogram<u64>,
}

impl Default for KindFigures {
    fn default() -> Self {
        let latency_us = RequestEntry::default().latency_us;
        Self { requests: 0, in_time: 0, errors: BTreeMap::new(), total_ns: 0, latency_us }
    }
}

impl KindFigures {
    /// All that were not as they should be.
    pub fn failures(&self) -> u64 {
        total(self.errors.values().copied())
    }

    /// How long most of them took: `percent` of them at most so long.
    pub fn percentile(&self, percent: f64) -> Duration {
        Duration::from_micros(self.latency_us.value_at_quantile(percent / 100.0))
    }

    fn add(&mut self, other: &Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.in_time = self.in_time.saturating_add(other.in_time);
        self.total_ns = self.total_ns.saturating_add(other.total_ns);
        for (failure, count) in &other.errors {
            let sum = self.errors.entry(*failure).or_default();
            *sum = sum.saturating_add(*count);
        }
        self.join(&other.latency_us);
    }

    fn join(&mut self, latency_us: &Histogram<u64>) {
        self.latency_us.add(latency_us).expect("a histogram of automatic range takes any other");
    }
}

impl Figures {
    /// The figures of a leg that was driven by users.
    pub fn of(leg: &Leg) -> Option<Self> {
        let note = leg.start.load.as_ref()?;
        let mut kinds = by_kind(&leg.ledger);
        for count in &note.counts {
            if let Some(figures) = kinds.get_mut(&count.kind()) {
                figures.in_time = count.in_time;
            }
        }
        Some(Self { lasted: Duration::from_nanos(note.lasted_ns), kinds })
    }

    /// All kinds together.
    pub fn all(&self) -> KindFigures {
        let mut sum = KindFigures::default();
        self.kinds.values().for_each(|kind| sum.add(kind));
        sum
    }
}

/// What personas asked, kind by kind. Our own scrapes are no load.
fn by_kind(ledger: &Ledger) -> BTreeMap<RequestKind, KindFigures> {
    let mut kinds: BTreeMap<RequestKind, KindFigures> = BTreeMap::new();
    for (key, entry) in ledger.requests.iter().filter(|(key, _)| key.origin != Origin::Scrape) {
        let kind = RequestKind { method: key.method.clone(), route: key.route.clone() };
        let figures = kinds.entry(kind).or_default();
        figures.requests = figures.requests.saturating_add(entry.count);
        // A connection that is refused or breaks off takes no time: counted in, it would make a dead target fast.
        if key.status_code.is_some() || key.failure == Some(Failure::TimedOut) {
            figures.total_ns = figures.total_ns.saturating_add(entry.total_ns);
            figures.join(&entry.latency_us);
        }
        if let Some(failure) = key.failure {
            let sum = figures.errors.entry(failure).or_default();
            *sum = sum.saturating_add(entry.count);
        }
    }
    kinds
}

impl GeneratorCount {
    /// The kind of request that was counted.
    pub fn kind(&self) -> RequestKind {
        RequestKind { method: self.method.clone(), route: self.route.clone() }
    }
}

/// A kind of request of which generator and ledger count differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disagreement {
    /// Method and path template.
    pub kind: String,
    /// Requests in the ledger.
    pub ledger_requests: u64,
    /// Those of them that were not as they should be.
    pub ledger_failures: u64,
    /// Requests as the generator counted them.
    pub generator_requests: u64,
    /// Those of them that it says failed.
    pub generator_failures: u64,
}

/// Compares the generator's own counts with the ledger, kind by kind; empty when they agree exactly.
pub fn disagreements(ledger: &Ledger, note: &LoadNote) -> Vec<Disagreement> {
    let mut both: BTreeMap<RequestKind, Disagreement> = BTreeMap::new();
    fn of(both: &mut BTreeMap<RequestKind, Disagreement>, kind: RequestKind) -> &mut Disagreement {
        let fresh = Disagreement {
            kind: kind.to_string(),
            ledger_requests: 0,
            ledger_failures: 0,
            generator_requests: 0,
            generator_failures: 0,
        };
        both.entry(kind).or_insert(fresh)
    }
    for (kind, figures) in by_kind(ledger) {
        let line = of(&mut both, kind);
        (line.ledger_requests, line.ledger_failures) = (figures.requests, figures.failures());
    }
    for count in &note.counts {
        let line = of(&mut both, count.kind());
        // What was never sent failed in the ledger alone.
        line.generator_requests = total([line.generator_requests, count.requests, count.unsent]);
        line.generator_failures = total([line.generator_failures, count.failures, count.unsent]);
    }
    let differs = |line: &Disagreement| {
        (line.ledger_requests, line.ledger_failures) != (line.generator_requests, line.generator_failures)
    };
    both.into_values().filter(differs).collect()
}

impl Disagreement {
    /// In words.
    pub fn text(&self) -> String {
        format!(
            "of {} the generator counted {} requests and {} failures, the ledger holds {} and {}",
            self.kind,
            self.generator_requests,
            self.generator_failures,
            self.ledger_requests,
            self.ledger_failures
        )
    }
}

impl Observations {
    /// The plan of a closed load and the leg that it drove, with its figures; none when the run was no such load.
    pub fn load(&self) -> Option<(&LoadPlan, &LoadNote, Figures)> {
        let plan = self.plan.load.as_ref()?;
        let leg = self.legs.first()?;
        Some((plan, leg.start.load.as_ref()?, Figures::of(leg)?))
    }
}
