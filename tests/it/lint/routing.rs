//! Alertmanager: receivers, channels, templates and matchers.

use super::asked::bakery as found;

/// Lines 4 to 27 of a document.
const ROUTES: &str = "# Bakery\n\n```yaml\nroute:\n  receiver: warnings\n  routes:\n    - matchers: ['severity=\"critical\"']\n      receiver: page\n    - matchers:\n        - severity =~ \"warning|info\"\n      receiver: warnings\nreceivers:\n  - name: page\n    pagerduty_configs:\n      - routing_key: abc\n  - name: warnings\n    slack_configs:\n      - channel: '#bakery'\n        title: '{{ template \"slack.default.title\" . }}'\n```\n";

#[test]
fn a_name_says_what_a_receiver_gets() {
    assert!(found("routing/name-contradicts", &[("a.md", ROUTES)]).is_empty());
    let swapped = ROUTES.replace("receiver: page", "receiver: warnings");
    assert_eq!(
        found("routing/name-contradicts", &[("a.md", &swapped)]),
        ["error a.md:7 a.md:8 a.md:16 a.md:11"]
    );
    let channel = ROUTES.replace("#bakery", "#bakery-crit");
    assert_eq!(
        found("routing/name-contradicts", &[("a.md", &channel)]),
        ["error a.md:10 a.md:11 a.md:16 a.md:18 a.md:8"]
    );
    // `low` and `high` are words of many things.
    let other = ROUTES
        .replace("receiver: warnings", "receiver: low-noise")
        .replace("name: warnings", "name: low-noise");
    assert!(found("routing/name-contradicts", &[("a.md", &other)]).is_empty());
}

#[test]
fn alerts_of_a_severity_go_to_one_channel() {
    let other = ROUTES.replace("#bakery", "#ovens");
    let places = found("routing/destination", &[("a.md", ROUTES), ("b.md", &other)]);
    assert_eq!(places, ["error a.md:18 b.md:18", "error a.md:18 b.md:18"]);
    let table = "# Bakery channels\n\n| Severity | Channel |\n|---|---|\n| Warning | Slack #flour |\n";
    assert_eq!(found("routing/destination", &[("a.md", ROUTES), ("b.md", table)]), ["error a.md:18 b.md:5"]);
    let same = table.replace("#flour", "#bakery");
    assert!(found("routing/destination", &[("a.md", ROUTES), ("b.md", &same)]).is_empty());
}

#[test]
fn a_promised_channel_is_reached() {
    let table = "# Bakery channels\n\n| Channel | Use For |\n|---|---|\n| Slack #bakery | All alerts |\n| PagerDuty | Critical |\n";
    assert_eq!(
        found("routing/channel-promise", &[("a.md", ROUTES), ("b.md", table)]),
        ["warning b.md:5 a.md:7"]
    );
    let fewer = table.replace("All alerts", "Warnings");
    assert!(found("routing/channel-promise", &[("a.md", ROUTES), ("b.md", &fewer)]).is_empty());
    let goes_on = ROUTES.replace("      receiver: page\n", "      receiver: page\n      continue: true\n");
    assert!(found("routing/channel-promise", &[("a.md", &goes_on), ("b.md", table)]).is_empty());
}

#[test]
fn templates_are_defined_or_built_in() {
    assert!(found("routing/template-undefined", &[("a.md", ROUTES)]).is_empty());
    let own = ROUTES.replace("slack.default.title", "bakery.title");
    assert_eq!(found("routing/template-undefined", &[("a.md", &own)]), ["error a.md:19"]);
    let defined = format!("{own}\n```\n{{{{ define \"bakery.title\" }}}}x{{{{ end }}}}\n```\n");
    assert!(found("routing/template-undefined", &[("a.md", &defined)]).is_empty());
    let in_files = own.replace("receivers:\n", "templates: ['/etc/alertmanager/*.tmpl']\nreceivers:\n");
    assert_eq!(found("routing/template-undefined", &[("a.md", &in_files)]), ["note a.md:20"]);
}

#[test]
fn pagerdutys_first_interface_has_no_severity() {
    let old = ROUTES.replace("routing_key: abc", "service_key: abc\n        severity: error");
    assert_eq!(found("routing/pagerduty-field", &[("a.md", &old)]), ["note a.md:16 a.md:15"]);
    let new = ROUTES.replace("routing_key: abc", "routing_key: abc\n        severity: error");
    assert!(found("routing/pagerduty-field", &[("a.md", &new)]).is_empty());
}

const ALERTS: &str = "# Bakery alerts\n\n```yaml\ngroups:\n- name: bakery\n  rules:\n  - alert: OvenCold\n    expr: a_b_c < 1\n    labels: { severity: critical }\n  - alert: TillOpen\n    expr: a_b_d > 1\n    labels: { severity: warning }\n  - alert: FlourLow\n    expr: a_b_e < 1\n    labels: { severity: warning }\n```\n";

fn to(matcher: &str) -> String {
    ROUTES.replace("severity=\"critical\"", matcher)
}

#[test]
fn a_route_matches_an_alert_that_exists() {
    let none = to("alertname=\"OvenHot\"");
    let rule = "routing/matches-nothing";
    assert_eq!(found(rule, &[("a.md", &none), ("b.md", ALERTS)]), ["error a.md:7 b.md:7"]);
    for fine in [
        "alertname=\"OvenCold\"",
        "alertname=~\"Oven.*\"",
        "alertname!=\"OvenHot\"",
        "team=\"ovens\"",
        "alertname=~\"(Oven|Till).*\"",
    ] {
        assert_eq!(found(rule, &[("a.md", &to(fine)), ("b.md", ALERTS)]), [""; 0], "{fine}");
    }
    // Somebody else may send it.
    let spoken_of = format!("{ALERTS}\nThe oven itself sends `OvenHot`.\n");
    assert!(found(rule, &[("a.md", &none), ("b.md", &spoken_of)]).is_empty());
    assert!(found(rule, &[("a.md", &none)]).is_empty());
}

#[test]
fn a_route_matches_a_severity_that_some_alert_has() {
    let none = to("severity=\"page\"");
    assert_eq!(
        found("routing/matches-nothing", &[("a.md", &none), ("b.md", ALERTS)]),
        ["warning a.md:7 b.md:7"]
    );
}

#[test]
fn severities_are_of_the_documents_own_table() {
    let table = "\n## Escalation\n\n| Severity | Response |\n|---|---|\n| P1 (Critical) | at once |\n| P2 | today |\n";
    let both = format!("{ALERTS}{table}");
    assert_eq!(
        found("alerts/severity-unknown", &[("b.md", &both)]),
        ["warning b.md:10 b.md:13 b.md:22 b.md:23"]
    );
    let known = both.replace("| P2 |", "| P2 / warning |");
    assert!(found("alerts/severity-unknown", &[("b.md", &known)]).is_empty());
    let levels = both.replace("## Escalation", "## Log Levels").replace("Severity | Response", "Level | Use");
    assert!(found("alerts/severity-unknown", &[("b.md", &levels)]).is_empty());
}
