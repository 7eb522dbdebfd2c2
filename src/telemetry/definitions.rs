/// Name, help and labels of one metric as it is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricName {
    /// The name a user queries; counters end in `_total`.
    pub name: &'static str,
    /// The help line.
    pub help: &'static str,
    /// Label names, in the order in which values are recorded.
    pub labels: Vec<&'static str>,
    /// A label that is exposed under another name than it is recorded under.
    pub renamed: Option<(&'static str, &'static str)>,
}

impl MetricName {
    /// The name under which a label is exposed.
    pub(super) fn exposed(&self, label: &'static str) -> &'static str {
        self.renamed.filter(|(recorded, _)| *recorded == label).map_or(label, |(_, exposed)| exposed)
    }

    fn new(name: &'static str, help: &'static str, labels: &[&'static str]) -> Self {
        Self { name, help, labels: labels.to_vec(), renamed: None }
    }
}

/// Span attributes that are captured without being asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Captured {
    /// `http.path`
    HttpPath,
    /// `http.method`
    HttpMethod,
    /// `http.status_code`
    HttpStatusCode,
    /// `agent.name`
    AgentName,
    /// `agent.prompt_length`
    AgentPromptLength,
    /// `agent.response_length`
    AgentResponseLength,
}

impl Captured {
    /// The attribute's name.
    pub fn key(self) -> &'static str {
        match self {
            Self::HttpPath => "http.path",
            Self::HttpMethod => "http.method",
            Self::HttpStatusCode => "http.status_code",
            Self::AgentName => "agent.name",
            Self::AgentPromptLength => "agent.prompt_length",
            Self::AgentResponseLength => "agent.response_length",
        }
    }
}

/// What is registered under which name, and what is captured. The default is the guide's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definitions {
    /// HTTP requests; values recorded: method, endpoint, status.
    pub requests: MetricName,
    /// Request latency; value recorded: endpoint.
    pub request_latency: MetricName,
    /// Agent calls; values recorded: agent, status.
    pub agent_calls: MetricName,
    /// Agent latency; value recorded: agent.
    pub agent_latency: MetricName,
    /// Debates that run now.
    pub active_debates: MetricName,
    /// Share of ended debates that reached consensus.
    pub consensus_rate: MetricName,
    /// Whether the consensus rate says that it is a gauge.
    pub consensus_rate_typed: bool,
    /// WebSocket connections that are open now.
    pub websocket_connections: MetricName,
    /// Memory operations; values recorded: operation, tier.
    pub memory_operations: MetricName,
    /// Attributes that spans get by themselves.
    pub captured: Vec<Captured>,
}

impl Default for Definitions {
    fn default() -> Self {
        let metric = MetricName::new;
        Self {
            requests: metric(
                "aragora_requests_total",
                "Total HTTP requests",
                &["method", "endpoint", "status"],
            ),
            request_latency: metric("aragora_request_latency_seconds", "Request latency", &["endpoint"]),
            agent_calls: metric("aragora_agent_calls_total", "Total agent API calls", &["agent", "status"]),
            agent_latency: metric("aragora_agent_latency_seconds", "Agent response latency", &["agent"]),
            active_debates: metric("aragora_active_debates", "Currently active debates", &[]),
            consensus_rate: metric("aragora_consensus_rate", "Rate of consensus reached", &[]),
            consensus_rate_typed: true,
            websocket_connections: metric(
                "aragora_websocket_connections",
                "Active WebSocket connections",
                &[],
            ),
            memory_operations: metric(
                "aragora_memory_operations_total",
                "Memory operations",
                &["operation", "tier"],
            ),
            captured: vec![
                Captured::HttpPath,
                Captured::HttpMethod,
                Captured::HttpStatusCode,
                Captured::AgentName,
                Captured::AgentPromptLength,
                Captured::AgentResponseLength,
            ],
        }
    }
}
