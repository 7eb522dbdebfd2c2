//! What our schemas say of broken files is what the programs that read those files say.
//!
//! Files of the fixtures are broken in one place, by a seed: a key is left out, misspelt, or given a value of another
//! type. `promtool` and `amtool` then judge them too, and both must come to the same: taken or refused.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use probity::contract::yaml::{Node, Value, outline};
use probity::prove::schema::{Format, mistakes, undefined};

use super::daemon;

/// Broken files of each kind; together they take the tools about ten seconds.
const MUTANTS: usize = 60;

/// Processes at a time.
const AT_ONCE: usize = 4;

/// SplitMix64: the same numbers for ever, without a dependency.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((word ^ (word >> 31)) % u64::try_from(bound).expect("it fits")).expect("it fits")
    }
}

/// Other values: of every type, and empty in every way.
const VALUES: [&str; 11] = [
    "null",
    "\"\"",
    "[]",
    "{}",
    "5",
    "0",
    "true",
    "\"soon\"",
    "[\"soon\"]",
    "{\"soon\": \"later\"}",
    "\"5m\"",
];

/// Breaks the place that is the `left`-th on the way; says how.
fn mutate(node: &mut Node, left: &mut usize, seeded: &mut Seeded, path: &str) -> Option<String> {
    match &mut node.value {
        Value::Map(entries) => {
            for index in 0..entries.len() {
                let name = entries[index].0.text().unwrap_or_default().to_owned();
                let path = format!("{path}.{name}");
                if *left == 0 {
                    return Some(mutate_entry(entries, index, seeded, &path));
                }
                *left -= 1;
                if let Some(said) = mutate(&mut entries[index].1, left, seeded, &path) {
                    return Some(said);
                }
            }
            None
        }
        Value::Seq(items) => items
            .iter_mut()
            .enumerate()
            .find_map(|(index, item)| mutate(item, left, seeded, &format!("{path}[{index}]"))),
        Value::Scalar { .. } => None,
    }
}

fn mutate_entry(entries: &mut Vec<(Node, Node)>, index: usize, seeded: &mut Seeded, path: &str) -> String {
    match seeded.below(4) {
        0 => {
            entries.remove(index);
            format!("{path} is left out")
        }
        1 => {
            let Value::Scalar { text, .. } = &mut entries[index].0.value else { return String::new() };
            text.push_str("_x");
            format!("{path} is misspelt")
        }
        _ => {
            let value = VALUES[seeded.below(VALUES.len())];
            entries[index].1 = outline(value, "value").documents.pop().unwrap_or_else(|| Node {
                value: Value::Scalar { text: String::new(), quoted: false },
                ..entries[index].1.clone()
            });
            format!("{path} is {value}")
        }
    }
}

/// As JSON, which is YAML: what was in quotes stays text.
fn written(node: &Node) -> String {
    match &node.value {
        Value::Seq(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", quoted(key), written(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Scalar { .. } if node.is_null() => "null".to_owned(),
        Value::Scalar { text, .. } if node.is_bool() || node.is_number() => text.clone(),
        Value::Scalar { .. } => quoted(node),
    }
}

fn quoted(node: &Node) -> String {
    serde_json::to_string(node.text().unwrap_or_default()).expect("text is JSON")
}

fn size(node: &Node) -> usize {
    let inner = node.entries().iter().map(|(_, value)| 1 + size(value)).sum::<usize>();
    inner + node.items().iter().map(size).sum::<usize>()
}

/// How the file is broken that is not.
const UNBROKEN: &str = "nothing is broken";

struct Mutant {
    how: String,
    path: PathBuf,
    text: String,
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    fs::read_to_string(path).expect("the fixture is shipped")
}

/// The file as it is, and broken.
fn mutants(text: &str, folder: &Path, seed: u64) -> Vec<Mutant> {
    let whole = outline(text, "whole").documents.pop().expect("it holds something");
    let mutant = |how: &str, name: &str, node: &Node| {
        let (path, text) = (folder.join(format!("{seed}-{name}.yml")), written(node));
        fs::write(&path, &text).expect("the folder is there");
        Mutant { how: how.to_owned(), path, text }
    };
    let mut seeded = Seeded(seed);
    let places = size(&whole);
    let mut all = vec![mutant(UNBROKEN, "whole", &whole)];
    for number in 0..MUTANTS {
        let (mut broken, mut left) = (whole.clone(), seeded.below(places));
        let how = mutate(&mut broken, &mut left, &mut seeded, "").expect("a place within");
        all.push(mutant(&how, &number.to_string(), &broken));
    }
    all
}

/// Whether a program takes a file; `None` when this machine has no such program.
fn takes(command: &[&str], path: &Path) -> Option<bool> {
    let ended = Command::new(command[0])
        .args(&command[1..])
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ended.ok().map(|status| status.success())
}

#[expect(clippy::disallowed_methods, reason = "CI says that it is CI")]
fn missing(program: &str) {
    let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    assert!(!ci, "{program} is not installed: .ci/run installs it");
    let said = format!("\nNOT TESTED: {program} is not installed on this machine (Debian has it)\n");
    std::io::stderr().write_all(said.as_bytes()).expect("stderr is there");
}

/// Which differences are meant: how the file was broken, and whether we take it.
type Forgiven = fn(&str, bool) -> bool;

/// Judges every mutant twice and compares; both must come to the same.
fn agree(command: &[&str], format: Format, mutants: &[Mutant], forgiven: Forgiven) {
    let theirs: Vec<Option<bool>> = std::thread::scope(|scope| {
        let parts = mutants.chunks(mutants.len().div_ceil(AT_ONCE));
        let running: Vec<_> = parts
            .map(|part| {
                scope.spawn(|| part.iter().map(|mutant| takes(command, &mutant.path)).collect::<Vec<_>>())
            })
            .collect();
        running.into_iter().flat_map(|part| part.join().expect("it ends")).collect()
    });
    if theirs.contains(&None) {
        return missing(command[0]);
    }
    let mut differ = Vec::new();
    let mut refused = 0_usize;
    for (mutant, theirs) in mutants.iter().zip(theirs) {
        let ours: Vec<String> = outline(&mutant.text, "mutant")
            .documents
            .iter()
            .flat_map(|root| [mistakes(format, root, false), undefined(format, root)].concat())
            .map(|mistake| mistake.message)
            .collect();
        refused += usize::from(!ours.is_empty());
        let taken = ours.is_empty();
        assert!(taken || mutant.how != UNBROKEN, "{}: {ours:?}", mutant.path.display());
        if theirs != Some(taken) && !forgiven(&mutant.how, taken) {
            let said = if ours.is_empty() { "we take it".to_owned() } else { ours.join("; ") };
            differ.push(format!("{} ({}): {said}", mutant.how, mutant.path.display()));
        }
    }
    assert!(differ.is_empty(), "{} disagrees on {}:\n{}", command[0], differ.len(), differ.join("\n"));
    let most = mutants.len();
    assert!(refused > most / 4 && refused < most, "{refused} of {most} were refused: too few, or all");
}

fn folder(name: &str) -> PathBuf {
    daemon::folder(&format!("schema-{name}"))
}

/// What the fixtures have not: every kind of receiver of Alertmanager 0.25, and times.
const RECEIVERS: &str = r##"
global: {smtp_from: a@b.example, smtp_smarthost: "mail.example:25", slack_api_url: "https://s.example/x"}
route:
  receiver: all
  group_by: [alertname]
  routes:
    - match: {severity: critical}
      match_re: {team: "a|b"}
      matchers: ["zone=~\"x|y\"", "{a=b, c!=d}"]
      mute_time_intervals: [nights]
      active_time_intervals: [office]
      group_wait: 1s
      group_interval: 1m30s
      repeat_interval: 1d
      continue: false
inhibit_rules:
  - source_matchers: [severity=critical]
    target_match: {severity: warning}
    equal: [alertname]
mute_time_intervals:
  - name: nights
    time_intervals:
      - times: [{start_time: "00:00", end_time: "06:00"}]
        days_of_month: ["1:5", "-3:-1"]
        months: ["january:march"]
        years: ["2026:2028"]
time_intervals:
  - name: office
    time_intervals: [{weekdays: ["monday:friday"], location: UTC}]
receivers:
  - name: all
    webhook_configs:
      - url: https://w.example/
        max_alerts: 5
        send_resolved: false
        http_config: {basic_auth: {username: a, password: b}, follow_redirects: true, proxy_url: "http://p.example"}
    slack_configs:
      - channel: "#x"
        fields: [{title: a, value: b, short: true}]
        actions: [{type: button, text: a, url: "https://a.example", style: x}]
        color: red
        link_names: true
    pagerduty_configs:
      - routing_key: x
        url: https://p.example/
        details: {a: b}
        images: [{src: a, alt: b}]
        links: [{href: a, text: b}]
    email_configs:
      - to: a@b.example
        headers: {Subject: a}
        require_tls: false
        tls_config: {insecure_skip_verify: true, server_name: a}
    opsgenie_configs:
      - api_key: x
        responders: [{type: team, name: a}]
        priority: P1
        details: {a: b}
    victorops_configs: [{api_key: x, routing_key: y, custom_fields: {a: b}}]
    pushover_configs: [{user_key: a, token: b, retry: 1m, expire: 1h, html: true}]
    sns_configs: [{topic_arn: a, sigv4: {region: a}, attributes: {a: b}}]
    telegram_configs: [{bot_token: a, chat_id: 5, parse_mode: HTML}]
    discord_configs: [{webhook_url: "https://d.example/x", title: a}]
    webex_configs: [{room_id: a, http_config: {authorization: {credentials: x}}}]
    wechat_configs: [{api_secret: a, corp_id: b, to_user: c}]
"##;

/// What the fixtures have not: limits, discovery, relabelling, remote storage.
const SCRAPES: &str = r##"
global:
  scrape_interval: 1m
  scrape_timeout: 10s
  external_labels: {region: a}
  query_log_file: q.log
alerting:
  alert_relabel_configs: [{regex: replica, action: labeldrop}]
  alertmanagers:
    - {scheme: https, path_prefix: /a, timeout: 5s, api_version: v2, static_configs: [{targets: ["a:9093"]}]}
scrape_configs:
  - job_name: a
    honor_labels: true
    honor_timestamps: false
    scrape_interval: 5s
    scrape_timeout: 4s
    metrics_path: /m
    scheme: https
    params: {module: [a, b]}
    sample_limit: 5
    target_limit: 5
    label_limit: 5
    label_name_length_limit: 5
    label_value_length_limit: 5
    body_size_limit: 10MB
    basic_auth: {username: a, password: b}
    tls_config: {insecure_skip_verify: true, server_name: a, min_version: TLS12}
    follow_redirects: true
    enable_http2: false
    proxy_url: http://p.example
    static_configs: [{targets: ["a:1", "b:2"], labels: {zone: x}}]
    dns_sd_configs: [{names: [a.example], type: A, port: 80, refresh_interval: 30s}]
    http_sd_configs: [{url: "https://h.example/x", refresh_interval: 1m}]
    relabel_configs:
      - {source_labels: [a, b], separator: ;, regex: "(.*)", target_label: c, replacement: "$1", action: replace}
      - {source_labels: [a], modulus: 8, target_label: d, action: hashmod}
      - {source_labels: [a], target_label: e, action: uppercase}
      - {source_labels: [a], regex: "x|y", action: keep}
      - {regex: "z_(.+)", action: labelmap}
    metric_relabel_configs: [{source_labels: [__name__], regex: "go_.*", action: drop}]
remote_write:
  - url: https://r.example/w
    name: w
    remote_timeout: 30s
    headers: {X-A: b}
    send_exemplars: true
    write_relabel_configs: [{source_labels: [a], regex: b, action: keep}]
    queue_config: {capacity: 5, max_shards: 5, batch_send_deadline: 5s, min_backoff: 30ms}
    metadata_config: {send: true, send_interval: 1m}
    authorization: {type: Bearer, credentials: x}
remote_read:
  - {url: "https://r.example/r", read_recent: true, required_matchers: {a: b}, filter_external_labels: true}
storage: {tsdb: {out_of_order_time_window: 30m}, exemplars: {max_exemplars: 5}}
tracing: {endpoint: "a:4317", client_type: grpc, sampling_fraction: 0.5, insecure: true, timeout: 5s, headers: {a: b}}
"##;

/// What the fixtures have not: recordings and limits.
const RULES: &str = r##"
groups:
  - name: a
    interval: 30s
    limit: 10
    rules:
      - {record: "a:b:c", expr: "sum(a)", labels: {zone: x}}
      - {record: d, expr: "5"}
      - {alert: e, expr: "a > 5", for: 5m, keep_firing_for: 5m, labels: {f: g}, annotations: {h: i}}
  - name: b
    rules: []
"##;

#[test]
fn promtool_takes_the_configurations_that_we_take() {
    let folder = folder("prometheus");
    for rules in ["stack", "burn-rate", "setup", "runbook"] {
        fs::write(folder.join(format!("{rules}.rules.yml")), "groups: []\n").expect("the folder is there");
    }
    let mut all = mutants(&fixture("aragora/prometheus.yml"), &folder, 1);
    all.extend(mutants(SCRAPES, &folder, 2));
    let forgiven: Forgiven = |how, taken| match taken {
        // It also looks whether files are there, and relabels the static targets.
        true => how.starts_with(".rule_files") || how.contains(".relabel_configs"),
        // It takes any scheme and an empty address, with which nothing can be scraped or sent.
        false => how.contains(".scheme is") || how.ends_with(".url is \"\""),
    };
    agree(&["promtool", "check", "config"], Format::PrometheusConfig, &all, forgiven);
}

#[test]
fn promtool_takes_the_rules_that_we_take() {
    let folder = folder("rules");
    let mut all = mutants(&fixture("aragora/runbook.rules.yml"), &folder, 3);
    all.extend(mutants(RULES, &folder, 4));
    let forgiven: Forgiven = |how, taken| match taken {
        // Whether it is PromQL is not for schemas to say.
        true => how.contains(".expr is"),
        // It takes `null` for a text of four letters.
        false => how.contains("].rules[") && how.ends_with(" is null"),
    };
    agree(&["promtool", "check", "rules"], Format::PrometheusRules, &all, forgiven);
}

#[test]
fn amtool_takes_the_configurations_that_we_take() {
    let folder = folder("alertmanager");
    let templates = folder.join("templates");
    fs::create_dir_all(&templates).expect("a folder can be made");
    fs::write(templates.join("slack.tmpl"), "").expect("the folder is there");
    let mut all = mutants(&fixture("aragora/alertmanager.yml"), &folder, 5);
    all.extend(mutants(RECEIVERS, &folder, 6));
    // It also looks whether the files are there. PagerDuty's details hold more than text since 0.29.
    let forgiven: Forgiven =
        |how, taken| taken && (how.starts_with(".templates") || how.contains(".details."));
    agree(&["amtool", "check-config"], Format::AlertmanagerConfig, &all, forgiven);
}
