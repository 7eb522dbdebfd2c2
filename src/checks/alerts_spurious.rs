use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::chain::{Chain, Episode, Met, alert_of, between, few, has, met, subject};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Glob};
use crate::observe::{AlertPlan, ExpectedAlert};

/// An alert fires although nobody expects it to.
pub(super) struct AlertsSpurious;

impl Check for AlertsSpurious {
    fn id(&self) -> &'static str {
        "alerts/spurious"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That an alert fires in no other window than those in which the scenario expects it to start; and, at the first alert of the contracts that is in scope, that no alert fires of which no clause in scope speaks.",
            why: "Each false alarm costs a night's sleep, and after a few of them nobody looks any more.",
            needs: "Rules that are evaluated, a scenario that says under `expect:` which alerts should fire, and an alert that fires or is expected.",
            wrong: "A fault may rightly set off more alerts than the scenario's author thought of: expect them, or tolerate them by name. A start that is late for its window is left to alerts/late.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let name = alert_of(clause)?;
        let (chain, plan) = match Chain::planned(case) {
            Ok(found) => found,
            Err(vacuous) => return Some(vacuous),
        };
        let (first, promised) = in_scope(case);
        let mut names = BTreeSet::from([name]);
        if first.is_some_and(|one| std::ptr::eq(one, clause)) {
            let nobodys = |episode: &&Episode<'_>| !promised.contains(episode.alert);
            names.extend(chain.episodes.iter().filter(nobodys).map(|episode| episode.alert));
        }
        let findings: Vec<Finding> =
            names.into_iter().flat_map(|name| spurious(name, plan, &chain)).collect();
        Some(if findings.is_empty() { quiet(name, plan, &chain) } else { Verdict::Fail(findings) })
    }
}

/// The first clause in scope that promises an alert, and the alerts that such clauses promise.
fn in_scope<'a>(case: &Case<'a>) -> (Option<&'a Clause>, BTreeSet<&'a str>) {
    let scope: Vec<Glob> = case.seen.plan.scope.iter().filter_map(|pattern| pattern.parse().ok()).collect();
    let clauses = case.contracts.clauses().map(|(_, clause)| clause);
    let judged: Vec<&Clause> = clauses
        .filter(|clause| alert_of(clause).is_some())
        .filter(|clause| scope.iter().any(|glob| glob.matches(clause.id.as_str())))
        .collect();
    (judged.first().copied(), judged.iter().filter_map(|clause| alert_of(clause)).collect())
}

/// What to say of an alert that did not fire where it should not.
fn quiet(name: &str, plan: &AlertPlan, chain: &Chain<'_>) -> Verdict {
    let expected = chain.expected(name);
    let starts: Vec<Timestamp> = chain.episodes_of(name).filter_map(|episode| episode.fired).collect();
    let tolerated = plan.tolerated.iter().any(|one| one == name);
    match (expected.is_empty(), starts.len()) {
        (true, 0) => Verdict::vacuous(format!("`{name}` never fired, and nothing is expected of it")),
        (true, count) => Verdict::vacuous(format!("`{name}` fired {count} times and is tolerated")),
        (false, 0) if expected.iter().all(|one| one.fires.is_empty()) => {
            Verdict::Pass { evidence: "never fired, as expected".to_owned() }
        }
        (false, 0) => Verdict::vacuous(format!("`{name}` never fired: alerts/late judges that")),
        (false, _) => {
            let texts: Vec<String> = starts.iter().map(|at| chain.times.text(*at)).collect();
            let promised = |at: &Timestamp| {
                expected.iter().any(|one| one.fires.iter().any(|window| window.contains(*at)))
            };
            let why = match (tolerated, starts.iter().all(promised)) {
                (true, _) => "tolerated",
                (false, true) => "expected",
                (false, false) => "expected, or too late for it",
            };
            Verdict::Pass { evidence: format!("fired only when {why}: {}", few(texts, 3).join(", ")) }
        }
    }
}

/// Every start of the alerts of a name that nobody expects, one finding for each set of labels.
fn spurious(name: &str, plan: &AlertPlan, chain: &Chain<'_>) -> Vec<Finding> {
    if plan.tolerated.iter().any(|one| one == name) {
        return Vec::new();
    }
    let expected = chain.expected(name);
    let late: Vec<&Episode<'_>> = expected
        .iter()
        .flat_map(|one| met(one, &chain.episodes))
        .filter_map(|(_, met)| if let Met::Late(episode, _) = met { Some(episode) } else { None })
        .collect();
    let mut odd: BTreeMap<&BTreeMap<String, String>, Vec<(&Episode<'_>, Timestamp)>> = BTreeMap::new();
    for episode in chain.episodes_of(name) {
        let Some(fired) = episode.fired else { continue };
        let own = |one: &&&ExpectedAlert| has(episode.labels, &one.labels);
        let in_time =
            expected.iter().filter(own).any(|one| one.fires.iter().any(|window| window.contains(fired)));
        if !in_time && !late.iter().any(|one| one.is(episode)) {
            odd.entry(episode.labels).or_default().push((episode, fired));
        }
    }
    odd.into_iter().map(|(labels, starts)| finding(name, labels, &starts, chain)).collect()
}

fn finding(
    name: &str,
    labels: &BTreeMap<String, String>,
    starts: &[(&Episode<'_>, Timestamp)],
    chain: &Chain<'_>,
) -> Finding {
    let times = &chain.times;
    let all = chain.expected(name);
    let own: Vec<_> = all.iter().filter(|one| has(labels, &one.labels)).flat_map(|one| &one.fires).collect();
    let windows: Vec<_> = own.iter().map(|window| **window).collect();
    let expected = match (all.is_empty(), windows.is_empty()) {
        (true, _) => "not to fire: the scenario does not expect it".to_owned(),
        (false, true) if all.iter().all(|one| one.fires.is_empty()) => "not to fire in this run".to_owned(),
        (false, true) => "not to fire with these labels".to_owned(),
        (false, false) => format!("to start firing {} only", times.windows(&windows)),
    };
    let text = |(episode, fired): &(&Episode<'_>, Timestamp)| {
        let next = windows.iter().map(|window| window.from).filter(|from| from > fired).min();
        let early = next.filter(|from| episode.ended.is_none_or(|ended| ended >= *from));
        match early {
            Some(from) => format!("{}, {} too early", times.text(*fired), between(*fired, from)),
            None => times.text(*fired),
        }
    };
    let observed = few(starts.iter().map(text).collect(), 3).join(", ");
    let mut evidence = chain.states_with(name, labels);
    evidence.extend(times.phases());
    Finding {
        subject: subject(name, labels),
        expected,
        observed: format!("started to fire at {observed}"),
        evidence,
        next: "look at what its expression yields at that instant: if it is right to fire then, say so under `expect:`, or tolerate it by name; if not, correct the threshold or `for:`".to_owned(),
    }
}
