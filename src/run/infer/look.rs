use std::time::Duration;

use http::{HeaderMap, Method, Uri};

use super::Wanted;
use crate::clock::{Clock, HttpClient, Seed};
use crate::observe::{Scrape, ScrapeOutcome};
use crate::parties::ProvidersPlan;
use crate::run::execute::RunError;
use crate::stack::external::{AttachError, Attachment, External};

/// The longest wait for one answer of the first look.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the first look showed.
pub(super) struct Look {
    pub(super) scrape: Scrape,
    pub(super) target: String,
    /// Paths that are harmless to ask, with their statuses.
    pub(super) paths: Vec<(String, u16)>,
    pub(super) metrics_path: String,
    /// The metrics are not where the target is.
    pub(super) elsewhere: bool,
    pub(super) port: u16,
}

/// Waits until the service is there, asks what is harmless, and reads its metrics.
pub(super) async fn look(wanted: &Wanted) -> Result<Look, RunError> {
    let clock = Clock::real();
    let attachment = &wanted.attachment;
    let first =
        attachment.metrics.first().ok_or_else(|| AttachError::Url("no metrics URL was given".to_owned()))?;
    let uri: Uri =
        first.url.parse().map_err(|error| AttachError::Url(format!("`{}`: {error}", first.url)))?;
    let origin = format!(
        "{}://{}",
        uri.scheme_str().unwrap_or("http"),
        uri.authority().map(ToString::to_string).unwrap_or_default()
    );
    let target = if attachment.target.is_empty() { origin.clone() } else { attachment.target.clone() };
    let only_metrics = Attachment {
        target: target.clone(),
        otlp_listen: None,
        providers_listen: None,
        ..attachment.clone()
    };
    let plan = ProvidersPlan { seed: Seed(1), median_latency: Duration::ZERO, faults: Vec::new() };
    let external = External::attach(&clock, &only_metrics, plan, ("init", Duration::from_secs(15))).await?;
    let client = HttpClient::with(&clock, attachment.options.clone()).map_err(AttachError::from)?;
    let mut asked = vec!["/".to_owned()];
    let elsewhere = target.trim_end_matches('/') != origin;
    if !elsewhere && uri.path() != "/" {
        asked.push(uri.path().to_owned());
    }
    let mut paths = Vec::new();
    for path in asked {
        let url = format!("{}{path}", target.trim_end_matches('/'));
        let answer = client.send(Method::GET, &url, HeaderMap::new(), "");
        if let Ok(Ok(reply)) = clock.timeout(PATIENCE, answer).await {
            paths.push((path, reply.status.as_u16()));
        }
    }
    if paths.is_empty() {
        return Err(AttachError::NotReady(vec![format!("{target}/ answers")]).into());
    }
    // Only now: many series appear with the first request that they count.
    let scraper = &external.scrapers[0];
    scraper.scrape().await;
    let scrape = scraper.scrapes().remove(0);
    if let ScrapeOutcome::Failed(reason) = &scrape.outcome {
        return Err(AttachError::NotReady(vec![format!("{} is scraped ({reason})", first.url)]).into());
    }
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    Ok(Look { scrape, target, paths, elsewhere, metrics_path: uri.path().to_owned(), port })
}
