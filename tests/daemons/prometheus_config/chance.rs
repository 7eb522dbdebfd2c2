//! Scrape jobs by chance.

use std::fmt::Write as _;

/// A sequence of numbers that a seed determines.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const NAMES: &[&str] = &[
    "a",
    "b",
    "c",
    "job",
    "instance",
    "env",
    "__meta_x",
    "__meta_y",
    "__tmp",
    "__address__",
    "__scheme__",
    "__metrics_path__",
    "__param_x",
    "__param_module",
    "__scrape_interval__",
    "__scrape_timeout__",
];
const TARGETS: &[&str] = &[
    "a",
    "b",
    "c",
    "job",
    "instance",
    "env",
    "d",
    "__tmp",
    "__address__",
    "__param_x",
    "__param_target",
    "$1",
    "${1}_x",
    "x_$1",
    "${2}",
    "__metrics_path__",
    "__scheme__",
    "__scrape_interval__",
];
const REGEXES: &[&str] = &[
    "(.*)",
    "",
    "a",
    "(a)(b)?",
    ".+",
    "(.+):(\\\\d+)",
    "a|b;c",
    "(.*);(.*)",
    "[a-z]*",
    "__meta_(.+)",
    "(?i)A.*",
    "(?P<n>.)(.*)",
    "^a$",
    "a.b",
    "env|b|c",
    "(j)ob",
    "b?",
    "__.*|job|a",
    "__.*|[a-d].*|job|instance|env",
];
const REPLACEMENTS: &[&str] = &[
    "$1",
    "",
    "x",
    "$1-$2",
    "${n}y",
    "$$1",
    "host:9090",
    "http",
    "/m $1",
    "30m",
    "é$0",
    "$3",
    "https",
    "host",
];
const MAPPED: &[&str] = &["$1", "m_$1", "x", "${1}_y", "__param_$1", "a"];
const SEPARATORS: &[&str] = &[";", "", ":", "-"];
const VALUES: &[&str] = &["a", "b", "ab", "A.b", "Größe", "x y", "İstanbul ß", "1", "a\\nb", "b;c"];
const ADDRESSES: &[&str] =
    &["a", "a:80", "b:9090", "c:443", "[::1]", "[::1]:9", "::1", "host.name", "a:b:c", "é:1", "x_y:1"];

/// A configuration of so many jobs.
pub(crate) fn config(chance: &mut Chance, jobs: usize) -> String {
    let mut text = String::from("global: {scrape_interval: 1h, scrape_timeout: 1m}\nscrape_configs:\n");
    for index in 0..jobs {
        // Writing to a text cannot fail.
        _ = writeln!(text, "- job_name: j{index}");
        match chance.below(5) {
            0 => text.push_str(
                "  metrics_path: /probe x\n  params: {module: [m, n], x: [], 'y z': ['1&2', '']}\n",
            ),
            1 => text.push_str("  scheme: https\n  params: {x: ['']}\n"),
            2 => text
                .push_str("  scrape_interval: 90m\n  scrape_timeout: 1500ms\n  metrics_path: metrics?a=b\n"),
            _ => {}
        }
        text.push_str("  static_configs:\n");
        // One group is written: of two, a server that finds the same target in both shows the labels of either, by chance.
        for group in 0..=chance.below(2) {
            let targets: Vec<String> =
                (0..=chance.below(3)).map(|_| format!("'{}'", chance.one_of(ADDRESSES))).collect();
            let mut labels = std::collections::BTreeMap::new();
            for _ in 0..chance.below(4) {
                labels.insert(chance.one_of(&NAMES[..9]), chance.one_of(VALUES));
            }
            let labels: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}: \"{value}\"")).collect();
            if group > 0 {
                continue;
            }
            _ = writeln!(
                text,
                "  - {{targets: [{}], labels: {{{}}}}}",
                targets.join(", "),
                labels.join(", ")
            );
        }
        text.push_str("  relabel_configs:\n  - {target_label: kept, replacement: x}\n");
        for _ in 0..chance.below(4) {
            _ = writeln!(text, "  - {}", rule(chance));
        }
    }
    text + TEMPLATE
}

/// A label that a template yields, and whose new value is empty.
const TEMPLATE: &str = "
- job_name: template
  static_configs: [{targets: [a], labels: {c: j, x_j: v, d: 'i j', b: ''}}]
  relabel_configs:
  - {source_labels: [c], regex: (j), target_label: 'x_$1', replacement: ''}
  - {source_labels: [d], regex: i (j), target_label: 'y_${1}', replacement: $1}
  - {action: lowercase, source_labels: [d], target_label: '${1}'}
";

fn rule(chance: &mut Chance) -> String {
    let sources: Vec<&str> = (0..chance.below(3)).map(|_| chance.one_of(NAMES)).collect();
    let sources =
        format!("source_labels: [{}], separator: '{}'", sources.join(", "), chance.one_of(SEPARATORS));
    let regex = format!("regex: \"{}\"", chance.one_of(REGEXES));
    let target = chance.one_of(&TARGETS[..11]);
    match chance.below(14) {
        0 => format!("{{action: keep, {sources}, {regex}}}"),
        1 => format!("{{action: drop, {sources}, {regex}}}"),
        2 => {
            let equal = chance.one_of(&["keepequal", "dropequal"]);
            let source = chance.one_of(NAMES);
            format!("{{action: {equal}, source_labels: [{source}], target_label: {target}}}")
        }
        3 => {
            let modulus = chance.one_of(&["1", "7", "1000", "18446744073709551615"]);
            format!("{{action: HashMod, {sources}, modulus: {modulus}, target_label: {target}}}")
        }
        4 => {
            let replacement = chance.one_of(MAPPED);
            // Only one label may match: of several with one name chance decides which counts.
            let regex = chance.one_of(&["(job)", "__meta_(x)", "(env)", "a()", "(__address__)"]);
            format!("{{action: labelmap, regex: '{regex}', replacement: '{replacement}'}}")
        }
        5 => format!(
            "{{action: labeldrop, regex: '{}'}}",
            chance.one_of(&["a|b", "job", "env", "__meta_.*", "kept"])
        ),
        6 => format!(
            "{{action: labelkeep, regex: '{}'}}",
            chance.one_of(&["__.*|job|a", "__.*", "__.*|[a-d]"])
        ),
        7 => format!("{{action: lowercase, {sources}, target_label: {target}}}"),
        8 => format!("{{action: UPPERCASE, {sources}, target_label: {target}}}"),
        _ => {
            let (target, replacement) = (chance.one_of(TARGETS), chance.one_of(REPLACEMENTS));
            format!("{{{sources}, {regex}, target_label: '{target}', replacement: '{replacement}'}}")
        }
    }
}
