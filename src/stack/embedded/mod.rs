//! The embedded stack: a scraper and an OTLP receiver under the clock of the run.

mod receiver;
mod scraper;

pub use self::receiver::{MOST_SPANS, Receiver};
pub use self::scraper::{ScrapeJob, Scraper};
