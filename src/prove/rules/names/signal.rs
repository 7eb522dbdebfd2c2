//! What a metric's name is about, whatever words say it.

use std::collections::BTreeSet;

use super::metrics::own;
use super::words::stem;

/// Words that mean the same in the names of metrics.
const SAME: [(&str, &[&str]); 14] = [
    ("latency", &["duration", "elapsed"]),
    ("active", &["running", "current", "ongoing", "inflight", "inprogress"]),
    ("error", &["failure", "failed", "fail"]),
    ("connection", &["conn"]),
    ("request", &["req", "call"]),
    ("database", &["db"]),
    ("memory", &["mem"]),
    ("message", &["msg"]),
    ("transaction", &["txn"]),
    ("usage", &["utilization", "utilisation"]),
    ("ratio", &["rate", "percent", "percentage"]),
    ("websocket", &["ws"]),
    ("success", &["successful", "succeeded"]),
    ("completed", &["finished"]),
];

/// Words that add nothing to what a metric is: types, units and the protocol that is understood.
const EMPTY: [&str; 17] = [
    "total",
    "second",
    "sec",
    "ms",
    "millisecond",
    "us",
    "microsecond",
    "ns",
    "nanosecond",
    "byte",
    "count",
    "num",
    "number",
    "http",
    "https",
    "of",
    "by",
];

/// What a name is about, as words that are the same for every name of the same signal.
pub(super) fn signal(name: &str, prefixes: Option<&BTreeSet<String>>) -> BTreeSet<String> {
    let rest = own(name, prefixes).unwrap_or(name);
    let rest = rest.replace("in_progress", "active").replace("in_flight", "active");
    let mut words: Vec<String> = rest.split('_').filter(|word| !word.is_empty()).map(stem).collect();
    // `time` is how long something takes, unless it is a time of day.
    if let Some(at) = words.iter().position(|word| word == "time").filter(|at| *at > 0) {
        let of_day = ["start", "boot", "creation", "last", "expiry", "up"].contains(&words[at - 1].as_str());
        if !of_day {
            "latency".clone_into(&mut words[at]);
        }
    }
    let canonical = |word: String| {
        let same = SAME.iter().find(|(_, others)| others.contains(&word.as_str()));
        same.map_or(word, |(canonical, _)| (*canonical).to_owned())
    };
    let kept = words.into_iter().filter(|word| !EMPTY.contains(&word.as_str())).map(canonical);
    let mut signal: BTreeSet<String> = kept.collect();
    // What is timed is a request unless something else is named.
    if signal.contains("latency") {
        signal.remove("request");
        signal.remove("response");
    }
    if signal.contains("queue")
        && ["size", "length", "len", "backlog"].iter().any(|word| signal.remove(*word))
    {
        signal.insert("depth".to_owned());
    }
    if signal.len() > 1 {
        signal.remove("api");
    }
    signal
}
