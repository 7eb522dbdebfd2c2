//! What happens in a timeline. Reports fall on whole seconds; timers of groups fire half a second later, alerts end by
//! themselves at other fractions, so that no jitter of a real server changes the order of anything.

use serde_json::{Value, json};

/// How many timelines are played at once.
pub(super) const TIMELINES: usize = 200;

/// The routing tree. Waits of half seconds keep timers off the reports. Repeat intervals are never the time between two
/// flushes, nor between a flush and one that was put off.
pub(super) const CONFIG: &str = "
global: {resolve_timeout: 6850ms}
route:
  receiver: default
  group_by: [timeline]
  group_wait: 2500ms
  group_interval: 4s
  repeat_interval: 10150ms
  routes:
  - matchers: [team=\"a\"]
    receiver: team-a
    group_by: [timeline, alertname]
    group_wait: 1500ms
    group_interval: 3s
    repeat_interval: 8150ms
    continue: true
  - matchers: [severity=\"critical\", team!=\"c\"]
    receiver: pager
    group_by: ['...']
    group_wait: 500ms
    group_interval: 5s
    repeat_interval: 13150ms
  - matchers: [team=~\"b|c\"]
    receiver: quiet
    group_by: [timeline, team]
    group_wait: 1500ms
    routes:
    - matchers: [severity=\"info\"]
      receiver: both
      group_interval: 3s
      repeat_interval: 8150ms
    - matchers: [severity=\"critical\"]
      receiver: flaky
      continue: true
    - matchers: [severity=\"critical\", alertname=~\"A|B\"]
      receiver: refusing
inhibit_rules:
- source_matchers: [severity=\"critical\"]
  target_matchers: [severity=\"warning\"]
  equal: [timeline, team]
- source_matchers: [alertname=~\"A|B\"]
  target_matchers: [alertname=~\"B|C\"]
  equal: [timeline, absent]
receivers:
- name: default
  webhook_configs: [{url: SINK/default/0}]
- name: team-a
  webhook_configs: [{url: SINK/team-a/0}]
- name: pager
  webhook_configs: [{url: SINK/pager/0}]
- name: quiet
  webhook_configs: [{url: SINK/quiet/0, send_resolved: false}]
- name: both
  webhook_configs: [{url: SINK/both/0}, {url: SINK/both/1, send_resolved: false}]
- name: flaky
  webhook_configs: [{url: SINK/flaky/0}]
- name: refusing
  webhook_configs: [{url: SINK/refusing/0}]
";

/// What a sink answers to the so-many-th request for a group. One that tells of an end is never put off, and one that
/// tells of nothing else never refused: whether the alert is still there at the next report would depend on chance.
pub(super) fn answer(path: &str, nth: usize, (firing, resolved): (bool, bool)) -> u16 {
    match nth % 2 {
        0 if path.starts_with("/flaky") && !resolved => 500,
        0 if path.starts_with("/refusing") && firing => 400,
        _ => 200,
    }
}

/// Numbers that follow from a seed (SplitMix64).
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Something that somebody does.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Reports an alert; times are in milliseconds since the start of the play.
    Report { labels: Vec<(&'static str, String)>, starts_ms: Option<i64>, ends_ms: Option<i64> },
    /// Makes a silence, known by a number in its timeline.
    Silence { number: usize, name: String, value: String, regex: bool, starts_ms: i64, ends_ms: i64 },
    /// Ends one.
    Expire { number: usize },
}

/// An action, in which timeline and when.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) at_ms: i64,
    pub(super) timeline: usize,
    pub(super) action: Action,
}

/// Every event of every timeline, by time; one a timeline in each second at most.
pub(super) fn events(seed: u64, seconds: i64) -> Vec<Event> {
    let mut all = Vec::new();
    for timeline in 0..TIMELINES {
        all.extend(Timeline::new(seed, timeline).play(seconds));
    }
    all.sort_by_key(|event| event.at_ms);
    all
}

/// What is reported: its labels, since when it fires, and until when that holds without another report.
struct Alert {
    labels: Vec<(&'static str, String)>,
    since_ms: Option<i64>,
    until_ms: i64,
}

struct Timeline {
    number: usize,
    chance: Chance,
    alerts: Vec<Alert>,
    silences: usize,
}

impl Timeline {
    fn new(seed: u64, number: usize) -> Timeline {
        let mut chance = Chance(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
        let team = chance.pick(&["a", "b", "c", "d"]);
        let count = 1 + chance.below(4);
        let alerts = (0..count).map(|instance| {
            let team = if chance.below(4) == 0 { chance.pick(&["a", "b", "c", "d"]) } else { team };
            let mut labels = vec![
                ("timeline", number.to_string()),
                ("alertname", chance.pick(&["A", "B", "C", "D"]).to_owned()),
                ("team", team.to_owned()),
                ("severity", chance.pick(&["info", "warning", "critical"]).to_owned()),
            ];
            if chance.below(2) == 0 {
                labels.push(("instance", format!("i{}", 3 - instance)));
            }
            if chance.below(4) == 0 {
                labels.push(("job", chance.pick(&["x", "y"]).to_owned()));
            }
            Alert { labels, since_ms: None, until_ms: 0 }
        });
        let alerts = alerts.collect();
        Timeline { number, chance, alerts, silences: 0 }
    }

    fn play(mut self, seconds: i64) -> Vec<Event> {
        let mut events = Vec::new();
        let mut second = self.chance.below(4) as i64;
        if self.chance.below(5) == 0 {
            events.push(self.old(second * 1000 + 500));
            second += 1;
        }
        while second < seconds {
            let at_ms = second * 1000;
            let action = if self.chance.below(9) == 0 { self.silence(at_ms) } else { self.report(at_ms) };
            events.push(Event { at_ms, timeline: self.number, action });
            second += [1, 1, 2, 3, 4, 7][self.chance.below(6)];
        }
        events
    }

    /// An alert that has fired for long opens its groups, which flush at once: between the whole seconds, since their
    /// timers go on from there.
    fn old(&mut self, at_ms: i64) -> Event {
        let alert = &mut self.alerts[0];
        (alert.since_ms, alert.until_ms) = (Some(at_ms - 20_000), at_ms + 6_850);
        let (labels, starts_ms) = (alert.labels.clone(), alert.since_ms);
        Event { at_ms, timeline: self.number, action: Action::Report { labels, starts_ms, ends_ms: None } }
    }

    fn report(&mut self, now_ms: i64) -> Action {
        let which = self.chance.below(self.alerts.len());
        let kind = self.chance.below(12);
        // Ends that nobody reports lie between the timers and the next report.
        let later_ms = now_ms + 700 + 1000 * self.chance.below(12) as i64;
        let forgets = self.chance.below(3) > 0;
        let alert = &mut self.alerts[which];
        let labels = alert.labels.clone();
        if let Some(starts_ms) = alert.since_ms.filter(|_| kind < 5) {
            // The end of an alert that was over before is reported again, as Prometheus does for a while.
            alert.until_ms = now_ms;
            alert.since_ms = Some(starts_ms).filter(|_| !forgets);
            let starts_ms = Some(starts_ms).filter(|_| kind > 0);
            return Action::Report { labels, starts_ms, ends_ms: Some(now_ms) };
        }
        // What was over starts anew: with its old start it would open a group that flushes amid other reports.
        if alert.until_ms <= now_ms || kind == 5 {
            alert.since_ms = Some(now_ms);
        }
        let ends_ms = (kind == 6).then_some(later_ms);
        alert.until_ms = ends_ms.unwrap_or(now_ms + 6_850);
        Action::Report { labels, starts_ms: alert.since_ms.filter(|_| kind != 7), ends_ms }
    }

    fn silence(&mut self, now_ms: i64) -> Action {
        if self.silences > 0 && self.chance.below(2) == 0 {
            return Action::Expire { number: self.chance.below(self.silences) };
        }
        let (name, value, regex) = match self.chance.below(4) {
            0 => ("alertname", "A|B", true),
            1 => ("severity", "critical", false),
            2 => ("severity", ".+", true),
            _ => ("instance", "", false),
        };
        let starts_ms = if self.chance.below(3) == 0 { now_ms + 2125 } else { now_ms };
        let ends_ms = now_ms + 3750 + 1000 * self.chance.below(8) as i64;
        self.silences += 1;
        let number = self.silences - 1;
        let (name, value) = (name.to_owned(), value.to_owned());
        Action::Silence { number, name, value, regex, starts_ms, ends_ms }
    }
}

/// A time of the play as text for an HTTP request.
pub(super) fn stamp(base_ms: i64, at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(base_ms + at_ms).expect("a time of this century");
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

impl Event {
    /// The body of a report or of a silence.
    pub(super) fn body(&self, base_ms: i64) -> Value {
        match &self.action {
            Action::Report { labels, starts_ms, ends_ms } => {
                let labels: serde_json::Map<String, Value> =
                    labels.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
                let mut alert = json!({ "labels": labels });
                for (key, at_ms) in [("startsAt", starts_ms), ("endsAt", ends_ms)] {
                    if let Some(at_ms) = at_ms {
                        alert[key] = json!(stamp(base_ms, *at_ms));
                    }
                }
                alert
            }
            Action::Silence { name, value, regex, starts_ms, ends_ms, .. } => json!({
                "matchers": [
                    {"name": "timeline", "value": self.timeline.to_string(), "isRegex": false},
                    {"name": name, "value": value, "isRegex": regex},
                ],
                "startsAt": stamp(base_ms, *starts_ms),
                "endsAt": stamp(base_ms, *ends_ms),
                "createdBy": "a test",
                "comment": "a test",
            }),
            Action::Expire { .. } => Value::Null,
        }
    }
}
