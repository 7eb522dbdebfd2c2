//! What the body of a message says, by the kind of integration that it comes from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::chain::{few, firing, name_of, text};
use crate::contract::{Receiver, ReceiverKind};
use crate::observe::{Delivered, NotificationEvent};

/// Something that is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fault {
    /// What it should say.
    pub(super) expected: String,
    /// What it says.
    pub(super) observed: String,
    /// What to do.
    pub(super) next: &'static str,
}

const TEMPLATE: &str = "render the template with this alert: it reads a label or annotation that the alert, or some alert of the group, has not";

/// A body as it was read.
pub(super) struct Body<'a> {
    delivery: &'a Delivered,
    /// None where it is no JSON.
    json: Option<Value>,
}

impl<'a> Body<'a> {
    /// Reads a body; the fault is that it is none.
    pub(super) fn read(delivery: &'a Delivered) -> (Self, Vec<Fault>) {
        match serde_json::from_str::<Value>(&delivery.body) {
            Ok(json) if json.is_object() => (Self { delivery, json: Some(json) }, Vec::new()),
            read => {
                let observed = match read {
                    Ok(_) => "JSON that is no object".to_owned(),
                    Err(error) => format!("no JSON: {error}"),
                };
                let fault = Fault {
                    expected: "a JSON object".to_owned(),
                    observed,
                    next: "look at what stands between Alertmanager and the receiver: Alertmanager sends JSON",
                };
                (Self { delivery, json: None }, vec![fault])
            }
        }
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        self.json.as_ref()?.pointer(pointer)
    }

    fn text_at(&self, pointer: &str) -> &str {
        self.at(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// What no message should look like.
    pub(super) fn said_badly(&self) -> Vec<Fault> {
        let Some(json) = &self.json else { return Vec::new() };
        let mut texts = Vec::new();
        collect(json, "", &mut texts);
        let mut faults: Vec<Fault> = texts
            .iter()
            .filter_map(|(path, text)| {
                Some(Fault {
                    expected: "texts of templates that did not fail".to_owned(),
                    observed: format!("`{}` in {path}", failed_template(text)?),
                    next: TEMPLATE,
                })
            })
            .collect();
        if self.says_nothing() {
            faults.push(Fault {
                expected: "a title or a text".to_owned(),
                observed: "both are empty".to_owned(),
                next: TEMPLATE,
            });
        }
        faults
    }

    fn says_nothing(&self) -> bool {
        let empty =
            |pointers: &[&str]| pointers.iter().all(|pointer| self.text_at(pointer).trim().is_empty());
        match self.delivery.kind.as_str() {
            "slack" => {
                let fields =
                    ["/text", "/attachments/0/title", "/attachments/0/text", "/attachments/0/pretext"];
                let list = |pointer: &str| {
                    self.at(pointer).and_then(Value::as_array).is_some_and(|all| !all.is_empty())
                };
                empty(&fields) && !list("/attachments/0/fields") && !list("/blocks")
            }
            "pagerduty" if !self.is_pagerduty_end() => empty(&["/payload/summary", "/description"]),
            _ => false,
        }
    }

    /// Whether it closes an incident: then the key is all that counts.
    fn is_pagerduty_end(&self) -> bool {
        self.text_at("/event_action") == "resolve" || self.text_at("/event_type") == "resolve"
    }

    /// Texts that it should have and has not.
    pub(super) fn lacks(&self, wanted: &[String]) -> Vec<Fault> {
        let mut texts = Vec::new();
        if let Some(json) = &self.json {
            collect(json, "", &mut texts);
        }
        let has = |wanted: &str| {
            self.delivery.body.contains(wanted) || texts.iter().any(|(_, text)| text.contains(wanted))
        };
        let fault = |wanted: &String| Fault {
            expected: format!("to contain {wanted:?}"),
            observed: "no text of it does".to_owned(),
            next: "look at the template of this integration, and at the alert's labels and annotations",
        };
        wanted.iter().filter(|wanted| !has(wanted)).map(fault).collect()
    }

    /// How a webhook differs from the notification that it is.
    pub(super) fn other_than(&self, event: &NotificationEvent) -> Vec<Fault> {
        if self.delivery.kind != "webhook" || self.json.is_none() {
            return Vec::new();
        }
        let mut faults = Vec::new();
        let mut differ = |expected: String, observed: String| {
            if expected != observed {
                let next = "look at what stands between Alertmanager and the receiver: something rewrites it";
                faults.push(Fault { expected, observed, next });
            }
        };
        let status = if event.alerts.iter().any(firing) { "firing" } else { "resolved" };
        differ(format!("status {status:?}"), format!("status {:?}", self.text_at("/status")));
        let receiver = self.text_at("/receiver");
        if receiver != quoted(&event.receiver) {
            differ(format!("receiver {:?}", event.receiver), format!("receiver {receiver:?}"));
        }
        let group: BTreeMap<String, String> = self.labels("/groupLabels");
        if group != event.group_labels {
            let plain = |labels: &BTreeMap<String, String>| format!("group labels {labels:?}");
            differ(plain(&event.group_labels), plain(&group));
        }
        let alert = |labels: &BTreeMap<String, String>, status: &str| {
            format!("`{}{}` {status}", name_of(labels), text(labels))
        };
        let told = event
            .alerts
            .iter()
            .map(|one| alert(&one.labels, if firing(one) { "firing" } else { "resolved" }));
        let told: BTreeSet<String> = told.collect();
        let all = self.at("/alerts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let said = |one: &Value| {
            let labels = one.get("labels").and_then(labels).unwrap_or_default();
            alert(&labels, one.get("status").and_then(Value::as_str).unwrap_or("without a status"))
        };
        let said: BTreeSet<String> = all.iter().map(said).collect();
        // `max_alerts` leaves alerts out, and says so.
        let cut = self.at("/truncatedAlerts").and_then(Value::as_u64).unwrap_or(0) > 0;
        let only = |these: &BTreeSet<String>, those: &BTreeSet<String>, none: &str| {
            let list = few(these.difference(those).cloned().collect(), 3).join(", ");
            if list.is_empty() { none.to_owned() } else { list }
        };
        if said != told && !(cut && said.is_subset(&told)) {
            let expected = only(&told, &said, "no alerts but those of the notification");
            differ(expected, only(&said, &told, "it is not there"));
        }
        faults
    }

    fn labels(&self, pointer: &str) -> BTreeMap<String, String> {
        self.at(pointer).and_then(labels).unwrap_or_default()
    }

    /// What a document promises of a receiver and the message has not.
    pub(super) fn not_as_promised(&self, receiver: &Receiver) -> Vec<Fault> {
        if self.json.is_none() {
            return Vec::new();
        }
        let mut faults = Vec::new();
        match receiver.kind {
            ReceiverKind::Slack => faults.extend(self.other_channel(receiver)),
            ReceiverKind::Pagerduty => faults.extend(self.keyless()),
            ReceiverKind::Webhook | ReceiverKind::Email => {}
        }
        for field in receiver.templates.keys() {
            let Some(pointers) = places(receiver.kind, field) else { continue };
            if self.delivery.kind == "pagerduty" && self.is_pagerduty_end() {
                continue;
            }
            let empty = pointers.iter().all(|pointer| self.text_at(pointer).trim().is_empty());
            if empty {
                faults.push(Fault {
                    expected: format!("a {field}, by the template that the document prints"),
                    observed: "it is empty".to_owned(),
                    next: TEMPLATE,
                });
            }
        }
        faults
    }

    fn other_channel(&self, receiver: &Receiver) -> Option<Fault> {
        let wanted = receiver.to.as_deref().filter(|to| to.starts_with('#') || to.starts_with('@'))?;
        let channel = self.text_at("/channel");
        (channel != wanted).then(|| Fault {
            expected: format!("channel {wanted:?}"),
            observed: if channel.is_empty() {
                "no channel".to_owned()
            } else {
                format!("channel {channel:?}")
            },
            next: "correct `channel:` of this receiver, or the document",
        })
    }

    /// PagerDuty joins what is told of one incident by its key, and takes nothing without the service's.
    fn keyless(&self) -> Vec<Fault> {
        let either = |fields: [&'static str; 2], what: &str| {
            let missing = fields.iter().all(|field| self.text_at(field).is_empty());
            missing.then(|| Fault {
                expected: format!("{what} key"),
                observed: "it has none".to_owned(),
                next: "look at the keys of this receiver, and at what stands between: without them no incident is opened, or none is closed",
            })
        };
        let incident = either(["/dedup_key", "/incident_key"], "an incident's");
        incident.into_iter().chain(either(["/routing_key", "/service_key"], "a service's")).collect()
    }
}

/// Where a message has what a field of a receiver's configuration makes; none where that is not known.
fn places(kind: ReceiverKind, field: &str) -> Option<&'static [&'static str]> {
    Some(match (kind, field) {
        (ReceiverKind::Slack, "title") => &["/attachments/0/title"],
        (ReceiverKind::Slack, "text") => &["/attachments/0/text", "/text"],
        (ReceiverKind::Slack, "pretext") => &["/attachments/0/pretext"],
        (ReceiverKind::Slack, "fallback") => &["/attachments/0/fallback"],
        (ReceiverKind::Slack, "footer") => &["/attachments/0/footer"],
        (ReceiverKind::Slack, "username") => &["/username"],
        (ReceiverKind::Pagerduty, "severity") => &["/payload/severity"],
        (ReceiverKind::Pagerduty, "description") => &["/payload/summary", "/description"],
        (ReceiverKind::Pagerduty, "class") => &["/payload/class"],
        (ReceiverKind::Pagerduty, "component") => &["/payload/component"],
        (ReceiverKind::Pagerduty, "group") => &["/payload/group"],
        (ReceiverKind::Pagerduty, "client") => &["/client"],
        _ => return None,
    })
}

/// A receiver's name as Alertmanager's webhooks have it: made fit for a regular expression.
fn quoted(name: &str) -> String {
    let special = |c: char| r"\.+*?()|[]{}^$".contains(c);
    name.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

fn labels(value: &Value) -> Option<BTreeMap<String, String>> {
    serde_json::from_value(value.clone()).ok()
}

/// Every text of a JSON value, and where it stands.
fn collect<'v>(value: &'v Value, path: &str, texts: &mut Vec<(String, &'v str)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::String(text) => texts.push((path.to_owned(), text)),
        Value::Array(all) => {
            for (index, one) in all.iter().enumerate() {
                collect(one, &format!("{path}[{index}]"), texts);
            }
        }
        Value::Object(fields) => {
            for (key, one) in fields {
                collect(one, &below(key), texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The mark that a template left which failed, as Go prints them: `<no value>`, `<nil>`, `%!d(string=x)`; and Prometheus
/// where an annotation's does.
fn failed_template(text: &str) -> Option<&str> {
    const MARKS: [&str; 3] = ["<no value>", "<nil>", "<error expanding template"];
    let mark = MARKS.iter().find_map(|mark| text.find(mark).map(|at| &text[at..at + mark.len()]));
    mark.or_else(|| bad_verb(text))
}

/// `%!` with a verb or none, and a bracket: a percent sign before an exclamation mark is no fault.
fn bad_verb(text: &str) -> Option<&str> {
    text.match_indices("%!").find_map(|(at, _)| {
        let rest = &text[at + 2..];
        let mut chars = rest.char_indices();
        let (_, first) = chars.next()?;
        let verb =
            if first == '(' { Some(0) } else { chars.next().filter(|(_, c)| *c == '(').map(|(at, _)| at) };
        let end = at + 2 + verb? + 1;
        Some(text.get(at..end).unwrap_or("%!"))
    })
}
