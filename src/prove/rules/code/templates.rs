//! Templates in alerts and notifications that cannot be filled in.

use super::Rule;
use super::annotated::{Annotated, alerts, is_chart, within};
use super::gotemplate::{ALERTMANAGER, Dialect, PROMETHEUS, Word, actions, slips};
use super::labels::lost;
use super::queries::{part, shown};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::snippet::Snippet;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "template/syntax",
        finds: "Templates of alerts and notifications with open braces, unknown functions or unknown variables.",
        why: "Prometheus refuses the rule file, and a notification that fails to render is never sent.",
        wrong: "Functions of a release newer than ours.",
        find: syntax,
    },
    Rule {
        id: "template/label",
        finds: "Annotations that print a label which the alert's expression has summed away.",
        why: "It prints nothing: whoever is called does not learn what it is about.",
        wrong: "It cannot be: which labels an aggregation keeps is written in it.",
        find: labels,
    },
];

fn syntax(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for alert in alerts(corpus) {
        for (key, value) in alert.annotations.iter().chain(alert.labels) {
            let subject = format!("`{}` of the alert `{}`", key.text().unwrap_or_default(), alert.name);
            findings.extend(faults(alert.snippet, value, &subject, &PROMETHEUS));
        }
    }
    for (snippet, key, value) in notifications(corpus) {
        findings.extend(faults(snippet, value, &format!("`{key}` of a receiver"), &ALERTMANAGER));
    }
}

fn faults(snippet: &Snippet, value: &Node, subject: &str, dialect: &Dialect) -> Vec<Finding> {
    let text = value.text().unwrap_or_default();
    let faults = slips(text, dialect).into_iter().map(|slip| {
        let place = within(snippet, value, &slip.text);
        let noted = Noted::new(&place, shown(&slip.text));
        Finding::new(
            "template/syntax",
            Severity::Error,
            format!("the template in {subject} does not work: {}", slip.message),
            noted,
        )
        .next(slip.next)
    });
    faults.collect()
}

/// The texts with templates in the receivers of Alertmanager's configurations.
fn notifications(corpus: &Corpus) -> Vec<(&Snippet, &str, &Node)> {
    let mut found = Vec::new();
    for snippet in corpus.snippets.iter().filter(|snippet| !is_chart(snippet)) {
        for root in &snippet.roots {
            for receivers in receivers(&root.node) {
                receivers.walk(&mut Vec::new(), &mut |path, node| {
                    let key = path.iter().rev().find(|step| **step != "[]").copied().unwrap_or_default();
                    if node.text().is_some_and(|text| text.contains("{{")) {
                        found.push((snippet, key, node));
                    }
                });
            }
        }
    }
    found
}

/// The lists of receivers in a tree: those whose items have `*_configs`, or in the operator's spelling `*Configs`.
fn receivers(root: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    root.walk(&mut Vec::new(), &mut |path, node| {
        let of_receiver = |key: &str| key.ends_with("_configs") || key.ends_with("Configs");
        let has = |item: &Node| item.entries().iter().any(|(key, _)| key.text().is_some_and(of_receiver));
        if path.last() == Some(&"receivers") && node.items().iter().any(has) {
            found.push(node);
        }
    });
    found
}

fn labels(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for alert in alerts(corpus) {
        let Some(query) = alert.query else { continue };
        let Ok(expr) = &query.parsed else { continue };
        for (_, value) in alert.annotations.iter().chain(alert.labels) {
            for (label, whole) in printed(value.text().unwrap_or_default()) {
                let Some(by) = lost(expr, &label) else { continue };
                let place = within(alert.snippet, value, whole);
                findings.push(
                    Finding::new(
                        "template/label",
                        Severity::Error,
                        message(&alert, &label),
                        Noted::new(&place, whole),
                    )
                    .also(part(query, by))
                    .next(next(&alert, &label)),
                );
            }
        }
    }
}

fn message(alert: &Annotated<'_>, label: &str) -> String {
    format!(
        "the alert `{}` prints the label `{label}`, which its expression does not keep: nothing is printed there",
        alert.name
    )
}

fn next(alert: &Annotated<'_>, label: &str) -> String {
    if alert.labels.iter().any(|(key, _)| key.text() == Some(label)) {
        return "labels that the rule adds itself are not in $labels: write the value".to_owned();
    }
    format!("keep it with `by ({label})`, or take it out of the annotation")
}

/// The labels that a template prints, each with the action that does.
fn printed(text: &str) -> Vec<(String, &str)> {
    let Ok(actions) = actions(text) else { return Vec::new() };
    let moves_dot = |action: &super::gotemplate::Action<'_>| {
        matches!(action.words.first(), Some(Word::Name("range" | "with" | "define" | "block")))
    };
    let dot_moves = actions.iter().any(moves_dot);
    let mut found = Vec::new();
    for action in &actions {
        for (index, word) in action.words.iter().enumerate() {
            let path = match word {
                Word::Variable(path) => path.strip_prefix("$labels."),
                Word::Field(path) if !dot_moves => path.strip_prefix(".Labels."),
                Word::Text(text) => {
                    let before = |back: usize| index.checked_sub(back).map(|at| action.words[at]);
                    let indexed = before(1) == Some(Word::Variable("$labels"))
                        && before(2) == Some(Word::Name("index"));
                    indexed.then(|| text.trim_matches(['"', '`']))
                }
                _ => None,
            };
            // `if $labels.x` asks whether there is one.
            let asks = matches!(action.words.first(), Some(Word::Name("if" | "else")));
            if let Some(label) = path.filter(|label| !label.is_empty() && !label.contains('.') && !asks) {
                found.push((label.to_owned(), action.whole));
            }
        }
    }
    found
}
