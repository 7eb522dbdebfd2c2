//! A real Prometheus that sends its alerts to a real Alertmanager: how they are started, played to and read back.
//!
//! Scrapes and evaluations have places within the second that hashes decide. A first configuration has many groups; two
//! of them are taken that are evaluated half a second after the scrape, one shortly after the other, and only their
//! names are known to the rules that are then loaded. So no order of two things depends on how busy the machine is.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use probity::promql::Labels;
use serde_json::{Value, json};

use super::configs::{ALERTMANAGER, PROMETHEUS, candidates, rules};
use super::signals::{Act, Action, STEPS, Signals};
use super::world::{Arrived, World, ask, now_ms, wait_until};
use crate::daemon::{Daemon, folder, ports};
use crate::engines::Generation;

/// How many groups there are to choose from.
const CANDIDATES: usize = 60;

/// How many steps of a play must be played before the machine stands still; what comes later does not count.
const LEAST_STEPS: i64 = 20;

/// How often a play is begun anew on a machine that stood still.
const ATTEMPTS: u32 = 3;

/// When things that somebody does in Alertmanager happen after an evaluation, in milliseconds.
pub(super) const ACT_MS: i64 = 250;

/// Where users are told that both are.
pub(super) const PROMETHEUS_URL: &str = "http://prometheus:9090";
pub(super) const ALERTMANAGER_URL: &str = "http://alertmanager:9093";

pub(super) type Points = BTreeMap<Labels, Vec<(i64, f64)>>;

/// Everything that was configured, and what the servers did. Times are in milliseconds since 1970.
pub(super) struct Played {
    pub(super) prometheus: String,
    pub(super) alertmanager: String,
    pub(super) rules: String,
    pub(super) alertmanager_started_ms: i64,
    /// Every sample that matters, by series.
    pub(super) series: Points,
    /// Times of evaluations by group.
    pub(super) fast: Vec<i64>,
    pub(super) slow: Vec<i64>,
    /// The time of the evaluation of step 0, and until when is looked.
    pub(super) begin_ms: i64,
    pub(super) until_ms: i64,
    pub(super) acts: Vec<Act>,
    pub(super) arrived: Vec<Arrived>,
}

pub(super) struct Servers {
    folder: PathBuf,
    prometheus: (Daemon, u16),
    alertmanager: (Daemon, u16),
    world: Arc<World>,
    configs: [String; 2],
    alertmanager_started_ms: i64,
}

/// Plays everything to real servers. None if this machine has none.
pub(super) fn play(generation: Generation, seed: u64) -> Option<Played> {
    for attempt in 0..ATTEMPTS {
        let servers = Servers::start(generation, seed, attempt)?;
        let Some((fast, slow)) = servers.choose() else { continue };
        match servers.play(seed, fast, slow) {
            Ok(played) => return Some(played),
            Err(why) => super::say(&format!("{generation:?}: this play counts for nothing: {why}")),
        }
    }
    panic!("{generation:?}: no play of {ATTEMPTS} counts");
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.world.end();
    }
}

/// Where in the second a time is.
const fn place(at_ms: i64) -> i64 {
    at_ms.rem_euclid(1000)
}

impl Servers {
    fn start(generation: Generation, seed: u64, attempt: u32) -> Option<Servers> {
        let (prometheus, alertmanager) =
            (generation.find("prometheus")?, generation.find("prometheus-alertmanager")?);
        let [port, alerts_port] = ports();
        let world = World::start(Signals::new(seed), alerts_port);
        let folder = folder(&format!("chain-{generation:?}"));
        // Debian's programs read the templates that are installed, which may be those of the other release.
        let templates = alertmanager
            .parent()
            .and_then(|bin| bin.parent())
            .map(|usr| usr.join("share/prometheus/alertmanager/default.tmpl"))
            .filter(|path| path.is_file());
        let templates = templates.map_or(String::new(), |path| path.display().to_string());
        let config = ALERTMANAGER.replace("SINK", &format!("http://127.0.0.1:{}", world.port));
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("it is written");
        write("alertmanager.yml", &config.replace("TEMPLATES", &templates));
        let text =
            PROMETHEUS.replace("WORLD", &world.port.to_string()).replace("ATTEMPT", &attempt.to_string());
        write("prometheus.yml", &text);
        write("rules.yml", &candidates(CANDIDATES));
        let mut command = Command::new(alertmanager);
        command.args(["--config.file=alertmanager.yml", "--storage.path=alerts"]);
        command.args([
            format!("--web.listen-address=127.0.0.1:{alerts_port}"),
            format!("--web.external-url={ALERTMANAGER_URL}"),
        ]);
        command.arg("--cluster.listen-address=");
        let alertmanager_started_ms = now_ms();
        let alertmanager = (Daemon::spawn(command, "alertmanager", &folder, alerts_port), alerts_port);
        let mut command = Command::new(prometheus);
        command.args(["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.enable-lifecycle"]);
        command.args([
            format!("--web.listen-address=127.0.0.1:{port}"),
            format!("--web.external-url={PROMETHEUS_URL}"),
            format!("--rules.alert.resend-delay={}ms", super::RESEND_DELAY_MS),
        ]);
        let prometheus = (Daemon::spawn(command, "prometheus", &folder, port), port);
        let configs = [text, config.replace("templates: [TEMPLATES]\n", "")];
        Some(Servers { folder, prometheus, alertmanager, world, configs, alertmanager_started_ms })
    }

    /// Waits for scrapes, which begin after five seconds; the places of two groups that suit them, if any do.
    fn choose(&self) -> Option<((String, i64), (String, i64))> {
        let mut scraped = Vec::new();
        for _ in 0..120 {
            wait_until(now_ms() + 250);
            scraped = self.series("up[1m]").into_values().flatten().map(|(at_ms, _)| place(at_ms)).collect();
            if scraped.len() > 1 {
                break;
            }
        }
        let scraped = *scraped.last().expect("it scrapes");
        let all = self.series("candidate[1m]").into_iter().filter_map(|(labels, points)| {
            Some((labels.value("group").to_owned(), place(points.first()?.0)))
        });
        let all: Vec<(String, i64)> = all.collect();
        let apart = |from: i64, to: i64| place(to - from);
        let halfway = |fast: &&(String, i64)| (350..600).contains(&apart(scraped, fast.1));
        all.iter().filter(halfway).find_map(|fast| {
            let after = all.iter().find(|slow| (60..160).contains(&apart(fast.1, slow.1)));
            after.map(|slow| (fast.clone(), slow.clone()))
        })
    }

    fn play(&self, seed: u64, fast: (String, i64), slow: (String, i64)) -> Result<Played, String> {
        let rules = rules(&fast.0, &slow.0);
        std::fs::write(self.folder.join("rules.yml"), &rules).expect("it is written");
        assert_eq!(ask(self.prometheus.1, "POST", "/-/reload", "").0, 200, "it takes the rules");
        // Two evaluations of each group come before anything happens. Values change a fifth of a second after an
        // evaluation, which is well before the next scrape.
        let soon_ms = now_ms() + 3_500;
        let begin_ms = soon_ms + place(fast.1 - soon_ms);
        self.world.begin(begin_ms - 800);
        let acts = super::signals::acts(seed);
        let mut until_ms = begin_ms + STEPS as i64 * 1000;
        self.world.watch([self.prometheus.1, self.alertmanager.1], until_ms + 700);
        self.act(&acts, begin_ms)?;
        wait_until(until_ms + 700);
        if let Some(steps) = self.cut_short(begin_ms)? {
            super::say(&format!("only {steps} steps are compared: the machine stood still"));
            until_ms = begin_ms + steps * 1000;
        }
        let names = "ALERTS|ALERTS_FOR_STATE|signal|up|evaluated|team:signal:sum";
        let series = self.series(&format!("{{__name__=~\"{names}\"}}[2m]"));
        let evaluated = |group: &str| -> Vec<i64> {
            let of = series.iter().find(|(it, _)| it.metric() == "evaluated" && it.value("group") == group);
            let times = of.expect("it is evaluated").1.iter().map(|(at_ms, _)| *at_ms);
            times.filter(|at_ms| *at_ms < until_ms).collect()
        };
        let (fast, slow) = (evaluated("fast"), evaluated("slow"));
        for (times, interval_ms) in [(&fast, 1000), (&slow, 2000)] {
            if times.windows(2).any(|pair| pair[1] - pair[0] != interval_ms) {
                return Err(format!("an evaluation is missing: {times:?}"));
            }
        }
        let [prometheus, alertmanager] = self.configs.clone();
        let (alertmanager_started_ms, arrived) = (self.alertmanager_started_ms, self.world.arrived());
        Ok(Played {
            prometheus,
            alertmanager,
            rules,
            alertmanager_started_ms,
            series,
            fast,
            slow,
            begin_ms,
            until_ms,
            acts,
            arrived,
        })
    }

    /// The last step before the machine stood still, if it did.
    fn cut_short(&self, begin_ms: i64) -> Result<Option<i64>, String> {
        let steps = self.world.late().map(|at_ms| (at_ms - begin_ms).div_euclid(1000) - 1);
        match steps {
            Some(steps) if steps < LEAST_STEPS => Err(format!("the machine stood still after {steps} steps")),
            steps => Ok(steps),
        }
    }

    /// Does in Alertmanager what is to be done.
    fn act(&self, acts: &[Act], begin_ms: i64) -> Result<(), String> {
        let mut silences = BTreeMap::<usize, String>::new();
        for act in acts {
            let at_ms = begin_ms + act.step * 1000 + ACT_MS;
            wait_until(at_ms);
            match act.action {
                Action::Silence { matcher, lasts_s } => {
                    let id = self.silence(act.timeline, matcher, at_ms, lasts_s)?;
                    silences.insert(act.timeline, id);
                }
                Action::Expire => {
                    let path = format!("/api/v2/silence/{}", silences[&act.timeline]);
                    assert_eq!(ask(self.alertmanager.1, "DELETE", &path, "").0, 200);
                }
            }
            self.world.expect(at_ms, 0);
            self.cut_short(begin_ms)?;
        }
        Ok(())
    }

    fn silence(
        &self,
        timeline: usize,
        matcher: (&str, &str),
        at_ms: i64,
        lasts_s: i64,
    ) -> Result<String, String> {
        let stamp = |at_ms| jiff::Timestamp::from_millisecond(at_ms).expect("this century").to_string();
        let body = json!({
            "matchers": [
                {"name": "timeline", "value": timeline.to_string(), "isRegex": false},
                {"name": matcher.0, "value": matcher.1, "isRegex": true},
            ],
            "startsAt": stamp(at_ms),
            "endsAt": stamp(ends_ms(at_ms, lasts_s)),
            "createdBy": "a test",
            "comment": "a test",
        });
        let (status, body) = ask(self.alertmanager.1, "POST", "/api/v2/silences", &body.to_string());
        if status != 200 {
            return Err(format!("{} ms after a silence was due: {body}", now_ms() - at_ms));
        }
        let answer: Value = serde_json::from_str(&body).expect("JSON");
        Ok(answer["silenceID"].as_str().expect("an id").to_owned())
    }

    /// Every sample that a query selects.
    fn series(&self, query: &str) -> Points {
        let query: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let (status, body) = ask(self.prometheus.1, "GET", &format!("/api/v1/query?query={query}"), "");
        if status == 503 {
            // It listens before it is ready.
            return Points::new();
        }
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let found = body["data"]["result"].as_array().expect("an answer").iter().map(|series| {
            let labels = series["metric"].as_object().expect("labels").iter();
            let labels = labels.map(|(name, value)| (name.as_str(), value.as_str().expect("text")));
            let points = series["values"].as_array().expect("values").iter().map(|point| {
                let at_ms = (point[0].as_f64().expect("a time") * 1000.0).round() as i64;
                (at_ms, point[1].as_str().expect("text").parse().expect("a number"))
            });
            (Labels::new(labels), points.collect())
        });
        found.collect()
    }
}

/// Silences end at an evaluation, half a second from the next flush.
pub(super) const fn ends_ms(at_ms: i64, lasts_s: i64) -> i64 {
    at_ms - ACT_MS + lasts_s * 1000
}
