//! Which start of an alert is which of those that are expected.

use jiff::Timestamp;

use super::{Episode, has};
use crate::observe::{ExpectedAlert, Window};

/// What became of a window in which an alert was to start.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Met<'b, 'a> {
    /// It started in it.
    Within(&'b Episode<'a>),
    /// It had started before, outside any window, and fired still.
    Early(&'b Episode<'a>),
    /// It had started in an earlier window and never stopped.
    Lasting(&'b Episode<'a>),
    /// It started after it.
    Late(&'b Episode<'a>, Timestamp),
    /// It did not start.
    Never,
}

impl<'b, 'a> Met<'b, 'a> {
    /// The episode that was meant by it.
    pub(crate) fn episode(self) -> Option<&'b Episode<'a>> {
        match self {
            Self::Within(episode) | Self::Early(episode) | Self::Late(episode, _) => Some(episode),
            Self::Lasting(_) | Self::Never => None,
        }
    }
}

/// The windows in order, each with the end of its reach: the start of the next one.
pub(crate) fn in_order(windows: &[Window]) -> Vec<(Window, Option<Timestamp>)> {
    let mut sorted = windows.to_vec();
    sorted.sort_by_key(|window| (window.from, window.to));
    let next = sorted.iter().skip(1).map(|window| Some(window.from)).chain([None]);
    sorted.iter().copied().zip(next.collect::<Vec<_>>()).collect()
}

/// The windows in which an alert is expected to start, and what became of each.
pub(crate) fn met<'b, 'a>(expected: &ExpectedAlert, all: &'b [Episode<'a>]) -> Vec<(Window, Met<'b, 'a>)> {
    let own =
        |episode: &&Episode<'_>| episode.alert == expected.alert && has(episode.labels, &expected.labels);
    let fired: Vec<(&Episode<'a>, Timestamp)> =
        all.iter().filter(own).filter_map(|episode| Some((episode, episode.fired?))).collect();
    let promised = |at: Timestamp| expected.fires.iter().any(|window| window.contains(at));
    let one = |(window, next): (Window, Option<Timestamp>)| {
        let within = fired.iter().find(|(_, at)| window.contains(*at));
        let lasting = fired.iter().rev().find(|(episode, at)| {
            *at < window.from && episode.ended.is_none_or(|ended| ended >= window.from)
        });
        let late = fired
            .iter()
            .filter(|(_, at)| *at > window.to && next.is_none_or(|next| *at < next) && !promised(*at));
        let met = match (within, lasting, late.min_by_key(|(_, at)| *at)) {
            (Some((episode, _)), _, _) => Met::Within(episode),
            (None, _, Some((episode, at))) => Met::Late(episode, *at),
            (None, Some((episode, at)), None) if promised(*at) => Met::Lasting(episode),
            (None, Some((episode, _)), None) => Met::Early(episode),
            (None, None, None) => Met::Never,
        };
        (window, met)
    };
    in_order(&expected.fires).into_iter().map(one).collect()
}

/// The episodes that are meant by what is expected of an alert: those that start in a window, those that are late for
/// one, and those that are early and last.
pub(crate) fn meant<'b, 'a>(expected: &ExpectedAlert, all: &'b [Episode<'a>]) -> Vec<&'b Episode<'a>> {
    let met = met(expected, all);
    let is_meant = |episode: &&Episode<'a>| {
        let own = episode.alert == expected.alert && has(episode.labels, &expected.labels);
        let promised =
            episode.fired.is_some_and(|at| expected.fires.iter().any(|window| window.contains(at)));
        let chosen = || met.iter().filter_map(|(_, met)| met.episode()).any(|one| one.is(episode));
        own && (promised || chosen())
    };
    all.iter().filter(is_meant).collect()
}
