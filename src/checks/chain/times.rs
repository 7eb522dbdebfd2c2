//! Instants as somebody reads them who has the scenario in front of them: from the run's start, and by phase.

use std::time::Duration;

use jiff::Timestamp;

use crate::contract::HumanDuration;
use crate::observe::{Observations, PhaseWindow, Window};

/// How to write the instants of a run.
pub(crate) struct Times<'a> {
    start: Option<Timestamp>,
    /// The last instant at which anything was seen, or the end of the last phase.
    end: Option<Timestamp>,
    phases: &'a [PhaseWindow],
}

impl<'a> Times<'a> {
    pub(super) fn of(seen: &'a Observations) -> Self {
        let phases = seen.plan.phases.as_slice();
        let scrapes = seen.legs.iter().flat_map(|leg| leg.scrapes.iter().map(|scrape| scrape.at));
        let chains = || seen.legs.iter().filter_map(|leg| leg.chain.as_ref());
        let alerts = chains().flat_map(|chain| chain.alerts.iter().map(|event| event.at));
        let sent = chains().flat_map(|chain| chain.notifications.iter().map(|event| event.at));
        let arrived = chains().flat_map(|chain| chain.deliveries.iter().map(|delivery| delivery.at));
        let all = scrapes.chain(alerts).chain(sent).chain(arrived);
        Self {
            start: phases.iter().map(|phase| phase.from).min(),
            end: all.chain(phases.iter().map(|phase| phase.to)).max(),
            phases,
        }
    }

    /// Whether the window was over before the last thing was seen, so that nothing in it means something.
    pub(crate) fn closed(&self, window: Window) -> bool {
        self.end.is_some_and(|end| window.to <= end)
    }

    /// An instant, from the run's start on.
    pub(crate) fn short(&self, at: Timestamp) -> String {
        match self.start {
            None => at.to_string(),
            Some(start) if at < start => format!("{} before the start", between(at, start)),
            Some(start) => between(start, at),
        }
    }

    /// An instant, and where in the phases it lies.
    pub(crate) fn text(&self, at: Timestamp) -> String {
        let own = self.phases.iter().find(|phase| phase.from <= at && at < phase.to);
        let last = self.phases.iter().filter(|phase| phase.to <= at).max_by_key(|phase| phase.to);
        let short = self.short(at);
        match (own, last) {
            (Some(phase), _) => format!("{short} ({} into `{}`)", between(phase.from, at), phase.name),
            (None, Some(phase)) => format!("{short} ({} after `{}`)", between(phase.to, at), phase.name),
            (None, None) => short,
        }
    }

    /// A window.
    pub(crate) fn window(&self, window: Window) -> String {
        if window.from == window.to {
            return format!("at {}", self.short(window.from));
        }
        format!("between {} and {}", self.short(window.from), self.short(window.to))
    }

    /// Windows, one after the other.
    pub(crate) fn windows(&self, windows: &[Window]) -> String {
        windows.iter().map(|window| self.window(*window)).collect::<Vec<_>>().join(", ")
    }

    /// The phases of the run, for evidence.
    pub(crate) fn phases(&self) -> Vec<String> {
        let start = self.start.iter().map(|start| format!("the run began at {start}"));
        let phase = |phase: &PhaseWindow| {
            format!("`{}` {} to {}", phase.name, self.short(phase.from), self.short(phase.to))
        };
        let phases = self.phases.iter().map(phase).collect::<Vec<_>>().join(", ");
        start.map(|start| format!("{start}; phases: {phases}")).collect()
    }
}

/// How long it is from one instant to another, whichever is first.
pub(crate) fn between(one: Timestamp, other: Timestamp) -> String {
    let nanoseconds = other.duration_since(one).as_nanos().unsigned_abs();
    HumanDuration(Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))).to_string()
}
