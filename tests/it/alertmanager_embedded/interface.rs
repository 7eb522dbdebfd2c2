//! The HTTP interface in virtual time: the answers of Alertmanager, byte for byte.

use http::Method;
use probity::alerting::alertmanager::Release;

use super::{Bench, FIRING, HOOK};
use crate::stage::simulate;

/// The answers to requests, one after the other.
fn asked(release: Release, requests: &[(Method, &str, &str)]) -> Vec<(u16, String)> {
    simulate(|clock| async move {
        let bench = Bench::start_with(&clock, HOOK, release).await;
        let mut answers = Vec::new();
        for (method, path, body) in requests {
            let (status, said) = bench.ask(method.clone(), path, body).await;
            answers.push((status.as_u16(), said));
        }
        answers
    })
}

fn get(path: &str) -> (Method, &str, &str) {
    (Method::GET, path, "")
}

#[test]
fn alerts_are_shown_as_alertmanager_shows_them() {
    let requests =
        [(Method::POST, "/api/v2/alerts", FIRING), get("/api/v2/alerts"), get("/api/v2/alerts/groups")];
    let answers = asked(Release::V0_33, &requests);
    let alert = concat!(
        r#"{"annotations":{"summary":"it is"},"endsAt":"2026-01-02T00:00:00.000Z","fingerprint":"FP","#,
        r#""receivers":[{"name":"hook"}],"startsAt":"2026-01-01T00:00:00.000Z","status":{"inhibitedBy":[],"#,
        r#""mutedBy":[],"silencedBy":[],"state":"active"},"updatedAt":"2026-01-01T00:00:00.000Z","#,
        r#""labels":{"alertname":"Down","instance":"a"}}"#
    );
    let told =
        answers[1].1.split(r#""fingerprint":""#).nth(1).expect("a fingerprint").get(..16).expect("16 digits");
    let alert = alert.replace("FP", told);
    assert_eq!(answers[0], (200, String::new()));
    assert_eq!(answers[1], (200, format!("[{alert}]\n")));
    let group =
        format!(r#"{{"alerts":[{alert}],"labels":{{"alertname":"Down"}},"receiver":{{"name":"hook"}}}}"#);
    assert_eq!(answers[2], (200, format!("[{group}]\n")));
    let old = asked(Release::V0_25, &requests);
    assert_eq!(old[1].1, answers[1].1.replace(r#""mutedBy":[],"#, ""));
}

#[test]
fn filters_keep_what_they_ask_for() {
    let requests: Vec<(Method, &str, &str)> = [
        "/api/v2/alerts?filter=alertname%3D%22Down%22",
        "/api/v2/alerts?filter=alertname%3DDown&filter=instance%3D~%22b%7Ca%22",
        "/api/v2/alerts?receiver=ho.k",
        "/api/v2/alerts?active=true&silenced=false&inhibited=false&unprocessed=false",
        "/api/v2/alerts?filter=alertname%21%3DDown",
        "/api/v2/alerts?receiver=ho",
        "/api/v2/alerts?active=false",
        "/api/v2/alerts/groups?receiver=x",
    ]
    .map(get)
    .into();
    let all: Vec<_> = std::iter::once((Method::POST, "/api/v2/alerts", FIRING)).chain(requests).collect();
    let answers = asked(Release::V0_33, &all);
    assert!(
        answers[1..5].iter().all(|(status, said)| *status == 200 && said.contains("Down")),
        "{answers:?}"
    );
    assert!(answers[5..].iter().all(|answer| *answer == (200, "[]\n".to_owned())), "{answers:?}");
}

#[test]
fn a_silence_lives_and_ends() {
    let silence = r#"{"matchers":[{"name":"alertname","value":"Down","isRegex":false}],"startsAt":"2026-01-01T00:00:00Z",
        "endsAt":"2026-01-01T01:00:00Z","createdBy":"me","comment":"<c>"}"#;
    simulate(|clock| async move {
        let bench = Bench::start(&clock, HOOK).await;
        bench.post(FIRING).await;
        let (status, said) = bench.ask(Method::POST, "/api/v2/silences", silence).await;
        assert_eq!(status, 200, "{said}");
        let id = said.trim().strip_prefix(r#"{"silenceID":""#).and_then(|rest| rest.strip_suffix("\"}"));
        let path = format!("/api/v2/silence/{}", id.expect("an id"));
        let (_, shown) = bench.ask(Method::GET, &path, "").await;
        assert!(shown.contains(r#""status":{"state":"active"}"#), "{shown}");
        assert!(shown.contains(r#""comment":"\u003cc\u003e""#), "{shown}");
        let (_, alerts) = bench.ask(Method::GET, "/api/v2/alerts", "").await;
        assert!(alerts.contains(r#""state":"suppressed""#), "{alerts}");
        assert_eq!(bench.ask(Method::DELETE, &path, "").await.0, 200);
        let (_, shown) = bench.ask(Method::GET, &path, "").await;
        assert!(shown.contains(r#""status":{"state":"expired"}"#), "{shown}");
    });
}

#[test]
fn a_silence_keeps_an_alert_from_its_receiver_until_it_ends() {
    let silence = r#"{"matchers":[{"name":"alertname","value":"Down","isRegex":false}],"startsAt":"2026-01-01T00:00:00Z",
        "endsAt":"2026-01-01T00:01:30Z","createdBy":"me","comment":"c"}"#;
    let arrived = simulate(|clock| async move {
        let bench = Bench::start(&clock, HOOK).await;
        bench.ask(Method::POST, "/api/v2/silences", silence).await;
        bench.post(FIRING).await;
        bench.sleep(200).await;
        let began = bench.began;
        super::arrivals(began, &bench.end().await.1)
    });
    // Flushes are due after 10 s, 70 s and 130 s.
    assert_eq!(arrived, [130.0]);
}

#[test]
fn refusals_have_alertmanagers_codes_and_words() {
    let cases: &[(Method, &str, &str, u16, &str)] = &[
        (
            Method::POST,
            "/api/v2/alerts",
            "[{}]",
            422,
            r#"{"code":602,"message":"0.labels in body is required"}"#,
        ),
        (Method::POST, "/api/v2/alerts", "", 422, r#"{"code":602,"message":"alerts in body is required"}"#),
        (Method::POST, "/api/v2/alerts", r#"[{"labels":{}}]"#, 400, "\"at least one label pair required\"\n"),
        (Method::GET, "/api/v2/alerts?filter=x", "", 400, "\"bad matcher format: x\"\n"),
        (Method::GET, "/api/v2/silence/11111111-1111-1111-1111-111111111111", "", 404, ""),
        (
            Method::GET,
            "/api/v2/silence/x",
            "",
            422,
            r#"{"code":601,"message":"silenceID in path must be of type uuid: \"x\""}"#,
        ),
        (Method::GET, "/api/v2/x", "", 404, r#"{"code":404,"message":"path /api/v2/x was not found"}"#),
        (
            Method::PUT,
            "/api/v2/status",
            "",
            405,
            r#"{"code":405,"message":"method PUT is not allowed, but [GET] are"}"#,
        ),
        (Method::GET, "/nope", "", 404, "404 page not found\n"),
        (Method::GET, "/-/ready", "", 200, "OK"),
    ];
    let requests: Vec<_> =
        cases.iter().map(|(method, path, body, ..)| (method.clone(), *path, *body)).collect();
    for (answer, (.., status, said)) in asked(Release::V0_33, &requests).into_iter().zip(cases) {
        assert_eq!(answer, (*status, (*said).to_owned()));
    }
}

#[test]
fn it_says_that_it_is_a_twin() {
    let answers = asked(Release::V0_33, &[get("/api/v2/status"), get("/api/v2/receivers"), get("/metrics")]);
    assert!(answers[0].1.contains("probity's twin of 0.33.1"), "{}", answers[0].1);
    assert_eq!(answers[1].1, "[{\"labels\":{\"name\":\"hook\"},\"name\":\"hook\"}]\n");
    assert!(answers[2].1.contains("alertmanager_alerts{state=\"active\"} 0"), "{}", answers[2].1);
}
