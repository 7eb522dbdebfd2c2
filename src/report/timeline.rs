//! What became of alerts, in order of time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plain::one_line;
use super::style::Style;
use crate::contract::HumanDuration;
use crate::observe::{AlertChain, AlertPhase, Delivered, Fate, NotificationEvent, Observations, ToldAlert};

/// Lines that are printed; the JSON report has all of them.
const MOST_LINES: usize = 40;

/// Something that became of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimelineLine {
    /// How long after the start of the first phase.
    pub after: HumanDuration,
    /// `pending`, `firing`, `resolved` or `dropped` of an alert; `told`, `retried` or `lost` of a notification.
    pub what: String,
    /// The alert with its labels, or who was to be told of which alerts.
    pub subject: String,
}

/// Everything that became of alerts; empty where no rules were evaluated.
pub(super) fn timeline(seen: &Observations) -> Vec<TimelineLine> {
    let start = seen.plan.phases.first().map_or(Timestamp::UNIX_EPOCH, |phase| phase.from);
    let mut lines: Vec<(Timestamp, TimelineLine)> = Vec::new();
    for chain in seen.legs.iter().filter_map(|leg| leg.chain.as_ref()) {
        let mut add = |at: Timestamp, what: &str, subject: String| {
            let after = Duration::try_from(at.duration_since(start)).unwrap_or_default();
            lines.push((at, TimelineLine { after: HumanDuration(after), what: what.to_owned(), subject }));
        };
        for event in &chain.alerts {
            add(event.at, phase(event.phase), alert(&event.labels));
        }
        for event in &chain.notifications {
            match &event.fate {
                Fate::Taken => {}
                Fate::Retried(why) => add(event.at, "retried", told(event) + &format!(": {why}")),
                Fate::Lost(why) => add(event.at, "lost", told(event) + &format!(": {why}")),
            }
        }
        for delivery in chain.deliveries.iter().filter(|delivery| (200..300).contains(&delivery.answered)) {
            add(delivery.at, "told", arrived(delivery, chain));
        }
    }
    // What is of one instant stays in the order of the chain: alerts, then messages.
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn phase(phase: AlertPhase) -> &'static str {
    match phase {
        AlertPhase::Pending => "pending",
        AlertPhase::Firing => "firing",
        AlertPhase::Resolved => "resolved",
        AlertPhase::Dropped => "dropped",
    }
}

/// `Name{label="value"}`.
fn alert(labels: &BTreeMap<String, String>) -> String {
    let own = labels.iter().filter(|(name, _)| *name != "alertname");
    let own: Vec<String> = own.map(|(name, value)| format!("{name}={value:?}")).collect();
    let name = labels.get("alertname").map_or("", String::as_str);
    if own.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", own.join(", ")) }
}

/// Who is told of what: `receiver (slack): 2 firing, 1 resolved Name, Other`.
fn told(event: &NotificationEvent) -> String {
    let NotificationEvent { receiver, kind, alerts, .. } = event;
    format!("{receiver} ({kind}): {}", summary(alerts))
}

fn summary(alerts: &[ToldAlert]) -> String {
    let firing = alerts.iter().filter(|alert| alert.ends_at.is_none()).count();
    let counts = [(firing, "firing"), (alerts.len() - firing, "resolved")];
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let mut names: Vec<&str> =
        alerts.iter().filter_map(|alert| alert.labels.get("alertname").map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    format!("{} {}", counts.collect::<Vec<_>>().join(", "), names.join(", "))
}

/// A delivery in the words of the notification that it says it is.
fn arrived(delivery: &Delivered, chain: &AlertChain) -> String {
    let event = chain.notifications.iter().find(|event| Some(event.id) == delivery.notification);
    event.map_or_else(|| format!("{} ({}): a stranger's message", delivery.receiver, delivery.kind), told)
}

/// The lines for a person.
pub(super) fn write_timeline(text: &mut String, lines: &[TimelineLine], style: Style) {
    if lines.is_empty() {
        return;
    }
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{}", style.strong("alerts"));
    for line in lines.iter().take(MOST_LINES) {
        let painted = format!("{:<8}", line.what);
        let painted = match line.what.as_str() {
            "firing" | "lost" => style.bad(&painted),
            "resolved" => style.good(&painted),
            _ => painted,
        };
        let after = format!("+{}", line.after);
        let _ = writeln!(text, "  {after:<14} {painted} {}", one_line(&line.subject));
    }
    if lines.len() > MOST_LINES {
        let _ = writeln!(text, "  and {} more in the JSON report", lines.len() - MOST_LINES);
    }
}
