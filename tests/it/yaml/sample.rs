//! A schema with one of each: structs, enums of all shapes, options, defaults, rules, hand-written types.

use std::{collections::BTreeMap, fmt};

use probity::contract::yaml::{Decoded, Located, Problem, decode, reject};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, Visitor},
};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) name: Located<String>,
    pub(crate) personas: BTreeMap<String, Persona>,
    pub(crate) seed: Option<u64>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    pub(crate) stages: Vec<Stage>,
    #[serde(default)]
    pub(crate) strict: bool,
    pub(crate) window: Option<Window>,
    pub(crate) pair: Option<(String, u8)>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Persona {
    pub(crate) arrival: Arrival,
    pub(crate) think: Option<Pause>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stage {
    pub(crate) hold: Pause,
    pub(crate) rate: f64,
    pub(crate) region: Region,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Arrival {
    Closed,
    Fixed(u32),
    Steps(Vec<Pause>),
    Poisson { rate: f64, burst: u16 },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Region {
    North,
    South,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawWindow {
    #[serde(default)]
    from: u32,
    #[serde(default)]
    to: u32,
    level: Option<Level>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(try_from = "RawWindow")]
pub(crate) struct Window {
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl TryFrom<RawWindow> for Window {
    type Error = String;

    fn try_from(raw: RawWindow) -> Result<Self, String> {
        let _ = raw.level;
        if raw.from < raw.to {
            Ok(Self { from: raw.from, to: raw.to })
        } else {
            Err("`from` must be below `to`".into())
        }
    }
}

/// A closed list checked by hand, with `reject`.
#[derive(Debug, PartialEq)]
pub(crate) struct Level;

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let accepted = ["low", "high"];
        let known = accepted.contains(&text.as_str());
        if known { Ok(Self) } else { Err(D::Error::custom(reject("no such level", &accepted))) }
    }
}

/// A duration of whole seconds, whose visitor says what it expects.
#[derive(Debug, PartialEq)]
pub(crate) struct Pause(pub(crate) u32);

pub(crate) const PAUSE: &str = "a duration such as 30s or 1m 30s";

impl<'de> Deserialize<'de> for Pause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Pause;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(PAUSE)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Pause, E> {
                let seconds = text.strip_suffix('s').and_then(|digits| digits.parse().ok());
                seconds.map(Pause).ok_or_else(|| E::custom(format!("expected {PAUSE}")))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

pub(crate) const FULL: &str = "\
name: checkout
seed: 0x10
strict: true
tags: [a, 'b', \"1\"]
pair: [x, 7]
personas:
  buyer:
    arrival: {poisson: {rate: 2, burst: 9}}
    think: 3s
  robot: {arrival: closed}
  clock: {arrival: {steps: [1s, 2s]}}
stages:
  - {hold: 30s, rate: 1.5, region: north}
  - hold: 5s
    rate: 2
    region: south
window: {from: 1, to: 2, level: low}
";

/// Every problem as `line:column: message (accepted: ...) [help]`.
pub(crate) fn report(problems: &[Problem]) -> Vec<String> {
    let line = |problem: &Problem| {
        let text = problem.to_string();
        let text = text.strip_prefix("f.yaml:").unwrap_or(&text).to_owned();
        problem.help.iter().fold(text, |text, help| format!("{text} [{help}]"))
    };
    problems.iter().map(line).collect()
}

#[track_caller]
pub(crate) fn assert_problems<T: DeserializeOwned>(text: &str, expected: &[&str]) -> Option<T> {
    let decoded: Decoded<T> = decode(text, "f.yaml");
    assert_eq!(report(&decoded.problems), expected, "in\n{text}");
    decoded.value
}

pub(crate) const KEYS: &str = "name, personas, seed, tags, stages, strict, window, pair";
