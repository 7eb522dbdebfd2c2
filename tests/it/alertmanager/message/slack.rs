//! Slack.

use super::given::{BOTH, one, sent};
use probity::alerting::alertmanager::Release;

const DOCUMENTED: &str = "api_url: 'http://slack/x', channel: '#alerts', \
    title: '{{ template \"slack.title\" . }}', text: '{{ template \"slack.text\" . }}'";

#[test]
fn a_plain_message_has_the_defaults() {
    let body = concat!(
        r##"{"channel":"#c","username":"Alertmanager","attachments":[{"title":"[FIRING:1] Down (a:1 critical)","##,
        r##""title_link":"http://alertmanager:9093/#/alerts?receiver=team%5C.x","text":"","##,
        r##""fallback":"[FIRING:1] Down (a:1 critical) | http://alertmanager:9093/#/alerts?receiver=team%5C.x","##,
        r##""callback_id":"","footer":"","color":"danger","mrkdwn_in":["fallback","pretext","text"]}]}"##,
        "\n",
    );
    for release in BOTH {
        let message = sent("slack", "api_url: 'http://slack/x', channel: '#c'", &one(), "", release);
        let message = message.expect("a message");
        assert_eq!(message.body, body);
        assert_eq!(message.url, "http://slack/x");
        assert_eq!(message.headers, [("Content-Type".to_owned(), "application/json".to_owned())]);
    }
}

/// The snippet of aragora's Observability Stack calls two templates that it defines nowhere.
#[test]
fn the_documented_snippet_is_lost_in_0_25_and_says_so() {
    let lost = sent("slack", DOCUMENTED, &one(), "", Release::V0_25);
    let why = r#"template: :1:12: executing "" at <{{template "slack.title" .}}>: template "slack.title" not defined"#;
    assert_eq!(lost, Err(why.to_owned()));
}

/// The real 0.33.1 does so too, and logs a success.
#[test]
fn the_documented_snippet_is_sent_empty_by_0_33() {
    let sent = sent("slack", DOCUMENTED, &one(), "", Release::V0_33).expect("nothing is lost");
    let body = r#"{"attachments":[{"text":"","fallback":"","callback_id":"","footer":"","mrkdwn_in":["fallback","pretext","text"]}]}"#;
    assert_eq!(sent.body.trim_end(), body, "not even the channel is left");
}

#[test]
fn the_fixture_of_aragora_defines_what_it_calls() {
    let file = include_str!("../../../../fixtures/aragora/templates/slack.tmpl");
    for release in BOTH {
        let sent = sent("slack", DOCUMENTED, &one(), file, release).expect("a message");
        assert!(
            sent.body.contains(r#""title":"FIRING: It is \u003cdown\u003e (critical)""#),
            "{}",
            sent.body
        );
        assert!(
            sent.body.contains(r#""text":"FIRING Down on a:1: It is \u003cdown\u003e\n""#),
            "{}",
            sent.body
        );
    }
}

#[test]
fn titles_over_1024_characters_end_in_an_ellipsis() {
    let title = |length: usize| {
        let written = format!("api_url: 'http://slack/x', channel: '#c', title: '{}'", "é".repeat(length));
        let body = sent("slack", &written, &one(), "", Release::V0_33).expect("a message").body;
        let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        json["attachments"][0]["title"].as_str().expect("a title").to_owned()
    };
    assert_eq!(title(1024), "é".repeat(1024));
    assert_eq!(title(1025), format!("{}…", "é".repeat(1023)));
}

#[test]
fn a_field_is_short_if_it_says_so_or_all_are() {
    let written = "api_url: 'http://slack/x', channel: '#c', short_fields: true, \
        fields: [{title: t, value: v}, {title: u, value: w, short: false}]";
    let body = sent("slack", written, &one(), "", Release::V0_33).expect("a message").body;
    let fields =
        r#""fields":[{"title":"t","value":"v","short":true},{"title":"u","value":"w","short":false}]"#;
    assert!(body.contains(fields), "{body}");
}
