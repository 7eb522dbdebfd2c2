//! The file, its routes, receivers and inhibitions.

use super::Type::{Any, Bool, ByName, Duration, Each, Int, Number, Of, Pairs, SecretUrl, Text, Texts, Word};
use super::http::{HEADER, HTTP, TLS};
use super::{Table, nothing, table};
use crate::alerting::Place;
use crate::alerting::alertmanager::config::Reader;
use crate::alerting::yaml::Fields;

table!(FILE, "a configuration of Alertmanager", nothing, {
    global: Any, route: Any, inhibit_rules: Any, receivers: Any, templates: Any, time_intervals: Any,
    mute_time_intervals: Any,
}, { tracing: Of(&TRACING), event_recorder: Of(&EVENT_RECORDER) });

table!(ROUTE, "a route", nothing, {
    receiver: Text, group_by: Any, continue: Bool, match: Any, match_re: Any, matchers: Any,
    mute_time_intervals: Texts, active_time_intervals: Texts, group_wait: Duration, group_interval: Duration,
    repeat_interval: Duration, routes: Any,
}, {});

table!(INHIBIT_RULE, "an item of `inhibit_rules`", nothing, {
    source_match: Any, source_match_re: Any, source_matchers: Any, target_match: Any, target_match_re: Any,
    target_matchers: Any, equal: Any,
}, { name: Text });

table!(RECEIVER, "a receiver", nothing, {
    name: Text, webhook_configs: Any, email_configs: Any, pagerduty_configs: Any, opsgenie_configs: Any,
    wechat_configs: Any, slack_configs: Any, victorops_configs: Any, pushover_configs: Any, sns_configs: Any,
    telegram_configs: Any, discord_configs: Any, webex_configs: Any,
}, {
    msteams_configs: Any, msteamsv2_configs: Any, jira_configs: Any, rocketchat_configs: Any,
    incidentio_configs: Any, mattermost_configs: Any, labels: Pairs,
});

table!(TRACING, "`tracing`", tracing, {}, {
    endpoint: Text, client_type: Word(&["http", "grpc"]), sampling_fraction: Number, insecure: Bool,
    tls_config: Of(&TLS), headers: ByName(&HEADER), compression: Word(&["", "gzip"]), timeout: Duration,
});

fn tracing<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "`tracing`", &["endpoint"]);
}

table!(EVENT_RECORDER, "`event_recorder`", nothing, {}, {
    file_outputs: Each(&FILE_OUTPUT), webhook_outputs: Each(&WEBHOOK_OUTPUT), kafka_outputs: Each(&KAFKA_OUTPUT),
});

table!(FILE_OUTPUT, "an item of `file_outputs`", file_output, {}, { path: Text });

fn file_output<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `file_outputs`", &["path"]);
}

table!(WEBHOOK_OUTPUT, "an item of `webhook_outputs`", webhook_output, {}, {
    url: SecretUrl, http_config: Of(&HTTP), timeout: Duration, workers: Int, max_retries: Int,
    retry_backoff: Duration,
});

fn webhook_output<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "an item of `webhook_outputs`", &["url"]);
}

table!(KAFKA_OUTPUT, "an item of `kafka_outputs`", nothing, {}, {
    brokers: Texts, topic: Text, client_id: Text, acks: Text, compression: Text, format: Text, buffer_size: Int,
    tls_config: Of(&TLS),
});
