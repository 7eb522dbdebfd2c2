//! Receivers that are rooms of people.

use super::super::form::URL;
use super::super::shape::Shape::{AnyCase, Bool, List, Map, Text, Words};
use super::super::shape::{ANY_LIST, ANY_MAPS, COUNT, Mapping, WHOLE_NUMBER, mapping, opt, req};
use super::receivers::{NOTIFIER, one_of, or_global};
use crate::contract::yaml::Node;

/// Slack.
pub(super) static SLACK: Mapping = mapping(
    "a Slack message",
    &[
        opt("api_url", URL),
        opt("api_url_file", Text),
        opt("app_token", Text),
        opt("app_token_file", Text),
        opt("app_url", URL),
        opt("channel", Text),
        opt("username", Text),
        opt("color", Text),
        opt("title", Text),
        opt("title_link", Text),
        opt("pretext", Text),
        opt("text", Text),
        opt("message_text", Text),
        opt("fields", List(&Map(&FIELD))),
        opt("short_fields", Bool),
        opt("footer", Text),
        opt("fallback", Text),
        opt("callback_id", Text),
        opt("icon_emoji", Text),
        opt("icon_url", Text),
        opt("image_url", Text),
        opt("thumb_url", Text),
        opt("link_names", Bool),
        opt("mrkdwn_in", List(&Text)),
        opt("actions", List(&Map(&ACTION))),
        opt("timeout", super::super::form::DURATION),
        opt("update_message", Bool),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| {
    let own = ["api_url", "api_url_file", "app_token", "app_token_file"];
    let global = ["slack_api_url", "slack_api_url_file", "slack_app_token", "slack_app_token_file"];
    or_global(checker, node, place, &own, &global);
});

static FIELD: Mapping =
    mapping("a Slack field", &[req("title", Text), req("value", Text), opt("short", Bool)]);

static ACTION: Mapping = mapping(
    "a Slack action",
    &[
        req("type", Text),
        req("text", Text),
        opt("url", Text),
        opt("name", Text),
        opt("value", Text),
        opt("style", Text),
        opt("confirm", Map(&CONFIRM)),
    ],
)
.ruled(|checker, node, place| one_of(checker, node, place, &["url", "name"]));

static CONFIRM: Mapping = mapping(
    "a Slack confirmation",
    &[req("text", Text), opt("title", Text), opt("ok_text", Text), opt("dismiss_text", Text)],
);

/// Discord.
pub(super) static DISCORD: Mapping = mapping(
    "a Discord message",
    &[
        opt("webhook_url", URL),
        opt("webhook_url_file", Text),
        opt("content", Text),
        opt("title", Text),
        opt("message", Text),
        opt("username", Text),
        opt("avatar_url", Text),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| one_of(checker, node, place, &["webhook_url", "webhook_url_file"]));

/// Microsoft Teams, both of its webhooks.
pub(super) static MSTEAMS: Mapping = mapping(
    "a Teams message",
    &[
        opt("webhook_url", URL),
        opt("webhook_url_file", Text),
        opt("title", Text),
        opt("summary", Text),
        opt("text", Text),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| one_of(checker, node, place, &["webhook_url", "webhook_url_file"]));

/// Telegram.
pub(super) static TELEGRAM: Mapping = mapping(
    "a Telegram message",
    &[
        opt("api_url", URL),
        opt("bot_token", Text),
        opt("bot_token_file", Text),
        opt("chat_id", WHOLE_NUMBER),
        opt("chat_id_file", Text),
        opt("message_thread_id", WHOLE_NUMBER),
        opt("message", Text),
        opt("disable_notifications", Bool),
        opt("parse_mode", Words(&["", "Markdown", "MarkdownV2", "HTML"])),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| {
    let global = ["telegram_bot_token", "telegram_bot_token_file"];
    or_global(checker, node, place, &["bot_token", "bot_token_file"], &global);
    one_of(checker, node, place, &["chat_id", "chat_id_file"]);
    if let Some(zero) = node.get("chat_id").filter(|id| id.text() == Some("0")) {
        checker.report(zero, "no chat has the id 0");
    }
});

/// Webex.
pub(super) static WEBEX: Mapping =
    mapping("a Webex message", &[opt("api_url", URL), req("room_id", Text), opt("message", Text)])
        .sharing(&[&NOTIFIER])
        .ruled(|checker, node, place| {
            if node.at("http_config.authorization").is_none_or(Node::is_null) {
                checker.report(place, "missing key `authorization` in `http_config`, which Webex needs");
            }
        });

/// WeChat.
pub(super) static WECHAT: Mapping = mapping(
    "a WeChat message",
    &[
        opt("api_secret", Text),
        opt("api_secret_file", Text),
        opt("api_url", URL),
        opt("corp_id", Text),
        opt("message", Text),
        opt("message_type", Words(&["text", "markdown"])),
        opt("agent_id", Text),
        opt("to_user", Text),
        opt("to_party", Text),
        opt("to_tag", Text),
    ],
)
.sharing(&[&NOTIFIER])
.ruled(|checker, node, place| {
    let global = ["wechat_api_secret", "wechat_api_secret_file"];
    or_global(checker, node, place, &["api_secret", "api_secret_file"], &global);
    or_global(checker, node, place, &["corp_id"], &["wechat_api_corp_id"]);
});

/// Rocket.Chat.
pub(super) static ROCKETCHAT: Mapping = mapping(
    "a Rocket.Chat message",
    &[
        opt("api_url", URL),
        opt("channel", Text),
        opt("token", Text),
        opt("token_file", Text),
        opt("token_id", Text),
        opt("token_id_file", Text),
        opt("color", Text),
        opt("title", Text),
        opt("title_link", Text),
        opt("text", Text),
        opt("fields", ANY_MAPS),
        opt("short_fields", Bool),
        opt("emoji", Text),
        opt("icon_url", Text),
        opt("image_url", Text),
        opt("thumb_url", Text),
        opt("link_names", Bool),
        opt("actions", ANY_MAPS),
    ],
)
.sharing(&[&NOTIFIER]);

/// Mattermost.
pub(super) static MATTERMOST: Mapping = mapping(
    "a Mattermost message",
    &[
        opt("webhook_url", URL),
        opt("webhook_url_file", Text),
        opt("channel", Text),
        opt("username", Text),
        opt("text", Text),
        opt("icon_url", Text),
        opt("icon_emoji", Text),
        opt("attachments", ANY_LIST),
        opt("type", Text),
        opt("props", super::super::shape::ANY_MAP),
        opt("priority", super::super::shape::ANY_MAP),
        opt("max_length", COUNT),
        opt("mention", AnyCase(&["here", "channel", "all"])),
    ],
)
.sharing(&[&NOTIFIER])
.open();
