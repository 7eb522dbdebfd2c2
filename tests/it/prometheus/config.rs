//! `prometheus.yml`: what is read, and what is said about mistakes. That promtool refuses the same is for tests/daemons.

use probity::alerting::prometheus::read;
use probity::promql::Dialect;
use proptest::prelude::*;

fn problems(text: &str, dialect: Dialect) -> Vec<String> {
    read(text, "p.yml", dialect).problems.iter().map(ToString::to_string).collect()
}

#[test]
fn every_mistake_is_said_at_once_with_its_place() {
    let text = "scrape_configs:\n- job_name: a\n  scrape_timeout: 20s\n  relabel_configs:\n  - {action: hashmod}\n- job_name: a\n  nope: 1\nglobal:\n  scrape_interval: 15s\n";
    let found = problems(text, Dialect::V2);
    let starts = [
        "p.yml:3:19: `scrape_timeout` is longer than the scrape interval",
        "p.yml:5:5: `hashmod` needs a `modulus` that is not 0",
        "p.yml:5:5: `hashmod` needs `target_label`",
        "p.yml:6:13: the job `a` stands on line 2 already",
        "p.yml:7:3: a scrape job has no key `nope` (accepted: job_name, ",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (found, start) in found.iter().zip(starts) {
        assert!(found.starts_with(start), "{found}");
    }
}

#[test]
fn what_is_not_said_has_prometheus_defaults() {
    let text = "scrape_configs: [{job_name: a, scrape_interval: 5s, params: {b: [c], a: []}}]\nglobal: {}";
    let config = read(text, "p.yml", Dialect::V3).config.expect("it is good");
    let job = &config.jobs[0];
    assert_eq!((job.interval_ms, job.timeout_ms), (5_000, 5_000));
    assert_eq!((job.path.as_str(), job.scheme.as_str()), ("/metrics", "http"));
    assert_eq!((job.honor_labels, job.honor_timestamps), (false, true));
    assert_eq!(job.params, [("a".to_owned(), vec![]), ("b".to_owned(), vec!["c".to_owned()])]);
    assert_eq!(config.evaluation_interval_ms, 60_000);
    let empty = read("", "p.yml", Dialect::V2).config.expect("an empty file is good");
    assert_eq!(empty.evaluation_interval_ms, 60_000);
}

#[test]
fn keys_that_came_with_3_are_unknown_to_2() {
    for text in ["otlp: {}", "scrape_config_files: []", "global: {sample_limit: 1}", "runtime: {gogc: 50}"] {
        assert_eq!(problems(text, Dialect::V3), Vec::<String>::new());
        assert_eq!(problems(text, Dialect::V2).len(), 1, "{text}");
    }
}

#[test]
fn targets_of_other_systems_are_named() {
    let text = "scrape_configs: [{job_name: a, kubernetes_sd_configs: [{role: pod}], dns_sd_configs: [{names: [a]}]}]";
    let config = read(text, "p.yml", Dialect::V3).config.expect("it is good");
    assert_eq!(config.jobs[0].undiscovered, ["dns_sd_configs", "kubernetes_sd_configs"]);
}

#[test]
fn the_environment_is_nobody_s() {
    let text = "global: {external_labels: {a: 'x$$y ${HOME}z'}}";
    let three = read(text, "p.yml", Dialect::V3);
    assert_eq!(three.config.expect("it is good").external_labels.value("a"), "x$y z");
    assert_eq!(three.notes.len(), 1);
    let two = read(text, "p.yml", Dialect::V2);
    assert_eq!(two.config.expect("it is good").external_labels.value("a"), "x$$y ${HOME}z");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_wrong_has_a_place(text in "(scrape_configs|global|alerting): ?[\\[{]?(- )?[a-z_]{0,6}:? ?[a-z$1'\"{}\\[\\]~,:\n ]{0,20}") {
        for dialect in [Dialect::V2, Dialect::V3] {
            let read = read(&text, "p.yml", dialect);
            prop_assert_eq!(read.config.is_some(), read.problems.is_empty());
            for problem in read.problems.iter().chain(&read.notes) {
                prop_assert!(problem.line > 0 && problem.line <= text.split('\n').count() + 1);
                prop_assert!(problem.column > 0 && !problem.message.is_empty());
            }
        }
    }
}
