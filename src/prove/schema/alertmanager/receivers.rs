//! Receivers: who is told, and how.

use super::super::checker::Checker;
use super::super::form::{URL, fits};
use super::super::prometheus::TLS;
use super::super::shape::Shape::{Bool, Form as Formed, List, Map, Text};
use super::super::shape::{COUNT, Form, Key, Mapping, Shape, TEXT_MAP, TEXTS, mapping, opt, req};
use super::{HTTP, chat, paging};
use crate::contract::yaml::Node;

/// Who is told.
pub(super) static RECEIVER: Mapping = mapping(
    "a receiver",
    &[
        req("name", Text),
        opt("webhook_configs", List(&Map(&WEBHOOK))),
        opt("slack_configs", List(&Map(&chat::SLACK))),
        opt("pagerduty_configs", List(&Map(&paging::PAGERDUTY))),
        opt("email_configs", List(&Map(&EMAIL))),
        opt("opsgenie_configs", List(&Map(&paging::OPSGENIE))),
        opt("victorops_configs", List(&Map(&paging::VICTOROPS))),
        opt("pushover_configs", List(&Map(&paging::PUSHOVER))),
        opt("sns_configs", List(&Map(&paging::SNS))),
        opt("jira_configs", List(&Map(&paging::JIRA))),
        opt("incidentio_configs", List(&Map(&paging::INCIDENTIO))),
        opt("discord_configs", List(&Map(&chat::DISCORD))),
        opt("msteams_configs", List(&Map(&chat::MSTEAMS))),
        opt("msteamsv2_configs", List(&Map(&chat::MSTEAMS))),
        opt("telegram_configs", List(&Map(&chat::TELEGRAM))),
        opt("webex_configs", List(&Map(&chat::WEBEX))),
        opt("wechat_configs", List(&Map(&chat::WECHAT))),
        opt("rocketchat_configs", List(&Map(&chat::ROCKETCHAT))),
        opt("mattermost_configs", List(&Map(&chat::MATTERMOST))),
    ],
);

/// What every way of telling has.
pub(super) static NOTIFIER: [Key; 2] = [opt("send_resolved", Bool), opt("http_config", Map(&HTTP))];

static WEBHOOK: Mapping = mapping(
    "a webhook",
    &[
        opt("url", URL),
        opt("url_file", Text),
        opt("max_alerts", COUNT),
        opt("timeout", super::super::form::DURATION),
        opt("payload", super::super::shape::ANY_MAP),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| one_of(checker, node, place, &["url", "url_file"]));

/// Where mail goes.
static EMAIL: Mapping = mapping(
    "an email",
    &[
        opt("send_resolved", Bool),
        req("to", Text),
        opt("from", Text),
        opt("smarthost", HOST_AND_PORT),
        opt("hello", Text),
        opt("auth_username", Text),
        opt("auth_password", Text),
        opt("auth_password_file", Text),
        opt("auth_secret", Text),
        opt("auth_secret_file", Text),
        opt("auth_identity", Text),
        opt("headers", TEXT_MAP),
        opt("html", Text),
        opt("text", Text),
        opt("require_tls", Bool),
        opt("force_implicit_tls", Bool),
        opt("tls_config", Map(&TLS)),
        opt("threading", super::super::shape::ANY_MAP),
        opt("attachments", TEXTS),
    ],
)
.ruled(|checker, node, place| {
    or_global(checker, node, place, &["from"], &["smtp_from"]);
    or_global(checker, node, place, &["smarthost"], &["smtp_smarthost"]);
});

/// A mail server.
pub(super) const HOST_AND_PORT: Shape = Formed(&Form {
    what: "a host and port such as smtp.example.org:587",
    fits: |text| fits(text.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty())),
});

/// Whether a key is there and says something.
fn says(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(|value| !value.is_null() && value.text() != Some(""))
}

/// Reports a value that has none of several keys, of which it needs one.
pub(super) fn one_of(checker: &mut Checker<'_>, node: &Node, place: &Node, keys: &[&str]) {
    if !keys.iter().any(|key| says(node, key)) {
        let message = format!("missing key `{}`", keys.join("` or `"));
        checker.report_accepting(place, message, keys.iter().copied());
    }
}

/// The same where the global section may have said it for all; a part of a file may leave that out.
pub(super) fn or_global(
    checker: &mut Checker<'_>,
    node: &Node,
    place: &Node,
    keys: &[&str],
    global: &[&str],
) {
    let section = checker.root.get("global");
    let shown = section.is_some() || checker.whole;
    let said = section.is_some_and(|section| global.iter().any(|key| says(section, key)));
    if shown && !said && !keys.iter().any(|key| says(node, key)) {
        let message =
            format!("missing key `{}`, which the global section does not set either", keys.join("` or `"));
        checker.report_accepting(place, message, keys.iter().copied());
    }
}

/// No two receivers have one name.
pub(super) fn unique(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    let names: Vec<&Node> = node
        .get("receivers")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(|receiver| receiver.get("name"))
        .collect();
    for (index, name) in names.iter().enumerate() {
        let Some(text) = name.text().filter(|text| !text.is_empty()) else { continue };
        if let Some(first) = names[..index].iter().find(|earlier| earlier.text() == Some(text)) {
            let message = format!("a receiver `{text}` is already defined on line {}", first.line);
            checker.report(name, message);
        }
    }
}
