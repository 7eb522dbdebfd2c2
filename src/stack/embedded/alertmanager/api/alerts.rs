//! `/api/v2/alerts` and `/api/v2/alerts/groups`.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::query::{Pairs, Wanted};
use super::{Asked, Shared, answer, body, posted, shown};
use crate::alerting::alertmanager::{AlertView, Release};

pub(super) fn post(shared: &Shared, asked: Asked) -> Response {
    let release = shared.plan.release;
    let read = body(asked, "alerts").and_then(|body| posted::alerts(&body, release));
    let alerts = match read {
        Ok(alerts) => alerts,
        Err(refused) => return refused.answer(release),
    };
    let taken = shared.twin.lock().post(shared.now_ms(), alerts);
    shared.stirred.notify_one();
    match taken {
        Ok(()) => StatusCode::OK.into_response(),
        Err(wrong) => {
            let between = if release == Release::V0_25 { "; " } else { "\n" };
            answer::wrong(StatusCode::BAD_REQUEST, &wrong.join(between), release)
        }
    }
}

pub(super) fn get(shared: &Shared, pairs: &Pairs) -> Response {
    let release = shared.plan.release;
    let wanted = match Wanted::read(pairs, release) {
        Ok(wanted) => wanted,
        Err(words) => return answer::wrong(StatusCode::BAD_REQUEST, &words, release),
    };
    let alerts = shared.twin.lock().alerts(shared.now_ms());
    let shown = alerts
        .iter()
        .filter(|alert| alert.receivers.iter().any(|name| wanted.receiver(name)) && wants(&wanted, alert))
        .map(|alert| shown::alert(alert, &alert.receivers, release));
    answer::found(shown::list(&shown.collect::<Vec<_>>()))
}

pub(super) fn groups(shared: &Shared, pairs: &Pairs) -> Response {
    let release = shared.plan.release;
    let wanted = match Wanted::read(pairs, release) {
        Ok(wanted) => wanted,
        Err(words) => return answer::wrong(StatusCode::BAD_REQUEST, &words, release),
    };
    let groups = shared.twin.lock().groups(shared.now_ms());
    let mut shown = Vec::new();
    for group in groups.iter().filter(|group| wanted.receiver(&group.receiver)) {
        let muted = group.alerts.iter().any(|alert| !alert.status.muted_by.is_empty());
        let alerts: Vec<String> = group
            .alerts
            .iter()
            .filter(|alert| wants(&wanted, alert))
            .map(|alert| {
                // Only those of the groups that are asked for.
                let names: Vec<String> =
                    alert.receivers.iter().filter(|name| wanted.receiver(name)).cloned().collect();
                shown::alert(alert, &names, release)
            })
            .collect();
        if !alerts.is_empty() && (wanted.muted || !muted) {
            shown.push(shown::group(&group.labels, &group.receiver, &alerts, release));
        }
    }
    answer::found(shown::list(&shown))
}

/// `unprocessed` is a parameter that Alertmanager reads and never looks at.
fn wants(wanted: &Wanted, alert: &AlertView) -> bool {
    let status = &alert.status;
    (wanted.active || status.state != "active")
        && (wanted.silenced || status.silenced_by.is_empty())
        && (wanted.inhibited || status.inhibited_by.is_empty())
        && wanted.matchers.matches(&alert.labels)
}
