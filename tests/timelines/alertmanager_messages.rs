//! What notifications say: every request of real Alertmanagers of both releases is made again by the twin, byte for byte.
//!
//! Each round posts a few alerts with whatever texts may hold. The webhook of the receiver `hub` tells what each group
//! was notified of and why; from that alone the twin makes the requests of all other integrations. User agents and the
//! order in which requests come in are not compared, and one that a busy machine made it send again counts once.

#[path = "alertmanager_messages/plan.rs"]
mod plan;
#[path = "alertmanager_messages/receivers.rs"]
mod receivers;
#[path = "alertmanager_messages/server.rs"]
mod server;
#[path = "alertmanager_messages/snippets.rs"]
mod snippets;

use std::collections::BTreeMap;

use probity::alerting::alertmanager::config::{Config, read};
use probity::alerting::alertmanager::message::{Templates, message};
use probity::alerting::alertmanager::{Notification, NotifiedAlert, Reason, Release};
use probity::promql::Labels;
use serde_json::Value;

use super::engines::Generation;
use server::Server;

#[test]
fn every_message_of_0_25_is_made_again_byte_for_byte() {
    compare(Generation::V2, Release::V0_25);
}

#[test]
fn every_message_of_0_33_is_made_again_byte_for_byte() {
    compare(Generation::V3, Release::V0_33);
}

fn compare(generation: Generation, release: Release) {
    let Some(server) = Server::start(generation, release) else { return };
    plan::post(&server, release);
    let arrived = server.arrived();
    let read = read(&server.config, "alertmanager.yml", release);
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let config = read.config.expect("no problems");
    let templates = Templates::new(release, &[("own.tmpl".to_owned(), plan::TEMPLATES.to_owned())])
        .expect("they are templates");
    let told: Vec<Notification> = arrived["/hub/0"].iter().map(|body| notification(body)).collect();
    assert_eq!(told.len(), 4, "three groups were told of, one of them again once it was resolved");
    let (expected, lost) = expected(&config, &told, &templates);
    let log = server.log();
    for error in &lost {
        let quoted = serde_json::to_string(error).expect("a text");
        let quoted = quoted.trim_matches('"').replace("\\u003c", "<");
        assert!(log.contains(&quoted), "{release:?} does not say {quoted}");
    }
    assert!(!lost.is_empty(), "some templates fail");
    let mut wrong = Vec::new();
    for (path, bodies) in &expected {
        let real = arrived.get(path).cloned().unwrap_or_default();
        if *bodies != real {
            let differs = bodies.iter().zip(&real).find(|(ours, real)| ours != real);
            let counts = (bodies.len(), real.len());
            wrong.push(format!("{path} (ours, real): {counts:?} bodies, first {differs:#?}"));
        }
    }
    for path in arrived.keys().filter(|path| !expected.contains_key(*path)) {
        wrong.push(format!("{path} was not expected"));
    }
    assert!(wrong.is_empty(), "{release:?}: {} of {}\n{}", wrong.len(), expected.len(), wrong.join("\n"));
}

/// Bodies by path, sorted, and the errors of those that are lost.
fn expected(
    config: &Config,
    told: &[Notification],
    templates: &Templates,
) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let mut bodies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut lost = Vec::new();
    for receiver in &config.receivers {
        for (place, integration) in receiver.integrations.iter().enumerate() {
            for one in told {
                let mut one =
                    Notification { receiver: receiver.name.clone(), integration: place, ..one.clone() };
                if !integration.send_resolved {
                    one.alerts.retain(|alert| !alert.resolved());
                }
                if one.alerts.is_empty() {
                    continue;
                }
                match message(&one, integration, templates, server::EXTERNAL) {
                    Ok(message) => {
                        let path = message.url.splitn(4, '/').nth(3).map(|path| format!("/{path}"));
                        bodies.entry(path.expect("a path")).or_default().push(message.body);
                    }
                    Err(error) => lost.push(error),
                }
            }
        }
    }
    for bodies in bodies.values_mut() {
        bodies.sort();
        bodies.dedup();
    }
    (bodies, lost)
}

/// What a webhook's body tells of.
fn notification(body: &str) -> Notification {
    let body: Value = serde_json::from_str(body).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |value: &Value| -> BTreeMap<String, String> {
        value
            .as_object()
            .expect("an object")
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    };
    let time = |value: &Value| text(value).parse::<jiff::Timestamp>().expect("a time").as_millisecond();
    let alerts = body["alerts"].as_array().expect("alerts").iter().map(|alert| NotifiedAlert {
        labels: Labels::new(texts(&alert["labels"])),
        annotations: texts(&alert["annotations"]),
        starts_at_ms: time(&alert["startsAt"]),
        ends_at_ms: (alert["status"] == "resolved").then(|| time(&alert["endsAt"])),
        generator_url: text(&alert["generatorURL"]),
    });
    Notification {
        id: 1,
        at_ms: 1_800_000_000_000,
        receiver: String::new(),
        integration: 0,
        group_key: text(&body["groupKey"]),
        group_labels: Labels::new(texts(&body["groupLabels"])),
        alerts: alerts.collect(),
        retries: 0,
        reason: match body["notification_reason"].as_str() {
            None | Some("first notification") => Reason::FirstNotification,
            Some("new alerts added") => Reason::NewAlertsInGroup,
            Some("some alerts resolved") => Reason::NewResolvedAlerts,
            Some("all alerts resolved") => Reason::AllAlertsResolved,
            Some("repeat interval elapsed") => Reason::RepeatIntervalElapsed,
            Some(other) => panic!("{other} is no reason that is known"),
        },
    }
}
