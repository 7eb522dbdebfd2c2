use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Ask, Asker, Expect, LoadClient};
use super::script::Script;
use super::websocket;
use crate::clock::after;
use crate::observe::Origin;

/// How often somebody who waits for a debate looks.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks after which somebody gives up: twenty minutes are longer than any debate of ours.
const MOST_LOOKS: u64 = 600;

/// Somebody who uses the target.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Persona {
    /// Starts a debate and looks until it has ended.
    Debater,
    /// Reads the list of debates, then one that does not exist.
    Reader,
    /// Sends what the server must refuse: nothing, no JSON, too short a question, too many rounds.
    Clumsy,
    /// Monitors: asks for health and readiness.
    Prober,
    /// Starts a debate and follows it over a WebSocket.
    Watcher,
    /// Does what the scenario file says.
    #[serde(skip)]
    Scripted(Arc<Script>),
}

impl Persona {
    /// All that are built in. They know the debate server.
    pub const ALL: &'static [Self; 5] =
        &[Self::Debater, Self::Reader, Self::Clumsy, Self::Prober, Self::Watcher];

    /// Its name in scenario files.
    pub fn name(&self) -> &str {
        match self {
            Self::Debater => "debater",
            Self::Reader => "reader",
            Self::Clumsy => "clumsy",
            Self::Prober => "prober",
            Self::Watcher => "watcher",
            Self::Scripted(script) => &script.name,
        }
    }

    /// What it does, in a line.
    pub fn description(&self) -> &str {
        match self {
            Self::Debater => "starts a debate and looks every 2 s until it has ended",
            Self::Reader => "reads the list of debates, then one that does not exist",
            Self::Clumsy => {
                "sends bodies that must be refused: empty, no JSON, a short question, too many rounds"
            }
            Self::Prober => "asks for /health and /ready, as monitors do",
            Self::Watcher => "starts a debate and follows it over a WebSocket to its end",
            Self::Scripted(_) => "does what the scenario says",
        }
    }

    /// Whether it follows a WebSocket, which only the driver's own client can.
    pub fn follows_websocket(&self) -> bool {
        matches!(self, Self::Watcher)
    }

    /// Why it cannot use a target at this URL; none when it can.
    pub fn hindrance(&self, url: &str) -> Option<String> {
        let secure = reqwest::Url::parse(url).is_ok_and(|url| url.scheme() == "https");
        (secure && self.follows_websocket()).then(|| {
            format!(
                "`{}` follows a WebSocket, which it can over plain HTTP only, not at `{url}`",
                self.name()
            )
        })
    }

    /// Lives one session, which was to begin at `due`.
    pub(super) async fn live(self, client: LoadClient, session: u64, due: Timestamp) {
        match self {
            Self::Watcher => watch(Steps::new(client, session, Some(due))).await,
            other => other.play(client, session, Some(due)).await,
        }
    }

    /// Lives one session over any asker; the latency of its first request counts from `due`, where that is known. A
    /// watcher only starts its debate: following takes a WebSocket.
    pub(super) fn play<A: Asker>(
        &self,
        asker: A,
        session: u64,
        due: Option<Timestamp>,
    ) -> impl Future<Output = ()> + Send {
        let mut steps = Steps::new(asker, session, due);
        async move {
            match self {
                Self::Debater => debate(steps).await,
                Self::Reader => read(steps).await,
                Self::Clumsy => stumble(steps).await,
                Self::Prober => probe(steps).await,
                Self::Watcher => drop(steps.start_debate().await),
                Self::Scripted(script) => script.play(steps).await,
            }
        }
    }
}

/// The steps of one session.
pub(super) struct Steps<A> {
    pub(super) asker: A,
    pub(super) session: u64,
    step: u64,
    /// When the first step was to begin; taken by it.
    due: Option<Timestamp>,
}

/// Refusals that a session provokes on purpose.
const REFUSED: Expect<'static> = Expect::OneOf(&[400, 422]);

impl<A: Asker> Steps<A> {
    fn new(asker: A, session: u64, due: Option<Timestamp>) -> Self {
        Self { asker, session, step: 0, due }
    }

    pub(super) fn next(&mut self) -> (u64, u64) {
        self.step += 1;
        (self.session, self.step)
    }

    /// From when on the next step's latency counts: the session's planned start for the first, so that a driver that
    /// is late cannot make the target look fast; the present for the others, which wait for an answer anyway.
    pub(super) fn since(&mut self) -> Timestamp {
        self.due.take().unwrap_or_else(|| self.asker.clock().now())
    }

    /// Waits before the next step, whose planned start it moves: thinking is no latency.
    pub(super) async fn pause(&mut self, pause: Duration) {
        if !pause.is_zero() {
            self.due = self.due.map(|due| after(due, pause));
            self.asker.clock().sleep(pause).await;
        }
    }

    async fn get(&mut self, route: &str, path: String, expect: Expect<'_>, origin: Origin) -> Option<Value> {
        let (step, since) = (self.next(), self.since());
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        let ask =
            Ask { method: Method::GET, route, path, headers, body, expect, wants: None, origin, step, since };
        let reply = self.asker.ask(ask).await?;
        serde_json::from_slice(&reply.body).ok()
    }

    async fn post(&mut self, body: Option<Value>, expect: Expect<'_>) -> Option<Value> {
        let (step, since) = (self.next(), self.since());
        let path = "/api/debates".to_owned();
        let mut headers = HeaderMap::new();
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = Bytes::from(body.as_ref().map(Value::to_string).unwrap_or_default());
        let (method, route, origin) = (Method::POST, "/api/debates", Origin::Traffic);
        let reply = self
            .asker
            .ask(Ask { method, route, path, headers, body, expect, wants: None, origin, step, since })
            .await?;
        serde_json::from_slice(&reply.body).ok()
    }

    /// Starts a debate; its id.
    async fn start_debate(&mut self) -> Option<String> {
        let question = format!("Should service number {} be rewritten this year?", self.session);
        let reply = self.post(Some(json!({"question": question, "rounds": 2})), Expect::Success).await?;
        Some(reply.get("debate_id")?.as_str()?.to_owned())
    }
}

async fn debate(mut steps: Steps<impl Asker>) {
    let Some(id) = steps.start_debate().await else { return };
    for _ in 0..MOST_LOOKS {
        steps.asker.clock().sleep(LOOK_EVERY).await;
        let path = format!("/api/debates/{id}");
        let seen = steps.get("/api/debates/{id}", path, Expect::Success, Origin::Traffic).await;
        let status = seen.as_ref().and_then(|debate| debate.get("status")).and_then(Value::as_str);
        if status != Some("running") {
            return;
        }
    }
}

async fn read(mut steps: Steps<impl Asker>) {
    steps.get("/api/debates", "/api/debates?limit=5".to_owned(), Expect::Success, Origin::Traffic).await;
    let nowhere = format!("/api/debates/none-{}", steps.session);
    steps.get("/api/debates/{id}", nowhere, Expect::OneOf(&[404]), Origin::Traffic).await;
}

async fn stumble(mut steps: Steps<impl Asker>) {
    let bodies = [
        None,
        Some(Value::from("no object")),
        Some(json!({"question": "too short"})),
        Some(json!({"question": "Is this a question of the right length?", "rounds": 99})),
    ];
    for body in bodies {
        steps.post(body, REFUSED).await;
    }
}

async fn probe(mut steps: Steps<impl Asker>) {
    for path in ["/health", "/ready"] {
        steps.get(path, path.to_owned(), Expect::Success, Origin::Probe).await;
    }
}

async fn watch(mut steps: Steps<LoadClient>) {
    let Some(id) = steps.start_debate().await else { return };
    websocket::follow(&mut steps, &id).await;
}
