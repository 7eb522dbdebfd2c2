use std::collections::BTreeMap;

/// How the guide's environment variables are understood. Unset ones have the guide's defaults; where it prints none,
/// the value of its own example.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// `OTEL_ENABLED`, default false: the guide sets it "to enable tracing".
    pub tracing: bool,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`, default `http://localhost:4317`.
    pub endpoint: String,
    /// `OTEL_SERVICE_NAME`, default `aragora`.
    pub service_name: String,
    /// `OTEL_SAMPLE_RATE`, default 1.0, within 0.0 to 1.0.
    pub sampling: Sampling,
    /// Which of the recorded spans are exported. No variable sets it.
    pub export: Export,
    /// `METRICS_ENABLED`, default true.
    pub metrics: bool,
    /// `METRICS_PORT`, default 9090. Zero asks the system for a free one.
    pub metrics_port: u16,
}

/// Which spans are recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sampling {
    /// What the caller decided; this share of what comes without a decision.
    ParentOrShare(f64),
    /// All of them, whatever was asked. No configuration leads here: it is a fault to be found.
    Everything,
}

/// Which of the recorded spans are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Export {
    /// All of them.
    #[default]
    Everything,
    /// None of requests that were refused or failed. No configuration leads here: it is a fault to be found.
    WithoutFailures,
}

/// A variable that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is `{value}`, expected {expected}")]
pub struct ConfigError {
    /// Its name.
    pub variable: &'static str,
    /// What it is set to.
    pub value: String,
    /// What it may be.
    pub expected: &'static str,
}

impl Config {
    /// The variables that are read; any other is none of telemetry's business.
    pub const VARIABLES: [&str; 6] = [
        "OTEL_ENABLED",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_SERVICE_NAME",
        "OTEL_SAMPLE_RATE",
        "METRICS_ENABLED",
        "METRICS_PORT",
    ];

    /// Reads the variables from an environment that is given, never from the process.
    ///
    /// # Errors
    /// Every variable that cannot be understood, not the first.
    pub fn from_env(env: &BTreeMap<String, String>) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let tracing = boolean(env, "OTEL_ENABLED", false, &mut errors);
        let metrics = boolean(env, "METRICS_ENABLED", true, &mut errors);
        let share =
            parsed(env, "OTEL_SAMPLE_RATE", 1.0, "a number from 0.0 to 1.0", &mut errors, |rate: &f64| {
                (0.0..=1.0).contains(rate)
            });
        let metrics_port = parsed(env, "METRICS_PORT", 9090, "a port from 0 to 65535", &mut errors, |_| true);
        let endpoint = set(env, "OTEL_EXPORTER_OTLP_ENDPOINT").unwrap_or("http://localhost:4317").to_owned();
        errors.extend(parse_endpoint(&endpoint).err());
        let config = Self {
            tracing,
            endpoint,
            service_name: set(env, "OTEL_SERVICE_NAME").unwrap_or("aragora").to_owned(),
            sampling: Sampling::ParentOrShare(share),
            export: Export::Everything,
            metrics,
            metrics_port,
        };
        if errors.is_empty() { Ok(config) } else { Err(errors) }
    }
}

/// The value of a variable. One that is empty is not set, as OpenTelemetry's specification of environment variables
/// has it.
fn set<'a>(env: &'a BTreeMap<String, String>, variable: &str) -> Option<&'a str> {
    env.get(variable).map(String::as_str).filter(|value| !value.is_empty())
}

/// The collector's URL; it must name a scheme and a host.
pub(super) fn parse_endpoint(endpoint: &str) -> Result<http::Uri, ConfigError> {
    let uri: Option<http::Uri> = endpoint.parse().ok();
    uri.filter(|uri| uri.scheme().is_some() && uri.host().is_some()).ok_or_else(|| bad_endpoint(endpoint))
}

pub(super) fn bad_endpoint(endpoint: &str) -> ConfigError {
    ConfigError {
        variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
        value: endpoint.to_owned(),
        expected: "a URL such as http://localhost:4317",
    }
}

fn boolean(
    env: &BTreeMap<String, String>,
    variable: &'static str,
    default: bool,
    errors: &mut Vec<ConfigError>,
) -> bool {
    let Some(value) = set(env, variable) else { return default };
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => true,
        "false" | "0" | "no" | "off" => false,
        _ => {
            errors.push(ConfigError { variable, value: value.to_owned(), expected: "true or false" });
            default
        }
    }
}

fn parsed<T: std::str::FromStr>(
    env: &BTreeMap<String, String>,
    variable: &'static str,
    default: T,
    expected: &'static str,
    errors: &mut Vec<ConfigError>,
    accepted: impl Fn(&T) -> bool,
) -> T {
    let Some(value) = set(env, variable) else { return default };
    match value.parse() {
        Ok(parsed) if accepted(&parsed) => parsed,
        _ => {
            errors.push(ConfigError { variable, value: value.to_owned(), expected });
            default
        }
    }
}
