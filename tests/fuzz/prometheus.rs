//! Configurations of Prometheus: read twice they are the same, what is wrong has a place in the file, and whatever is
//! taken yields targets.

use probity::alerting::prometheus::{read, targets};
use probity::promql::Dialect;

use super::bend::Words;
use super::drive::{Target, run};
use super::rules::placed;

static PROMETHEUS: Target = Target {
    name: "prometheus",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: None,
    check,
};

#[test]
fn prometheus() {
    run(&PROMETHEUS);
}

fn check(text: &str) -> Result<bool, String> {
    let mut accepted = false;
    for dialect in [Dialect::V2, Dialect::V3] {
        let one = read(text, "prometheus.yml", dialect);
        let again = read(text, "prometheus.yml", dialect);
        if one.problems != again.problems || one.notes != again.notes {
            return Err(format!("{dialect:?}: read differently the second time"));
        }
        placed(text, one.problems.iter().chain(&one.notes))?;
        if one.config.is_some() != one.problems.is_empty() {
            return Err(format!("{dialect:?}: either a configuration or problems"));
        }
        for job in one.config.iter().flat_map(|config| &config.jobs) {
            accepted = true;
            let found = targets(job, dialect);
            if found != targets(job, dialect) {
                return Err(format!("{dialect:?}: other targets the second time"));
            }
            let count = found.active.len() + found.dropped.len() + found.failures.len();
            if count > job.targets.len() {
                return Err(format!("{dialect:?}: {count} targets of {}", job.targets.len()));
            }
            if found.active.iter().any(|target| target.labels.value("instance").is_empty()) {
                return Err(format!("{dialect:?}: a target without `instance`"));
            }
        }
    }
    Ok(accepted)
}

const CORPUS: &[&str] = &[
    "global: {scrape_interval: 15s, external_labels: {a: $b}}\nrule_files: ['*.yml']\nscrape_configs:\n- job_name: a\n  static_configs:\n  - targets: ['a:1', b]\n    labels: {c: d}\n",
    "scrape_configs:\n- job_name: a\n  params: {module: [http_2xx]}\n  metrics_path: /probe\n  static_configs: [{targets: ['https://a']}]\n  relabel_configs:\n  - source_labels: [__address__]\n    target_label: __param_target\n  - {target_label: __address__, replacement: 'b:9115'}\n",
    "scrape_configs:\n- job_name: a\n  static_configs: [{targets: [a, b, c]}]\n  relabel_configs:\n  - {action: hashmod, source_labels: [__address__], modulus: 3, target_label: h}\n  - {action: labelmap, regex: '__(.+)__', replacement: 'x_$1'}\n  - {action: labeldrop, regex: h}\n",
    "alerting:\n  alert_relabel_configs: [{action: labeldrop, regex: a}]\n  alertmanagers:\n  - {scheme: https, basic_auth: {username: a}, static_configs: [{targets: [a]}]}\n",
    "remote_write: [{url: 'http://a', write_relabel_configs: [{action: drop, regex: x}]}]\nremote_read: [{url: 'http://a'}]\ntracing: {endpoint: a}\notlp: {translation_strategy: NoTranslation}\n",
    "scrape_configs: [{job_name: a, file_sd_configs: [{files: [a.json]}], tls_config: {min_version: TLS12}, oauth2: {client_id: a, client_secret: b, token_url: c}}]\n",
];

const WORDS: &[&str] = &[
    "scrape_configs:",
    "job_name: b",
    "relabel_configs:",
    "- ",
    "  ",
    "\n",
    "\n- ",
    ": ",
    "source_labels: [a]",
    "target_label: $1",
    "regex: (",
    "regex: '(.*)'",
    "action: keep",
    "action: dropequal",
    "modulus: 0",
    "replacement: ''",
    "static_configs:",
    "targets: [::1]",
    "labels: {'': x}",
    "__address__: ''",
    "scrape_interval: 0s",
    "scrape_timeout: 1y",
    "params: {a: []}",
    "&a ",
    "*a",
    "<<: *a",
    "~",
    "yes",
    "!!str ",
    "{",
    "}",
    "[",
    "]",
    "'",
    "\"",
    "\"\\u0000\"",
    "---\n",
    "é",
    "$",
    "${",
    "${1}",
    "%zz",
    "://",
    "18446744073709551615",
    "-1",
    "\t",
    "\u{85}",
    "\u{0}",
];

const AROUND: &[(&str, &str)] =
    &[("[", "]"), ("{a: ", "}"), ("- ", ""), ("\"", "\""), ("(", ")"), ("&a ", ""), ("{<<: ", "}")];
