use std::collections::BTreeMap;

use http::Uri;

use super::alerts::Chain;
use super::execute::RunError;
use super::stage::{Stage, scrape_job};
use crate::clock::{Clock, Seed};
use crate::load::{Endpoints, LoadClient};
use crate::observe::LegStart;
use crate::parties::ProvidersPlan;
use crate::scenario::Scenario;
use crate::stack::external::{AttachError, Attachment, External};

/// Attaches to a target that somebody else started.
pub(super) async fn raise(
    clock: &Clock,
    scenario: &Scenario,
    attachment: &Attachment,
    seed: Seed,
) -> Result<Stage, RunError> {
    let plan = ProvidersPlan {
        seed: seed.of("providers"),
        median_latency: scenario.provider_latency,
        faults: Vec::new(),
    };
    let (job, _, interval) = scrape_job(scenario);
    let External { providers, receiver, scrapers } =
        External::attach(clock, attachment, plan, (job, interval)).await?;
    let (mut scrapers, mut chain) = (scrapers, None);
    if let Some(alerting) = &scenario.alerting {
        let targets = addresses(&alerting.targets, attachment)?;
        chain = Some(Chain::raise(clock, alerting, &targets, seed).await?);
        scrapers.clear();
    }
    let endpoints = Endpoints { api: attachment.target.trim_end_matches('/').to_owned() };
    Ok(Stage {
        start: LegStart {
            target: attachment.target.clone(),
            env: env(scenario, attachment),
            receives_spans: receiver.is_some(),
            calls_unseen: providers.is_none(),
            span_loss: None,
            load: None,
        },
        client: LoadClient::new(clock, endpoints, seed.of("client"))
            .with_patience(scenario.patience)
            .with_options(attachment.options.clone())
            .map_err(AttachError::from)?,
        server: None,
        providers,
        receiver,
        scrapers,
        chain,
    })
}

/// Where each of the addresses that the scenario names really is: at the metrics endpoint of the same place, or all at
/// the only one. Only the host and port are taken from its URL, all else is said by the configuration of Prometheus.
fn addresses(named: &[String], attachment: &Attachment) -> Result<Vec<String>, AttachError> {
    let metrics = &attachment.metrics;
    if metrics.len() != 1 && metrics.len() != named.len() {
        return Err(AttachError::Url(format!(
            "the scenario's `alerting.targets` has {} addresses, and {} metrics endpoints were given: give one for each, or one for all",
            named.len(),
            metrics.len()
        )));
    }
    let real = metrics.iter().map(|endpoint| {
        let uri = endpoint.url.parse::<Uri>().ok();
        let plain = uri.filter(|uri| uri.scheme_str() == Some("http"));
        let authority = plain.as_ref().and_then(Uri::authority).map(ToString::to_string);
        authority.ok_or_else(|| {
            AttachError::Url(format!(
                "`{}`: rules are evaluated over plain http:// metrics only",
                endpoint.url
            ))
        })
    });
    let real = real.collect::<Result<Vec<_>, _>>()?;
    Ok(named.iter().zip(real.iter().cycle()).map(|(_, real)| real.clone()).collect())
}

/// How the target was started, as far as the scenario says so. That spans come to us and metrics are scraped was
/// arranged by whoever started it.
fn env(scenario: &Scenario, attachment: &Attachment) -> BTreeMap<String, String> {
    let mut env = scenario.env.clone();
    if attachment.otlp_listen.is_some() {
        env.insert("OTEL_ENABLED".to_owned(), "true".to_owned());
        env.insert("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), "(the run's own receiver)".to_owned());
    }
    if !attachment.metrics.is_empty() {
        env.insert("METRICS_PORT".to_owned(), "(as scraped)".to_owned());
    }
    env
}
