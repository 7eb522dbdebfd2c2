use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::client::LoadClient;
use super::schedule::Schedule;
use crate::clock::{Clock, Turn, after, between};

/// Sessions that may be under way at once; an arrival beyond it is shed and counted, and the run is invalid.
pub const MOST_IN_FLIGHT: usize = 10_000;

/// How long sessions may go on after the last phase before they are cut off.
const DRAIN: Duration = Duration::from_secs(30 * 60);

/// Starts sessions when their time has come, whatever the target does.
#[derive(Clone, Debug)]
pub struct Driver {
    clock: Clock,
    schedule: Schedule,
    client: LoadClient,
}

/// What the driver managed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DriveReport {
    /// Sessions started.
    pub started: u64,
    /// Arrivals that found [`MOST_IN_FLIGHT`] sessions under way.
    pub shed: u64,
    /// Sessions cut off because they would not end.
    pub cut_off: u64,
    /// The worst delay of a start behind its plan.
    pub worst_lag: Duration,
    /// Somebody asked to stop.
    pub stopped: bool,
}

impl Driver {
    /// A driver of this schedule.
    pub fn new(clock: &Clock, schedule: Schedule, client: LoadClient) -> Self {
        Self { clock: clock.clone(), schedule, client }
    }

    /// Drives all phases from `start` on, then waits for the sessions under way. A change of `stop` to true ends it
    /// early: nothing new starts, and what is under way is cut off.
    pub async fn run(&self, start: Timestamp, mut stop: watch::Receiver<bool>) -> DriveReport {
        let mut report = DriveReport::default();
        let mut sessions = JoinSet::new();
        for arrival in self.schedule.arrivals() {
            let due = after(start, arrival.at);
            if self.wait(due, &mut stop).await.is_break() {
                report.stopped = true;
                break;
            }
            report.worst_lag = report.worst_lag.max(between(due, self.clock.now()));
            while let Some(ended) = sessions.try_join_next() {
                unwind(ended);
            }
            if sessions.len() >= MOST_IN_FLIGHT {
                report.shed += 1;
                continue;
            }
            report.started += 1;
            sessions.spawn(arrival.persona.live(self.client.clone(), arrival.number, due));
        }
        let end = after(start, self.schedule.lasts());
        report.stopped = report.stopped || self.wait(end, &mut stop).await.is_break();
        self.drain(&mut sessions, &mut stop, &mut report).await;
        report
    }

    async fn wait(&self, until: Timestamp, stop: &mut watch::Receiver<bool>) -> std::ops::ControlFlow<()> {
        tokio::select! {
            biased;
            () = stopped(stop) => std::ops::ControlFlow::Break(()),
            () = self.clock.sleep_until(until, Turn::Arrival) => std::ops::ControlFlow::Continue(()),
        }
    }

    async fn drain(
        &self,
        sessions: &mut JoinSet<()>,
        stop: &mut watch::Receiver<bool>,
        report: &mut DriveReport,
    ) {
        let all_done = async {
            while let Some(ended) = sessions.join_next().await {
                unwind(ended);
            }
        };
        let interrupted = tokio::select! {
            biased;
            () = stopped(stop) => true,
            _ = self.clock.timeout(DRAIN, all_done) => false,
        };
        report.stopped |= interrupted;
        while let Some(ended) = sessions.try_join_next() {
            unwind(ended);
        }
        report.cut_off = sessions.len() as u64;
        sessions.shutdown().await;
    }
}

/// A session that panicked has entered nothing: going on would accuse the server of what is a bug of ours.
fn unwind(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

/// Ready once somebody asked to stop; never, when nobody can ask any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
