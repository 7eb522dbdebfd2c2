//! The embedded stack: a scraper and an OTLP receiver under the clock of the run.

mod scraper;

pub use self::scraper::{LARGEST_SCRAPE, ScrapeJob, Scraper};
pub use super::otlp::{MOST_SPANS, Receiver};
