//! The stack: what the OTLP receiver keeps, when and how the scraper scrapes, and how the real world is waited for.

mod otlp;
mod receiver;
mod scraper;
mod wait;
