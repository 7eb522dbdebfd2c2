//! Waiting until a condition holds, in virtual time: how often it is tried, and what is said when it never holds.

use std::time::Duration;

use probity::clock::{Clock, between};
use probity::stack::{InVain, NotYet, Patience, wait_until};

use crate::stage::simulate;

const PATIENCE: Patience = Patience { bound: Duration::from_secs(10), every: Duration::from_millis(250) };

/// Waits for the end of a list of statuses; what came of it and the virtual time it took.
fn wait(patience: Patience, statuses: impl IntoIterator<Item = String>) -> (Result<u32, InVain>, Duration) {
    let mut statuses = statuses.into_iter();
    simulate(|clock| async move {
        let start = clock.now();
        let mut tries = 0;
        let done = wait_until(&clock, patience, "the target is ready", async || {
            tries += 1;
            statuses.next().map_or(Ok(tries), |status| Err(NotYet { status }))
        })
        .await;
        (done, between(start, clock.now()))
    })
}

fn times(status: &str, times: usize) -> impl Iterator<Item = String> {
    std::iter::repeat_n(status.to_owned(), times)
}

#[test]
fn what_holds_at_once_takes_no_time() {
    assert_eq!(wait(PATIENCE, []), (Ok(1), Duration::ZERO));
    let no_patience = Patience { bound: Duration::ZERO, every: Duration::ZERO };
    assert_eq!(wait(no_patience, []), (Ok(1), Duration::ZERO));
}

#[test]
fn a_condition_is_tried_at_every_pause_and_for_the_last_time_at_the_bound() {
    assert_eq!(wait(PATIENCE, times("no", 3)), (Ok(4), Duration::from_millis(750)));
    assert_eq!(wait(PATIENCE, times("no", 40)), (Ok(41), Duration::from_secs(10)));
    let (done, took) = wait(PATIENCE, times("no", 41));
    assert_eq!((done.expect_err("one too many").tries, took), (41, Duration::from_secs(10)));
    let odd = Patience { every: Duration::from_secs(4), ..PATIENCE };
    assert_eq!(wait(odd, times("no", 3)), (Ok(4), Duration::from_secs(10)));
}

#[test]
fn what_never_holds_says_why_and_how_often() {
    let (done, _) = wait(PATIENCE, times("connection refused", 40).chain(times("status 503", 9)));
    let in_vain = done.expect_err("it never holds");
    assert_eq!((in_vain.tried_for, in_vain.last.as_str()), (Duration::from_secs(10), "status 503"));
    assert_eq!(
        in_vain.to_string(),
        "the target is ready: not within 10s; 41 tries: 40 connection refused, 1 status 503, at last: status 503"
    );
    let (done, _) = wait(PATIENCE, times("connection refused", 99));
    assert_eq!(
        done.expect_err("it never holds").to_string(),
        "the target is ready: not within 10s; 41 tries: connection refused"
    );
    let (done, _) = wait(PATIENCE, (0..99).map(|spans| format!("{spans} of 99 spans")));
    let text = done.expect_err("it never holds").to_string();
    assert!(text.contains("1 7 of 99 spans, 33 of other kinds, at last: 40 of 99 spans"), "{text}");
}

#[test]
fn a_try_that_hangs_is_dropped_at_the_bound() {
    let (done, took) = simulate(|clock: Clock| async move {
        let start = clock.now();
        let hang = async || std::future::pending::<Result<(), NotYet>>().await;
        let done = wait_until(&clock, PATIENCE, "an answer", hang).await;
        (done, between(start, clock.now()))
    });
    let text = done.expect_err("it hangs").to_string();
    assert_eq!(
        (text.as_str(), took),
        ("an answer: not within 10s; 1 try: no answer yet", Duration::from_secs(10))
    );
}
