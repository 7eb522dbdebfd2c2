//! Sends alerts to every Alertmanager.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::address::{AddressBook, Receiver, real_url};
use super::state::State;
use crate::alerting::notifier::{SentAlert, body, outgoing};
use crate::clock::{Clock, HttpClient, SendErrorKind};
use crate::promql::{Dialect, Labels};

/// How many evaluations' alerts may wait to be sent; more are lost, and counted.
pub(super) const QUEUE: usize = 1_000;

/// Sends what is put into its queue, one batch after the other, until nobody can put in more.
#[derive(Debug)]
pub(super) struct Notifier {
    pub(super) clock: Clock,
    pub(super) http: HttpClient,
    pub(super) receivers: Vec<Receiver>,
    pub(super) dialect: Dialect,
    pub(super) state: Arc<Mutex<State>>,
}

impl Notifier {
    pub(super) async fn run(self, addresses: AddressBook, mut queue: mpsc::Receiver<Vec<SentAlert>>) {
        // How many alerts a server sends at once.
        let most = match self.dialect {
            Dialect::V2 => 64,
            Dialect::V3 => 256,
        };
        while let Some(alerts) = queue.recv().await {
            for batch in alerts.chunks(most) {
                for receiver in &self.receivers {
                    self.post(batch, receiver, &addresses).await;
                }
            }
        }
    }

    async fn post(&self, alerts: &[SentAlert], receiver: &Receiver, addresses: &AddressBook) {
        let relabelled = match self.dialect {
            Dialect::V2 => alerts.to_vec(),
            Dialect::V3 => outgoing(alerts.to_vec(), &Labels::empty(), &receiver.alert_relabel),
        };
        if relabelled.is_empty() {
            return;
        }
        let failed = self.send(&relabelled, receiver, addresses).await.err();
        self.state.lock().posted(&receiver.url, relabelled.len(), failed);
    }

    async fn send(
        &self,
        alerts: &[SentAlert],
        receiver: &Receiver,
        addresses: &AddressBook,
    ) -> Result<(), String> {
        let now_ms = self.clock.now().as_millisecond();
        let url = real_url(&receiver.url, addresses, now_ms).ok_or(SendErrorKind::Refused.to_string())?;
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let limit = Duration::from_millis(u64::try_from(receiver.timeout_ms).unwrap_or(0));
        let sent = self.http.send(Method::POST, &url, headers, body(alerts));
        match self.clock.timeout(limit, sent).await {
            Ok(Ok(reply)) if reply.status.is_success() => Ok(()),
            Ok(Ok(reply)) => Err(format!("bad response status {}", reply.status)),
            // Nothing more than the kind: the rest names ports.
            Ok(Err(error)) => Err(error.kind.to_string()),
            Err(elapsed) => Err(elapsed.to_string()),
        }
    }
}
