//! What both chains are configured with.

/// Between all groups' timers and all evaluations lies half a second: groups wait so many seconds and a half, and go on
/// every so many seconds. What is repeated is repeated after no multiple of that, where chance would decide.
pub(super) const ALERTMANAGER: &str = "
route:
  receiver: default
  group_by: [timeline]
  group_wait: 2500ms
  group_interval: 4s
  repeat_interval: 9300ms
  routes:
  - matchers: [alertname=\"Slow\"]
    receiver: slow
    group_by: [alertname, team]
    group_wait: 1500ms
    group_interval: 5s
  - matchers: [team=\"a\"]
    receiver: team-a
    group_by: [timeline, alertname]
    group_wait: 1500ms
    group_interval: 3s
    repeat_interval: 7300ms
    continue: true
  - matchers: [severity=\"critical\"]
    receiver: pager
    group_by: ['...']
    group_wait: 500ms
    group_interval: 5s
    repeat_interval: 13300ms
  - matchers: [team=~\"b|c\"]
    receiver: chat
    group_by: [team, timeline]
    group_wait: 1500ms
    routes:
    - matchers: [alertname=~\"Low|Raised\"]
      receiver: both
      group_interval: 3s
      repeat_interval: 7300ms
inhibit_rules:
- source_matchers: [alertname=\"Gate\"]
  target_matchers: [severity=~\"warning|info\"]
  equal: [timeline]
- source_matchers: [alertname=\"Raised\"]
  target_matchers: [alertname=\"Steady\"]
  equal: [timeline, instance, zone]
receivers:
- name: default
  webhook_configs: [{url: 'SINK/default/0'}]
- name: slow
  webhook_configs: [{url: 'SINK/slow/0', max_alerts: 30}]
- name: team-a
  webhook_configs: [{url: 'SINK/team-a/0'}]
- name: pager
  webhook_configs: [{url: 'SINK/pager/0'}]
- name: both
  webhook_configs: [{url: 'SINK/both/0'}, {url: 'SINK/both/1', send_resolved: false}]
- name: chat
  slack_configs:
  - api_url: 'SINK/chat/0'
    channel: '#alerts'
    send_resolved: true
    color: '{{ if eq .Status \"firing\" }}danger{{ else }}good{{ end }}'
    callback_id: '{{ .GroupLabels.Values | join \"/\" }}'
    fields: [{title: Firing, value: '{{ len .Alerts.Firing }}'}]
    text: '{{ range .Alerts }}{{ .Status }} {{ .Annotations.summary }} {{ .StartsAt }} {{ .Fingerprint }};{{ end }}'
templates: [TEMPLATES]
";

pub(super) const PROMETHEUS: &str = "
global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
  external_labels: {cluster: test, noise: external}
rule_files: [rules.yml]
alerting:
  alert_relabel_configs:
  - {regex: noise, action: labeldrop}
  - {source_labels: [alertname], regex: Unsent, action: drop}
  alertmanagers: [{static_configs: [{targets: ['127.0.0.1:WORLD']}]}]
scrape_configs:
- job_name: signals
  honor_labels: true
  static_configs: [{targets: ['127.0.0.1:WORLD'], labels: {attempt: 'ATTEMPT'}}]
";

/// Groups of which each is evaluated at a place of its own within the second, which a hash of its name decides.
pub(super) fn candidates(count: usize) -> String {
    let groups = (0..count).map(|number| {
        format!(
            "- name: g{number}\n  rules: [{{record: candidate, expr: vector(1), labels: {{group: g{number}}}}}]\n"
        )
    });
    format!("groups:\n{}", groups.collect::<String>())
}

/// Two groups: `fast` every second, `slow` every other. Nothing that inhibits does so together with another, of which
/// the newer release would look at the one that its order of sending, which is chance, made the last.
pub(super) fn rules(fast: &str, slow: &str) -> String {
    RULES.replace("FAST", fast).replace("SLOW", slow)
}

const RULES: &str = "
groups:
- name: FAST
  rules:
  - {record: evaluated, expr: vector(1), labels: {group: fast}}
  - {record: 'team:signal:sum', expr: 'sum by (team) (signal)'}
  - alert: High
    expr: signal > 1
    labels: {severity: '{{ if gt $value 2.0 }}critical{{ else }}warning{{ end }}'}
    annotations: {summary: '{{ $labels.instance }} of {{ $labels.timeline }} is {{ $value }}', cluster: '{{ $externalLabels.cluster }}'}
  - alert: Low
    expr: signal < 1
    for: 1s
    keep_firing_for: 2s
    labels: {severity: info}
    annotations: {summary: '{{ $value | humanize }} <low> & \"quoted\"'}
  - alert: Raised
    expr: signal >= 2
    for: 2s
    labels: {severity: warning, noise: much}
    annotations: {summary: '{{ $value }} & {{ $labels.zone | toUpper }}'}
  - alert: Steady
    expr: avg_over_time(signal[3s]) >= 2
    for: 3s
    keep_firing_for: 1s
    labels: {severity: info}
    annotations: {summary: '{{ $value | printf \"%.3f\" }}'}
  - alert: Gate
    expr: 'max by (timeline, team) (signal{instance=\"a\"}) >= 3'
    labels: {severity: gate, seen: '{{ $externalLabels.noise }}'}
  - alert: Gone
    expr: 'absent(signal{timeline=\"7\", instance=\"a\"})'
    labels: {severity: warning, timeline: '7', team: d}
    annotations: {summary: 'sum {{ with query \"team:signal:sum{team=\\\"a\\\"}\" }}{{ . | first | value }}{{ end }}'}
  - {alert: Unsent, expr: signal == 3, for: 1s}
- name: SLOW
  interval: 2s
  rules:
  - {record: evaluated, expr: vector(1), labels: {group: slow}}
  - alert: Slow
    expr: changes(signal[6s]) >= 2
    for: 2s
    keep_firing_for: 3s
    labels: {severity: info, team: '{{ $labels.team | toUpper }}'}
    annotations: {summary: '{{ $value }} changes of {{ $labels.instance }}'}
";
