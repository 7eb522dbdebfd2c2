use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use goose::goose::{GooseRequest, GooseResponse, GooseUser};
use http::header::HeaderMap;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::super::client::{Ask, Asker, Expect, LoadClient, failure};
use super::super::persona::Persona;
use super::super::schedule::draw;
use super::attack::REST;
use super::gate::{Course, Gate, SessionState, counts_for_good, until};
use crate::clock::{Clock, Reply, Seed, SendError};
use crate::observe::{Failure, RequestKind};

/// How often a user of goose's looks whether goose is ready, or has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What all users of an attack share.
#[derive(Debug)]
pub(super) struct Crowd {
    pub(super) client: LoadClient,
    pub(super) personas: Vec<(Persona, u32)>,
    pub(super) seed: Seed,
    pub(super) gate: Gate,
    /// Sessions started so far.
    pub(super) sessions: AtomicU64,
    /// Sessions that were dropped between two requests at the very end.
    pub(super) cut_short: AtomicU64,
    /// Requests that goose would not send.
    pub(super) unsent: Mutex<BTreeMap<RequestKind, u64>>,
    /// What a session of ours panicked with. Goose would swallow it.
    pub(super) panicked: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Crowd {
    /// What goose calls a transaction, again and again: at most one session.
    pub(super) async fn turn(&self, user: &mut GooseUser) {
        let number = user.weighted_users_index;
        let mut course = self.gate.listen();
        if number == 0 && *course.borrow() == Course::Wait {
            self.await_goose(user).await;
        }
        let mine = |course: &Course| match course {
            Course::Wait => false,
            Course::Users(users) => number < *users as usize,
            Course::Finish | Course::Land | Course::Drop => true,
        };
        let over = match course.wait_for(mine).await {
            Ok(course) => *course >= Course::Finish,
            Err(_) => true,
        };
        if over {
            // Goose calls until it has told this user to end; the attack only waits for that.
            self.client.clock.sleep(LOOK_EVERY).await;
            return;
        }
        self.session(user, course).await;
    }

    /// The first user watches goose for all of them.
    async fn await_goose(&self, user: &GooseUser) {
        while counts_for_good(user) == Some(false) {
            self.client.clock.sleep(LOOK_EVERY).await;
        }
        if counts_for_good(user).is_some() {
            self.gate.ready.notify_one();
        }
    }

    async fn session(&self, user: &mut GooseUser, mut course: watch::Receiver<Course>) {
        let number = self.sessions.fetch_add(1, Ordering::Relaxed);
        let persona = draw(&self.personas, self.seed, number);
        user.client = self.client.library();
        let state = SessionState::default();
        let asker = UserAsker { crowd: self, user, state: &state };
        let played = AssertUnwindSafe(persona.play(asker, number, None)).catch_unwind();
        tokio::select! {
            biased;
            played = played => if let Err(panic) = played {
                self.panicked.lock().get_or_insert(panic);
            },
            () = state.must_end(&mut course) => {
                self.cut_short.fetch_add(1, Ordering::Relaxed);
            }
        }
        if state.was_in_vain() {
            tokio::select! {
                () = self.client.clock.sleep(REST) => {}
                () = until(&mut course, Course::Finish) => {}
            }
        }
    }
}

/// Asks through a user of goose's, which times and counts by itself, and enters each request into the ledger.
struct UserAsker<'a> {
    crowd: &'a Crowd,
    user: &'a mut GooseUser,
    state: &'a SessionState,
}

impl Asker for UserAsker<'_> {
    fn clock(&self) -> &Clock {
        &self.crowd.client.clock
    }

    async fn ask(&mut self, ask: Ask<'_>) -> Option<Reply> {
        self.state.take_off().await;
        let client = &self.crowd.client;
        let mut headers = ask.headers.clone();
        let (parent, trace_id) = client.trace(ask.step, &mut headers);
        let reply = self.send(&ask, headers).await;
        client.enter(&ask, parent, trace_id, &reply);
        self.state.land(ask.failure(&reply).is_some());
        reply.ok()
    }
}

impl UserAsker<'_> {
    async fn send(&mut self, ask: &Ask<'_>, headers: HeaderMap) -> Result<Reply, Failure> {
        let client = &self.crowd.client;
        let url = format!("{}{}", client.endpoints.api, ask.path);
        let request =
            self.user.client.request(ask.method.clone(), url).headers(headers).body(ask.body.clone());
        // The limit is the HTTP library's: were the request dropped, goose would not count it.
        let mut named =
            GooseRequest::builder().name(ask.route).set_request_builder(request.timeout(client.patience));
        if let Expect::OneOf([only]) = ask.expect {
            named = named.expect_status_code(*only);
        }
        let Ok(GooseResponse { mut request, response }) = self.user.request(named.build()).await else {
            // It cannot be written down, or has a method that goose does not know.
            let kind = RequestKind { method: ask.method.to_string(), route: ask.route.to_owned() };
            *self.crowd.unsent.lock().entry(kind).or_default() += 1;
            return Err(Failure::Other);
        };
        let reply = match response {
            Ok(response) => client.whole(response).await,
            Err(error) => Err(SendError::from(error)),
        };
        let reply = reply.map_err(|error| failure(&error));
        // Goose knows the status only, and not that 404 may be what was wanted or that the body broke off.
        let told = match ask.failure(&reply) {
            None if !request.success => self.user.set_success(&mut request),
            Some(failure) if request.success => {
                self.user.set_failure(failure.name(), &mut request, None, None)
            }
            _ => Ok(()),
        };
        // Telling of a failure is an error by itself, and that goose is gone is no news here.
        drop(told);
        reply
    }
}
