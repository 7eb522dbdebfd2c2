use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::exposition::{Exposition, Format, Labels, Sample, parse};

/// One read of a metrics endpoint. The body is kept as it came; the exposition is its strict reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Scrape {
    /// The scrape job.
    pub job: String,
    /// Which of the job's targets, as `HOST:PORT`; empty when it has only one.
    pub instance: String,
    /// When it was asked.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: ScrapeOutcome,
    parsed: Option<Arc<Exposition>>,
}

/// What came of a scrape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScrapeOutcome {
    /// A body came.
    Body {
        /// The Content-Type header.
        content_type: Option<String>,
        /// The text; scrapes that brought the same share it.
        text: Arc<str>,
    },
    /// None came; the reason.
    Failed(String),
}

impl Scrape {
    /// A scrape and its strict reading.
    pub fn new(job: &str, at: Timestamp, outcome: ScrapeOutcome) -> Self {
        let parsed = match &outcome {
            ScrapeOutcome::Body { content_type, text } => {
                Some(Arc::new(parse(text, Format::from_content_type(content_type.as_deref()))))
            }
            ScrapeOutcome::Failed(_) => None,
        };
        Self { job: job.to_owned(), instance: String::new(), at, outcome, parsed }
    }

    /// The same once more, at another time: what it says is kept and read only once.
    #[must_use]
    pub fn again(&self, at: Timestamp) -> Self {
        Self { at, ..self.clone() }
    }

    /// Whether this body came.
    #[must_use]
    pub fn brought(&self, body: &[u8]) -> bool {
        matches!(&self.outcome, ScrapeOutcome::Body { text, .. } if text.as_bytes() == body)
    }

    /// The same scrape, of this job.
    #[must_use]
    pub fn of_job(self, job: &str) -> Self {
        Self { job: job.to_owned(), ..self }
    }

    /// The same scrape, of this one of the job's targets.
    #[must_use]
    pub fn of_instance(self, instance: &str) -> Self {
        Self { instance: instance.to_owned(), ..self }
    }

    /// The strict reading; none when no body came.
    pub fn exposition(&self) -> Option<&Exposition> {
        self.parsed.as_deref()
    }

    /// All samples of this name.
    pub fn samples<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Sample> {
        self.exposition()
            .into_iter()
            .flat_map(|exposition| &exposition.families)
            .flat_map(|family| &family.samples)
            .filter(move |sample| sample.name == name)
    }

    /// The value of one series.
    pub fn value(&self, name: &str, labels: &Labels) -> Option<f64> {
        self.samples(name).find(|sample| sample.labels == *labels).map(|sample| sample.value)
    }
}
