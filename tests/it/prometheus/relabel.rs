//! Relabelling. What is expected is what both servers do with the same rules, unless a test says otherwise.

use probity::alerting::prometheus::read;
use probity::alerting::relabel::{Relabel, relabel};
use probity::promql::{Dialect, Labels};
use proptest::prelude::*;

fn rules(rules: &str, dialect: Dialect) -> Vec<Relabel> {
    let text = format!("alerting: {{alert_relabel_configs: [{rules}]}}");
    let read = read(&text, "prometheus.yml", dialect);
    read.config.unwrap_or_else(|| panic!("{:?}", read.problems)).alert_relabel
}

fn labels() -> Labels {
    Labels::new([("a", "x1"), ("b", "y"), ("job", "api")])
}

fn becomes(text: &str, dialect: Dialect) -> String {
    relabel(&labels(), &rules(text, dialect)).map_or("dropped".to_owned(), |labels| labels.to_string())
}

#[test]
fn every_action_does_what_it_is_called() {
    let cases = [
        ("{source_labels: [a, b], target_label: c}", r#"{a="x1", b="y", c="x1;y", job="api"}"#),
        (
            "{source_labels: [a], regex: '(.)(.)', target_label: 'n_$2', replacement: '${1}z'}",
            r#"{a="x1", b="y", job="api", n_1="xz"}"#,
        ),
        ("{source_labels: [a], regex: x, target_label: c}", r#"{a="x1", b="y", job="api"}"#),
        ("{target_label: b, replacement: ''}", r#"{a="x1", job="api"}"#),
        ("{action: keep, source_labels: [job], regex: ap}", "dropped"),
        ("{action: drop, source_labels: [job], regex: api|web}", "dropped"),
        ("{action: keepequal, source_labels: [a], target_label: b}", "dropped"),
        ("{action: dropequal, source_labels: [none], target_label: nothing}", "dropped"),
        (
            "{action: labelmap, regex: '([ab])', replacement: 'm_$1'}",
            r#"{a="x1", b="y", job="api", m_a="x1", m_b="y"}"#,
        ),
        ("{action: labeldrop, regex: a|job}", r#"{b="y"}"#),
        ("{action: labelkeep, regex: a|job}", r#"{a="x1", job="api"}"#),
        (
            "{action: uppercase, source_labels: [a, b], target_label: c}",
            r#"{a="x1", b="y", c="X1;Y", job="api"}"#,
        ),
        (
            "{action: hashmod, source_labels: [job], modulus: 1000, target_label: h}",
            r#"{a="x1", b="y", h="658", job="api"}"#,
        ),
    ];
    for dialect in [Dialect::V2, Dialect::V3] {
        for (rule, expected) in cases {
            assert_eq!(becomes(rule, dialect), expected, "{dialect:?}: {rule}");
        }
    }
}

#[test]
fn an_empty_replacement_deletes_the_label_of_the_template_in_3_only() {
    let rules = "{target_label: c, replacement: j}, \
                 {source_labels: [c], regex: '(j)', target_label: '${1}ob', replacement: ''}";
    assert_eq!(becomes(rules, Dialect::V3), r#"{a="x1", b="y", c="j"}"#);
    assert_eq!(becomes(rules, Dialect::V2), r#"{a="x1", b="y", c="j", job="api"}"#);
}

#[test]
fn a_dot_matches_a_line_feed_in_3_only() {
    let labels = Labels::new([("a", "x\ny")]);
    let rule = "{action: keep, source_labels: [a], regex: x.y}";
    assert!(relabel(&labels, &rules(rule, Dialect::V3)).is_some());
    assert!(relabel(&labels, &rules(rule, Dialect::V2)).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dropping_and_keeping_labels_once_is_enough(
        names in prop::collection::vec("[a-d_]{1,3}", 0..6),
        regex in "[a-d_|.*]{1,5}",
        keep in any::<bool>(),
    ) {
        let action = if keep { "labelkeep" } else { "labeldrop" };
        let rule = format!("{{action: {action}, regex: '{regex}'}}");
        let text = format!("alerting: {{alert_relabel_configs: [{rule}]}}");
        for dialect in [Dialect::V2, Dialect::V3] {
            let Some(config) = read(&text, "f", dialect).config else { continue };
            let labels = Labels::new(names.iter().map(|name| (name.as_str(), "v")));
            let once = relabel(&labels, &config.alert_relabel).expect("nothing is dropped");
            prop_assert_eq!(relabel(&labels, &config.alert_relabel), Some(once.clone()));
            prop_assert_eq!(relabel(&once, &config.alert_relabel), Some(once));
        }
    }
}
