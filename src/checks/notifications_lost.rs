use std::collections::BTreeSet;

use super::alerts_late::not_over;
use super::chain::{Chain, Episode, Got, NAMED, Sent, Status, Told};
use super::chain::{alert_of, between, few, has, integration, name_of, subject, told_line};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Promise, Receiver};
use crate::observe::{Fate, ToldAlert, Window};

/// Somebody who should be told is not.
pub(super) struct NotificationsLost;

impl Check for NotificationsLost {
    fn id(&self) -> &'static str {
        "notifications/lost"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That whoever the scenario expects to be told of an alert is told, and that no notification of the alert, or to the receiver, is given up or vanishes on its way.",
            why: "The rule was right, the alert fired, and nobody came: the worst way to find out that a route, a template or a key is broken.",
            needs: "An alert that fired and a notice of it that is expected, or notifications, and sinks of ours in the receivers' places.",
            wrong: "A notification that was given up and made good by a later one counts as told. Of kinds that no sink here takes, such as mail, nothing is known. Why nothing was tried (silence, time interval, inhibition) is a guess by what else fired.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let judge: fn(&Clause, &Chain<'_>) -> Option<Verdict> = match &clause.promise {
            Promise::Alert(_) => |clause, chain| alert_of(clause).map(|name| of_alert(name, chain)),
            Promise::Receiver(_) => |clause, chain| match &clause.promise {
                Promise::Receiver(receiver) => Some(of_receiver(receiver, chain)),
                _ => None,
            },
            _ => return None,
        };
        match Chain::of(case) {
            Ok(chain) => judge(clause, &chain),
            Err(vacuous) => Some(vacuous),
        }
    }
}

fn of_receiver(receiver: &Receiver, chain: &Chain<'_>) -> Verdict {
    let all = chain.sent();
    let own: Vec<&Sent<'_>> = all.iter().filter(|sent| sent.last.receiver == receiver.name).collect();
    if own.is_empty() {
        return Verdict::vacuous(format!("nothing was sent to `{}`", receiver.name));
    }
    if !own.iter().any(|sent| sent.has_sink()) {
        return Verdict::vacuous(no_sink(&receiver.name));
    }
    let arrived = own.iter().filter(|sent| sent.accepted()).count();
    let findings = own.iter().filter_map(|sent| gone(sent, &all, chain)).collect();
    Verdict::from_findings(findings, || {
        format!("{arrived} of {} notifications arrived, none is lost", own.len())
    })
}

fn no_sink(receiver: &str) -> String {
    format!("no sink here takes what `{receiver}` is sent: webhook, slack and pagerduty are taken")
}

fn of_alert(name: &str, chain: &Chain<'_>) -> Verdict {
    let all = chain.sent();
    let messages = chain.messages();
    let (mut findings, mut told, mut unknown) = (Vec::new(), 0, None);
    let mut cited: BTreeSet<*const Sent<'_>> = BTreeSet::new();
    for expected in chain.expected(name) {
        for notice in Told::all(expected) {
            for (window, got) in notice.got(chain, &messages) {
                match got {
                    Got::Within(_) | Got::Late(_) | Got::Early(_) => told += 1,
                    Got::Nothing => {}
                    Got::Unreadable => unknown = Some(unreadable(&notice.notice.receiver)),
                    Got::Lost(_) if !chain.times.closed(window) => {
                        unknown = Some(not_over(name, window, &chain.times));
                    }
                    Got::Lost(_) if unseen(&notice, &all) => unknown = Some(no_sink(&notice.notice.receiver)),
                    Got::Lost(episode) => {
                        let tried = tried(&notice, episode, &all);
                        cited.extend(tried.iter().map(|sent| std::ptr::from_ref(*sent)));
                        findings.push(missing(&notice, window, episode, &tried, &all, chain));
                    }
                }
            }
        }
    }
    let own: Vec<&Sent<'_>> = all.iter().filter(|sent| sent.tells_of(name)).collect();
    let others = own.iter().filter(|sent| !cited.contains(&std::ptr::from_ref::<Sent<'_>>(sent)));
    findings.extend(others.filter_map(|sent| gone(sent, &all, chain)));
    if !findings.is_empty() {
        return Verdict::Fail(findings);
    }
    let arrived = own.iter().filter(|sent| sent.accepted()).count();
    match unknown {
        Some(reason) => Verdict::vacuous(reason),
        None if told + arrived > 0 => Verdict::Pass {
            evidence: format!("{told} expected notices came; {arrived} notifications arrived, none is lost"),
        },
        None if chain.episodes_of(name).any(|episode| episode.fired.is_some()) => Verdict::vacuous(format!(
            "nobody is expected to be told of `{name}`: say under `expect:` whom it notifies"
        )),
        None => Verdict::vacuous(format!("`{name}` never fired, so that there was nothing to tell")),
    }
}

pub(super) fn unreadable(receiver: &str) -> String {
    format!("what `{receiver}` got does not say which notification it is")
}

/// Whether only integrations were tried of which nobody knows what arrives.
fn unseen(notice: &Told<'_>, all: &[Sent<'_>]) -> bool {
    let mut own = all.iter().filter(|sent| sent.last.receiver == notice.notice.receiver).peekable();
    own.peek().is_some() && !own.any(Sent::has_sink)
}

/// The notifications of this very thing to this very receiver.
fn tried<'s, 'a>(notice: &Told<'_>, episode: &Episode<'_>, all: &'s [Sent<'a>]) -> Vec<&'s Sent<'a>> {
    let own_start = |told: &ToldAlert| {
        let alike = has(&told.labels, episode.labels) || has(episode.labels, &told.labels);
        notice.is_about(told) && alike
    };
    let own = all.iter().filter(|sent| sent.last.receiver == notice.notice.receiver);
    let about = own.filter(|sent| sent.last.alerts.iter().any(own_start));
    about.filter(|sent| Some(sent.last.at) >= episode.fired).collect()
}

/// A notice that nobody got.
fn missing(
    notice: &Told<'_>,
    window: Window,
    episode: &Episode<'_>,
    tried: &[&Sent<'_>],
    all: &[Sent<'_>],
    chain: &Chain<'_>,
) -> Finding {
    let times = &chain.times;
    let elsewhere: BTreeSet<&str> = all
        .iter()
        .filter(|sent| sent.last.alerts.iter().any(|told| notice.is_about(told)))
        .filter(|sent| sent.last.receiver != notice.notice.receiver && Some(sent.last.at) >= episode.fired)
        .map(|sent| sent.last.receiver.as_str())
        .collect();
    let (observed, next) = match tried.last() {
        Some(sent) => fate(sent),
        None if !elsewhere.is_empty() => (
            format!(
                "it was never sent there, but to {}",
                elsewhere.into_iter().collect::<Vec<_>>().join(", ")
            ),
            "ask `amtool config routes test` with the alert's labels which route takes it",
        ),
        None => untried(notice.status, episode, chain),
    };
    let mut evidence = chain.states(episode.alert);
    let own = if tried.is_empty() { all.iter().collect() } else { tried.to_vec() };
    let lines = own.iter().filter(|sent| sent.tells_of(episode.alert)).map(|sent| told_line(sent, times));
    evidence.extend(few(lines.collect(), NAMED));
    evidence.extend(times.phases());
    Finding {
        subject: subject(episode.alert, episode.labels),
        expected: notice.text(window, chain),
        observed,
        evidence,
        next: next.to_owned(),
    }
}

/// What became of a notification that did not arrive.
fn fate(sent: &Sent<'_>) -> (String, &'static str) {
    let (id, tries) = (sent.last.id, sent.attempts.len());
    match &sent.last.fate {
        Fate::Lost(why) => (
            format!("notification {id} was given up: {why}"),
            "correct what the other end refuses (key, URL, template): what it answers with 4xx is not tried again, the rest until the group's next flush",
        ),
        Fate::Retried(why) => (
            format!("notification {id} was tried {tries} times and never taken, last: {why}"),
            "look at the other end: Alertmanager tries until the next flush of the group, and gives up then",
        ),
        Fate::Taken => (
            format!("notification {id} was taken and arrived nowhere"),
            "look at what stands between Alertmanager and the receiver: it says 2xx and passes nothing on",
        ),
    }
}

/// Why nobody was even tried.
fn untried(status: Status, episode: &Episode<'_>, chain: &Chain<'_>) -> (String, &'static str) {
    if let Some(why) = chain.legs.iter().find_map(|leg| leg.unsent.first()) {
        return (
            format!("nothing was sent of it; noted on the way of alerts: {why}"),
            "correct what was noted: `alerting.alertmanagers` in prometheus.yml, or what stands between the two",
        );
    }
    if status == Status::Resolved {
        return (
            "that it is over was sent to nobody".to_owned(),
            "look for `send_resolved: false`, which is Slack's and mail's default; then for a silence, a mute time interval, or a flush of the group that comes later",
        );
    }
    if let Some((fired, Some(ended))) = episode.firing() {
        let others = during(episode, chain);
        if others.is_empty() {
            let lasted = between(fired, ended);
            return (
                format!("nothing was sent of it to anybody; it fired for {lasted}"),
                "compare that with `group_wait:`; then look for a silence, a mute time interval, a receiver without integrations, or an Alertmanager that Prometheus does not reach",
            );
        }
    }
    let others = during(episode, chain);
    if others.is_empty() {
        return (
            "nothing was sent of it to anybody".to_owned(),
            "look for a silence, a mute time interval, a receiver without integrations, or an Alertmanager that Prometheus does not reach",
        );
    }
    (
        format!("nothing was sent of it to anybody, while {} fired too", others.join(", ")),
        "look whether one of these inhibits it (`inhibit_rules:`); then for a silence, a mute time interval, or an Alertmanager that Prometheus does not reach",
    )
}

/// What else fired while it did.
fn during(episode: &Episode<'_>, chain: &Chain<'_>) -> Vec<String> {
    let Some((fired, ended)) = episode.firing() else { return Vec::new() };
    let overlaps = |other: &&Episode<'_>| {
        let Some((from, to)) = other.firing() else { return false };
        ended.is_none_or(|ended| from <= ended) && to.is_none_or(|to| to >= fired)
    };
    let others = chain.episodes.iter().filter(|other| !other.is(episode)).filter(overlaps);
    let names: BTreeSet<String> = others
        .filter(|other| other.alert != episode.alert)
        .map(|other| format!("`{}`", name_of(other.labels)))
        .collect();
    few(names.into_iter().collect(), 3)
}

/// A notification that is lost: given up, or taken and never arrived, and not made good by a later one.
fn gone(sent: &Sent<'_>, all: &[Sent<'_>], chain: &Chain<'_>) -> Option<Finding> {
    let lost = match sent.last.fate {
        Fate::Lost(_) => !sent.accepted(),
        Fate::Taken => sent.arrived.is_empty() && !chain.strangers(sent.integration()),
        Fate::Retried(_) => false,
    };
    if !lost || !sent.has_sink() || made_good(sent, all) {
        return None;
    }
    let (observed, next) = fate(sent);
    let (receiver, kind, index) = sent.integration();
    Some(Finding {
        subject: format!("receiver {}", integration(receiver, kind, index)),
        expected: "every notification to arrive".to_owned(),
        observed,
        evidence: std::iter::once(told_line(sent, &chain.times)).chain(chain.times.phases()).collect(),
        next: next.to_owned(),
    })
}

/// Whether all that it said was told to the same integration later.
fn made_good(sent: &Sent<'_>, all: &[Sent<'_>]) -> bool {
    let later = || {
        all.iter()
            .filter(|other| other.integration() == sent.integration() && other.last.at > sent.last.at)
            .filter(|other| other.accepted())
            .flat_map(|other| &other.last.alerts)
    };
    sent.last.alerts.iter().all(|told| {
        later().any(|other| {
            other.labels == told.labels
                && other.starts_at == told.starts_at
                && other.ends_at.is_some() == told.ends_at.is_some()
        })
    })
}
