//! Which routes take an alert: routing trees and labels by chance, against `amtool config routes test` of two releases.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use probity::alerting::alertmanager::{Release, config, routed};
use probity::alerting::matchers::{Matcher, Op};
use probity::promql::Labels;

use super::alertmanager_configs::release;
use super::daemon::folder;
use super::engines::Generation;

const SEED: u64 = 20_261_125;

/// How many `amtool`s run at once.
const AT_ONCE: usize = 4;

/// A tree is no deeper than this.
const LEVELS: usize = 4;

/// Another run's seed.
#[expect(clippy::disallowed_methods, reason = "a developer asks for other trees")]
fn seed() -> u64 {
    let given = std::env::var("PROBITY_SEED").ok();
    given.map_or(SEED, |given| given.parse().expect("PROBITY_SEED is a whole number"))
}

/// Numbers by chance, the same for the same seed (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

const NAMES: &[&str] = &["severity", "team", "env", "job"];

/// Names that only the newer release knows come last.
const NAMES_OF_TODAY: &[&str] = &["severity", "team", "env", "job", "é b", "a.b", "x=\"y\""];

const VALUES: &[&str] =
    &["", "critical", "warning", "a", "b c", "x\"y", "ü", "a\\b", "a,b", "{a}", "a\nb", "="];

const PATTERNS: &[&str] = &[
    "",
    "crit.*",
    "a|b c",
    ".+",
    ".*",
    "[a-c]+",
    "warning|",
    "a.b",
    "(?i)CRITICAL",
    "\\w+",
    "x\"y|ü",
    "a\\\\b",
    "^a$",
];

/// A tree as a file, and how many receivers it has.
struct Tree {
    names: &'static [&'static str],
    yaml: String,
    receivers: usize,
}

fn quoted(text: &str) -> String {
    // Single quotes know one escape only, and fold line breaks.
    if text.contains('\n') { format!("{text:?}") } else { format!("'{}'", text.replace('\'', "''")) }
}

impl Tree {
    fn new(chance: &mut Chance, release: Release) -> Tree {
        let names = if release == Release::V0_25 { NAMES } else { NAMES_OF_TODAY };
        let mut tree = Tree { names, yaml: "route:\n  receiver: r0\n".to_owned(), receivers: 1 };
        tree.children(chance, 1);
        tree.yaml.push_str("receivers:\n");
        for receiver in 0..tree.receivers {
            writeln!(tree.yaml, "- name: r{receiver}").expect("texts take everything");
        }
        tree
    }

    fn children(&mut self, chance: &mut Chance, level: usize) {
        let count = if level > LEVELS { 0 } else { chance.below(4) };
        if count == 0 {
            return;
        }
        let indent = "  ".repeat(level);
        writeln!(self.yaml, "{indent}routes:").expect("texts take everything");
        for _ in 0..count {
            let receiver = self.receivers;
            self.receivers += 1;
            writeln!(self.yaml, "{indent}- receiver: r{receiver}").expect("texts take everything");
            if chance.below(3) == 0 {
                writeln!(self.yaml, "{indent}  continue: true").expect("texts take everything");
            }
            self.conditions(chance, &format!("{indent}  "));
            self.children(chance, level + 1);
        }
    }

    /// Some of the three ways to say what an alert must have, or none.
    fn conditions(&mut self, chance: &mut Chance, indent: &str) {
        let mut old = |yaml: &mut String, key: &str, values: &[&str]| {
            // Only the new way knows the new names.
            let (name, value) = (chance.pick(NAMES), chance.pick(values));
            writeln!(yaml, "{indent}{key}: {{{name}: {}}}", quoted(value)).expect("texts take everything");
            chance.below(3)
        };
        let more = match self.receivers % 4 {
            0 => old(&mut self.yaml, "match", VALUES),
            1 => old(&mut self.yaml, "match_re", PATTERNS),
            _ => 2,
        };
        if more == 0 {
            return;
        }
        writeln!(self.yaml, "{indent}matchers:").expect("texts take everything");
        for _ in 0..more {
            let condition = condition(chance, self.names);
            writeln!(self.yaml, "{indent}- {}", quoted(&condition)).expect("texts take everything");
        }
    }
}

/// A condition as Alertmanager prints it.
fn condition(chance: &mut Chance, names: &[&str]) -> String {
    let op = [Op::Equal, Op::NotEqual, Op::Regex, Op::NotRegex][chance.below(4)];
    let values = if matches!(op, Op::Regex | Op::NotRegex) { PATTERNS } else { VALUES };
    Matcher::new(chance.pick(names), op, chance.pick(values)).expect("it is a condition").to_string()
}

/// Labels, some of them empty, which is as good as absent.
fn labels(chance: &mut Chance, names: &'static [&'static str]) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    for name in names {
        if chance.below(3) > 0 {
            found.push((*name, chance.pick(VALUES)));
        }
    }
    found
}

/// The receivers that `amtool` names, with commas between them.
fn theirs(amtool: &Path, file: &Path, labels: &[(&str, &str)]) -> String {
    let argument = |(name, value): &(&str, &str)| {
        Matcher::new(name, Op::Equal, value).expect("it is a condition").to_string()
    };
    let output = Command::new(amtool)
        .args(["config", "routes", "test"])
        .arg(format!("--config.file={}", file.display()))
        .args(labels.iter().map(argument))
        .output()
        .expect("amtool starts");
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() { said } else { said + &String::from_utf8_lossy(&output.stderr) }
}

/// How many times some trees were asked for, and where the two disagree.
fn disagreements(
    amtool: &Path,
    file: &Path,
    trees: usize,
    seed: u64,
    release: Release,
) -> (usize, Vec<String>) {
    let mut chance = Chance(seed);
    let (mut asked, mut found) = (0, Vec::new());
    for number in 0..trees {
        let tree = Tree::new(&mut chance, release);
        std::fs::write(file, &tree.yaml).expect("a file can be written");
        let read = config::read(&tree.yaml, "alertmanager.yml", release);
        let Some(config) = read.config else { panic!("seed {seed}: {:?}\n{}", read.problems, tree.yaml) };
        for _ in 0..1 + usize::from(number % 8 == 0) {
            let labels = labels(&mut chance, tree.names);
            let theirs = theirs(amtool, file, &labels);
            let set = Labels::new(labels.iter().copied());
            let ours: Vec<&str> =
                routed(&config.route, &set).iter().map(|matched| matched.route.receiver.as_str()).collect();
            let ours = ours.join(",");
            asked += 1;
            if ours != theirs {
                found.push(format!("seed {seed}, {labels:?}: there {theirs}, here {ours}\n{}", tree.yaml));
            }
        }
    }
    (asked, found)
}

fn judge(generation: Generation, trees: usize) {
    let Some(amtool) = generation.find("amtool") else { return };
    let folder = folder(&format!("alertmanager_routes_{generation:?}"));
    let results: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let judge = |part: usize| {
            let (amtool, file) = (&amtool, folder.join(format!("{part}.yml")));
            let seed = seed().wrapping_add(part as u64);
            scope.spawn(move || disagreements(amtool, &file, trees / AT_ONCE, seed, release(generation)))
        };
        let running: Vec<_> = (0..AT_ONCE).map(judge).collect();
        running.into_iter().map(|thread| thread.join().expect("it ends")).collect()
    });
    let asked: usize = results.iter().map(|(asked, _)| asked).sum();
    let found: Vec<&String> = results.iter().flat_map(|(_, found)| found).collect();
    assert!(asked >= trees, "seed {}: only {asked} of {trees} trees were asked for", seed());
    let shown = found.iter().take(3).map(|it| it.as_str()).collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "seed {}: {} of {asked} differ:\n{shown}", seed(), found.len());
}

#[test]
fn a_thousand_trees_route_as_amtool_of_0_33_routes() {
    judge(Generation::V3, 1_000);
}

#[test]
fn two_hundred_trees_route_as_amtool_of_0_25_routes() {
    judge(Generation::V2, 200);
}
