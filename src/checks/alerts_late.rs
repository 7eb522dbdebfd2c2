use std::collections::BTreeMap;

use super::chain::{Chain, Met, Times, alert_of, between, few, has, met, subject, text, unexpected};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::Clause;
use crate::observe::{ExpectedAlert, Window};

/// An alert starts to fire too late, or never.
pub(super) struct AlertsLate;

impl Check for AlertsLate {
    fn id(&self) -> &'static str {
        "alerts/late"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That an alert starts to fire in each window in which the scenario expects it to.",
            why: "An alert that cannot fire, or fires when everybody knows already, is worse than none: people rely on it.",
            needs: "Rules that are evaluated, and a scenario that says under `expect:` when the alert should fire.",
            wrong: "A window that was reckoned without `for:`, the range of the expression or the evaluation interval accuses an alert that does what it says. One that starts too early and fires still is not late: alerts/spurious finds it.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let name = alert_of(clause)?;
        let (chain, _) = match Chain::planned(case) {
            Ok(found) => found,
            Err(vacuous) => return Some(vacuous),
        };
        let expected = chain.expected(name);
        if expected.iter().all(|one| one.fires.is_empty()) {
            return Some(unexpected(name));
        }
        let (mut findings, mut kept, mut open) = (Vec::new(), Vec::new(), None);
        for one in expected {
            for (window, met) in met(one, &chain.episodes) {
                match fault(one, window, met, &chain) {
                    Some(_) if !matches!(met, Met::Late(..)) && !chain.times.closed(window) => {
                        open = Some(window)
                    }
                    Some(finding) => findings.push(finding),
                    None => kept.extend(met.episode().and_then(|episode| episode.fired)),
                }
            }
        }
        if let Some(window) = open.filter(|_| findings.is_empty()) {
            return Some(Verdict::vacuous(not_over(name, window, &chain.times)));
        }
        let times: Vec<String> = kept.iter().map(|at| chain.times.text(*at)).collect();
        Some(Verdict::from_findings(findings, || format!("started to fire at {}", times.join(", "))))
    }
}

/// Why an empty window says nothing yet.
pub(super) fn not_over(name: &str, window: Window, times: &Times<'_>) -> String {
    let window = times.window(window);
    format!("the run was over before the window of `{name}` was ({window}): lengthen its last phase")
}

fn fault(expected: &ExpectedAlert, window: Window, met: Met<'_, '_>, chain: &Chain<'_>) -> Option<Finding> {
    let times = &chain.times;
    let (observed, next) = match met {
        Met::Within(_) | Met::Early(_) => return None,
        Met::Late(_, at) => (
            format!("started to fire at {}, {} too late", times.text(at), between(window.to, at)),
            "compare what the expression yields with its threshold at each evaluation, and add up `for:`, the range and the interval of its group".to_owned(),
        ),
        Met::Lasting(episode) => (
            format!("had been firing since {} and did not start anew", times.text(episode.fired.unwrap_or(episode.began))),
            "look at why it was not resolved before: `probity explain alerts/not-resolved`".to_owned(),
        ),
        Met::Never => never(expected, chain),
    };
    let mut evidence = chain.states(&expected.alert);
    evidence.extend(few(rule_errors(chain).map(|error| format!("rule error: {error}")).collect(), 3));
    evidence.extend(times.phases());
    Some(Finding {
        subject: subject(&expected.alert, &expected.labels),
        expected: format!("to start firing {}", times.window(window)),
        observed,
        evidence,
        next,
    })
}

fn rule_errors<'b>(chain: &'b Chain<'_>) -> impl Iterator<Item = &'b str> {
    chain.legs.iter().flat_map(|leg| leg.rule_errors.iter().map(String::as_str))
}

/// Whether a text names an alert, and not one whose name begins or ends with its.
fn names(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
        .any(|word| word.trim_matches(':') == name)
}

/// How it came that it never started.
fn never(expected: &ExpectedAlert, chain: &Chain<'_>) -> (String, String) {
    let (name, times) = (expected.alert.as_str(), &chain.times);
    if let Some(error) = rule_errors(chain).find(|error| names(error, name)) {
        return (
            format!("never fired then: its rule could not be evaluated: {error}"),
            "correct the rule: as it stands it can never fire".to_owned(),
        );
    }
    let own = || chain.episodes_of(name).filter(|episode| has(episode.labels, &expected.labels));
    if let Some(last) = own().filter(|episode| episode.fired.is_none()).last() {
        return match last.ended {
            Some(ended) => (
                format!(
                    "never fired then: pending from {} and dropped at {}",
                    times.text(last.began),
                    times.text(ended)
                ),
                "its condition did not hold for as long as `for:` asks: look at gaps in the scrapes, a threshold that is only just passed, or a fault that is too short".to_owned(),
            ),
            None => (
                format!("never fired then: pending since {}", times.text(last.began)),
                "its `for:` is longer than the scenario allows: lengthen the fault, or move the window".to_owned(),
            ),
        };
    }
    let others: BTreeMap<String, ()> = chain
        .episodes_of(name)
        .filter(|episode| episode.fired.is_some() && !has(episode.labels, &expected.labels))
        .map(|episode| (text(episode.labels), ()))
        .collect();
    if !others.is_empty() {
        let others = few(others.into_keys().collect(), 3).join(", ");
        return (
            format!("fired only with other labels: {others}"),
            "correct the labels that the scenario expects, or those that the rule keeps".to_owned(),
        );
    }
    if own().next().is_some() {
        return (
            "fired at other times only".to_owned(),
            "look at whether the fault of this window reaches the metric that the rule reads".to_owned(),
        );
    }
    (
        "never pending: its condition held at no evaluation".to_owned(),
        "evaluate its expression piece by piece: a metric or label that nobody exposes yields nothing, and nothing never fires".to_owned(),
    )
}
