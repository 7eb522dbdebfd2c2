//! The same timelines, played to the twin in virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;

use probity::alerting::alertmanager::{
    AlertView, Alertmanager, Delivery, Due, Notification, PostedAlert, Release, Settings, Silence, config,
};
use probity::alerting::matchers::{Matcher, Matchers, Op};
use probity::promql::Labels;

use super::plan::{Action, CONFIG, Event, answer};
use super::{Alert, Seen, Shown, View};

/// The twin, and when the play began.
struct Play {
    twin: Alertmanager,
    release: Release,
    base_ms: i64,
    /// How many requests there were by path and group.
    counts: BTreeMap<(String, String), usize>,
    /// The ids of silences by timeline and number.
    silences: BTreeMap<(usize, usize), String>,
    seen: Vec<Seen>,
}

/// Everything that was sent until a time, and what was shown at some times.
pub(super) fn play(
    events: &[Event],
    release: Release,
    (base_ms, started_ms): (i64, i64),
    views: &[i64],
    until_ms: i64,
) -> (Vec<Seen>, Vec<View>) {
    let read = config::read(&CONFIG.replace("SINK", "http://sink"), "alertmanager.yml", release);
    let config = read.config.unwrap_or_else(|| panic!("{:?}", read.problems));
    let settings = Settings { release, started_ms, seed: 7 };
    let twin = Alertmanager::new(Arc::new(config), settings);
    let (counts, silences) = (BTreeMap::new(), BTreeMap::new());
    let mut play = Play { twin, release, base_ms, counts, silences, seen: Vec::new() };
    let mut shown = Vec::new();
    let mut views = views.iter().peekable();
    let instants = events.chunk_by(|one, other| one.at_ms == other.at_ms);
    for at_once in instants {
        while let Some(at_ms) = views.next_if(|at_ms| **at_ms < at_once[0].at_ms) {
            shown.push(play.view(*at_ms));
        }
        play.go_on(at_once[0].at_ms);
        play.act(at_once);
    }
    for at_ms in views {
        shown.push(play.view(*at_ms));
    }
    play.go_on(until_ms);
    (play.seen, shown)
}

impl Play {
    /// Lets everything happen that is due by then.
    fn go_on(&mut self, until_ms: i64) {
        while let Some(at_ms) = self.twin.next_due_ms().filter(|at_ms| *at_ms <= self.base_ms + until_ms) {
            for Due::Notify(notification) in self.twin.advance(at_ms) {
                let delivery = self.deliver(&notification, at_ms - self.base_ms);
                self.twin.settle(at_ms, notification.id, &delivery);
            }
        }
    }

    fn deliver(&mut self, notification: &Notification, at_ms: i64) -> Delivery {
        let path = format!("/{}/{}", notification.receiver, notification.integration);
        let count = self.counts.entry((path.clone(), notification.group_key.clone())).or_default();
        let resolved = notification.alerts.iter().any(|alert| alert.resolved());
        let status = answer(&path, *count, (notification.firing(), resolved));
        *count += 1;
        let reason = (self.release != Release::V0_25).then(|| notification.reason.text().to_owned());
        let alerts = notification.alerts.iter().map(|alert| Alert {
            labels: alert.labels.to_map(),
            resolved: alert.resolved(),
            starts_ms: alert.starts_at_ms - self.base_ms,
            ends_ms: alert.ends_at_ms.map(|ends_ms| ends_ms - self.base_ms),
        });
        let alerts = alerts.collect();
        self.seen.push(Seen { at_ms, path, group: notification.group_key.clone(), reason, alerts });
        match status {
            200 => Delivery::Taken,
            400 => Delivery::Lost("refused".to_owned()),
            _ => Delivery::Retry("failed".to_owned()),
        }
    }

    fn act(&mut self, at_once: &[Event]) {
        let now_ms = self.base_ms + at_once[0].at_ms;
        let reports = at_once.iter().filter_map(|event| self.posted(event)).collect();
        self.twin.post(now_ms, reports).expect("all reports are sound");
        for event in at_once {
            match &event.action {
                Action::Report { .. } => {}
                Action::Silence { number, .. } => {
                    let id = self.twin.set_silence(now_ms, self.silence(event)).expect("silences are sound");
                    self.silences.insert((event.timeline, *number), id);
                }
                Action::Expire { number } => {
                    let id = &self.silences[&(event.timeline, *number)];
                    self.twin.expire_silence(now_ms, id).expect("it is known");
                }
            }
        }
    }

    fn posted(&self, event: &Event) -> Option<PostedAlert> {
        let Action::Report { labels, starts_ms, ends_ms } = &event.action else { return None };
        Some(PostedAlert {
            labels: Labels::new(labels.iter().map(|(name, value)| (*name, value.as_str()))),
            annotations: BTreeMap::new(),
            starts_at_ms: starts_ms.map(|at_ms| self.base_ms + at_ms),
            ends_at_ms: ends_ms.map(|at_ms| self.base_ms + at_ms),
            generator_url: String::new(),
        })
    }

    fn silence(&self, event: &Event) -> Silence {
        let Action::Silence { name, value, regex, starts_ms, ends_ms, .. } = &event.action else {
            panic!("{event:?} makes no silence")
        };
        let op = if *regex { Op::Regex } else { Op::Equal };
        let timeline = Matcher::new("timeline", Op::Equal, &event.timeline.to_string());
        Silence {
            id: String::new(),
            matchers: Matchers(vec![timeline.expect("sound"), Matcher::new(name, op, value).expect("sound")]),
            starts_at_ms: self.base_ms + starts_ms,
            ends_at_ms: self.base_ms + ends_ms,
            updated_at_ms: 0,
            created_by: "a test".to_owned(),
            comment: "a test".to_owned(),
        }
    }

    fn view(&mut self, at_ms: i64) -> View {
        self.go_on(at_ms);
        let now_ms = self.base_ms + at_ms;
        let alerts = self.twin.alerts(now_ms).iter().map(|alert| self.shown(alert)).collect();
        let groups = self.twin.groups(now_ms);
        let groups = groups.iter().map(|group| {
            let alerts = group.alerts.iter().map(|alert| self.shown(alert)).collect();
            (group.labels.to_map(), group.receiver.clone(), alerts)
        });
        View { alerts, groups: groups.collect() }
    }

    fn shown(&self, alert: &AlertView) -> Shown {
        let numbers = self.silences.iter().filter(|(_, id)| alert.status.silenced_by.contains(id));
        Shown {
            labels: alert.labels.to_map(),
            fingerprint: alert.fingerprint.clone(),
            state: alert.status.state.to_owned(),
            silenced_by: numbers.map(|(number, _)| *number).collect(),
            inhibited_by: alert.status.inhibited_by.clone(),
            receivers: alert.receivers.clone(),
            starts_ms: alert.starts_at_ms - self.base_ms,
            ends_ms: alert.ends_at_ms - self.base_ms,
        }
    }
}
