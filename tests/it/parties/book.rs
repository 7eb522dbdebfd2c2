//! The book: every call once, however it ended, with the exact time that the provider had it.

use std::collections::BTreeMap;
use std::time::Duration;

use probity::observe::{CallEntry, CallKey, Outcome, ProviderFault};

use super::{ANTHROPIC, Bench, OPEN_AI, question};
use crate::stage::{fault, simulate};

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).expect("not that long")
}

/// The test's own count, from what it sent and got.
#[derive(Default)]
struct Count(BTreeMap<CallKey, CallEntry>);

impl Count {
    fn add(&mut self, agent: &str, outcome: Outcome, took: Duration) {
        let entry = self.0.entry(CallKey { agent: agent.to_owned(), outcome }).or_default();
        entry.count += 1;
        entry.total_ns += nanos(took);
    }
}

#[test]
fn every_call_is_counted_once_with_the_time_it_was_held() {
    let (book, count) = simulate(|clock| async move {
        let faults = vec![
            fault(Some("limited"), ProviderFault::RateLimited, 0.5),
            fault(Some("failing"), ProviderFault::ServerError, 0.5),
            fault(Some("broken"), ProviderFault::Malformed, 0.5),
        ];
        let bench = Bench::start(&clock, 4, faults).await;
        let mut count = Count::default();
        for number in 0..20 {
            for agent in ["limited", "failing", "broken", "good"] {
                let path = if number % 2 == 0 { ANTHROPIC } else { OPEN_AI };
                let reply = bench.call(agent, path, question(&format!("Question {number}"))).await;
                let whole = serde_json::from_str::<serde_json::Value>(&reply.text).is_ok();
                let outcome = if reply.status == 200 && whole { Outcome::Success } else { Outcome::Error };
                count.add(agent, outcome, reply.took);
            }
            let refused = bench.call("good", OPEN_AI, "no request").await;
            count.add("good", Outcome::Error, refused.took);
        }
        (bench.providers.book(), count.0)
    });
    assert_eq!(book, count);
    assert_eq!(book.len(), 8, "each agent had both outcomes: {book:?}");
}

#[test]
fn a_hang_up_is_an_error_that_took_until_then() {
    let (book, count) = simulate(|clock| async move {
        let bench = Bench::start(&clock, 4, vec![fault(Some("silent"), ProviderFault::Timeout, 1.0)]).await;
        let mut count = Count::default();
        for (number, limit_ms) in [1, 50, 30_000].into_iter().enumerate() {
            let limit = Duration::from_millis(limit_ms);
            let call = bench.call("silent", ANTHROPIC, question(&format!("Question {number}")));
            clock.timeout(limit, call).await.expect_err("it never answers");
            count.add("silent", Outcome::Error, limit);
        }
        // An answer of an agent in good health takes longer than this, so nobody hears it.
        let limit = Duration::from_millis(90);
        clock
            .timeout(limit, bench.call("good", OPEN_AI, question("Question")))
            .await
            .expect_err("it is slower");
        count.add("good", Outcome::Error, limit);
        clock.sleep(Duration::from_secs(60)).await;
        (bench.providers.book(), count.0)
    });
    assert_eq!(book, count);
}

#[test]
fn calls_at_the_same_time_are_counted_each() {
    let (book, took) = simulate(|clock| async move {
        let bench = Bench::start(&clock, 4, vec![]).await;
        let (bench, bodies) = (&bench, (0..40).map(|number| question(&format!("Question {number}"))));
        let calls = bodies.map(|body| async move { bench.call("good", OPEN_AI, body).await.took });
        let took: Duration = futures_util::future::join_all(calls).await.into_iter().sum();
        (bench.providers.book(), took)
    });
    let key = CallKey { agent: "good".to_owned(), outcome: Outcome::Success };
    assert_eq!(book, BTreeMap::from([(key, CallEntry { count: 40, total_ns: nanos(took) })]));
}

#[test]
fn a_long_prompt_is_read_and_one_beyond_the_limit_is_counted_too() {
    let (statuses, book) = simulate(|clock| async move {
        let bench = Bench::start(&clock, 4, vec![]).await;
        // Above the two mebibytes at which the web framework refuses by itself, before any handler could count.
        let long = bench.call("good", ANTHROPIC, question(&"long ".repeat(600_000))).await;
        let too_long = bench.call("good", ANTHROPIC, " ".repeat((32 << 20) + 1)).await;
        ([long, too_long].map(|reply| reply.status.as_u16()), bench.providers.book())
    });
    assert_eq!(statuses, [200, 400]);
    assert!(book.len() == 2 && book.values().all(|entry| entry.count == 1), "{book:?}");
}
