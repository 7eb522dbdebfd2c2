//! Templates of notifications, in both releases and in every kind of message.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use probity::alerting::alertmanager::config::{Integration, read};
use probity::alerting::alertmanager::message::{Templates, message};
use probity::alerting::alertmanager::{Notification, NotifiedAlert, Reason, Release};
use probity::promql::Labels;

use super::bend::Words;
use super::drive::{Target, run};

static MESSAGES: Target = Target {
    name: "messages",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: None,
    check,
};

#[test]
fn messages() {
    run(&MESSAGES);
}

const CONFIG: &str = "route: {receiver: r}
receivers:
- name: r
  webhook_configs: [{url: 'http://hook/x'}]
  slack_configs: [{api_url: 'http://slack/x', channel: '#c', title: TEXT, fields: [{title: t, value: TEXT}]}]
  pagerduty_configs: [{routing_key: k, details: {x: TEXT}}]
";

/// The releases with their templates.
static TEMPLATES: LazyLock<Vec<(Release, Templates)>> = LazyLock::new(|| {
    let file = [("own.tmpl".to_owned(), "{{ define \"own\" }}{{ .Status }}{{ end }}".to_owned())];
    [Release::V0_25, Release::V0_33]
        .map(|release| (release, Templates::new(release, &file).expect("it is a template")))
        .to_vec()
});

fn notification(text: &str) -> Notification {
    let alert = |instance: &str, ends_at_ms| NotifiedAlert {
        labels: Labels::new([("alertname", "A"), ("instance", instance), ("é", "<&>")]),
        annotations: BTreeMap::from([
            ("text".to_owned(), text.to_owned()),
            ("empty".to_owned(), String::new()),
        ]),
        starts_at_ms: 1_700_000_000_123,
        ends_at_ms,
        generator_url: "http://p/graph?a&b".to_owned(),
    };
    Notification {
        id: 1,
        at_ms: 1_700_000_060_000,
        receiver: "r".to_owned(),
        integration: 0,
        group_key: "{}:{alertname=\"A\"}".to_owned(),
        group_labels: Labels::new([("alertname", "A")]),
        alerts: vec![alert("a", None), alert("b", Some(1_700_000_030_000))],
        retries: 0,
        reason: Reason::FirstNotification,
    }
}

fn check(text: &str) -> Result<bool, String> {
    let notification = notification(text);
    let mut accepted = false;
    let quoted = serde_json::to_string(text).map_err(|error| error.to_string())?;
    for (release, templates) in TEMPLATES.iter() {
        let config = read(&CONFIG.replace("TEXT", &quoted), "alertmanager.yml", *release).config;
        let Some(config) = config else { continue };
        let integrations: &[Integration] = config.receivers.first().map_or(&[], |one| &one.integrations);
        for integration in integrations {
            let said = message(&notification, integration, templates, "http://am/x");
            accepted |= said.is_ok();
            if said != message(&notification, integration, templates, "http://am/x") {
                return Err(format!("{release:?}: said something else the second time"));
            }
            if let Ok(said) = said
                && let Err(error) = serde_json::from_str::<serde_json::Value>(&said.body)
            {
                return Err(format!("{release:?}: {error}: {}", said.body));
            }
        }
    }
    Ok(accepted)
}

const CORPUS: &[&str] = &[
    "{{ template \"__subject\" . }} {{ template \"own\" . }}",
    "{{ range .Alerts.Firing }}{{ .Labels.instance }} {{ .StartsAt.Format \"15:04\" }}{{ end }}",
    "{{ .CommonLabels.Remove .GroupLabels.Names | len }} {{ .CommonLabels.SortedPairs.Values | join \" \" }}",
    "{{ toJson .Alerts }}",
    "{a: [1, yes, '{{ .Status }}'], b: {c: ~}}",
    "{{ (index .Alerts 0).Annotations.text }}",
    "{{ dict \"a\" (list 1 2) | toJson }} {{ append (list 1) 2 }}",
    "{{ (index .Alerts 0).StartsAt | tz \"Europe/Paris\" | date \"2006\" }} {{ humanizeDuration 90 }} {{ since now }}",
    "{{ urlUnescape \"%41\" }} {{ safeUrl \"a\" }} {{ trimSpace \" a \" }} {{ title \"a b\" }}",
    "{{ reReplaceAll \"a\" \"b\" .Status }} {{ match \"a\" .Status }} {{ stringSlice \"a\" \"b\" | join \",\" }}",
];

const WORDS: &[&str] = &[
    "{{",
    "}}",
    "{{ end }}",
    "{{ else }}",
    "{{ range .Alerts }}",
    "{{ with .Alerts.Resolved }}",
    " | ",
    ".",
    "$",
    ".Status",
    ".Labels",
    ".CommonLabels",
    ".Alerts",
    "toJson",
    "append",
    "list",
    "dict",
    "tz \"Asia/Tokyo\"",
    "date \"\"",
    "since",
    "now",
    "join \",\"",
    "stringSlice",
    "title",
    "urlUnescape",
    "\"%zz\"",
    "nil",
    "[",
    "]",
    "{",
    "}",
    ": ",
    ", ",
    "- ",
    "&a ",
    "*a",
    "<<: ",
    "!!int ",
    "~",
    "yes",
    "1e999",
    ".inf",
    "\"",
    "'",
    "# ",
    "\n",
    "\t",
    "é",
    "\u{0}",
    "\u{2028}",
    "|",
    ">",
    "%",
    "@",
    "(index .Alerts 0).Annotations.text",
    "template \"own\" .",
    "{{ define \"own\" }}",
    ".StartsAt.Truncate 1000",
    ".StartsAt.AddDate 1 2 3",
];

const AROUND: &[(&str, &str)] = &[
    ("{{ if true }}", "{{ end }}"),
    ("{{ range .Alerts }}", "{{ end }}"),
    ("{{ ", " }}"),
    ("{{ toJson (", ") }}"),
    ("[", "]"),
    ("{a: ", "}"),
    ("\"", "\""),
    ("- ", ""),
    ("{{ define \"own\" }}", "{{ end }}{{ template \"own\" . }}"),
];
