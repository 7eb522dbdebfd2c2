use jiff::Timestamp;

use super::alerts_late::not_over;
use super::chain::{Chain, Episode, Met, alert_of, between, in_order, meant, met, subject, unexpected};
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::Clause;
use crate::observe::{ExpectedAlert, Window};

/// An alert is not resolved when it should be.
pub(super) struct AlertsNotResolved;

impl Check for AlertsNotResolved {
    fn id(&self) -> &'static str {
        "alerts/not-resolved"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That an alert that fired as expected is resolved in a window in which the scenario expects it to: not too late, and not too early either.",
            why: "An alert that stays is muted by hand and forgotten; one that goes while the trouble lasts sends people back to bed, and flaps.",
            needs: "An alert that fired as expected, and a scenario that says under `expect:` when it should be resolved.",
            wrong: "A window that was reckoned without `keep_firing_for:`, the range of the expression or the evaluation interval accuses an alert that does what it says.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let name = alert_of(clause)?;
        let (chain, _) = match Chain::planned(case) {
            Ok(found) => found,
            Err(vacuous) => return Some(vacuous),
        };
        let mut expected = chain.expected(name);
        if expected.is_empty() {
            return Some(unexpected(name));
        }
        expected.retain(|one| !one.resolves.is_empty());
        if expected.is_empty() {
            let reason = format!(
                "nothing is expected of the end of `{name}`: say under `expect:` when it should be resolved"
            );
            return Some(Verdict::vacuous(reason));
        }
        let mut all = Resolved::default();
        for one in expected {
            all.read(one, &chain);
        }
        Some(all.verdict(name, &chain))
    }
}

/// What became of what was to be resolved.
#[derive(Default)]
struct Resolved {
    findings: Vec<Finding>,
    /// When it was as it should be.
    kept: Vec<Timestamp>,
    /// A window that was not over.
    open: Option<Window>,
}

/// How an episode ended, by the windows in which it might.
pub(super) enum End {
    /// In one of them.
    Kept(Window, Timestamp),
    /// Before the next one.
    Early(Window, Timestamp),
    /// After the one that was meant.
    Late(Window, Timestamp),
    /// It had not when the run was over.
    Never(Window),
    /// Nothing is said of it.
    Unsaid,
}

/// How an episode that fired ended.
pub(super) fn end(episode: &Episode<'_>, windows: &[Window]) -> End {
    let Some((fired, ended)) = episode.firing() else { return End::Unsaid };
    let windows = in_order(windows);
    if let Some(ended) = ended
        && let Some((window, _)) = windows.iter().find(|(window, _)| window.contains(ended))
    {
        return End::Kept(*window, ended);
    }
    let Some((window, _)) = windows.iter().find(|(window, _)| fired <= window.to) else { return End::Unsaid };
    match ended {
        None => End::Never(*window),
        Some(ended) if ended < window.from => End::Early(*window, ended),
        Some(ended) => End::Late(*window, ended),
    }
}

impl Resolved {
    fn read(&mut self, expected: &ExpectedAlert, chain: &Chain<'_>) {
        let times = &chain.times;
        let mut seen: Vec<Window> = Vec::new();
        let episodes = meant(expected, &chain.episodes);
        for episode in &episodes {
            let (window, observed, next) = match end(episode, &expected.resolves) {
                End::Unsaid => continue,
                End::Kept(window, ended) => {
                    self.kept.push(ended);
                    seen.push(window);
                    continue;
                }
                End::Never(window) if !times.closed(window) => {
                    self.open = Some(window);
                    seen.push(window);
                    continue;
                }
                End::Never(window) => (
                    window,
                    "still firing when the run was over".to_owned(),
                    "look at what its expression yields once the trouble is over: a counter that never goes down, a gauge that stays, a `keep_firing_for:`",
                ),
                End::Late(window, ended) => (
                    window,
                    format!("resolved at {}, {} too late", times.text(ended), between(window.to, ended)),
                    "add up the range of the expression, `keep_firing_for:` and the interval of its group",
                ),
                End::Early(window, ended) => (
                    window,
                    format!("resolved at {}, {} too early", times.text(ended), between(ended, window.from)),
                    "look at the series at that instant: a gap in the scrapes, or a value that hovers about the threshold, ends it; `keep_firing_for:` bridges that",
                ),
            };
            seen.push(window);
            self.findings.push(finding(chain, episode, window, (observed, next)));
        }
        let fired = met(expected, &chain.episodes);
        let all_fired = fired.iter().all(|(_, met)| !matches!(met, Met::Never | Met::Lasting(_)));
        let ended = |window: &Window| {
            seen.contains(window)
                || episodes.iter().any(|episode| episode.ended.is_some_and(|at| window.contains(at)))
        };
        for window in expected.resolves.iter().filter(|window| all_fired && !ended(window)) {
            if !times.closed(*window) {
                self.open = Some(*window);
                continue;
            }
            if let Some(episode) = episodes.last() {
                let told = (
                    "it was not firing then".to_owned(),
                    "say in the scenario when it fires for this to be its end, or take the window out",
                );
                self.findings.push(finding(chain, episode, *window, told));
            }
        }
    }

    fn verdict(self, name: &str, chain: &Chain<'_>) -> Verdict {
        if let Some(window) = self.open.filter(|_| self.findings.is_empty()) {
            return Verdict::vacuous(not_over(name, window, &chain.times));
        }
        if self.findings.is_empty() && self.kept.is_empty() {
            return Verdict::vacuous(format!(
                "`{name}` did not fire as expected, so that there was nothing to resolve"
            ));
        }
        let times: Vec<String> = self.kept.iter().map(|at| chain.times.text(*at)).collect();
        Verdict::from_findings(self.findings, || format!("resolved at {}", times.join(", ")))
    }
}

fn finding(
    chain: &Chain<'_>,
    episode: &Episode<'_>,
    window: Window,
    (observed, next): (String, &str),
) -> Finding {
    let mut evidence = chain.states_with(episode.alert, episode.labels);
    evidence.extend(chain.times.phases());
    Finding {
        subject: subject(episode.alert, episode.labels),
        expected: format!("to be resolved {}", chain.times.window(window)),
        observed,
        evidence,
        next: next.to_owned(),
    }
}
