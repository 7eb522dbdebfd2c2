//! What requests send: JSON that is none, bodies that an interface refuses, queries that do not parse, and URLs that
//! the shell or curl cuts up before they are sent.

use serde_json::Value as Json;

use super::Rule;
use super::curl::Value;
use super::endpoints::{Sent, each_request};
use super::logql::fault;
use super::ports::Product;
use super::queries::{only_a_pattern, shown};
use super::shell::Joint;
use super::sources::sources;
use crate::promql::parse;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "command/json",
        finds: "JSON in a command that is not valid once the shell has taken its quotes.",
        why: "The server answers 400.",
        wrong: "JSON with places to be filled in is not judged.",
        find: json,
    },
    Rule {
        id: "endpoint/body",
        finds: "Bodies of another form than the interface takes.",
        why: "The server refuses them, or takes them and does nothing.",
        wrong: "A file that is sent may have the right form already.",
        find: bodies,
    },
    Rule {
        id: "command/query",
        finds: "Queries in requests that do not parse.",
        why: "The server answers 400.",
        wrong: "Functions of a release newer than ours.",
        find: queries,
    },
    Rule {
        id: "command/url",
        finds: "URLs that the shell or curl cuts up: `&` without quotes, and braces and brackets without `-g`.",
        why: "Another request is sent than the one that is written.",
        wrong: "It cannot be: both are how the shell and curl read a word.",
        find: urls,
    },
];

fn noted(sent: &Sent<'_>, value: &Value<'_>) -> Noted {
    Noted::new(&sent.source.at(&value.word.at), shown(&sent.source.says(&value.word.at)))
}

fn is_json(value: &Value<'_>) -> bool {
    let text = value.text.trim_start();
    !value.option.contains("urlencode")
        && !matches!(value.option, "F" | "--form")
        && text.starts_with(['{', '['])
}

/// Whether a text is to be filled in first.
fn has_gaps(text: &str) -> bool {
    text.contains(['$', '<']) || text.contains("...") || text.contains('…')
}

fn json(corpus: &Corpus, findings: &mut Vec<Finding>) {
    each_request(corpus, &mut |sent| {
        for value in sent.request.data.iter().filter(|value| is_json(value) && !has_gaps(value.text)) {
            let Err(error) = serde_json::from_str::<Json>(value.text) else { continue };
            let raw = sent.source.says(&value.word.at);
            let lost = raw.matches('"').count() > value.text.matches('"').count() + 2
                || (!value.word.quoted && raw.contains('"'));
            let next = if lost {
                "the shell takes the inner quotes: write it between single quotes"
            } else {
                "JSON has double quotes, no comments and no trailing commas"
            };
            let message = format!("the body that {} sends is not valid JSON: {error}", sent.request.program);
            findings
                .push(Finding::new("command/json", Severity::Error, message, noted(sent, value)).next(next));
        }
    });
}

fn bodies(corpus: &Corpus, findings: &mut Vec<Finding>) {
    each_request(corpus, &mut |sent| {
        let Some(interface) = sent.interface().filter(|_| sent.request.method == "POST") else { return };
        let Some(value) = sent.request.data.first() else { return };
        let found = match (interface.product, sent.path.trim_end_matches('/')) {
            (Product::Grafana, "/api/dashboards/db") => dashboard(corpus, sent, value),
            (Product::Alertmanager, "/api/v2/alerts") => alerts(sent, value),
            (Product::Alertmanager, "/api/v2/silences") => silence(sent, value),
            _ => None,
        };
        findings.extend(found.or_else(|| untyped(sent, interface.product, value)));
    });
}

/// curl says of what it sends that it is a form, unless it is told otherwise.
fn untyped(sent: &Sent<'_>, product: Product, value: &Value<'_>) -> Option<Finding> {
    let takes_json =
        matches!(product, Product::Alertmanager | Product::Grafana) && sent.path.starts_with("/api/");
    let form = matches!(value.option, "F" | "--form") || value.option.contains("urlencode");
    if !takes_json || form || sent.request.says_json {
        return None;
    }
    let name = product.name();
    let message =
        format!("{name} takes JSON, and curl says of this body that it is a form: {name} refuses it");
    Some(
        Finding::new("endpoint/body", Severity::Error, message, noted(sent, value))
            .next("add `-H 'Content-Type: application/json'`"),
    )
}

fn sent_json(value: &Value<'_>) -> Option<Json> {
    is_json(value).then(|| serde_json::from_str(value.text).ok()).flatten()
}

/// Grafana takes `{"dashboard": {...}}`, not the dashboard itself.
fn dashboard(corpus: &Corpus, sent: &Sent<'_>, value: &Value<'_>) -> Option<Finding> {
    let next = "send `{\"dashboard\": {...}, \"overwrite\": true}`: `jq '{dashboard: ., overwrite: true}' file.json | curl ... -d @-`";
    if let Some(body) = sent_json(value) {
        let message =
            "Grafana's /api/dashboards/db takes an object with the key `dashboard`, which this body lacks";
        return body
            .get("dashboard")
            .is_none()
            .then(|| Finding::new("endpoint/body", Severity::Error, message, noted(sent, value)).next(next));
    }
    let file = value.text.strip_prefix('@').filter(|file| file.ends_with(".json"))?;
    let name = file.rsplit('/').next().unwrap_or(file);
    let of_system = || corpus.snippets.iter().filter(|snippet| *snippet.system == *sent.source.system);
    if let Some(whole) = of_system().find(|snippet| snippet.whole && snippet.file.ends_with(name)) {
        let root = &whole.roots.first()?.node;
        if root.get("dashboard").is_some() {
            return None;
        }
        let message = format!(
            "Grafana's /api/dashboards/db takes an object with the key `dashboard`, and `{name}` is the dashboard itself"
        );
        let place = Noted::new(&whole.node(root), "the dashboard");
        return Some(
            Finding::new("endpoint/body", Severity::Error, message, noted(sent, value))
                .also(place)
                .next(next),
        );
    }
    let message = format!(
        "`{name}` is posted as it is, and Grafana's /api/dashboards/db takes an object with the dashboard under the key `dashboard`"
    );
    let mut finding =
        Finding::new("endpoint/body", Severity::Warning, message, noted(sent, value)).next(next);
    for snippet in of_system() {
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |_, node| {
                let key = node.entries().iter().find(|(key, _)| key.text() == Some(name));
                finding.places.extend(key.map(|(key, _)| {
                    Noted::new(&snippet.node(key), "here the same file is the dashboard itself")
                }));
            });
        }
    }
    let import = sent.source.snippet.and_then(|snippet| {
        snippet.lines().find(|(line, _)| {
            let line = line.to_lowercase();
            line.trim_start().starts_with('#') && line.contains("import") && line.contains("upload")
        })
    });
    finding.places.extend(import.map(|(line, place)| Noted::new(&place, line.trim())));
    Some(finding)
}

fn alerts(sent: &Sent<'_>, value: &Value<'_>) -> Option<Finding> {
    let body = sent_json(value)?;
    if !body.is_array() {
        let message = "Alertmanager's /api/v2/alerts takes a list of alerts, and this body is one object";
        return Some(
            Finding::new("endpoint/body", Severity::Error, message, noted(sent, value))
                .next("write `[{...}]`"),
        );
    }
    let bare = body.as_array()?.iter().any(|alert| alert.get("labels").is_none());
    let message = "an alert without `labels` is refused by Alertmanager";
    bare.then(|| {
        Finding::new("endpoint/body", Severity::Error, message, noted(sent, value))
            .next("write `[{\"labels\": {\"alertname\": ...}}]`")
    })
}

fn silence(sent: &Sent<'_>, value: &Value<'_>) -> Option<Finding> {
    let body = sent_json(value)?;
    let needed = ["matchers", "startsAt", "endsAt", "createdBy", "comment"];
    let mut missing: Vec<&str> = needed.into_iter().filter(|key| body.get(key).is_none()).collect();
    let matchers = body.get("matchers").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    if matchers.iter().any(|matcher| matcher.get("isRegex").is_none()) {
        missing.push("matchers[].isRegex");
    }
    if missing.is_empty() {
        return None;
    }
    let message = format!("Alertmanager refuses a silence without {}", missing.join(", "));
    Some(
        Finding::new("endpoint/body", Severity::Error, message, noted(sent, value))
            .next("a silence needs matchers (name, value, isRegex), startsAt, endsAt, createdBy and comment"),
    )
}

fn queries(corpus: &Corpus, findings: &mut Vec<Finding>) {
    each_request(corpus, &mut |sent| {
        let path = sent.path.trim_end_matches('/');
        let asks = path.ends_with("/api/v1/query") || path.ends_with("/api/v1/query_range");
        let product = sent.interface().map(|interface| interface.product);
        if !asks || !matches!(product, Some(Product::Prometheus | Product::Loki)) {
            return;
        }
        let in_data = sent
            .request
            .data
            .iter()
            .filter_map(|value| Some((value.text.strip_prefix("query=")?.to_owned(), &value.word.at)));
        let in_url = sent
            .request
            .url
            .query
            .split('&')
            .filter_map(|pair| Some((decoded(pair.strip_prefix("query=")?), &sent.request.word.at)));
        for (query, at) in in_data.chain(in_url) {
            if only_a_pattern(&query) || query.is_empty() {
                continue;
            }
            let (language, wrong) = if product == Some(Product::Loki) {
                ("LogQL", fault(&query).map(|fault| (fault.message, fault.help)))
            } else {
                ("PromQL", parse(&query).err().map(|error| (error.message, error.help)))
            };
            let Some((wrong, help)) = wrong else { continue };
            let noted = Noted::new(&sent.source.at(at), shown(&query));
            let message = format!("the query in this request is not valid {language}: {wrong}");
            findings.push(
                Finding::new("command/query", Severity::Error, message, noted).next(help.unwrap_or_default()),
            );
        }
    });
}

/// `%7B` and `+` as what they stand for.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let hex = text
            .get(at + 1..at + 3)
            .filter(|_| bytes[at] == b'%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn urls(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for source in sources(corpus) {
        let commands = &source.script.commands;
        for (command, next) in commands.iter().zip(commands.iter().skip(1)) {
            let Some(last) = command.words.last().filter(|_| command.joint == Joint::Background) else {
                continue;
            };
            let glued = last.at.end == command.joint_at && last.text.contains('?') && !last.quoted;
            let Some(pair) = next
                .words
                .first()
                .filter(|word| word.at.start == command.joint_at + 1 && word.text.contains('='))
            else {
                continue;
            };
            if glued {
                let at = last.at.start..pair.at.end;
                let message = "the shell ends the command at `&`: what stands behind it is not sent";
                let finding = Finding::new(
                    "command/url",
                    Severity::Error,
                    message,
                    Noted::new(&source.at(&at), source.says(&at)),
                );
                findings.push(finding.next("put the URL between quotes"));
            }
        }
    }
    each_request(corpus, &mut |sent| {
        let query = &sent.request.url.query;
        if sent.request.globs_off || sent.request.program != "curl" || sent.request.word.text.contains("${") {
            return;
        }
        let brackets = query.split('[').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let braces = query
            .split('{')
            .skip(1)
            .any(|rest| rest.split('}').next().is_some_and(|inner| inner.contains('=')));
        let message = match (brackets, braces) {
            (true, _) => "curl takes the brackets in a URL for a range of numbers, and refuses this one",
            (false, true) => {
                "curl takes the braces out of a URL, and sends another query than the one that is written"
            }
            _ => return,
        };
        findings.push(
            Finding::new("command/url", Severity::Error, message, sent.noted())
                .next("use `--get --data-urlencode 'query=...'`, or switch that off with `-g`"),
        );
    });
}
