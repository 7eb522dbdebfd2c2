//! The shapes that Anthropic's and OpenAI's references print, strictly: nothing missing, nothing made up.

use serde::Deserialize;

use super::{ANTHROPIC, Bench, OPEN_AI, question};
use crate::stage::{fault, simulate};
use probity::observe::ProviderFault;

/// "Create a Message", response.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnthropicMessage {
    id: String,
    r#type: String,
    role: String,
    model: String,
    content: Vec<AnthropicBlock>,
    stop_reason: String,
    stop_sequence: Option<String>,
    usage: AnthropicUsage,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnthropicBlock {
    r#type: String,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnthropicUsage {
    input_tokens: u64,
    output_tokens: u64,
}

/// "Errors", "Error shapes".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnthropicError {
    r#type: String,
    error: AnthropicErrorBody,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnthropicErrorBody {
    r#type: String,
    message: String,
}

/// "The chat completion object".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Completion {
    id: String,
    object: String,
    created: i64,
    model: String,
    choices: Vec<Choice>,
    usage: OpenAiUsage,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    index: u64,
    message: ChoiceMessage,
    finish_reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceMessage {
    role: String,
    content: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenAiUsage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenAiError {
    error: OpenAiErrorBody,
}

/// As the API sends it and its clients read it: all four fields, of which two may be null.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenAiErrorBody {
    message: String,
    r#type: String,
    #[serde(deserialize_with = "Option::deserialize")]
    param: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    code: Option<String>,
}

fn is_json(content_type: Option<&str>) -> bool {
    content_type == Some("application/json")
}

#[test]
fn anthropic_answers_are_messages() {
    let reply = simulate(|clock| async move {
        let bench = Bench::start(&clock, 1, vec![]).await;
        bench.call("anthropic-api", ANTHROPIC, question("Is this so? Say why.")).await
    });
    assert!(reply.status == 200 && is_json(reply.header("content-type")));
    let message: AnthropicMessage = serde_json::from_str(&reply.text).expect("the documented shape");
    assert!(message.id.starts_with("msg_"), "{}", message.id);
    assert_eq!((message.r#type.as_str(), message.role.as_str()), ("message", "assistant"));
    assert_eq!((message.model.as_str(), message.stop_reason.as_str()), ("some-model", "end_turn"));
    assert_eq!(message.stop_sequence, None);
    let [block] = message.content.as_slice() else { panic!("expected one block in {message:?}") };
    assert_eq!(block.r#type, "text");
    assert!(["AGREE: ", "OBJECT: "].iter().any(|stance| block.text.starts_with(stance)), "{}", block.text);
    let words = block.text.split_whitespace().count() as u64;
    assert_eq!((message.usage.input_tokens, message.usage.output_tokens), (5, words));
}

#[test]
fn open_ai_answers_are_chat_completions() {
    let (reply, asked) = simulate(|clock| async move {
        let bench = Bench::start(&clock, 1, vec![]).await;
        clock.sleep(std::time::Duration::from_secs(77)).await;
        let asked = clock.now();
        (bench.call("openai-api", OPEN_AI, question("Is this so? Say why.")).await, asked)
    });
    assert!(reply.status == 200 && is_json(reply.header("content-type")));
    let completion: Completion = serde_json::from_str(&reply.text).expect("the documented shape");
    assert!(completion.id.starts_with("chatcmpl-"), "{}", completion.id);
    assert_eq!((completion.object.as_str(), completion.model.as_str()), ("chat.completion", "some-model"));
    assert_eq!(completion.created, asked.as_second());
    let [choice] = completion.choices.as_slice() else { panic!("expected one choice in {completion:?}") };
    assert_eq!((choice.index, choice.finish_reason.as_str()), (0, "stop"));
    assert_eq!(choice.message.role, "assistant");
    let words = choice.message.content.split_whitespace().count() as u64;
    let usage = &completion.usage;
    assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (5, words, 5 + words));
}

#[test]
fn errors_have_the_shape_of_their_format() {
    for (kind, status, anthropic, open_ai) in [
        (None, 400, "invalid_request_error", "invalid_request_error"),
        (Some(ProviderFault::RateLimited), 429, "rate_limit_error", "rate_limit_exceeded"),
        (Some(ProviderFault::ServerError), 500, "api_error", "server_error"),
    ] {
        let (first, second) = simulate(|clock| async move {
            let faults = kind.map(|kind| fault(None, kind, 1.0)).into_iter().collect();
            let bench = Bench::start(&clock, 1, faults).await;
            let body = if kind.is_some() { question("Any?") } else { "no JSON".to_owned() };
            (bench.call("a", ANTHROPIC, body.clone()).await, bench.call("a", OPEN_AI, body).await)
        });
        assert!(first.status == status && second.status == status, "{first:?} {second:?}");
        assert!(is_json(first.header("content-type")) && is_json(second.header("content-type")));
        let error: AnthropicError = serde_json::from_str(&first.text).expect("the documented shape");
        assert_eq!((error.r#type.as_str(), error.error.r#type.as_str()), ("error", anthropic));
        assert!(!error.error.message.is_empty());
        let OpenAiError { error } = serde_json::from_str(&second.text).expect("the documented shape");
        assert_eq!((error.r#type.as_str(), error.param, error.code), (open_ai, None, None));
        assert!(!error.message.is_empty());
    }
}

#[test]
fn what_is_no_request_is_refused_at_once() {
    let refused = [
        "",
        "no JSON",
        "[]",
        "{}",
        r#"{"model": "m"}"#,
        r#"{"messages": [{"role": "user", "content": "no model"}]}"#,
        r#"{"model": "m", "messages": []}"#,
        r#"{"model": "m", "messages": [{"role": "user"}]}"#,
        r#"{"model": "m", "messages": [{"role": "user", "content": 7}]}"#,
        r#"{"model": 7, "messages": [{"role": "user", "content": "no name"}]}"#,
    ];
    let replies = simulate(|clock| async move {
        let bench = Bench::start(&clock, 1, vec![]).await;
        let mut replies = vec![];
        for body in refused {
            replies.push((body, bench.call("a", ANTHROPIC, body).await));
            replies.push((body, bench.call("a", OPEN_AI, body).await));
        }
        replies
    });
    for (body, reply) in replies {
        assert!(reply.status == 400 && reply.took.is_zero(), "{body}: {reply:?}");
        assert_eq!(reply.json().pointer("/error/type").expect("a type"), "invalid_request_error");
    }
}
