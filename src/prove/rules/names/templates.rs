//! What Alertmanager makes of a receiver: templates that nothing defines, fields that an old interface drops.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use super::alerts::{Config, configs};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "routing/template-undefined",
        finds: "Templates that a receiver uses, that nothing defines and that are none of Alertmanager's own.",
        why: "The notification fails when the alert fires: nobody is told.",
        wrong: "A file that is not among the linted ones may define it; where the configuration names such files, this \
                is a note.",
        find: undefined,
    },
    Rule {
        id: "routing/pagerduty-field",
        finds: "Fields of PagerDuty's second interface beside a key of the first.",
        why: "They are dropped: every incident has the same severity.",
        wrong: "It cannot.",
        find: pagerduty,
    },
];

/// The integrations of Alertmanager whose templates are called `<integration>.default.<field>`.
const INTEGRATIONS: [&str; 16] = [
    "discord",
    "email",
    "incidentio",
    "jira",
    "mattermost",
    "msteams",
    "msteamsv2",
    "opsgenie",
    "pagerduty",
    "pushover",
    "rocketchat",
    "slack",
    "sns",
    "telegram",
    "victorops",
    "webex",
];

/// The fields of those of them that are used most, from Alertmanager's `default.tmpl`.
const FIELDS: [(&str, &[&str]); 3] = [
    (
        "slack",
        &[
            "title",
            "username",
            "fallback",
            "callbackid",
            "pretext",
            "titlelink",
            "iconemoji",
            "iconurl",
            "text",
            "footer",
            "color",
        ],
    ),
    ("email", &["subject", "html"]),
    ("pagerduty", &["description", "client", "clientURL", "instances"]),
];

fn built_in(name: &str) -> bool {
    let mut parts = name.splitn(3, '.');
    let (integration, default, field) =
        (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
    let fields = FIELDS.iter().find(|(of, _)| *of == integration).map(|(_, fields)| *fields);
    let known = INTEGRATIONS.contains(&integration) || integration == "wechat";
    name.starts_with("__")
        || known && default == Some("default") && fields.is_none_or(|fields| fields.contains(&field))
}

/// The names after a word of the template language: `{{ template "x" . }}` has `x`.
fn named<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let after = text.match_indices("{{").filter_map(|(at, _)| {
        let inside = text[at + 2..].trim_start_matches('-').trim_start().strip_prefix(word)?.trim_start();
        let quote = inside.chars().next().filter(|c| matches!(c, '"' | '`' | '\''))?;
        inside[1..].split(quote).next()
    });
    after.collect()
}

/// The templates that the documents and files of a system define.
fn defined<'a>(corpus: &'a Corpus, system: &str) -> BTreeSet<&'a str> {
    let pages = corpus.pages.iter().filter(|(_, of)| **of == *system).map(|(page, _)| page.text());
    // A file of templates names no product: it may be any system's.
    let files = corpus.snippets.iter().filter(|snippet| snippet.whole).map(|snippet| snippet.text.as_str());
    pages
        .chain(files)
        .flat_map(|text| ["define", "block"].into_iter().flat_map(move |word| named(text, word)))
        .collect()
}

fn undefined(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let configs = configs(corpus);
    let loads = |config: &Config<'_>| config.node.get("templates").is_some_and(|it| !it.items().is_empty());
    // A file of templates at hand is taken for the one that is named.
    let at_hand =
        corpus.snippets.iter().any(|snippet| snippet.whole && !named(&snippet.text, "define").is_empty());
    for config in &configs {
        let defined = defined(corpus, &config.snippet.system);
        let mut used: BTreeMap<usize, (&Node, Vec<&str>)> = BTreeMap::new();
        for receiver in config.node.get("receivers").map(Node::items).unwrap_or_default() {
            receiver.walk(&mut Vec::new(), &mut |_, node| {
                let names = node.text().map(|text| named(text, "template")).unwrap_or_default();
                let missing: Vec<&str> =
                    names.into_iter().filter(|name| !defined.contains(name) && !built_in(name)).collect();
                if !missing.is_empty() {
                    used.insert(node.line, (node, missing));
                }
            });
        }
        let names: BTreeSet<&str> = used.values().flat_map(|(_, names)| names.iter().copied()).collect();
        let mut places =
            used.values().map(|(node, names)| Noted::new(&config.snippet.node(node), names.join(", ")));
        let Some(first) = places.next() else { continue };
        let same_file = |other: &&Config<'_>| other.snippet.file == config.snippet.file;
        let elsewhere = configs.iter().filter(same_file).any(loads) && !at_hand;
        let severity = if elsewhere { Severity::Note } else { Severity::Error };
        let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let message = match elsewhere {
            true => {
                format!("the templates {} are in files that were not linted, if anywhere", shown.join(", "))
            }
            false => format!(
                "no template is called {}: the notification fails when the alert fires",
                shown.join(" or ")
            ),
        };
        let mut finding = Finding::new("routing/template-undefined", severity, message, first);
        finding.places.extend(places);
        findings.push(finding.next(advice(&names)));
    }
}

fn advice(names: &BTreeSet<&str>) -> String {
    let nearest = names.iter().filter_map(|name| {
        let (integration, field) = (name.split('.').next()?, name.rsplit('.').next()?);
        Some(format!("{integration}.default.{field}")).filter(|name| built_in(name))
    });
    let nearest: Vec<String> = nearest.map(|name| format!("`{name}`")).collect();
    let own = "define it in a file that `templates:` names";
    if nearest.is_empty() {
        own.to_owned()
    } else {
        format!("{own}, or use Alertmanager's own {}", nearest.join(", "))
    }
}

fn pagerduty(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for config in configs(corpus) {
        for receiver in config.node.get("receivers").map(Node::items).unwrap_or_default() {
            for pagerduty in receiver.get("pagerduty_configs").map(Node::items).unwrap_or_default() {
                let old = pagerduty.get("service_key").or_else(|| pagerduty.get("service_key_file"));
                let Some(key) = old.filter(|_| pagerduty.get("routing_key").is_none()) else { continue };
                let dropped = ["severity", "class", "component", "group"];
                for (name, field) in dropped.iter().filter_map(|name| Some((name, pagerduty.get(name)?))) {
                    let message = format!(
                        "`{name}` is dropped: a `service_key` is of PagerDuty's first interface, which has no such field"
                    );
                    let at = |node: &Node, says: &str| Noted::new(&config.snippet.node(node), says);
                    let finding = Finding::new(
                        "routing/pagerduty-field",
                        Severity::Note,
                        message,
                        at(field, field.text().unwrap_or_default()),
                    );
                    findings.push(
                        finding
                            .also(at(key, "service_key"))
                            .next("use a `routing_key`, of an integration with Events API v2"),
                    );
                }
            }
        }
    }
}
