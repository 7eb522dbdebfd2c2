//! Files of samples: read twice they are the same, and what they hold can be asked for.

use probity::observe::series::of_text;
use probity::promql::{Dialect, Storage};

use super::bend::Words;
use super::drive::{Target, run};

static SAMPLES: Target = Target {
    name: "samples",
    corpus: CORPUS,
    words: Words {
        words: WORDS,
        around: &[("{", "}"), ("\"", "\""), ("\\", ""), ("# ", ""), (" ", " "), ("a{b=\"", "\"} 1 1\n")],
    },
    fresh: None,
    check,
};

#[test]
fn samples() {
    run(&SAMPLES);
}

fn held(storage: &Storage) -> Vec<String> {
    let times = |times: &[i64]| times.is_sorted_by(|one, other| one < other);
    let mut all: Vec<String> = storage
        .iter()
        .map(|it| format!("{} {} {:?} {:?}", it.labels(), times(it.times()), it.times(), it.values()))
        .collect();
    all.sort();
    all
}

fn check(text: &str) -> Result<bool, String> {
    let mut accepted = false;
    for dialect in [Dialect::V2, Dialect::V3] {
        match (of_text(text, dialect), of_text(text, dialect)) {
            (Ok(one), Ok(other)) => {
                accepted |= one.storage.samples() > 0;
                let (one, other) = (held(&one.storage), held(&other.storage));
                if one != other {
                    return Err(format!("{dialect:?}: {one:?}\nand then {other:?}"));
                }
                if let Some(series) = one.iter().find(|series| series.contains(" false [")) {
                    return Err(format!("{dialect:?}: times that do not rise: {series}"));
                }
            }
            (Err(one), Err(other)) if one == other => {
                let lines = text.split('\n').count().max(1);
                if one.problems.is_empty() || one.problems.len() > 101 {
                    return Err(format!("{} problems", one.problems.len()));
                }
                let elsewhere = |line: usize, column: usize| line == 0 || line > lines || column == 0;
                if let Some(problem) = one.problems.iter().find(|it| elsewhere(it.line, it.column)) {
                    return Err(format!("{dialect:?}: a problem of no place: {problem:?}"));
                }
            }
            (one, other) => return Err(format!("{dialect:?}: {one:?}\nand then {other:?}")),
        }
    }
    Ok(accepted)
}

const CORPUS: &[&str] = &[
    "# HELP up Is it?\n# TYPE up gauge\nup{job=\"api\"} 1 1700000000000\nup{job=\"api\"} 0 1700000015000\n",
    "# TYPE a counter\n# UNIT a seconds\na_total{b=\"c\"} 1 1.5 # {id=\"x\"} 0.5 1.2\na_created 1 1\n# EOF\n",
    "# TYPE h histogram\nh_bucket{le=\"1\"} 1 1700000000\nh_bucket{le=\"+Inf\"} 2 1700000000\nh_sum 3 1700000000\nh_count 2 1700000000\n# EOF\n",
    "# TYPE s summary\ns{quantile=\"0.5\"} NaN 1\ns_sum +Inf 1\ns_count -Inf 1\n",
    "{\"a b\",\"c\"=\"d\"} 1 1\n# EOF\n",
    "x 1 5\nx 2 3\nx 3 4\nx 1 5\n",
    " x { a = \"\\\\\\\"\\n\" , } \t 1e3 \t 7 \n\n# x\n",
    "x 0x10 1\n# EOF\n",
];

const WORDS: &[&str] = &[
    "# EOF\n",
    "# TYPE ",
    "# HELP ",
    "# UNIT ",
    "\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "NaN",
    "Inf",
    "+Inf",
    "1e309",
    "-1",
    "1.5.5",
    "9223372036854775807",
    "9223372036.854775807",
    "-9223372036854775808",
    "{",
    "}",
    "\"",
    "\\",
    ",",
    "=",
    "le=\"1\"",
    "quantile=\"1e400\"",
    "# {a=\"b\"} 1",
    "_total",
    "_bucket",
    "_created",
    "é",
    "\u{0}",
    "\u{feff}",
    "histogram",
    "unknown",
    "stateset",
    "info",
    "{\"a\"}",
    "__name__=\"x\"",
    "x 1 1\n",
];
