//! Selectors, windows and numbers by chance: what expressions are made of.

use super::queries::Writer;
use super::series::{Family, Nature, families};
use crate::engines::Generation;

const WINDOWS: &[&str] =
    &["15s", "30s", "1m", "90s", "2m", "5m", "5m", "7m30s", "10m", "10m", "1h", "45m", "61s"];
const SHIFTS: &[&str] = &["30s", "1m", "5m", "7m", "1h", "12s345ms", "-30s", "-2m", "-1h", "-7s"];
const NUMBERS: &[&str] =
    &["0", "1", "2", "0.5", "-1", "3", "10", "100", "1e3", "-0.25", "0.1", "1.5", "7", "0x10"];
const EDGES: &[&str] = &["NaN", "Inf", "-Inf", "-0", "1e308", "5e-324", "1e18", "-1e19"];

/// The text of an instant vector, and the labels that tell its series apart.
#[derive(Debug, Clone)]
pub(super) struct Vector {
    pub(super) text: String,
    pub(super) labels: Vec<&'static str>,
}

impl Vector {
    pub(super) fn of(text: String, labels: &[&'static str]) -> Vector {
        Vector { text, labels: labels.to_vec() }
    }

    /// With other words around it, and the same labels.
    pub(super) fn around(self, text: impl FnOnce(String) -> String) -> Vector {
        Vector { text: text(self.text), labels: self.labels }
    }
}

impl Writer<'_> {
    pub(super) fn family(&mut self) -> &'static Family {
        let all: Vec<&Family> = families(self.generation).collect();
        all[self.chance.below(all.len())]
    }

    /// A family of one of these kinds, mostly.
    pub(super) fn family_like(&mut self, natures: &[Nature]) -> &'static Family {
        let like: Vec<&Family> =
            families(self.generation).filter(|it| natures.contains(&it.nature)).collect();
        if like.is_empty() || self.chance.one_in(10) {
            self.family()
        } else {
            like[self.chance.below(like.len())]
        }
    }

    pub(super) fn window(&mut self) -> String {
        if self.generation == Generation::V3 && self.chance.one_in(12) {
            return self.chance.pick(&["300", "90.5", "60", "1e3"]).to_owned();
        }
        self.chance.pick(WINDOWS).to_owned()
    }

    /// `offset` and `@`, mostly neither.
    pub(super) fn shifts(&mut self) -> String {
        let mut text = String::new();
        if self.chance.one_in(6) {
            text = format!(" offset {}", self.chance.pick(SHIFTS));
        }
        if self.chance.one_in(10) {
            let fixed = match self.chance.below(4) {
                0 => "start()".to_owned(),
                1 => "end()".to_owned(),
                _ => {
                    let at = self.time();
                    format!("{}.{:03}", at / 1000, at % 1000)
                }
            };
            text =
                if self.chance.one_in(2) { format!(" @ {fixed}{text}") } else { format!("{text} @ {fixed}") };
        }
        text
    }

    pub(super) fn number(&mut self) -> String {
        if self.chance.one_in(12) {
            return self.chance.pick(EDGES).to_owned();
        }
        if self.generation == Generation::V3 && self.chance.one_in(20) {
            return self.chance.pick(&["1m", "1h30m", "1_000", "2d"]).to_owned();
        }
        self.chance.pick(NUMBERS).to_owned()
    }

    /// A number at each time.
    pub(super) fn scalar(&mut self, depth: usize) -> String {
        if depth == 0 || self.chance.one_in(2) {
            return self.number();
        }
        let depth = depth - 1;
        match self.chance.below(8) {
            0 => "time()".to_owned(),
            1 => "pi()".to_owned(),
            2 | 3 => format!("scalar({})", self.single(depth)),
            4 => format!("-({})", self.scalar(depth)),
            5 => {
                let compared = self.chance.pick(&["==", "!=", "<", "<=", ">", ">="]);
                format!("({} {compared} bool {})", self.scalar(depth), self.scalar(depth))
            }
            _ => {
                let op = self.chance.pick(&["+", "-", "*", "/", "%"]);
                format!("({} {op} {})", self.scalar(depth), self.scalar(depth))
            }
        }
    }

    /// An instant vector of one series, mostly.
    fn single(&mut self, depth: usize) -> String {
        let family = self.family();
        if self.chance.one_in(2) {
            let op = self.chance.pick(&["sum", "max", "count", "avg", "min"]);
            return format!("{op}({})", self.vector(depth).text);
        }
        let conditions: Vec<String> = family
            .labels
            .iter()
            .map(|(label, values)| format!("{}={}", quoted_label(label), quoted(self.chance.pick(values))))
            .collect();
        selector(family, &conditions)
    }

    /// A selector of a family.
    pub(super) fn select(&mut self, family: &'static Family) -> String {
        let mut conditions = Vec::new();
        if self.chance.one_in(3) {
            let (label, values) = family.labels[self.chance.below(family.labels.len())];
            let value = self.chance.pick(values);
            let label = quoted_label(label);
            conditions.push(match self.chance.below(9) {
                0 | 1 => format!("{label}={}", quoted(value)),
                2 | 3 => format!("{label}!={}", quoted(value)),
                4 => format!("{label}=~\".+\""),
                5 => format!("{label}!~\"{}.*\"", self.chance.pick(&["a", "b", "g", "4", "0", "p-1"])),
                6 => format!(
                    "{label}=~\"{}.*\"",
                    self.chance.pick(&["[ab]", "(b|c)", "p", "[0-9]", ".", "(?i:G|A|Z)"])
                ),
                7 => "nowhere=\"\"".to_owned(),
                _ => format!("{label}=~\"a:9090|1|get|200|0.1|cellar|x y|huge\""),
            });
        }
        selector(family, &conditions)
    }

    /// A selector that may have more than one metric's series, which tell themselves apart by name.
    pub(super) fn several(&mut self) -> Vector {
        let text = self.chance.pick(&[
            "{__name__=~\"alpha|beta\"}",
            "{instance=\"b:9090\", shard=~\".+\"}",
            "{__name__=~\"(alpha|slow|jittered)\", shard=\"1\"}",
            "{__name__!~\"odd|.*_total|.*_bucket\", instance=~\"[bc].*\"}",
        ]);
        Vector::of(format!("{text}{}", self.shifts()), &["__name__", "instance", "shard"])
    }

    /// A window of samples, of a family of these kinds or of a subquery; with the labels that tell series apart.
    pub(super) fn matrix(&mut self, natures: &[Nature], depth: usize) -> Vector {
        if depth > 0 && self.chance.one_in(4) {
            let inner = self.vector(depth - 1);
            let step = self.chance.pick(&["", "", "30s", "1m", "15s", "47s", "5m"]);
            let window = self.chance.pick(&["5m", "10m", "3m20s", "1h", "90s"]);
            let shifts = self.shifts();
            return inner.around(|inner| format!("({inner})[{window}:{step}]{shifts}"));
        }
        let family = self.family_like(natures);
        let (selected, window, shifts) = (self.select(family), self.window(), self.shifts());
        Vector::of(format!("{selected}[{window}]{shifts}"), &labels(family))
    }
}

/// The labels that tell a family's series apart.
pub(super) fn labels(family: &Family) -> Vec<&'static str> {
    family.labels.iter().map(|(label, _)| *label).collect()
}

/// A label's name, in quotes where it needs them.
pub(super) fn quoted_label(label: &str) -> String {
    if label.contains('.') { format!("\"{label}\"") } else { label.to_owned() }
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn selector(family: &Family, conditions: &[String]) -> String {
    let conditions = conditions.join(", ");
    match (family.name.contains('.'), conditions.is_empty()) {
        (false, true) => family.name.to_owned(),
        (false, false) => format!("{}{{{conditions}}}", family.name),
        (true, true) => format!("{{\"{}\"}}", family.name),
        (true, false) => format!("{{\"{}\", {conditions}}}", family.name),
    }
}
