//! Operators by chance, with partners that mostly find each other.

use super::queries::Writer;
use super::vectors::{Vector, quoted_label};

const ARITHMETIC: &[&str] = &["+", "-", "*", "/", "%", "-", "*"];
const COMPARISONS: &[&str] = &["==", "!=", "<", "<=", ">", ">="];
const SETS: &[&str] = &["and", "or", "unless"];

fn list(labels: &[&str]) -> String {
    labels.iter().map(|label| quoted_label(label)).collect::<Vec<_>>().join(", ")
}

impl Writer<'_> {
    /// An operator with an instant vector on at least one side.
    pub(super) fn binary(&mut self, depth: usize) -> Vector {
        match self.chance.below(10) {
            0..=2 => self.with_scalar(depth),
            3 | 4 => self.set(depth),
            5 | 6 => self.join(COMPARISONS, depth),
            _ => self.join(ARITHMETIC, depth),
        }
    }

    fn with_scalar(&mut self, depth: usize) -> Vector {
        let number = self.scalar(depth);
        let op = match self.chance.below(2) {
            0 => self.chance.pick(ARITHMETIC).to_owned(),
            _ => format!("{}{}", self.chance.pick(COMPARISONS), self.chance.pick(&["", "", " bool"])),
        };
        let left = self.chance.one_in(3);
        self.vector(depth).around(|inner| match left {
            true => format!("{number} {op} ({inner})"),
            false => format!("({inner}) {op} {number}"),
        })
    }

    /// `and`, `or`, `unless`, on labels that both sides have.
    fn set(&mut self, depth: usize) -> Vector {
        let (left, right) = (self.vector(depth), self.vector(depth));
        let op = self.chance.pick(SETS);
        let shared: Vec<&str> =
            left.labels.iter().copied().filter(|label| right.labels.contains(label)).collect();
        let matching = match self.chance.below(5) {
            0 => String::new(),
            1 => {
                let lost = left.labels.iter().chain(&right.labels).copied();
                let lost: Vec<&str> = lost.filter(|label| !shared.contains(label)).collect();
                format!("ignoring ({})", list(&lost))
            }
            _ => format!("on ({})", list(&shared)),
        };
        let mut labels = left.labels.clone();
        if op == "or" {
            labels.extend(right.labels.iter().filter(|label| !left.labels.contains(label)));
        }
        Vector::of(format!("({}) {op} {matching} ({})", left.text, right.text), &labels)
    }

    /// Two instant vectors that agree in labels: of one kind, or one of them summed up until it fits.
    pub(super) fn join(&mut self, ops: &[&str], depth: usize) -> Vector {
        let op = self.chance.pick(ops);
        let bool_modifier = if COMPARISONS.contains(&op) && self.chance.one_in(3) { " bool" } else { "" };
        let op = format!("{op}{bool_modifier}");
        let left = self.vector(depth);
        match self.chance.below(8) {
            0 => {
                // With itself at another time.
                let other = self.chance.pick(&["+ 0", "* 2", "- 1", "!= 0"]);
                let text = format!("({}) {op} ({} {other})", left.text, left.text);
                Vector::of(text, &left.labels)
            }
            1 | 2 => {
                let one = self.chance.pick(&["alpha", "beta", "jittered", "slow", "flapping", "temperature"]);
                let other = self.chance.pick(&["alpha", "beta", "slow", "steep_total"]);
                let on = self.chance.pick(&["", "", "on (instance, shard)", "ignoring (pod, room)"]);
                let shifts = [self.shifts(), self.shifts()];
                Vector::of(
                    format!("{one}{} {op} {on} {other}{}", shifts[0], shifts[1]),
                    &["instance", "shard"],
                )
            }
            3 => self.info(&op, left),
            _ => self.fitted(&op, left, depth),
        }
    }

    /// Labels taken from the metric that is nothing but labels.
    fn info(&mut self, op: &str, left: Vector) -> Vector {
        if !left.labels.contains(&"instance") {
            return left;
        }
        let one = "max by (instance, version, region) (instance_info{version=\"1.2.3\"})";
        let include =
            self.chance.pick(&["", "version", "version, region", "region, nowhere", "version, kind"]);
        let mut labels = left.labels.clone();
        labels.extend(["version", "region"].into_iter().filter(|label| include.contains(label)));
        let text = match self.chance.one_in(2) {
            true => format!("({}) {op} on (instance) group_left ({include}) {one}", left.text),
            false => format!("{one} {op} on (instance) group_right ({include}) ({})", left.text),
        };
        Vector::of(text, &labels)
    }

    /// A partner made to fit by aggregation: one to one when it keeps all labels, else one to many.
    fn fitted(&mut self, op: &str, left: Vector, depth: usize) -> Vector {
        let right = self.vector(depth);
        let shared: Vec<&'static str> =
            left.labels.iter().copied().filter(|label| right.labels.contains(label)).collect();
        let by = self.chance.pick(&["max", "count", "min", "group", "sum"]);
        let on = list(&shared);
        let right = format!("{by} by ({on}) ({})", right.text);
        if self.chance.one_in(3) {
            let by = self.chance.pick(&["max", "min", "avg", "sum"]);
            let text = format!("{by} by ({on}) ({}) {op} {right}", left.text);
            return Vector::of(text, &shared);
        }
        let lost: Vec<&str> = left.labels.iter().copied().filter(|label| !shared.contains(label)).collect();
        let matching = match self.chance.below(3) {
            0 => format!("ignoring ({})", list(&lost)),
            _ => format!("on ({on})"),
        };
        let text = match self.chance.one_in(2) {
            true => format!("({}) {op} {matching} group_left () {right}", left.text),
            false => format!("{right} {op} {matching} group_right () ({})", left.text),
        };
        Vector::of(text, &left.labels)
    }
}
