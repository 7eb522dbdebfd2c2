//! The configuration of Alertmanager, 0.25 up to 0.28 and a little beyond.

mod chat;
mod intervals;
mod matchers;
mod paging;
mod receivers;
mod route;

use self::receivers::RECEIVER;
use self::route::{INHIBIT, ROOT};
use super::form::{DURATION, URL};
use super::prometheus::{HTTP_CLIENT, TLS};
use super::shape::Shape::{Bool, List, Map, Text};
use super::shape::{Mapping, TEXTS, mapping, old, opt, whole};

/// An Alertmanager configuration.
pub(super) static CONFIG: Mapping = mapping(
    "an Alertmanager configuration",
    &[
        opt("global", Map(&GLOBAL)),
        opt("templates", TEXTS),
        whole("route", Map(&ROOT)),
        whole("receivers", List(&Map(&RECEIVER))),
        opt("inhibit_rules", List(&Map(&INHIBIT))),
        opt("time_intervals", List(&Map(&intervals::NAMED))),
        old("mute_time_intervals", List(&Map(&intervals::NAMED))),
        opt("tracing", super::shape::ANY_MAP),
    ],
)
.ruled(receivers::unique);

/// How Alertmanager speaks HTTP.
static HTTP: Mapping = mapping("http_config", &[]).sharing(&[&HTTP_CLIENT]);

static GLOBAL: Mapping = mapping(
    "the global section",
    &[
        opt("resolve_timeout", DURATION),
        opt("http_config", Map(&HTTP)),
        opt("smtp_from", Text),
        opt("smtp_hello", Text),
        opt("smtp_smarthost", receivers::HOST_AND_PORT),
        opt("smtp_auth_username", Text),
        opt("smtp_auth_password", Text),
        opt("smtp_auth_password_file", Text),
        opt("smtp_auth_secret", Text),
        opt("smtp_auth_secret_file", Text),
        opt("smtp_auth_identity", Text),
        opt("smtp_require_tls", Bool),
        opt("smtp_force_implicit_tls", Bool),
        opt("smtp_tls_config", Map(&TLS)),
        opt("slack_api_url", URL),
        opt("slack_api_url_file", Text),
        opt("slack_app_token", Text),
        opt("slack_app_token_file", Text),
        opt("slack_app_url", URL),
        opt("pagerduty_url", URL),
        opt("opsgenie_api_url", URL),
        opt("opsgenie_api_key", Text),
        opt("opsgenie_api_key_file", Text),
        opt("wechat_api_url", URL),
        opt("wechat_api_secret", Text),
        opt("wechat_api_secret_file", Text),
        opt("wechat_api_corp_id", Text),
        opt("victorops_api_url", URL),
        opt("victorops_api_key", Text),
        opt("victorops_api_key_file", Text),
        opt("telegram_api_url", URL),
        opt("telegram_bot_token", Text),
        opt("telegram_bot_token_file", Text),
        opt("webex_api_url", URL),
        opt("jira_api_url", URL),
        opt("rocketchat_api_url", URL),
        opt("rocketchat_token", Text),
        opt("rocketchat_token_file", Text),
        opt("rocketchat_token_id", Text),
        opt("rocketchat_token_id_file", Text),
        opt("mattermost_webhook_url", URL),
        opt("mattermost_webhook_url_file", Text),
    ],
);
