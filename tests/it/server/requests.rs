//! Requests: answers and refusals, and that each is counted once, under a label that strangers cannot choose.

use std::time::Duration;

use serde_json::{Value, json};

use crate::stage::{Stage, Wanted, series, simulate, value};

const QUESTION: &str = "Should we rewrite it this year?";

fn is_json(answer: &crate::stage::Answer) -> bool {
    answer.headers.get("content-type").is_some_and(|kind| kind == "application/json")
}

/// Bodies, and the status that the documents give them.
fn posts() -> Vec<(u16, String)> {
    let with_rounds = |rounds: Value| json!({"question": QUESTION, "rounds": rounds}).to_string();
    let with_agents = |agents: Value| json!({"question": QUESTION, "agents": agents}).to_string();
    let with_question = |question: Value| json!({"question": question}).to_string();
    vec![
        (200, with_question(json!(QUESTION))),
        (200, with_question(json!("ten chars!"))),
        // Characters are counted, not bytes.
        (200, with_question(json!("zehn Ümläu"))),
        (200, with_rounds(json!(1))),
        (200, with_rounds(json!(20))),
        (200, with_agents(json!(["openai-api"]))),
        (200, json!({"question": QUESTION, "of_another": "version"}).to_string()),
        (400, String::new()),
        (400, "not JSON".to_owned()),
        (400, format!("{} trailing", with_rounds(json!(1)))),
        (400, "\"text\"".to_owned()),
        (400, "[]".to_owned()),
        (400, "{}".to_owned()),
        (400, with_question(json!(null))),
        (400, with_question(json!(17))),
        (400, with_question(json!([QUESTION]))),
        (400, with_rounds(json!("2"))),
        (400, with_rounds(json!(1.5))),
        (400, with_rounds(json!(null))),
        (400, with_agents(json!("openai-api"))),
        (400, with_agents(json!([1]))),
        (400, with_agents(json!({"name": "openai-api"}))),
        (422, with_question(json!(""))),
        (422, with_question(json!("nine char"))),
        (422, with_question(json!("Ümläute"))),
        (422, with_rounds(json!(0))),
        (422, with_rounds(json!(21))),
        (422, with_rounds(json!(-1))),
        (422, with_rounds(json!(i64::MIN))),
        (422, with_rounds(json!(u64::from(u32::MAX) + 2))),
        (422, with_rounds(json!(u64::MAX))),
        (422, with_agents(json!([]))),
        (422, with_agents(json!(["openai-api", "nobody"]))),
    ]
}

#[test]
fn posting_a_debate_is_accepted_or_refused_with_a_reason() {
    let (answers, invalid_utf8, exposition) = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let mut answers = vec![];
        for (status, body) in posts() {
            answers.push((status, body.clone(), stage.ask("POST", "/api/debates", body).await));
        }
        let invalid_utf8 = stage.ask("POST", "/api/debates", b"{\"question\": \"\xff\"}".to_vec()).await;
        (answers, invalid_utf8, stage.exposition().await)
    });
    for (status, body, answer) in &answers {
        assert!(answer.status == *status && is_json(answer), "{body}: {answer:?}");
        let said = answer.json();
        if *status == 200 {
            assert_eq!(said["success"], json!(true));
            assert_eq!(said["status"], json!("created"));
            let posted: Value = serde_json::from_str(body).expect("JSON");
            assert_eq!(said["task"], posted["question"]);
            assert!(said["debate_id"].as_str().is_some_and(|id| !id.is_empty()));
        } else {
            assert_eq!(said["success"], json!(false), "{body}");
            let error = said["error"].as_str().unwrap_or_default();
            assert!(
                !error.is_empty() && said.as_object().is_some_and(|said| said.len() == 2),
                "{body}: {said}"
            );
        }
    }
    assert_eq!(invalid_utf8.status, 400);
    for status in [200u16, 400, 422] {
        let expected = answers.iter().filter(|(wanted, ..)| *wanted == status).count();
        let expected = expected + usize::from(status == 400);
        let labels = [("method", "POST"), ("endpoint", "/api/debates"), ("status", &status.to_string())];
        assert_eq!(value(&exposition, "aragora_requests_total", &labels), Some(expected as f64));
    }
}

#[test]
fn refusals_name_what_is_wrong() {
    let refusals = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let mut refusals = vec![];
        for body in [
            "",
            "x",
            "{}",
            r#"{"question": "short"}"#,
            r#"{"question": "long enough?", "rounds": 99}"#,
            r#"{"question": "long enough?", "agents": ["me"]}"#,
        ] {
            let said = stage.ask("POST", "/api/debates", body).await.json();
            refusals.push(said["error"].as_str().expect("a reason").to_owned());
        }
        refusals
    });
    assert_eq!(
        refusals,
        [
            "the body is empty; send a JSON object with a question",
            "the body is not JSON",
            "question must be a text",
            "question must have at least 10 characters",
            "rounds must be from 1 to 20",
            "agents must name at least one agent, and only known ones",
        ]
    );
}

#[test]
fn debates_are_listed_newest_first_and_shown_one_by_one() {
    simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let mut ids = vec![];
        for number in 0..25 {
            ids.insert(0, stage.start_debate(&format!("Is this question number {number}?"), 1).await);
        }
        for (query, count) in
            [("", 20), ("?limit=3", 3), ("?limit=0", 0), ("?limit=1000", 25), ("?other=1", 20)]
        {
            let answer = stage.ask("GET", &format!("/api/debates{query}"), "").await;
            assert!(answer.status == 200 && is_json(&answer));
            let listed = answer.json();
            let listed = listed["debates"].as_array().expect("a list").iter().map(|d| d["id"].as_str());
            assert_eq!(listed.collect::<Option<Vec<_>>>().expect("ids"), ids[..count], "{query}");
        }
        for query in ["?limit=x", "?limit=-1", "?limit=1.5", "?limit=", "?limit=99999999999999999999"] {
            let answer = stage.ask("GET", &format!("/api/debates{query}"), "").await;
            assert!(answer.status == 400 && is_json(&answer), "{query}: {answer:?}");
            assert_eq!(answer.json(), json!({"success": false, "error": "limit must be a whole number"}));
        }
        let shown = stage.ask("GET", &format!("/api/debates/{}", ids[24]), "").await.json();
        assert_eq!((&shown["id"], &shown["task"]), (&json!(ids[24]), &json!("Is this question number 0?")));
        let unknown = stage.ask("GET", "/api/debates/none", "").await;
        assert!(unknown.status == 404 && is_json(&unknown));
        assert_eq!(unknown.json(), json!({"success": false, "error": "no debate has this id"}));
        let exposition = stage.exposition().await;
        let counted = |endpoint, status| {
            let labels = [("method", "GET"), ("endpoint", endpoint), ("status", status)];
            value(&exposition, "aragora_requests_total", &labels)
        };
        assert_eq!(counted("/api/debates", "200"), Some(5.0));
        assert_eq!(counted("/api/debates", "400"), Some(5.0));
        assert_eq!(counted("/api/debates/{id}", "200"), Some(1.0));
        assert_eq!(counted("/api/debates/{id}", "404"), Some(1.0));
    });
}

#[test]
fn health_and_readiness_say_so() {
    simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        for (path, status) in [("/health", "ok"), ("/ready", "ready")] {
            let answer = stage.ask("GET", path, "").await;
            assert!(answer.status == 200 && is_json(&answer));
            assert_eq!(answer.json(), json!({"status": status}));
        }
    });
}

#[test]
fn a_thousand_unknown_paths_are_one_series() {
    let exposition = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        for number in 0..1_000u64 {
            // Spread over the space of paths, and some close to real ones.
            let noise = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let path = match number % 4 {
                0 => format!("/{noise:x}"),
                1 => format!("/api/{noise}/debates"),
                2 => format!("/api/debates/{noise}/more"),
                _ => format!("/health/{noise:x}?q={noise}"),
            };
            let answer = stage.ask("GET", &path, "").await;
            assert!(answer.status == 404 && is_json(&answer), "{path}");
        }
        stage.exposition().await
    });
    let requests = series(&exposition, "aragora_requests_total");
    let [(labels, count)] = requests.as_slice() else { panic!("expected one series, saw {requests:?}") };
    assert_eq!(
        (labels.get("endpoint"), labels.get("status"), *count),
        (Some("unmatched"), Some("404"), 1_000.0)
    );
    assert_eq!(series(&exposition, "aragora_request_latency_seconds_count").len(), 1);
}

#[test]
fn a_method_that_no_route_has_is_405_and_invented_ones_are_one_series() {
    let (answers, exposition) = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let mut answers = vec![];
        for method in ["DELETE", "PUT", "PATCH"] {
            answers.push(stage.ask(method, "/api/debates", "").await);
        }
        for number in 0..50 {
            answers.push(stage.ask(&format!("INVENTED{number}"), "/api/debates", "").await);
        }
        (answers, stage.exposition().await)
    });
    for answer in &answers {
        assert_eq!(answer.status, 405);
        let allowed = answer.headers.get("allow").expect("RFC 9110 demands it").to_str().expect("ASCII");
        assert_eq!(allowed, "GET,HEAD,POST");
    }
    let requests = series(&exposition, "aragora_requests_total");
    let mut methods: Vec<(&str, f64)> =
        requests.iter().map(|(labels, count)| (labels.get("method").unwrap_or_default(), *count)).collect();
    methods.sort_by(|a, b| a.0.cmp(b.0));
    assert_eq!(methods, [("DELETE", 1.0), ("PATCH", 1.0), ("PUT", 1.0), ("_OTHER", 50.0)]);
    assert!(requests.iter().all(|(labels, _)| labels.get("status") == Some("405")));
}

#[test]
fn a_body_over_a_mebibyte_is_413_and_counted() {
    let (at, over, exposition) = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let padded = |size: usize| {
            let body = json!({"question": QUESTION, "rounds": 1}).to_string();
            format!("{body}{}", " ".repeat(size - body.len()))
        };
        let at = stage.ask("POST", "/api/debates", padded(1 << 20)).await;
        let over = stage.ask("POST", "/api/debates", padded((1 << 20) + 1)).await;
        (at, over, stage.exposition().await)
    });
    assert_eq!((at.status.as_u16(), over.status.as_u16()), (200, 413));
    for status in ["200", "413"] {
        let labels = [("method", "POST"), ("endpoint", "/api/debates"), ("status", status)];
        assert_eq!(value(&exposition, "aragora_requests_total", &labels), Some(1.0));
    }
}

#[test]
fn metrics_are_on_both_ports_and_scrapes_are_not_counted() {
    simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        stage.ask("GET", "/health", "").await;
        let on_api = stage.ask("GET", "/metrics", "").await;
        assert_eq!(on_api.took, Duration::ZERO, "a scrape is no work of a handler's");
        let kind = on_api.headers.get("content-type").expect("a type").to_str().expect("ASCII");
        assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
        let on_metrics = stage.exposition().await;
        assert_eq!(crate::stage::strict(&on_api.text), on_metrics);
        let requests = series(&on_metrics, "aragora_requests_total");
        assert_eq!(requests.len(), 1, "only /health: {requests:?}");
        stage.server.flush().await;
        assert_eq!(stage.receiver.spans().len(), 1, "nor are they traced");
    });
}

#[test]
fn disabled_metrics_have_no_port_and_no_path() {
    simulate(|clock| async move {
        let env = vec![("METRICS_ENABLED", "false".to_owned())];
        let stage = Stage::raise(&clock, Wanted { env, ..Wanted::default() }).await;
        assert_eq!(stage.server.metrics, None);
        assert_eq!(stage.ask("GET", "/metrics", "").await.status, 404);
        assert_eq!(stage.ask("GET", "/health", "").await.status, 200);
    });
}

#[test]
fn latency_is_what_the_client_waited() {
    let (waited, exposition) = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let mut waited = Duration::ZERO;
        for number in 0..50 {
            waited += stage.ask("GET", &format!("/nowhere/{number}"), "").await.took;
        }
        (waited, stage.exposition().await)
    });
    let sum = value(&exposition, "aragora_request_latency_seconds_sum", &[("endpoint", "unmatched")]);
    let sum = sum.expect("it is exposed");
    // Floats are added up on one side, whole nanoseconds on the other.
    assert!((sum - waited.as_secs_f64()).abs() < 1e-9, "{sum} and {waited:?}");
    assert!((50 * Duration::from_millis(1)..50 * Duration::from_millis(40)).contains(&waited));
}

#[test]
fn a_client_that_hangs_up_leaves_nothing_open() {
    let (spans, counts, exposition, hung_up) = simulate(|clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        clock.sleep(Duration::from_secs(3)).await;
        // Handlers take at least a millisecond.
        let limit = Duration::from_micros(700);
        let body = json!({"question": QUESTION}).to_string();
        clock.timeout(limit, stage.ask("POST", "/api/debates", body)).await.expect_err("it is slower");
        let hung_up = clock.now();
        clock.sleep(Duration::from_secs(60)).await;
        stage.server.flush().await;
        let list = stage.ask("GET", "/api/debates", "").await.json();
        assert_eq!(list, json!({"debates": []}), "the work was given up with the request");
        (stage.receiver.spans(), stage.server.span_counts(), stage.exposition().await, hung_up)
    });
    let [span] = spans.as_slice() else { panic!("expected one span, saw {spans:?}") };
    assert_eq!((span.name.as_str(), span.end), ("debates.create", hung_up));
    assert!(!span.attributes.contains_key("http.status_code"), "there was no answer: {span:?}");
    assert_eq!(counts.exported, 1);
    for gauge in ["aragora_active_debates", "aragora_websocket_connections"] {
        assert_eq!(value(&exposition, gauge, &[]), Some(0.0));
    }
    // A request without an answer has no status to be counted under. The later list is the only one counted.
    assert_eq!(series(&exposition, "aragora_requests_total").len(), 1);
}
