//! Prometheus, Alertmanager and the blackbox exporter.

use probity::prove::schema::{Format, mistakes};

use super::{one, said, table};

#[test]
fn configurations_of_prometheus() {
    table(
        Format::PrometheusConfig,
        false,
        &[
            ("scrape_configs: [{job_name: a, static_configs: [{targets: ['a:1']}]}]\n", &[]),
            ("global: {scrape_interval: 0, external_labels: {a: 5, b: }}\nrule_files: []\n", &[]),
            (
                "scrape_configs:\n- job_nme: a\n",
                &[
                    "2:3+7: unknown key `job_nme` in a scrape job; did you mean `job_name`?",
                    "2:3+7: missing key `job_name` in a scrape job",
                ],
            ),
            (
                "global:\n  scrape_interval: 15\n  evaluation_interval: 5 minutes\n",
                &[
                    "2:20+2: expected a duration such as 30s, 5m or 1h30m (units: y, w, d, h, m, s, ms), saw the number 15",
                    "3:24+9: expected a duration such as 30s, 5m or 1h30m (units: y, w, d, h, m, s, ms), saw text \"5 minutes\"",
                ],
            ),
            (
                "global: {scrape_interval: 5s}\nscrape_configs:\n- job_name: a\n  scrape_timeout: 10s\n- job_name: a\n",
                &[
                    "4:19+3: `scrape_timeout` is longer than the scrape interval",
                    "5:13+1: a scrape job `a` is already defined on line 3",
                ],
            ),
            (
                "scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: ['http://a/metrics']\n",
                &[
                    "4:15+18: expected a host and port, saw a URL or path: scheme and path have keys of their own, \
             unless `relabel_configs` makes an address of it",
                ],
            ),
            (
                "scrape_configs:\n- job_name: a\n  honor_labels: 'true'\n  static_configs: {targets: [a]}\n  params: {m: x}\n",
                &[
                    "3:17+6: expected true or false, saw text \"true\": remove the quotes",
                    "4:3+14: expected a list, saw a mapping",
                    "5:15+1: expected a list, saw text \"x\"",
                ],
            ),
            (
                "remote_write: [{}]\nalerting: {alertmanagers: [{api_version: v3}]}\n",
                &[
                    "1:16+1: missing key `url` in a remote_write",
                    "2:42+2: unknown value `v3`; did you mean `v1`?",
                ],
            ),
            (
                "scrape_configs:\n- job_name: a\n  dns_sd_configs: [{names: [a], type: A}]\n  file_sd_configs: [{files: [a.txt]}]\n",
                &[
                    "3:21+5: missing key `port`: records of type A hold none",
                    "4:30+5: expected the path of a .json, .yml or .yaml file; `*` may stand only in the file's own name, \
             saw text \"a.txt\"",
                ],
            ),
        ],
    );
}

#[test]
fn relabelling() {
    let of = |step: &str| {
        let text = format!("scrape_configs:\n- job_name: a\n  relabel_configs:\n  - {step}\n");
        let found = said(Format::PrometheusConfig, &one(&text), false);
        found.join("; ")
    };
    let good = [
        "{action: KEEP, source_labels: [a], regex: 'x|y'}",
        "{source_labels: [a], target_label: '${1}_b', regex: '(.+)'}",
        "{action: labeldrop, regex: 'a_.*'}",
        "{action: hashmod, source_labels: [a], modulus: 8, target_label: b}",
    ];
    for step in good {
        assert_eq!(of(step), "", "{step}");
    }
    let bad = [
        ("{action: repalce, target_label: a}", "4:14+7: unknown value `repalce`; did you mean `replace`?"),
        ("{source_labels: [a]}", "4:6+13: missing key `target_label`, which the action `replace` needs"),
        ("{target_label: a-b}", "4:20+3: `a-b` is no label name that the action `replace` can write"),
        (
            "{target_label: a, regex: '(b'}",
            "4:30+4: expected a regular expression, saw text \"(b\": a `(` is never closed",
        ),
        (
            "{action: labeldrop, source_labels: [a]}",
            "4:25+13: the action `labeldrop` takes no `source_labels`",
        ),
        ("{action: keep, source_labels: a}", "4:35+1: expected a list, saw text \"a\""),
        (
            "{action: hashmod, target_label: a}",
            "4:6+6: missing key `modulus`, which the action `hashmod` needs",
        ),
    ];
    for (step, expected) in bad {
        assert_eq!(of(step), expected, "{step}");
    }
}

#[test]
fn rules_of_prometheus() {
    table(
        Format::PrometheusRules,
        false,
        &[
            ("groups: []\n", &[]),
            (
                "groups:\n- name: a\n  rules:\n  - {alert: x, expr: 5, for: 5m, labels: {a: 5}}\n  - {record: 'a:b', expr: up}\n",
                &[],
            ),
            (
                "groups:\n- name: a\n  rules:\n  - {alert: x, expr: }\n  - {record: y-z, expr: up, for: 5m, annotations: {a: b}}\n",
                &[
                    "4:16+4: expected a PromQL expression or a number, saw nothing",
                    "5:14+3: expected a metric name (letters, digits, `_` and `:`, not starting with a digit), saw text \"y-z\"",
                    "5:29+3: a recording rule has no `for`",
                    "5:38+11: a recording rule has no `annotations`",
                ],
            ),
            (
                "groups:\n- name: a\n  rules:\n  - {alert: x, record: y, expr: up}\n  - {expr: up}\n- name: a\n  interval: 5\n",
                &[
                    "4:16+6: a rule has `alert` or `record`, not both",
                    "5:6+4: missing key `alert` or `record` in a rule",
                    "7:13+1: expected a duration such as 30s, 5m or 1h30m (units: y, w, d, h, m, s, ms), saw the number 5",
                    "6:9+1: a rule group `a` is already defined on line 2",
                ],
            ),
            (
                "groups:\n- rules:\n  - alert: x\n    expr: up\n    lables: {}\n    labels: {a-b: c, __name__: d}\n",
                &[
                    "2:3+5: missing key `name` in a rule group",
                    "5:5+6: unknown key `lables` in a rule",
                    "6:14+3: `a-b` is not a label name that rules may set (letters, digits and `_`, not starting with a \
             digit, not `__name__`)",
                    "6:22+8: `__name__` is not a label name that rules may set (letters, digits and `_`, not starting with a \
             digit, not `__name__`)",
                ],
            ),
        ],
    );
}

#[test]
fn what_is_accepted_is_listed() {
    let root = one("groups: [{name: a, rules: [{alert: x, expr: up, fore: 5m}]}]\n");
    let found = mistakes(Format::PrometheusRules, &root, false);
    assert_eq!(found[0].message, "unknown key `fore` in a rule; did you mean `for`?");
    let keys = ["alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"];
    assert_eq!(found[0].accepted, keys);
}

#[test]
fn configurations_of_alertmanager() {
    table(
        Format::AlertmanagerConfig,
        false,
        &[
            ("route: {receiver: a}\nreceivers: [{name: a}]\n", &[]),
            ("route: {receiver: a}\n", &["1:1+5: missing key `receivers` in an Alertmanager configuration"]),
            (
                "route:\n  match: {a: b}\n  continue: true\nreceivers: [{name: a}, {name: a}]\n",
                &[
                    "1:1+5: missing key `receiver` in the root route",
                    "2:3+5: the root route takes every alert, so it has no `match`",
                    "3:3+8: the root route takes every alert, so it has no `continue`",
                    "4:31+1: a receiver `a` is already defined on line 4",
                ],
            ),
            (
                "route: {receiver: b, routes: [{receiver: aa, mute_time_intervals: [c]}]}\nreceivers: [{name: a}]\n",
                &[
                    "1:19+1: undefined receiver `b`; did you mean `a`?",
                    "1:42+2: undefined receiver `aa`; did you mean `a`?",
                    "1:68+1: undefined time interval `c`",
                ],
            ),
            (
                "route: {receiver: a, group_by: ['...', b, b], group_interval: 0s}\nreceivers: [{name: a}]\n",
                &[
                    "1:33+5: `...` means all labels, so it stands alone in `group_by`",
                    "1:43+1: `b` is already in `group_by`",
                    "1:63+2: `group_interval` must be longer than nothing",
                ],
            ),
            (
                "route: {receiver: a, routes: [{matchers: [a, 'b=\"c', 'd=~\"(\"', '{e=f, g!~\"h\"}']}]}\nreceivers: [{name: a}]\n",
                &[
                    "1:43+1: expected a matcher such as severity=\"critical\" or team=~\"a|b\", saw text \"a\": it has no operator \
             (=, !=, =~ or !~)",
                    "1:46+6: expected a matcher such as severity=\"critical\" or team=~\"a|b\", saw text \"b=\"c\": a quote is never \
             closed",
                    "1:54+8: expected a matcher such as severity=\"critical\" or team=~\"a|b\", saw text \"d=~\"(\"\": a `(` is never \
             closed",
                ],
            ),
            (
                "route: {receiver: a}\nreceivers:\n- name: a\n  webhook_configs: [{url: foo}]\n  slack_configs: [{chanel: x}]\n\
          \x20 pagerduty_configs: [{severity: x}]\n  email_configs: [{from: a, smarthost: b}]\n",
                &[
                    "4:27+3: expected a URL that starts with http:// or https:// and names a host, saw text \"foo\"",
                    "5:20+6: unknown key `chanel` in a Slack message; did you mean `channel`?",
                    "5:20+6: missing key `api_url` or `api_url_file` or `app_token` or `app_token_file`, which the global \
             section does not set either",
                    "6:24+8: missing key `routing_key` or `service_key` or `routing_key_file` or `service_key_file`",
                    "7:20+4: missing key `to` in an email",
                    "7:40+1: expected a host and port such as smtp.example.org:587, saw text \"b\"",
                ],
            ),
            (
                "route: {receiver: a}\nreceivers: [{name: a}]\ntime_intervals:\n- name: b\n  time_intervals:\n\
          \x20 - times: [{start_time: '09:00', end_time: '08:00'}]\n    weekdays: [mon, 'friday:monday']\n",
                &[
                    "6:45+7: `end_time` must be after `start_time`; night takes two intervals",
                    "7:16+3: expected a weekday or a range of them such as monday:friday, saw text \"mon\"",
                    "7:21+15: expected a weekday or a range of them such as monday:friday, saw text \"friday:monday\": it runs \
             backwards",
                ],
            ),
        ],
    );
}

#[test]
fn configurations_of_the_blackbox_exporter() {
    table(
        Format::Blackbox,
        false,
        &[
            (
                "modules: {a: {prober: icmp}, b: {prober: http, timeout: 1.5s, http: {valid_status_codes: [200]}}}\n",
                &[],
            ),
            (
                "modules:\n  a: {prober: htp, timeout: 5}\n  b: {http: {methd: GET}}\n",
                &[
                    "2:15+3: unknown value `htp`; did you mean `http`?",
                    "2:29+1: expected a duration such as 500ms, 1.5s or 1m30s (units: h, m, s, ms, us, ns), saw the number 5",
                    "3:3+1: missing key `prober` in a module",
                    "3:14+5: unknown key `methd` in an HTTP probe; did you mean `method`?",
                ],
            ),
        ],
    );
}
