//! `alerting:` and `expect:`: what nobody could judge is refused, with its place and what is accepted.

use std::fs;
use std::path::Path;

use probity::scenario::load;

/// The shipped scenario with a change, and every problem of it.
fn problems(old: &str, new: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/alerts.yaml");
    let read = |path: &Path| {
        let text = fs::read_to_string(path)?;
        if !path.ends_with("alerts.yaml") {
            return Ok(text);
        }
        assert!(text.contains(old), "{old}");
        Ok(text.replacen(old, new, 1))
    };
    let Err(invalid) = load(&path, &read) else { return Vec::new() };
    invalid
        .problems
        .iter()
        .map(|problem| problem.message.clone() + " | " + &problem.accepted.join(", "))
        .collect()
}

#[test]
fn what_nobody_could_judge_is_refused() {
    let cases = [
        ("alert.aragora-down, ", "", "no clause in `scope` promises the alert `AragoraDown`"),
        ("alert: AragoraDown", "alert: AragoraDwn", "no rule has the alert `AragoraDwn`"),
        (
            "in: outage, after",
            "in: outtage, after",
            "no phase is named `outtage` | calm, time-outs, recovery",
        ),
        ("{receiver: pagerduty,", "{receiver: pager,", "no receiver is named `pager` | slack-default"),
        ("{receiver: pagerduty,", "{receiver: slack-default,", "receiver `slack-default` is there twice"),
        ("in: after, within: 30s", "in: after, after: 8m, within: 30s", "the run ends at 53m"),
        (
            "in: after, within: 30s",
            "in: after, after: 5m, within: 30s",
            "the run ends at 53m (`resolved_within`)",
        ),
        (
            "targets: [\"aragora:9090\"]",
            "targets: [\"aragora:9091\"]",
            "no job scrapes `aragora:9091` | aragora",
        ),
        ("{target: \"aragora:9090\"", "{target: \"worker-1:9090\"", "`worker-1:9090` is none of `targets`"),
        ("alertmanager.yml", "alertmanagr.yml", "cannot be read"),
        (
            "  cut_off:",
            "  alertmanager_version: \"0.24\"\n  cut_off:",
            "no Alertmanager `0.24` is known here",
        ),
        ("  cut_off:", "  silences: [{matchers: [], during: calm}]\n  cut_off:", "a silence needs a matcher"),
        (
            "  cut_off:",
            "  silences: [{matchers: ['a=~\".*\"'], during: calm}]\n  cut_off:",
            "a silence needs a matcher that does not match what is empty",
        ),
        (
            "contains: [AragoraDown]}",
            "resolved: false, resolved_within: 1m}",
            "`resolved_within: 1m` needs `resolves` of its alert",
        ),
    ];
    for (old, new, expected) in cases {
        let found = problems(old, new);
        assert!(found.iter().any(|problem| problem.contains(expected)), "{new}: {found:#?}");
    }
}

#[test]
fn what_can_be_judged_is_taken() {
    let cases = [
        ("      resolves: {in: after, within: 30s}\n", ""),
        ("contains: [AragoraDown]}", "resolved: false}"),
        (
            "  tolerated: [RedisDown, PostgreSQLDown]",
            "    - {alert: RedisDown, notifies: []}\n  tolerated: []",
        ),
        ("  cut_off:", "  silences: [{matchers: ['a!=\"b\"'], during: \"out*\"}]\n  cut_off:"),
        ("  cut_off:", "  alertmanager_version: \"0.25\"\n  cut_off:"),
    ];
    for (old, new) in cases {
        // One of them names an alert that no clause in scope promises; of its form nothing is wrong.
        let found = problems(old, new);
        let is_outside =
            |problem: &String| problem.contains("no clause in `scope` promises the alert `RedisDown`");
        assert!(found.iter().all(is_outside), "{new}: {found:#?}");
    }
}
