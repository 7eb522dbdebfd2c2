use crate::telemetry::{Captured, Config, Definitions, Export, Sampling};

/// A deliberate telemetry fault that a reference server can be told to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// A middleware and a handler both record.
    RequestsCountedTwice,
    /// The status is recorded before it is known.
    ErrorsCountedAs200,
    /// The request counter lost its `endpoint`.
    LabelDropped,
    /// The memory counter has another name than the document says.
    MetricRenamed,
    /// Milliseconds in a histogram of seconds.
    HistogramInMilliseconds,
    /// Ended debates still count as active.
    GaugeNeverGoesDown,
    /// Agent spans start traces of their own.
    SpansDoNotJoin,
    /// Agent spans lack the length of the response.
    AttributeMissing,
    /// Every trace is recorded, whatever was asked.
    SamplingIgnored,
    /// The clock is read before the work, not after it.
    LatencyBeforeWork,
    /// The consensus rate has no type that a reader could use.
    TypeUnknown,
    /// Agent calls that fail return before they are recorded.
    FailedCallsNotCounted,
    /// The service's name is built in.
    ServiceNameIgnored,
    /// The memory counter's label has another name than the document says.
    LabelRenamed,
    /// The memory counter starts again from nothing every so often.
    CounterResets,
    /// The metrics endpoint is not available every so often.
    MetricsUnavailableSometimes,
    /// The exposition ends before its end mark.
    ExpositionMalformed,
    /// Requests that are refused or fail leave no span.
    FailedRequestsNotTraced,
}

impl Defect {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::RequestsCountedTwice,
        Self::ErrorsCountedAs200,
        Self::LabelDropped,
        Self::MetricRenamed,
        Self::HistogramInMilliseconds,
        Self::GaugeNeverGoesDown,
        Self::SpansDoNotJoin,
        Self::AttributeMissing,
        Self::SamplingIgnored,
        Self::LatencyBeforeWork,
        Self::TypeUnknown,
        Self::FailedCallsNotCounted,
        Self::ServiceNameIgnored,
        Self::LabelRenamed,
        Self::CounterResets,
        Self::MetricsUnavailableSometimes,
        Self::ExpositionMalformed,
        Self::FailedRequestsNotTraced,
    ];

    /// Its name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::RequestsCountedTwice => "requests-counted-twice",
            Self::ErrorsCountedAs200 => "errors-counted-as-200",
            Self::LabelDropped => "label-dropped",
            Self::MetricRenamed => "metric-renamed",
            Self::HistogramInMilliseconds => "histogram-in-milliseconds",
            Self::GaugeNeverGoesDown => "gauge-never-goes-down",
            Self::SpansDoNotJoin => "spans-do-not-join",
            Self::AttributeMissing => "attribute-missing",
            Self::SamplingIgnored => "sampling-ignored",
            Self::LatencyBeforeWork => "latency-before-work",
            Self::TypeUnknown => "type-unknown",
            Self::FailedCallsNotCounted => "failed-calls-not-counted",
            Self::ServiceNameIgnored => "service-name-ignored",
            Self::LabelRenamed => "label-renamed",
            Self::CounterResets => "counter-resets",
            Self::MetricsUnavailableSometimes => "metrics-unavailable-sometimes",
            Self::ExpositionMalformed => "exposition-malformed",
            Self::FailedRequestsNotTraced => "failed-requests-not-traced",
        }
    }

    /// What it does, in a line.
    pub fn description(self) -> &'static str {
        match self {
            Self::RequestsCountedTwice => "every request is counted twice",
            Self::ErrorsCountedAs200 => "requests that failed are counted with status 200",
            Self::LabelDropped => "aragora_requests_total has no label `endpoint`",
            Self::MetricRenamed => "aragora_memory_operations_total is exposed as aragora_memory_ops_total",
            Self::HistogramInMilliseconds => "aragora_request_latency_seconds observes milliseconds",
            Self::GaugeNeverGoesDown => "aragora_active_debates is not decremented when a debate ends",
            Self::SpansDoNotJoin => "spans of agent calls start traces of their own",
            Self::AttributeMissing => "spans of agent calls lack agent.response_length",
            Self::SamplingIgnored => {
                "OTEL_SAMPLE_RATE and the caller's decision are ignored: all is recorded"
            }
            Self::LatencyBeforeWork => "request latency is recorded before the work is done",
            Self::TypeUnknown => "aragora_consensus_rate is exposed with the type unknown",
            Self::FailedCallsNotCounted => "agent calls that fail are not recorded",
            Self::ServiceNameIgnored => "OTEL_SERVICE_NAME is ignored: spans always come from `aragora`",
            Self::LabelRenamed => {
                "aragora_memory_operations_total has the label `memory_tier` instead of `tier`"
            }
            Self::CounterResets => "aragora_memory_operations_total is cleared at every 40th operation",
            Self::MetricsUnavailableSometimes => "every fourth scrape is answered with status 503",
            Self::ExpositionMalformed => "the exposition lacks the `# EOF` that ends it",
            Self::FailedRequestsNotTraced => "the spans of requests answered 4xx or 5xx are not exported",
        }
    }

    /// The defect of this name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|defect| defect.id() == id)
    }

    /// Those defects that lie in what is registered and captured.
    pub(super) fn distort_definitions(defects: &[Self], definitions: &mut Definitions) {
        for defect in defects {
            match defect {
                Self::LabelDropped => definitions.requests.labels.retain(|label| *label != "endpoint"),
                Self::MetricRenamed => definitions.memory_operations.name = "aragora_memory_ops_total",
                Self::LabelRenamed => definitions.memory_operations.renamed = Some(("tier", "memory_tier")),
                Self::TypeUnknown => definitions.consensus_rate_typed = false,
                Self::AttributeMissing => {
                    definitions.captured.retain(|captured| *captured != Captured::AgentResponseLength);
                }
                _ => {}
            }
        }
    }

    /// Those defects that lie in how the environment is read.
    pub(super) fn distort_config(defects: &[Self], config: &mut Config) {
        if defects.contains(&Self::SamplingIgnored) {
            config.sampling = Sampling::Everything;
        }
        if defects.contains(&Self::ServiceNameIgnored) {
            config.service_name = "aragora".to_owned();
        }
        if defects.contains(&Self::FailedRequestsNotTraced) {
            config.export = Export::WithoutFailures;
        }
    }
}
