//! Words of names and sentences, so that `Orders placed`, `order-placed` and `ordersPlaced` are the same.

use std::collections::BTreeSet;

/// The words of a text in lower case, without the endings of plurals. Camel case is several words.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1);
        // `SLOViolation` is `slo` and `violation`: a capital before a small letter begins a word.
        let begins = c.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || before.is_some_and(char::is_uppercase) && after.is_some_and(|c| c.is_lowercase()));
        if (begins || !c.is_alphanumeric()) && !word.is_empty() {
            found.push(stem(&std::mem::take(&mut word)));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        found.push(stem(&word));
    }
    found
}

/// The same as a set.
pub(super) fn set(text: &str) -> BTreeSet<String> {
    words(text).into_iter().collect()
}

/// A word without the ending of a plural.
pub(super) fn stem(word: &str) -> String {
    let keeps = ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending)) || word.len() < 4;
    let cut = |ending: &str| word.strip_suffix(ending).map(str::to_owned);
    if let Some(before) = cut("ies").filter(|before| before.len() > 2) {
        return before + "y";
    }
    let hissed =
        ["xes", "sses", "shes", "ches", "tuses", "buses"].iter().any(|ending| word.ends_with(ending));
    // `caches` and `watches` end alike; a cache is by far the more common thing to watch.
    if hissed && !word.ends_with("aches") {
        return cut("es").unwrap_or_default();
    }
    if keeps { word.to_owned() } else { cut("s").unwrap_or_else(|| word.to_owned()) }
}

/// A path without what makes it relative, its parts.
pub(super) fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..").collect()
}

/// Whether two paths can be the same one, seen from two folders: one is the end of the other.
pub(super) fn same_path(a: &str, b: &str) -> bool {
    let (a, b) = (parts(a), parts(b));
    !a.is_empty() && !b.is_empty() && (a.ends_with(&b) || b.ends_with(&a))
}

/// Whether any of these words or phrases is in a text, in whatever case.
pub(super) fn mentions(text: &str, any: &[&str]) -> bool {
    let lower = text.to_lowercase();
    any.iter().any(|wanted| lower.contains(wanted))
}

/// Whether two places are told apart by their headings: one is for production and the other for a laptop.
pub(super) fn apart(a: &[String], b: &[String]) -> bool {
    let (a, b) = (setting(a), setting(b));
    matches!((a, b), (Some(a), Some(b)) if a != b)
}

/// Whether headings say production; none where they say neither that nor a laptop.
fn setting(path: &[String]) -> Option<bool> {
    let all = path.join(" ");
    let production = mentions(&all, &["production", "kubernetes", "cluster", "staging", "helm"]);
    let local = mentions(&all, &["local", "development", "quick start", "laptop"]);
    (production != local).then_some(production)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words("SLOViolation"), ["slo", "violation"]);
        assert_eq!(words("orders-by_region.json"), ["order", "by", "region", "json"]);
        assert_eq!(words("Caches, boxes, statuses"), ["cache", "box", "status"]);
        assert_eq!(words("queries redis"), ["query", "redis"]);
    }

    #[test]
    fn a_path_is_the_same_from_another_folder() {
        assert!(same_path("../grafana/boards/", "deploy/grafana/boards"));
        assert!(!same_path("deploy/grafana", "deploy/grafana/boards"));
    }
}
