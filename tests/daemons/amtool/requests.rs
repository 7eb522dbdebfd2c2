//! A table of good and bad requests, put to a real Alertmanager and to ours.

use super::{Generation, Pair, alike, exchange};

const JSON: &str = "Content-Type: application/json\r\n";

/// Bodies of `POST /api/v2/alerts`, in the order in which they are sent.
const ALERTS: &[&str] = &[
    "[]",
    "null",
    "{}",
    "5",
    "\"x\"",
    "x",
    "  ",
    "",
    "[5]",
    "[\"x\"]",
    "[[]]",
    "[{}]",
    r#"[{"labels":{}}]"#,
    r#"[{"labels":null}]"#,
    r#"[{"labels":{"a":""}}]"#,
    r#"[{"labels":{"a":null}}]"#,
    r#"[{"labels":{"a":1}}]"#,
    r#"[{"labels":{"a":{}}}]"#,
    r#"[{"labels":5}]"#,
    r#"[{"labels":{"":"x"}}]"#,
    r#"[{"labels":{"a-b":"x"}}]"#,
    r#"[{"annotations":5}]"#,
    r#"[{"annotations":{"a":[]}}]"#,
    r#"[{"endsAt":5}]"#,
    r#"[{"generatorURL":5,"labels":{"a":"b"}}]"#,
    r#"[{"labels":{"a":"b"},"generatorURL":"not a url"}]"#,
    r#"[{"labels":{"a":"b"},"generatorURL":"http://a b/"}]"#,
    r#"[{"labels":{"a":"b"},"generatorURL":"http://a:x/"}]"#,
    r#"[{"labels":{"a":"b"},"generatorURL":"http://a/%zz"}]"#,
    r#"[{"labels":{"a":"b"},"generatorURL":"mailto:a"}]"#,
    r#"[{"labels":{"a":"b"},"generatorURL":"/x"}]"#,
    r#"[{"labels":{"a":"b"},"generatorURL":":x"}]"#,
    r#"[{"labels":{"a":"b"},"startsAt":"yesterday"}]"#,
    r#"[{"labels":{"a":"b"},"startsAt":"2001-13-01"}]"#,
    r#"[{"labels":{"a":"b"},"startsAt":"2001-01-32"}]"#,
    r#"[{"labels":{"a":"b"},"startsAt":"2001-01-01x"}]"#,
    r#"[{"labels":{"a":"b"},"startsAt":"2001-01-01T25:00:00Z"}]"#,
    r#"[{"labels":{"a":"b"},"startsAt":"2001-01-01T01:01:01.5+0100"}]"#,
    r#"[{"labels":{"a":"b"},"startsAt":"2001-01-01T00:00:00Z","endsAt":"2000-01-01T00:00:00Z"}]"#,
    r#"[{"labels":{"a":"b"}},{"labels":{}},{"labels":{"":"x"}}]"#,
    r#"[{"labels":{"a":"b"}}"#,
    r#"[{"labels":{"a":"b",}}]"#,
    r#"[{"labels" 5}]"#,
    "[1 2]",
    "[tru]",
    "[-]",
    "[1.]",
    "[1e]",
    "[01]",
    r#"["\x"]"#,
    r#"["\u12"]"#,
    "[\"a\nb\"]",
    r#"[{"a":1 2}]"#,
    "[{5:1}]",
    r#"[{"labels":{"alertname":"Odd","v":"<&>\u2028\ud800\b\f\u0001é"},"annotations":{"s":"a \"b\" \\"}}] x"#,
    r#"[{"Labels":{"alertname":"Upper"},"unknown":1}]"#,
    r#"[{"labels":{"alertname":"Down","severity":"critical"},"startsAt":"2001-01-01T01:01:01.123456Z"}]"#,
    r#"[{"labels":{"alertname":"Down","severity":"warning","team":"a"},"generatorURL":"http://x/y?z=<1>"}]"#,
    r#"[{"labels":{"alertname":"Short"},"startsAt":"2001-01-01T01:01"}]"#,
    r#"[{"labels":{"alertname":"Space"},"startsAt":"2001-01-01 01:01:01,5"}]"#,
    r#"[{"labels":{"alertname":"Long"},"startsAt":"2001-01-01T00:00:00Z","endsAt":"2099-01-01T00:00:00Z"}]"#,
    r#"[{"labels":{"alertname":"Zero"},"startsAt":"0001-01-01T00:00:00Z","endsAt":"2099-01-01T00:00:00Z"}]"#,
    r#"[{"labels":{"alertname":"None"},"startsAt":"","endsAt":"2099-01-01T00:00:00Z"}]"#,
];

const WHEN: &str =
    r#""startsAt":"2090-01-01T00:00:00Z","endsAt":"2091-01-01T00:00:00Z","createdBy":"me","comment":"c""#;

/// Bodies of `POST /api/v2/silences`; `WHEN` stands for everything but the matchers.
const SILENCES: &[&str] = &[
    "{}",
    "[]",
    "null",
    "5",
    "x",
    "",
    "{WHEN}",
    r#"{WHEN,"matchers":[]}"#,
    r#"{WHEN,"matchers":[{}]}"#,
    r#"{WHEN,"matchers":5}"#,
    r#"{WHEN,"matchers":[5]}"#,
    r#"{WHEN,"matchers":[{"name":5}]}"#,
    r#"{WHEN,"matchers":[{"isRegex":"x"}]}"#,
    r#"{WHEN,"matchers":[{"name":"a","value":"b"}]}"#,
    r#"{WHEN,"matchers":[{"name":"","value":"b","isRegex":false}]}"#,
    r#"{WHEN,"matchers":[{"name":"a","value":"(","isRegex":true}]}"#,
    r#"{WHEN,"matchers":[{"name":"a","value":"","isRegex":false}]}"#,
    r#"{WHEN,"matchers":[{"name":"a","value":".*","isRegex":true}]}"#,
    r#"{"comment":5}"#,
    r#"{"startsAt":5}"#,
    r#"{"createdBy":{}}"#,
    r#"{"id":5}"#,
    r#"{"comment":"c","createdBy":"x","matchers":null}"#,
    r#"{"matchers":[{"name":"a","value":"(","isRegex":true}],"createdBy":"","comment":"","startsAt":"2001-01-01T00:00:00Z","endsAt":"2002-01-01T00:00:00Z"}"#,
    r#"{"matchers":[{"name":"a","value":"b","isRegex":false}],"createdBy":"","comment":"","startsAt":"2092-01-01T00:00:00Z","endsAt":"2091-01-01T00:00:00Z"}"#,
    r#"{WHEN,"id":"11111111-1111-1111-1111-111111111111","matchers":[{"name":"a","value":"b","isRegex":false}]}"#,
    r#"{WHEN,"id":"nope","matchers":[{"name":"a","value":"b","isRegex":false}]}"#,
    r#"{WHEN,"x":5,"matchers":[{"name":"a","value":"x<y","isRegex":false,"isEqual":false}]}"#,
];

/// Whatever else is asked, once all that is posted.
const ASKED: &[(&str, &str)] = &[
    ("GET", "/api/v2/alerts"),
    ("GET", "/api/v2/alerts/groups"),
    ("GET", "/api/v2/alerts?filter=alertname=%22Down%22"),
    ("GET", "/api/v2/alerts?filter=alertname=~%22Down%7CLong%22&filter=severity!=warning"),
    ("GET", "/api/v2/alerts?filter=severity=%22%22"),
    ("GET", "/api/v2/alerts?receiver=pager"),
    ("GET", "/api/v2/alerts?receiver=team.*&receiver=hook"),
    ("GET", "/api/v2/alerts?inhibited=false"),
    ("GET", "/api/v2/alerts?active=false"),
    ("GET", "/api/v2/alerts?active="),
    ("GET", "/api/v2/alerts?active=YES"),
    ("GET", "/api/v2/alerts?silenced=false&unprocessed=false"),
    ("GET", "/api/v2/alerts/groups?receiver=pager"),
    ("GET", "/api/v2/alerts/groups?active=false"),
    ("GET", "/api/v2/alerts/groups?inhibited=false&filter=alertname=Down"),
    ("GET", "/api/v2/alerts/groups?muted=false"),
    ("GET", "/api/v2/alerts?filter=x"),
    ("GET", "/api/v2/alerts?filter="),
    ("GET", "/api/v2/alerts?filter=a=~%22(%22"),
    ("GET", "/api/v2/alerts?filter=%7Ba=%22b%22%7D"),
    ("GET", "/api/v2/alerts?filter=a=%22b"),
    ("GET", "/api/v2/alerts?receiver=("),
    ("GET", "/api/v2/alerts/groups?filter=x"),
    ("GET", "/api/v2/silences"),
    ("GET", "/api/v2/silences?filter=a=%22x%3Cy%22"),
    ("GET", "/api/v2/silences?filter=a=b"),
    ("GET", "/api/v2/silences?filter=x"),
    ("GET", "/api/v2/silence/x"),
    ("GET", "/api/v2/silence/11111111-1111-1111-1111-111111111111"),
    ("DELETE", "/api/v2/silence/11111111-1111-1111-1111-111111111111"),
    ("DELETE", "/api/v2/silence/x"),
    ("GET", "/api/v2/receivers"),
    ("GET", "/api/v2/nothing"),
    ("GET", "/api/v2/"),
    ("DELETE", "/api/v2/alerts"),
    ("PUT", "/api/v2/silences"),
    ("POST", "/api/v2/silence/x"),
    ("PUT", "/api/v2/status"),
    ("GET", "/-/healthy"),
    ("GET", "/-/ready"),
    ("POST", "/-/healthy"),
    ("GET", "/nope"),
];

/// Headers of a request whose body is `[]`.
const HEADERS: &[&str] = &[
    "",
    "Content-Type: text/plain\r\n",
    "Content-Type: application/json; charset=utf-8\r\n",
    "Content-Type: ;;\r\n",
];

fn compare(pair: &Pair, method: &str, path: &str, headers: &str, body: &str) -> Option<String> {
    let [real, ours] = pair.ports().map(|port| {
        let (status, kind, said) = exchange(port, method, path, headers, body);
        format!("{status} {kind} {}", alike(&said))
    });
    (real != ours).then(|| format!("{method} {path} {headers:?} {body}\n  real: {real}\n  ours: {ours}\n"))
}

fn answers_alike(generation: Generation, name: &str) {
    let Some(pair) = Pair::start(generation, name) else { return };
    let alerts = ALERTS.iter().filter_map(|body| compare(&pair, "POST", "/api/v2/alerts", JSON, body));
    let mut wrong: Vec<String> = alerts.collect();
    let headers =
        HEADERS.iter().filter_map(|headers| compare(&pair, "POST", "/api/v2/alerts", headers, "[]"));
    wrong.extend(headers);
    let silences = SILENCES.iter().map(|body| body.replace("WHEN", WHEN));
    wrong.extend(silences.filter_map(|body| compare(&pair, "POST", "/api/v2/silences", JSON, &body)));
    wrong.extend(ASKED.iter().filter_map(|(method, path)| compare(&pair, method, path, "", "")));
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_request_is_answered_as_0_33_answers_it() {
    answers_alike(Generation::V3, "alertmanager-requests-33");
}

#[test]
fn every_request_is_answered_as_0_25_answers_it() {
    answers_alike(Generation::V2, "alertmanager-requests-25");
}
