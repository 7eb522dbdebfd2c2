//! The HTTP interface of the embedded Prometheus in virtual time: what it answers, letter by letter.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use probity::alerting::deployed::Deployed;
use probity::alerting::prometheus;
use probity::alerting::rules::file;
use probity::clock::{Clock, serve};
use probity::promql::Dialect;
use probity::stack::embedded::prometheus::api::{Answer, Question, answer};
use probity::stack::embedded::prometheus::{Prometheus, PrometheusPlan};
use tokio::sync::watch;

use crate::stage::{listener, simulate};

const CONFIG: &str = "
global: {scrape_interval: 15s, evaluation_interval: 15s, external_labels: {region: eu}}
scrape_configs:
  - job_name: shop
    static_configs: [{targets: ['shop:8080']}]
  - job_name: cut
    static_configs: [{targets: ['cut:9', 'left:1']}]
    relabel_configs: [{source_labels: [__address__], regex: 'left:1', action: drop}]
";

const RULES: &str = "
groups:
  - name: told
    rules:
      - {record: 'shop:sum', expr: sum(sold)}
      - alert: Down
        expr: up == 0
        labels: {severity: page}
        annotations: {summary: '<{{ $labels.job }}> & so on'}
";

const BODY: &str = "# TYPE sold counter\n# HELP sold What was sold.\nsold{what=\"a\\\"b\"} 2500000\nold 1\n";

/// What is answered after half a minute; by GET where no method is named.
fn answers(dialect: Dialect, paths: &'static [&str]) -> Vec<Answer> {
    simulate(move |clock| async move {
        let prometheus = prometheus(&clock, dialect).await;
        let (over, stop) = watch::channel(false);
        let running = tokio::spawn(prometheus.clone().run(stop));
        clock.sleep(Duration::from_secs(31)).await;
        let answers = paths.iter().map(|asked| {
            let (method, target) = asked.split_once(' ').unwrap_or(("GET", asked));
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let question = Question { method, path, query, ..Question::default() };
            prometheus.read(|look| answer(look, &question))
        });
        let answers = answers.collect();
        over.send_replace(true);
        running.await.expect("it comes to its end");
        answers
    })
}

async fn prometheus(clock: &Clock, dialect: Dialect) -> Prometheus {
    let read = prometheus::read(CONFIG, "prometheus.yml", dialect);
    let rules = file::read(RULES, "rules.yml", dialect, &|_| Ok(()));
    assert!(
        read.problems.is_empty() && rules.problems.is_empty(),
        "{:?} {:?}",
        read.problems,
        rules.problems
    );
    let target = listener().await;
    let real = target.local_addr().expect("bound").to_string();
    let exposed = get(|| async { ([(CONTENT_TYPE, "text/plain; version=0.0.4")], BODY) });
    serve(clock, target, Router::new().route("/metrics", exposed));
    let plan = PrometheusPlan {
        deployed: Deployed {
            prometheus: read.config.expect("it has no problems"),
            text: CONFIG.to_owned(),
            rules: vec![("rules.yml".to_owned(), rules.rules)],
            alertmanager: None,
        },
        dialect,
        external_url: "http://prometheus:9090".to_owned(),
        book: Arc::new(move |address, _| (address == "shop:8080").then(|| real.clone())),
        retention_ms: None,
    };
    Prometheus::start(clock, listener().await, plan).expect("the rules are sound")
}

fn bodies(dialect: Dialect, paths: &'static [&str]) -> Vec<String> {
    answers(dialect, paths).into_iter().map(|answer| answer.body).collect()
}

#[test]
fn federation_tells_the_newest_samples_with_external_labels_and_an_instance_for_all() {
    let [answer] = &answers(
        Dialect::V3,
        &["/federate?match[]=sold&match[]=shop:sum&match[]={job=\"cut\",__name__=\"up\"}"],
    )[..] else {
        panic!("one answer")
    };
    let header =
        |name: &str| answer.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value);
    assert_eq!(
        header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
    );
    assert_eq!(
        answer.body,
        "# TYPE shop:sum untyped\n\
         shop:sum{instance=\"\",region=\"eu\"} 2.5e+06 1767225630000\n\
         # TYPE sold untyped\n\
         sold{instance=\"shop:8080\",job=\"shop\",what=\"a\\\"b\",region=\"eu\"} 2.5e+06 1767225630000\n\
         # TYPE up untyped\n\
         up{instance=\"cut:9\",job=\"cut\",region=\"eu\"} 0 1767225630000\n"
    );
}

#[test]
fn a_firing_alert_is_shown_with_its_rule_and_html_is_escaped_where_go_escapes_it() {
    let rule = |escaped: &str| {
        format!(
            "{{\"state\":\"firing\",\"name\":\"Down\",\"query\":\"up == 0\",\"duration\":0,\"keepFiringFor\":0,\
             \"labels\":{{\"severity\":\"page\"}},\"annotations\":{{\"summary\":\"{}\"}},\"alerts\":[\
             {{\"labels\":{{\"alertname\":\"Down\",\"instance\":\"cut:9\",\"job\":\"cut\",\"severity\":\"page\"}},\
             \"annotations\":{{\"summary\":\"{escaped}\"}},\"state\":\"firing\",\
             \"activeAt\":\"2026-01-01T00:00:15Z\",\"value\":\"0e+00\"}}],\"health\":\"ok\",\"evaluationTime\":0,\
             \"lastEvaluation\":\"2026-01-01T00:00:30Z\",\"type\":\"alerting\"}}",
            escaped.replace("cut", "{{ $labels.job }}")
        )
    };
    let asked: &[&str] = &["/api/v1/rules?type=alert"];
    let newer = &bodies(Dialect::V3, asked)[0];
    assert!(newer.contains(&rule("<cut> & so on")), "{newer}");
    let older = &bodies(Dialect::V2, asked)[0];
    assert!(older.contains(&rule("\\u003ccut\\u003e \\u0026 so on")), "{older}");
}

#[test]
fn a_target_that_is_cut_off_is_down_and_says_why_and_a_dropped_one_is_counted() {
    let bodies = bodies(
        Dialect::V3,
        &["/api/v1/targets?scrapePool=cut", "/api/v1/targets?state=active&scrapePool=cut"],
    );
    let active = "{\"status\":\"success\",\"data\":{\"activeTargets\":[{\"discoveredLabels\":{\
         \"__address__\":\"cut:9\",\"__metrics_path__\":\"/metrics\",\"__scheme__\":\"http\",\
         \"__scrape_interval__\":\"15s\",\"__scrape_timeout__\":\"10s\",\"job\":\"cut\"},\
         \"labels\":{\"instance\":\"cut:9\",\"job\":\"cut\"},\"scrapePool\":\"cut\",\
         \"scrapeUrl\":\"http://cut:9/metrics\",\"globalUrl\":\"http://cut:9/metrics\",\
         \"lastError\":\"connection refused\",\"lastScrape\":\"2026-01-01T00:00:30Z\",\"lastScrapeDuration\":0,\
         \"health\":\"down\",\"scrapeInterval\":\"15s\",\"scrapeTimeout\":\"10s\"}],";
    assert!(bodies.iter().all(|body| body.starts_with(active)), "{bodies:#?}");
    assert!(
        bodies[0].ends_with("\"scrapePool\":\"cut\"}],\"droppedTargetCounts\":{\"cut\":1,\"shop\":0}}}"),
        "{}",
        bodies[0]
    );
    assert!(bodies[1].ends_with("\"droppedTargets\":[],\"droppedTargetCounts\":null}}"), "{}", bodies[1]);
}

#[test]
fn what_is_asked_wrongly_is_refused_in_the_words_of_each_release() {
    let asked: &[&str] = &[
        "/api/v1/query?query=up&time=now",
        "/api/v1/query?query=up&limit=-1",
        "/api/v1/series?match[]={}",
        "/api/v1/rules?exclude_alerts=2",
        "/api/v1/label/a.b/values",
    ];
    let refused =
        |why: &str| format!("{{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"{why}\"}}");
    let newer = bodies(Dialect::V3, asked);
    let time = "time value for 'time': cannot parse \\\"now\\\" to a valid timestamp";
    assert_eq!(newer[0], refused(&format!("invalid parameter \\\"time\\\": invalid {time}")));
    assert_eq!(newer[1], refused("invalid parameter \\\"limit\\\": limit must be non-negative"));
    let why = "invalid parameter \\\"match[]\\\": match[] must contain at least one non-empty matcher";
    assert_eq!(newer[2], refused(why));
    assert!(newer[3].contains("strconv.ParseBool: parsing \\\"2\\\": invalid syntax"), "{}", newer[3]);
    assert_eq!(newer[4], "{\"status\":\"success\",\"data\":[]}");
    let older = bodies(Dialect::V2, asked);
    assert_eq!(older[0], refused(&format!("invalid parameter \\\"time\\\": Invalid {time}")));
    // 2.42 knows neither of limits nor of alerts left out.
    assert!([1, 3].iter().all(|at| older[*at].starts_with("{\"status\":\"success\"")), "{older:#?}");
    assert_eq!(older[4], refused("invalid label name: \\\"a.b\\\""));
}

#[test]
fn what_an_operator_could_do_to_a_server_is_refused_as_by_one_without_leave() {
    let asked: &[&str] = &[
        "POST /api/v1/admin/tsdb/snapshot",
        "POST /api/v1/admin/tsdb/compact",
        "POST /-/reload",
        "DELETE /api/v1/series?match[]=up",
        "OPTIONS /api/v1/rules",
        "PUT /api/v1/query",
    ];
    let answers = answers(Dialect::V3, asked);
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    // Both releases say 500 of what is unavailable, and neither knows the `compact` that a document prints.
    assert_eq!(statuses, [500, 404, 403, 500, 204, 405]);
    assert_eq!(
        answers[0].body,
        "{\"status\":\"error\",\"errorType\":\"unavailable\",\"error\":\"admin APIs disabled\"}"
    );
    assert!(answers[5].headers.contains(&("allow", "GET, OPTIONS, POST".to_owned())), "{:?}", answers[5]);
}

#[test]
fn rules_are_told_in_pages_and_a_limit_says_that_it_left_something_out() {
    let bodies = bodies(
        Dialect::V3,
        &[
            "/api/v1/rules?group_limit=1",
            "/api/v1/rules?group_limit=1&group_next_token=x",
            "/api/v1/labels?limit=2",
            "/api/v1/query?query=up&limit=1",
        ],
    );
    assert!(!bodies[0].contains("groupNextToken"), "one group is all: {}", bodies[0]);
    assert!(bodies[1].contains("invalid group_next_token 'x'. were rule groups changed?"), "{}", bodies[1]);
    let warned = ",\"warnings\":[\"results truncated due to limit\"]}";
    assert!(bodies[2..].iter().all(|body| body.ends_with(warned)), "{bodies:#?}");
}
