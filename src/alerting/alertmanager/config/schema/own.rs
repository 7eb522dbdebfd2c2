//! The kinds of integrations that the twin speaks.

use super::Type::{
    Any, Bool, Count, Details, Each, GoDuration, Of, SecretUrl, TemplateUrl, Text, Texts, Url,
};
use super::checks::given;
use super::http::HTTP;
use super::{Table, nothing, table};
use crate::alerting::Place;
use crate::alerting::alertmanager::config::Reader;
use crate::alerting::yaml::Fields;

table!(WEBHOOK, "an item of `webhook_configs`", webhook, {
    send_resolved: Bool, http_config: Of(&HTTP), url: TemplateUrl, max_alerts: Count,
}, { url_file: Text, timeout: GoDuration, payload: Any });

fn webhook<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `webhook_configs`", &["url", "url_file"]);
    reader.at_most_one(fields, &["url", "url_file"]);
}

table!(SLACK, "an item of `slack_configs`", slack, {
    send_resolved: Bool, http_config: Of(&HTTP), api_url: SecretUrl, api_url_file: Text, channel: Text,
    username: Text, color: Text, title: Text, title_link: Text, pretext: Text, text: Text, fields: Each(&FIELD),
    short_fields: Bool, footer: Text, fallback: Text, callback_id: Text, icon_emoji: Text, icon_url: Text,
    image_url: Text, thumb_url: Text, link_names: Bool, mrkdwn_in: Texts, actions: Each(&ACTION),
}, {
    app_token: Text, app_token_file: Text, app_url: Url, message_text: Text, update_message: Bool,
    timeout: GoDuration,
});

/// The only address at which Slack lets messages be changed.
const POST_MESSAGE: &str = "https://slack.com/api/chat.postMessage";

fn slack<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, _: Place) {
    reader.at_most_one(fields, &["api_url", "api_url_file"]);
    reader.at_most_one(fields, &["app_token", "app_token_file"]);
    let first = |keys: [&'static str; 2]| keys.into_iter().find(|key| given(fields, key));
    let (url, token) = (first(["api_url", "api_url_file"]), first(["app_token", "app_token_file"]));
    if let (Some(url), Some(token)) = (url, token) {
        reader.at_most_one(fields, &[url, token]);
    }
    let updates = fields.get("update_message");
    let updates = updates.filter(|node| reader.decoder.boolean(node, &"`update_message`") == Some(true));
    if let Some(node) = updates
        && reader.said(fields, "api_url") != POST_MESSAGE
    {
        let message = format!("`update_message` needs `api_url: {POST_MESSAGE}`");
        reader.decoder.complain(node.target_place(), message);
    }
}

table!(FIELD, "an item of `fields`", field, { title: Text, value: Text, short: Bool }, {});

fn field<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `fields`", &["title"]);
    reader.at_least_one(fields, place, "an item of `fields`", &["value"]);
}

table!(ACTION, "an item of `actions`", action, {
    type: Text, text: Text, url: Text, style: Text, name: Text, value: Text, confirm: Of(&CONFIRM),
}, {});

fn action<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `actions`", &["type"]);
    reader.at_least_one(fields, place, "an item of `actions`", &["text"]);
    reader.at_least_one(fields, place, "an item of `actions`", &["url", "name"]);
}

table!(CONFIRM, "`confirm`", confirm, { text: Text, title: Text, ok_text: Text, dismiss_text: Text }, {});

fn confirm<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "`confirm`", &["text"]);
}

table!(PAGERDUTY, "an item of `pagerduty_configs`", pagerduty, {
    send_resolved: Bool, http_config: Of(&HTTP), service_key: Text, service_key_file: Text, routing_key: Text,
    routing_key_file: Text, url: Url, client: Text, client_url: Text, description: Text, details: Details,
    images: Each(&IMAGE), links: Each(&LINK), source: Text, severity: Text, class: Text, component: Text,
    group: Text,
}, { timeout: GoDuration });

fn pagerduty<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    let keys = ["routing_key", "routing_key_file", "service_key", "service_key_file"];
    reader.at_least_one(fields, place, "an item of `pagerduty_configs`", &keys);
    reader.at_most_one(fields, &keys[..2]);
    reader.at_most_one(fields, &keys[2..]);
}

table!(IMAGE, "an item of `images`", nothing, { src: Text, alt: Text, href: Text }, {});

table!(LINK, "an item of `links`", nothing, { href: Text, text: Text }, {});
