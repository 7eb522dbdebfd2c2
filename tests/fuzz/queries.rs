//! Questions to the HTTP interface of the embedded Prometheus: a line of method, path and query, and below it a form.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use probity::alerting::rules::{AlertView, GroupView, RuleView};
use probity::promql::{Dialect, Labels, Options, Storage};
use probity::stack::embedded::prometheus::api::{Question, answer};
use probity::stack::embedded::prometheus::{Health, Look, Metadata, TargetView};

use super::bend::Words;
use super::drive::{Target, run};

static QUERIES: Target = Target {
    name: "queries",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: None,
    check,
};

#[test]
fn queries() {
    run(&QUERIES);
}

/// Every status that there is.
const STATUSES: [u16; 8] = [200, 204, 400, 403, 404, 405, 422, 500];

/// So few that an answer comes soon.
const MOST_SAMPLES: usize = 20_000;

const NOW_MS: i64 = 1_000_000_000;

fn check(text: &str) -> Result<bool, String> {
    let (head, form) = text.split_once('\n').unwrap_or((text, ""));
    let (method, target) = head.split_once(' ').unwrap_or(("GET", head));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let question = Question { method, path, query, form: form.as_bytes(), accept: "" };
    let mut accepted = false;
    for dialect in [Dialect::V2, Dialect::V3] {
        let look = look(dialect);
        let one = answer(&look, &question);
        if one != answer(&look, &question) {
            return Err(format!("{dialect:?}: another answer the second time"));
        }
        if !STATUSES.contains(&one.status) {
            return Err(format!("{dialect:?}: status {}", one.status));
        }
        let is_json = one.headers.iter().any(|(_, value)| value == "application/json");
        if is_json {
            let read = serde_json::from_str::<serde_json::Value>(&one.body);
            let read = read.map_err(|error| format!("{dialect:?}: {error}: {}", one.body))?;
            let status = if one.status == 200 { "success" } else { "error" };
            if read["status"] != status {
                return Err(format!("{dialect:?}: {} of status {}", one.body, one.status));
            }
        }
        accepted |= one.status == 200;
    }
    Ok(accepted)
}

/// What the server holds.
struct Held {
    storage: Storage,
    targets: Vec<TargetView>,
    dropped: Vec<(String, Labels)>,
    metadata: BTreeMap<String, Vec<Metadata>>,
    told: Vec<BTreeMap<String, Metadata>>,
    external_labels: Labels,
    alertmanagers: Vec<String>,
}

static HELD: LazyLock<Held> = LazyLock::new(|| {
    let mut storage = Storage::new();
    let series: [&[(&str, &str)]; 4] = [
        &[("__name__", "up"), ("job", "a")],
        &[("__name__", "x"), ("job", "b"), ("le", "1"), ("odd", "<&>\u{2028}\"\\\n")],
        &[("__name__", "x"), ("job", "b"), ("le", "+Inf")],
        &[("__name__", "a.b"), ("job", "c d")],
    ];
    for (number, labels) in series.iter().enumerate() {
        let id = storage.series(&Labels::new(labels.iter().copied()));
        for step in 0..20_i32 {
            let at_ms = NOW_MS - 15_000 * i64::from(20 - step);
            storage.push(id, at_ms, f64::from(step) * 1e5 + number as f64).expect("time goes on");
        }
    }
    let labels = Labels::new([("instance", "a:1"), ("job", "a")]);
    let target = TargetView {
        pool: "a".to_owned(),
        labels: labels.clone(),
        discovered: labels.clone(),
        scrape_url: "http://a:1/metrics?x=<&>".to_owned(),
        last_error: String::new(),
        last_scrape_ms: Some(NOW_MS),
        last_duration_s: 1e-9,
        health: Health::Up,
        interval_ms: 90_500,
        timeout_ms: 1,
    };
    let one = Metadata { kind: "counter".to_owned(), help: "<a>\n\u{8}".to_owned(), unit: String::new() };
    Held {
        storage,
        targets: vec![target],
        dropped: vec![("b".to_owned(), labels)],
        metadata: BTreeMap::from([("x".to_owned(), vec![one.clone()])]),
        told: vec![BTreeMap::from([("x".to_owned(), one)])],
        external_labels: Labels::new([("region", "eu")]),
        alertmanagers: vec!["http://alertmanager:9093/api/v2/alerts".to_owned()],
    }
});

static OPTIONS: [LazyLock<Options>; 2] = [
    LazyLock::new(|| Options { dialect: Dialect::V2, max_samples: MOST_SAMPLES, ..Options::default() }),
    LazyLock::new(|| Options { dialect: Dialect::V3, max_samples: MOST_SAMPLES, ..Options::default() }),
];

fn look(dialect: Dialect) -> Look<'static> {
    let held = &*HELD;
    Look {
        storage: &held.storage,
        groups: groups(),
        targets: &held.targets,
        dropped: &held.dropped,
        metadata: &held.metadata,
        told: &held.told,
        config_text: "global: {}\n",
        now_ms: NOW_MS,
        started_ms: 0,
        dialect,
        options: &OPTIONS[usize::from(dialect == Dialect::V3)],
        alertmanagers: &held.alertmanagers,
        external_labels: &held.external_labels,
    }
}

fn groups() -> Vec<GroupView> {
    let words = |text: &str| BTreeMap::from([("severity".to_owned(), text.to_owned())]);
    let alert = AlertView {
        labels: Labels::new([("alertname", "A"), ("severity", "page")]),
        annotations: words("<a>"),
        state: "firing",
        active_at_ms: NOW_MS,
        value: 1e21,
        keep_firing_since_ms: Some(NOW_MS),
    };
    let rule = |alerts: Vec<AlertView>| RuleView {
        alert: !alerts.is_empty(),
        name: "A".to_owned(),
        query: "x > 1".to_owned(),
        for_ms: 1500,
        keep_firing_for_ms: 0,
        labels: words("page"),
        annotations: words("{{ $value }}"),
        state: "firing",
        alerts,
        health: "ok",
        last_error: String::new(),
        last_evaluation_ms: None,
        evaluation_s: 0.0,
    };
    let group = |name: &str, rules: Vec<RuleView>| GroupView {
        name: name.to_owned(),
        file: "rules.yml".to_owned(),
        interval_ms: 60_000,
        limit: 0,
        last_evaluation_ms: Some(NOW_MS),
        evaluation_s: 0.0,
        rules,
    };
    vec![group("b", vec![rule(vec![alert]), rule(Vec::new())]), group("a", Vec::new())]
}

const CORPUS: &[&str] = &[
    "GET /api/v1/query?query=sum(x)by(le)&time=1000000&limit=1&timeout=5s&lookback_delta=1m",
    "POST /api/v1/query\nquery=x%5B5m%5D&time=1970-01-12T13:46:40.5Z",
    "GET /api/v1/query_range?query=rate(x%5B1m%5D)&start=999900&end=1000000&step=15s",
    "GET /api/v1/query_exemplars?query=x&start=1&end=2",
    "GET /api/v1/format_query?query=sum(x)/x",
    "GET /api/v1/series?match[]=x&match[]={job=~\"a|b\"}&start=0&end=1e6&limit=2",
    "POST /api/v1/labels\nmatch%5B%5D=x&limit=3",
    "GET /api/v1/label/__name__/values?match[]={job!=\"\",le=\"1\"}",
    "GET /api/v1/label/a%20b/values",
    "GET /api/v1/targets?state=active&scrapePool=a",
    "GET /api/v1/targets/metadata?match_target={job=\"a\"}&metric=x&limit=1",
    "GET /api/v1/metadata?metric=x&limit=1&limit_per_metric=1",
    "GET /api/v1/rules?type=alert&rule_name[]=A&rule_group[]=b&file[]=rules.yml&exclude_alerts=t&match[]={severity=\"page\"}&group_limit=1",
    "GET /api/v1/alerts",
    "GET /api/v1/status/tsdb?limit=5",
    "GET /federate?match[]={__name__=~\".+\"}",
    "PUT /api/v1/admin/tsdb/snapshot",
    "DELETE /api/v1/series?match[]=x",
    "OPTIONS /api/v1/query",
    "HEAD /-/healthy",
];

const WORDS: &[&str] = &[
    "GET ",
    "POST ",
    "DELETE ",
    "HEAD ",
    "/api/v1/",
    "/federate?",
    "/-/reload",
    "label/",
    "/values",
    "query=",
    "&time=",
    "&start=",
    "&end=",
    "&step=",
    "&limit=",
    "&timeout=",
    "&lookback_delta=",
    "&match[]=",
    "&type=record",
    "&group_next_token=",
    "&group_limit=",
    "%",
    "%zz",
    "%00",
    "%FF",
    "%E2%80%A8",
    "+",
    ";",
    "&",
    "=",
    "?",
    "/",
    "\n",
    "1e300",
    "-1",
    "NaN",
    "Inf",
    "-Inf",
    "1_000",
    "0x10",
    "9223372036854775807",
    "-9223372036854775808",
    "1970-01-01T00:00:00Z",
    "-292273086-05-16T16:47:06Z",
    "+292277025-08-18T07:12:54.999999999Z",
    "292y",
    "1ms",
    "0s",
    "{}",
    "{a!=\"b\"}",
    "{__name__=\"x\"}",
    "x offset 1y",
    "x @ 1e15",
    "x[1y:1ms]",
    "sum(",
    ")",
    "\"",
    "\\",
    "label_replace(x,\"a\",\"$1\",\"b\",\"(\")",
];

const AROUND: &[(&str, &str)] =
    &[("sum(", ")"), ("{", "}"), ("\"", "\""), ("&match[]=", "&"), ("%22", "%22")];
