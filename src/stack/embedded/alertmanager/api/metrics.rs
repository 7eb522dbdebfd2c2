//! `/metrics`: the few of Alertmanager's that follow from what is recorded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

use super::{Shared, shown, version};
use crate::alerting::alertmanager::SilenceState;
use crate::observe::Fate;

/// Name, type and help, then the samples: labels and value.
type Family<'a> = (&'a str, &'a str, &'a str, Vec<(String, u64)>);

pub(super) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let now_ms = shared.now_ms();
    let (alerts, silences) = {
        let twin = shared.twin.lock();
        (twin.alerts(now_ms), twin.silences(now_ms))
    };
    let states = ["active", "suppressed"].map(|state| {
        let count = alerts.iter().filter(|alert| alert.status.state == state).count();
        (format!("{{state=\"{state}\"}}"), count as u64)
    });
    let silenced = [SilenceState::Active, SilenceState::Expired, SilenceState::Pending].map(|wanted| {
        let count = silences.iter().filter(|(_, state)| *state == wanted).count();
        (format!("{{state=\"{}\"}}", shown::word(wanted)), count as u64)
    });
    let (mut attempts, mut failed) = (BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
    for event in shared.book.lock().events() {
        let labels = format!("{{integration=\"{}\"}}", event.kind);
        *attempts.entry(labels.clone()).or_default() += 1;
        *failed.entry(labels).or_default() += u64::from(event.fate != Fate::Taken);
    }
    let built = format!("{{version=\"probity's twin of {}\"}}", version(shared.plan.release));
    let families: [Family<'_>; 5] = [
        ("alertmanager_alerts", "gauge", "How many alerts by state.", states.into()),
        ("alertmanager_build_info", "gauge", "What this is.", vec![(built, 1)]),
        (
            "alertmanager_notification_requests_failed_total",
            "counter",
            "The total number of failed notification requests.",
            failed.into_iter().collect(),
        ),
        (
            "alertmanager_notification_requests_total",
            "counter",
            "The total number of attempted notification requests.",
            attempts.into_iter().collect(),
        ),
        ("alertmanager_silences", "gauge", "How many silences by state.", silenced.into()),
    ];
    let mut text = String::new();
    for (name, kind, help, samples) in families {
        // Writing to a text never fails.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    }
    (StatusCode::OK, [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
