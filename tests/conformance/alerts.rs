//! The alert chain as a whole: rules, routes and templates that an operator could get wrong, each found by the checks
//! that should find it and by no other.

use super::*;

/// A mistake in what is deployed: the file, what stands there, and what stands there instead.
struct Mistake {
    name: &'static str,
    changes: &'static [(&'static str, &'static str, &'static str)],
    convictions: &'static [(&'static str, &'static str)],
}

const RULES: &str = "stack.rules.yml";
const ROUTES: &str = "alertmanager.yml";
const SCRAPES: &str = "aragora/prometheus.yml";
const SCENARIO: &str = "alerts.yaml";
const TEXTS: &str = "slack.tmpl";

const AGENT: &str = "alert.agent-high-error-rate";
const DOWN: &str = "alert.aragora-down";

/// Who is told of `AragoraDown`, as the scenario has it, and nobody instead.
const TOLD: &str = "        - {receiver: pagerduty, contains: [AragoraDown]}\n        - {receiver: slack-critical, contains: [\"#aragora-alerts-critical\"]}\n        - {receiver: slack-default, contains: [\"#alerts\"]}\n";
const NOBODY: &str = "        []\n";

/// The expression of `AgentHighErrorRate`, as far as its threshold.
const SHARE: &str = "sum by (agent) (rate(aragora_agent_calls_total[15m])) > 0.2";

/// Written by hand from what each mistake does.
const MISTAKES: &[Mistake] = &[
    // One cause, one finding: of an alert that never fires no message is missed.
    Mistake {
        name: "a threshold that no share can cross",
        changes: &[(RULES, SHARE, "sum by (agent) (rate(aragora_agent_calls_total[15m])) > 1.2")],
        convictions: &[("alerts/late", AGENT)],
    },
    // The server says `error`; no call has the status `timeout`.
    Mistake {
        name: "a label value that nobody exposes",
        changes: &[(
            RULES,
            "aragora_agent_calls_total{status!=\"success\"}",
            "aragora_agent_calls_total{status=\"timeout\"}",
        )],
        convictions: &[("alerts/late", AGENT)],
    },
    // It is up but for the outage: it fires all the time, and ends when it should begin.
    Mistake {
        name: "a condition turned round",
        changes: &[(RULES, "up{job=\"aragora\"} == 0", "up{job=\"aragora\"} == 1")],
        convictions: &[("alerts/late", DOWN), ("alerts/not-resolved", DOWN), ("alerts/spurious", DOWN)],
    },
    Mistake {
        name: "a rule that holds for too long",
        changes: &[(
            RULES,
            "up{job=\"aragora\"} == 0\n        for: 1m",
            "up{job=\"aragora\"} == 0\n        for: 2m",
        )],
        convictions: &[("alerts/late", DOWN)],
    },
    Mistake {
        name: "an alert that goes on",
        changes: &[(
            RULES,
            "up{job=\"aragora\"} == 0\n        for: 1m",
            "up{job=\"aragora\"} == 0\n        keep_firing_for: 20m\n        for: 1m",
        )],
        convictions: &[("alerts/not-resolved", DOWN)],
    },
    // The outage is over before anybody is told.
    Mistake {
        name: "a group that waits for ten minutes",
        changes: &[(ROUTES, "group_wait: 30s", "group_wait: 10m")],
        convictions: &[("notifications/late", AGENT), ("notifications/lost", DOWN)],
    },
    // The first route that takes an alert is the last that is tried.
    Mistake {
        name: "a route that does not go on",
        changes: &[(ROUTES, "receiver: pagerduty\n      continue: true", "receiver: pagerduty")],
        convictions: &[("notifications/lost", DOWN)],
    },
    Mistake {
        name: "a route that takes warnings too",
        changes: &[(
            ROUTES,
            "- matchers: ['severity=\"critical\"']\n      receiver: pagerduty",
            "- matchers: ['severity=~\"critical|warning\"']\n      receiver: pagerduty",
        )],
        convictions: &[("notifications/misrouted", AGENT)],
    },
    Mistake {
        name: "two routes to the same receiver",
        changes: &[(
            ROUTES,
            "    - receiver: slack-default",
            "    - receiver: slack-default\n      group_by: [instance]\n      continue: true\n    - receiver: slack-default",
        )],
        convictions: &[("notifications/duplicated", AGENT), ("notifications/duplicated", DOWN)],
    },
    // Alertmanager 0.33 sends the message all the same, without a title; 0.25 would lose it.
    Mistake {
        name: "a template that nobody defined",
        changes: &[(TEXTS, "define \"slack.title\"", "define \"slack.headline\"")],
        convictions: &[
            ("notifications/wrong-body", AGENT),
            ("notifications/wrong-body", DOWN),
            ("notifications/wrong-body", "receiver.slack-critical"),
            ("notifications/wrong-body", "receiver.slack-default"),
        ],
    },
    // A text is promised of this one receiver alone.
    Mistake {
        name: "an annotation that no alert has",
        changes: &[(
            TEXTS,
            "{{ with .Annotations.description }}{{ . }}{{ else }}{{ .Annotations.summary }}{{ end }}",
            "{{ .Annotations.details }}{{ .GroupLabels.nothing | printf \"%d\" }}",
        )],
        convictions: &[
            ("notifications/wrong-body", AGENT),
            ("notifications/wrong-body", DOWN),
            ("notifications/wrong-body", "receiver.slack-critical"),
        ],
    },
    // The other alert's text happens to link to `RUNBOOK.md#alerts-and-responses`.
    Mistake {
        name: "another channel",
        changes: &[(ROUTES, "channel: '#alerts'", "channel: '#random'")],
        convictions: &[("notifications/wrong-body", DOWN)],
    },
    Mistake {
        name: "a page that cannot be written",
        changes: &[(
            ROUTES,
            "severity: '{{ .CommonLabels.severity }}'",
            "description: '{{ template \"nowhere\" . }}'",
        )],
        convictions: &[("notifications/lost", DOWN)],
    },
    // Every alert is missed by everybody who should be told.
    Mistake {
        name: "a Prometheus that knows no Alertmanager",
        changes: &[(SCRAPES, "        - targets: ['alertmanager:9093']", "        - targets: []")],
        convictions: &[("notifications/lost", AGENT), ("notifications/lost", DOWN)],
    },
    // Nobody may be told, and the silence ends before the outage begins.
    Mistake {
        name: "a silence that ends too early",
        changes: &[
            (SCENARIO, TOLD, NOBODY),
            (
                SCENARIO,
                "  cut_off:",
                "  silences: [{matchers: [alertname=AragoraDown], during: recovery}]\n  cut_off:",
            ),
        ],
        convictions: &[("notifications/misrouted", DOWN)],
    },
    // The stack document's own configuration with 0.25, as far as its templates go.
    Mistake {
        name: "a template that nobody defined, and an older Alertmanager",
        changes: &[
            (
                SCENARIO,
                "  alertmanager: ../fixtures",
                "  alertmanager_version: \"0.25\"\n  alertmanager: ../fixtures",
            ),
            (TEXTS, "define \"slack.title\"", "define \"slack.headline\""),
        ],
        convictions: &[
            ("notifications/lost", AGENT),
            ("notifications/lost", DOWN),
            ("notifications/lost", "receiver.slack-critical"),
            ("notifications/lost", "receiver.slack-default"),
        ],
    },
];

/// The scenario with some files changed on their way from the disk.
fn mistaken(mistake: &Mistake) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/alerts.yaml");
    let changed = std::cell::Cell::new(0);
    let read = |path: &Path| {
        let mut text = fs::read_to_string(path)?;
        for (file, old, new) in mistake.changes.iter().filter(|(file, ..)| path.ends_with(file)) {
            assert!(text.contains(old), "{}: {file} has no {old}", mistake.name);
            text = text.replace(old, new);
            changed.set(changed.get() + 1);
        }
        Ok(text)
    };
    let scenario = load(&path, &read).unwrap_or_else(|invalid| panic!("{}: {invalid:?}", mistake.name));
    assert!(changed.get() >= mistake.changes.len(), "{}: not all was changed", mistake.name);
    scenario
}

#[test]
fn every_mistake_is_convicted_by_exactly_the_checks_that_it_should() {
    let mut wrong = Vec::new();
    for mistake in MISTAKES {
        let outcome = outcome(&mistaken(mistake), &options(None, &[]), false);
        let expected: BTreeSet<_> = mistake.convictions.iter().copied().collect();
        if convictions(&outcome) != expected {
            wrong.push(format!("{}: {:#?}", mistake.name, convictions(&outcome)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_of_alerts_convicts_some_mistake() {
    let convicting: BTreeSet<&str> =
        MISTAKES.iter().flat_map(|mistake| mistake.convictions.iter().map(|(check, _)| *check)).collect();
    let of_alerts = |check: &&str| check.starts_with("alerts/") || check.starts_with("notifications/");
    let all: BTreeSet<&str> = checks::ALL.iter().map(|check| check.id()).filter(of_alerts).collect();
    assert_eq!(convicting, all);
}

#[test]
fn a_defect_of_the_server_silences_an_alert() {
    let scenario = scenario("alerts.yaml");
    let outcome = outcome(&scenario, &options(None, &[Defect::FailedCallsNotCounted]), false);
    assert_eq!(convictions(&outcome), [("alerts/late", AGENT)].into());
}

#[test]
fn no_seed_accuses_what_is_deployed() {
    let scenario = scenario("alerts.yaml");
    for seed in 1..=5 {
        let outcome = outcome(&scenario, &options(Some(seed), &[]), false);
        assert_eq!(convictions(&outcome), BTreeSet::new(), "seed {seed}");
        assert_eq!(outcome.status, ExitStatus::Conformant, "seed {seed}");
    }
}

#[test]
fn ten_runs_of_one_seed_have_one_timeline_byte_for_byte() {
    let scenario = scenario("alerts.yaml");
    let written = |place: usize| {
        let outcome = outcome(&scenario, &options(Some(7), &[]), false);
        let folder = temporary(&format!("alerts-{place}"));
        outcome.record.write(&folder).expect("the record is written");
        (tree(&folder), json(&outcome))
    };
    let first = written(0);
    let states = first.0.keys().find(|path| path.ends_with("states.jsonl")).expect("there are states");
    assert!(first.0[states].len() > 1000, "and something became of alerts");
    for place in 1..10 {
        assert!(written(place) == first, "run {place} differs: see {}", temporary("alerts-0").display());
    }
}

#[test]
fn a_record_of_alerts_gives_the_same_verdicts() {
    for mistake in [&MISTAKES[0], &MISTAKES[6]] {
        let live = outcome(&mistaken(mistake), &options(None, &[]), false);
        let folder = temporary(&format!("judge-{}", mistake.name));
        live.record.write(&folder).expect("the record is written");
        let record = Record::read(&folder).expect("the record is read");
        assert_eq!(record, live.record);
        assert_eq!(json(&judge(record)), json(&live));
    }
}

#[test]
fn a_silence_keeps_everybody_quiet() {
    let silenced = Mistake {
        name: "a silence over the outage and what follows",
        changes: &[
            (SCENARIO, TOLD, NOBODY),
            (
                SCENARIO,
                "  cut_off:",
                "  silences: [{matchers: [alertname=AragoraDown], during: \"*t*\"}]\n  cut_off:",
            ),
        ],
        convictions: &[],
    };
    let outcome = outcome(&mistaken(&silenced), &options(None, &[]), false);
    assert_eq!(convictions(&outcome), BTreeSet::new());
    let chain = outcome.record.observations.legs[0].chain.as_ref().expect("rules were evaluated");
    let tells = |told: &probity::observe::ToldAlert| told.labels["alertname"] == "AragoraDown";
    assert!(!chain.notifications.iter().any(|event| event.alerts.iter().any(tells)), "nobody was told");
    assert!(chain.alerts.iter().any(|event| event.alert == "AragoraDown"), "and it fired");
}
