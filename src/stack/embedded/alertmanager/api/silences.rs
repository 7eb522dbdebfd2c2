//! `/api/v2/silences` and `/api/v2/silence/{id}`.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::posted::{PostedMatcher, PostedSilence, Refused};
use super::query::{self, Pairs};
use super::{Asked, Shared, answer, body, posted, shape, shown};
use crate::alerting::alertmanager::{Release, Silence};
use crate::alerting::matchers::{Matcher, Matchers, Op, is_label_name};

/// What is said of an id that nobody has.
const NOT_FOUND: &str = "silence not found";

pub(super) fn list(shared: &Shared, pairs: &Pairs) -> Response {
    let release = shared.plan.release;
    let wanted = match query::matchers(pairs, release) {
        Ok(wanted) => wanted,
        Err(words) => return answer::wrong(StatusCode::BAD_REQUEST, &words, release),
    };
    let silences = shared.twin.lock().silences(shared.now_ms());
    let found = silences.iter().filter(|(silence, _)| query::finds(&wanted, silence));
    let shown: Vec<String> = found.map(|silence| shown::silence(silence, release)).collect();
    answer::found(shown::list(&shown))
}

pub(super) fn post(shared: &Shared, asked: Asked) -> Response {
    let release = shared.plan.release;
    let read = body(asked, "silence").and_then(|body| posted::silence(&body, release));
    let silence = match read {
        Ok(silence) => silence,
        Err(refused) => return refused.answer(release),
    };
    let set = set(shared, silence);
    shared.stirred.notify_one();
    match set {
        Ok(id) => answer::found(format!("{{\"silenceID\":\"{id}\"}}")),
        Err(words) if words == NOT_FOUND => answer::wrong(StatusCode::NOT_FOUND, &words, release),
        Err(words) => answer::wrong(StatusCode::BAD_REQUEST, &words, release),
    }
}

fn set(shared: &Shared, posted: PostedSilence) -> Result<String, String> {
    let mut twin = shared.twin.lock();
    let now_ms = shared.now_ms();
    let matchers: Result<Vec<Matcher>, String> = posted
        .matchers
        .iter()
        .enumerate()
        .map(|(place, posted)| matcher(place, posted, shared.plan.release))
        .collect();
    let mut silence = Silence {
        id: posted.id,
        matchers: Matchers(Vec::new()),
        starts_at_ms: posted.starts_at_ms,
        ends_at_ms: posted.ends_at_ms,
        updated_at_ms: now_ms,
        created_by: posted.created_by,
        comment: posted.comment,
    };
    match matchers {
        Ok(matchers) => {
            silence.matchers = Matchers(matchers);
            twin.set_silence(now_ms, silence)
        }
        // Times and ids are judged before matchers: a silence without any is refused for those, or for having none.
        Err(words) => match twin.set_silence(now_ms, silence) {
            Err(earlier) if !earlier.ends_with("at least one matcher required") => Err(earlier),
            _ => Err(words),
        },
    }
}

fn matcher(place: usize, posted: &PostedMatcher, release: Release) -> Result<Matcher, String> {
    let op = match (posted.is_regex, posted.is_equal) {
        (false, true) => Op::Equal,
        (false, false) => Op::NotEqual,
        (true, true) => Op::Regex,
        (true, false) => Op::NotRegex,
    };
    let (begins, set) = match release {
        Release::V0_25 => ("silence invalid: ", ""),
        Release::V0_33 => ("invalid silence: ", " in set 0"),
    };
    let (name, value) = (&posted.name, &posted.value);
    let begins = format!("{begins}invalid label matcher {place}{set}: ");
    if !is_label_name(name, release) {
        return Err(format!("{begins}invalid label name {}", shape::quote(name)));
    }
    Matcher::new(name, op, value).map_err(|error| {
        // Here the pattern is looked at as it was posted.
        let error = query::no_pattern(&error, value);
        format!("{begins}invalid regular expression {}: {error}", shape::quote(value))
    })
}

pub(super) fn get(shared: &Shared, id: &str) -> Response {
    let release = shared.plan.release;
    if let Err(refused) = uuid(id) {
        return refused.answer(release);
    }
    let silences = shared.twin.lock().silences(shared.now_ms());
    match silences.iter().find(|(silence, _)| silence.id == id) {
        Some(found) => answer::found(shown::silence(found, release)),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) fn delete(shared: &Shared, id: &str) -> Response {
    let release = shared.plan.release;
    if let Err(refused) = uuid(id) {
        return refused.answer(release);
    }
    let ended = shared.twin.lock().expire_silence(shared.now_ms(), id);
    shared.stirred.notify_one();
    match ended {
        Ok(()) => StatusCode::OK.into_response(),
        Err(words) if words == NOT_FOUND && release == Release::V0_33 => {
            StatusCode::NOT_FOUND.into_response()
        }
        Err(words) => answer::wrong(StatusCode::INTERNAL_SERVER_ERROR, &words, release),
    }
}

/// Whether an id is a UUID, with its hyphens or without.
fn uuid(id: &str) -> Result<(), Refused> {
    let hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if parts.iter().all(|part| hexadecimal(part)) && (lengths == [8, 4, 4, 4, 12] || lengths == [32]) {
        return Ok(());
    }
    let message = format!("silenceID in path must be of type uuid: {}", shape::quote(id));
    Err(Refused::invalid(601, message))
}
