//! What is promised: clauses, names as validated types, the fault vocabulary, and the YAML files they come in.
//!
//! A contract file states the promises of one document. Each [`Clause`] is one promise, with its id, level and
//! source (document and heading). Nothing here knows how a promise is judged.

mod book;
mod clause;
mod documented;
mod duration;
mod fault;
mod file;
mod mapping;
mod names;
mod promise;
mod served;
mod set;
pub mod yaml;

pub use self::book::{Excluded, LedgerBook, LedgerField};
pub use self::clause::{Clause, Level, Source};
pub use self::documented::{
    AlertPromise, BatchProcessor, Channel, Command, Dashboard, ErrorBudget, GrafanaAlert, Instrumentation,
    LatencyTarget, Link, LogEvent, LogField, LogLevel, LogQuery, Manifest, Monitor, Panel, PayloadField,
    Probe, ProbeKind, Query, Receiver, ReceiverKind, Redaction, Route, Routing, Sampler, Service, Slo,
    SpanPromise, Stream, ViolationSeverity, WebhookEvent,
};
pub use self::duration::HumanDuration;
pub use self::fault::ProviderFault;
pub use self::file::{Contract, Omission, schema};
pub use self::mapping::Mapping;
pub use self::names::{ClauseId, EnvName, Glob, LabelName, MetricName};
pub use self::promise::{
    ClosedWorld, Conserve, Effect, Env, Latency, MetricPromise, MetricType, Promise, Sampling, ScrapeTarget,
    Settles, SpanAttribute, SpanJoins, SpanKind, SpanSelector, Usage,
};
pub use self::served::{Endpoint, Statuses, Traced};
pub use self::set::Contracts;
