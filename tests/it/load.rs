//! Traffic: when sessions start, when they stop, and that the ledger is what really happened.

mod driver;
mod ledger;
mod notebook;
mod script;
mod socket;
mod standin;

use std::time::Duration;

use probity::clock::{Clock, Seed};
use probity::load::{Driver, Endpoints, LoadClient, Persona, PhaseLoad, Rate, Schedule};

/// A driver, and the client whose ledger it fills.
fn driver(
    clock: &Clock,
    api: &str,
    phases: &[(Duration, &str)],
    personas: &[(Persona, u32)],
) -> (Driver, LoadClient) {
    let schedule = schedule(phases, personas);
    let client = LoadClient::new(clock, Endpoints { api: format!("http://{api}") }, Seed(13));
    (Driver::new(clock, schedule, client.clone()), client)
}

fn schedule(phases: &[(Duration, &str)], personas: &[(Persona, u32)]) -> Schedule {
    let phases =
        phases.iter().map(|(lasts, rate)| PhaseLoad { lasts: *lasts, rate: self::rate(rate) }).collect();
    Schedule::new(phases, personas.to_vec(), Seed(11))
}

fn rate(text: &str) -> Rate {
    Rate::try_from(text.to_owned()).expect("a valid rate")
}
