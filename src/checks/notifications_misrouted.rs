use std::collections::{BTreeMap, BTreeSet};

use super::chain::{
    Chain, NAMED, Sent, alert_of, contract_of, few, has, integration, name_of, subject, told_line,
};
use super::notifications_channel as channel;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Glob, Promise, Receiver, ReceiverKind, Route, Routing};
use crate::observe::{ExpectedAlert, ToldAlert};

/// Somebody is told who should not be, or somebody else.
pub(super) struct NotificationsMisrouted;

impl Check for NotificationsMisrouted {
    fn id(&self) -> &'static str {
        "notifications/misrouted"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That nobody is told of an alert but those whom the scenario names; that alerts with the labels of a route reach its receiver, what no route takes reaches the default one, groups are made by the promised labels, a receiver speaks what it is said to, and a channel gets the severities that it is for.",
            why: "A page that goes to a channel which nobody reads at night is a lost page, and one that goes to everybody is soon nobody's.",
            needs: "Notifications; of an alert, a scenario that says under `expect:` whom it notifies.",
            wrong: "Only what Alertmanager tried to send is seen: a route whose alerts are silenced is not judged. A route that an earlier one hides is accused, although the document may mean that order. Of a channel whose severities the document gives in words only, nothing is judged.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        match &clause.promise {
            Promise::Alert(_) => {
                let name = alert_of(clause)?;
                Some(match Chain::planned(case) {
                    Ok((chain, _)) => of_alert(name, &chain),
                    Err(vacuous) => vacuous,
                })
            }
            Promise::Route(route) => Some(with_chain(case, |chain, all| of_route(route, chain, all))),
            Promise::Receiver(receiver) => {
                Some(with_chain(case, |chain, all| of_receiver(receiver, chain, all)))
            }
            Promise::Channel(promise) => {
                Some(with_chain(case, |chain, all| channel::judge(promise, chain, all)))
            }
            Promise::Routing(routing) => {
                Some(with_chain(case, |chain, all| of_routing(routing, &routes(clause, case), chain, all)))
            }
            _ => None,
        }
    }
}

fn with_chain<'a>(case: &Case<'a>, judge: impl FnOnce(&Chain<'a>, &[Sent<'a>]) -> Verdict) -> Verdict {
    match Chain::of(case) {
        Ok(chain) => judge(&chain, &chain.sent()),
        Err(vacuous) => vacuous,
    }
}

/// The routes that the same document promises.
fn routes<'a>(clause: &Clause, case: &Case<'a>) -> Vec<&'a Route> {
    let clauses = contract_of(clause, case).into_iter().flat_map(|contract| &contract.clauses);
    clauses
        .filter_map(|clause| if let Promise::Route(route) = &clause.promise { Some(route) } else { None })
        .collect()
}

/// What was sent, for evidence.
pub(super) fn lines<'s>(sent: impl Iterator<Item = &'s Sent<'s>>, chain: &Chain<'_>) -> Vec<String> {
    let mut lines = few(sent.map(|sent| told_line(sent, &chain.times)).collect(), NAMED);
    lines.extend(chain.times.phases());
    lines
}

fn of_alert(name: &str, chain: &Chain<'_>) -> Verdict {
    let said = |one: &&ExpectedAlert| !one.notifies.is_empty() || one.quiet;
    let expected: Vec<_> = chain.expected(name).into_iter().filter(said).collect();
    if expected.is_empty() {
        return Verdict::vacuous(format!(
            "the scenario does not say who is told of `{name}`: say under `expect:` whom it notifies"
        ));
    }
    let all = chain.sent();
    let mut wrong: BTreeMap<(&str, &BTreeMap<String, String>), Vec<&Sent<'_>>> = BTreeMap::new();
    let mut right = 0;
    for sent in &all {
        for told in sent.last.alerts.iter().filter(|told| name_of(&told.labels) == name) {
            let mut own = expected.iter().filter(|one| has(&told.labels, &one.labels)).peekable();
            if own.peek().is_none() {
                continue;
            }
            let receiver = sent.last.receiver.as_str();
            if own.any(|one| one.notifies.iter().any(|notice| notice.receiver == receiver)) {
                right += 1;
            } else {
                wrong.entry((receiver, &told.labels)).or_default().push(sent);
            }
        }
    }
    if right == 0 && wrong.is_empty() {
        return Verdict::vacuous(format!("nobody was sent anything of `{name}`"));
    }
    let receivers: BTreeSet<&str> =
        expected.iter().flat_map(|one| &one.notifies).map(|notice| notice.receiver.as_str()).collect();
    let receivers: Vec<String> = receivers.into_iter().map(|name| format!("`{name}`")).collect();
    let only = if receivers.is_empty() { String::new() } else { format!(" but {}", receivers.join(", ")) };
    let finding = |((receiver, labels), sent): ((&str, &BTreeMap<String, String>), Vec<&Sent<'_>>)| {
        Finding {
        subject: subject(name, labels),
        expected: format!("to be told to nobody{only}"),
        observed: format!("told to `{receiver}` {} times", sent.len()),
        evidence: lines(sent.into_iter(), chain),
        next: "ask `amtool config routes test` with these labels which routes take it; if that is as it should be, add the receiver to the scenario".to_owned(),
    }
    };
    Verdict::from_findings(wrong.into_iter().map(finding).collect(), || format!("told to nobody{only}"))
}

/// Whether an alert has a route's labels; one that it lacks is empty, as matchers have it.
fn takes(matches: &BTreeMap<String, Glob>, told: &ToldAlert) -> bool {
    matches.iter().all(|(name, glob)| glob.matches(told.labels.get(name).map_or("", String::as_str)))
}

/// What was sent of each alert that is meant, by its labels.
pub(super) fn by_alert<'s>(
    all: &'s [Sent<'_>],
    meant: impl Fn(&ToldAlert) -> bool,
) -> BTreeMap<(usize, &'s BTreeMap<String, String>), Vec<&'s Sent<'s>>> {
    let mut alerts: BTreeMap<_, Vec<&Sent<'_>>> = BTreeMap::new();
    for sent in all {
        for told in sent.last.alerts.iter().filter(|told| meant(told)) {
            alerts.entry((sent.leg, &told.labels)).or_default().push(sent);
        }
    }
    alerts
}

/// Whether alerts reach who they should, of whatever else is told of them.
fn reach(
    receiver: &str,
    alerts: BTreeMap<(usize, &BTreeMap<String, String>), Vec<&Sent<'_>>>,
    why: &str,
    chain: &Chain<'_>,
) -> Vec<Finding> {
    let missed =
        alerts.into_iter().filter(|(_, sent)| !sent.iter().any(|sent| sent.last.receiver == receiver));
    missed
        .map(|((_, labels), sent)| {
            let others: BTreeSet<String> = sent.iter().map(|sent| format!("`{}`", sent.last.receiver)).collect();
            Finding {
                subject: subject(name_of(labels), labels),
                expected: format!("to reach `{receiver}`: {why}"),
                observed: format!("sent only to {}", others.into_iter().collect::<Vec<_>>().join(", ")),
                evidence: lines(sent.into_iter(), chain),
                next: "ask `amtool config routes test` with these labels which routes take it: an earlier one may hide the one that is meant".to_owned(),
            }
        })
        .collect()
}

fn of_route(route: &Route, chain: &Chain<'_>, all: &[Sent<'_>]) -> Verdict {
    let labels: Vec<String> = route.matches.iter().map(|(name, glob)| format!("{name}={glob}")).collect();
    let labels = labels.join(", ");
    let alerts = by_alert(all, |told| takes(&route.matches, told));
    if alerts.is_empty() {
        return Verdict::vacuous(format!("nothing was sent of an alert with {labels}"));
    }
    let count = alerts.len();
    let findings = reach(&route.receiver, alerts, &format!("it has {labels}"), chain);
    Verdict::from_findings(findings, || format!("{count} alerts with {labels} reached `{}`", route.receiver))
}

fn of_receiver(receiver: &Receiver, chain: &Chain<'_>, all: &[Sent<'_>]) -> Verdict {
    let promised = match receiver.kind {
        ReceiverKind::Slack => "slack",
        ReceiverKind::Pagerduty => "pagerduty",
        ReceiverKind::Webhook => "webhook",
        ReceiverKind::Email => "email",
    };
    let own: Vec<&Sent<'_>> = all.iter().filter(|sent| sent.last.receiver == receiver.name).collect();
    if own.is_empty() {
        return Verdict::vacuous(format!("nothing was sent to `{}`", receiver.name));
    }
    if own.iter().any(|sent| sent.last.kind == promised) {
        return Verdict::Pass { evidence: format!("`{}` was sent {promised}", receiver.name) };
    }
    let kinds: BTreeSet<&str> = own.iter().map(|sent| sent.last.kind.as_str()).collect();
    Verdict::Fail(vec![Finding {
        subject: format!("receiver `{}`", receiver.name),
        expected: format!("to notify by {promised}"),
        observed: format!("notified by {} only", kinds.into_iter().collect::<Vec<_>>().join(", ")),
        evidence: lines(own.into_iter(), chain),
        next: "correct the integrations of this receiver, or the document".to_owned(),
    }])
}

fn of_routing(routing: &Routing, routes: &[&Route], chain: &Chain<'_>, all: &[Sent<'_>]) -> Verdict {
    let untaken = by_alert(all, |told| !routes.iter().any(|route| takes(&route.matches, told)));
    let count = untaken.len();
    let mut findings = reach(&routing.receiver, untaken, "no route of the document takes it", chain);
    let wanted: BTreeSet<&str> = routing.group_by.iter().map(String::as_str).collect();
    let (mut alike, mut odd): (usize, BTreeMap<&str, &Sent<'_>>) = (0, BTreeMap::new());
    for sent in all.iter().filter(|_| !wanted.is_empty() && !wanted.contains("...")) {
        let root = sent.last.group_key.starts_with("{}:");
        match (grouped(sent, &wanted), root) {
            (true, _) => alike += 1,
            (false, true) => {
                odd.entry(sent.last.group_key.as_str()).or_insert(sent);
            }
            // A route below may group as it likes.
            (false, false) => {}
        }
    }
    findings.extend(odd.into_values().map(|sent| {
        let (receiver, kind, index) = sent.integration();
        let names = sent.last.group_labels.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        Finding {
            subject: format!("group {} to {}", sent.last.group_key, integration(receiver, kind, index)),
            expected: format!("groups by {}", wanted.iter().copied().collect::<Vec<_>>().join(", ")),
            observed: format!("a group by {}", if names.is_empty() { "nothing" } else { &names }),
            evidence: lines(std::iter::once(sent), chain),
            next: "correct `group_by:` of the root route, or the document".to_owned(),
        }
    }));
    if findings.is_empty() && count + alike == 0 {
        return Verdict::vacuous(
            "nothing was sent that no route of the document takes, nor of a group of the root route",
        );
    }
    Verdict::from_findings(findings, || {
        format!(
            "{count} alerts that no route takes reached `{}`; {alike} notifications are grouped as promised",
            routing.receiver
        )
    })
}

/// Whether the group is made by these labels: those of them that its alerts have.
fn grouped(sent: &Sent<'_>, wanted: &BTreeSet<&str>) -> bool {
    let names: BTreeSet<&str> = sent.last.group_labels.keys().map(String::as_str).collect();
    let has = |name: &&str| {
        !sent.last.alerts.is_empty() && sent.last.alerts.iter().all(|told| told.labels.contains_key(*name))
    };
    names.is_subset(wanted) && wanted.iter().filter(|name| has(name)).all(|name| names.contains(name))
}
