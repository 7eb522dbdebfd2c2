//! Receivers that wake people up or open tickets.

use super::super::form::{DURATION, GO_DURATION, URL};
use super::super::prometheus::SIGV4;
use super::super::shape::Shape::{AnyOf, Bool, Form as Formed, List, Map, Text, Words};
use super::super::shape::{ANY_MAP, COUNT, Form, Mapping, Shape, TEXT_MAP, mapping, opt, req};
use super::receivers::{NOTIFIER, one_of, or_global};

/// PagerDuty, with a key of its Events API v1 (service) or v2 (routing).
pub(super) static PAGERDUTY: Mapping = mapping(
    "a PagerDuty event",
    &[
        opt("routing_key", Text),
        opt("routing_key_file", Text),
        opt("service_key", Text),
        opt("service_key_file", Text),
        opt("url", URL),
        opt("client", Text),
        opt("client_url", Text),
        opt("description", Text),
        opt("severity", Text),
        opt("source", Text),
        opt("details", ANY_MAP),
        opt("images", List(&Map(&IMAGE))),
        opt("links", List(&Map(&LINK))),
        opt("component", Text),
        opt("group", Text),
        opt("class", Text),
        opt("timeout", DURATION),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| {
    let keys = ["routing_key", "service_key", "routing_key_file", "service_key_file"];
    one_of(checker, node, place, &keys);
});

static IMAGE: Mapping =
    mapping("a PagerDuty image", &[opt("src", Text), opt("href", Text), opt("alt", Text)]);

static LINK: Mapping = mapping("a PagerDuty link", &[opt("href", Text), opt("text", Text)]);

/// Opsgenie.
pub(super) static OPSGENIE: Mapping = mapping(
    "an Opsgenie alert",
    &[
        opt("api_key", Text),
        opt("api_key_file", Text),
        opt("api_url", URL),
        opt("message", Text),
        opt("description", Text),
        opt("source", Text),
        opt("details", TEXT_MAP),
        opt("responders", List(&Map(&RESPONDER))),
        opt("tags", Text),
        opt("note", Text),
        opt("priority", Text),
        opt("update_alerts", Bool),
        opt("entity", Text),
        opt("actions", Text),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| {
    let global = ["opsgenie_api_key", "opsgenie_api_key_file"];
    or_global(checker, node, place, &["api_key", "api_key_file"], &global);
});

static RESPONDER: Mapping = mapping(
    "a responder",
    &[opt("id", Text), opt("name", Text), opt("username", Text), req("type", RESPONDER_TYPE)],
)
.ruled(|checker, node, place| one_of(checker, node, place, &["id", "name", "username"]));

const RESPONDER_TYPE: Shape = Formed(&Form {
    what: "one of team, teams, user, escalation, schedule, or a template",
    fits: |text| {
        let known = ["team", "teams", "user", "escalation", "schedule"].iter();
        if text.contains("{{") || known.into_iter().any(|word| word.eq_ignore_ascii_case(text)) {
            Ok(())
        } else {
            Err("")
        }
    },
});

/// VictorOps, now Splunk On-Call.
pub(super) static VICTOROPS: Mapping = mapping(
    "a VictorOps alert",
    &[
        opt("api_key", Text),
        opt("api_key_file", Text),
        opt("api_url", URL),
        req("routing_key", Text),
        opt("message_type", Text),
        opt("state_message", Text),
        opt("entity_display_name", Text),
        opt("monitoring_tool", Text),
        opt("custom_fields", TEXT_MAP),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| {
    let global = ["victorops_api_key", "victorops_api_key_file"];
    or_global(checker, node, place, &["api_key", "api_key_file"], &global);
});

/// Pushover.
pub(super) static PUSHOVER: Mapping = mapping(
    "a Pushover message",
    &[
        opt("user_key", Text),
        opt("user_key_file", Text),
        opt("token", Text),
        opt("token_file", Text),
        opt("title", Text),
        opt("message", Text),
        opt("url", Text),
        opt("url_title", Text),
        opt("device", Text),
        opt("sound", Text),
        opt("priority", Text),
        opt("retry", GO_OR_PROMETHEUS),
        opt("expire", GO_OR_PROMETHEUS),
        opt("ttl", GO_OR_PROMETHEUS),
        opt("html", Bool),
        opt("monospace", Bool),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| {
    one_of(checker, node, place, &["user_key", "user_key_file"]);
    one_of(checker, node, place, &["token", "token_file"]);
});

/// Its own type reads Go's durations, the rest of the file Prometheus'.
const GO_OR_PROMETHEUS: Shape = AnyOf(&[GO_DURATION, DURATION]);

/// Amazon SNS.
pub(super) static SNS: Mapping = mapping(
    "an SNS message",
    &[
        opt("api_url", Text),
        opt("sigv4", Map(&SIGV4)),
        opt("topic_arn", Text),
        opt("phone_number", Text),
        opt("target_arn", Text),
        opt("subject", Text),
        opt("message", Text),
        opt("attributes", TEXT_MAP),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| {
    one_of(checker, node, place, &["topic_arn", "phone_number", "target_arn"]);
});

/// Jira.
pub(super) static JIRA: Mapping = mapping(
    "a Jira issue",
    &[
        opt("api_url", URL),
        opt("api_type", Words(&["auto", "cloud", "datacenter"])),
        req("project", Text),
        opt("summary", AnyOf(&[Text, ANY_MAP])),
        opt("description", AnyOf(&[Text, ANY_MAP])),
        opt("labels", List(&Text)),
        opt("priority", Text),
        req("issue_type", Text),
        opt("reopen_transition", Text),
        opt("resolve_transition", Text),
        opt("wont_fix_resolution", Text),
        opt("reopen_duration", DURATION),
        opt("fields", ANY_MAP),
        opt("custom_fields", ANY_MAP),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| or_global(checker, node, place, &["api_url"], &["jira_api_url"]));

/// incident.io.
pub(super) static INCIDENTIO: Mapping = mapping(
    "an incident.io alert",
    &[
        opt("url", URL),
        opt("url_file", Text),
        opt("alert_source_token", Text),
        opt("alert_source_token_file", Text),
        opt("max_alerts", COUNT),
        opt("timeout", DURATION),
        opt("metadata", ANY_MAP),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| one_of(checker, node, place, &["url", "url_file"]));
