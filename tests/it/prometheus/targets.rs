//! What is scraped.

use probity::alerting::prometheus::{Targets, read, targets};
use probity::promql::Dialect;

fn of(job: &str, dialect: Dialect) -> Targets {
    let read = read(&format!("scrape_configs: [{{job_name: j, {job}}}]"), "prometheus.yml", dialect);
    let config = read.config.unwrap_or_else(|| panic!("{:?}", read.problems));
    targets(&config.jobs[0], dialect)
}

fn url(job: &str, dialect: Dialect) -> String {
    let targets = of(job, dialect);
    targets.active.first().map_or_else(|| targets.failures.join(", "), |target| target.url.clone())
}

#[test]
fn the_blackbox_job_of_the_documents_probes_what_they_mean() {
    let text = include_str!("../../../fixtures/aragora/prometheus.yml");
    for dialect in [Dialect::V2, Dialect::V3] {
        let read = read(text, "prometheus.yml", dialect);
        assert_eq!((read.problems, read.notes), (Vec::new(), Vec::new()));
        let config = read.config.expect("it is good");
        let job = config.jobs.iter().find(|job| job.name == "blackbox-ssl").expect("it is there");
        let found: Vec<String> =
            targets(job, dialect).active.iter().map(|it| format!("{} {}", it.url, it.labels)).collect();
        assert_eq!(
            found,
            [
                r#"http://blackbox-exporter:9115/probe?module=http_2xx&target=https%3A%2F%2Faragora.yourdomain.com {instance="https://aragora.yourdomain.com", job="blackbox-ssl"}"#,
                r#"http://blackbox-exporter:9115/probe?module=http_2xx&target=https%3A%2F%2Fapi.aragora.yourdomain.com {instance="https://api.aragora.yourdomain.com", job="blackbox-ssl"}"#,
            ]
        );
    }
}

#[test]
fn only_2_adds_a_port() {
    let job = "static_configs: [{targets: [a]}], scheme: https";
    assert_eq!(url(job, Dialect::V2), "https://a:443/metrics");
    assert_eq!(url(job, Dialect::V3), "https://a/metrics");
    let odd = "static_configs: [{targets: ['a']}], scheme: gopher";
    assert_eq!(url(odd, Dialect::V2), "j: the target `a`: invalid scheme: \"gopher\"");
    assert_eq!(url(odd, Dialect::V3), "gopher://a/metrics");
}

#[test]
fn relabelling_may_spoil_a_target_and_leave_the_others() {
    let job = "static_configs: [{targets: [a, b, c]}], relabel_configs: [{source_labels: [__address__], regex: b, target_label: __scrape_interval__, replacement: soon}, {source_labels: [__address__], regex: c, action: drop}]";
    for dialect in [Dialect::V2, Dialect::V3] {
        let targets = of(job, dialect);
        assert_eq!((targets.active.len(), targets.dropped.len()), (1, 1));
        let why = "j: the target `b`: error parsing scrape interval: not a valid duration string: \"soon\"";
        assert_eq!(targets.failures, [why]);
    }
}

#[test]
fn of_targets_that_become_the_same_one_is_scraped() {
    let job = "static_configs: [{targets: [a, 'a:80']}], relabel_configs: [{target_label: __address__, replacement: 'b:1'}]";
    assert_eq!(of(job, Dialect::V3).active.len(), 1);
    assert_eq!(of(job, Dialect::V3).active[0].discovered.value("__address__"), "a:80");
}
