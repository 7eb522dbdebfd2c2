//! `/federate`: the newest samples, for another Prometheus to scrape.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Question;
use super::answer::Answer;
use super::params::{Params, selector};
use crate::promql::{Dialect, Labels, NAME, Selection, format_general, is_stale};
use crate::stack::embedded::prometheus::Look;

/// The newest sample of each series that `match[]` asks for, unless it is older than a query would look back.
pub(super) fn federate(look: &Look<'_>, params: &Params, asked: &Question<'_>) -> Result<Answer, Answer> {
    let plain = |why: String| Answer::error(400, &why);
    let mut newest: BTreeMap<&Labels, (i64, f64)> = BTreeMap::new();
    let oldest = look.now_ms.saturating_sub(look.options.look_back_ms);
    let selectors = params.all("match[]").map(|text| selector(text, look.dialect));
    for selector in selectors.collect::<Result<Vec<_>, _>>().map_err(plain)? {
        // One that asks for everything gets nothing.
        if selector.name.is_none() && selector.matchers.is_empty() {
            continue;
        }
        let selection = Selection::new(&selector, look.dialect).map_err(plain)?;
        for series in look.storage.select(&selection) {
            let until = series.times().partition_point(|time| *time <= look.now_ms);
            let Some(last) = until.checked_sub(1) else { continue };
            let (time, value) = (series.times()[last], series.values()[last]);
            if time >= oldest && !is_stale(value) {
                newest.insert(series.labels(), (time, value));
            }
        }
    }
    let negotiated = Negotiated::new(asked.accept, look.dialect);
    Ok(Answer::typed(200, &negotiated.content_type(), exposition(&newest, look, &negotiated)))
}

fn exposition(newest: &BTreeMap<&Labels, (i64, f64)>, look: &Look<'_>, negotiated: &Negotiated) -> String {
    let (mut text, mut typed) = (String::new(), None);
    for (labels, (time, value)) in newest {
        let name = labels.metric();
        if name.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        if typed != Some(name) {
            let _ = writeln!(text, "# TYPE {} untyped", shown(&negotiated.name(name, true), true));
            typed = Some(name);
        }
        let _ =
            writeln!(text, "{} {} {time}", series(name, labels, look, negotiated), format_general(*value));
    }
    text
}

/// The series with all that the other server needs to know it by: external labels, and an `instance` even if it is
/// empty, so that its own is not put there.
fn series(name: &str, labels: &Labels, look: &Look<'_>, negotiated: &Negotiated) -> String {
    let mut all: Vec<(&str, &str)> = labels.iter().filter(|(label, _)| *label != NAME).collect();
    if labels.get("instance").is_none() && look.external_labels.get("instance").is_none() {
        all.push(("instance", ""));
    }
    all.extend(look.external_labels.iter().filter(|(label, _)| labels.get(label).is_none()));
    let label = |(label, value): (&str, &str)| {
        format!("{}=\"{}\"", shown(&negotiated.name(label, false), false), escaped(value))
    };
    let pairs: Vec<String> = all.into_iter().map(label).collect();
    let name = negotiated.name(name, true);
    if is_classic(&name, true) {
        format!("{name}{{{}}}", pairs.join(","))
    } else {
        format!("{{{},{}}}", shown(&name, true), pairs.join(","))
    }
}

/// What both sides speak.
struct Negotiated {
    version: &'static str,
    /// Whether names may hold anything.
    any_name: bool,
    dialect: Dialect,
}

impl Negotiated {
    fn new(accept: &str, dialect: Dialect) -> Negotiated {
        let mut accepted = accept.split(',').map(|one| one.split(';').map(str::trim).collect::<Vec<_>>());
        let newest = accepted.find(|one| {
            one.first() == Some(&"text/plain") && one.contains(&"version=1.0.0") && dialect == Dialect::V3
        });
        let any_name = newest.as_ref().is_some_and(|one| one.contains(&"escaping=allow-utf-8"));
        let version = if newest.is_some() { "1.0.0" } else { "0.0.4" };
        Negotiated { version, any_name, dialect }
    }

    fn content_type(&self) -> String {
        let escaping = match (self.dialect, self.any_name) {
            (Dialect::V2, _) => "",
            (Dialect::V3, true) => "; escaping=allow-utf-8",
            (Dialect::V3, false) => "; escaping=underscores",
        };
        format!("text/plain; version={}; charset=utf-8{escaping}", self.version)
    }

    /// A name as it may be sent.
    fn name(&self, name: &str, metric: bool) -> String {
        if self.any_name || is_classic(name, metric) {
            return name.to_owned();
        }
        let first = |at: usize, c: char| at == 0 && c.is_ascii_digit();
        let plain = |c: char| is_word(c, metric);
        name.char_indices().map(|(at, c)| if plain(c) && !first(at, c) { c } else { '_' }).collect()
    }
}

fn is_word(c: char, metric: bool) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || metric && c == ':'
}

fn is_classic(name: &str, metric: bool) -> bool {
    name.chars().all(|c| is_word(c, metric)) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// A name as it is, or in quotes where it would not be one.
fn shown(name: &str, metric: bool) -> String {
    if is_classic(name, metric) { name.to_owned() } else { format!("\"{}\"", escaped(name)) }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
