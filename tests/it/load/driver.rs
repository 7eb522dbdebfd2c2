//! The open model: what the target does cannot move the start of a session; only a stop or a named limit can.

use std::time::Duration;

use probity::clock::{Clock, between};
use probity::load::{DriveReport, MOST_IN_FLIGHT, Persona};
use tokio::sync::watch;

use super::driver;
use super::standin::{Deed, Manner, StandIn};
use crate::stage::simulate;

const MINUTE: Duration = Duration::from_secs(60);

/// Nobody stops it.
fn free() -> watch::Receiver<bool> {
    watch::channel(false).1
}

/// Stops it after so long.
fn stop_after(clock: &Clock, after: Duration) -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    let clock = clock.clone();
    tokio::spawn(async move {
        clock.sleep(after).await;
        sender.send_replace(true);
        // A sender that is gone cannot ask any more; it stays, as a user does.
        std::future::pending::<()>().await;
    });
    receiver
}

#[test]
fn sessions_start_when_planned_however_slow_the_server() {
    let manners: [(Manner, u64); 3] = [
        (|_| Deed::Answers(200, 0), 0),
        // Just within the client's patience of a minute.
        (|_| Deed::Answers(200, 59_999), 59_999),
        (|_| Deed::NeverAnswers, 60_000),
    ];
    for (manner, answer_ms) in manners {
        let (starts, report, took) = simulate(|clock| async move {
            let standin = StandIn::start(&clock, manner, true).await;
            clock.sleep(Duration::from_secs(7)).await;
            let phases =
                [(Duration::from_secs(10), "3/s"), (MINUTE, "0/s"), (Duration::from_secs(2), "10/s")];
            let (driver, _) = driver(&clock, &standin.address, &phases, &[(Persona::Prober, 1)]);
            let start = clock.now();
            let report = driver.run(start, free()).await;
            let took = between(start, clock.now());
            let mut starts: Vec<Duration> = standin
                .served()
                .iter()
                .filter(|served| served.path == "/health")
                .map(|served| between(start, served.came))
                .collect();
            starts.sort();
            (starts, report, took)
        });
        // Thirty in ten seconds, each rounded to the nanosecond by itself: thirds that were added up would bring a
        // thirty-first.
        let slow = (0..30u64).map(|k| Duration::from_nanos((k * 1_000_000_000 + 1) / 3));
        let planned: Vec<Duration> =
            slow.chain((0..20).map(|k| Duration::from_secs(70) + Duration::from_millis(100) * k)).collect();
        assert_eq!(starts, planned);
        let started = planned.len() as u64;
        assert_eq!(report, DriveReport { started, ..DriveReport::default() });
        // The last session starts 100 ms before the end of its phase and asks twice.
        let last = Duration::from_millis(71_900 + 2 * answer_ms);
        assert_eq!(took, last.max(Duration::from_secs(72)));
    }
}

#[test]
fn a_stop_ends_it_at_that_instant_whatever_it_is_doing() {
    for (stop_ms, started, cut_off) in [
        // Before the first arrival, in the middle of traffic, and while the last sessions drain.
        (0, 0, 0),
        (10_500, 11, 11),
        (30_000, 20, 20),
    ] {
        let (report, took) = simulate(|clock| async move {
            let standin = StandIn::start(&clock, |_| Deed::NeverAnswers, true).await;
            let phases = [(Duration::from_secs(20), "1/s")];
            let (driver, _) = driver(&clock, &standin.address, &phases, &[(Persona::Prober, 1)]);
            let start = clock.now();
            let stop = if stop_ms == 0 {
                let (sender, stop) = watch::channel(true);
                drop(sender);
                stop
            } else {
                stop_after(&clock, Duration::from_millis(stop_ms))
            };
            let report = driver.run(start, stop).await;
            let took = between(start, clock.now());
            // What was cut off has hung up: the server is rid of it.
            clock.sleep(Duration::from_secs(1)).await;
            assert_eq!(standin.served().len() as u64, cut_off);
            (report, took)
        });
        assert_eq!(took, Duration::from_millis(stop_ms));
        assert_eq!(report, DriveReport { started, cut_off, stopped: true, ..DriveReport::default() });
    }
}

#[test]
fn nobody_left_to_stop_it_is_no_stop() {
    let report = simulate(|clock| async move {
        let standin = StandIn::start(&clock, |_| Deed::Answers(200, 10), true).await;
        let phases = [(Duration::from_secs(5), "2/s")];
        let (driver, _) = driver(&clock, &standin.address, &phases, &[(Persona::Prober, 1)]);
        driver.run(clock.now(), free()).await
    });
    assert_eq!(report, DriveReport { started: 10, ..DriveReport::default() });
}

#[test]
fn sessions_that_will_not_end_are_cut_off_after_the_drain() {
    let (report, took) = simulate(|clock| async move {
        // Debates never end, and each look takes its time: whoever looks does not give up for hours.
        let standin = StandIn::start(&clock, |_| Deed::Answers(200, 30_000), false).await;
        let phases = [(Duration::from_secs(3), "1/s")];
        let (driver, _) = driver(&clock, &standin.address, &phases, &[(Persona::Debater, 1)]);
        let start = clock.now();
        (driver.run(start, free()).await, between(start, clock.now()))
    });
    assert_eq!(report, DriveReport { started: 3, cut_off: 3, ..DriveReport::default() });
    assert_eq!(took, Duration::from_secs(3) + 30 * MINUTE);
}

#[test]
fn arrivals_beyond_the_limit_are_shed_and_counted() {
    let (report, posted) = simulate(|clock| async move {
        // Answers at once, but its debates never end: sessions are under way without a connection each.
        let standin = StandIn::start(&clock, |_| Deed::Answers(200, 0), false).await;
        let arrivals = MOST_IN_FLIGHT as u32 + 25;
        // All of them come before the first looks at its debate, after two seconds.
        let phases = [(Duration::from_micros(100) * arrivals, "10000/s")];
        let (driver, _) = driver(&clock, &standin.address, &phases, &[(Persona::Debater, 1)]);
        let stop = stop_after(&clock, Duration::from_millis(1_900));
        (driver.run(clock.now(), stop).await, standin.served().len())
    });
    let most = MOST_IN_FLIGHT as u64;
    let expected =
        DriveReport { started: most, shed: 25, cut_off: most, stopped: true, ..DriveReport::default() };
    assert_eq!((report, posted), (expected, MOST_IN_FLIGHT));
}
