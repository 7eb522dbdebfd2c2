//! Every mistake at once, each with its place and what is accepted.

use super::{STRANGER, read};

/// Line, column, message and accepted values of every problem.
fn problems(text: &str) -> Vec<String> {
    let Err(invalid) = read(text) else { panic!("it is taken:\n{text}") };
    let line = |problem: &probity::contract::yaml::Problem| problem.to_string().replacen("s.yaml:", "", 1);
    invalid.problems.iter().map(line).collect()
}

fn assert_problems(text: &str, expected: &[&str]) {
    let problems = problems(text);
    assert_eq!(problems, expected, "{problems:#?}");
}

/// A scenario with these personas, which begin on line 2.
fn with_personas(personas: &str) -> String {
    format!(
        "personas:\n{personas}scenario: s\ncontracts: [c]\nscope: ['*']\ntarget: {{server: aragora}}\n\
         phases: [{{name: p, for: 1s}}]\n"
    )
}

/// Nearly every mistake that a script can have.
const FULL_OF_MISTAKES: &str = r#"  - name: two words
    weight: 0
    steps:
      - request: get things
        headers: {"X Y": a, traceparent: b, Host: "{id}", host: "a\nb", X-A: "{"}
        body: {deep: [{text: "{a b}"}, "}"], ok: "{session}"}
        expect: [99, 200, 600]
        extract: {session: {json: /a}, a.b: {json: a}, id: {json: /a~2}, h: {header: "a b"}}
        every: 1ms
        tries: 0
        until: {json: status, is: 1, is_not: 2}
      - request: FETCH /{idd}/a b#c
        route: " "
        expect: 1000
      - request: GET/things
      - pause: 1s
        body: x
        tries: 2
      - {}
      - request: GET /x
        every: 1s
        until: {json: /a}
      - request: GET /x
        every: 1s
        tries: 1
      - {request: GET /x, expect: []}
      - {request: "GET http://elsewhere/"}
  - {name: debater, steps: []}
  - {name: twin, steps: [{pause: 1s}]}
  - {name: twin, steps: [{pause: 1s}]}
  - {name: idle}
  - {steps: [{pause: 1s}]}
  - {weight: 2}
  - {persona: reader, name: x, origin: probe, steps: []}
"#;

#[test]
fn a_script_full_of_mistakes_is_told_all_of_them_in_one_run() {
    let methods = "(accepted: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS)";
    assert_problems(
        &with_personas(FULL_OF_MISTAKES),
        &[
            "2:11: `two words` is no name: use letters, digits, `-` and `_`",
            "3:13: weight 0 is out of range (accepted: 1 to 1000000)",
            &format!("5:18: unknown method `get`; did you mean `GET`? {methods}"),
            "5:18: the path `things` does not start with `/` (accepted: /...)",
            "6:19: `X Y` is no header name: use letters, digits and `-`",
            "6:29: `traceparent` is set by the run itself",
            "6:51: no earlier step extracts `id` (accepted: session)",
            "6:59: header `host` is there twice",
            "6:65: the header `host` holds a control character",
            "6:78: a `{` is never closed; write `{{` for a brace",
            "7:30: `{a b}` holds no name: use letters, digits, `-` and `_`, or write `{{` for a brace",
            "7:40: a `}` closes nothing; write `}}` for a brace",
            "8:18: status 99 is out of range (accepted: 100 to 599)",
            "8:27: status 600 is out of range (accepted: 100 to 599)",
            "9:19: `session` is the session's number; choose another name",
            "9:40: `a.b` is no name: use letters, digits, `-` and `_`",
            "9:52: `a` is no JSON pointer; did you mean `/a`? (accepted: /name, /list/0/name)",
            "9:67: in the JSON pointer `/a~2` write `~` as `~0`, and a `/` in a name as `~1`",
            "9:86: `a b` is no header name: use letters, digits and `-`",
            "10:16: every `1ms` is too short (accepted: 10ms or more)",
            "11:16: tries 0 is out of range (accepted: 1 to 100000)",
            "12:16: `until` takes only one of `is` and `is_not` (accepted: is, is_not)",
            "12:23: `status` is no JSON pointer; did you mean `/status`? (accepted: /name, /list/0/name)",
            &format!("13:18: unknown method `FETCH` {methods}"),
            "13:18: no earlier step extracts `idd`; did you mean `id`? (accepted: a.b, h, id, session)",
            "13:18: the path `/{idd}/a b#c` holds ` `, which ends it; write it as %XX",
            "14:16: the route is empty",
            "15:17: status 1000 is out of range (accepted: 100 to 599)",
            "16:18: `GET/things` is no request; write a method and a path, as in `GET /health`",
            "17:9: `body`, `tries` without a `request` in the same step",
            "20:9: a step needs `request` or `pause`",
            "23:16: `until` does not say what the value must be (accepted: is, is_not)",
            "25:16: `every` without an `until` in the same step",
            "26:16: `tries` without an `until` in the same step",
            "27:35: no status is listed (accepted: 100 to 599)",
            "28:19: the path `http://elsewhere/` does not start with `/` (accepted: /...)",
            "29:12: `debater` is a built-in persona; choose another name",
            "29:28: there is no step",
            "31:12: persona `twin` is there twice",
            "32:5: a persona needs `steps`",
            "33:5: a persona needs a `name`",
            "34:5: a persona needs `persona`, or `name` and `steps` (accepted: persona: debater, persona: reader, persona: clumsy, persona: prober, persona: watcher)",
            "35:15: `reader` is built in: it takes no `name`",
            "35:15: `reader` is built in: it takes no `origin`",
            "35:15: `reader` is built in: it takes no `steps`",
        ],
    );
}

#[test]
fn what_was_mistyped_is_told_and_nothing_is_made_up_from_it() {
    let personas = r#"  - name: caller
    orign: probe
    steps:
      - {request: [GET, /x], extract: {id: {jsn: /id}}}
      - {reqest: GET /x, body: .inf, expect: fine}
      - {request: "GET /{id}", until: {is: null}, extract: {x: {json: 1}}, headers: {A: 1}}
      - {request: "GET /{id}", expect: -1, pause: 5}
  - {persona: debatter}
"#;
    assert_problems(
        &with_personas(personas),
        &[
            "3:5: unknown key `orign`; did you mean `origin`? (accepted: persona, name, weight, origin, steps)",
            "5:19: expected text, saw a list",
            "5:45: unknown key `jsn`; did you mean `json`? (accepted: json, header)",
            "6:10: unknown key `reqest`; did you mean `request`? (accepted: request, route, headers, body, expect, extract, until, every, tries, pause)",
            "6:32: JSON has no number inf",
            "6:46: expected a whole number from 0 to 65535, saw text \"fine\"",
            "7:39: missing key `json` in `until`",
            "7:71: expected text, saw the number 1",
            "7:89: expected text, saw the number 1",
            "8:40: expected a whole number from 0 to 65535, saw the number -1",
            "8:51: expected text, saw the number 5",
            "9:15: unknown value `debatter`; did you mean `debater`? (accepted: debater, reader, clumsy, prober, watcher)",
        ],
    );
}

#[test]
fn a_target_is_a_server_or_a_url_and_every_url_is_one() {
    let rest = "scenario: s\ncontracts: [c]\nscope: ['*']\npersonas: [{persona: prober}]\n\
                phases: [{name: p, for: 1s}]\n";
    let both = "(accepted: http://host:port, https://host:port)";
    let cases: [(&str, &[&str]); 6] = [
        (
            "{}",
            &[
                "1:9: the target has neither `server` nor `url` (accepted: server: aragora, url: http://host:port)",
            ],
        ),
        ("{server: aragora, url: http://x}", &["1:32: a target has `server` or `url`, not both"]),
        (
            "{server: aragora, metrics: http://x/metrics, env: {METRICS_PORT: '1'}}",
            &[
                "1:36: `metrics` belongs to a target by `url`: where a reference server has them is known",
                "1:60: `METRICS_PORT` is set by the run itself",
            ],
        ),
        (
            "{url: 'http://me:pw@x:1/?a=b#c', metrics: [x:9090, 'http://', 'http://x:99999/m', http://x/m, 'http://x:80/m']}",
            &[
                "1:15: `http://me:pw@x:1/?a=b#c` holds a fragment (`#...`), which is never sent",
                "1:15: `http://me:pw@x:1/?a=b#c` holds a query, but paths are put behind it",
                "1:15: `http://me:pw@x:1/?a=b#c` holds credentials, which would be in the record",
                &format!("1:52: `x:9090` does not start with `http://` or `https://` {both}"),
                &format!("1:60: `http://` is no URL: empty host {both}"),
                &format!("1:71: `http://x:99999/m` is no URL: invalid port number {both}"),
                "1:103: `http://x/m` is there twice",
            ],
        ),
        (
            "{url: 'ftp://x', traffic: mine}",
            &[
                &format!("1:15: `ftp://x` does not start with `http://` or `https://` {both}"),
                "1:35: unknown value `mine` (accepted: exclusive, shared)",
            ],
        ),
        ("{url: http://x, metrics: 5}", &["1:34: expected text, saw the number 5"]),
    ];
    for (target, expected) in cases {
        assert_problems(&format!("target: {target}\n{rest}"), expected);
    }
    let waits = STRANGER.replace("patience: 5s", "patience: 9ms").replace("settle: 10s", "settle: soon");
    let [patience, settle] = &problems(&waits)[..] else { panic!("{:?}", problems(&waits)) };
    assert_eq!(patience, "26:11: patience `9ms` is too short (accepted: 10ms or more)");
    assert!(settle.starts_with("27:9: `soon` is not a duration"), "{settle}");
}
