//! The embedded stack: what the OTLP receiver keeps, and when and how the scraper scrapes.

mod receiver;
mod scraper;
