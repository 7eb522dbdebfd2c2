use std::collections::BTreeMap;
use std::sync::Arc;

use super::lockstep::Lockstep;

/// One end of a conversation between two parties of a simulation.
///
/// Each message is a ticket: its sender calls [`sent`](Self::sent) before the bytes go out, its receiver
/// [`received`](Self::received) once it has read them, and virtual time stands still in between. Dropping one end
/// while the other is open is a message too (a hang-up), redeemed when the other end is dropped in turn. On a real
/// clock all of this does nothing.
#[derive(Debug)]
pub struct LinkEnd {
    end: Option<End>,
}

#[derive(Debug)]
struct End {
    state: Arc<Lockstep>,
    id: u64,
    side: Side,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

impl LinkEnd {
    pub(super) fn none() -> Self {
        Self { end: None }
    }

    pub(super) fn open(state: Arc<Lockstep>, who: &str) -> Self {
        let id = state.with_links(|links| links.open(who));
        Self { end: Some(End { state, id, side: Side::Client }) }
    }

    pub(super) fn accept(state: Arc<Lockstep>, id: u64) -> Self {
        let known = state.with_links(|links| links.accept(id));
        Self { end: known.then_some(End { state, id, side: Side::Server }) }
    }

    /// What the client sends along so that the server can join; none on a real clock.
    pub fn id(&self) -> Option<u64> {
        self.end.as_ref().map(|end| end.id)
    }

    /// A message to the other end is about to go out.
    pub fn sent(&self) {
        self.change(|link, side| link.pending(side.other(), 1));
    }

    /// A message from the other end has been read.
    pub fn received(&self) {
        self.change(|link, side| link.pending(side, -1));
    }

    fn change(&self, change: impl FnOnce(&mut Link, Side)) {
        if let Some(end) = &self.end {
            end.state.with_links(|links| links.change(end.id, |link| change(link, end.side)));
        }
    }
}

impl Drop for LinkEnd {
    fn drop(&mut self) {
        self.change(|link, side| link.close(side));
    }
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// All links of one simulation and how many tickets they have out.
#[derive(Debug, Default)]
pub(super) struct Links {
    links: BTreeMap<u64, Link>,
    last: u64,
    tickets: usize,
}

#[derive(Debug)]
struct Link {
    who: String,
    client_open: bool,
    server_open: bool,
    accepted: bool,
    /// Below zero when the reader was faster than the sender's own note of sending.
    to_client: isize,
    to_server: isize,
}

impl Links {
    pub(super) fn tickets(&self) -> usize {
        self.tickets
    }

    pub(super) fn holders(&self) -> impl Iterator<Item = String> {
        self.links.values().filter(|link| link.tickets() > 0).map(|link| {
            let state = match (link.client_open, link.server_open) {
                (true, true) => "message not read",
                (true, false) if link.accepted => "server hung up, client has not noticed",
                (true, false) => "not answered by anyone",
                (false, _) => "client hung up, server has not noticed",
            };
            format!("ticket of {} ({state})", link.who)
        })
    }

    fn open(&mut self, who: &str) -> u64 {
        self.last += 1;
        let link = Link {
            who: who.to_owned(),
            client_open: true,
            server_open: false,
            accepted: false,
            to_client: 0,
            to_server: 0,
        };
        self.links.insert(self.last, link);
        self.last
    }

    fn accept(&mut self, id: u64) -> bool {
        let known = self.links.get(&id).is_some_and(|link| link.client_open && !link.accepted);
        if known {
            self.change(id, |link| (link.server_open, link.accepted) = (true, true));
        }
        known
    }

    fn change(&mut self, id: u64, change: impl FnOnce(&mut Link)) {
        let Some(link) = self.links.get_mut(&id) else { return };
        self.tickets -= link.tickets();
        change(link);
        self.tickets += link.tickets();
        if !link.client_open && !link.server_open {
            self.links.remove(&id);
        }
    }
}

impl Link {
    /// Messages that an open end has yet to read; a hang-up counts as one.
    fn tickets(&self) -> usize {
        let out = |pending: isize| usize::try_from(pending).unwrap_or(0);
        match (self.client_open, self.server_open) {
            (true, true) => out(self.to_client) + out(self.to_server),
            (true, false) if self.accepted => out(self.to_client) + 1,
            (true, false) => out(self.to_server),
            (false, true) => 1,
            (false, false) => 0,
        }
    }

    fn pending(&mut self, to: Side, by: isize) {
        let counter = match to {
            Side::Client => &mut self.to_client,
            Side::Server => &mut self.to_server,
        };
        *counter += by;
    }

    fn close(&mut self, side: Side) {
        match side {
            Side::Client => self.client_open = false,
            Side::Server => self.server_open = false,
        }
    }
}
