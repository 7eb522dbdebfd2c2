//! The targets of a job.

use std::collections::BTreeMap;

use super::url::{has_port, url};
use super::{Job, Target, duration};
use crate::alerting::relabel::relabel;
use crate::promql::{Dialect, Labels};

const ADDRESS: &str = "__address__";

/// What becomes of a job's targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// Those that are scraped, in the order of the file; of several with the same labels and URL there is
    /// one, which is said to have been discovered by the labels of the last.
    pub active: Vec<Target>,
    /// The labels before relabelling of those that relabelling dropped.
    pub dropped: Vec<Labels>,
    /// Why others cannot be scraped, in Prometheus' words: it logs this and goes on.
    pub failures: Vec<String>,
}

/// The targets of a job after relabelling.
#[must_use]
pub fn targets(job: &Job, dialect: Dialect) -> Targets {
    let (mut targets, mut seen) = (Targets::default(), BTreeMap::new());
    for (address, labels) in &job.targets {
        let discovered = discovered(job, address, labels);
        let Some(relabelled) = relabel(&discovered, &job.relabel) else {
            targets.dropped.push(discovered);
            continue;
        };
        match target(job, discovered, relabelled, dialect) {
            Ok((target, all)) => {
                let next = targets.active.len();
                match *seen.entry((all, target.url.clone())).or_insert(next) {
                    place if place == next => targets.active.push(target),
                    // The same again: it is found by its new labels, and scraped once.
                    place => targets.active[place].discovered = target.discovered,
                }
            }
            Err(why) => targets.failures.push(format!("{}: the target `{address}`: {why}", job.name)),
        }
    }
    targets
}

/// A target's labels with those that its job adds where it has none, and the first value of each parameter.
fn discovered(job: &Job, address: &str, labels: &Labels) -> Labels {
    let (interval, timeout) = (duration::text(job.interval_ms), duration::text(job.timeout_ms));
    let defaults = [
        ("job", job.name.as_str()),
        ("__scrape_interval__", &interval),
        ("__scrape_timeout__", &timeout),
        ("__metrics_path__", &job.path),
        ("__scheme__", &job.scheme),
    ];
    let params = job.params.iter().filter_map(|(name, values)| {
        values.first().map(|value| (format!("__param_{name}"), value.to_owned()))
    });
    let own = labels.iter().chain([(ADDRESS, address)]);
    let pairs = defaults.into_iter().chain(own).map(|(name, value)| (name.to_owned(), value.to_owned()));
    Labels::new(pairs.chain(params))
}

/// The target and all labels by which two are told apart.
fn target(
    job: &Job,
    discovered: Labels,
    labels: Labels,
    dialect: Dialect,
) -> Result<(Target, Labels), String> {
    let mut address = labels.value(ADDRESS).to_owned();
    if address.is_empty() {
        return Err("no address".to_owned());
    }
    let mut labels = labels;
    // Prometheus 3 leaves the port to whoever connects.
    if dialect == Dialect::V2 && !has_port(&address) && has_port(&format!("{address}:1234")) {
        address.push_str(match labels.value("__scheme__") {
            "http" | "" => ":80",
            "https" => ":443",
            // It names the scheme of the job, whatever relabelling made of it.
            _ => return Err(format!("invalid scheme: {:?}", job.scheme)),
        });
        labels = labels.with(ADDRESS, &address);
    }
    if address.contains('/') {
        return Err(format!("{address:?} is not a valid hostname"));
    }
    let (interval_ms, timeout_ms) = times(&labels)?;
    labels = labels.keep(|name| !name.starts_with("__meta_"));
    if labels.value("instance").is_empty() {
        labels = labels.with("instance", &address);
    }
    let public = labels.keep(|name| !name.starts_with("__"));
    let url = url(&labels, &job.params);
    Ok((Target { url, labels: public, discovered, interval_ms, timeout_ms }, labels))
}

fn times(labels: &Labels) -> Result<(i64, i64), String> {
    let read = |what: &str| {
        let text = labels.value(&format!("__scrape_{what}__"));
        match duration::read(text) {
            Ok(0) => Err(format!("scrape {what} cannot be 0")),
            Ok(ms) => Ok(ms),
            Err(why) => Err(format!("error parsing scrape {what}: {why}")),
        }
    };
    let (interval, timeout) = (read("interval")?, read("timeout")?);
    if timeout > interval {
        let (interval, timeout) = (labels.value("__scrape_interval__"), labels.value("__scrape_timeout__"));
        // The order of the two is Prometheus'.
        return Err(format!(
            "scrape timeout cannot be greater than scrape interval ({timeout:?} > {interval:?})"
        ));
    }
    Ok((interval, timeout))
}
