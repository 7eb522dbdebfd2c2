use serde_json::{Value, json};

/// The wire format that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// `POST /v1/messages`
    Anthropic,
    /// `POST /v1/chat/completions`
    OpenAi,
}

/// What a provider answers well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) model: String,
    /// In seconds since 1970.
    pub(super) created: i64,
    pub(super) text: String,
    pub(super) tokens_in: u64,
    pub(super) tokens_out: u64,
}

impl Wire {
    /// The prompt of a request: the text of its last message. None when the body is no such request.
    pub(super) fn prompt(body: &Value) -> Option<(&str, &str)> {
        let model = body.get("model")?.as_str()?;
        let prompt = body.get("messages")?.as_array()?.last()?.get("content")?.as_str()?;
        Some((model, prompt))
    }

    pub(super) fn answer(self, answer: &Answer) -> Value {
        let Answer { id, model, created, text, tokens_in, tokens_out } = answer;
        match self {
            Self::Anthropic => json!({
                "id": format!("msg_{id}"),
                "type": "message",
                "role": "assistant",
                "model": model,
                "content": [{"type": "text", "text": text}],
                "stop_reason": "end_turn",
                "stop_sequence": null,
                "usage": {"input_tokens": tokens_in, "output_tokens": tokens_out},
            }),
            Self::OpenAi => json!({
                "id": format!("chatcmpl-{id}"),
                "object": "chat.completion",
                "created": created,
                "model": model,
                "choices": [{
                    "index": 0,
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": "stop",
                }],
                "usage": {
                    "prompt_tokens": tokens_in,
                    "completion_tokens": tokens_out,
                    "total_tokens": tokens_in + tokens_out,
                },
            }),
        }
    }

    pub(super) fn error(self, kind: ErrorKind, message: &str) -> Value {
        match self {
            Self::Anthropic => {
                json!({"type": "error", "error": {"type": kind.anthropic(), "message": message}})
            }
            Self::OpenAi => {
                json!({"error": {"message": message, "type": kind.open_ai(), "param": null, "code": null}})
            }
        }
    }
}

/// What a provider refuses with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorKind {
    InvalidRequest,
    RateLimited,
    Internal,
}

impl ErrorKind {
    fn anthropic(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request_error",
            Self::RateLimited => "rate_limit_error",
            Self::Internal => "api_error",
        }
    }

    fn open_ai(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request_error",
            Self::RateLimited => "rate_limit_exceeded",
            Self::Internal => "server_error",
        }
    }
}
