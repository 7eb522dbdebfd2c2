//! The layers and their edges: what a layer may name is a table, and any other edge fails here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The design's table; `scenario` reads the rule files and configurations that a scenario names, and so may name
/// `alerting` too. Rows of layers that do not exist yet are there so that nobody adds them with other edges.
const MAY_NAME: [(&str, &[&str]); 17] = [
    ("clock", &[]),
    ("promql", &[]),
    ("contract", &["promql"]),
    ("alerting", &["promql"]),
    ("observe", &["contract", "promql"]),
    ("checks", &["contract", "promql", "alerting", "observe"]),
    ("prove", &["contract", "promql", "alerting", "observe"]),
    ("telemetry", &["clock"]),
    ("parties", &["clock", "observe"]),
    ("server", &["clock", "contract", "telemetry"]),
    ("stack", &["clock", "contract", "promql", "alerting", "observe", "parties", "server"]),
    ("load", &["clock", "observe"]),
    ("scenario", &["promql", "contract", "alerting", "observe", "checks", "load"]),
    (
        "run",
        &[
            "clock",
            "promql",
            "contract",
            "alerting",
            "observe",
            "checks",
            "prove",
            "telemetry",
            "parties",
            "server",
            "stack",
            "load",
            "scenario",
        ],
    ),
    ("report", &["contract", "alerting", "observe", "checks", "prove", "run"]),
    (
        "cli",
        &[
            "clock",
            "promql",
            "contract",
            "alerting",
            "observe",
            "checks",
            "prove",
            "telemetry",
            "parties",
            "server",
            "stack",
            "load",
            "scenario",
            "run",
            "report",
        ],
    ),
    ("main", &["cli"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The layers that a text names: `crate::layer`, `probity::layer`, and `use crate::{layer, other::{...}}`.
fn named(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut found = BTreeSet::new();
    for prefix in ["crate::", "probity::"] {
        for (at, _) in code.match_indices(prefix) {
            let rest = &code[at + prefix.len()..];
            found.extend(match rest.strip_prefix('{') {
                Some(group) => heads(group),
                None => vec![word(rest)],
            });
        }
    }
    found
}

fn word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first word of each part of a group, which ends where its brace does.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads) = (0, vec![word(group)]);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(word(&group[at + 1..])),
            _ => {}
        }
    }
    heads
}

#[test]
fn a_layer_names_only_what_its_row_lists() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rows: BTreeMap<&str, &[&str]> = MAY_NAME.into_iter().collect();
    let mut edges = 0;
    for path in sources(&src) {
        let relative = path.strip_prefix(&src).expect("below src");
        let layer = relative.components().next().expect("a name").as_os_str().to_string_lossy();
        let layer = layer.trim_end_matches(".rs").to_owned();
        if layer == "lib" {
            continue;
        }
        let Some(may) = rows.get(layer.as_str()) else {
            panic!(
                "src/{} is no layer of the design: add it to the design's table first",
                relative.display()
            );
        };
        let text = fs::read_to_string(&path).expect("a readable source");
        for other in
            named(&text).into_iter().filter(|other| rows.contains_key(other.as_str()) && *other != layer)
        {
            edges += 1;
            assert!(
                may.contains(&other.as_str()),
                "src/{}: `{layer}` names `{other}`; it may name {may:?}",
                relative.display()
            );
        }
    }
    assert!(edges > 40, "only {edges} edges were found: the search is broken");
}

#[test]
fn the_search_sees_every_way_of_naming_a_layer() {
    let text = "use crate::clock::Clock;\nuse crate::{scenario::{X, y::{Z, W}}, report};\nlet a = crate::run::b();\n// crate::cli\n";
    assert_eq!(named(text), ["clock", "report", "run", "scenario"].map(str::to_owned).into());
}

#[test]
fn the_table_has_no_cycle() {
    let mut left: BTreeMap<&str, BTreeSet<&str>> =
        MAY_NAME.into_iter().map(|(layer, may)| (layer, may.iter().copied().collect())).collect();
    while !left.is_empty() {
        let free: Vec<&str> = left
            .iter()
            .filter(|(_, may)| !may.iter().any(|l| left.contains_key(l)))
            .map(|(l, _)| *l)
            .collect();
        assert!(!free.is_empty(), "a cycle among {:?}", left.keys());
        free.iter().for_each(|layer| drop(left.remove(layer)));
    }
}
