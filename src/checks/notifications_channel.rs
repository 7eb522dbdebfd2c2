//! Channels, as documents speak of them: by a name such as `Slack #alerts`, which says what is spoken there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::chain::{Chain, Sent, name_of, subject};
use super::notifications_misrouted::{by_alert, lines};
use super::{Finding, Verdict};
use crate::contract::Channel;

/// Whether a channel gets the severities that it is for, and no other.
pub(super) fn judge(promise: &Channel, chain: &Chain<'_>, all: &[Sent<'_>]) -> Verdict {
    if promise.severity.is_empty() {
        return Verdict::vacuous(format!(
            "the document says in words only what `{}` is for: {}",
            promise.name, promise.used_for
        ));
    }
    let Some(reads) = Reads::of(&promise.name) else {
        return Verdict::vacuous(format!(
            "what `{}` is sent cannot be told from the rest: its name names neither Slack, PagerDuty nor a webhook",
            promise.name
        ));
    };
    let severity = |labels: &BTreeMap<String, String>| labels.get("severity").cloned().unwrap_or_default();
    let promised = |labels: &BTreeMap<String, String>| promise.severity.contains(&severity(labels));
    let text = promise.severity.join(", ");
    let (mut findings, mut there) = (Vec::new(), 0);
    for ((_, labels), sent) in by_alert(all, |_| true) {
        let own: Vec<&Sent<'_>> = sent.iter().filter(|sent| reads.gets(sent)).copied().collect();
        there += own.len();
        let (expected, observed, evidence) = match (promised(labels), own.is_empty()) {
            (true, false) | (false, true) => continue,
            (true, true) => {
                let others: BTreeSet<String> = sent
                    .iter()
                    .map(|sent| format!("`{}` ({})", sent.last.receiver, sent.last.kind))
                    .collect();
                let others = others.into_iter().collect::<Vec<_>>().join(", ");
                let expected = format!("to reach {}, which gets {text}", promise.name);
                (expected, format!("sent only to {others}"), sent)
            }
            (false, false) => (
                format!("not to reach {}, which gets {text} only", promise.name),
                format!("sent there with severity {:?}", severity(labels)),
                own,
            ),
        };
        findings.push(Finding {
            subject: subject(name_of(labels), labels),
            expected,
            observed,
            evidence: lines(evidence.into_iter(), chain),
            next: "compare the matchers of the routes to this channel's receivers with the document's table"
                .to_owned(),
        });
    }
    if findings.is_empty() && there == 0 {
        return Verdict::vacuous(format!(
            "nothing of severity {text} was sent, and nothing to {}",
            promise.name
        ));
    }
    Verdict::from_findings(findings, || format!("{} got what is {text}, and nothing else", promise.name))
}

/// How to tell what a channel gets.
struct Reads<'a> {
    kind: &'static str,
    /// The channel of Slack.
    channel: Option<&'a str>,
}

impl<'a> Reads<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let lower = name.to_lowercase();
        let kind = ["slack", "pagerduty", "webhook"].into_iter().find(|kind| lower.contains(kind))?;
        Some(Self { kind, channel: name.split_whitespace().find(|word| word.starts_with('#')) })
    }

    fn gets(&self, sent: &Sent<'_>) -> bool {
        let here = |body: &str| {
            let body: Option<Value> = serde_json::from_str(body).ok();
            let channel = body.as_ref().and_then(|body| body.get("channel")?.as_str());
            self.channel.is_none_or(|wanted| channel.is_none_or(|channel| channel == wanted))
        };
        sent.last.kind == self.kind
            && (sent.arrived.is_empty() || sent.arrived.iter().any(|delivery| here(&delivery.body)))
    }
}
