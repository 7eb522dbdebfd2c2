//! Provisioned alerting.

use super::super::checker::Checker;
use super::super::form::DURATION;
use super::super::prometheus::LABELS;
use super::super::shape::Shape::{Any, Bool, List, Map, Text, Words};
use super::super::shape::{
    ANY_MAP, ANY_MAPS, COUNT, Mapping, TEXT_MAP, TEXTS, WHOLE_NUMBER, mapping, old, opt, req, whole,
};
use super::UID;
use crate::contract::yaml::Node;

/// A file of rules, contact points and policies.
pub(in super::super) static ALERTS: Mapping = mapping(
    "an alerting file",
    &[
        whole("apiVersion", WHOLE_NUMBER),
        opt("groups", List(&Map(&GROUP))),
        opt("deleteRules", List(&Map(&DELETED))),
        opt("contactPoints", List(&Map(&CONTACT_POINT))),
        opt("deleteContactPoints", ANY_MAPS),
        opt("policies", List(&Map(&POLICY))),
        opt("resetPolicies", List(&Any)),
        opt("templates", ANY_MAPS),
        opt("deleteTemplates", ANY_MAPS),
        opt("muteTimes", ANY_MAPS),
        opt("deleteMuteTimes", ANY_MAPS),
    ],
);

static GROUP: Mapping = mapping(
    "a rule group",
    &[
        opt("orgId", COUNT),
        req("name", Text),
        req("folder", Text),
        req("interval", DURATION),
        req("rules", List(&Map(&RULE))),
    ],
);

static RULE: Mapping = mapping(
    "a rule",
    &[
        req("uid", UID),
        req("title", Text),
        opt("condition", Text),
        req("data", List(&Map(&QUERY))),
        opt("for", DURATION),
        opt("keepFiringFor", DURATION),
        opt("noDataState", Words(&["NoData", "OK", "Alerting", "KeepLast"])),
        opt("execErrState", Words(&["Error", "OK", "Alerting", "KeepLast"])),
        opt("dashboardUid", Text),
        opt("panelId", COUNT),
        opt("annotations", TEXT_MAP),
        opt("labels", LABELS),
        opt("isPaused", Bool),
        opt("missingSeriesEvalsToResolve", COUNT),
        opt("missing_series_evals_to_resolve", COUNT),
        opt("notification_settings", ANY_MAP),
        opt("record", Map(&RECORD)),
    ],
)
.ruled(condition);

static RECORD: Mapping = mapping(
    "record",
    &[
        req("metric", super::super::form::METRIC_NAME),
        req("from", Text),
        opt("targetDatasourceUid", Text),
        opt("target_datasource_uid", Text),
    ],
);

static QUERY: Mapping = mapping(
    "a query",
    &[
        req("refId", Text),
        opt("queryType", Text),
        opt("relativeTimeRange", Map(&RANGE)),
        req("datasourceUid", Text),
        req("model", Map(&MODEL)),
    ],
);

static RANGE: Mapping = mapping("relativeTimeRange", &[req("from", COUNT), opt("to", COUNT)]);

/// Each data source has its own; these are the keys of Prometheus and of Grafana's expressions.
static MODEL: Mapping = mapping(
    "a model",
    &[
        opt("refId", Text),
        opt("expr", Text),
        opt("expression", Text),
        opt("type", Text),
        opt("query", Any),
        opt("instant", Bool),
        opt("range", Bool),
        opt("hide", Bool),
        opt("reducer", Text),
        opt("settings", ANY_MAP),
        opt("conditions", ANY_MAPS),
        opt("datasource", Any),
        opt("intervalMs", COUNT),
        opt("maxDataPoints", COUNT),
        opt("legendFormat", Text),
        opt("editorMode", Text),
        opt("exemplar", Bool),
        old("interval", Any),
        old("queryType", Any),
    ],
)
.open();

/// A rule fires on one of its queries.
fn condition(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    let queries = node.get("data").map(Node::items).unwrap_or_default();
    let ids: Vec<&str> = queries.iter().filter_map(|query| query.get("refId")?.text()).collect();
    let Some(condition) = node.get("condition").filter(|value| !value.is_null()) else {
        if node.get("record").is_none() {
            checker.report(place, "missing key `condition` in a rule");
        }
        return;
    };
    let text = condition.text().unwrap_or_default();
    // What is replaced from the environment can be any of them.
    if !ids.is_empty() && !ids.contains(&text) && !text.contains('$') {
        let message = format!("the condition `{text}` is the `refId` of none of the rule's queries");
        checker.report_accepting(condition, message, ids);
    }
}

static DELETED: Mapping = mapping("a deleted rule", &[opt("orgId", COUNT), req("uid", UID)]);

static CONTACT_POINT: Mapping = mapping(
    "a contact point",
    &[opt("orgId", COUNT), req("name", Text), req("receivers", List(&Map(&RECEIVER)))],
);

static RECEIVER: Mapping = mapping(
    "a receiver",
    &[
        req("uid", Text),
        req("type", Text),
        opt("settings", ANY_MAP),
        opt("secureSettings", ANY_MAP),
        opt("disableResolveMessage", Bool),
    ],
);

static POLICY: Mapping = mapping(
    "a notification policy",
    &[
        opt("orgId", COUNT),
        opt("receiver", Text),
        opt("group_by", TEXTS),
        opt("matchers", TEXTS),
        opt("object_matchers", List(&List(&Text))),
        opt("match", TEXT_MAP),
        opt("match_re", TEXT_MAP),
        opt("mute_time_intervals", TEXTS),
        opt("active_time_intervals", TEXTS),
        opt("continue", Bool),
        opt("group_wait", DURATION),
        opt("group_interval", DURATION),
        opt("repeat_interval", DURATION),
        opt("routes", List(&Map(&POLICY))),
    ],
);
