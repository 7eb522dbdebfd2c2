use std::time::SystemTime;

use http::HeaderMap;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator as _};
use opentelemetry::trace::{FutureExt as _, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::trace::SdkTracer;

use super::Telemetry;
use super::definitions::Captured;
use crate::clock::Clock;

/// What a handler's span says of its request.
#[derive(Clone, Copy, Debug)]
pub struct HandlerRequest<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path as it was asked for.
    pub path: &'a str,
    /// The headers, for the caller's trace context.
    pub headers: &'a HeaderMap,
}

/// An answer that knows its HTTP status.
pub trait WithStatus {
    /// The status code.
    fn status(&self) -> u16;
}

/// An open span, current for what runs [`within`](Self::within) it. Dropping it ends it at the clock's present.
#[derive(Debug)]
pub struct SpanScope {
    context: Context,
    clock: Clock,
}

impl SpanScope {
    /// Sets an attribute.
    pub fn set_attribute(&self, key: &'static str, value: impl Into<Value>) {
        self.context.span().set_attribute(KeyValue::new(key, value));
    }

    /// Marks the span as failed.
    pub fn fail(&self, description: &str) {
        self.context.span().set_status(Status::error(description.to_owned()));
    }

    /// The context in which this span is the parent.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Runs `work` with this span as the current one.
    pub async fn within<F: Future>(&self, work: F) -> F::Output {
        work.with_context(self.context.clone()).await
    }
}

impl Drop for SpanScope {
    fn drop(&mut self) {
        self.context.span().end_with_timestamp(SystemTime::from(self.clock.now()));
    }
}

impl Telemetry {
    /// The tracer, for spans beyond the helpers. None when OTEL_ENABLED is not true.
    pub fn get_tracer(&self) -> Option<&SdkTracer> {
        self.inner.tracing.as_ref().map(|tracing| &tracing.tracer)
    }

    /// What `get_tracer().start_as_current_span(name)` is in the guide: an internal span below the current one.
    pub fn start_as_current_span(&self, name: &'static str) -> SpanScope {
        self.start(name, SpanKind::Internal, Vec::new(), &Context::current())
    }

    /// A span below the current one: `create_span("custom_operation", [("key", "value")])`.
    pub fn create_span<V: Into<Value>>(
        &self,
        name: &'static str,
        attributes: impl IntoIterator<Item = (&'static str, V)>,
    ) -> SpanScope {
        let attributes = attributes.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect();
        self.start(name, SpanKind::Internal, attributes, &Context::current())
    }

    /// Runs a handler in a server span, whose parent is the caller's `traceparent`. Method, path and status become
    /// attributes; a 5xx status marks the span as failed.
    pub async fn trace_handler<F>(
        &self,
        name: &'static str,
        request: HandlerRequest<'_>,
        handler: F,
    ) -> F::Output
    where
        F: Future<Output: WithStatus>,
    {
        let parent = self.inner.propagator.extract_with_context(&Context::new(), &Headers(request.headers));
        let mut attributes = Vec::with_capacity(3);
        self.capture(&mut attributes, Captured::HttpMethod, request.method.to_owned());
        self.capture(&mut attributes, Captured::HttpPath, request.path.to_owned());
        let scope = self.start(name, SpanKind::Server, attributes, &parent);
        let answer = scope.within(handler).await;
        let status = answer.status();
        self.capture_on(&scope, Captured::HttpStatusCode, i64::from(status));
        if status >= 500 {
            scope.fail("server error");
        }
        answer
    }

    /// Runs an agent call in a client span. Name and the lengths of prompt and response, in characters, become
    /// attributes; never their text.
    ///
    /// # Errors
    /// Those of the call, which also mark the span as failed.
    pub async fn trace_agent_call<F, T, E>(&self, agent: &str, prompt: &str, call: F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        T: AsRef<str>,
        E: std::fmt::Display,
    {
        let mut attributes = Vec::with_capacity(3);
        self.capture(&mut attributes, Captured::AgentName, agent.to_owned());
        self.capture(&mut attributes, Captured::AgentPromptLength, length(prompt));
        let scope = self.start("agent.call", SpanKind::Client, attributes, &Context::current());
        let result = scope.within(call).await;
        match &result {
            Ok(response) => self.capture_on(&scope, Captured::AgentResponseLength, length(response.as_ref())),
            Err(error) => {
                self.capture_on(&scope, Captured::AgentResponseLength, 0);
                scope.fail(&error.to_string());
            }
        }
        result
    }

    /// Adds the current span's context to the headers of an outgoing request.
    pub fn inject_context(&self, headers: &mut HeaderMap) {
        self.inner.propagator.inject_context(&Context::current(), &mut Headers(headers));
    }

    fn start(
        &self,
        name: &'static str,
        kind: SpanKind,
        attributes: Vec<KeyValue>,
        parent: &Context,
    ) -> SpanScope {
        let clock = self.clock().clone();
        let Some(tracer) = self.get_tracer() else { return SpanScope { context: parent.clone(), clock } };
        let builder = tracer
            .span_builder(name)
            .with_kind(kind)
            .with_start_time(SystemTime::from(clock.now()))
            .with_attributes(attributes);
        let span = tracer.build_with_context(builder, parent);
        SpanScope { context: parent.with_span(span), clock }
    }

    fn capture(&self, attributes: &mut Vec<KeyValue>, which: Captured, value: impl Into<Value>) {
        if self.inner.definitions.captured.contains(&which) {
            attributes.push(KeyValue::new(which.key(), value));
        }
    }

    fn capture_on(&self, scope: &SpanScope, which: Captured, value: i64) {
        if self.inner.definitions.captured.contains(&which) {
            scope.set_attribute(which.key(), value);
        }
    }
}

fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// Whether a `traceparent` has the form that W3C Trace Context gives it; any other must be ignored, and the SDK's
/// reader also takes ids that are too short. What the ids and the version may be is left to that reader.
fn is_traceparent(value: &str) -> bool {
    let digits = |part: &str, count| {
        part.len() == count && part.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut parts = value.splitn(5, '-');
    let mut next = |count| parts.next().filter(|part| digits(part, count));
    let (version, ids, flags) = (next(2), next(32).and(next(16)), next(2));
    // Only versions to come may append to it.
    version.is_some() && ids.is_some() && flags.is_some() && (version != Some("00") || parts.next().is_none())
}

/// Headers as a carrier of trace context.
struct Headers<H>(H);

impl Extractor for Headers<&HeaderMap> {
    fn get(&self, key: &str) -> Option<&str> {
        let value = self.0.get(key)?.to_str().ok()?;
        (key != "traceparent" || is_traceparent(value)).then_some(value)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

impl Injector for Headers<&mut HeaderMap> {
    fn set(&mut self, key: &str, value: String) {
        let name = http::HeaderName::from_bytes(key.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value.parse()) {
            self.0.insert(name, value);
        }
    }
}
