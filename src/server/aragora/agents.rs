use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::instruments::Instruments;
use crate::clock::{Clock, Elapsed, HttpClient, SendError};
use crate::telemetry::Telemetry;

/// The longest that an agent may think; the usual limit of LLM clients.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An agent: a name and the provider behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSpec {
    /// Its name, which becomes a label.
    pub name: String,
    /// What its provider speaks.
    pub wire: WireFormat,
    /// The base of its provider's URLs.
    pub base_url: String,
    /// The model that it asks for.
    pub model: String,
}

/// The wire format of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireFormat {
    /// `POST /v1/messages`
    Anthropic,
    /// `POST /v1/chat/completions`
    OpenAi,
}

impl AgentSpec {
    /// The three agents that the server has unless told otherwise, each below a path of its own at `providers`.
    pub fn defaults(providers: &str) -> Vec<Self> {
        let agent = |name: &str, wire, model: &str| Self {
            name: name.to_owned(),
            wire,
            base_url: format!("{}/{name}", providers.trim_end_matches('/')),
            model: model.to_owned(),
        };
        vec![
            agent("anthropic-api", WireFormat::Anthropic, "claude-sonnet"),
            agent("openai-api", WireFormat::OpenAi, "gpt"),
            agent("mistral-api", WireFormat::OpenAi, "mistral-large"),
        ]
    }
}

/// A call that brought no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("timed out: {0}")]
    Timeout(#[from] Elapsed),
    #[error("provider unreachable: {0}")]
    Unreachable(#[from] SendError),
    #[error("provider answered {0}")]
    Refused(StatusCode),
    #[error("provider sent a malformed answer")]
    Malformed,
}

/// The agents that debates can ask.
#[derive(Debug)]
pub(super) struct Agents {
    clock: Clock,
    client: HttpClient,
    specs: Vec<AgentSpec>,
}

impl Agents {
    pub(super) fn new(clock: &Clock, specs: Vec<AgentSpec>) -> Self {
        Self { clock: clock.clone(), client: HttpClient::new(clock), specs }
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.specs.iter().map(|spec| spec.name.clone()).collect()
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.specs.iter().any(|spec| spec.name == name)
    }

    /// Asks an agent; the call is traced and recorded.
    pub(super) async fn ask(
        &self,
        name: &str,
        prompt: &str,
        telemetry: &Telemetry,
        instruments: &Instruments,
    ) -> Result<String, CallError> {
        let Some(spec) = self.specs.iter().find(|spec| spec.name == name) else {
            return Err(CallError::Refused(StatusCode::NOT_FOUND));
        };
        instruments.agent_call(name, prompt, self.call(spec, prompt, telemetry)).await
    }

    async fn call(&self, spec: &AgentSpec, prompt: &str, telemetry: &Telemetry) -> Result<String, CallError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        telemetry.inject_context(&mut headers);
        let (path, body) = spec.request(prompt);
        let url = format!("{}{path}", spec.base_url);
        let sent = self.client.send(Method::POST, &url, headers, body.to_string());
        let reply = self.clock.timeout(TIMEOUT, sent).await??;
        if reply.status != StatusCode::OK {
            return Err(CallError::Refused(reply.status));
        }
        let body: Value = serde_json::from_slice(&reply.body).map_err(|_| CallError::Malformed)?;
        spec.text(&body).map(str::to_owned).ok_or(CallError::Malformed)
    }
}

impl AgentSpec {
    fn request(&self, prompt: &str) -> (&'static str, Value) {
        let messages = json!([{"role": "user", "content": prompt}]);
        match self.wire {
            WireFormat::Anthropic => {
                ("/v1/messages", json!({"model": self.model, "max_tokens": 1024, "messages": messages}))
            }
            WireFormat::OpenAi => {
                ("/v1/chat/completions", json!({"model": self.model, "messages": messages}))
            }
        }
    }

    fn text<'a>(&self, body: &'a Value) -> Option<&'a str> {
        let pointer = match self.wire {
            WireFormat::Anthropic => "/content/0/text",
            WireFormat::OpenAi => "/choices/0/message/content",
        };
        body.pointer(pointer)?.as_str()
    }
}
