//! `global`.

use super::Type::{Bool, Duration, HostPort, Of, SecretUrl, Text, Url};
use super::checks::given;
use super::http::{HTTP, TLS};
use super::{Table, table};
use crate::alerting::Place;
use crate::alerting::alertmanager::config::Reader;
use crate::alerting::yaml::Fields;

table!(GLOBAL, "`global`", global, {
    resolve_timeout: Duration, http_config: Of(&HTTP), slack_api_url: SecretUrl, slack_api_url_file: Text,
    pagerduty_url: Url, opsgenie_api_url: Url, opsgenie_api_key: Text, opsgenie_api_key_file: Text,
    smtp_from: Text, smtp_hello: Text, smtp_smarthost: HostPort, smtp_auth_username: Text,
    smtp_auth_password: Text, smtp_auth_password_file: Text, smtp_auth_secret: Text, smtp_auth_identity: Text,
    smtp_require_tls: Bool, wechat_api_url: Url, wechat_api_secret: Text, wechat_api_corp_id: Text,
    victorops_api_url: Url, victorops_api_key: Text, victorops_api_key_file: Text, telegram_api_url: Url,
    webex_api_url: Url,
}, {
    jira_api_url: Url, mattermost_webhook_url: SecretUrl, mattermost_webhook_url_file: Text,
    rocketchat_api_url: Url, rocketchat_token: Text, rocketchat_token_file: Text, rocketchat_token_id: Text,
    rocketchat_token_id_file: Text, slack_app_token: Text, slack_app_token_file: Text, slack_app_url: Url,
    smtp_auth_secret_file: Text, smtp_force_implicit_tls: Bool, smtp_tls_config: Of(&TLS),
    telegram_bot_token: Text, telegram_bot_token_file: Text, wechat_api_secret_file: Text,
});

/// What is either written there or in a file.
const EITHER: &[[&str; 2]] = &[
    ["slack_api_url", "slack_api_url_file"],
    ["opsgenie_api_key", "opsgenie_api_key_file"],
    ["victorops_api_key", "victorops_api_key_file"],
    ["smtp_auth_password", "smtp_auth_password_file"],
    ["smtp_auth_secret", "smtp_auth_secret_file"],
    ["wechat_api_secret", "wechat_api_secret_file"],
    ["telegram_bot_token", "telegram_bot_token_file"],
    ["slack_app_token", "slack_app_token_file"],
    ["rocketchat_token", "rocketchat_token_file"],
    ["rocketchat_token_id", "rocketchat_token_id_file"],
    ["mattermost_webhook_url", "mattermost_webhook_url_file"],
];

fn global<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, _: Place) {
    for keys in EITHER {
        reader.at_most_one(fields, keys);
    }
    let first = |keys: [&'static str; 2]| keys.into_iter().find(|key| given(fields, key));
    if let (Some(url), Some(token)) =
        (first(["slack_api_url", "slack_api_url_file"]), first(["slack_app_token", "slack_app_token_file"]))
    {
        reader.at_most_one(fields, &[url, token]);
    }
}
