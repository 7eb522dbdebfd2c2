//! The same chain in virtual time: the rule manager over the samples that the real Prometheus scraped, at the times at
//! which it evaluated, and Alertmanager's twin.

use std::collections::BTreeMap;
use std::sync::Arc;

use probity::alerting::alertmanager::message::{Templates, message};
use probity::alerting::alertmanager::{
    Alertmanager, Delivery, Due, Notification, PostedAlert, Release, Settings, Silence, config,
};
use probity::alerting::matchers::{Matcher, Matchers, Op};
use probity::alerting::notifier::{SentAlert, outgoing};
use probity::alerting::prometheus;
use probity::alerting::rules::file::{RuleFile, read};
use probity::alerting::rules::{self, Manager};
use probity::promql::{Dialect, Labels, Options, Storage, stale_marker};

use super::racy::Racy;
use super::servers::{ACT_MS, ALERTMANAGER_URL, PROMETHEUS_URL, Played, ends_ms};
use super::signals::{Act, Action};
use super::world::Arrived;

/// How long after an evaluation its alerts reach Alertmanager, in milliseconds.
const TRAVELS_MS: i64 = 15;

/// What became of it all here.
pub(super) struct Twin {
    pub(super) storage: Storage,
    pub(super) told: Vec<Arrived>,
    pub(super) racy: Racy,
    /// How many alerts were sent to Alertmanager.
    pub(super) sent: usize,
    alertmanager: Alertmanager,
    templates: Templates,
    silences: BTreeMap<usize, String>,
}

/// What happens next.
enum Next<'a> {
    Evaluate(&'a mut Manager),
    Act(&'a Act),
}

/// Replays what was played.
pub(super) fn replay(played: &Played, dialect: Dialect) -> Twin {
    let server = prometheus::read(&played.prometheus, "prometheus.yml", dialect);
    let server = server.config.unwrap_or_else(|| panic!("{:?}", server.problems));
    let mut fast = manager(played, dialect, &server.external_labels, "fast");
    let mut slow = manager(played, dialect, &server.external_labels, "slow");
    let mut samples = scraped(played).into_iter().peekable();
    let act_ms = |act: &Act| played.begin_ms + act.step * 1000 + ACT_MS;
    let mut acts = played.acts.iter().filter(|act| act_ms(act) < played.until_ms).peekable();
    let mut evaluations: Vec<(i64, bool)> = played.fast.iter().map(|at_ms| (*at_ms, true)).collect();
    evaluations.extend(played.slow.iter().map(|at_ms| (*at_ms, false)));
    evaluations.sort_unstable();
    let mut evaluations = evaluations.into_iter().peekable();
    let mut twin = Twin::new(played, dialect);
    loop {
        let evaluation_ms = evaluations.peek().map(|(at_ms, _)| *at_ms);
        let first = |act: &&&Act| evaluation_ms.is_none_or(|at_ms| act_ms(act) < at_ms);
        let next = match acts.next_if(|act| first(&act)) {
            Some(act) => Next::Act(act),
            None => match evaluations.next() {
                Some((_, true)) => Next::Evaluate(&mut fast),
                Some((_, false)) => Next::Evaluate(&mut slow),
                None => break,
            },
        };
        match next {
            Next::Act(act) => twin.act(act, act_ms(act)),
            Next::Evaluate(manager) => {
                let at_ms = evaluation_ms.expect("there is one");
                assert_eq!(manager.next_due_ms(), Some(at_ms), "evaluations are an interval apart");
                while let Some((sample_ms, labels, value)) =
                    samples.next_if(|(sample_ms, ..)| *sample_ms <= at_ms)
                {
                    twin.storage.append(&labels, sample_ms, value).expect("in order");
                }
                let evaluation = manager.evaluate(at_ms, &mut twin.storage);
                assert_eq!(evaluation.errors, []);
                let sent = outgoing(evaluation.sent, &server.external_labels, &server.alert_relabel);
                twin.post(at_ms + TRAVELS_MS, sent);
            }
        }
    }
    twin.go_on(played.until_ms);
    twin
}

/// A manager of one group, since each has a place of its own within the second.
fn manager(played: &Played, dialect: Dialect, external_labels: &Labels, which: &str) -> Manager {
    let read = read(&played.rules, "rules.yml", dialect, &|_| Ok(()));
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let slow = which == "slow";
    let groups = read.rules.groups.into_iter().filter(|group| group.interval_ms.is_some() == slow).collect();
    let (times, interval_ms) = if slow { (&played.slow, 2000) } else { (&played.fast, 1000) };
    let settings = rules::Settings {
        options: Options { dialect, ..Options::default() },
        evaluation_interval_ms: 1000,
        query_offset_ms: 0,
        external_labels: external_labels.clone(),
        external_url: PROMETHEUS_URL.to_owned(),
        resend_delay_ms: super::RESEND_DELAY_MS,
        started_ms: times[0] - interval_ms,
    };
    Manager::new(vec![("rules.yml".to_owned(), RuleFile { groups })], settings).expect("sound rules")
}

/// The samples of every scraped series in the order of time, with an end where one was missing at the next scrape.
fn scraped(played: &Played) -> Vec<(i64, Labels, f64)> {
    let of = |metric: &'static str| played.series.iter().filter(move |(labels, _)| labels.metric() == metric);
    let (_, scrapes) = of("up").next().expect("it was scraped");
    let mut all = Vec::new();
    for (labels, points) in of("up").chain(of("signal")) {
        let held: BTreeMap<i64, f64> = points.iter().copied().collect();
        let mut before = false;
        for (at_ms, _) in scrapes {
            match held.get(at_ms) {
                Some(value) => all.push((*at_ms, labels.clone(), *value)),
                None if before => all.push((*at_ms, labels.clone(), stale_marker())),
                None => {}
            }
            before = held.contains_key(at_ms);
        }
    }
    all.sort_by_key(|(at_ms, ..)| *at_ms);
    all
}

impl Twin {
    fn new(played: &Played, dialect: Dialect) -> Twin {
        let release = match dialect {
            Dialect::V2 => Release::V0_25,
            Dialect::V3 => Release::V0_33,
        };
        let read = config::read(&played.alertmanager, "alertmanager.yml", release);
        let config = Arc::new(read.config.unwrap_or_else(|| panic!("{:?}", read.problems)));
        let settings = Settings { release, started_ms: played.alertmanager_started_ms, seed: 7 };
        Twin {
            storage: Storage::new(),
            told: Vec::new(),
            racy: Racy::new(release, played.alertmanager_started_ms),
            sent: 0,
            alertmanager: Alertmanager::new(config, settings),
            templates: Templates::new(release, &[]).expect("there are none"),
            silences: BTreeMap::new(),
        }
    }

    /// Lets everything happen that is due by then.
    fn go_on(&mut self, until_ms: i64) {
        while let Some(at_ms) = self.alertmanager.next_due_ms().filter(|at_ms| *at_ms <= until_ms) {
            for Due::Notify(notification) in self.alertmanager.advance(at_ms) {
                self.told.push(self.message(&notification, at_ms));
                self.alertmanager.settle(at_ms, notification.id, &Delivery::Taken);
            }
        }
    }

    fn message(&self, notification: &Notification, at_ms: i64) -> Arrived {
        let receiver = self.alertmanager.config().receiver(&notification.receiver).expect("it has one");
        let integration = &receiver.integrations[notification.integration];
        let message = message(notification, integration, &self.templates, ALERTMANAGER_URL);
        let message = message.expect("all templates are sound");
        let path = message.url.splitn(4, '/').nth(3).expect("a path");
        Arrived { at_ms, path: format!("/{path}"), body: message.body }
    }

    fn post(&mut self, at_ms: i64, sent: Vec<SentAlert>) {
        self.go_on(at_ms);
        self.sent += sent.len();
        self.racy.watch(&self.alertmanager.config().route, at_ms, &sent);
        let posted = sent.into_iter().map(|alert| PostedAlert {
            labels: alert.labels,
            annotations: alert.annotations,
            starts_at_ms: Some(alert.starts_at_ms),
            ends_at_ms: Some(alert.ends_at_ms),
            generator_url: alert.generator_url,
        });
        self.alertmanager.post(at_ms, posted.collect()).expect("all alerts are sound");
    }

    fn act(&mut self, act: &Act, at_ms: i64) {
        self.go_on(at_ms);
        match act.action {
            Action::Silence { matcher: (name, value), lasts_s } => {
                let timeline = Matcher::new("timeline", Op::Equal, &act.timeline.to_string());
                let matcher = Matcher::new(name, Op::Regex, value);
                let silence = Silence {
                    id: String::new(),
                    matchers: Matchers(vec![timeline.expect("sound"), matcher.expect("sound")]),
                    starts_at_ms: at_ms,
                    ends_at_ms: ends_ms(at_ms, lasts_s),
                    updated_at_ms: 0,
                    created_by: "a test".to_owned(),
                    comment: "a test".to_owned(),
                };
                let id = self.alertmanager.set_silence(at_ms, silence).expect("silences are sound");
                self.silences.insert(act.timeline, id);
            }
            Action::Expire => {
                let id = &self.silences[&act.timeline];
                self.alertmanager.expire_silence(at_ms, id).expect("it is known");
            }
        }
    }
}
