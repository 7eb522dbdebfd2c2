use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AlertPromise, BatchProcessor, Channel, Command, Dashboard, Endpoint, EnvName, ErrorBudget, Excluded,
    Glob, GrafanaAlert, HumanDuration, Instrumentation, LabelName, LatencyTarget, LedgerBook, LedgerField,
    Link, LogEvent, LogField, LogLevel, LogQuery, Manifest, MetricName, Monitor, Panel, PayloadField, Probe,
    Query, Receiver, Redaction, Route, Routing, Sampler, Service, Slo, SpanPromise, Stream, Traced,
    ViolationSeverity, WebhookEvent,
};

/// What a clause promises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// A metric is exposed, of this type and with these labels.
    Metric(MetricPromise),
    /// A counter counts exactly what the ledger counted.
    Conserve(Conserve),
    /// A histogram observed exactly what the ledger timed.
    Latency(Latency),
    /// A gauge comes back to where it was once the traffic is over.
    Settles(Settles),
    /// Spans carry an attribute.
    SpanAttribute(SpanAttribute),
    /// Spans join the trace of their parent.
    SpanJoins(SpanJoins),
    /// A share of the traces is recorded.
    Sampling(Sampling),
    /// An environment variable is read, and has a default.
    Env(Env),
    /// A function of the instrumentation API does what it says.
    Usage(Usage),
    /// Metrics are scraped here.
    Scrape(ScrapeTarget),
    /// An endpoint answers, always with one of these statuses.
    Endpoint(Endpoint),
    /// Every request that its caller sampled has a span of its own.
    Traced(Traced),
    /// What the contracts of a run promise is all there is.
    ClosedWorld(ClosedWorld),
    /// An alert exists, and fires when its condition holds.
    Alert(AlertPromise),
    /// A query is answered, and means something.
    Query(Query),
    /// How notifications are grouped and timed, and who gets what nobody else takes.
    Routing(Routing),
    /// Alerts with these labels reach this receiver.
    Route(Route),
    /// A receiver notifies somebody.
    Receiver(Receiver),
    /// A channel gets these notifications.
    Channel(Channel),
    /// A dashboard exists.
    Dashboard(Dashboard),
    /// A dashboard has this panel.
    Panel(Panel),
    /// Grafana is provisioned with an alert rule.
    GrafanaAlert(GrafanaAlert),
    /// A link leads somewhere.
    Link(Link),
    /// A service level objective is met, and its breach is seen.
    Slo(Slo),
    /// Half, 95 % and 99 % of the answers take no longer than this.
    LatencyTarget(LatencyTarget),
    /// A target leaves this much time to fail in.
    ErrorBudget(ErrorBudget),
    /// A webhook tells of this event.
    WebhookEvent(WebhookEvent),
    /// A payload has this field.
    PayloadField(PayloadField),
    /// A violation this far above its threshold has this severity.
    ViolationSeverity(ViolationSeverity),
    /// A command of the document does what the document says.
    Command(Command),
    /// An orchestrator probes the service.
    Probe(Probe),
    /// Somebody outside watches a URL.
    Monitor(Monitor),
    /// A service of the stack runs, and is reached here.
    Service(Service),
    /// An object of a cluster is deployed.
    Manifest(Manifest),
    /// A queue is a Redis stream.
    Stream(Stream),
    /// A component records spans of this name.
    Span(SpanPromise),
    /// A share of the traces is recorded, as the code says.
    Sampler(Sampler),
    /// Spans are exported in batches.
    BatchProcessor(BatchProcessor),
    /// A library is instrumented, so that what it does has spans.
    Instrumentation(Instrumentation),
    /// Something personal or secret never leaves the service.
    Redaction(Redaction),
    /// Log records carry a field.
    LogField(LogField),
    /// An event is logged.
    LogEvent(LogEvent),
    /// A level is used for these records.
    LogLevel(LogLevel),
    /// A query of the log store finds what it says.
    LogQuery(LogQuery),
}

impl Promise {
    /// Its name in contract files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Metric(_) => "metric",
            Self::Conserve(_) => "conserve",
            Self::Latency(_) => "latency",
            Self::Settles(_) => "settles",
            Self::SpanAttribute(_) => "span-attribute",
            Self::SpanJoins(_) => "span-joins",
            Self::Sampling(_) => "sampling",
            Self::Env(_) => "env",
            Self::Usage(_) => "usage",
            Self::Scrape(_) => "scrape",
            Self::Endpoint(_) => "endpoint",
            Self::Traced(_) => "traced",
            Self::ClosedWorld(_) => "closed-world",
            Self::Alert(_) => "alert",
            Self::Query(_) => "query",
            Self::Routing(_) => "routing",
            Self::Route(_) => "route",
            Self::Receiver(_) => "receiver",
            Self::Channel(_) => "channel",
            Self::Dashboard(_) => "dashboard",
            Self::Panel(_) => "panel",
            Self::GrafanaAlert(_) => "grafana-alert",
            Self::Link(_) => "link",
            Self::Slo(_) => "slo",
            Self::LatencyTarget(_) => "latency-target",
            Self::ErrorBudget(_) => "error-budget",
            Self::WebhookEvent(_) => "webhook-event",
            Self::PayloadField(_) => "payload-field",
            Self::ViolationSeverity(_) => "violation-severity",
            Self::Command(_) => "command",
            Self::Probe(_) => "probe",
            Self::Monitor(_) => "monitor",
            Self::Service(_) => "service",
            Self::Manifest(_) => "manifest",
            Self::Stream(_) => "stream",
            Self::Span(_) => "span",
            Self::Sampler(_) => "sampler",
            Self::BatchProcessor(_) => "batch-processor",
            Self::Instrumentation(_) => "instrumentation",
            Self::Redaction(_) => "redaction",
            Self::LogField(_) => "log-field",
            Self::LogEvent(_) => "log-event",
            Self::LogLevel(_) => "log-level",
            Self::LogQuery(_) => "log-query",
        }
    }
}

/// A metric is exposed, of this type and with these labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricPromise {
    /// As a user queries it: counters with `_total`, histograms without a suffix.
    pub name: MetricName,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: MetricType,
    /// Its labels, exactly.
    #[serde(default)]
    pub labels: Vec<LabelName>,
    /// What it means, in the document's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub meaning: String,
    /// The alert or panel that needs it, where no document names a metric and this one was chosen for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implied_by: Option<String>,
}

/// The type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MetricType {
    /// Only grows, until a restart.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations in buckets.
    Histogram,
    /// Quantiles computed by the service.
    Summary,
    /// Anything.
    Untyped,
}

impl MetricType {
    /// The label that the type adds to samples of its own.
    pub fn own_label(self) -> Option<&'static str> {
        match self {
            Self::Histogram => Some("le"),
            Self::Summary => Some("quantile"),
            Self::Counter | Self::Gauge | Self::Untyped => None,
        }
    }
}

impl fmt::Display for MetricType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Untyped => "untyped",
        })
    }
}

/// A counter counts exactly what the ledger counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conserve {
    /// The counter. The count of a promised histogram or summary `x` is `x_count`.
    pub metric: MetricName,
    /// Which book of the ledger it is compared with.
    pub ledger: LedgerBook,
    /// Which field of the ledger each label stands for. Labels that are not named are summed over.
    #[serde(default)]
    pub labels: BTreeMap<LabelName, LedgerField>,
    /// What the counter does not count.
    #[serde(default)]
    pub exclude: Vec<Excluded>,
    /// Only series whose labels match are meant, where a counter counts one thing under several. The labels need not
    /// stand for fields of the ledger; one that a series lacks is empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub series: BTreeMap<LabelName, Glob>,
    /// Only entries of the ledger whose fields match are meant; and of the series whose labels stand for these
    /// fields, only those that match.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<LedgerField, Glob>,
}

/// A histogram, in seconds, observed exactly what the ledger timed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// The histogram, without a suffix.
    pub metric: MetricName,
    /// Which book of the ledger it is compared with.
    pub ledger: LedgerBook,
    /// Which field of the ledger each label stands for. Labels that are not named are summed over.
    #[serde(default)]
    pub labels: BTreeMap<LabelName, LedgerField>,
    /// What the histogram does not observe.
    #[serde(default)]
    pub exclude: Vec<Excluded>,
    /// Only series whose labels match are meant, where a histogram observes one thing under several. The labels need not
    /// stand for fields of the ledger; one that a series lacks is empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub series: BTreeMap<LabelName, Glob>,
    /// Only entries of the ledger whose fields match are meant; and of the series whose labels stand for these
    /// fields, only those that match.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<LedgerField, Glob>,
}

/// A gauge comes back to where it was once the traffic is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settles {
    /// The gauge.
    pub metric: MetricName,
}

/// Selects spans. What is not named matches anything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpanSelector {
    /// The span's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Glob>,
    /// The span's kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SpanKind>,
    /// The name of the service that recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Glob>,
}

impl fmt::Display for SpanSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(kind) = self.kind {
            write!(f, "{kind} ")?;
        }
        f.write_str("spans")?;
        if let Some(name) = &self.name {
            write!(f, " named `{name}`")?;
        }
        self.service.as_ref().map_or(Ok(()), |service| write!(f, " of `{service}`"))
    }
}

/// The kind of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    /// Work inside a service.
    Internal,
    /// A request that is served.
    Server,
    /// A request that is made.
    Client,
    /// A message that is sent.
    Producer,
    /// A message that is handled.
    Consumer,
}

impl fmt::Display for SpanKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        })
    }
}

/// Spans carry an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpanAttribute {
    /// The attribute's name.
    pub attribute: String,
    /// On which spans.
    pub on: SpanSelector,
    /// Its value is what the ledger holds here for the same trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agrees_with: Option<LedgerField>,
}

/// Spans join the trace of their parent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpanJoins {
    /// Which spans.
    pub spans: SpanSelector,
    /// An ancestor that each of them has in the same trace.
    pub below: SpanSelector,
}

/// A share of the traces is recorded: a caller's decision is followed, and this share of what comes without one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// The variable that holds the share.
    pub share: EnvName,
    /// The spans that start a service's part of a trace.
    pub entry: SpanSelector,
}

/// An environment variable is read, and has a default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Env {
    /// Its name.
    pub name: EnvName,
    /// Its value when it is not set, where the document states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// An example that the document gives, where it states no default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// What shows that it was honoured. Without it nothing that a run observes does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
}

/// A function of the instrumentation API does what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// The function's name.
    pub function: String,
    /// What shows that it was called. Without it nothing that a run observes does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
}

/// What shows that something took effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// This metric moved.
    Metric(MetricName),
    /// Spans such as these arrived.
    Span(SpanSelector),
    /// Spans carry this resource attribute with the variable's value.
    Resource(String),
    /// Spans are recorded at the variable's share.
    SampleShare,
    /// Metrics were scraped.
    Scraped,
}

/// Metrics are scraped here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScrapeTarget {
    /// The scrape job.
    pub job: String,
    /// The documented port. A run on free ports maps it.
    pub port: u16,
    /// The path.
    pub path: String,
    /// How often.
    pub interval: HumanDuration,
}

/// What the contracts of a run promise is all there is: any other metric or label is a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosedWorld {
    /// The metrics it speaks of.
    pub metrics: Glob,
    /// Exceptions, such as a client library's own metrics.
    #[serde(default)]
    pub allow: Vec<Glob>,
}
