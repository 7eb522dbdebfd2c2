//! The whole chain of alerts: random timelines of scraped signals go through the rules of a real Prometheus, to a real
//! Alertmanager with second-sized timers, to a sink; and through ours in virtual time, from the samples that the real one
//! scraped, at the times at which it evaluated. Same states, same groups, same messages byte for byte, in the same order,
//! at the same times; inhibition and silences among them.
//!
//! # Decisions
//!
//! * Whatever two real servers leave to chance is kept out. Evaluations come half a second after the scrapes, timers of
//!   groups fire half a second after the evaluations (`servers`, `configs`), no two alerts inhibit the same one by one
//!   rule (`configs`), groups that are opened anew by an old end are compared until then (`racy`). A play in which the
//!   machine stood still for longer than these half seconds allow counts for nothing and is begun anew.
//! * Failing deliveries, views and time intervals are compared elsewhere.

#[path = "chain/compare.rs"]
mod compare;
#[path = "chain/configs.rs"]
mod configs;
#[path = "chain/racy.rs"]
mod racy;
#[path = "chain/servers.rs"]
mod servers;
#[path = "chain/signals.rs"]
mod signals;
#[path = "chain/twin.rs"]
mod twin;
#[path = "chain/world.rs"]
mod world;

use super::engines::Generation;
use compare::compare;
use signals::TIMELINES;

const SEED: u64 = 20_261_125;

/// How soon Prometheus sends an alert again: what fires for long is sent again, and so are some ends.
const RESEND_DELAY_MS: i64 = 9_000;

/// Another run's seed.
#[expect(clippy::disallowed_methods, reason = "a developer asks for other timelines")]
fn seed() -> u64 {
    let given = std::env::var("PROBITY_SEED").ok();
    given.map_or(SEED, |given| given.parse().expect("PROBITY_SEED is a whole number"))
}

fn say(text: &str) {
    use std::io::Write as _;
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).expect("stderr is there");
}

#[test]
fn two_hundred_timelines_go_through_3_5_and_0_33_as_through_ours() {
    agrees(Generation::V3);
}

#[test]
fn two_hundred_timelines_go_through_2_42_and_0_25_as_through_ours() {
    agrees(Generation::V2);
}

fn agrees(generation: Generation) {
    let Some(played) = servers::play(generation, seed()) else { return };
    let twin = twin::replay(&played, generation.dialect());
    let verdict = compare(&played, &twin);
    say(&format!(
        "{generation:?}, seed {}: {TIMELINES} timelines, {} of them told of; {} samples, {} alerts sent, {} notifications of \
         {} groups, at most {} ms apart; {} groups not to their end; {} differences",
        seed(),
        verdict.timelines.len(),
        verdict.samples,
        twin.sent,
        verdict.notifications,
        verdict.groups,
        verdict.late_ms,
        twin.racy.count(),
        verdict.differences.len()
    ));
    let told = &verdict.differences;
    assert!(told.is_empty(), "seed {}: {}", seed(), told[..told.len().min(12)].join("\n"));
    assert!(verdict.samples > 15_000, "too few samples");
    assert!(verdict.notifications > 700, "too few notifications");
    assert!(verdict.timelines.len() > TIMELINES * 3 / 4, "too few timelines were told of");
    // What is left to chance must stay the exception, or nothing is compared.
    assert!(twin.racy.count() * 2 < verdict.groups, "too many groups are not compared to their end");
}
