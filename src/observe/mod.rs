//! Everything that a run has seen: the ledger, scrapes, spans, the resolved plan; and records of it on disk.
//!
//! [`Observations`] is what checks judge, live and from a record alike; it holds no clock, no socket and no path.

mod alerts;
mod expected;
pub mod exposition;
mod ledger;
mod load;
mod plan;
mod record;
mod scrape;
pub mod series;
mod span;
mod threshold;

use serde::{Deserialize, Serialize};

pub use self::alerts::{AlertChain, AlertEvent, AlertPhase, Delivered, Fate, NotificationEvent, ToldAlert};
pub use self::expected::{AlertPlan, ExpectedAlert, ExpectedNotice, Window};
pub(crate) use self::ledger::total;
pub use self::ledger::{
    CallEntry, CallKey, Failure, Ledger, MOST_FRAME_KINDS, MOST_TRACES, OTHER_FRAMES, Origin, Outcome,
    ParentChoice, RequestEntry, RequestFact, RequestKey, TraceNote,
};
pub use self::load::{
    Disagreement, Figures, GeneratorCount, KindFigures, LoadNote, LoadPlan, PlannedThreshold, RequestKind,
    disagreements,
};
pub use self::plan::{PhaseWindow, Plan, PlannedFault, ProviderFault, Reason, Tolerance, Traffic};
pub use self::record::{Record, RecordError};
pub use self::scrape::{Scrape, ScrapeOutcome};
pub use self::span::{Span, SpanLoss, Trees};
pub use self::threshold::{Threshold, ThresholdVerdict, in_time};

/// All that is known of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Observations {
    /// What was meant to happen.
    pub plan: Plan,
    /// One entry a server start.
    pub legs: Vec<Leg>,
}

/// What was seen between one server start and its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leg {
    /// Facts about the start.
    pub start: LegStart,
    /// What was really done, as the parties that did it say.
    pub ledger: Ledger,
    /// Every scrape, in order. The first is taken before any traffic, the last after every sink was flushed.
    pub scrapes: Vec<Scrape>,
    /// Every span that arrived, sorted by start, trace and span id.
    pub spans: Vec<Span>,
    /// What became of alerts; none where no rules were evaluated.
    pub chain: Option<AlertChain>,
}

/// How a leg began and ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegStart {
    /// What was judged, in words.
    pub target: String,
    /// The environment that the server was started with.
    pub env: std::collections::BTreeMap<String, String>,
    /// Whether spans can arrive at all: a receiver was there.
    pub receives_spans: bool,
    /// No synthetic providers of ours stood behind the target: what agents were asked, nobody knows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calls_unseen: bool,
    /// What became of the spans on their way, where the sender says so.
    pub span_loss: Option<SpanLoss>,
    /// What the generator counted, where users drove the load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadNote>,
}

impl Leg {
    /// The scrape after everything was flushed.
    pub fn last_scrape(&self) -> Option<&Scrape> {
        self.scrapes.iter().rev().find(|scrape| scrape.exposition().is_some())
    }
}
