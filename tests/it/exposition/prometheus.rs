//! Which problems may accuse anybody: what Prometheus 2.42 made of each of these bodies when it scraped them.

use probity::observe::exposition::{Format, Grade, parse};

/// Taken whole: every sample as it is written.
const TAKEN: &[(Format, &str)] = &[
    (Format::Text, "a 1"),
    (Format::Text, "a{l=\"\\q\"} 1\n"),
    (Format::Text, "# HELP a x\\q\na 1\n"),
    (Format::Text, "# TYPE a gauge\na{x=\"1\"} 1\nb 1\na{x=\"2\"} 1\n"),
    (Format::Text, "a 1\na 1\n"),
    (Format::Text, "# TYPE a gauge\n# TYPE a counter\na 1\n"),
    (Format::Text, "a 1\n# TYPE a gauge\n"),
    (Format::Text, "# TYPE a counter\na -1\n"),
    (Format::Text, "# TYPE a counter\na NaN\n"),
    (Format::Text, "# TYPE s summary\ns{quantile=\"x\"} 1\ns_sum 1\ns_count 1\n"),
    (Format::Text, "# TYPE s summary\ns 1\ns_sum 1\ns_count 1\n"),
    (Format::Text, "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n"),
    (Format::Text, "# TYPE h histogram\nh_bucket{le=\"inf\"} 1\nh_sum 1\nh_count 1\n"),
    (Format::Text, "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_count 1\n"),
    (Format::Text, "# TYPE h histogram\nh 1\n"),
    (Format::Text, "#TYPE a counter\na 1\n"),
    (Format::Text, "# TYPE\n# HELP\na 1\n"),
    (Format::OpenMetrics, "# TYPE a counter\na 1\n# EOF\n"),
    (Format::OpenMetrics, "# HELP a x\n# HELP a \"x\" \\q\na 1\n# EOF\n"),
    (Format::OpenMetrics, "_a{_x=\"1\"} 1\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE a_s info\n# UNIT a_s s\na_s_info 2\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE a stateset\na{a=\"x\"} 2\na 1\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1.5\nh_count 1.5\nh_sum -1\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE s summary\ns{quantile=\"0.5\"} -1\ns_count 1\ns_sum 1\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE a counter\na_created 1\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE a counter\na_total 1\n# TYPE a_total gauge\na_total{x=\"1\"} 1\n# EOF\n"),
];

/// Refused as a whole, or read as something else than was meant.
const REFUSED: &[(Format, &str)] = &[
    (Format::Text, "a 1\r\nb 2\r\n"),
    (Format::Text, "# TYPE a counter\r\na 1\n"),
    (Format::Text, "\u{feff}a 1\n"),
    (Format::Text, "# TYPE a unknown\na 1\n"),
    (Format::Text, "# TYPE a counter x\na 1\n"),
    (Format::Text, "# HELP 1a x\na 1\n"),
    (Format::Text, "a 1 # {x=\"y\"} 1\n"),
    (Format::Text, "a{x=\"1\",x=\"2\"} 1\n"),
    (Format::Text, "a{__name__=\"b\"} 1\n"),
    (Format::Text, "a 1 1.5\n"),
    (Format::Text, "a 0x10\n"),
    (Format::Text, "a.b 1\n"),
    (Format::Text, "a{x=\"1\"2\"} 1\n"),
    (Format::OpenMetrics, "a 1\n"),
    (Format::OpenMetrics, "a 1\n# EOF\nb 1\n"),
    (Format::OpenMetrics, "# hello\na 1\n# EOF\n"),
    (Format::OpenMetrics, "a 1\n\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE a untyped\na 1\n# EOF\n"),
    (Format::OpenMetrics, "a  1\n# EOF\n"),
    (Format::OpenMetrics, "a{x=\"1\", y=\"2\"} 1\n# EOF\n"),
    (Format::OpenMetrics, "a{x=\"1\",} 1\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE a gauge\na 1 # {x=\"y\"} 1\n# EOF\n"),
    // Taken, and then the second value or the older one is dropped.
    (Format::Text, "a 1\na 2\n"),
    (Format::OpenMetrics, "# TYPE a gauge\na 1 1700000002\na 1 1700000001\n# EOF\n"),
    (Format::OpenMetrics, "# TYPE a gauge\na 1\na 1 1700000001\n# EOF\n"),
    // Taken, and then histogram_quantile() has nothing to compute with.
    (Format::Text, "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n"),
    (Format::Text, "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"),
    (
        Format::Text,
        "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
    ),
];

#[test]
fn what_prometheus_takes_as_it_is_written_is_a_remark_and_no_violation() {
    for (format, text) in TAKEN {
        let exposition = parse(text, *format);
        assert!(!exposition.problems.is_empty(), "{text:?} departs from the format");
        assert_eq!(exposition.violations().collect::<Vec<_>>(), Vec::<&_>::new(), "{text:?}");
    }
}

#[test]
fn what_prometheus_refuses_or_misreads_is_a_violation() {
    for (format, text) in REFUSED {
        let exposition = parse(text, *format);
        let found = exposition.problems.iter().any(|problem| problem.grade == Grade::Violation);
        assert!(found, "{text:?}: {:?}", exposition.problems);
    }
}

/// Lines as Debian 12's daemons expose them, each of which a reader stricter than Prometheus stumbles over.
#[test]
fn the_lines_of_daemons_of_long_standing_accuse_nobody() {
    let lines = [
        // redis_exporter 1.45 gives quantiles in percent, and a command with its subcommand has a bar in its name.
        "# TYPE redis_latency_percentiles_usec summary\n\
         redis_latency_percentiles_usec{cmd=\"client|setname\",quantile=\"50\"} 3.007\n\
         redis_latency_percentiles_usec{cmd=\"client|setname\",quantile=\"99.9\"} 5.023\n\
         redis_latency_percentiles_usec_sum{cmd=\"client|setname\"} 9\n\
         redis_latency_percentiles_usec_count{cmd=\"client|setname\"} 2\n",
        // node_exporter: infinite, tiny and exponential values, escapes and an empty label.
        "# TYPE node_cpu_guest_seconds_total counter\nnode_cpu_guest_seconds_total{cpu=\"0\",mode=\"nice\"} 0\n\
         # TYPE node_filesystem_size_bytes gauge\n\
         node_filesystem_size_bytes{device=\"/dev/\\\"a\\\\b\",fstype=\"\"} 1.0e+12\n",
        // Prometheus itself: a summary of which nothing was observed yet.
        "# TYPE prometheus_rule_group_duration_seconds summary\n\
         prometheus_rule_group_duration_seconds{quantile=\"0.01\"} NaN\n\
         prometheus_rule_group_duration_seconds_sum 0\nprometheus_rule_group_duration_seconds_count 0\n",
    ];
    for text in lines {
        assert_eq!(parse(text, Format::Text).violations().collect::<Vec<_>>(), Vec::<&_>::new(), "{text}");
    }
    // Caddy 2.6, asked for OpenMetrics 0.0.1: client_golang drops the `_total` of a counter, and the gauge beside it
    // has that very name.
    let caddy = "# HELP go_memstats_alloc_bytes Number of bytes allocated and still in use.\n\
         # TYPE go_memstats_alloc_bytes gauge\ngo_memstats_alloc_bytes 5.5e+06\n\
         # HELP go_memstats_alloc_bytes Total number of bytes allocated, even if freed.\n\
         # TYPE go_memstats_alloc_bytes counter\ngo_memstats_alloc_bytes_total 1.2e+07\n# EOF\n";
    let exposition = parse(caddy, Format::OpenMetrics);
    assert_eq!(exposition.problems.len(), 2, "{:?}", exposition.problems);
    assert_eq!(exposition.violations().count(), 0);
}
