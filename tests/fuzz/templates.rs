//! Templates of labels and annotations, in both dialects.

use probity::alerting::template::{AlertData, AlertTemplate, Context};
use probity::promql::{Dialect, Labels};

use super::bend::Words;
use super::drive::{Target, run};

static TEMPLATES: Target = Target {
    name: "templates",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: None,
    check,
};

#[test]
fn templates() {
    run(&TEMPLATES);
}

fn ask(query: &str) -> Result<Vec<(Labels, f64)>, String> {
    match query.len() {
        0 => Err("no expression found".to_owned()),
        1 => Ok(Vec::new()),
        length => Ok((0..3_u32)
            .map(|n| (Labels::new([("job", format!("{query}{n}"))]), f64::from(n) / length as f64))
            .collect()),
    }
}

fn check(text: &str) -> Result<bool, String> {
    let mut accepted = false;
    for dialect in [Dialect::V2, Dialect::V3] {
        let template = match AlertTemplate::parse(text, "Alert", dialect) {
            Ok(template) => template,
            Err(error) if error.to_string().is_empty() => return Err("an error that says nothing".to_owned()),
            Err(_) => continue,
        };
        // One that may take all the steps that there are is not asked more often than needed.
        let values: &[f64] = if text.contains("range") { &[1.5] } else { &[1.5, f64::NAN, -1e300] };
        for &value in values {
            let data = AlertData {
                labels: Labels::new([("__name__", "up"), ("job", "api"), ("é", "<&>")]),
                external_labels: Labels::new([("region", "r")]),
                external_url: "http://localhost/x".to_owned(),
                value,
            };
            let context = Context {
                dialect,
                query: &ask,
                external_url: Some("http://localhost/x"),
                path_prefix: Some("/x"),
            };
            let said = template.expand(&data, &context);
            accepted |= said.is_ok();
            // What the time is may be asked for.
            if !text.contains("now")
                && format!("{said:?}") != format!("{:?}", template.expand(&data, &context))
            {
                return Err(format!("{dialect:?}: expanded differently the second time"));
            }
        }
    }
    Ok(accepted)
}

const CORPUS: &[&str] = &[
    "{{ $labels.job }} is at {{ $value | humanize }}",
    "{{ range query \"up\" }}{{ .Labels.job }}={{ .Value }} {{ else }}none{{ end }}",
    "{{ with query \"up\" }}{{ . | first | value | printf \"%.3f\" }}{{ end }}",
    "{{ if gt $value 1.0 }}{{ humanizePercentage $value }}{{ else if eq $value 0.0 }}zero{{ else }}{{ humanizeDuration 1e5 }}{{ end }}",
    "{{ define \"t\" }}{{ . }}{{ end }}{{ template \"t\" $labels }}",
    "{{ $x := 1 }}{{ range $i, $e := query \"up\" }}{{ $x = $i }}{{ continue }}{{ end }}{{ $x }}",
    "{{ printf \"%-10s|%08.3f|%x|%q|%v|%T\" \"a\" 1.5 255 \"q\" $labels $value }}",
    "{{ reReplaceAll \"(a+)\" \"$1$1\" \"baab\" | toUpper | title | match \"B\" }}",
    "{{ args 1 2 3 | len }}{{ index (args 1 2) 0 }}{{ slice \"abc\" 1 2 }}",
    "{{ humanizeTimestamp 1.7e9 }} {{ (1700000000.5 | toTime).Year }} {{ parseDuration \"1h\" }} {{ humanize1024 1e9 }}",
    "{{ query \"up\" | sortByLabel \"job\" | first | label \"job\" | safeHtml }}{{ strvalue (query \"up\" | first) }}",
    "{{- /* a remark */ -}} {{ and 1 0 }}{{ or 0 \"x\" }}{{ not true }}{{ html \"<\" }}{{ js \"'\" }}{{ urlquery \"a b\" }}",
    "{{ externalURL }}{{ pathPrefix }}{{ tableLink \"up\" }}{{ graphLink \"up\" }}{{ stripPort \"a:1\" }}{{ stripDomain \"a.b:1\" }}",
    "{{ range 3 }}{{ . }}{{ break }}{{ end }}{{ len \"é\" }}{{ print 1 2 \"a\" }}{{ println }}",
];

const WORDS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{ end }}",
    "{{ else }}",
    "{{ range ",
    "{{ if ",
    "{{ with ",
    "{{ define \"a\" }}",
    "{{ template \"a\" . }}",
    "{{ block \"b\" . }}",
    " | ",
    "$",
    "$x",
    ":=",
    "=",
    ".",
    ".Labels",
    ".Value",
    "$labels",
    "$value",
    "(",
    ")",
    "\"",
    "`",
    "'a'",
    "nil",
    "true",
    "1i",
    "0x1p-2",
    "1_000",
    "printf",
    "\"%999999999d\"",
    "\"%*d\"",
    "\"%[5]v\"",
    "\"%.999999999f\"",
    "\"%s\"",
    "query \"up\"",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "toTime",
    "parseDuration",
    "index",
    "slice",
    "len",
    "call",
    "html",
    "js",
    "urlquery",
    "print",
    "args",
    "first",
    "value",
    "sortByLabel",
    "reReplaceAll \"\" \"xx\"",
    "range 9000000000",
    "break",
    "continue",
    "/*",
    "*/",
    ",",
    "\n",
    "é",
    "\u{0}",
    "1e308",
    "$labels.job",
    "eq",
    "lt",
    "and",
    "or",
    "not",
    "title",
    "toLower",
    "match",
];

const AROUND: &[(&str, &str)] = &[
    ("{{ if true }}", "{{ end }}"),
    ("{{ range query \"up\" }}", "{{ end }}"),
    ("{{ range 1000 }}", "{{ end }}"),
    ("{{ with 1 }}", "{{ end }}"),
    ("(", ")"),
    ("{{ ", " }}"),
    ("print ", ""),
    ("(print ", ")"),
    ("{{ define \"a\" }}", "{{ template \"a\" . }}{{ end }}"),
    (".", ""),
    ("", " | printf \"%s%s\" \"x\""),
    ("", " | reReplaceAll \"\" \"xxxxxxxx\""),
];
