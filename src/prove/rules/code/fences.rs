//! Blocks that are something else than is said of them.

use super::Rule;
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::place::Place;
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "fence/language",
        finds: "Blocks in a fence of another language than that of the file that they show.",
        why: "Whoever saves it under the name gets a file that its reader refuses.",
        wrong: "JSON is YAML too; only what JSON does not have is an error.",
        find: languages,
    },
    Rule {
        id: "fence/product",
        finds: "Configuration of one product that is shown as another's.",
        why: "The product for which it is said to be does not read it.",
        wrong: "Grafana can show rules that Prometheus holds; it does not provision them in this form.",
        find: products,
    },
];

fn languages(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for snippet in corpus.snippets.iter().filter(|snippet| !snippet.whole) {
        findings.extend(json_in_yaml(snippet));
        findings.extend(yaml_in_json(snippet));
    }
}

/// The first line of code, with its place.
fn first_code(snippet: &Snippet) -> Option<(&str, Place)> {
    snippet.lines().find(|(line, _)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !line.starts_with("//")
    })
}

/// The comments of a text outside quotes, by lines.
fn comments(snippet: &Snippet) -> Vec<(&str, Place)> {
    let outside = |line: &str| {
        line.split('"').step_by(2).any(|part| {
            part.trim_start().starts_with('#') || part.contains(" #") || part.trim_start().starts_with("//")
        })
    };
    snippet.lines().filter(|(line, _)| outside(line)).collect()
}

fn json_in_yaml(snippet: &Snippet) -> Option<Finding> {
    let named = snippet.named.as_deref().filter(|named| named.ends_with(".json"))?;
    if snippet.kind != Kind::Yaml || !first_code(snippet)?.0.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let fence = Noted::new(&fence(snippet), format!("```{}", snippet.lang));
    let comments = comments(snippet);
    let Some((line, place)) = comments.first() else {
        let message = format!("the fence says {}, and this is the JSON of `{named}`", snippet.lang);
        return Some(Finding::new("fence/language", Severity::Note, message, fence).next("write ```json"));
    };
    let message = format!("this is shown as `{named}`, and has a comment, which JSON does not take");
    let finding =
        Finding::new("fence/language", Severity::Error, message, Noted::new(place, line.trim())).also(fence);
    Some(finding.next("write ```json, and name the file in the sentence before it"))
}

/// The line before a block's first.
fn fence(snippet: &Snippet) -> Place {
    let first = snippet.place(1, 1, 0);
    Place { line: first.line.saturating_sub(1).max(1), length: 3 + snippet.lang.chars().count(), ..first }
}

fn yaml_in_json(snippet: &Snippet) -> Option<Finding> {
    let named =
        snippet.named.as_deref().filter(|named| named.ends_with(".yml") || named.ends_with(".yaml"))?;
    let (line, place) = first_code(snippet)?;
    let is_yaml = line.split_once(':').is_some_and(|(key, _)| {
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    });
    if snippet.kind != Kind::Json || !is_yaml {
        return None;
    }
    let message = format!("the fence says json, and this is the YAML of `{named}`");
    Some(
        Finding::new("fence/language", Severity::Error, message, Noted::new(&place, line.trim()))
            .next("write ```yaml"),
    )
}

/// What a block is, by its own keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Rule groups with `alert` and `expr`.
    PrometheusRules,
    /// Rule groups with `uid`, `condition` and `data`.
    GrafanaRules,
    /// `scrape_configs`
    Prometheus,
    /// `route` and `receivers`
    Alertmanager,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::PrometheusRules => "rules of Prometheus (`alert`, `expr`)",
            Self::GrafanaRules => "Grafana's provisioned alert rules (`condition`, `data`)",
            Self::Prometheus => "Prometheus's own configuration (`scrape_configs`)",
            Self::Alertmanager => "Alertmanager's configuration (`route`, `receivers`)",
        }
    }
}

fn form(root: &Node) -> Option<(Form, &Node)> {
    let has = |keys: &[&str]| keys.iter().all(|key| root.get(key).is_some());
    if root.get("scrape_configs").is_some() {
        return root.entries().first().map(|(key, _)| (Form::Prometheus, key));
    }
    if has(&["route", "receivers"]) {
        return root.entries().first().map(|(key, _)| (Form::Alertmanager, key));
    }
    let groups = root.get("groups")?.items();
    let rule = groups.iter().filter_map(|group| group.get("rules")).flat_map(Node::items).next()?;
    let form = if rule.get("condition").is_some() && rule.get("data").is_some() {
        Form::GrafanaRules
    } else if rule.get("expr").is_some() && (rule.get("alert").is_some() || rule.get("record").is_some()) {
        Form::PrometheusRules
    } else {
        return None;
    };
    let (key, _) = root.entries().iter().find(|(key, _)| key.text() == Some("groups"))?;
    Some((form, key))
}

/// Whom a sentence names.
fn names(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    ["grafana", "prometheus", "alertmanager", "mimir", "loki", "cortex", "thanos"]
        .into_iter()
        .filter(|name| lower.contains(name))
        .collect()
}

fn products(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            let Some((form, key)) = form(&root.node) else { continue };
            findings.extend(other_file(snippet, form, key).or_else(|| other_product(snippet, form, key)));
        }
    }
}

/// A file whose name only one program reads.
fn other_file(snippet: &Snippet, form: Form, key: &Node) -> Option<Finding> {
    // A sentence may name the file in which this one is to be entered.
    let named = snippet.named.as_deref().filter(|named| snippet.whole || is_said_to_be(snippet, named))?;
    let base = named.rsplit('/').next().unwrap_or(named);
    let right = match base.rsplit_once('.')?.0 {
        "prometheus" => form == Form::Prometheus,
        "alertmanager" => form == Form::Alertmanager,
        _ => return None,
    };
    if right {
        return None;
    }
    let message = format!("this is shown as `{named}`, and it is {}", form.name());
    let noted = Noted::new(&snippet.node(key), key.text().unwrap_or_default());
    Some(Finding::new("fence/product", Severity::Error, message, noted).next("name the file that holds it"))
}

/// Whether the first comment, or a sentence that says nothing else, is a file's name.
fn is_said_to_be(snippet: &Snippet, named: &str) -> bool {
    let first = snippet.text.lines().next().unwrap_or_default().trim();
    let comment = first.strip_prefix('#').unwrap_or_default();
    let sentence = snippet.intro.trim().trim_end_matches(':');
    [comment, sentence].iter().any(|words| words.trim().trim_matches(['`', '*', ':']) == named)
}

fn other_product(snippet: &Snippet, form: Form, key: &Node) -> Option<Finding> {
    let own = match form {
        Form::PrometheusRules => "prometheus",
        Form::GrafanaRules => "grafana",
        Form::Prometheus | Form::Alertmanager => return None,
    };
    let other = if own == "prometheus" { "grafana" } else { "prometheus" };
    let (first, place) = snippet.lines().next()?;
    let comment = first.trim().strip_prefix('#').map(|comment| (comment.trim(), place));
    let heading = snippet.path.last().map(String::as_str).unwrap_or_default();
    let start = || snippet.place(1, 1, first.trim().chars().count());
    let close = [comment, Some((snippet.intro.as_str(), start())), Some((heading, start()))];
    // Of what stands nearest to the block the first that names anybody decides.
    for (words, place) in close.into_iter().flatten() {
        let named = names(words);
        if named.is_empty() {
            continue;
        }
        if named != [other] {
            return None;
        }
        return Some(accuse(snippet, form, key, Noted::new(&place, words), Severity::Error));
    }
    let above = snippet.path.iter().rev().skip(1).find(|title| !names(title).is_empty())?;
    let only = names(above) == [other] && !snippet.text.to_lowercase().contains(own);
    only.then(|| {
        accuse(snippet, form, key, Noted::new(&start(), format!("under \"{above}\"")), Severity::Warning)
    })
}

fn accuse(snippet: &Snippet, form: Form, key: &Node, said: Noted, severity: Severity) -> Finding {
    let (wrong, next) = if form == Form::PrometheusRules {
        (
            "this is said to be Grafana's, and it is a rule group of Prometheus: Grafana does not provision it",
            "Grafana's has `apiVersion: 1`, and for each rule `uid`, `title`, `condition` and `data`; or say that it is for Prometheus's `rule_files`",
        )
    } else {
        (
            "this is said to be Prometheus's, and it is a provisioning file of Grafana: Prometheus does not load it",
            "a rule of Prometheus has `alert` and `expr`; or say that it is for Grafana's provisioning folder",
        )
    };
    let noted = Noted::new(&snippet.node(key), key.text().unwrap_or_default());
    Finding::new("fence/product", severity, wrong, said).also(noted).next(next)
}
