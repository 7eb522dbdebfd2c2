use std::collections::BTreeMap;

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
    })
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
