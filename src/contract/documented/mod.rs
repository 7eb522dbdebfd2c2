//! What documents promise beyond what a run's traffic shows: rules and routes, dashboards, objectives, and how the whole
//! is deployed and operated. Values are the document's own, validated where a grammar exists.

mod alerting;
mod dashboards;
mod logs;
mod objectives;
mod operations;
mod tracing;

pub use self::alerting::{AlertPromise, Channel, Query, Receiver, ReceiverKind, Route, Routing};
pub use self::dashboards::{Dashboard, GrafanaAlert, Link, Panel};
pub use self::logs::{LogEvent, LogField, LogLevel, LogQuery};
pub use self::objectives::{ErrorBudget, LatencyTarget, PayloadField, Slo, ViolationSeverity, WebhookEvent};
pub use self::operations::{Command, Manifest, Monitor, Probe, ProbeKind, Service, Stream};
pub use self::tracing::{BatchProcessor, Instrumentation, Redaction, Sampler, SpanPromise};
