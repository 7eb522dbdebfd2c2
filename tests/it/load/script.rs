//! Personas that are data: what they send, what they take from answers, and where their sessions end.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use probity::clock::{Clock, between};
use probity::load::Persona;
use probity::observe::{Failure, Ledger, Origin};
use tokio::sync::watch;

use super::driver;
use super::notebook::{Notebook, Noted, Reply};
use crate::stage::{Stage, Wanted, series, simulate};

/// The personas of a scenario that has nothing else of interest.
fn personas(text: &str) -> Vec<(Persona, u32)> {
    let text = format!(
        "scenario: s\ncontracts: [c]\nscope: ['*']\ntarget: {{server: aragora}}\n\
         phases: [{{name: p, for: 1s}}]\npersonas:\n{text}"
    );
    let read = |path: &Path| {
        Ok(if path == Path::new("c") { crate::scenario::CONTRACT.to_owned() } else { text.clone() })
    };
    match probity::scenario::load(Path::new("s.yaml"), &read) {
        Ok(scenario) => scenario.personas,
        Err(invalid) => panic!("{:?}", invalid.problems),
    }
}

/// What came of some sessions, one a second: what the target was sent, and the ledger.
fn play(text: &str, sessions: u64, answer: fn(usize, &Noted) -> Reply) -> (Vec<Noted>, Ledger, Duration) {
    let personas = personas(text);
    simulate(|clock| async move {
        let book = Notebook::start(&clock, answer).await;
        let phases = [(Duration::from_secs(sessions), "1/s")];
        let (driver, client) = driver(&clock, &book.address, &phases, &personas);
        let start = clock.now();
        driver.run(start, watch::channel(false).1).await;
        (book.noted(), client.ledger(), between(start, clock.now()))
    })
}

fn ok(_: usize, _: &Noted) -> Reply {
    reply(200, "")
}

fn reply(status: u16, body: &str) -> Reply {
    (status, String::new(), body.to_owned())
}

fn lines(noted: &[Noted]) -> Vec<&str> {
    noted.iter().map(|noted| noted.line.as_str()).collect()
}

/// A line of the ledger: method and route, status, failure, origin, count.
type Line = (String, Option<u16>, Option<Failure>, Origin, u64);

/// The ledger's requests.
fn books(ledger: &Ledger) -> Vec<Line> {
    let book = ledger.requests.iter();
    book.map(|(key, entry)| {
        let line = format!("{} {}", key.method, key.route);
        (line, key.status_code, key.failure, key.origin, entry.count)
    })
    .collect()
}

#[test]
fn what_a_script_says_is_what_the_target_is_sent() {
    let text = r#"
  - name: caller
    steps:
      - request: POST /a/{session}?q={session}&r={{x}}
        headers: {X-Tenant: "t-{session}", Host: "shop.example"}
        body: {z: "Is {session} prime?", a: [1, 1.5, true, null, "{session}", "{{}}"], m: {q: 'a"b'}}
      - request: PUT /text
        body: plain {session}
      - request: PATCH /typed
        headers: {Content-Type: application/vnd.api+json}
        body: [1]
      - request: DELETE /nothing
"#;
    let (noted, ledger, _) = play(text, 2, ok);
    assert_eq!(
        lines(&noted),
        ["POST /a/0?q=0&r={x}", "PUT /text", "PATCH /typed", "DELETE /nothing"]
            .into_iter()
            .chain(["POST /a/1?q=1&r={x}", "PUT /text", "PATCH /typed", "DELETE /nothing"])
            .collect::<Vec<_>>()
    );
    let of_second = &noted[4..];
    // Keys as they were typed, not sorted; a name alone keeps its type.
    assert_eq!(of_second[0].body, r#"{"z":"Is 1 prime?","a":[1,1.5,true,null,1,"{}"],"m":{"q":"a\"b"}}"#);
    assert_eq!(
        (of_second[0].header("x-tenant"), of_second[0].header("host")),
        (Some("t-1"), Some("shop.example"))
    );
    let content_types: Vec<Option<&str>> =
        of_second.iter().map(|noted| noted.header("content-type")).collect();
    let text_plain = Some("text/plain; charset=utf-8");
    assert_eq!(content_types, [Some("application/json"), text_plain, Some("application/vnd.api+json"), None]);
    assert_eq!((of_second[1].body.as_str(), of_second[3].body.as_str()), ("plain 1", ""));
    let traffic = |route: &str| (route.to_owned(), Some(200), None, Origin::Traffic, 2);
    assert_eq!(
        books(&ledger),
        [
            traffic("DELETE /nothing"),
            traffic("PATCH /typed"),
            traffic("POST /a/{session}"),
            traffic("PUT /text")
        ]
    );
}

#[test]
fn what_an_answer_holds_goes_into_later_steps_and_cannot_leave_its_place() {
    let text = r#"
  - name: caller
    steps:
      - request: POST /things
        expect: [200, 201]
        extract: {id: {json: /thing/id}, n: {json: /n}, all: {json: /thing}, next: {header: Location}}
      - request: GET /things/{id}/parts?of={id}
        route: /things/:id/parts
        headers: {X-Id: "{id}"}
      - request: GET {next}&page={n}
        expect: 200
        route: next
      - request: POST /things
        body: {n: "{n}", text: "{n}", all: "{all}", id: "<{id}>"}
"#;
    let (noted, ledger, _) = play(text, 1, |number, _| match number {
        0 => (
            201,
            "http://elsewhere.example:1/things/7?x=1".to_owned(),
            r#"{"thing": {"id": "a/../b?c d\nü"}, "n": 7}"#.to_owned(),
        ),
        _ => reply(200, ""),
    });
    assert_eq!(
        lines(&noted),
        [
            "POST /things",
            "GET /things/a%2F..%2Fb%3Fc%20d%0A%C3%BC/parts?of=a%2F..%2Fb%3Fc%20d%0A%C3%BC",
            "GET /things/7?x=1&page=7",
            "POST /things",
        ]
    );
    assert_eq!(noted[1].header("x-id"), Some("a/../b?c d%0A%C3%BC"));
    assert_eq!(noted[3].body, r#"{"n":7,"text":7,"all":{"id":"a/../b?c d\nü"},"id":"<a/../b?c d\nü>"}"#);
    let routes: Vec<String> = books(&ledger).into_iter().map(|(line, ..)| line).collect();
    assert_eq!(routes, ["GET /things/:id/parts", "GET next", "POST /things", "POST /things"]);
    assert!(ledger.requests.keys().all(|key| key.failure.is_none()));
}

#[test]
fn an_answer_without_what_later_steps_need_ends_the_session_and_is_entered_as_that() {
    for (extract, body) in [
        ("{id: {json: /id}}", r#"{"other": 1}"#),
        ("{id: {json: /id}}", r#"{"id": null}"#),
        ("{id: {json: /id}}", "no JSON"),
        ("{id: {header: Location}}", r#"{"id": 1}"#),
        ("{a: {json: /b}, id: {json: /id}}", r#"{"b": 1}"#),
    ] {
        let text = format!(
            "  - name: caller\n    steps:\n      - {{request: GET /first, extract: {extract}}}\n      - request: GET /later/{{id}}\n"
        );
        let answer: fn(usize, &Noted) -> Reply = match body {
            r#"{"other": 1}"# => |_, _| reply(200, r#"{"other": 1}"#),
            r#"{"id": null}"# => |_, _| reply(200, r#"{"id": null}"#),
            r#"{"id": 1}"# => |_, _| reply(200, r#"{"id": 1}"#),
            r#"{"b": 1}"# => |_, _| reply(200, r#"{"b": 1}"#),
            _ => |_, _| reply(200, "no JSON"),
        };
        let (noted, ledger, _) = play(&text, 3, answer);
        assert_eq!(lines(&noted), ["GET /first"; 3], "{extract} of {body}");
        let line = ("GET /first".to_owned(), Some(200), Some(Failure::Unextracted), Origin::Traffic, 3);
        assert_eq!(books(&ledger), [line], "{extract} of {body}");
    }
}

#[test]
fn an_unexpected_status_ends_the_session_and_is_counted_by_kind() {
    let text = "
  - name: caller
    steps:
      - request: GET /{session}
      - request: GET /{session}/refused
        expect: [404, 409]
      - request: GET /end
";
    let (noted, ledger, _) = play(text, 4, |_, noted| match noted.line.as_str() {
        "GET /0" => reply(500, ""),
        "GET /1" => (302, "/elsewhere".to_owned(), String::new()),
        "GET /2/refused" => reply(200, ""),
        "GET /3/refused" => reply(409, ""),
        _ => reply(204, ""),
    });
    assert_eq!(
        lines(&noted),
        ["GET /0", "GET /1", "GET /2", "GET /2/refused", "GET /3", "GET /3/refused", "GET /end"]
    );
    let line = |route: &str, status, failure| (route.to_owned(), Some(status), failure, Origin::Traffic, 1);
    let mut expected = vec![
        line("GET /end", 204, None),
        line("GET /{session}", 302, Some(Failure::Redirected)),
        line("GET /{session}", 500, Some(Failure::Status)),
        line("GET /{session}/refused", 200, Some(Failure::Status)),
        line("GET /{session}/refused", 409, None),
    ];
    expected.insert(1, ("GET /{session}".to_owned(), Some(204), None, Origin::Traffic, 2));
    assert_eq!(books(&ledger), expected);
}

#[test]
fn somebody_who_waits_looks_until_it_is_so_or_gives_up() {
    /// When each look was, in milliseconds from the start of the session.
    fn looks(until: &str, answer: fn(usize, &Noted) -> Reply) -> (Vec<u64>, bool, Ledger) {
        let text = format!(
            "  - name: waiter\n    steps:\n      - request: GET /job\n        pause: 250ms\n        {until}\n      - request: GET /after\n"
        );
        let (noted, ledger, _) = play(&text, 1, answer);
        let start = noted[0].came;
        let polls = noted.iter().filter(|noted| noted.line == "GET /job");
        let at = polls.map(|poll| between(start, poll.came).as_millis() as u64).collect();
        (at, noted.last().is_some_and(|noted| noted.line == "GET /after"), ledger)
    }
    let third: fn(usize, &Noted) -> Reply = |number, _| match number {
        0 => reply(200, "{}"),
        1 => reply(200, r#"{"status": "running", "done": 0}"#),
        _ => reply(200, r#"{"status": "done", "done": 2.0, "id": 1}"#),
    };
    for until in [
        "until: {json: /status, is: done}",
        "until: {json: /done, is: 2}",
        // What is not there is neither the same nor another.
        "until: {json: /status, is_not: running}",
        // Only the answer that was waited for must hold it.
        "until: {json: /status, is: done}\n        extract: {id: {json: /id}}",
    ] {
        let (at, went_on, ledger) = looks(until, third);
        assert_eq!((at, went_on), (vec![0, 2_000, 4_000], true), "{until}");
        assert!(ledger.requests.keys().all(|key| key.failure.is_none()), "{until}");
    }
    let (at, went_on, _) =
        looks("until: {json: /status, is: never}\n        every: 100ms\n        tries: 4", third);
    assert_eq!((at, went_on), (vec![0, 100, 200, 300], false));
    let (at, went_on, ledger) =
        looks("until: {json: /status, is: done}\n        extract: {no: {json: /no}}", third);
    assert_eq!((at.len(), went_on), (3, false));
    let failures: Vec<Option<Failure>> = ledger.requests.keys().map(|key| key.failure).collect();
    assert_eq!(failures, [None, Some(Failure::Unextracted)]);
    let (at, went_on, _) = looks("until: {json: /status, is_not: null}", |number, _| match number {
        0 => reply(200, r#"{"status": null}"#),
        1 => reply(200, r#"{"status": 1}"#),
        _ => reply(200, ""),
    });
    assert_eq!((at, went_on), (vec![0, 2_000], true));
}

#[test]
fn thinking_takes_virtual_time_and_is_no_latency() {
    let text = "
  - name: thinker
    steps:
      - pause: 10m
      - {request: GET /a, pause: 500ms}
      - pause: 9m
      - request: GET /b
      - pause: 5m
";
    let (noted, ledger, took) = play(text, 1, ok);
    assert_eq!(between(noted[0].came, noted[1].came), Duration::from_secs(9 * 60));
    assert_eq!(took, Duration::from_millis(24 * 60 * 1_000 + 500));
    assert!(ledger.requests.values().all(|entry| entry.total_ns == 0), "{:?}", ledger.requests);
}

#[test]
fn a_monitor_of_the_scripts_is_told_from_users() {
    let text = "
  - {name: monitor, origin: probe, steps: [{request: GET /healthz}]}
  - {name: user, origin: traffic, weight: 2, steps: [{request: GET /}]}
  - {persona: prober}
";
    let (noted, ledger, _) = play(text, 400, ok);
    for (key, entry) in &ledger.requests {
        let probe = key.route != "/";
        assert_eq!(key.origin, if probe { Origin::Probe } else { Origin::Traffic }, "{}", key.route);
        // 100, 200 and 100 are expected; five standard deviations are 43 and 50.
        let range = if probe { 57..=143 } else { 150..=250 };
        assert!(range.contains(&entry.count), "{}: {}", key.route, entry.count);
    }
    assert_eq!((ledger.requests.len(), ledger.request_count()), (4, noted.len() as u64));
}

/// The built-in debater and reader, word for word, and something that the server refuses.
const DEBATERS: &str = r#"
  - name: caller
    weight: 3
    steps:
      - request: POST /api/debates
        body: {question: "Should service number {session} be rewritten this year?", rounds: 2}
        extract: {id: {json: /debate_id}}
      - pause: 2s
      - request: GET /api/debates/{id}
        every: 2s
        until: {json: /status, is_not: running}
  - name: clerk
    steps:
      - request: GET /api/debates?limit=5
      - {request: "GET /api/debates/none-{session}", route: "/api/debates/{id}", expect: 404}
      - {request: POST /api/debates, body: {question: short}, expect: [400, 422]}
"#;

/// A run against the reference server: the ledger, the metrics' count of requests, spans.
fn debate(personas: Vec<(Persona, u32)>) -> (Ledger, BTreeMap<(String, String, u16), u64>, String) {
    simulate(|clock: Clock| async move {
        let stage = Stage::raise(&clock, Wanted::default()).await;
        let address = stage.server.api.to_string();
        let (driver, client) = driver(&clock, &address, &[(Duration::from_secs(40), "2/s")], &personas);
        driver.run(clock.now(), watch::channel(false).1).await;
        let mut metrics = BTreeMap::new();
        for (labels, count) in series(&stage.exposition().await, "aragora_requests_total") {
            let label = |name| labels.get(name).expect("the guide's labels").to_owned();
            let status = label("status").parse().expect("a status");
            metrics.insert((label("method"), label("endpoint"), status), count as u64);
        }
        stage.server.flush().await;
        (client.ledger(), metrics, format!("{:?}", stage.receiver.spans()))
    })
}

#[test]
fn scripts_agree_with_the_reference_server_and_a_rerun_is_the_same() {
    let first = debate(personas(DEBATERS));
    let mut counts = BTreeMap::new();
    for (key, entry) in &first.0.requests {
        let status = key.status_code.expect("answered");
        *counts.entry((key.method.clone(), key.route.clone(), status)).or_default() += entry.count;
        assert_eq!(key.failure, None, "{key:?}");
    }
    assert_eq!(counts, first.1);
    assert!(counts.keys().any(|(method, _, status)| method == "POST" && *status >= 400), "{counts:?}");
    let again = debate(personas(DEBATERS));
    let bytes = |ledger: &Ledger| serde_json::to_string(ledger).expect("JSON");
    assert_eq!(bytes(&first.0), bytes(&again.0));
    assert_eq!((first.1, first.2), (again.1, again.2));
}

#[test]
fn a_scripted_debater_does_what_the_built_in_one_does() {
    let scripted = personas(DEBATERS).swap_remove(0);
    let (by_script, metrics, spans) = debate(vec![scripted]);
    let (built_in, same_metrics, same_spans) = debate(vec![(Persona::Debater, 1)]);
    assert_eq!(by_script, built_in);
    assert_eq!((metrics, spans), (same_metrics, same_spans));
}

#[test]
fn the_clients_patience_is_the_scenarios() {
    let waits = simulate(|clock| async move {
        let standin =
            super::standin::StandIn::start(&clock, |_| super::standin::Deed::NeverAnswers, true).await;
        let phases = [(Duration::from_secs(1), "1/s")];
        let everyone: Vec<_> = [Persona::Prober].into_iter().map(|persona| (persona, 1)).collect();
        let (_, client) = driver(&clock, &standin.address, &phases, &everyone);
        let client = client.with_patience(Duration::from_millis(10));
        let schedule = super::schedule(&phases, &everyone);
        probity::load::Driver::new(&clock, schedule, client.clone())
            .run(clock.now(), watch::channel(false).1)
            .await;
        let waits: Vec<u64> = client.ledger().requests.values().map(|entry| entry.total_ns).collect();
        waits
    });
    assert_eq!(waits, [10_000_000; 2]);
}
