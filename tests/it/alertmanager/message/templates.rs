//! Templates: what is there, what replaces what, and where errors point.

use super::given::{BOTH, alert, notification, one};
use probity::alerting::alertmanager::Release;
use probity::alerting::alertmanager::message::{Templates, expand};

fn with(file: &str, text: &str, release: Release) -> Result<String, String> {
    let files = [("dir/own.tmpl".to_owned(), file.to_owned())];
    let templates = Templates::new(release, &files).expect("they are templates");
    expand(text, &one(), &templates, "http://alertmanager:9093")
}

#[test]
fn a_users_file_replaces_what_it_defines_unless_that_is_empty() {
    for release in BOTH {
        let file = r#"{{ define "__alertmanager" }}mine{{ end }}{{ define "__subject" }} {{ end }}"#;
        let text = r#"{{ template "slack.default.username" . }} {{ template "__subject" . }}"#;
        assert_eq!(with(file, text, release).as_deref(), Ok("mine [FIRING:1] Down (a:1 critical)"));
    }
}

#[test]
fn an_error_names_the_file_and_the_place_in_it() {
    for release in BOTH {
        let file = "first\n{{ define \"own\" }}\n  {{ .Nothing }}{{ end }}";
        let why = "template: own.tmpl:3:5: executing \"own\" at <.Nothing>: can't evaluate field Nothing in type *template.Data";
        assert_eq!(with(file, "x {{ template \"own\" . }}", release), Err(why.to_owned()));
    }
}

#[test]
fn a_file_that_is_no_template_is_named() {
    let files = [("dir/own.tmpl".to_owned(), "a\n{{ nofunc }}".to_owned())];
    let (file, error) = Templates::new(Release::V0_33, &files).expect_err("no such function");
    assert_eq!(file, "dir/own.tmpl");
    assert_eq!(error.message(), "template: own.tmpl:2: function \"nofunc\" not defined");
}

#[test]
fn what_only_the_newer_one_has_is_not_defined_in_the_older() {
    let old = with("", "{{ trimSpace \" a \" }}", Release::V0_25);
    assert_eq!(old, Err("template: :1: function \"trimSpace\" not defined".to_owned()));
    assert_eq!(with("", "{{ trimSpace \" a \" }}", Release::V0_33).as_deref(), Ok("a"));
    let old = with("", "{{ .NotificationReason }}", Release::V0_25);
    assert!(old.expect_err("no such field").contains("can't evaluate field NotificationReason"));
    assert_eq!(with("", "{{ .NotificationReason }}", Release::V0_33).as_deref(), Ok("first notification"));
}

#[test]
fn label_sets_print_as_maps_in_the_older_and_as_pairs_in_the_newer() {
    let old = "map[alertname:Down instance:a:1 severity:critical]";
    assert_eq!(with("", "{{ .CommonLabels }}", Release::V0_25).as_deref(), Ok(old));
    let new = "alertname=Down, instance=a:1, severity=critical";
    assert_eq!(with("", "{{ .CommonLabels }}", Release::V0_33).as_deref(), Ok(new));
}

#[test]
fn the_alerts_name_comes_before_names_that_sort_lower() {
    let mut alert = alert("a:1", &[], None);
    alert.labels = probity::promql::Labels::new([("a", "1"), ("alertname", "Down"), ("b", "2")]);
    let templates = Templates::new(Release::V0_33, &[]).expect("there are none");
    let text = "{{ .CommonLabels.SortedPairs.Names }} {{ range $name, $value := .CommonLabels }}{{ $name }} {{ end }}";
    let shown = expand(text, &notification(vec![alert]), &templates, "http://alertmanager:9093");
    assert_eq!(shown.as_deref(), Ok("[alertname a b] a alertname b "));
}

#[test]
fn places_have_their_own_clocks() {
    let text = |zone: &str| {
        format!(r#"{{{{ (index .Alerts 0).StartsAt | tz "{zone}" | date "15:04 MST -0700" }}}}"#)
    };
    for (zone, shown) in [
        ("Europe/Paris", "23:13 CET +0100"),
        ("America/New_York", "17:13 EST -0500"),
        ("Asia/Kolkata", "03:43 IST +0530"),
        ("Etc/GMT+5", "17:13 -05 -0500"),
        ("UTC", "22:13 UTC +0000"),
    ] {
        assert_eq!(with("", &text(zone), Release::V0_33).as_deref(), Ok(shown), "{zone}");
    }
    let lost = with("", &text("Nowhere/Land"), Release::V0_33).expect_err("there is no such place");
    assert!(lost.ends_with("error calling tz: unknown time zone Nowhere/Land"), "{lost}");
}
