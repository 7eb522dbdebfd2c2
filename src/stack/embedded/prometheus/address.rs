//! Where the addresses of a configuration really are.

use std::sync::Arc;

use crate::alerting::prometheus::Alertmanagers;
use crate::alerting::relabel::{Relabel, relabel};
use crate::promql::Labels;

/// Finds the real `host:port` of a configured one at a time in milliseconds since 1970; none if nobody can be reached
/// there then.
pub type AddressBook = Arc<dyn Fn(&str, i64) -> Option<String> + Send + Sync>;

/// The real URL of a configured one. What stands behind the book speaks plain HTTP, whatever is configured.
pub(super) fn real_url(url: &str, addresses: &AddressBook, now_ms: i64) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let default_port = if scheme == "https" { 443 } else { 80 };
    let find = |address: &str| addresses(address, now_ms);
    let real = find(authority).or_else(|| match authority.rsplit_once(':') {
        // Prometheus leaves out, or puts in, the port that the scheme implies.
        Some((host, port)) if port.parse() == Ok(default_port) => find(host),
        Some((_, port)) if port.parse::<u16>().is_ok() => None,
        _ => find(&format!("{authority}:{default_port}")),
    })?;
    Some(format!("http://{real}{path}"))
}

/// An Alertmanager that alerts are sent to.
#[derive(Debug, Clone)]
pub(super) struct Receiver {
    /// Where alerts are posted, as configured.
    pub(super) url: String,
    /// The longest that a post may take, in milliseconds.
    pub(super) timeout_ms: i64,
    /// Changes alerts that go there.
    pub(super) alert_relabel: Vec<Relabel>,
}

/// The addresses, as `host:port`, of all Alertmanagers of a configuration, after relabelling.
#[must_use]
pub fn alertmanager_addresses(alertmanagers: &[Alertmanagers]) -> Vec<String> {
    let urls = receivers(alertmanagers).into_iter().map(|receiver| receiver.url);
    urls.filter_map(|url| Some(url.split_once("://")?.1.split('/').next()?.to_owned())).collect()
}

/// Every Alertmanager of a configuration, after relabelling.
pub(super) fn receivers(alertmanagers: &[Alertmanagers]) -> Vec<Receiver> {
    let mut receivers = Vec::new();
    for set in alertmanagers {
        let path = format!("/{}/api/v2/alerts", set.path_prefix.trim_matches('/')).replace("//", "/");
        for (address, labels) in &set.targets {
            let own =
                [("__address__", address.as_str()), ("__scheme__", &set.scheme), ("__alerts_path__", &path)];
            let discovered = Labels::new(own.into_iter().chain(labels.iter()));
            let Some(labels) = relabel(&discovered, &set.relabel) else { continue };
            let [scheme, address, path] =
                ["__scheme__", "__address__", "__alerts_path__"].map(|name| labels.value(name));
            let url = format!("{scheme}://{address}{path}");
            let (timeout_ms, alert_relabel) = (set.timeout_ms, set.alert_relabel.clone());
            receivers.push(Receiver { url, timeout_ms, alert_relabel });
        }
    }
    receivers
}
