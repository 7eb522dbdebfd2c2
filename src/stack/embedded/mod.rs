//! The embedded stack: a scraper, an OTLP receiver, a Prometheus and an Alertmanager under the clock of the run.

pub mod alertmanager;
pub mod prometheus;
mod scraper;

pub use self::scraper::{LARGEST_SCRAPE, ScrapeJob, Scraper};
pub use super::otlp::{MOST_SPANS, Receiver};
