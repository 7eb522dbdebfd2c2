use jiff::{SignedDuration, Timestamp};

use super::alerts_late::not_over;
use super::alerts_not_resolved::{End, end};
use super::chain::{Chain, First, Got, Met, NAMED, Status, Told};
use super::chain::{alert_of, between, few, met, subject, told_line};
use super::notifications_lost::unreadable;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::Clause;
use crate::observe::Window;

/// Somebody is told at another time than expected.
pub(super) struct NotificationsLate;

impl Check for NotificationsLate {
    fn id(&self) -> &'static str {
        "notifications/late"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That the first message that says that an alert fires, or that it is resolved, reaches each receiver in the window in which the scenario expects it: not after it, and not before it either.",
            why: "The time from the fault to the phone that rings is what an on-call rota is paid for; the way from Prometheus to the phone adds waits that no rule shows.",
            needs: "An alert that fired, a window under `expect:` for who is told of it, and a message that came.",
            wrong: "A window that was reckoned without `group_wait:` and `group_interval:` accuses a route that does what it says. A delay that the alert's own delay explains is left to alerts/late and alerts/not-resolved; a message that never came is left to notifications/lost.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let name = alert_of(clause)?;
        let (chain, _) = match Chain::planned(case) {
            Ok(found) => found,
            Err(vacuous) => return Some(vacuous),
        };
        let messages = chain.messages();
        let expected = chain.expected(name);
        let notices: Vec<Told<'_>> = expected.into_iter().flat_map(Told::all).collect();
        if notices.is_empty() {
            return Some(Verdict::vacuous(format!(
                "nobody is expected to be told of `{name}`: say under `expect:` whom it notifies, and when"
            )));
        }
        let (mut findings, mut kept, mut why) = (Vec::new(), Vec::new(), None);
        for notice in &notices {
            for (window, got) in notice.got(&chain, &messages) {
                match &got {
                    Got::Within(at) => {
                        kept.push(format!("`{}` at {}", notice.notice.receiver, chain.times.text(*at)))
                    }
                    Got::Late(first) | Got::Early(first) => match fault(notice, window, first, &chain) {
                        Some(finding) => findings.push(finding),
                        None => {
                            why = Some(format!(
                                "`{name}` itself was not in time, which explains when it was told of"
                            ))
                        }
                    },
                    Got::Unreadable => why = Some(unreadable(&notice.notice.receiver)),
                    Got::Lost(_) if !chain.times.closed(window) => {
                        why = Some(not_over(name, window, &chain.times));
                    }
                    Got::Lost(_) => {
                        why =
                            Some("what should be told never came: notifications/lost judges that".to_owned())
                    }
                    Got::Nothing => {}
                }
            }
        }
        if findings.is_empty() && kept.is_empty() {
            let nothing = || format!("`{name}` did not fire as expected, so that there was nothing to tell");
            return Some(Verdict::vacuous(why.unwrap_or_else(nothing)));
        }
        Some(Verdict::from_findings(findings, || format!("told in time: {}", few(kept, 3).join(", "))))
    }
}

/// How far what it tells of was itself from when it was expected: above zero where it was late. None where nothing of
/// the kind is known.
fn own_delay(notice: &Told<'_>, first: &First, chain: &Chain<'_>) -> Option<SignedDuration> {
    let expected = notice.expected;
    let from = |window: Window, at: Timestamp| {
        if at > window.to { at.duration_since(window.to) } else { at.duration_since(window.from) }
    };
    match notice.status {
        Status::Firing => met(expected, &chain.episodes).into_iter().find_map(|(window, met)| match met {
            Met::Late(episode, at) => (episode.fired == Some(first.starts_at)).then(|| from(window, at)),
            Met::Early(episode) => {
                episode.fired.filter(|at| *at == first.starts_at).map(|at| from(window, at))
            }
            Met::Within(_) | Met::Lasting(_) | Met::Never => None,
        }),
        Status::Resolved => chain
            .episodes_of(&expected.alert)
            .filter(|episode| episode.fired == Some(first.starts_at))
            .find_map(|episode| match end(episode, &expected.resolves) {
                End::Late(window, at) | End::Early(window, at) => Some(from(window, at)),
                End::Kept(..) | End::Never(_) | End::Unsaid => None,
            }),
    }
}

fn fault(notice: &Told<'_>, window: Window, first: &First, chain: &Chain<'_>) -> Option<Finding> {
    let times = &chain.times;
    let late = first.at > window.to;
    let off = if late { first.at.duration_since(window.to) } else { first.at.duration_since(window.from) };
    let explained =
        own_delay(notice, first, chain).is_some_and(|own| if late { own >= off } else { own <= off });
    if explained {
        return None;
    }
    let (observed, next) = if late {
        (
            format!("told at {}, {} too late", times.text(first.at), between(window.to, first.at)),
            "add up `group_wait:`, `group_interval:` and the retries of its route; look for a mute time interval or an inhibition that held it back",
        )
    } else {
        (
            format!("told at {}, {} too early", times.text(first.at), between(first.at, window.from)),
            "look at the `group_wait:` of its route: an alert that joins a group which waits already is told with it",
        )
    };
    let name = notice.expected.alert.as_str();
    let mut evidence = chain.states(name);
    let all = chain.sent();
    let own = all.iter().filter(|sent| sent.tells_of(name) && sent.last.receiver == notice.notice.receiver);
    evidence.extend(few(own.map(|sent| told_line(sent, times)).collect(), NAMED));
    evidence.extend(times.phases());
    Some(Finding {
        subject: subject(name, &notice.expected.labels),
        expected: notice.text(window, chain),
        observed,
        evidence,
        next: next.to_owned(),
    })
}
