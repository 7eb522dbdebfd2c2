//! Which message is the one that somebody was to get, and when.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::starts::in_order;
use super::{Chain, Episode, Message, firing, has, meant, name_of};
use crate::observe::{ExpectedAlert, ExpectedNotice, ToldAlert, Window};

/// What is told of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// That it fires.
    Firing,
    /// That it does no more.
    Resolved,
}

impl Status {
    /// Its name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }

    /// Whether an alert is told of so.
    pub(crate) fn is_of(self, told: &ToldAlert) -> bool {
        firing(told) == (self == Self::Firing)
    }
}

/// The first message to a receiver that tells of one start, or of one end, of an alert.
#[derive(Clone, Debug)]
pub(crate) struct First {
    /// The alert's labels, as they were told.
    labels: BTreeMap<String, String>,
    /// When it arrived.
    pub(crate) at: Timestamp,
    /// Since when the alert fires, as it was told.
    pub(crate) starts_at: Timestamp,
}

/// What became of a window in which somebody was to be told.
#[derive(Clone, Debug)]
pub(crate) enum Got<'b, 'a> {
    /// The message came in it.
    Within(Timestamp),
    /// It came after it.
    Late(First),
    /// It came before it.
    Early(First),
    /// It never came, although the alert was there to be told of.
    Lost(&'b Episode<'a>),
    /// Something came, and nobody can say what it tells of.
    Unreadable,
    /// There was nothing to be told of.
    Nothing,
}

/// Whether these can be the labels of one alert: on its way it may get more of them, or lose some.
fn alike(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> bool {
    has(one, other) || has(other, one)
}

/// A notice that is expected, and what came of it.
pub(crate) struct Told<'c> {
    /// Of which alert.
    pub(crate) expected: &'c ExpectedAlert,
    /// Who was to get it.
    pub(crate) notice: &'c ExpectedNotice,
    /// What it was to say.
    pub(crate) status: Status,
}

impl<'c> Told<'c> {
    /// Every notice of an alert that is expected.
    pub(crate) fn all(expected: &'c ExpectedAlert) -> impl Iterator<Item = Self> {
        expected.notifies.iter().flat_map(move |notice| {
            [Status::Firing, Status::Resolved].map(|status| Self { expected, notice, status })
        })
    }

    fn windows(&self) -> &'c [Window] {
        match self.status {
            Status::Firing => &self.notice.firing,
            Status::Resolved => &self.notice.resolved,
        }
    }

    /// Whether a told alert is what it is about.
    pub(crate) fn is_about(&self, told: &ToldAlert) -> bool {
        name_of(&told.labels) == self.expected.alert
            && has(&told.labels, &self.expected.labels)
            && self.status.is_of(told)
    }

    /// The episodes that it is to tell of.
    fn meant<'b, 'a>(&self, chain: &'b Chain<'a>) -> Vec<&'b Episode<'a>> {
        if !self.expected.fires.is_empty() {
            return meant(self.expected, &chain.episodes);
        }
        // Nothing is said of when it fires: whenever it does, somebody is to be told.
        let own = chain.episodes.iter().filter(|episode| episode.alert == self.expected.alert);
        own.filter(|episode| has(episode.labels, &self.expected.labels) && episode.fired.is_some()).collect()
    }

    /// Whether the alert fired then although nobody expected it to: what is told of that is no notice.
    fn is_stray(&self, starts_at: Timestamp, chain: &Chain<'_>) -> bool {
        let fired = |episode: &Episode<'_>| {
            episode.alert == self.expected.alert
                && has(episode.labels, &self.expected.labels)
                && episode.fired == Some(starts_at)
        };
        chain.episodes.iter().any(fired) && !self.meant(chain).into_iter().any(fired)
    }

    /// The first message of each start, or end, of each alert.
    fn firsts(&self, chain: &Chain<'_>, messages: &[Message<'_>]) -> Vec<First> {
        let mut firsts: BTreeMap<(BTreeMap<String, String>, Timestamp), First> = BTreeMap::new();
        for message in messages.iter().filter(|message| message.delivery.receiver == self.notice.receiver) {
            let alerts = message.alerts.iter().flat_map(|alerts| alerts.iter());
            for told in alerts.filter(|told| self.is_about(told)) {
                let first =
                    First { labels: told.labels.clone(), at: message.delivery.at, starts_at: told.starts_at };
                firsts.entry((told.labels.clone(), told.starts_at)).or_insert(first);
            }
        }
        let mut firsts: Vec<First> =
            firsts.into_values().filter(|first| !self.is_stray(first.starts_at, chain)).collect();
        firsts.sort_by_key(|first| first.at);
        firsts
    }

    /// The windows, and what became of each.
    pub(crate) fn got<'b, 'a>(
        &self,
        chain: &'b Chain<'a>,
        messages: &[Message<'_>],
    ) -> Vec<(Window, Got<'b, 'a>)> {
        let firsts = self.firsts(chain, messages);
        let promised = |at: Timestamp| self.windows().iter().any(|window| window.contains(at));
        let outside: Vec<&First> = firsts.iter().filter(|first| !promised(first.at)).collect();
        let mut untold = self.untold(chain, &firsts);
        if self.status == Status::Resolved {
            // That it is over need not be told to somebody who does not know that it fired.
            let fires = Self { status: Status::Firing, ..*self };
            let unknown = fires.untold(chain, &fires.firsts(chain, messages));
            untold.retain(|episode| !unknown.iter().any(|one| one.is(episode)));
        }
        let mut lost = untold.into_iter().peekable();
        let mut before: Option<Timestamp> = None;
        let mut all = Vec::new();
        for (window, next) in in_order(self.windows()) {
            let within = firsts.iter().find(|first| window.contains(first.at));
            let late =
                outside.iter().find(|first| first.at > window.to && next.is_none_or(|next| first.at < next));
            let early =
                outside.iter().rfind(|first| first.at < window.from && before.is_none_or(|to| first.at > to));
            let got = match (within, late, early) {
                (Some(first), _, _) => Got::Within(first.at),
                (None, Some(first), _) => Got::Late((*first).clone()),
                (None, None, Some(first)) => Got::Early((*first).clone()),
                (None, None, None) => match lost.next_if(|episode| self.began(episode) <= Some(window.to)) {
                    Some(_) if self.unreadable(messages, window) => Got::Unreadable,
                    Some(episode) => Got::Lost(episode),
                    None => Got::Nothing,
                },
            };
            before = Some(window.to);
            all.push((window, got));
        }
        all
    }

    /// When the fact came about of which it tells.
    fn began(&self, episode: &Episode<'_>) -> Option<Timestamp> {
        match self.status {
            Status::Firing => episode.fired,
            Status::Resolved => episode.ended,
        }
    }

    /// The starts, or ends, that were expected and of which the receiver was never told.
    fn untold<'b, 'a>(&self, chain: &'b Chain<'a>, firsts: &[First]) -> Vec<&'b Episode<'a>> {
        let episodes = self.meant(chain);
        let is_told = |episode: &&&Episode<'a>| {
            let Some(began) = self.began(episode) else { return true };
            let again = chain
                .episodes_of(episode.alert)
                .filter(|other| other.labels == episode.labels)
                .filter_map(|other| self.began(other))
                .filter(|other| *other > began)
                .min();
            firsts.iter().any(|first| {
                let same_start = Some(first.starts_at) == episode.fired;
                let in_time = first.at >= began && again.is_none_or(|again| first.at < again);
                if alike(&first.labels, episode.labels) {
                    same_start || in_time
                } else {
                    // Labels may have been rewritten on the way; then the start is all there is to go by.
                    same_start && !episodes.iter().any(|other| alike(&first.labels, other.labels))
                }
            })
        };
        let mut untold: Vec<&Episode<'a>> =
            episodes.iter().filter(|episode| !is_told(episode)).copied().collect();
        untold.sort_by_key(|episode| self.began(episode));
        untold
    }

    fn unreadable(&self, messages: &[Message<'_>], window: Window) -> bool {
        messages.iter().any(|message| {
            message.alerts.is_none()
                && message.delivery.receiver == self.notice.receiver
                && window.contains(message.delivery.at)
        })
    }

    /// What was expected, in words.
    pub(crate) fn text(&self, window: Window, chain: &Chain<'_>) -> String {
        let window = chain.times.window(window);
        format!("`{}` to be told {window} that it is {}", self.notice.receiver, self.status.name())
    }
}
