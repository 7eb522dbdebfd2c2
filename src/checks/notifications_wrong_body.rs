use std::collections::BTreeMap;

use super::chain::{Chain, Told, alert_of, few, integration};
use super::message_body::{Body, Fault};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Promise, Receiver, ReceiverKind};
use crate::observe::{Delivered, NotificationEvent};

/// A message does not say what it should.
pub(super) struct NotificationsWrongBody;

impl Check for NotificationsWrongBody {
    fn id(&self) -> &'static str {
        "notifications/wrong-body"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That each message that arrives is JSON, has a title or text, shows no template that failed (`<no value>`, `<nil>`, `%!`), names the alerts and states of its notification, has what the scenario says that it contains, and the channel, keys, severity and texts that the document promises.",
            why: "At three in the morning `<no value>` is all that somebody has to go by; a page without a severity or a key never opens an incident, or never closes it.",
            needs: "Messages that arrived at sinks of ours.",
            wrong: "A text that quotes such marks on purpose is accused. A text of what all alerts of a group have in common is empty when they differ: that is accused where the document promises the text. A webhook that was cut to `max_alerts` is compared as far as it goes.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        if !matches!(clause.promise, Promise::Alert(_) | Promise::Receiver(_)) {
            return None;
        }
        let chain = match Chain::of(case) {
            Ok(chain) => chain,
            Err(vacuous) => return Some(vacuous),
        };
        let arrived = arrived(&chain);
        match &clause.promise {
            Promise::Receiver(receiver) => Some(of_receiver(receiver, &arrived, &chain)),
            _ => alert_of(clause).map(|name| of_alert(name, &arrived, &chain)),
        }
    }
}

/// Something that arrived, and the notification that it is.
type Arrived<'a> = (&'a Delivered, Option<&'a NotificationEvent>);

fn arrived<'a>(chain: &Chain<'a>) -> Vec<Arrived<'a>> {
    let mut all = Vec::new();
    for leg in &chain.legs {
        let by_id: BTreeMap<u64, &NotificationEvent> =
            leg.notifications.iter().map(|event| (event.id, event)).collect();
        let join = |one: &'a Delivered| (one, one.notification.and_then(|id| by_id.get(&id).copied()));
        all.extend(leg.deliveries.iter().map(join));
    }
    all
}

/// Faults of the same kind at the same receiver: each is told once, with where it was seen.
#[derive(Default)]
struct Faults<'a> {
    found: BTreeMap<(String, Fault), Vec<&'a Delivered>>,
}

impl<'a> Faults<'a> {
    fn add(&mut self, delivery: &'a Delivered, faults: Vec<Fault>) {
        let who = integration(&delivery.receiver, &delivery.kind, delivery.index);
        for fault in faults {
            self.found.entry((who.clone(), fault)).or_default().push(delivery);
        }
    }

    fn findings(self, chain: &Chain<'_>) -> Vec<Finding> {
        let finding = |((who, fault), seen): ((String, Fault), Vec<&Delivered>)| {
            let line = |delivery: &&Delivered| {
                let id = delivery.notification.map_or_else(String::new, |id| format!(" (notification {id})"));
                format!("{}{id}: {}", chain.times.text(delivery.at), cut(&delivery.body))
            };
            let mut evidence = few(seen.iter().map(line).collect(), 2);
            evidence.extend(
                chain
                    .forgotten(&seen)
                    .into_iter()
                    .map(|why| format!("Alertmanager passed over an error: {why}")),
            );
            evidence.extend(chain.times.phases());
            let times = if seen.len() > 1 { format!(", in {} messages", seen.len()) } else { String::new() };
            Finding {
                subject: format!("message to {who}"),
                expected: fault.expected,
                observed: format!("{}{times}", fault.observed),
                evidence,
                next: fault.next.to_owned(),
            }
        };
        self.found.into_iter().map(finding).collect()
    }
}

/// The beginning of a body, for evidence.
fn cut(body: &str) -> String {
    const MOST: usize = 300;
    let mut chars = body.chars();
    let head: String = chars.by_ref().take(MOST).collect();
    if chars.next().is_some() { format!("{head}...") } else { head }
}

fn of_alert(name: &str, arrived: &[Arrived<'_>], chain: &Chain<'_>) -> Verdict {
    let mut faults = Faults::default();
    let mut read = 0;
    for (delivery, event) in arrived {
        let Some(event) = event.filter(|event| tells_of(event, name)) else { continue };
        read += 1;
        let (body, mut wrong) = Body::read(delivery);
        wrong.extend(body.said_badly());
        wrong.extend(body.other_than(event));
        for notice in chain.expected(name).into_iter().flat_map(Told::all) {
            let own = notice.notice.receiver == delivery.receiver;
            if own && event.alerts.iter().any(|told| notice.is_about(told)) {
                wrong.extend(body.lacks(&notice.notice.contains));
            }
        }
        wrong.sort();
        wrong.dedup();
        faults.add(delivery, wrong);
    }
    if read == 0 {
        return Verdict::vacuous(format!("no message of `{name}` arrived"));
    }
    Verdict::from_findings(faults.findings(chain), || format!("{read} messages say what they should"))
}

fn tells_of(event: &NotificationEvent, name: &str) -> bool {
    event.alerts.iter().any(|told| super::chain::name_of(&told.labels) == name)
}

fn of_receiver(receiver: &Receiver, arrived: &[Arrived<'_>], chain: &Chain<'_>) -> Verdict {
    let kind = match receiver.kind {
        ReceiverKind::Slack => "slack",
        ReceiverKind::Pagerduty => "pagerduty",
        ReceiverKind::Webhook => "webhook",
        ReceiverKind::Email => return Verdict::vacuous("no sink here takes mail"),
    };
    let mut faults = Faults::default();
    let mut read = 0;
    let own = |delivery: &Delivered| delivery.receiver == receiver.name && delivery.kind == kind;
    for (delivery, event) in arrived.iter().filter(|(delivery, _)| own(delivery)) {
        read += 1;
        let (body, mut wrong) = Body::read(delivery);
        wrong.extend(body.said_badly());
        wrong.extend(body.not_as_promised(receiver));
        wrong.extend(event.iter().flat_map(|event| body.other_than(event)));
        faults.add(delivery, wrong);
    }
    if read == 0 {
        return Verdict::vacuous(format!("no {kind} message to `{}` arrived", receiver.name));
    }
    Verdict::from_findings(faults.findings(chain), || format!("{read} messages say what they should"))
}
