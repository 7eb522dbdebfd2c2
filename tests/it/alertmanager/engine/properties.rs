//! Whatever happens in whatever order: no panic, nothing due in the past, and the same again.

use proptest::prelude::*;

use super::{Alertmanager, BOTH, Delivery, Due, Release, START_MS, alert, played};

const TEXT: &str = "
global: {resolve_timeout: 20s}
route:
  receiver: w
  group_by: [g]
  group_wait: 2s
  group_interval: 5s
  repeat_interval: 12s
  routes:
  - {matchers: [n=~\"a|b\"], receiver: x, group_by: ['...'], group_wait: 0s, group_interval: 1s, continue: true}
inhibit_rules:
- {source_matchers: [n=\"a\"], target_matchers: [n=~\"b|c\"], equal: [g]}
receivers:
- {name: w, webhook_configs: [{url: 'http://w'}, {url: 'http://v', send_resolved: false}]}
- {name: x, webhook_configs: [{url: 'http://x'}]}
";

#[derive(Debug, Clone)]
enum Step {
    Post {
        group: u8,
        name: u8,
        starts_s: i64,
        ends_s: Option<i64>,
    },
    Wait {
        ms: i64,
    },
    /// Answers the so-many-th that waits.
    Settle {
        which: usize,
        how: u8,
    },
    Due,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3_u8, 0..4_u8, -60..10_i64, prop::option::of(-20..60_i64))
            .prop_map(|(group, name, starts_s, ends_s)| Step::Post { group, name, starts_s, ends_s }),
        (0..40_000_i64).prop_map(|ms| Step::Wait { ms }),
        (0..8_usize, 0..3_u8).prop_map(|(which, how)| Step::Settle { which, how }),
        Just(Step::Due),
    ]
}

/// Everything that came of some steps.
fn run(steps: &[Step], release: Release) -> Vec<String> {
    let mut engine: Alertmanager = played(TEXT, release).engine;
    let (mut now_ms, mut waiting, mut told) = (START_MS, Vec::new(), Vec::new());
    for step in steps {
        match *step {
            Step::Post { group, name, starts_s, ends_s } => {
                let at = |second: i64| now_ms - START_MS + second * 1000;
                let labels = format!("g={group} n={}", ["a", "b", "c", "d"][usize::from(name)]);
                let posted = engine.post(now_ms, vec![alert(&labels, Some(at(starts_s)), ends_s.map(at))]);
                told.push(format!("{posted:?}"));
            }
            Step::Settle { which, how } if !waiting.is_empty() => {
                let id = waiting.remove(which % waiting.len());
                let delivery = match how {
                    0 => Delivery::Taken,
                    1 => Delivery::Retry(String::new()),
                    _ => Delivery::Lost(String::new()),
                };
                engine.settle(now_ms, id, &delivery);
            }
            Step::Settle { .. } => {}
            Step::Wait { ms } => now_ms += ms,
            Step::Due => now_ms = engine.next_due_ms().map_or(now_ms, |due_ms| due_ms.max(now_ms)),
        }
        for Due::Notify(notification) in engine.advance(now_ms) {
            assert!(!notification.alerts.is_empty() && notification.at_ms <= now_ms);
            told.push(format!("{notification:?}"));
            waiting.push(notification.id);
        }
        assert!(
            engine.next_due_ms().is_none_or(|due_ms| due_ms > now_ms),
            "{:?} at {now_ms}",
            engine.next_due_ms()
        );
        told.push(format!("{:?} {:?}", engine.alerts(now_ms), engine.groups(now_ms)));
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_life_is_lived_alike_twice(steps in prop::collection::vec(step(), 1..40)) {
        for release in BOTH {
            prop_assert_eq!(run(&steps, release), run(&steps, release));
        }
    }
}
