//! `/federate`: the newest samples, for another Prometheus to scrape.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::answer::Answer;
use super::params::Params;
use crate::promql::{Dialect, Labels, NAME, is_stale};
use crate::stack::embedded::prometheus::Look;

/// The newest sample of each series that `match[]` asks for, unless it is older than a query would look back.
pub(super) fn federate(look: &Look<'_>, params: &Params) -> Answer {
    let selections = match params.selections(look.dialect) {
        Ok(selections) => selections,
        Err(Answer::Refused(_, why)) => return Answer::Bad(why),
        Err(other) => return other,
    };
    let oldest = look.now_ms.saturating_sub(look.options.look_back_ms);
    let mut newest: BTreeMap<&Labels, (i64, f64)> = BTreeMap::new();
    for series in selections.iter().flat_map(|selection| look.storage.select(selection)) {
        let until = series.times().partition_point(|time| *time <= look.now_ms);
        let Some(last) = until.checked_sub(1) else { continue };
        let (time, value) = (series.times()[last], series.values()[last]);
        // As for a query: newer servers leave the oldest instant out.
        let among = if look.dialect == Dialect::V3 { time > oldest } else { time >= oldest };
        if among && !is_stale(value) {
            newest.insert(series.labels(), (time, value));
        }
    }
    let mut text = String::new();
    let mut typed = None;
    for (labels, (time, value)) in newest {
        let name = labels.metric();
        if name.is_empty() {
            continue;
        }
        if typed != Some(name) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "# TYPE {} untyped", shown(name));
            typed = Some(name);
        }
        let _ =
            writeln!(text, "{} {} {time}", series(name, labels, look), crate::promql::format_float(value));
    }
    Answer::Exposition(text)
}

/// The series with all that the other server needs to know it by: external labels, and an `instance` even if it is
/// empty, so that its own is not put there.
fn series(name: &str, labels: &Labels, look: &Look<'_>) -> String {
    let mut all: Vec<(&str, &str)> = labels.iter().filter(|(label, _)| *label != NAME).collect();
    if labels.get("instance").is_none() {
        all.push(("instance", ""));
    }
    all.extend(look.external_labels.iter().filter(|(label, _)| labels.get(label).is_none()));
    let pairs: Vec<String> =
        all.into_iter().map(|(label, value)| format!("{}=\"{}\"", shown(label), escaped(value))).collect();
    if is_classic(name) {
        format!("{name}{{{}}}", pairs.join(","))
    } else {
        format!("{{{},{}}}", shown(name), pairs.join(","))
    }
}

fn is_classic(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// A name as it is, or in quotes where it would not be one.
fn shown(name: &str) -> String {
    if is_classic(name) { name.to_owned() } else { format!("\"{}\"", escaped(name)) }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
