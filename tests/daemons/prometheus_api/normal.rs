//! Answers without what no two servers can agree on: times, how long things took, and orders of chance.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::ask::Reply;

/// JSON whose keys keep their order.
#[derive(Debug, Clone, PartialEq)]
enum Json {
    Plain(serde_json::Value),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Plain(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Plain(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Plain(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Plain(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Plain(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Plain(serde_json::Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Json::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
        let mut all = Vec::new();
        while let Some(field) = fields.next_entry()? {
            all.push(field);
        }
        Ok(Json::Object(all))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Json, D::Error> {
        from.deserialize_any(AnyJson)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Plain(value) => write!(f, "{value}"),
            Json::List(items) => {
                f.write_str("[")?;
                items.iter().try_for_each(|item| write!(f, "{item}\n,"))?;
                f.write_str("]")
            }
            Json::Object(fields) => {
                f.write_str("{")?;
                fields.iter().try_for_each(|(name, value)| write!(f, "{name}: {value}, "))?;
                f.write_str("}")
            }
        }
    }
}

const TIMES: [&str; 6] =
    ["startTime", "lastScrape", "activeAt", "lastEvaluation", "serverTime", "lastConfigTime"];

/// Durations, and what else is each server's own.
const OWN: [&str; 6] =
    ["lastScrapeDuration", "evaluationTime", "globalUrl", "minTime", "maxTime", "groupNextToken"];

/// An answer that can be compared; `coarse` leaves names out, where it is chance which of many equals comes first.
pub(super) fn normal(reply: &Reply, coarse: bool) -> Reply {
    let text = reply.body.replace(&format!("{}/", env!("CARGO_TARGET_TMPDIR")), "");
    let body = match serde_json::from_str::<Json>(&text) {
        Ok(json) => {
            // Words of ours have other letters than those of Go.
            let escapes = if text.contains("parse error") { 0 } else { text.matches("\\u00").count() };
            format!("{}\nescaped: {escapes}", simple(json, "", coarse))
        }
        Err(_) => exposition(&words(&text)),
    };
    Reply { body, ..reply.clone() }
}

fn simple(json: Json, key: &str, coarse: bool) -> Json {
    let said = |text: &str| Json::Plain(text.into());
    match json {
        Json::Plain(serde_json::Value::String(text)) if TIMES.contains(&key) => {
            said(if text.starts_with("0001") { "never" } else { "a time" })
        }
        _ if OWN.contains(&key) => said("own"),
        Json::Plain(serde_json::Value::String(text)) => said(&time_or(&words(&text))),
        Json::Plain(serde_json::Value::Number(number)) if number.as_f64().is_some_and(is_time) => said("now"),
        Json::Plain(value) => Json::Plain(value),
        Json::List(items) => {
            let mut items: Vec<Json> = items.into_iter().map(|item| simple(item, "", coarse)).collect();
            if items.iter().any(|item| matches!(item, Json::Object(_) | Json::List(_))) {
                items.sort_by_key(ToString::to_string);
                // How many samples there are is a matter of when the server was asked.
                if key == "values" {
                    items.dedup();
                }
            }
            Json::List(items)
        }
        Json::Object(fields) => {
            let fields = fields.into_iter().filter(|(name, _)| !(coarse && name == "name"));
            Json::Object(fields.map(|(name, value)| (name.clone(), simple(value, &name, coarse))).collect())
        }
    }
}

/// Whether it is about now.
fn is_time(value: f64) -> bool {
    (1.7e9..2e9).contains(&value) || (1.7e12..2e12).contains(&value)
}

fn time_or(text: &str) -> String {
    if text.parse().is_ok_and(is_time) { "now".to_owned() } else { text.to_owned() }
}

/// What is said in words of ours: a parser's places and words, which of several series collide, and no address of a connection.
fn words(text: &str) -> String {
    for known in ["the same labelset", "found duplicate series for the match group"] {
        if let Some((before, _)) = text.split_once(known) {
            return format!("{before}{known}");
        }
    }
    if text.contains(": dial tcp ") {
        return text.rsplit(": ").next().unwrap_or_default().to_owned();
    }
    let Some((before, _)) = text.split_once(": parse error: ") else { return text.to_owned() };
    let before = before.strip_suffix("unknown position").unwrap_or(before);
    let before = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':');
    format!("{before}parse error")
}

/// Lines of an exposition without times.
fn exposition(text: &str) -> String {
    let line = |line: &str| {
        let (series, end) = line.rsplit_once("} ").unwrap_or(("", line));
        let end: Vec<String> = end.split(' ').map(time_or).collect();
        let took = series.starts_with("scrape_duration_seconds{");
        format!("{series} {}\n", if took { "own".to_owned() } else { end.join(" ") })
    };
    text.lines().map(line).collect()
}
