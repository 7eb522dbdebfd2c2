//! The kinds of integrations, and the tables of those that the twin does not speak.

use super::Type::{
    Any, Bool, Count, Details, Duration, Each, GoDuration, HostPort, Int, Of, Pairs, SecretUrl, Text, Texts,
    Url, Word,
};
use super::http::{HTTP, TLS};
use super::required::*;
use super::{Table, nothing, own, table};

/// A kind of integration.
pub(in crate::alerting::alertmanager::config) struct Kind {
    /// As messages and metrics have it.
    pub(in crate::alerting::alertmanager::config) name: &'static str,
    /// The key of a receiver.
    pub(in crate::alerting::alertmanager::config) key: &'static str,
    pub(in crate::alerting::alertmanager::config) table: &'static Table,
    /// Whether resolved alerts are sent if nothing is said.
    pub(in crate::alerting::alertmanager::config) send_resolved: bool,
    /// What must be said here or in `global`: keys here, of which one must be, and keys there.
    pub(in crate::alerting::alertmanager::config) inherits:
        &'static [(&'static [&'static str], &'static [&'static str])],
}

const fn kind(name: &'static str, key: &'static str, table: &'static Table, send_resolved: bool) -> Kind {
    Kind { name, key, table, send_resolved, inherits: &[] }
}

/// All kinds, in the order in which Alertmanager makes a receiver's integrations.
pub(in crate::alerting::alertmanager::config) static KINDS: &[Kind] = &[
    kind("webhook", "webhook_configs", &own::WEBHOOK, true),
    Kind {
        inherits: &[(&["smarthost"], &["smtp_smarthost"]), (&["from"], &["smtp_from"])],
        ..kind("email", "email_configs", &EMAIL, false)
    },
    kind("pagerduty", "pagerduty_configs", &own::PAGERDUTY, true),
    Kind {
        inherits: &[(&["api_key", "api_key_file"], &["opsgenie_api_key", "opsgenie_api_key_file"])],
        ..kind("opsgenie", "opsgenie_configs", &OPSGENIE, true)
    },
    Kind {
        inherits: &[
            (&["api_secret", "api_secret_file"], &["wechat_api_secret", "wechat_api_secret_file"]),
            (&["corp_id"], &["wechat_api_corp_id"]),
        ],
        ..kind("wechat", "wechat_configs", &WECHAT, false)
    },
    Kind {
        inherits: &[(
            &["api_url", "api_url_file", "app_token", "app_token_file"],
            &["slack_api_url", "slack_api_url_file", "slack_app_token", "slack_app_token_file"],
        )],
        ..kind("slack", "slack_configs", &own::SLACK, false)
    },
    Kind {
        inherits: &[(&["api_key", "api_key_file"], &["victorops_api_key", "victorops_api_key_file"])],
        ..kind("victorops", "victorops_configs", &VICTOROPS, true)
    },
    kind("pushover", "pushover_configs", &PUSHOVER, true),
    kind("sns", "sns_configs", &SNS, true),
    Kind {
        inherits: &[(&["bot_token", "bot_token_file"], &["telegram_bot_token", "telegram_bot_token_file"])],
        ..kind("telegram", "telegram_configs", &TELEGRAM, true)
    },
    kind("discord", "discord_configs", &DISCORD, true),
    kind("webex", "webex_configs", &WEBEX, true),
    kind("msteams", "msteams_configs", &MSTEAMS, true),
    kind("msteamsv2", "msteamsv2_configs", &MSTEAMSV2, true),
    Kind { inherits: &[(&["api_url"], &["jira_api_url"])], ..kind("jira", "jira_configs", &JIRA, true) },
    Kind {
        inherits: &[
            (&["token", "token_file"], &["rocketchat_token", "rocketchat_token_file"]),
            (&["token_id", "token_id_file"], &["rocketchat_token_id", "rocketchat_token_id_file"]),
        ],
        ..kind("rocketchat", "rocketchat_configs", &ROCKETCHAT, false)
    },
    kind("incidentio", "incidentio_configs", &INCIDENTIO, true),
    Kind {
        inherits: &[(
            &["webhook_url", "webhook_url_file"],
            &["mattermost_webhook_url", "mattermost_webhook_url_file"],
        )],
        ..kind("mattermost", "mattermost_configs", &MATTERMOST, true)
    },
];

table!(EMAIL, "an item of `email_configs`", email, {
    send_resolved: Bool, to: Text, from: Text, hello: Text, smarthost: HostPort, auth_username: Text,
    auth_password: Text, auth_password_file: Text, auth_secret: Text, auth_identity: Text, headers: Pairs,
    html: Text, text: Text, require_tls: Bool, tls_config: Of(&TLS),
}, { auth_secret_file: Text, force_implicit_tls: Bool, threading: Of(&THREADING) });

table!(THREADING, "`threading`", threading, {}, { enabled: Bool, thread_by_date: Text });

table!(OPSGENIE, "an item of `opsgenie_configs`", opsgenie, {
    send_resolved: Bool, http_config: Of(&HTTP), api_key: Text, api_key_file: Text, api_url: Url, message: Text,
    description: Text, source: Text, details: Pairs, entity: Text, responders: Each(&RESPONDER), actions: Text,
    tags: Text, note: Text, priority: Text, update_alerts: Bool,
}, {});

table!(RESPONDER, "an item of `responders`", responder, { id: Text, name: Text, username: Text, type: Text }, {});

table!(WECHAT, "an item of `wechat_configs`", wechat, {
    send_resolved: Bool, http_config: Of(&HTTP), api_secret: Text, corp_id: Text, message: Text, api_url: Url,
    to_user: Text, to_party: Text, to_tag: Text, agent_id: Text, message_type: Word(&["", "text", "markdown"]),
}, { api_secret_file: Text });

table!(VICTOROPS, "an item of `victorops_configs`", victorops, {
    send_resolved: Bool, http_config: Of(&HTTP), api_key: Text, api_key_file: Text, api_url: Url,
    routing_key: Text, message_type: Text, state_message: Text, entity_display_name: Text, monitoring_tool: Text,
    custom_fields: Pairs,
}, {});

table!(PUSHOVER, "an item of `pushover_configs`", pushover, {
    send_resolved: Bool, http_config: Of(&HTTP), user_key: Text, token: Text, title: Text, message: Text,
    url: Text, url_title: Text, sound: Text, priority: Text, retry: GoDuration, expire: GoDuration, html: Bool,
}, { user_key_file: Text, token_file: Text, device: Text, ttl: GoDuration, monospace: Bool });

table!(SNS, "an item of `sns_configs`", sns, {
    send_resolved: Bool, http_config: Of(&HTTP), api_url: Text, sigv4: Of(&SIGV4), topic_arn: Text,
    phone_number: Text, target_arn: Text, subject: Text, message: Text, attributes: Pairs,
}, { use_aws_http_client: Bool });

table!(SIGV4, "`sigv4`", sigv4, {
    region: Text, access_key: Text, secret_key: Text, profile: Text, role_arn: Text,
}, { external_id: Text, service_name: Text, use_fips_sts_endpoint: Bool });

table!(TELEGRAM, "an item of `telegram_configs`", telegram, {
    send_resolved: Bool, http_config: Of(&HTTP), api_url: Url, bot_token: Text, chat_id: Int, message: Text,
    disable_notifications: Bool, parse_mode: Word(&["", "Markdown", "MarkdownV2", "HTML"]),
}, { bot_token_file: Text, chat_id_file: Text, message_thread_id: Int });

table!(DISCORD, "an item of `discord_configs`", webhook_url, {
    send_resolved: Bool, http_config: Of(&HTTP), webhook_url: SecretUrl, title: Text, message: Text,
}, { webhook_url_file: Text, content: Text, username: Text, avatar_url: Text });

table!(WEBEX, "an item of `webex_configs`", webex, {
    send_resolved: Bool, http_config: Of(&HTTP), api_url: Url, message: Text, room_id: Text,
}, {});

table!(MSTEAMS, "an item of `msteams_configs`", webhook_url, {}, {
    send_resolved: Bool, http_config: Of(&HTTP), webhook_url: SecretUrl, webhook_url_file: Text, title: Text,
    summary: Text, text: Text,
});

table!(MSTEAMSV2, "an item of `msteamsv2_configs`", webhook_url, {}, {
    send_resolved: Bool, http_config: Of(&HTTP), webhook_url: SecretUrl, webhook_url_file: Text, title: Text,
    text: Text,
});

table!(JIRA, "an item of `jira_configs`", jira, {}, {
    send_resolved: Bool, http_config: Of(&HTTP), api_url: Url, api_type: Word(&["auto", "cloud", "datacenter"]),
    project: Text, summary: Any, description: Any, labels: Texts, priority: Text, issue_type: Text,
    reopen_transition: Text, resolve_transition: Text, wont_fix_resolution: Text, reopen_duration: Duration,
    fields: Details,
});

table!(JIRA_TEXT, "`summary` or `description`", nothing, {}, { template: Text, enable_update: Bool });

table!(ROCKETCHAT, "an item of `rocketchat_configs`", rocketchat, {}, {
    send_resolved: Bool, http_config: Of(&HTTP), api_url: Url, token: Text, token_file: Text, token_id: Text,
    token_id_file: Text, channel: Text, color: Text, title: Text, title_link: Text, text: Text,
    fields: Each(&ROCKETCHAT_FIELD), short_fields: Bool, emoji: Text, icon_url: Text, image_url: Text,
    thumb_url: Text, link_names: Bool, actions: Each(&ROCKETCHAT_ACTION),
});

table!(ROCKETCHAT_FIELD, "an item of `fields`", nothing, {}, { title: Text, value: Text, short: Bool });

table!(ROCKETCHAT_ACTION, "an item of `actions`", nothing, {}, { type: Text, text: Text, url: Text });

table!(INCIDENTIO, "an item of `incidentio_configs`", incidentio, {}, {
    send_resolved: Bool, http_config: Of(&HTTP), url: Url, url_file: Text, alert_source_token: Text,
    alert_source_token_file: Text, max_alerts: Count, timeout: GoDuration,
});

table!(MATTERMOST, "an item of `mattermost_configs`", mattermost, {}, {
    send_resolved: Bool, http_config: Of(&HTTP), webhook_url: SecretUrl, webhook_url_file: Text, channel: Text,
    username: Text, icon_url: Text, icon_emoji: Text, attachments: Each(&ATTACHMENT), type: Text,
    props: Of(&PROPS), priority: Of(&PRIORITY), fallback: Text, color: Text, pretext: Text, text: Text,
    author_name: Text, author_link: Text, author_icon: Text, title: Text, title_link: Text,
    fields: Each(&own::FIELD), thumb_url: Text, footer: Text, footer_icon: Text, image_url: Text,
});

table!(ATTACHMENT, "an item of `attachments`", nothing, {}, {
    fallback: Text, color: Text, pretext: Text, text: Text, author_name: Text, author_link: Text,
    author_icon: Text, title: Text, title_link: Text, fields: Each(&own::FIELD), thumb_url: Text, footer: Text,
    footer_icon: Text, image_url: Text,
});

table!(PROPS, "`props`", nothing, {}, { card: Text });

table!(PRIORITY, "`priority`", nothing, {}, {
    priority: Text, requested_ack: Bool, persistent_notifications: Bool,
});
