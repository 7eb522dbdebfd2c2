use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use rand::Rng;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::Persona;
use crate::clock::Seed;

/// How many sessions start in a stretch of time: `3/s`, `90/m`, `0.5/s`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate {
    count: f64,
    per: Per,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Per {
    Second,
    Minute,
    Hour,
}

/// The highest rate that a schedule takes: one arrival a microsecond is beyond any driver.
const MOST_PER_SECOND: f64 = 1_000_000.0;

impl Rate {
    /// No traffic.
    pub const NONE: Self = Self { count: 0.0, per: Per::Second };

    /// When arrival `k` comes, from the first on; none when none comes. Each is computed by itself: adding up rounded
    /// periods would drift, and 3/s would bring a fourth arrival just before the second is over.
    pub fn offset(self, k: u64) -> Option<Duration> {
        let seconds = k as f64 * self.per.seconds() / self.count;
        // A rate so low that the next arrival lies beyond all time brings none.
        (self.count > 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    }
}

impl Per {
    fn seconds(self) -> f64 {
        match self {
            Self::Second => 1.0,
            Self::Minute => 60.0,
            Self::Hour => 3600.0,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "m",
            Self::Hour => "h",
        }
    }
}

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let refused = || format!("`{text}` is not a rate; write for example 3/s, 90/m or 0.5/s");
        let (count, unit) = text.split_once('/').ok_or_else(refused)?;
        let per = match unit {
            "s" => Per::Second,
            "m" => Per::Minute,
            "h" => Per::Hour,
            _ => return Err(refused()),
        };
        let plain = count.chars().all(|c| c.is_ascii_digit() || c == '.');
        let count: f64 = count.parse().ok().filter(|_| plain).ok_or_else(refused)?;
        if count / per.seconds() > MOST_PER_SECOND {
            return Err(format!("`{text}` is above the highest rate, {MOST_PER_SECOND}/s"));
        }
        Ok(Self { count, per })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.per.unit())
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Sessions that start in a stretch of time, such as 3/s, 90/m or 0.5/s.",
            "pattern": r"^[0-9]+(\.[0-9]+)?/(s|m|h)$"
        })
    }
}

/// A phase, as far as the schedule is concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseLoad {
    /// How long it lasts.
    pub lasts: Duration,
    /// How many sessions start in it.
    pub rate: Rate,
}

/// The start of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Counted from the start of the first phase.
    pub at: Duration,
    /// Its place among all arrivals, from 0.
    pub number: u64,
    /// Who comes.
    pub persona: Persona,
}

/// All arrivals of a run: a pure value of phases, personas and seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    phases: Vec<PhaseLoad>,
    personas: Vec<(Persona, u32)>,
    seed: Seed,
}

impl Schedule {
    /// The schedule of these phases, where each arrival is a persona drawn by weight.
    pub fn new(phases: Vec<PhaseLoad>, personas: Vec<(Persona, u32)>, seed: Seed) -> Self {
        Self { phases, personas, seed }
    }

    /// How long all phases last.
    pub fn lasts(&self) -> Duration {
        self.phases.iter().map(|phase| phase.lasts).sum()
    }

    /// The arrivals, in order. Arrival `k` of a phase starts `k` periods after the phase's start.
    pub fn arrivals(&self) -> impl Iterator<Item = Arrival> {
        let mut start = Duration::ZERO;
        let mut number = 0;
        self.phases.iter().flat_map(move |phase| {
            let from = start;
            start += phase.lasts;
            let lasts = phase.lasts;
            let offsets = (0..).map_while(move |k| phase.rate.offset(k).filter(|offset| *offset < lasts));
            let first = number;
            let arrivals: Vec<Arrival> = offsets
                .zip(first..)
                .map(|(offset, number)| Arrival {
                    at: from + offset,
                    number,
                    persona: draw(&self.personas, self.seed, number),
                })
                .collect();
            number += arrivals.len() as u64;
            arrivals
        })
    }
}

/// Who comes in the session with this number: a draw by weight.
pub(super) fn draw(personas: &[(Persona, u32)], seed: Seed, number: u64) -> Persona {
    let total: u32 = personas.iter().map(|(_, weight)| weight).sum();
    let mut draw = seed.of(("persona", number)).rng().random_range(0..total.max(1));
    for (persona, weight) in personas {
        if draw < *weight {
            return persona.clone();
        }
        draw -= weight;
    }
    personas.first().map_or(Persona::Prober, |(persona, _)| persona.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(text: &str) -> Rate {
        Rate::try_from(text.to_owned()).expect("a valid rate")
    }

    #[test]
    fn rates_are_what_people_write() {
        assert_eq!(rate("4/s").offset(3), Some(Duration::from_millis(750)));
        assert_eq!(rate("90/m").offset(90), Some(Duration::from_secs(60)));
        assert_eq!(rate("3/s").offset(3_000_000), Some(Duration::from_secs(1_000_000)));
        assert_eq!(rate("0/s").offset(0), None);
        for bad in ["", "3", "3/d", "-1/s", "x/s", "inf/s", "1e9/s", "2000000/s", "3 /s"] {
            assert!(Rate::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn arrivals_keep_their_period_and_their_weights() {
        let phase = |seconds, text| PhaseLoad { lasts: Duration::from_secs(seconds), rate: rate(text) };
        let personas = vec![(Persona::Reader, 3), (Persona::Prober, 1)];
        let schedule =
            Schedule::new(vec![phase(100, "10/s"), phase(50, "0/s"), phase(1, "2/s")], personas, Seed(7));
        let arrivals: Vec<Arrival> = schedule.arrivals().collect();
        assert_eq!(arrivals.len(), 1_002);
        assert_eq!(arrivals[999].at, Duration::from_millis(99_900));
        assert_eq!(arrivals[1_001].at, Duration::from_millis(150_500));
        assert_eq!(arrivals[1_001].number, 1_001);
        let readers = arrivals.iter().filter(|arrival| arrival.persona == Persona::Reader).count();
        // 750 are expected; five standard deviations are 68.
        assert!((682..=818).contains(&readers), "{readers} of 1002 are readers");
        assert_eq!(arrivals, schedule.arrivals().collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn a_phase_holds_what_its_rate_promises(
            count in 1u64..500,
            unit in prop::sample::select(vec![("s", 1), ("m", 60), ("h", 3_600)]),
            times in 1u64..20,
        ) {
            let (name, seconds) = unit;
            let lasts = Duration::from_secs(seconds * times);
            let phase = PhaseLoad { lasts, rate: rate(&format!("{count}/{name}")) };
            let schedule = Schedule::new(vec![phase], vec![(Persona::Prober, 1)], Seed(1));
            prop_assert_eq!(schedule.arrivals().count() as u64, count * times);
        }

        #[test]
        fn no_text_panics_and_what_is_printed_is_read_back(text in "[0-9.]{1,5}/[smhx]") {
            if let Ok(rate) = Rate::try_from(text) {
                prop_assert_eq!(Rate::try_from(rate.to_string()), Ok(rate));
            }
        }
    }
}
