//! What each fault does, when it holds, how often it strikes; and that chance follows from what is asked.

use std::collections::BTreeMap;
use std::time::Duration;

use probity::clock::after;
use probity::observe::{PlannedFault, ProviderFault};
use proptest::prelude::*;

use super::{ANTHROPIC, Bench, MEDIAN, OPEN_AI, Reply, question};
use crate::stage::{assert_share, fault, simulate};

fn call_with(kind: ProviderFault, path: &'static str) -> (Reply, Reply) {
    simulate(|clock| async move {
        let good = Bench::start(&clock, 8, vec![]).await;
        let bad = Bench::start(&clock, 8, vec![fault(None, kind, 1.0)]).await;
        let body = question("The same to both?");
        (good.call("a", path, body.clone()).await, bad.call("a", path, body).await)
    })
}

#[test]
fn rate_limited_refuses_at_once_and_says_when_to_come_back() {
    for path in [ANTHROPIC, OPEN_AI] {
        let (_, bad) = call_with(ProviderFault::RateLimited, path);
        assert_eq!((bad.status.as_u16(), bad.took), (429, Duration::ZERO));
        assert_eq!(bad.header("retry-after"), Some("1"));
    }
}

#[test]
fn server_error_fails_after_the_latency_of_a_good_answer() {
    for path in [ANTHROPIC, OPEN_AI] {
        let (good, bad) = call_with(ProviderFault::ServerError, path);
        assert_eq!((bad.status.as_u16(), bad.took), (500, good.took));
        assert!(bad.json().get("error").is_some());
    }
}

#[test]
fn malformed_is_a_good_answer_cut_in_half() {
    for path in [ANTHROPIC, OPEN_AI] {
        let (good, bad) = call_with(ProviderFault::Malformed, path);
        assert_eq!((bad.status.as_u16(), bad.took), (200, good.took));
        assert_eq!(bad.header("content-type"), Some("application/json"));
        assert!(serde_json::from_str::<serde_json::Value>(&bad.text).is_err());
        assert_eq!(bad.text.len(), good.text.len() / 2);
    }
}

#[test]
fn malformed_cuts_between_characters_whatever_the_model_is_called() {
    let replies = simulate(|clock| async move {
        let bench = Bench::start(&clock, 8, vec![fault(None, ProviderFault::Malformed, 1.0)]).await;
        let mut replies = vec![];
        for length in 2_000..2_004 {
            let body = question("Hello?").replace("some-model", &"é".repeat(length));
            replies.push(bench.call("a", OPEN_AI, body).await);
        }
        replies
    });
    assert!(replies.iter().all(|reply| reply.status == 200 && reply.text.contains('é')));
}

#[test]
fn timeout_does_not_answer_for_longer_than_anybody_waits() {
    simulate(|clock| async move {
        let bench = Bench::start(&clock, 8, vec![fault(None, ProviderFault::Timeout, 1.0)]).await;
        let patience = Duration::from_secs(12 * 3600);
        clock.timeout(patience, bench.call("a", OPEN_AI, question("Hello?"))).await.expect_err("silence");
    });
}

#[test]
fn a_fault_holds_for_its_provider_from_its_start_to_before_its_end() {
    let seen = simulate(|clock| async move {
        let second = |s| after(clock.now(), Duration::from_secs(s));
        let planned = PlannedFault {
            provider: Some("a".to_owned()),
            fault: ProviderFault::RateLimited,
            share: 1.0,
            from: second(100),
            to: second(200),
        };
        let bench = Bench::start(&clock, 8, vec![planned]).await;
        let mut seen = vec![];
        for at in [99, 100, 199, 200].map(second) {
            clock.sleep_until(at, probity::clock::Turn::Arrival).await;
            let refused = |agent| {
                let call = bench.call(agent, OPEN_AI, question("Hello?"));
                async { clock.timeout(Duration::ZERO, call).await.is_ok_and(|reply| reply.status == 429) }
            };
            seen.push((refused("a").await, refused("b").await));
        }
        seen
    });
    assert_eq!(seen, [(false, false), (true, false), (true, false), (false, false)]);
}

#[test]
fn shares_of_faults_add_up_and_are_met() {
    const CALLS: usize = 2_000;
    let statuses = simulate(|clock| async move {
        let faults = vec![
            fault(None, ProviderFault::RateLimited, 0.1),
            fault(None, ProviderFault::ServerError, 0.25),
            fault(Some("another"), ProviderFault::RateLimited, 1.0),
        ];
        let bench = Bench::start(&clock, 8, faults).await;
        let mut statuses = BTreeMap::<u16, usize>::new();
        for number in 0..CALLS {
            let reply = bench.call("a", OPEN_AI, question(&format!("Question {number}"))).await;
            *statuses.entry(reply.status.as_u16()).or_default() += 1;
        }
        statuses
    });
    assert_share(statuses[&429], CALLS, 0.1);
    assert_share(statuses[&500], CALLS, 0.25);
    assert_share(statuses[&200], CALLS, 0.65);
}

#[test]
fn latencies_lie_around_their_median_and_most_agree() {
    const CALLS: usize = 2_000;
    let (latencies, agreed) = simulate(|clock| async move {
        let bench = Bench::start(&clock, 8, vec![]).await;
        let (mut latencies, mut agreed) = (vec![], 0);
        for number in 0..CALLS {
            let reply = bench.call("a", ANTHROPIC, question(&format!("Question {number}"))).await;
            latencies.push(reply.took);
            agreed +=
                usize::from(reply.json()["content"][0]["text"].as_str().expect("text").starts_with("AGREE"));
        }
        (latencies, agreed)
    });
    let range = MEDIAN / 8..=MEDIAN * 8;
    assert!(latencies.iter().all(|latency| range.contains(latency)));
    assert_share(latencies.iter().filter(|latency| **latency < MEDIAN).count(), CALLS, 0.5);
    assert_share(agreed, CALLS, 0.8);
}

/// Answer and latency of each body, asked in this order; when it was answered is not part of the answer.
fn answers(seed: u64, order: Vec<usize>) -> BTreeMap<usize, (String, Duration)> {
    simulate(|clock| async move {
        let faults = vec![fault(None, ProviderFault::ServerError, 0.3)];
        let bench = Bench::start(&clock, seed, faults).await;
        let mut answers = BTreeMap::new();
        for number in order {
            let reply = bench.call("a", OPEN_AI, question(&format!("Question {number}"))).await;
            let mut body = reply.json();
            body.as_object_mut().expect("an object").remove("created");
            answers.insert(number, (body.to_string(), reply.took));
        }
        answers
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_body_gets_the_same_whatever_the_order(
        order in Just((0usize..15).collect::<Vec<_>>()).prop_shuffle(),
        seed in any::<u64>(),
    ) {
        let sorted = answers(seed, (0..15).collect());
        prop_assert_eq!(&answers(seed, order), &sorted);
        prop_assert_ne!(&answers(seed.wrapping_add(1), (0..15).collect()), &sorted);
    }
}
