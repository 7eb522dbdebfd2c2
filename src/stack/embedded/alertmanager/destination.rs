//! Where messages really go.

use std::collections::BTreeMap;

use crate::parties::sink_path;

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destinations {
    /// To sinks of ours, by the base of their URLs.
    Sinks(String),
    /// To a URL for each integration, by receiver and place among its integrations. What is not listed goes nowhere.
    Listed(BTreeMap<(String, usize), String>),
    /// Where they say themselves.
    AsWritten,
}

impl Destinations {
    /// Where a message goes that would go to `written`: `place` is that of the integration in the receiver, `index`
    /// that among those of its kind.
    pub(super) fn of(
        &self,
        receiver: &str,
        place: usize,
        (kind, index): (&str, usize),
        written: &str,
    ) -> Option<String> {
        match self {
            Destinations::Sinks(base) => Some(format!("{base}{}", sink_path(receiver, kind, index))),
            Destinations::Listed(urls) => urls.get(&(receiver.to_owned(), place)).cloned(),
            Destinations::AsWritten => Some(written.to_owned()),
        }
    }
}
