//! The environment, against what the guide prints.

use std::collections::BTreeMap;

use probity::telemetry::{Config, ConfigError, Export, Sampling};

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn read(pairs: &[(&str, &str)]) -> Result<Config, Vec<ConfigError>> {
    Config::from_env(&env(pairs))
}

/// The block under "Configuration" and the Kubernetes example of the guide.
fn guide() -> Config {
    Config {
        tracing: false,
        endpoint: "http://localhost:4317".to_owned(),
        service_name: "aragora".to_owned(),
        sampling: Sampling::ParentOrShare(1.0),
        export: Export::Everything,
        metrics: true,
        metrics_port: 9090,
    }
}

#[test]
fn an_empty_environment_gives_the_guides_defaults() {
    assert_eq!(read(&[]), Ok(guide()));
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    // The OpenTelemetry specification, "Environment Variable Specification": an empty value means unset.
    let empty: Vec<(&str, &str)> = Config::VARIABLES.iter().map(|name| (*name, "")).collect();
    assert_eq!(read(&empty), Ok(guide()));
}

#[test]
fn the_guides_examples_are_understood() {
    let config = read(&[
        ("OTEL_ENABLED", "true"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://jaeger-collector.observability:4317"),
        ("OTEL_SERVICE_NAME", "aragora"),
        ("OTEL_SAMPLE_RATE", "0.1"),
        ("METRICS_ENABLED", "true"),
        ("METRICS_PORT", "9090"),
        ("PATH", "none of its business"),
    ]);
    let expected = Config {
        tracing: true,
        endpoint: "http://jaeger-collector.observability:4317".to_owned(),
        sampling: Sampling::ParentOrShare(0.1),
        ..guide()
    };
    assert_eq!(config, Ok(expected));
}

#[test]
fn booleans_are_what_people_write() {
    for (text, meant) in [("true", true), ("TRUE", true), ("1", true), ("yes", true), ("on", true)]
        .into_iter()
        .chain([("false", false), ("False", false), ("0", false), ("no", false), ("off", false)])
    {
        let config = read(&[("OTEL_ENABLED", text), ("METRICS_ENABLED", text)]).expect(text);
        assert_eq!((config.tracing, config.metrics), (meant, meant), "{text}");
    }
}

#[test]
fn the_limits_of_numbers_belong_to_them() {
    for rate in ["0", "0.0", "1", "1.0", "1e-3"] {
        let config = read(&[("OTEL_SAMPLE_RATE", rate)]).expect(rate);
        assert_eq!(config.sampling, Sampling::ParentOrShare(rate.parse().expect("a number")));
    }
    for port in ["0", "65535"] {
        assert_eq!(read(&[("METRICS_PORT", port)]).expect(port).metrics_port.to_string(), port);
    }
    for (name, bad) in [
        ("OTEL_SAMPLE_RATE", "-0.1"),
        ("OTEL_SAMPLE_RATE", "1.01"),
        ("OTEL_SAMPLE_RATE", "nan"),
        ("OTEL_SAMPLE_RATE", "inf"),
        ("OTEL_SAMPLE_RATE", "10%"),
        ("METRICS_PORT", "65536"),
        ("METRICS_PORT", "-1"),
        ("METRICS_PORT", "http"),
        ("METRICS_ENABLED", "maybe"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "/v1/traces"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
    ] {
        let errors = read(&[(name, bad)]).expect_err(bad);
        let named: Vec<(&str, &str)> = errors.iter().map(|e| (e.variable, e.value.as_str())).collect();
        assert_eq!(named, [(name, bad)]);
    }
}

#[test]
fn every_bad_variable_is_reported_at_once() {
    let errors = read(&[
        ("OTEL_ENABLED", "perhaps"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "not a url"),
        ("OTEL_SERVICE_NAME", "any text is a name"),
        ("OTEL_SAMPLE_RATE", "2"),
        ("METRICS_ENABLED", "2"),
        ("METRICS_PORT", "99999"),
    ])
    .expect_err("five are bad");
    let mut lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "METRICS_ENABLED is `2`, expected true or false",
            "METRICS_PORT is `99999`, expected a port from 0 to 65535",
            "OTEL_ENABLED is `perhaps`, expected true or false",
            "OTEL_EXPORTER_OTLP_ENDPOINT is `not a url`, expected a URL such as http://localhost:4317",
            "OTEL_SAMPLE_RATE is `2`, expected a number from 0.0 to 1.0",
        ]
    );
}
