use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::contract::{LabelName, MetricName};
use crate::observe::exposition::{Exposition, Family, Kind, Labels};

/// A clause that may come to stand in the contract.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) id: String,
    /// What the service itself says of the metric.
    pub(super) quote: String,
    pub(super) promise: Value,
    /// Of those with one group only the first that holds is kept.
    pub(super) group: Option<String>,
}

/// Runtimes and client libraries: they say nothing of the service, and every service of the kind has them.
const OF_LIBRARIES: [&str; 7] =
    ["go_", "process_", "promhttp_", "python_", "jvm_", "nodejs_", "net_conntrack_"];

/// Labels that are known to carry a field of a request, by name.
const METHODS: [&str; 3] = ["method", "verb", "http_method"];
const STATUSES: [&str; 6] = ["code", "status", "status_code", "http_status", "http_code", "response_code"];
const ROUTES: [&str; 7] = ["handler", "path", "route", "endpoint", "uri", "url", "http_route"];

/// One `metric` clause for each of the most telling families, at most so many, and how many there were.
pub(super) fn metrics(exposition: &Exposition, most: usize) -> (Vec<Candidate>, usize) {
    let mut families: Vec<&Family> = exposition
        .families
        .iter()
        .filter(|family| !family.samples.is_empty() && family.typed)
        .filter(|family| name(family).parse::<MetricName>().is_ok())
        .collect();
    let all = families.len();
    let common = prefix(&families);
    if most < all {
        families.retain(|family| !OF_LIBRARIES.iter().any(|prefix| family.name.starts_with(prefix)));
    }
    families.sort_by_key(|family| {
        let own = common.as_deref().is_some_and(|prefix| family.name.starts_with(prefix));
        (Reverse(speaks_of_requests(&family.name)), !own)
    });
    families.truncate(most);
    // As the service lists them.
    families.sort_by_key(|family| family.line);
    (families.into_iter().filter_map(metric).collect(), all)
}

fn metric(family: &Family) -> Option<Candidate> {
    let (name, kind) = (name(family), kind(family)?);
    let labels: Vec<String> = common_labels(family).into_iter().collect();
    let promise = json!({"metric": {"name": name, "type": kind, "labels": labels}});
    let quote = family.help.clone().unwrap_or_else(|| name.clone());
    Some(Candidate { id: format!("metric.{}", id(&name)), quote, promise, group: None })
}

/// What was asked of a service, so that its counters may show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The paths that the trial asks for, and that of the metrics.
    pub(super) paths: &'a [&'a str],
    /// Metrics are exposed where the service does not listen: it may not count scrapes.
    pub(super) elsewhere: bool,
}

/// What may count requests, with every way in which its labels may stand for them, the plainest first.
pub(super) fn conservations(exposition: &Exposition, asked: Asked<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for family in exposition.families.iter().filter(|family| speaks_of_requests(&family.name)) {
        let counted = match family.kind {
            Kind::Counter => name(family),
            Kind::Histogram | Kind::Summary => format!("{}_count", family.name),
            _ => continue,
        };
        if counted.parse::<MetricName>().is_err() {
            continue;
        }
        let labels = mapping(family, &counted);
        for (number, selection) in selections(family, &counted, &labels, asked).into_iter().enumerate() {
            let mut promise = selection;
            promise.extend([
                ("metric".to_owned(), json!(counted)),
                ("ledger".to_owned(), json!("requests")),
                ("labels".to_owned(), json!(labels)),
            ]);
            found.push(Candidate {
                id: format!("conserve.{}-{number}", id(&counted)),
                quote: family.help.clone().unwrap_or_else(|| counted.clone()),
                promise: json!({"conserve": promise}),
                group: Some(counted.clone()),
            });
        }
    }
    found
}

/// Every way to say which series and which entries are meant: all of them; all but scrapes; one path alone; one value
/// of a label that stands for nothing of a request; and these together.
fn selections(
    family: &Family,
    counted: &str,
    labels: &BTreeMap<String, &'static str>,
    asked: Asked<'_>,
) -> Vec<Map<String, Value>> {
    let none = || vec![None];
    let excludes = if asked.elsewhere { vec![None, Some(json!(["scrapes"]))] } else { none() };
    let onlys = none().into_iter().chain(asked.paths.iter().map(|path| Some(json!({"route": path}))));
    let onlys: Vec<Option<Value>> = onlys.collect();
    let mut series = none();
    for label in common_labels(family).into_iter().filter(|label| !labels.contains_key(label)) {
        let values: BTreeSet<&str> =
            samples(family, counted).filter_map(|labels| labels.get(&label)).collect();
        // A label with many values is an identity, not a kind.
        let plain = values
            .into_iter()
            .take(8)
            .filter(|value| !value.is_empty() && !value.contains(char::is_whitespace));
        series.extend(plain.map(|value| Some(json!({label.clone(): value}))));
    }
    let mut all = Vec::new();
    for series in &series {
        for exclude in &excludes {
            for only in &onlys {
                let parts = [("series", series), ("exclude", exclude), ("only", only)];
                let given = parts.into_iter().filter_map(|(key, part)| Some((key.to_owned(), part.clone()?)));
                all.push(given.collect());
            }
        }
    }
    all
}

/// Which labels stand for which field of a request, judged by their names and their values.
fn mapping(family: &Family, counted: &str) -> BTreeMap<String, &'static str> {
    let mut mapping = BTreeMap::new();
    for label in common_labels(family) {
        let values: Vec<&str> = samples(family, counted).filter_map(|labels| labels.get(&label)).collect();
        let all = |test: fn(&str) -> bool| !values.is_empty() && values.iter().all(|value| test(value));
        let digits = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        let class = |text: &str| text.len() == 3 && text.ends_with("xx");
        let name = label.to_ascii_lowercase();
        let field = if STATUSES.contains(&name.as_str()) && all(digits) {
            "status_code"
        } else if STATUSES.contains(&name.as_str()) && all(class) {
            "status_class"
        } else if METHODS.contains(&name.as_str()) && all(|text| !text.chars().any(char::is_uppercase)) {
            "method_lowercase"
        } else if METHODS.contains(&name.as_str()) {
            "method"
        } else if ROUTES.contains(&name.as_str()) && all(|text| text.starts_with('/')) {
            "route"
        } else {
            continue;
        };
        mapping.insert(label, field);
    }
    mapping
}

fn samples<'a>(family: &'a Family, counted: &'a str) -> impl Iterator<Item = &'a Labels> {
    family.samples.iter().filter(move |sample| sample.name == counted).map(|sample| &sample.labels)
}

/// The labels that each sample of the family has, less the one that its type adds.
fn common_labels(family: &Family) -> BTreeSet<String> {
    let own = match family.kind {
        Kind::Histogram => "le",
        Kind::Summary => "quantile",
        _ => "",
    };
    let names = |labels: &Labels| -> BTreeSet<String> {
        labels.iter().map(|(name, _)| name).filter(|name| *name != own).map(str::to_owned).collect()
    };
    let mut common = family.samples.iter().map(|sample| names(&sample.labels));
    let Some(first) = common.next() else { return BTreeSet::new() };
    let common = common.fold(first, |all, these| all.intersection(&these).cloned().collect());
    common.into_iter().filter(|label| label.parse::<LabelName>().is_ok()).collect()
}

/// The name that a user queries.
fn name(family: &Family) -> String {
    let info = format!("{}_info", family.name);
    let renamed = family.kind == Kind::Info && family.samples.iter().any(|sample| sample.name == info);
    if renamed { info } else { family.queried_name() }
}

fn kind(family: &Family) -> Option<&'static str> {
    match family.kind {
        Kind::Counter => Some("counter"),
        Kind::Gauge | Kind::Info | Kind::StateSet => Some("gauge"),
        Kind::Histogram => Some("histogram"),
        Kind::Summary => Some("summary"),
        Kind::Untyped => Some("untyped"),
        // Contracts have no word for it.
        Kind::GaugeHistogram => None,
    }
}

fn speaks_of_requests(name: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    words.iter().any(|word| matches!(*word, "request" | "requests")) || words.contains(&"http")
}

/// The first word that most of the service's own metrics begin with.
pub(super) fn prefix(families: &[&Family]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for family in families {
        let library = OF_LIBRARIES.iter().any(|prefix| family.name.starts_with(prefix));
        if let Some((first, _)) = family.name.split_once('_').filter(|_| !library) {
            *counts.entry(first).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(prefix, _)| prefix.to_owned())
}

/// As a part of a clause's id.
pub(super) fn id(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(plain).collect::<String>().trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::exposition::{Format, parse};

    const SHOP: &str = "# HELP shop_http_requests_total Requests.\n\
        # TYPE shop_http_requests_total counter\n\
        shop_http_requests_total{code=\"2xx\",handler=\"/\",method=\"get\",part=\"front\"} 1\n\
        shop_http_requests_total{code=\"4xx\",handler=\"/x\",method=\"get\",part=\"back\"} 1\n\
        # TYPE shop_open gauge\nshop_open 1\n\
        # TYPE go_goroutines gauge\ngo_goroutines 7\n\
        untyped_thing 1\n";

    #[test]
    fn labels_are_understood_by_name_and_by_value() {
        let exposition = parse(SHOP, Format::Text);
        let family = &exposition.families[0];
        let expected = [("code", "status_class"), ("handler", "route"), ("method", "method_lowercase")];
        assert_eq!(
            mapping(family, "shop_http_requests_total"),
            expected.map(|(l, f)| (l.to_owned(), f)).into()
        );
        let asked = Asked { paths: &["/"], elsewhere: true };
        let found = conservations(&exposition, asked);
        // All series, or one of two parts; with and without scrapes; every path, or one.
        assert_eq!(found.len(), 3 * 2 * 2);
        assert_eq!(found[0].promise["conserve"]["ledger"], "requests");
        assert!(
            found.iter().any(|candidate| candidate.promise["conserve"]["series"] == json!({"part": "back"}))
        );
        assert!(found.iter().all(|candidate| candidate.group.as_deref() == Some("shop_http_requests_total")));
    }

    #[test]
    fn what_speaks_of_requests_comes_first_and_libraries_only_when_all_is_asked_for() {
        let exposition = parse(SHOP, Format::Text);
        let ids = |most| metrics(&exposition, most).0.into_iter().map(|c| c.id).collect::<Vec<_>>();
        assert_eq!(ids(1), ["metric.shop-http-requests-total"]);
        assert_eq!(ids(2), ["metric.shop-http-requests-total", "metric.shop-open"]);
        assert_eq!(ids(9), ["metric.shop-http-requests-total", "metric.shop-open", "metric.go-goroutines"]);
        assert_eq!(metrics(&exposition, 1).1, 3, "what has no TYPE line promises no type");
    }
}
