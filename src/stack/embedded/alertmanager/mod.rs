//! Alertmanager's twin at work: its timers on the clock of the run, its HTTP interface on a listener, its notifications
//! sent by HTTP.
//!
//! [`Alertmanager::start`] serves the interface, [`Alertmanager::run`] waits for timers and sends. While nothing is due
//! there is no timer: a month in which nothing happens costs nothing.
//!
//! # Decisions
//!
//! * *Messages go to sinks by name, whatever their URL says.* A configuration that is judged has the URLs of its
//!   operators; [`Destinations`] says where a message really goes, and what is recorded is the receiver's name.
//! * *An attempt under way when the run stops is brought to its end*: whoever received it has counted it. One that is
//!   due again later is not.
//! * *How many are in flight has no limit of its own*: a group is not flushed again before every integration of its
//!   receiver has been heard of, so there are at most as many as groups times integrations.

pub mod api;
mod book;
mod destination;
mod send;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

pub use self::book::MOST_EVENTS;
pub use self::destination::Destinations;

use self::book::Book;
use crate::alerting::alertmanager::config::Config;
use crate::alerting::alertmanager::message::Templates;
use crate::alerting::alertmanager::{Alertmanager as Twin, Due, Release, Settings, Silence};
use crate::clock::{self, ClientOptions, Clock, HttpClient, Turn};
use crate::observe::NotificationEvent;

/// The most bytes of a receiver's answer that are read.
const LARGEST_ANSWER: u64 = 1 << 20;

/// How an Alertmanager is started.
#[derive(Debug, Clone)]
pub struct AlertmanagerPlan {
    /// What it does.
    pub config: Arc<Config>,
    /// The text of its configuration, which its interface shows.
    pub text: String,
    /// What its messages say.
    pub templates: Arc<Templates>,
    /// Whose behaviour is followed.
    pub release: Release,
    /// Where users reach it, as messages have it: `http://alertmanager:9093`.
    pub external_url: String,
    /// Random choices follow from it.
    pub seed: u64,
    /// Where its messages go.
    pub destinations: Destinations,
}

/// An Alertmanager; clones are the same one.
#[derive(Debug, Clone)]
pub struct Alertmanager {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What the interface, the timers and the attempts share.
#[derive(Debug)]
struct Shared {
    clock: Clock,
    http: HttpClient,
    plan: AlertmanagerPlan,
    started: Timestamp,
    twin: Mutex<Twin>,
    book: Mutex<Book>,
    /// Something has happened that may have made something due.
    stirred: Notify,
}

impl Alertmanager {
    /// Serves its interface on a listener. Nothing is sent before [`Alertmanager::run`].
    ///
    /// # Errors
    ///
    /// The listener has no address, or no HTTP client can be made.
    pub fn start(clock: &Clock, listener: TcpListener, plan: AlertmanagerPlan) -> io::Result<Alertmanager> {
        let address = listener.local_addr()?;
        let options = ClientOptions::default().largest_answer(LARGEST_ANSWER);
        let http = HttpClient::with(clock, options).map_err(io::Error::other)?;
        let started = clock.now();
        let settings =
            Settings { release: plan.release, started_ms: started.as_millisecond(), seed: plan.seed };
        let twin = Mutex::new(Twin::new(Arc::clone(&plan.config), settings));
        let shared = Arc::new(Shared {
            clock: clock.clone(),
            http,
            plan,
            started,
            twin,
            book: Mutex::default(),
            stirred: Notify::new(),
        });
        clock::serve(clock, listener, api::routes(Arc::clone(&shared)));
        Ok(Alertmanager { address, shared })
    }

    /// The base of its URLs: `http://HOST:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends whatever comes due, until `stop` turns true or nobody can turn it any more.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut sending = JoinSet::new();
        let mut not_before_ms = i64::MIN;
        loop {
            while sending.try_join_next().is_some() {}
            // An engine that has nothing when it is asked at the time that it named must not stop time.
            let next_ms = self.shared.twin.lock().next_due_ms().map(|at_ms| at_ms.max(not_before_ms));
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                () = self.shared.stirred.notified() => not_before_ms = i64::MIN,
                () = self.shared.until(next_ms) => {
                    let now_ms = self.shared.now_ms();
                    let due = self.shared.twin.lock().advance(now_ms);
                    not_before_ms = if due.is_empty() { now_ms + 1 } else { i64::MIN };
                    for Due::Notify(notification) in due {
                        sending.spawn(send::send(Arc::clone(&self.shared), notification));
                    }
                }
            }
        }
        while sending.join_next().await.is_some() {}
    }

    /// Makes a silence, as its interface does; gives the id.
    ///
    /// # Errors
    ///
    /// Why not, in Alertmanager's words.
    pub fn set_silence(&self, silence: Silence) -> Result<String, String> {
        let set = self.shared.twin.lock().set_silence(self.shared.now_ms(), silence);
        self.shared.stirred.notify_one();
        set
    }

    /// Every attempt to notify so far that has come to an end, in order of time. One that was to be retried and no
    /// more is, since the flush of its group is over, is lost.
    #[must_use]
    pub fn events(&self) -> Vec<NotificationEvent> {
        let events = self.shared.book.lock().events();
        let twin = self.shared.twin.lock();
        book::given_up(events, |id| twin.gives_up_ms(id).is_none())
    }

    /// The attempts that ended after the first `count` had, in the order in which they did.
    #[must_use]
    pub fn ended_after(&self, count: usize) -> Vec<NotificationEvent> {
        self.shared.book.lock().after(count)
    }

    /// How many attempts are not in [`Alertmanager::events`], as there was no room for them.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.shared.book.lock().dropped()
    }
}

impl Shared {
    fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Waits until an instant and for Alertmanager's turn in it; for ever if there is none.
    async fn until(&self, at_ms: Option<i64>) {
        match at_ms {
            Some(at_ms) => self.clock.sleep_until(timestamp(at_ms), Turn::Alertmanager).await,
            None => std::future::pending().await,
        }
    }
}

/// An instant of the twin; beyond what can be represented it is the last.
fn timestamp(at_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(at_ms).unwrap_or(if at_ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
