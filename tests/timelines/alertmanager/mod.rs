//! Alertmanager's twin against two releases of Alertmanager: the same random timelines of reports and silences, played
//! at once to a server with second-sized timers, and to the twin in virtual time. Same notifications, same order, times
//! within half a second; same alerts and groups at the times at which both were asked.

mod compare;
mod plan;
mod server;
mod twin;

use std::collections::{BTreeMap, BTreeSet};

use probity::alerting::alertmanager::Release;
use serde_json::Value;

use super::engines::Generation;
use compare::{compare_views, differences, latest_ms};
use plan::{Action, Event};
use server::{Arrived, Server};

const SEED: u64 = 20_260_401;

/// How long things happen, and how long it is watched, in seconds.
const SECONDS: i64 = 24;
const WATCHED: i64 = 36;

/// When both are asked for their alerts and groups: between reports, starts of silences, ends of alerts and timers.
const VIEWS: [i64; 3] = [7_250, 15_250, 23_250];

/// How late a server's notifications may be before the machine is taken to have stalled, and how often all is played.
const STALLED_MS: i64 = 120;
const MOST_ATTEMPTS: u32 = 3;

/// A notification as both tell of it. Times are in milliseconds since the start of the play.
#[derive(Debug, Clone)]
struct Seen {
    at_ms: i64,
    path: String,
    group: String,
    reason: Option<String>,
    alerts: Vec<Alert>,
}

#[derive(Debug, Clone)]
struct Alert {
    labels: BTreeMap<String, String>,
    resolved: bool,
    starts_ms: i64,
    ends_ms: Option<i64>,
}

/// What the HTTP interface shows.
#[derive(Debug)]
struct View {
    alerts: Vec<Shown>,
    groups: Vec<(BTreeMap<String, String>, String, Vec<Shown>)>,
}

#[derive(Debug)]
struct Shown {
    labels: BTreeMap<String, String>,
    fingerprint: String,
    state: String,
    silenced_by: BTreeSet<(usize, usize)>,
    inhibited_by: Vec<String>,
    receivers: Vec<String>,
    starts_ms: i64,
    ends_ms: i64,
}

/// Another run's seed.
#[expect(clippy::disallowed_methods, reason = "a developer asks for other timelines")]
fn seed() -> u64 {
    let given = std::env::var("PROBITY_SEED").ok();
    given.map_or(SEED, |given| given.parse().expect("PROBITY_SEED is a whole number"))
}

fn say(text: &str) {
    use std::io::Write as _;
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).expect("stderr is there");
}

fn milliseconds(text: &Value, base_ms: i64) -> i64 {
    let at: jiff::Timestamp = text.as_str().expect("a text").parse().expect("a time");
    at.as_millisecond() - base_ms
}

fn labels(value: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(value.clone()).expect("labels are texts")
}

fn seen(arrived: Arrived, base_ms: i64) -> Seen {
    let body = arrived.body;
    let alerts = body["alerts"].as_array().expect("a list").iter().map(|alert| {
        let resolved = alert["status"] == "resolved";
        Alert {
            labels: labels(&alert["labels"]),
            resolved,
            starts_ms: milliseconds(&alert["startsAt"], base_ms),
            ends_ms: resolved.then(|| milliseconds(&alert["endsAt"], base_ms)),
        }
    });
    Seen {
        at_ms: arrived.at_ms - base_ms,
        path: arrived.path,
        group: body["groupKey"].as_str().expect("a key").to_owned(),
        reason: body["notification_reason"].as_str().map(str::to_owned),
        alerts: alerts.collect(),
    }
}

/// Who silences, by the id of the silence.
type Silences = BTreeMap<String, (usize, usize)>;

fn shown(alert: &Value, silences: &Silences, base_ms: i64) -> Shown {
    let texts = |list: &Value, of: &dyn Fn(&Value) -> String| -> Vec<String> {
        list.as_array().expect("a list").iter().map(of).collect()
    };
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let status = &alert["status"];
    Shown {
        labels: labels(&alert["labels"]),
        fingerprint: text(&alert["fingerprint"]),
        state: text(&status["state"]),
        silenced_by: texts(&status["silencedBy"], &text).iter().map(|id| silences[id]).collect(),
        inhibited_by: texts(&status["inhibitedBy"], &text),
        receivers: texts(&alert["receivers"], &|receiver| text(&receiver["name"])),
        starts_ms: milliseconds(&alert["startsAt"], base_ms),
        ends_ms: milliseconds(&alert["endsAt"], base_ms),
    }
}

fn view(server: &Server, silences: &Silences, base_ms: i64) -> View {
    let all = |alerts: &Value| -> Vec<Shown> {
        alerts.as_array().expect("a list").iter().map(|alert| shown(alert, silences, base_ms)).collect()
    };
    let alerts = all(&server.view("/api/v2/alerts"));
    let groups = server.view("/api/v2/alerts/groups");
    let groups = groups.as_array().expect("a list").iter().map(|group| {
        let receiver = group["receiver"]["name"].as_str().expect("a name").to_owned();
        (labels(&group["labels"]), receiver, all(&group["alerts"]))
    });
    View { alerts, groups: groups.collect() }
}

/// Plays the timelines to a server.
fn act(server: &Server, events: &[Event], base_ms: i64) -> Vec<View> {
    let mut ids = BTreeMap::<(usize, usize), String>::new();
    let mut views = Vec::new();
    let mut asked = VIEWS.iter().peekable();
    let mut silences = Silences::new();
    for at_once in events.chunk_by(|one, other| one.at_ms == other.at_ms) {
        while let Some(at_ms) = asked.next_if(|at_ms| **at_ms < at_once[0].at_ms) {
            server::wait_until(base_ms + at_ms);
            views.push(view(server, &silences, base_ms));
        }
        server::wait_until(base_ms + at_once[0].at_ms);
        let reports = at_once.iter().filter(|event| matches!(event.action, Action::Report { .. }));
        let reports: Vec<Value> = reports.map(|event| event.body(base_ms)).collect();
        assert_eq!(server.ask("POST", "/api/v2/alerts", &reports.into()), (200, String::new()));
        for event in at_once {
            match event.action {
                Action::Report { .. } => {}
                Action::Silence { number, .. } => {
                    let (status, body) = server.ask("POST", "/api/v2/silences", &event.body(base_ms));
                    assert_eq!(status, 200, "{body}");
                    let answer: Value = serde_json::from_str(&body).expect("JSON");
                    let id = answer["silenceID"].as_str().expect("an id").to_owned();
                    silences.insert(id.clone(), (event.timeline, number));
                    ids.insert((event.timeline, number), id);
                }
                Action::Expire { number } => {
                    let path = format!("/api/v2/silence/{}", ids[&(event.timeline, number)]);
                    assert_eq!(server.ask("DELETE", &path, &Value::Null).0, 200);
                }
            }
        }
    }
    for at_ms in asked {
        server::wait_until(base_ms + at_ms);
        views.push(view(server, &silences, base_ms));
    }
    views
}

/// Plays once; what differs, and how late the server was. None when there is no server.
fn once(generation: Generation, release: Release, name: &str) -> Option<(Vec<String>, i64)> {
    let server = Server::start(generation, name)?;
    let events = plan::events(seed(), SECONDS);
    say(&format!("seed {}, {release:?}: {} timelines, {} events", seed(), plan::TIMELINES, events.len()));
    // Empty groups are taken away every 30 s after the server's start, a little of which passes before it is up.
    let started_ms = server.started_ms + 100;
    let base_ms = server.started_ms + 1_750;
    let their_views = act(&server, &events, base_ms);
    server::wait_until(base_ms + WATCHED * 1000);
    let theirs: Vec<Seen> = server.arrived().into_iter().map(|arrived| seen(arrived, base_ms)).collect();
    let until_ms = WATCHED * 1000;
    let (ours, our_views) = twin::play(&events, release, (base_ms, started_ms), &VIEWS, until_ms);
    let count = ours.len();
    assert!(count > plan::TIMELINES, "only {count} notifications");
    let late_ms = latest_ms(&theirs, &ours);
    let mut told = differences(theirs, ours);
    for ((theirs, ours), at_ms) in their_views.iter().zip(&our_views).zip(VIEWS) {
        told.extend(compare_views(theirs, ours, release, at_ms));
    }
    say(&format!("{release:?}: {count} notifications, {} differences, {late_ms} ms late", told.len()));
    Some((told, late_ms))
}

/// A machine that stalls shifts timers past reports: what differs then is nobody's fault, and all is played again.
fn agrees(generation: Generation, release: Release, name: &str) {
    for attempt in 1..=MOST_ATTEMPTS {
        let Some((told, late_ms)) = once(generation, release, name) else { return };
        if told.is_empty() {
            return;
        }
        let shown = told[..told.len().min(12)].join("\n");
        assert!(
            late_ms > STALLED_MS && attempt < MOST_ATTEMPTS,
            "seed {}, {late_ms} ms late: {} differ:\n{shown}",
            seed(),
            told.len()
        );
    }
}

#[test]
fn the_twin_follows_033() {
    agrees(Generation::V3, Release::V0_33, "timelines-033");
}

#[test]
fn the_twin_follows_025() {
    agrees(Generation::V2, Release::V0_25, "timelines-025");
}
