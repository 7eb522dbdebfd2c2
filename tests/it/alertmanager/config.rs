//! Configurations: what is inherited, what has a default, and what is wrong, all at once and in its place.

use std::path::Path;

use probity::alerting::alertmanager::Release::{self, V0_25, V0_33};
use probity::alerting::alertmanager::config::{Config, IntegrationKind, read};

fn config(text: &str, release: Release) -> Config {
    let read = read(text, "alertmanager.yml", release);
    read.config.unwrap_or_else(|| panic!("{release:?}: {:?}", read.problems))
}

fn problems(text: &str, release: Release) -> Vec<String> {
    let read = read(text, "am.yml", release);
    assert_eq!(read.config.is_some(), read.problems.is_empty());
    read.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn aragoras_deployment_is_read_by_both_releases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/aragora/alertmanager.yml");
    let text = std::fs::read_to_string(path).expect("the deployment is shipped");
    for release in [V0_25, V0_33] {
        let found = read(&text, "alertmanager.yml", release);
        assert_eq!((found.problems, found.notes), (Vec::new(), Vec::new()), "{release:?}");
        let config = config(&text, release);
        assert_eq!(config.route.group_by, ["alertname", "severity"]);
        assert_eq!(config.route.routes.len(), 4);
        assert!(config.route.routes.iter().all(|route| route.repeat_interval_ms == 14_400_000));
        assert_eq!(config.templates[0].text, "templates/slack.tmpl");
        let Some(pager) = config.receiver("pagerduty") else { panic!("no pagerduty") };
        let IntegrationKind::PagerDuty(pager) = &pager.integrations[0].kind else { panic!("{pager:?}") };
        assert_eq!(pager.service_key.as_deref(), Some("your-pagerduty-service-key"));
        assert_eq!(pager.texts["source"], pager.texts["client"]);
        let Some(slack) = config.receiver("slack-critical") else { panic!("no slack") };
        assert!(slack.integrations[0].send_resolved);
        let IntegrationKind::Slack(slack) = &slack.integrations[0].kind else { panic!("{slack:?}") };
        assert_eq!(slack.api_url, "https://hooks.slack.com/services/XXX/YYY/ZZZ");
        assert_eq!(slack.texts["title"], "{{ template \"slack.title\" . }}");
        assert_eq!(slack.texts["fallback"], "{{ template \"slack.default.fallback\" . }}");
    }
}

#[test]
fn routes_inherit_everything_but_matchers_continue_and_intervals() {
    let text = "
route:
  receiver: a
  group_by: [x, b]
  group_wait: 1s
  routes:
  - matchers: [b=c]
    group_interval: 2m
    group_by: [...]
    mute_time_intervals: [night]
    routes:
    - continue: true
      group_by: []
receivers: [{name: a}]
time_intervals: [{name: night}]
";
    for (release, all) in [(V0_25, true), (V0_33, false)] {
        let root = config(text, release).route;
        assert_eq!(
            (root.group_wait_ms, root.group_interval_ms, root.repeat_interval_ms),
            (1_000, 300_000, 14_400_000)
        );
        assert_eq!(root.group_by, ["b", "x"]);
        let child = &root.routes[0];
        assert!(child.group_by_all && child.group_by.is_empty());
        assert_eq!(child.mute, ["night"]);
        let grandchild = &child.routes[0];
        assert_eq!((grandchild.group_wait_ms, grandchild.group_interval_ms), (1_000, 120_000));
        assert!(grandchild.goes_on && grandchild.matchers.0.is_empty() && grandchild.mute.is_empty());
        // From 0.31 on an empty list takes the parent's away.
        assert_eq!(grandchild.group_by_all, all, "{release:?}");
    }
}

#[test]
fn integrations_are_ordered_by_kind_and_numbered_within_it() {
    let text = "
route: {receiver: a}
receivers:
- name: a
  slack_configs: [{api_url: 'http://s/1'}, {api_url: 'http://s/2', send_resolved: true}]
  email_configs: [{to: x, from: y, smarthost: 'z:25'}]
  webhook_configs: [{url: 'http://w', max_alerts: 3}]
  pagerduty_configs: [{routing_key: k, details: {firing: mine, more: '1'}}]
";
    let config = config(text, V0_25);
    let found: Vec<_> = config.receivers[0]
        .integrations
        .iter()
        .map(|it| (it.kind.name(), it.index, it.send_resolved))
        .collect();
    let expected = [
        ("webhook", 0, true),
        ("email", 0, false),
        ("pagerduty", 0, true),
        ("slack", 0, false),
        ("slack", 1, true),
    ];
    assert_eq!(found, expected);
    let IntegrationKind::PagerDuty(pager) = &config.receivers[0].integrations[2].kind else {
        panic!("no pager")
    };
    assert_eq!(pager.url, "https://events.pagerduty.com/v2/enqueue");
    assert_eq!(pager.details["firing"], "mine");
    assert_eq!(
        pager.details.keys().collect::<Vec<_>>(),
        ["firing", "more", "num_firing", "num_resolved", "resolved"]
    );
}

#[test]
fn every_mistake_is_told_at_once_and_in_its_place() {
    let text = "\
route:
  receiver: nobody
  group_by: [a, a, ...]
  repeat_interval: 0s
  routes:
  - matchers: ['ok=1', 'a=~\"(\"']
    mute_time_intervals: [never]
receivers:
- name: a
  webhook_configs: [{url: ftp://x}]
- name: a
  slack_configs: [{chanel: x}]
time_intervals:
- name: x
  time_intervals: [{weekdays: [mon], times: [{start_time: '9:00', end_time: '10:00'}]}]
";
    let found = problems(text, V0_33);
    let starts: Vec<String> =
        found.iter().map(|it| it.split(": ").next().unwrap_or_default().to_owned()).collect();
    let expected = [
        "am.yml:2:13",
        "am.yml:3:17",
        "am.yml:3:20",
        "am.yml:4:20",
        "am.yml:6:28",
        "am.yml:7:27",
        "am.yml:10:27",
        "am.yml:11:9",
        "am.yml:12:19",
        "am.yml:12:20",
        "am.yml:15:32",
        "am.yml:15:59",
    ];
    assert_eq!(starts, expected, "{found:#?}");
}

#[test]
fn a_key_that_only_the_newer_release_has_is_refused_by_the_older_with_its_own_keys() {
    let text =
        "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: 'http://a', url_file: b}]}]\n";
    let expected = "am.yml:2:59: an item of `webhook_configs` has no key `url_file` (accepted: send_resolved, http_config, url, max_alerts)";
    assert_eq!(problems(text, V0_25), [expected]);
    assert_eq!(problems(text, V0_33), ["am.yml:2:59: `url_file` beside `url`: one of them at most"]);
}

#[test]
fn items_that_are_null_are_refused_although_alertmanager_takes_some() {
    for text in [
        "route: {receiver: a}\nreceivers: [{name: a}, ~]\n",
        "route: {receiver: a, routes: [~]}\nreceivers: [{name: a}]\n",
        "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [~]}]\n",
        "route: {receiver: a}\nreceivers: [{name: a, slack_configs: [{api_url: 'http://a', fields: [~]}]}]\n",
        "route: {receiver: a}\nreceivers: [{name: a}]\ntime_intervals: [{name: x, time_intervals: [{weekdays: [~]}]}]\n",
        "route: {receiver: a}\nreceivers: [{name: a}]\ntime_intervals: [~]\n",
    ] {
        for release in [V0_25, V0_33] {
            assert!(!problems(text, release).is_empty(), "{release:?}: {text}");
        }
    }
}

#[test]
fn what_can_hardly_be_meant_is_noted() {
    let text = "\
route:
  receiver: a
  routes:
  - receiver: b
  - receiver: c
receivers:
- {name: a, telegram_configs: [{bot_token: x, chat_id: 1}]}
- {name: b, webhook_configs: [{url: 'http://a', payload: {x: y}}]}
- {name: c}
- {name: d}
inhibit_rules: [{source_matchers: [a=b]}]
";
    let notes: Vec<String> = read(text, "am.yml", V0_33).notes.iter().map(ToString::to_string).collect();
    let expected = [
        "am.yml:5:5: no alert comes so far: the route of line 4 takes all, without `continue`",
        "am.yml:7:32: `telegram` is not spoken here: its notifications are made and never sent",
        "am.yml:8:31: `webhook` with what it has here is not spoken here: its notifications are made and never sent",
        "am.yml:10:3: no route uses the receiver `d`",
        "am.yml:11:17: this inhibition says nothing of its target: any alert is one",
    ];
    assert_eq!(notes, expected);
}
