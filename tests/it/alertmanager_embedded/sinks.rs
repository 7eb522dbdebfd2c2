//! The sinks by themselves: what they answer, and what they keep.

use http::{HeaderMap, HeaderValue, Method};
use probity::clock::HttpClient;
use probity::parties::{LARGEST_MESSAGE, NOTIFICATION, Sinks, sink_path};

use crate::stage::{listener, simulate};

/// What a sink answers to a body: status and text.
fn answers(kind: &str, body: &str) -> (u16, String) {
    simulate(|clock| async move {
        let sinks = Sinks::start(&clock, listener().await).expect("it listens");
        let url = sinks.base_url() + &sink_path("a", kind, 0);
        let http = HttpClient::new(&clock);
        let reply =
            http.send(Method::POST, &url, HeaderMap::new(), body.to_owned()).await.expect("it answers");
        let text = String::from_utf8(reply.body.to_vec()).expect("UTF-8");
        assert_eq!(sinks.delivered()[0].answered, reply.status.as_u16());
        (reply.status.as_u16(), text)
    })
}

#[test]
fn each_answers_as_the_service_does() {
    assert_eq!(answers("webhook", "{}"), (200, String::new()));
    assert_eq!(answers("slack", r#"{"text":"x"}"#), (200, "ok".to_owned()));
    assert_eq!(answers("slack", "x"), (400, "invalid_payload".to_owned()));
    assert_eq!(answers("slack", "{}"), (400, "no_text".to_owned()));
    let (status, said) =
        answers("pagerduty", r#"{"routing_key":"r","event_action":"trigger","dedup_key":"d"}"#);
    assert!(
        status == 202 && said.contains(r#""dedup_key":"d""#) && said.contains("success"),
        "{status} {said}"
    );
    let (status, said) = answers("pagerduty", r#"{"service_key":"s","event_type":"trigger"}"#);
    assert!(status == 200 && said.contains("success"), "{status} {said}");
    assert_eq!(answers("pagerduty", r#"{"event_action":"trigger"}"#).0, 400);
    assert_eq!(answers("pager", "").0, 404);
}

#[test]
fn a_receiver_may_have_any_name() {
    for name in ["team slack", "a/b", "ä?&#%2F", "+"] {
        let delivered = simulate(|clock| async move {
            let sinks = Sinks::start(&clock, listener().await).expect("it listens");
            let url = sinks.base_url() + &sink_path(name, "webhook", 3);
            let headers = HeaderMap::from_iter([(
                http::HeaderName::from_static(NOTIFICATION),
                HeaderValue::from_static("17"),
            )]);
            let http = HttpClient::new(&clock);
            http.send(Method::POST, &url, headers, "x").await.expect("it answers");
            sinks.delivered()
        });
        let [one] = &delivered[..] else { panic!("{delivered:?}") };
        assert_eq!((one.receiver.as_str(), one.index, one.notification), (name, 3, Some(17)));
    }
}

#[test]
fn a_message_that_is_too_large_is_refused_and_kept_without_its_body() {
    let (status, text) = answers("webhook", &"x".repeat(LARGEST_MESSAGE + 1));
    assert_eq!((status, text.as_str()), (413, ""));
}
