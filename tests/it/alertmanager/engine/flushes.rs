//! Flushes that take time: retries, refusals, receivers that hang.

use super::{BOTH, Delivery, SIMPLE, alert, brief, firing, played};

fn retry() -> Delivery {
    Delivery::Retry("unexpected status code 500".to_owned())
}

fn lost() -> Delivery {
    Delivery::Lost("unexpected status code 400".to_owned())
}

#[test]
fn a_failed_attempt_comes_again_with_growing_pauses_and_the_same_id_until_the_flush_is_given_up() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        played.post(0, [firing("g=1 n=a", 0)]);
        let mut times = Vec::new();
        let mut id = None;
        while let Some(at_ms) = played.due_ms().filter(|at_ms| *at_ms < 12_000) {
            for notification in played.advance(at_ms) {
                assert_eq!(notification.retries as usize, times.len());
                assert_eq!(*id.get_or_insert(notification.id), notification.id);
                times.push(at_ms);
                played.settle(at_ms, notification.id, &retry());
            }
        }
        let mut pause_ms = 500.0;
        for (one, next) in times.iter().zip(&times[1..]) {
            let pause = (next - one) as f64;
            assert!((pause_ms * 0.5 - 1.0..=pause_ms * 1.5).contains(&pause), "{times:?}");
            pause_ms *= 1.5;
        }
        assert!(times.len() >= 4, "{times:?}");
        // The group interval is 5 s, but a flush has 10 s; the timer that fired meanwhile is seen at once.
        let next = played.until(12_000, |_| Delivery::Taken);
        assert_eq!(next.iter().map(|it| brief(it, 0)).collect::<Vec<_>>(), ["0 w/0 a"]);
        assert!(next[0].id != id.expect("there were attempts") && next[0].at_ms == super::START_MS + 12_000);
    }
}

#[test]
fn a_receiver_that_hangs_is_given_up_after_ten_seconds_and_may_answer_what_it_likes() {
    let mut played = played(SIMPLE, super::Release::V0_33);
    played.post(0, [firing("g=1 n=a", 0)]);
    let first = played.advance(2_000).remove(0).id;
    assert_eq!(played.engine.gives_up_ms(first), Some(super::START_MS + 12_000));
    assert_eq!(played.due_ms(), Some(12_000));
    let second = played.advance(12_000).remove(0);
    played.settle(12_000, first, &Delivery::Taken);
    assert_eq!(played.engine.gives_up_ms(first), None);
    assert_eq!(played.engine.gives_up_ms(second.id), Some(super::START_MS + 22_000));
}

#[test]
fn what_is_refused_is_tried_anew_at_each_flush_and_keeps_alerts_that_are_over() {
    for release in BOTH {
        let mut played = played(SIMPLE, release);
        played.post(0, [firing("g=1 n=a", 0), firing("g=1 n=b", 0)]);
        assert_eq!(played.until(3_000, |_| lost()).len(), 1);
        played.post(3_000, [alert("g=1 n=a", Some(0), Some(3_000))]);
        let all = played.until(13_000, |_| lost());
        let told: Vec<String> = all.iter().map(|it| brief(it, it.at_ms - super::START_MS)).collect();
        assert_eq!(told, ["7000 w/0 a! b", "12000 w/0 a! b"]);
        assert_eq!(played.taken(17_000), ["17000 w/0 a! b"]);
    }
}

#[test]
fn a_slow_receiver_holds_its_group_up_and_a_timer_that_fired_meanwhile_is_seen_at_once() {
    // Answers come 4.2 s after the request, the group interval is 3 s; times as seen with both releases.
    for release in BOTH {
        let mut played = played(&SIMPLE.replace("2s", "1s").replace("5s", "3s"), release);
        played.post(0, [firing("g=1 n=a", 0)]);
        let first = played.advance(1_000).remove(0);
        // It ends after the timer fired and before that is seen.
        played.post(4_600, [alert("g=1 n=a", Some(0), Some(4_600))]);
        assert_eq!(played.advance(5_100), []);
        played.settle(5_200, first.id, &Delivery::Taken);
        assert_eq!(played.due_ms(), Some(5_200));
        let second = played.advance(5_200).remove(0);
        assert_eq!(brief(&second, 5_200), "5200 w/0 a!");
        // It fires again before that is taken: it stays, and is new.
        played.post(5_500, [firing("g=1 n=a", 5_500)]);
        played.settle(9_400, second.id, &Delivery::Taken);
        assert_eq!(played.taken(9_400), ["9400 w/0 a"]);
    }
}

#[test]
fn each_integration_has_its_own_log_and_one_that_fails_keeps_the_group() {
    let text = "
route: {receiver: w, group_by: [g], group_wait: 1s, group_interval: 3s, repeat_interval: 7s}
receivers:
- name: w
  webhook_configs: [{url: 'http://ok'}, {url: 'http://bad'}, {url: 'http://n', send_resolved: false}]
";
    for release in BOTH {
        let mut played = played(text, release);
        let settle = |it: &super::Notification| if it.integration == 1 { lost() } else { Delivery::Taken };
        let mut told = Vec::new();
        let mut go_on = |played: &mut super::Played, until_ms| {
            let all = played.until(until_ms, settle);
            told.extend(all.iter().map(|it| brief(it, it.at_ms - super::START_MS)));
        };
        played.post(0, [firing("g=1 n=1", 0)]);
        go_on(&mut played, 2_500);
        played.post(2_500, [alert("g=1 n=1", Some(0), Some(2_500)), firing("g=1 n=2", 2_500)]);
        go_on(&mut played, 15_500);
        played.post(15_500, [alert("g=1 n=2", Some(2_500), Some(15_500))]);
        go_on(&mut played, 30_000);
        let of = |integration: &str| -> Vec<String> {
            told.iter().filter(|it| it.contains(integration)).cloned().collect()
        };
        assert_eq!(of("w/0"), ["1000 w/0 1", "4000 w/0 1! 2", "13000 w/0 1! 2", "16000 w/0 1! 2!"]);
        let bad = ["1000 w/1 1", "4000 w/1 1! 2", "7000 w/1 1! 2", "10000 w/1 1! 2", "13000 w/1 1! 2"];
        assert_eq!(of("w/1"), bad, "nobody needs the end of what was never taken");
        assert_eq!(of("w/2"), ["1000 w/2 1", "4000 w/2 2", "13000 w/2 2"]);
    }
}
