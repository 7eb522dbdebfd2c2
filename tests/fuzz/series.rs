//! Series as unit tests write them: what is read has as many values as it says.

use probity::alerting::unit::file::{MOST_SAMPLES, read};
use probity::promql::Dialect;

use super::bend::Words;
use super::drive::{Target, run};
use super::rules::placed;

static SERIES: Target = Target {
    name: "series",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: None,
    check,
};

#[test]
fn series() {
    run(&SERIES);
}

/// So many values of a series are looked at.
const LOOKED_AT: usize = 10_000;

/// The first line is the series, the others are its values, in single quotes, where only those need care.
fn check(text: &str) -> Result<bool, String> {
    let (series, values) = text.split_once('\n').unwrap_or((text, ""));
    let quoted = |text: &str| text.replace('\'', "''").replace('\n', "\n\n      ");
    let file = format!(
        "tests:\n- input_series:\n  - series: '{}'\n    values: '{}'\n",
        quoted(series),
        quoted(values)
    );
    let mut accepted = false;
    for dialect in [Dialect::V2, Dialect::V3] {
        let one = read(&file, "tests.yml", dialect);
        if format!("{one:?}") != format!("{:?}", read(&file, "tests.yml", dialect)) {
            return Err(format!("{dialect:?}: read differently the second time"));
        }
        placed(&file, one.problems.iter().chain(&one.notes))?;
        let Some(tests) = one.file else { continue };
        placed(&file, tests.problems())?;
        for series in tests.tests.iter().flat_map(|test| &test.input_series) {
            accepted = true;
            let values = &series.values;
            let counted = values.iter().take(LOOKED_AT).count() as u64;
            if values.len() > MOST_SAMPLES || counted != values.len().min(LOOKED_AT as u64) {
                return Err(format!("{counted} of {} values", values.len()));
            }
        }
    }
    Ok(accepted)
}

const CORPUS: &[&str] = &[
    "up{job=\"api\",instance=\"a\"}\n1 2 3 _ stale 1+2x5 -3-0.5x10 _x4 0x3 NaN Inf -Inf 0x1f 1e3 1.5e-3x2",
    "{__name__=\"a b\", c='d'}\n0x20000000",
    "x\n1+1x10 \n\n2 3",
    "{\"é\", \"a.b\"=\"c\"}\n1_000 .5 5. 0b11 0o17 inf nan",
    "x{a=`b`,}\n{{schema:1 count:2}}x3",
    "\n",
];

const WORDS: &[&str] = &[
    " ",
    "_",
    "x",
    "_x",
    "+",
    "-",
    "stale",
    "NaN",
    "Inf",
    "1x10000000000",
    "0x18446744073709551615",
    "1+1e308x99999",
    "_x20000000",
    "_x20000001",
    "{",
    "}",
    "\"",
    "'",
    "`",
    "=",
    ",",
    "{{",
    "}}",
    "#",
    "\n",
    "\t",
    "\r",
    "0x",
    "0xx",
    "1e",
    "1e999",
    "é",
    "\\",
    "\\xff",
    "__name__=\"y\"",
    "\u{0}",
    "\u{a0}",
    "..",
    "1__0",
];

const AROUND: &[(&str, &str)] =
    &[("{", "}"), ("\"", "\""), ("-", ""), ("", "x5"), ("", " "), ("{a=\"", "\"}"), ("", "+1x10")];
