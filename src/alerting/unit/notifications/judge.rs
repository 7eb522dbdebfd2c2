//! Compares what receivers got with what they were to get.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::fit::{against, alert, counted, labels_of, status};
use super::pairing::pairs;
use super::{Log, Notice};
use crate::alerting::alertmanager::config::Route;
use crate::alerting::alertmanager::routes::routed;
use crate::alerting::unit::file::{ExpectedNotification, NotificationTest, Test};
use crate::alerting::unit::judge::shown;
use crate::alerting::unit::outcome::CaseOutcome;

/// A failure shows no more notifications, label sets or bytes of a body.
const MOST_SHOWN: usize = 20;
const MOST_ROUTED: usize = 5;
const MOST_BYTES: usize = 2_000;

/// The expectations of a test's notifications, and what is lost that nobody looks at.
pub(super) fn judge(test: &Test, root: &Route, log: &Log) -> (Vec<CaseOutcome>, Vec<String>) {
    let mut cases = Vec::new();
    if !log.refused.is_empty() {
        let title = "Alertmanager takes everything".to_owned();
        cases.push(CaseOutcome { title, line: test.place.line, failures: log.refused.clone() });
    }
    let mut named = BTreeSet::new();
    for case in &test.notification_tests {
        let mut outcome = judge_one(case, test, root, log);
        if named.insert(case.receiver.text.as_str()) {
            outcome.failures.extend(overlooked(case, test, log));
        }
        cases.push(outcome);
    }
    let receivers: BTreeSet<&str> =
        log.notices.iter().map(|notice| notice.notification.receiver.as_str()).collect();
    (cases, receivers.difference(&named).filter_map(|receiver| unnamed(receiver, log)).collect())
}

/// From when to when a test looks.
fn window(case: &NotificationTest, test: &Test) -> (i64, i64) {
    (case.from_ms, case.to_ms.unwrap_or_else(|| test.last_ms()))
}

fn of<'a>(receiver: &str, log: &'a Log) -> impl Iterator<Item = &'a Notice> {
    log.notices.iter().filter(move |notice| notice.notification.receiver == receiver)
}

fn judge_one(case: &NotificationTest, test: &Test, root: &Route, log: &Log) -> CaseOutcome {
    let (from_ms, to_ms) = window(case, test);
    let got: Vec<&Notice> =
        of(&case.receiver, log).filter(|notice| (from_ms..=to_ms).contains(&notice.at_ms)).collect();
    let what = match case.exp_notifications.len() {
        0 => "nothing".to_owned(),
        1 => "one notification".to_owned(),
        count => format!("{count} notifications"),
    };
    let title = format!("receiver {} gets {what} from {} to {}", case.receiver, shown(from_ms), shown(to_ms));
    let failures = differ(&case.exp_notifications, &got).map(|mut text| {
        if got.len() < case.exp_notifications.len() {
            elsewhere(&mut text, case, (from_ms, to_ms), root, log);
        }
        text.truncate(text.trim_end().len());
        text
    });
    CaseOutcome { title, line: case.place.line, failures: failures.into_iter().collect() }
}

/// What differs, if anything does: as many of both, in the same order. What came at one instant has no order.
fn differ(expected: &[ExpectedNotification], got: &[&Notice]) -> Option<String> {
    let reasons: Vec<Vec<Vec<String>>> =
        expected.iter().map(|one| got.iter().map(|notice| against(one, notice)).collect()).collect();
    let fits = |one: usize, other: usize| reasons[one][other].is_empty();
    if expected.len() == got.len() && in_order(got, fits) {
        return None;
    }
    let partners = pairs(expected.len(), got.len(), fits);
    let mut text = String::new();
    for (place, one) in expected.iter().enumerate().take(MOST_SHOWN) {
        let mark = if partners[place].is_some() { ' ' } else { '!' };
        let _ = writeln!(text, "{mark} expected  {}", promised(one));
        for alert in one.alerts.iter().flatten().map(alert) {
            let _ = writeln!(text, "              {alert}");
        }
        let free = (0..got.len()).filter(|place| !partners.contains(&Some(*place)));
        let nearest = free.min_by_key(|other| reasons[place][*other].len());
        if let Some(nearest) = nearest.filter(|_| partners[place].is_none()) {
            let at = shown(got[nearest].at_ms);
            let _ = writeln!(text, "              not that of {at}: {}", reasons[place][nearest].join("; "));
            if let Some(body) = body(one, got[nearest]) {
                let _ = writeln!(text, "              whose body is {body}");
            }
        }
    }
    for (place, notice) in got.iter().enumerate().take(MOST_SHOWN) {
        let mark = if partners.contains(&Some(place)) { ' ' } else { '!' };
        came(&mut text, mark, notice);
    }
    for (title, count) in [("expected", expected.len()), ("got", got.len())] {
        match count {
            0 => drop(writeln!(text, "  {title:8}  nothing")),
            MOST_SHOWN.. if count > MOST_SHOWN => {
                let _ = writeln!(text, "  {title:8}  and {} more", count - MOST_SHOWN);
            }
            _ => {}
        }
    }
    if expected.len() == got.len() && partners.iter().all(Option::is_some) {
        text.push_str("  they came in another order\n");
    }
    Some(text)
}

/// Whether each that came has its counterpart, where both have an order.
fn in_order(got: &[&Notice], fits: impl Fn(usize, usize) -> bool) -> bool {
    let mut start = 0;
    got.chunk_by(|one, other| one.at_ms == other.at_ms).all(|chunk| {
        let (first, count) = (start, chunk.len());
        start += count;
        pairs(count, count, |one, other| fits(first + one, first + other)).iter().all(Option::is_some)
    })
}

/// What is expected, without its alerts.
fn promised(expected: &ExpectedNotification) -> String {
    let when = match expected.between_ms {
        None => "some time".to_owned(),
        Some((first, last)) if first == last => format!("at {}", shown(first)),
        Some((first, last)) => format!("from {} to {}", shown(first), shown(last)),
    };
    let mut parts = Vec::new();
    parts.extend(expected.firing.map(|firing| status(firing).to_owned()));
    parts.extend(expected.kind.as_ref().map(|kind| format!("by {kind}")));
    parts.extend(expected.group_labels.as_ref().map(|labels| format!("group {}", labels_of(labels))));
    parts.extend(expected.alerts.as_ref().map(|alerts| counted(alerts.len())));
    parts.extend(expected.contains.iter().map(|text| format!("with {text:?}")));
    parts.extend(expected.lacks.iter().map(|text| format!("without {text:?}")));
    parts.extend(expected.lost.as_ref().map(|reason| format!("lost: {reason}")));
    if parts.is_empty() { when } else { format!("{when}: {}", parts.join(", ")) }
}

/// What came, with its group, whose key begins with the route that took its alerts.
fn came(text: &mut String, mark: char, notice: &Notice) {
    let notification = &notice.notification;
    let (at, status) = (shown(notice.at_ms), status(notification.firing()));
    let _ = writeln!(
        text,
        "{mark} got       at {at}: {status} by {}, group {}",
        notice.kind, notification.group_key
    );
    for alert in notification.alerts.iter().take(MOST_SHOWN) {
        let status = self::status(!alert.resolved());
        let _ = writeln!(text, "              {status} {}", alert.labels);
    }
    if let Err(why) = &notice.body {
        let _ = writeln!(text, "              lost: {why}");
    }
}

/// The body in which something is missing.
fn body<'a>(expected: &ExpectedNotification, notice: &'a Notice) -> Option<&'a str> {
    let about = !expected.contains.is_empty() || !expected.lacks.is_empty();
    let body = notice.body.as_ref().ok()?.as_deref().filter(|_| about)?;
    Some(body[..body.floor_char_boundary(MOST_BYTES)].trim_end())
}

/// Who was told instead, and where the alerts were bound for.
fn elsewhere(
    text: &mut String,
    case: &NotificationTest,
    (from_ms, to_ms): (i64, i64),
    root: &Route,
    log: &Log,
) {
    let others = log.notices.iter().filter(|notice| {
        notice.notification.receiver != case.receiver.text && (from_ms..=to_ms).contains(&notice.at_ms)
    });
    for notice in others.take(MOST_ROUTED) {
        let (receiver, key) = (&notice.notification.receiver, &notice.notification.group_key);
        let _ = writeln!(text, "  others    {receiver} at {}, group {key}", shown(notice.at_ms));
    }
    for labels in log.posted.iter().take(MOST_ROUTED) {
        let receivers: Vec<&str> =
            routed(root, labels).into_iter().map(|matched| matched.route.receiver.as_str()).collect();
        let _ = writeln!(text, "  routed    {labels} to {}", receivers.join(", "));
    }
    if log.posted.is_empty() {
        text.push_str("  routed    nothing: no alert reached Alertmanager\n");
    }
}

/// What a receiver of a test lost while none of its tests looked.
fn overlooked(case: &NotificationTest, test: &Test, log: &Log) -> Vec<String> {
    let about = test.notification_tests.iter().filter(|other| other.receiver.text == case.receiver.text);
    let windows: Vec<(i64, i64)> = about.map(|other| window(other, test)).collect();
    let seen = |at_ms: i64| windows.iter().any(|(from_ms, to_ms)| (*from_ms..=*to_ms).contains(&at_ms));
    let unseen = of(&case.receiver, log).filter(|notice| !seen(notice.at_ms));
    let lost = unseen.filter_map(|notice| Some((notice, notice.body.as_ref().err()?)));
    lost.map(|(notice, why)| {
        format!("a notification at {}, when no test looks, is lost: {why}", shown(notice.at_ms))
    })
    .take(MOST_SHOWN)
    .collect()
}

/// What a receiver lost that no test names.
fn unnamed(receiver: &str, log: &Log) -> Option<String> {
    let all = of(receiver, log).count();
    let mut lost = of(receiver, log).filter_map(|notice| Some((notice.at_ms, notice.body.as_ref().err()?)));
    let (at_ms, why) = lost.next()?;
    let count = lost.count() + 1;
    let first = shown(at_ms);
    Some(format!(
        "receiver {receiver}, which no expectation names, loses {count} of {all}, first at {first}: {why}"
    ))
}
