use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use goose::{is_killswitch_triggered, trigger_killswitch};
use jiff::Timestamp;
use tokio::sync::watch;

use super::attack::UserPhase;
use super::gate::Course;
use super::user::Crowd;
use crate::clock::{Clock, Turn, after, between};
use crate::observe::RequestKind;

/// How long sessions that are under way at the end of the last phase may go on; then they send nothing more.
pub const FINISH: Duration = Duration::from_secs(30);

/// How long answers are waited for once somebody has interrupted.
const HURRY: Duration = Duration::from_secs(2);

/// Goose is ready within milliseconds; without its word the load begins all the same.
const GOOSE_IS_READY: Duration = Duration::from_secs(2);

/// How often the load tells how it goes.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// How often it looks whether goose was interrupted, which takes Ctrl-C for the process unless we were there first.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How a load goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Users that start sessions.
    pub users: u32,
    /// Requests so far.
    pub requests: u64,
    /// Those of them that failed.
    pub failures: u64,
    /// Requests a second since the last time.
    pub per_second: f64,
}

/// Who is told how a load goes.
pub type ProgressListener = Arc<dyn Fn(Progress) + Send + Sync>;

/// Leads the users of an attack through its phases.
pub(super) struct Helm<'a> {
    pub(super) clock: Clock,
    pub(super) crowd: &'a Crowd,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) tell: ProgressListener,
    /// Somebody asked to stop.
    pub(super) stopped: bool,
    /// How long the phases lasted.
    pub(super) lasted: Duration,
    /// Requests by kind at the end of the last phase.
    pub(super) in_time: BTreeMap<RequestKind, u64>,
    /// When it was told the last time, and the requests by then.
    told: (Timestamp, u64),
}

impl<'a> Helm<'a> {
    pub(super) fn new(crowd: &'a Crowd, stop: watch::Receiver<bool>, tell: ProgressListener) -> Self {
        let clock = crowd.client.clock.clone();
        let told = (clock.now(), 0);
        let in_time = BTreeMap::new();
        Self { clock, crowd, stop, tell, stopped: false, lasted: Duration::ZERO, in_time, told }
    }

    /// Drives all phases, lets the sessions under way end, and tells goose to stop until it has: whoever awaits goose
    /// at the same time drops this then.
    pub(super) async fn lead(&mut self, phases: &[UserPhase]) -> Infallible {
        // Whether goose said so or not: what it forgets would be found when the counts are compared.
        let _ = self.clock.timeout(GOOSE_IS_READY, self.crowd.gate.ready.notified()).await;
        let start = self.clock.now();
        self.told = (start, 0);
        let mut end = start;
        for phase in phases {
            self.crowd.gate.say(Course::Users(phase.users));
            end = after(end, phase.lasts);
            if self.wait(end).await.is_break() {
                self.stopped = true;
                break;
            }
        }
        self.crowd.gate.say(Course::Finish);
        self.lasted = between(start, self.clock.now());
        self.in_time = self.crowd.client.counts_by_kind();
        self.end().await
    }

    /// Goose waits for all its users, so it may be told at once; and again, should it have only just begun.
    async fn end(&mut self) -> Infallible {
        let mut left = if self.stopped { Duration::ZERO } else { FINISH };
        loop {
            let until = after(self.clock.now(), left);
            while self.clock.now() < until {
                trigger_killswitch("the load is over");
                self.tell_if_due();
                let next = after(self.clock.now(), LOOK_EVERY).min(until);
                tokio::select! {
                    biased;
                    () = stop_asked(&mut self.stop), if !self.stopped => {
                        self.stopped = true;
                        break;
                    }
                    () = self.clock.sleep_until(next, Turn::Completion) => {}
                }
            }
            let course = match self.crowd.gate.now() {
                Course::Land | Course::Drop => Course::Drop,
                Course::Wait | Course::Users(_) | Course::Finish => Course::Land,
            };
            self.crowd.gate.say(course);
            // Requests in the air end by themselves, by the client's patience; only somebody who interrupts is spared.
            left = if self.stopped { HURRY } else { Duration::MAX };
        }
    }

    async fn wait(&mut self, until: Timestamp) -> ControlFlow<()> {
        loop {
            self.tell_if_due();
            if self.clock.now() >= until {
                return ControlFlow::Continue(());
            }
            if is_killswitch_triggered() {
                return ControlFlow::Break(());
            }
            let next = after(self.clock.now(), LOOK_EVERY).min(until);
            tokio::select! {
                biased;
                () = stop_asked(&mut self.stop) => return ControlFlow::Break(()),
                () = self.clock.sleep_until(next, Turn::Arrival) => {}
            }
        }
    }

    fn tell_if_due(&mut self) {
        let (last, before) = self.told;
        let now = self.clock.now();
        let since = between(last, now);
        if since < TELL_EVERY {
            return;
        }
        let (requests, failures) = self.crowd.client.requests_and_failures();
        let per_second = (requests - before) as f64 / since.as_secs_f64();
        let users = if let Course::Users(users) = self.crowd.gate.now() { users } else { 0 };
        (self.tell)(Progress { users, requests, failures, per_second });
        self.told = (now, requests);
    }
}

/// Ready once somebody asked to stop; never, when nobody can ask any more.
async fn stop_asked(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
