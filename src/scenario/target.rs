//! What the target means.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Url;

use super::file::{ServerName, TargetFile};
use super::given::each;
use super::resolve::Resolver;
use crate::contract::EnvName;
use crate::contract::yaml::Located;
use crate::observe::Traffic;

/// Variables that a run sets itself: where the server listens and where it exports to.
const SET_BY_THE_RUN: [&str; 3] = ["METRICS_PORT", "OTEL_ENABLED", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// What a reference server takes that nobody slowed.
const LATENCY: Duration = Duration::from_millis(20);

/// What is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A reference server, started here.
    Reference(ServerName),
    /// A server of somebody else's, which runs already.
    External {
        /// The base of its API's URLs, without a slash at its end.
        url: String,
        /// Where it exposes its metrics.
        metrics: Vec<String>,
    },
}

impl Target {
    /// The reference server, when it is one.
    pub fn server(&self) -> Option<ServerName> {
        match self {
            Self::Reference(server) => Some(*server),
            Self::External { .. } => None,
        }
    }
}

/// The target with all that the file says about it.
pub(super) struct Aim {
    pub(super) target: Target,
    pub(super) place: (usize, usize),
    pub(super) traffic: Traffic,
    pub(super) env: BTreeMap<String, String>,
    pub(super) env_places: BTreeMap<String, (usize, usize)>,
    /// Of a reference server.
    pub(super) latency: Duration,
}

impl Resolver<'_> {
    pub(super) fn target(&mut self, typed: Option<Located<TargetFile>>) -> Aim {
        let (line, column) = typed.as_ref().map_or((1, 1), |typed| (typed.line, typed.column));
        // A target that is missing is reported; of a strange one nothing else can be wrong.
        let nowhere = Target::External { url: String::new(), metrics: Vec::new() };
        let Some(Located { value: typed, .. }) = typed else {
            let (env, env_places) = Default::default();
            return Aim {
                target: nowhere,
                place: (line, column),
                traffic: Traffic::default(),
                env,
                env_places,
                latency: LATENCY,
            };
        };
        let url = typed.url.map(|url| (self.url(&url, true), url.line, url.column));
        let metrics_place = typed.metrics.as_ref().map(|metrics| (metrics.line, metrics.column));
        let metrics = typed.metrics.map(|metrics| self.metrics(metrics)).unwrap_or_default();
        if let (Some(latency), None) = (&typed.latency, typed.server) {
            let message = "`latency` belongs to a reference server: another's is its own".to_owned();
            self.report(latency.line, latency.column, message, &[]);
        }
        let target = match (typed.server, url) {
            (Some(server), None) => {
                if let Some((line, column)) = metrics_place {
                    let message =
                        "`metrics` belongs to a target by `url`: where a reference server has them is known";
                    self.report(line, column, message.to_owned(), &[]);
                }
                Target::Reference(server)
            }
            (None, Some((url, _, _))) => Target::External { url, metrics },
            (Some(server), Some((_, line, column))) => {
                self.report(line, column, "a target has `server` or `url`, not both".to_owned(), &[]);
                Target::Reference(server)
            }
            (None, None) => {
                if self.clean {
                    let accepted = ["server: aragora".to_owned(), "url: http://host:port".to_owned()];
                    self.report(
                        line,
                        column,
                        "the target has neither `server` nor `url`".to_owned(),
                        &accepted,
                    );
                }
                nowhere
            }
        };
        if target.server().is_some() {
            self.set_by_the_run(&typed.env);
        }
        let places = typed.env.keys().map(|key| (key.value.to_string(), (key.line, key.column))).collect();
        Aim {
            target,
            place: (line, column),
            traffic: typed.traffic.unwrap_or_default(),
            env: typed.env.into_iter().map(|(key, value)| (key.value.to_string(), value)).collect(),
            env_places: places,
            latency: typed.latency.map_or(LATENCY, |latency| latency.value.0),
        }
    }

    fn set_by_the_run(&mut self, env: &BTreeMap<Located<EnvName>, String>) {
        for name in env.keys().filter(|name| SET_BY_THE_RUN.contains(&name.value.as_str())) {
            self.report(name.line, name.column, format!("`{name}` is set by the run itself"), &[]);
        }
    }

    fn metrics(&mut self, typed: Located<super::given::OneOrMany<String>>) -> Vec<String> {
        let mut metrics = Vec::new();
        for typed in each(typed) {
            let url = self.url(&typed, false);
            if metrics.contains(&url) && !url.is_empty() {
                self.report(typed.line, typed.column, format!("`{url}` is there twice"), &[]);
            }
            metrics.push(url);
        }
        metrics
    }

    /// A URL as it is sent; a base is one that paths are put behind. Empty when it is none.
    fn url(&mut self, typed: &Located<String>, base: bool) -> String {
        let (line, column) = (typed.line, typed.column);
        let accepted = ["http://host:port".to_owned(), "https://host:port".to_owned()];
        let head =
            |scheme: &str| typed.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
        if !head("http://") && !head("https://") {
            let message = format!("`{typed}` does not start with `http://` or `https://`");
            self.report(line, column, message, &accepted);
            return String::new();
        }
        let url = match Url::parse(&typed.value) {
            Ok(url) => url,
            Err(error) => {
                self.report(line, column, format!("`{typed}` is no URL: {error}"), &accepted);
                return String::new();
            }
        };
        let wrong = [
            (url.fragment().is_some(), "a fragment (`#...`), which is never sent"),
            (base && url.query().is_some(), "a query, but paths are put behind it"),
            (
                !url.username().is_empty() || url.password().is_some(),
                "credentials, which would be in the record",
            ),
        ];
        for (_, what) in wrong.into_iter().filter(|(is_so, _)| *is_so) {
            self.report(line, column, format!("`{typed}` holds {what}"), &[]);
        }
        let url = String::from(url);
        if base { url.trim_end_matches('/').to_owned() } else { url }
    }
}
