//! A target that somebody else started: we scrape it, listen for a second export of its spans, and may be the LLM
//! providers that it asks. Real time only.
//!
//! Nothing here changes the target. What has no source here (no `--metrics`, no `--otlp-listen`, no
//! `--providers-listen`) is judged vacuous, by name.

mod attach;

pub use self::attach::{AttachError, Attachment, External, MetricsEndpoint, shown};
