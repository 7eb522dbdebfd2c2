//! What the benches of rules read: files for unit tests, and samples as OpenMetrics text.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of rules, and a file of their tests.
pub(crate) struct Files {
    pub(crate) rules: String,
    pub(crate) tests: String,
}

impl Files {
    /// Writes both into a folder, which is made anew; the path of the tests.
    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        fs::create_dir_all(folder).expect("a folder for files of the bench");
        fs::write(folder.join("rules.yml"), &self.rules).expect("the rules can be written");
        let tests = folder.join("tests.yml");
        fs::write(&tests, &self.tests).expect("the tests can be written");
        tests
    }
}

macro_rules! add {
    ($text:expr, $($arg:tt)*) => {{ let _ = writeln!($text, $($arg)*); }};
}

/// A hundred rules in ten groups, half of them alerts with `for` and templates, and up to a hundred tests. Each test has
/// ten series of thirty samples of its own, so that none can be answered from another.
pub(crate) fn hundred_rules(tests: usize) -> Files {
    let mut rules = String::from("groups:\n");
    for group in 0..10 {
        group_of_ten(&mut rules, group);
    }
    let mut text = String::from("rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n");
    for test in 0..tests {
        one_test(&mut text, test);
    }
    Files { rules, tests: text }
}

fn group_of_ten(text: &mut String, n: usize) {
    add!(text, "- name: group{n}\n  rules:");
    let mut record = |name: &str, expr: String| {
        add!(text, "  - record: {name}{n}\n    expr: {expr}\n    labels: {{tier: \"{n}\"}}");
    };
    record("instance:requests:rate5m_", "sum by (job, instance) (rate(requests_total[5m]))".to_owned());
    record("job:requests:rate5m_", format!("sum by (job) (instance:requests:rate5m_{n})"));
    record(
        "job:errors:ratio5m_",
        format!("sum by (job) (rate(errors_total[5m])) / on (job) job:requests:rate5m_{n}"),
    );
    record("job:up:sum_", "sum by (job) (up)".to_owned());
    record("instance:latency:max10m_", "max_over_time(latency_seconds[10m])".to_owned());
    let mut alert = |name: &str, expr: String, hold: &str, summary: &str| {
        add!(text, "  - alert: {name}{n}\n    expr: {expr}\n    for: {hold}\n    labels: {{severity: page}}");
        add!(text, "    annotations:\n      summary: \"{summary}\"");
    };
    alert("InstanceDown", "up == 0".to_owned(), "5m", "{{ $labels.instance }} of {{ $labels.job }} is down");
    alert("Errors", format!("job:errors:ratio5m_{n} > 0.07"), "2m", "{{ $value | humanizePercentage }} fail");
    alert("FewUp", format!("job:up:sum_{n} < 3"), "3m", "{{ $value }} of {{ $labels.job }} are up");
    alert("Slow", format!("instance:latency:max10m_{n} > 20"), "1m", "took {{ $value | humanizeDuration }}");
    alert(
        "Idle",
        "sum by (job) (increase(requests_total[10m])) < 1".to_owned(),
        "15m",
        "{{ $labels.job }} is idle",
    );
}

fn one_test(text: &mut String, test: usize) {
    // What differs between tests: traffic, errors, when the second instance goes down, and the latency of the first.
    let (traffic, errors) = ([1, 2, 4][test % 3], 3 * (1 + test % 4));
    let (down, latency, n) = (8 + test / 12, 1 + test % 19, test % 10);
    let job = format!("job=\"api{test}\"");
    add!(text, "- name: test {test}\n  interval: 1m\n  input_series:");
    let mut series = |name: &str, instance: &str, values: String| {
        add!(text, "  - series: '{name}{{{job},instance=\"{instance}\"}}'\n    values: '{values}'");
    };
    for instance in ["a", "b", "c"] {
        series("requests_total", instance, format!("0+{}x29", 60 * traffic));
        let up = if instance == "b" { format!("1x{} 0x{}", down - 1, 29 - down) } else { "1x29".to_owned() };
        series("up", instance, up);
    }
    for instance in ["a", "b"] {
        series("errors_total", instance, format!("0+{}x29", 6 * errors));
    }
    series("latency_seconds", "a", format!("{latency}x29"));
    series("latency_seconds", "b", "1+1x29".to_owned());
    add!(text, "  alert_rule_test:");
    // `tier` comes with what the alert's recording rule says of itself.
    let mut fires = |at: usize, name: &str, labels: &str, summary: Option<String>| {
        add!(text, "  - eval_time: {at}m\n    alertname: {name}{n}");
        if let Some(summary) = summary {
            let labels = format!("{job}, severity=page{labels}").replace('=', ": ");
            add!(text, "    exp_alerts:\n    - exp_labels: {{{labels}}}");
            add!(text, "      exp_annotations: {{summary: \"{summary}\"}}");
        }
    };
    fires(down + 4, "InstanceDown", "", None);
    fires(25, "InstanceDown", ", instance=b", Some(format!("b of api{test} is down")));
    // Of three instances' traffic two fail.
    let percent = 2.0 * (6 * errors) as f64 * 100.0 / (3 * 60 * traffic) as f64;
    let tier = format!(", tier=\"{n}\"");
    fires(25, "Errors", &tier, (percent > 7.0).then(|| format!("{percent}% fail")));
    fires(25, "FewUp", &tier, Some(format!("2 of api{test} are up")));
    fires(25, "Slow", &format!("{tier}, instance=b"), Some("took 26s".to_owned()));
    fires(29, "Idle", "", None);
    add!(text, "  promql_expr_test:");
    let mut yields = |expr: &str, samples: &[(String, String)]| {
        add!(text, "  - expr: {expr}\n    eval_time: 25m\n    exp_samples:");
        for (labels, value) in samples {
            add!(text, "    - labels: '{labels}'\n      value: {value}");
        }
    };
    let here = format!("tier=\"{n}\",{job}");
    yields(&format!("job:up:sum_{n}"), &[(format!("job:up:sum_{n}{{{here}}}"), "2".to_owned())]);
    let slowest = |instance: &str, value: usize| {
        (format!("instance:latency:max10m_{n}{{{here},instance=\"{instance}\"}}"), value.to_string())
    };
    yields(&format!("instance:latency:max10m_{n}"), &[slowest("a", latency), slowest("b", 26)]);
    let rate = (3 * traffic).to_string();
    yields(&format!("round(job:requests:rate5m_{n}, 0.001)"), &[(format!("{{{here}}}"), rate)]);
    yields("count(up)", &[("{}".to_owned(), "3".to_owned())]);
}

/// An error budget over thirty days, as the workbook of SRE has it: ratios over seven windows, alerts on pairs of them,
/// tested at one minute. With `month`, the ratio over the whole thirty days too, which `promtool` refuses to compute.
pub(crate) fn month_of_slo(month: bool) -> Files {
    let mut rules = String::from("groups:\n- name: slo\n  interval: 1m\n  rules:\n");
    let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"];
    for window in &windows[..if month { 8 } else { 7 }] {
        add!(rules, "  - record: job:slo_errors:ratio_rate{window}\n    expr: |-");
        add!(rules, "      sum by (job) (rate(requests_total{{code=~\"5..\"}}[{window}]))");
        add!(rules, "      / sum by (job) (rate(requests_total[{window}]))");
    }
    let pairs = [
        ("1h", "5m", "14.4", "page"),
        ("6h", "30m", "6", "page"),
        ("1d", "2h", "3", "ticket"),
        ("3d", "6h", "1", "ticket"),
    ];
    for (long, short, factor, severity) in pairs {
        let burns = |window| format!("job:slo_errors:ratio_rate{window} > {factor} * 0.001");
        add!(rules, "  - alert: Burn{long}\n    expr: {} and {}\n    for: 2m", burns(long), burns(short));
        add!(rules, "    labels: {{severity: {severity}}}");
        add!(rules, "    annotations: {{summary: \"{{{{ $labels.job }}}} burns at {{{{ $value }}}}\"}}");
    }
    let mut tests =
        String::from("rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n");
    add!(tests, "  input_series:");
    // Thirty days are 43200 minutes; half an hour of the twentieth is bad.
    for (instance, traffic) in [("a", 600), ("b", 900)] {
        let series = |code| {
            format!("  - series: 'requests_total{{job=\"api\",instance=\"{instance}\",code=\"{code}\"}}'")
        };
        add!(tests, "{}\n    values: '0+{traffic}x43200'", series(200));
        add!(tests, "{}\n    values: '0x28800 90+90x29 2700x14370'", series(500));
    }
    add!(tests, "  alert_rule_test:");
    for (at, alert) in [("10d", "Burn1h"), ("30d", "Burn1h"), ("30d", "Burn6h")] {
        add!(tests, "  - eval_time: {at}\n    alertname: {alert}\n    exp_alerts: []");
    }
    add!(tests, "  promql_expr_test:");
    add!(
        tests,
        "  - expr: count_over_time(ALERTS{{alertname=\"Burn1h\",alertstate=\"firing\"}}[30d]) > bool 10"
    );
    add!(tests, "    eval_time: 30d\n    exp_samples:");
    add!(
        tests,
        "    - labels: '{{alertname=\"Burn1h\",alertstate=\"firing\",job=\"api\",severity=\"page\"}}'"
    );
    add!(tests, "      value: 1");
    if month {
        add!(tests, "  - expr: job:slo_errors:ratio_rate30d > bool 0.0001\n    eval_time: 30d");
        add!(tests, "    exp_samples: [{{labels: '{{job=\"api\"}}', value: 0}}]");
    }
    Files { rules, tests }
}

/// Counters of a hundred instances, scraped every fifteen seconds, as OpenMetrics text, scrape by scrape or series by
/// series.
pub(crate) fn open_metrics(samples: usize, by_scrape: bool) -> String {
    let instances = 100.min(samples);
    let scrapes = samples / instances;
    let mut text = String::from("# TYPE requests counter\n");
    let mut line = |instance: usize, scrape: usize| {
        let (value, at) = (scrape * (instance + 1), 1_700_000_000 + 15 * scrape);
        add!(
            text,
            "requests_total{{job=\"api\",instance=\"10.0.0.{instance}:9090\",code=\"200\"}} {value} {at}"
        );
    };
    if by_scrape {
        (0..scrapes).for_each(|scrape| (0..instances).for_each(|instance| line(instance, scrape)));
    } else {
        (0..instances).for_each(|instance| (0..scrapes).for_each(|scrape| line(instance, scrape)));
    }
    text.push_str("# EOF\n");
    text
}
