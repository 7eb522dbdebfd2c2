use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::chain::{Chain, NAMED, Sent, alert_of, between, fate_text, few, firing};
use super::chain::{integration, name_of, text, told_line};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, HumanDuration, Promise, Routing};
use crate::observe::ToldAlert;

/// Somebody is told the same twice.
pub(super) struct NotificationsDuplicated;

impl Check for NotificationsDuplicated {
    fn id(&self) -> &'static str {
        "notifications/duplicated"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That nobody is told the same of an alert again before the repeat interval is over unless the message has other news, that no two groups tell it to the same integration, and that no notification arrives twice.",
            why: "A phone that rings twice for one fault is soon a phone that is switched off; two groups of one alert are two incidents that two people work on.",
            needs: "Notifications of the alert that arrived; for a promised repeat interval, two of one group of the root route.",
            wrong: "A route that deliberately tells the same receiver twice (`continue: true`) is accused. A sink that takes a message and answers too late is sent it again, rightly.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let judge = |chain: Chain<'_>| match &clause.promise {
            Promise::Routing(routing) => of_routing(routing, &chain),
            _ => of_alert(alert_of(clause).unwrap_or_default(), &chain),
        };
        match &clause.promise {
            Promise::Alert(_) | Promise::Routing(_) => {}
            _ => return None,
        }
        Some(Chain::of(case).map_or_else(|vacuous| vacuous, judge))
    }
}

/// What a message says of an alert; the same of the same start is nothing new.
type News<'a> = (&'a BTreeMap<String, String>, bool, Timestamp);

fn news(told: &ToldAlert) -> News<'_> {
    (&told.labels, firing(told), told.starts_at)
}

/// An integration, a leg and a group: what Alertmanager remembers by.
type Thread<'s> = (Integration<'s>, usize, &'s str);

type Integration<'s> = (&'s str, &'s str, usize);

/// What arrived, by integration and group, in order of time.
fn threads<'s>(all: &'s [Sent<'_>]) -> BTreeMap<Thread<'s>, Vec<&'s Sent<'s>>> {
    let mut threads: BTreeMap<Thread<'_>, Vec<&Sent<'_>>> = BTreeMap::new();
    for sent in all.iter().filter(|sent| sent.accepted()) {
        threads.entry((sent.integration(), sent.leg, sent.last.group_key.as_str())).or_default().push(sent);
    }
    for thread in threads.values_mut() {
        thread.sort_by_key(|sent| sent.first_tried());
    }
    threads
}

/// Whether the second says nothing that the first has not said.
fn nothing_new(first: &Sent<'_>, second: &Sent<'_>) -> bool {
    let said: BTreeSet<News<'_>> = first.last.alerts.iter().map(news).collect();
    second.last.alerts.iter().all(|told| said.contains(&news(told)))
}

/// Pairs of notifications of one group of which the second says nothing new and comes sooner than it may.
fn repeats<'s>(thread: &[&'s Sent<'s>], least: i64) -> Vec<(&'s Sent<'s>, &'s Sent<'s>)> {
    let pairs = thread.iter().zip(thread.iter().skip(1)).map(|(first, second)| (*first, *second));
    pairs
        .filter(|(first, second)| nothing_new(first, second))
        .filter(|(first, second)| apart_ms(first, second) < i128::from(least))
        .collect()
}

fn apart_ms(first: &Sent<'_>, second: &Sent<'_>) -> i128 {
    second.first_tried().duration_since(first.last.at).as_millis()
}

fn of_alert(name: &str, chain: &Chain<'_>) -> Verdict {
    let all = chain.sent();
    let threads = threads(&all);
    let mut findings = Vec::new();
    let mut arrived = 0;
    for ((who, _, _), thread) in &threads {
        arrived += thread.iter().filter(|sent| sent.tells_of(name)).count();
        let least = chain.plan.and_then(|plan| plan.repeats_ms.get(who.0)).copied();
        let own = least.map(|least| (least, repeats(thread, least)));
        let (least, repeats) = own.unwrap_or_default();
        let repeats: Vec<_> = repeats.into_iter().filter(|(_, second)| second.tells_of(name)).collect();
        if !repeats.is_empty() {
            findings.push(repeated(name, &repeats, least, chain));
        }
    }
    findings.extend(two_groups(name, &all, chain));
    let own = all.iter().filter(|sent| sent.tells_of(name));
    findings.extend(own.filter_map(|sent| arrived_twice(sent, chain)));
    if arrived == 0 {
        return Verdict::vacuous(format!("no notification of `{name}` arrived"));
    }
    Verdict::from_findings(findings, || {
        format!("{arrived} notifications arrived, none said what was said before")
    })
}

fn human(ms: i64) -> HumanDuration {
    HumanDuration(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
}

fn repeated(name: &str, repeats: &[(&Sent<'_>, &Sent<'_>)], least: i64, chain: &Chain<'_>) -> Finding {
    let times = &chain.times;
    let text = |(first, second): &(&Sent<'_>, &Sent<'_>)| {
        let apart = between(first.last.at, second.first_tried());
        format!("at {}, {apart} after the last", times.text(second.first_tried()))
    };
    let lines =
        repeats.iter().flat_map(|(first, second)| [told_line(first, times), told_line(second, times)]);
    let mut lines: Vec<String> = lines.collect();
    lines.dedup();
    let mut evidence = few(lines, NAMED);
    evidence.extend(times.phases());
    let who = repeats.first().map(|(first, _)| first.integration()).unwrap_or_default();
    Finding {
        subject: format!("alert `{name}` to {}", integration(who.0, who.1, who.2)),
        expected: format!("nothing again before {} are over, unless there is news", human(least)),
        observed: format!("the same again {}", few(repeats.iter().map(text).collect(), 3).join(", ")),
        evidence,
        next: "look at what Alertmanager remembers: its notification log must live as long as `repeat_interval:`, and every replica must see the same one".to_owned(),
    }
}

/// Somebody who was told, and by which groups.
type Twice<'a> = (Integration<'a>, BTreeSet<&'a str>);

/// What somebody was told, and the messages that told it.
type Repeated<'s, 'a> = Vec<(String, Vec<&'s Sent<'a>>)>;

/// Alerts of a name that two groups told the same integration the same of.
fn two_groups(name: &str, all: &[Sent<'_>], chain: &Chain<'_>) -> Vec<Finding> {
    let mut by_news: BTreeMap<(Integration<'_>, usize, News<'_>), Vec<&Sent<'_>>> = BTreeMap::new();
    for sent in all.iter().filter(|sent| sent.accepted()) {
        for told in sent.last.alerts.iter().filter(|told| name_of(&told.labels) == name) {
            by_news.entry((sent.integration(), sent.leg, news(told))).or_default().push(sent);
        }
    }
    let mut found: BTreeMap<Twice<'_>, Repeated<'_, '_>> = BTreeMap::new();
    for ((who, _, (labels, firing, _)), sent) in by_news {
        let groups: BTreeSet<&str> = sent.iter().map(|sent| sent.last.group_key.as_str()).collect();
        if groups.len() > 1 {
            let status = if firing { "firing" } else { "resolved" };
            let what = format!("`{name}{}` {status}", text(labels));
            found.entry((who, groups)).or_default().push((what, sent));
        }
    }
    let one = |((who, groups), what): (Twice<'_>, Repeated<'_, '_>)| {
        let first = what.first().map(|(_, sent)| sent.clone()).unwrap_or_default();
        let lines = first.iter().map(|sent| told_line(sent, &chain.times));
        let mut evidence = few(lines.collect(), NAMED);
        evidence.extend(chain.times.phases());
        let told = few(what.into_iter().map(|(text, _)| text).collect(), 3).join(", ");
        Finding {
            subject: format!("alert `{name}` to {}", integration(who.0, who.1, who.2)),
            expected: "to be told of by one group".to_owned(),
            observed: format!(
                "{told} told of by {} groups: {}",
                groups.len(),
                groups.into_iter().collect::<Vec<_>>().join(" and ")
            ),
            evidence,
            next: "look at the routes that name this receiver: with `continue: true` an alert goes through more than one of them".to_owned(),
        }
    };
    found.into_iter().map(one).collect()
}

/// One notification that came more than once.
fn arrived_twice(sent: &Sent<'_>, chain: &Chain<'_>) -> Option<Finding> {
    let times: Vec<String> = sent
        .arrived
        .iter()
        .filter(|delivery| (200..300).contains(&delivery.answered))
        .map(|delivery| chain.times.text(delivery.at))
        .collect();
    if times.len() < 2 {
        return None;
    }
    let who = sent.integration();
    let attempts = sent
        .attempts
        .iter()
        .map(|one| format!("tried at {}: {}", chain.times.text(one.at), fate_text(&one.fate)));
    let mut evidence = few(attempts.collect(), NAMED);
    evidence.push(told_line(sent, &chain.times));
    Some(Finding {
        subject: format!("notification {} to {}", sent.last.id, integration(who.0, who.1, who.2)),
        expected: "to arrive once".to_owned(),
        observed: format!("arrived {} times: {}", times.len(), few(times, 4).join(", ")),
        evidence,
        next: "look at how fast the other end answers: what it took and answered too late is sent again; or at a proxy that sends it twice".to_owned(),
    })
}

/// Whether unchanged groups of the root route wait for as long as promised.
fn of_routing(routing: &Routing, chain: &Chain<'_>) -> Verdict {
    let Some(promised) = routing.repeat_interval else {
        return Verdict::vacuous("no repeat interval is promised");
    };
    let least = i64::try_from(promised.0.as_millis()).unwrap_or(i64::MAX);
    let all = chain.sent();
    let (mut findings, mut pairs) = (Vec::new(), 0);
    for ((_, _, group), thread) in threads(&all) {
        // Routes below may have intervals of their own.
        if !group.starts_with("{}:") {
            continue;
        }
        pairs += thread.len().saturating_sub(1);
        let repeats = repeats(&thread, least);
        let name = repeats.first().and_then(|(_, second)| second.last.alerts.first());
        if let Some(told) = name {
            findings.push(repeated(name_of(&told.labels), &repeats, least, chain));
        }
    }
    if pairs == 0 {
        return Verdict::vacuous("no group of the root route was notified twice");
    }
    Verdict::from_findings(findings, || {
        format!("{pairs} further notifications of a group, none repeated too soon")
    })
}
