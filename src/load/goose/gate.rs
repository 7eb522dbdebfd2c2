use std::sync::atomic::{AtomicBool, Ordering};

use goose::goose::GooseUser;
use tokio::sync::{Notify, watch};

/// What users may do, in the order in which it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Course {
    /// Goose is not ready: what is asked now it would forget.
    Wait,
    /// So many users start sessions; the others wait.
    Users(u32),
    /// Nobody starts a session; whoever is in one goes on.
    Finish,
    /// Nobody sends another request; whoever waits for an answer gets it.
    Land,
    /// Everything is dropped. What was sent then is counted by the target alone.
    Drop,
}

/// Where all users learn what they may do.
#[derive(Debug)]
pub(super) struct Gate {
    course: watch::Sender<Course>,
    /// Goose counts from now on.
    pub(super) ready: Notify,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { course: watch::Sender::new(Course::Wait), ready: Notify::new() }
    }

    pub(super) fn say(&self, course: Course) {
        self.course.send_replace(course);
    }

    pub(super) fn now(&self) -> Course {
        *self.course.borrow()
    }

    pub(super) fn listen(&self) -> watch::Receiver<Course> {
        self.course.subscribe()
    }
}

/// The times that goose has thrown away what it counted when it begins to count for good: once as it resets its own
/// state and once when all users have started.
const EPOCH: u64 = 2;

/// Whether goose counts for good. Its users know (a batch of counts from before is thrown away), but show it nowhere
/// else than here; none when they no longer do.
pub(super) fn counts_for_good(user: &GooseUser) -> Option<bool> {
    let shown = format!("{user:?}");
    let (_, rest) = shown.split_once("metrics_epoch: Some(")?;
    let epoch: u64 = rest.split_once(')')?.0.parse().ok()?;
    Some(epoch >= EPOCH)
}

/// What the two halves of a session share: who plays it, and who may have to end it.
#[derive(Debug, Default)]
pub(super) struct SessionState {
    /// A request is in the air.
    in_flight: AtomicBool,
    /// No further request may start.
    closed: AtomicBool,
    /// A request has landed.
    landed: Notify,
    /// Some request was sent.
    asked: AtomicBool,
    /// Some request came to no good.
    failed: AtomicBool,
}

impl SessionState {
    /// Takes off, unless the session was closed: then never.
    pub(super) async fn take_off(&self) {
        if self.closed.load(Ordering::Acquire) {
            // Whoever closed it drops the session as soon as it looks.
            std::future::pending::<()>().await;
        }
        self.in_flight.store(true, Ordering::Release);
        self.asked.store(true, Ordering::Relaxed);
    }

    pub(super) fn land(&self, failed: bool) {
        self.failed.fetch_or(failed, Ordering::Relaxed);
        self.in_flight.store(false, Ordering::Release);
        self.landed.notify_one();
    }

    /// Nothing was asked, or something failed: the next session is better not started at once.
    pub(super) fn was_in_vain(&self) -> bool {
        !self.asked.load(Ordering::Relaxed) || self.failed.load(Ordering::Relaxed)
    }

    /// Ready when the session has to be dropped: nobody may ask any more and nothing is in the air, or all is over.
    pub(super) async fn must_end(&self, course: &mut watch::Receiver<Course>) {
        until(course, Course::Land).await;
        self.closed.store(true, Ordering::Release);
        while self.in_flight.load(Ordering::Acquire) {
            tokio::select! {
                () = self.landed.notified() => {}
                () = until(course, Course::Drop) => return,
            }
        }
    }
}

/// Ready once the course is this one or a later one.
pub(super) async fn until(course: &mut watch::Receiver<Course>, at_least: Course) {
    if course.wait_for(|course| *course >= at_least).await.is_err() {
        // The attack is gone and its users with it.
        std::future::pending::<()>().await;
    }
}
