//! Random files: spoilt in known places, which must be found exactly, or damaged anyhow, which must end well.

use std::collections::BTreeSet;

use probity::contract::yaml::{Style, decode, render};
use proptest::prelude::*;

use super::sample::{FULL, KEYS, PAUSE, Scenario, report};

/// Writes a correct scenario in which the tokens with the chosen numbers are spoilt, and notes what should be found.
struct Writer {
    text: String,
    spoil: BTreeSet<usize>,
    tokens: usize,
    /// Inside a spoilt key nothing can be judged, so nothing is spoilt.
    muted: usize,
    expected: Vec<String>,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Writes `good`, or `bad` with a problem at its place.
    fn token(&mut self, good: &str, bad: &str, problem: &str) -> bool {
        self.tokens += 1;
        let spoilt = self.muted == 0 && self.spoil.contains(&self.tokens);
        if spoilt {
            let line = self.text.matches('\n').count() + 1;
            let column = self.text.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            self.expected.push(format!("{line}:{column}: {problem}"));
        }
        self.push(if spoilt { bad } else { good });
        spoilt
    }

    fn key(&mut self, key: &str, fields: &str, value: impl FnOnce(&mut Self)) {
        // Two letters swapped, or one doubled where both are the same.
        let (first, rest) = key.split_at(1);
        let bad = format!("{}{first}{}", &rest[..1], &rest[1..]);
        let problem = format!("unknown key `{bad}`; did you mean `{key}`? (accepted: {fields})");
        self.entry((key, &bad, &problem), value);
    }

    fn entry(&mut self, (good, bad, problem): (&str, &str, &str), value: impl FnOnce(&mut Self)) {
        let spoilt = self.token(good, bad, problem);
        self.muted += usize::from(spoilt);
        self.push(": ");
        value(self);
        self.muted -= usize::from(spoilt);
    }

    fn pause(&mut self) {
        self.token("30s", "soon", &format!("expected {PAUSE}"));
    }

    fn number(&mut self) {
        self.token("2", "many", "expected a number, saw text \"many\"");
    }

    fn arrival(&mut self, which: usize) {
        let all = "closed, fixed, steps, poisson";
        let (value, key) = (
            format!("unknown value `wobbly` (accepted: {all})"),
            format!("unknown key `wobbly` (accepted: {all})"),
        );
        match which % 3 {
            0 => _ = self.token("closed", "wobbly", &value),
            1 => {
                self.push("{");
                self.entry(("steps", "wobbly", &key), |w| {
                    w.push("[1s, ");
                    w.pause();
                    w.push(", ");
                    w.pause();
                    w.push("]");
                });
                self.push("}");
            }
            _ => {
                self.push("{");
                self.entry(("poisson", "wobbly", &key), |w| {
                    w.push("{");
                    w.key("rate", "rate, burst", Self::number);
                    w.push(", ");
                    w.key("burst", "rate, burst", |w| w.push("1"));
                    w.push("}");
                });
                self.push("}");
            }
        }
    }

    fn stage(&mut self, flow: bool) {
        let fields = "hold, rate, region";
        let (open, between, close) = if flow { ("{", ", ", "}\n") } else { ("", "\n    ", "\n") };
        self.push("  - ");
        self.push(open);
        self.key("hold", fields, Self::pause);
        self.push(between);
        self.key("rate", fields, Self::number);
        self.push(between);
        self.key("region", fields, |w| {
            let problem = "unknown value `wset` (accepted: north, south)";
            w.token("north", "wset", problem);
        });
        self.push(close);
    }

    fn scenario(&mut self, arrivals: &[usize], flows: &[bool]) {
        self.key("name", KEYS, |w| w.push("|\n  é: 世界\n  two\n"));
        self.key("personas", KEYS, |w| {
            w.push("\n");
            for (index, which) in arrivals.iter().enumerate() {
                w.push(&format!("  'pé{index}': {{"));
                w.key("think", "arrival, think", Self::pause);
                w.push(", ");
                w.key("arrival", "arrival, think", |w| w.arrival(*which));
                w.push("}\n");
            }
        });
        self.key("stages", KEYS, |w| {
            w.push("\n");
            flows.iter().for_each(|flow| w.stage(*flow));
        });
    }
}

fn bounded(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn assert_sane(text: &str) {
    let decoded = decode::<Scenario>(text, "f.yaml");
    assert!(decoded.value.is_some() || !decoded.problems.is_empty());
    let lines = text.split(['\n', '\r']).count();
    assert!(decoded.problems.iter().all(|problem| (1..=lines).contains(&problem.line) && problem.column > 0));
    let shown = render(&decoded.problems, text, Style { colour: false, unicode: false });
    assert_eq!(shown.is_empty(), decoded.problems.is_empty());
}

proptest! {
    #![proptest_config(bounded(256))]

    #[test]
    fn spoilt_places_are_found_exactly(
        arrivals in prop::collection::vec(0..3_usize, 1..4),
        flows in prop::collection::vec(any::<bool>(), 1..4),
        spoil in prop::collection::btree_set(1..40_usize, 0..6),
    ) {
        let mut writer =
            Writer { text: String::new(), spoil, tokens: 0, muted: 0, expected: Vec::new() };
        writer.scenario(&arrivals, &flows);
        let decoded = decode::<Scenario>(&writer.text, "f.yaml");
        prop_assert_eq!(report(&decoded.problems), writer.expected, "in\n{}", writer.text);
    }

    #[test]
    fn arbitrary_text_ends_without_a_panic(text in any::<String>()) {
        assert_sane(&text);
    }

    #[test]
    fn yaml_like_text_ends_without_a_panic(text in "[a-c:,\\-\\[\\]{}?|>&*!#%@'\"~ \n\t\r.0-2é]{0,60}") {
        assert_sane(&text);
    }

    /// The reader the parser belongs to builds its values on its own; without zeros, because it calls `01` a float.
    #[test]
    fn accepted_text_means_what_serde_saphyr_says(text in "[a-c:,\\-\\[\\]{}|>'\"~ \n12.eé#]{0,40}") {
        let ours = decode::<serde_json::Value>(&text, "f.yaml");
        let theirs = serde_saphyr::from_str::<serde_json::Value>(&text);
        if let (true, Some(ours), Ok(theirs)) = (ours.problems.is_empty(), ours.value, theirs) {
            prop_assert_eq!(ours, theirs, "{:?}", text);
        }
    }

    #[test]
    fn damaged_files_end_without_a_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), "[a-c:,\\-\\[\\]{}|'\"~ \n0é]{0,3}"), 1..6),
    ) {
        let mut letters: Vec<char> = FULL.chars().collect();
        for (at, put) in damage {
            let at = at.index(letters.len());
            letters.splice(at..=at, put.chars());
        }
        assert_sane(&letters.into_iter().collect::<String>());
    }
}
