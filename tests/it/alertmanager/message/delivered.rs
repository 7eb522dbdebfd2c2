//! What answers mean, as both releases logged it for each status.

use super::given::{BOTH, integration};
use probity::alerting::alertmanager::message::delivery;
use probity::alerting::alertmanager::{Delivery, Release};

fn lost(text: &str) -> Delivery {
    Delivery::Lost(text.to_owned())
}

fn retry(text: &str) -> Delivery {
    Delivery::Retry(text.to_owned())
}

#[test]
fn only_statuses_of_500_and_more_are_tried_again_but_for_pagerdutys_429() {
    for release in BOTH {
        for (kind, written) in [
            ("webhook", "url: 'http://hook/x'"),
            ("slack", "api_url: 'http://slack/x', channel: '#c'"),
            ("pagerduty", "routing_key: k"),
        ] {
            let integration = integration(kind, written, release);
            for status in [301, 302, 400, 401, 403, 404, 408, 413, 422, 425, 429, 500, 502, 503, 504, 599] {
                let told = delivery(&integration, release, Ok((status, "no")));
                let again = status >= 500 || (status == 429 && kind == "pagerduty");
                assert_eq!(
                    matches!(told, Delivery::Retry(_)),
                    again,
                    "{release:?} {kind} {status}: {told:?}"
                );
                assert_ne!(told, Delivery::Taken);
            }
            assert_eq!(delivery(&integration, release, Ok((200, "ok"))), Delivery::Taken);
            assert!(matches!(delivery(&integration, release, Err("refused")), Delivery::Retry(_)));
        }
    }
}

#[test]
fn each_kind_words_a_refusal_in_its_own_way() {
    let told = |kind: &str, written: &str, release, body| {
        delivery(&integration(kind, written, release), release, Ok((404, body)))
    };
    let hook = "url: 'http://hook/x'";
    assert_eq!(
        told("webhook", hook, Release::V0_25, ""),
        lost("unexpected status code 404: http://hook/x: ")
    );
    assert_eq!(told("webhook", hook, Release::V0_33, ""), lost("unexpected status code 404"));
    assert_eq!(told("webhook", hook, Release::V0_33, "no"), lost("unexpected status code 404: no"));
    let slack = "api_url: 'http://slack/x', channel: '#c'";
    for release in BOTH {
        assert_eq!(
            told("slack", slack, release, "no"),
            lost("channel \"#c\": unexpected status code 404: no")
        );
        assert_eq!(told("pagerduty", "routing_key: k", release, "no"), lost("unexpected status code 404"));
    }
    let page = integration("pagerduty", "routing_key: k", Release::V0_33);
    let unsent = delivery(&page, Release::V0_33, Err("connection refused"));
    assert_eq!(unsent, retry("failed to post message to PagerDuty: connection refused"));
}

#[test]
fn newer_releases_read_what_slack_says_with_a_success() {
    let told = |release, body| {
        let slack = integration("slack", "api_url: 'http://slack/x', channel: '#c'", release);
        delivery(&slack, release, Ok((200, body)))
    };
    let refused = r#"{"ok":false,"error":"channel_not_found"}"#;
    assert_eq!(told(Release::V0_25, refused), Delivery::Taken);
    assert_eq!(
        told(Release::V0_33, refused),
        lost("channel \"#c\": error response from Slack: channel_not_found")
    );
    assert_eq!(told(Release::V0_33, r#"{"ok":true}"#), Delivery::Taken);
    assert_eq!(
        told(Release::V0_33, "no_text"),
        lost("channel \"#c\": received an error response from Slack: no_text")
    );
}
