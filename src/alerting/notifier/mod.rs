//! What Prometheus sends to Alertmanager, and when.

mod link;
mod post;

pub(in crate::alerting) use link::escaped;
pub use link::generator_url;
pub use post::body;

use std::collections::BTreeMap;

use crate::alerting::relabel::{Builder, Relabel, process};
use crate::promql::Labels;

/// An alert as Prometheus sends it. Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentAlert {
    /// Its labels, external ones included.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Since when it fires.
    pub starts_at_ms: i64,
    /// When it was resolved, or when it is to be taken for resolved if nothing more is heard.
    pub ends_at_ms: i64,
    /// A link to its expression.
    pub generator_url: String,
}

/// Alerts with external labels, relabelled; those that relabelling drops are left out. An alert's own labels win over
/// external ones. Alerts that are left without labels are sent too: it is Alertmanager who refuses them.
#[must_use]
pub fn outgoing(alerts: Vec<SentAlert>, external_labels: &Labels, relabel: &[Relabel]) -> Vec<SentAlert> {
    let sent = alerts.into_iter().filter_map(|alert| {
        let mut labels = Builder::new(alert.labels.clone());
        for (name, value) in external_labels.iter() {
            if alert.labels.get(name).is_none() {
                labels.set(name, value);
            }
        }
        process(&mut labels, relabel).then(|| SentAlert { labels: labels.labels(), ..alert })
    });
    sent.collect()
}
