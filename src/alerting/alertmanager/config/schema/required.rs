//! What the kinds that the twin does not speak need, and what excludes what in them.

use super::checks::given;
use super::kinds::JIRA_TEXT;
use crate::alerting::Place;
use crate::alerting::alertmanager::config::{Node, Reader};
use crate::alerting::template::{Functions, Template};
use crate::alerting::yaml::{Fields, Value};
use crate::promql::Dialect;

pub(super) fn email<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `email_configs`", &["to"]);
    let Some(headers) = fields.get("headers") else { return };
    let Value::Map(entries) = &headers.target().value else { return };
    let threads = threads(reader, fields);
    let mut seen: Vec<String> = Vec::new();
    for (key, _) in entries {
        let name = key.text().unwrap_or_default().to_ascii_lowercase();
        if seen.contains(&name) {
            reader
                .decoder
                .complain(key.target_place(), format!("the header `{name}` stands twice in `headers`"));
        }
        if threads && matches!(name.as_str(), "in-reply-to" | "references") {
            let message = format!("`threading` sets the header `{name}` itself");
            reader.decoder.complain(key.target_place(), message);
        }
        seen.push(name);
    }
}

fn threads<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>) -> bool {
    let node = fields.get("threading").and_then(|node| node.get("enabled"));
    node.is_some_and(|node| reader.decoder.boolean(node, &"`enabled`") == Some(true))
}

pub(super) fn threading<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    let enabled = fields.get("enabled");
    if enabled.is_none_or(|node| reader.decoder.boolean(node, &"`enabled`") != Some(true)) {
        return;
    }
    let by = fields.get("thread_by_date");
    if !by.and_then(Node::text).is_some_and(|text| matches!(text, "none" | "daily")) {
        let place = by.map_or(place, Node::target_place);
        let problem = reader.decoder.problem(place, "`threading` needs `thread_by_date`");
        reader.decoder.report(problem.accepted(&["none", "daily"]));
    }
}

pub(super) fn opsgenie<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, _: Place) {
    reader.at_most_one(fields, &["api_key", "api_key_file"]);
}

pub(super) fn responder<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `responders`", &["id", "username", "name"]);
    let text = reader.said(fields, "type");
    let at = fields.get("type").map_or(place, Node::target_place);
    if text.contains("{{") {
        let functions = Functions::new(Dialect::V3, &[]);
        if let Err(error) = Template::parse("", &text, &functions) {
            reader.decoder.complain(at, format!("`type` is no template: {error}"));
        }
        return;
    }
    let known = ["team", "teams", "user", "escalation", "schedule"];
    if !known.contains(&text.to_lowercase().as_str()) {
        let problem = reader.decoder.problem(at, format!("the `type` of a responder is `{text}`"));
        reader.decoder.report(problem.accepted(&known));
    }
}

pub(super) fn wechat<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, _: Place) {
    reader.at_most_one(fields, &["api_secret", "api_secret_file"]);
}

/// The fields that VictorOps has already.
const VICTOROPS_FIELDS: &[&str] = &[
    "routing_key",
    "message_type",
    "state_message",
    "entity_display_name",
    "monitoring_tool",
    "entity_id",
    "entity_state",
];

pub(super) fn victorops<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `victorops_configs`", &["routing_key"]);
    reader.at_most_one(fields, &["api_key", "api_key_file"]);
    let Some(custom) = fields.get("custom_fields") else { return };
    for pair in reader.decoder.pairs(custom, &"`custom_fields`") {
        if VICTOROPS_FIELDS.contains(&pair.name.as_str()) {
            let message = format!("`{}` in `custom_fields` is a field of every message", pair.name);
            reader.decoder.complain(pair.name_place, message);
        }
    }
}

pub(super) fn pushover<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `pushover_configs`", &["user_key", "user_key_file"]);
    reader.at_most_one(fields, &["user_key", "user_key_file"]);
    reader.at_least_one(fields, place, "an item of `pushover_configs`", &["token", "token_file"]);
    reader.at_most_one(fields, &["token", "token_file"]);
    let mut set = |key| {
        fields
            .get(key)
            .is_some_and(|node| reader.decoder.boolean(node, &format_args!("`{key}`")) == Some(true))
    };
    if set("html") && set("monospace") {
        reader.at_most_one(fields, &["html", "monospace"]);
    }
    for key in ["retry", "expire", "ttl"] {
        // Unlike elsewhere a number alone is none.
        if let Some(node) = fields
            .get(key)
            .filter(|node| node.text().is_some_and(|it| it.parse::<i64>().is_ok_and(|it| it != 0)))
        {
            let problem = reader.decoder.problem(node.target_place(), format!("`{key}` needs a unit"));
            reader.decoder.report(problem.accepted(&["h", "m", "s", "ms", "us", "ns"]));
        }
    }
}

pub(super) fn sns<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    let ways = ["target_arn", "topic_arn", "phone_number"];
    let said = ways.iter().filter(|key| given(fields, key)).count();
    // Alertmanager asks whether one or all three are there, in effect.
    if said % 2 == 0 {
        let problem =
            reader.decoder.problem(place, "an item of `sns_configs` needs exactly one of its addresses");
        reader.decoder.report(problem.accepted(&ways));
    }
}

pub(super) fn sigv4<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    if given(fields, "access_key") != given(fields, "secret_key") {
        reader.decoder.complain(place, "`sigv4` has both `access_key` and `secret_key` or neither");
    }
}

pub(super) fn telegram<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    let chat = fields.get("chat_id").filter(|node| node.text() != Some("0"));
    if chat.is_none() && !given(fields, "chat_id_file") {
        let problem = reader.decoder.problem(place, "an item of `telegram_configs` needs a chat");
        reader.decoder.report(problem.accepted(&["chat_id", "chat_id_file"]));
    }
    reader.at_most_one(fields, &["bot_token", "bot_token_file"]);
    reader.at_most_one(fields, &["chat_id", "chat_id_file"]);
}

pub(super) fn webhook_url<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "such an integration", &["webhook_url", "webhook_url_file"]);
    reader.at_most_one(fields, &["webhook_url", "webhook_url_file"]);
}

pub(super) fn webex<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `webex_configs`", &["room_id"]);
    let http = fields.get("http_config");
    let has = |key| http.and_then(|node| node.get(key)).is_some();
    if !["authorization", "bearer_token", "bearer_token_file"].into_iter().any(has) {
        let problem = reader.decoder.problem(place, "an item of `webex_configs` needs `http_config`");
        reader.decoder.report(problem.accepted(&["authorization"]));
    }
}

pub(super) fn jira<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `jira_configs`", &["project"]);
    reader.at_least_one(fields, place, "an item of `jira_configs`", &["issue_type"]);
    for key in ["summary", "description"] {
        // Either the text alone, or a mapping that holds it.
        match fields.get(key) {
            Some(node) if matches!(node.target().value, Value::Scalar { .. }) => {
                reader.decoder.text(node, &format_args!("`{key}`"));
            }
            Some(node) => drop(reader.table(node, &JIRA_TEXT)),
            None => {}
        }
    }
}

pub(super) fn rocketchat<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, _: Place) {
    reader.at_most_one(fields, &["token", "token_file"]);
    reader.at_most_one(fields, &["token_id", "token_id_file"]);
}

pub(super) fn incidentio<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `incidentio_configs`", &["url", "url_file"]);
    reader.at_most_one(fields, &["url", "url_file"]);
    let tokens = ["alert_source_token", "alert_source_token_file"];
    reader.at_most_one(fields, &tokens);
    let login = fields.get("http_config").is_some_and(|node| node.get("authorization").is_some());
    let token = tokens.iter().find_map(|key| fields.key_place(key).filter(|_| given(fields, key)));
    if let Some(place) = token.filter(|_| login) {
        reader
            .decoder
            .complain(place, "a token beside `authorization` in `http_config`: one of them at most");
    }
}

pub(super) fn mattermost<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, _: Place) {
    reader.at_most_one(fields, &["webhook_url", "webhook_url_file"]);
}
