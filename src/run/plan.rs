use std::time::Duration;

use jiff::Timestamp;

use super::execute::{Options, Time};
use crate::clock::{Seed, after};
use crate::observe::{
    AlertPlan, ExpectedAlert, ExpectedNotice, PhaseWindow, Plan, PlannedFault, Tolerance, Window,
};
use crate::scenario::{Moment, Notice, Scenario};

/// Real time has a network and a scheduler in it, which the client times and the server does not. On average, on the
/// loopback interface: a run over a wider network states its own in the scenario.
const REAL_TOLERANCE: Duration = Duration::from_millis(10);

/// The scenario with every instant and every default filled in.
pub(super) fn plan(scenario: &Scenario, options: &Options, seed: Seed, start: Timestamp) -> Plan {
    let mut from = start;
    let phases: Vec<PhaseWindow> = scenario
        .phases
        .iter()
        .map(|phase| {
            let to = after(from, phase.load.lasts);
            PhaseWindow { name: phase.name.clone(), from: std::mem::replace(&mut from, to), to }
        })
        .collect();
    let window = |during: &Option<String>| {
        let phase = phases.iter().find(|phase| Some(&phase.name) == during.as_ref());
        phase.map_or((start, Timestamp::MAX), |phase| (phase.from, phase.to))
    };
    let faults = scenario
        .faults
        .iter()
        .map(|fault| {
            let (from, to) = window(&fault.during);
            PlannedFault {
                provider: fault.provider.clone(),
                fault: fault.fault,
                share: fault.share,
                from,
                to,
            }
        })
        .collect();
    let alerts = alerts(scenario, &phases);
    let clock = if options.real() { Time::Real } else { Time::Lockstep };
    Plan {
        scenario: scenario.name.clone(),
        seed: seed.0,
        clock: clock.name().to_owned(),
        traffic: options.traffic,
        scope: scenario.scope.iter().map(ToString::to_string).collect(),
        tolerance: tolerance(scenario.tolerance, options.real(), options.attach.is_some()),
        phases,
        faults,
        interrupted: false,
        reasons: Vec::new(),
        load: None,
        alerts,
    }
}

/// The alerts that are expected, where rules are evaluated.
fn alerts(scenario: &Scenario, phases: &[PhaseWindow]) -> Option<AlertPlan> {
    let alerting = scenario.alerting.as_ref()?;
    let expected = scenario.expected.iter().map(|expected| {
        let [fires, resolves] = [&expected.fires, &expected.resolves]
            .map(|moment| moment.as_ref().map(|moment| windows(moment, phases)).unwrap_or_default());
        let notices = expected.notifies.iter().flatten();
        ExpectedAlert {
            alert: expected.alert.clone(),
            labels: expected.labels.clone(),
            notifies: notices.map(|notice| told(notice, &fires, &resolves)).collect(),
            quiet: expected.notifies.as_ref().is_some_and(Vec::is_empty),
            fires,
            resolves,
        }
    });
    Some(AlertPlan {
        expected: expected.collect(),
        tolerated: scenario.tolerated.clone(),
        repeats_ms: alerting.repeats_ms(),
        notes: alerting.notes.clone(),
    })
}

/// A window in each phase that is meant.
fn windows(moment: &Moment, phases: &[PhaseWindow]) -> Vec<Window> {
    let phases = phases.iter().filter(|phase| moment.phases.matches(&phase.name));
    phases
        .map(|phase| {
            let from = after(phase.from, moment.after);
            Window { from, to: after(from, moment.within) }
        })
        .collect()
}

/// When somebody is told, given when the alert fires and is resolved.
fn told(notice: &Notice, fires: &[Window], resolves: &[Window]) -> ExpectedNotice {
    let later = |windows: &[Window], least: Duration, most: Duration| {
        let later = windows.iter();
        later.map(|window| Window { from: after(window.from, least), to: after(window.to, most) }).collect()
    };
    let resolved = notice.resolved_within.map(|within| later(resolves, Duration::ZERO, within));
    ExpectedNotice {
        receiver: notice.receiver.clone(),
        firing: later(fires, notice.after, notice.after + notice.within),
        resolved: resolved.unwrap_or_default(),
        contains: notice.contains.clone(),
    }
}

/// The scenario's own tolerance, and what real time adds to it.
fn tolerance(stated: Tolerance, real: bool, attached: bool) -> Tolerance {
    let real = if real { REAL_TOLERANCE } else { Duration::ZERO };
    let real = u64::try_from(real.as_nanos()).unwrap_or(u64::MAX);
    Tolerance {
        latency_ns: stated.latency_ns.saturating_add(real),
        // Our own server is next door.
        way_unknown: stated.way_unknown && attached,
    }
}

#[cfg(test)]
mod tests {
    use super::tolerance;
    use crate::observe::Tolerance;

    #[test]
    fn real_time_adds_to_the_tolerance_as_far_as_it_goes() {
        for (stated, virtually, really) in [(1_000, 1_000, 10_001_000), (u64::MAX, u64::MAX, u64::MAX)] {
            let stated = Tolerance { latency_ns: stated, way_unknown: true };
            assert_eq!(tolerance(stated, false, false).latency_ns, virtually);
            assert_eq!(tolerance(stated, true, false).latency_ns, really);
            assert_eq!([false, true].map(|far| tolerance(stated, true, far).way_unknown), [false, true]);
        }
    }
}
