//! Questions in promtool's notation, and answers as one line of text. Prometheus' own promtools are asked the same in
//! `tests/daemons/promql_generations.rs`.

use std::fmt::Write as _;

use probity::promql::{Answer, Dialect, Difference, Labels, Question, json_float};

/// A query, and what each generation makes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) series: &'static [&'static str],
    pub(crate) interval_ms: i64,
    pub(crate) expr: &'static str,
    pub(crate) at_ms: i64,
    pub(crate) v2: Answer,
    pub(crate) v3: Answer,
}

/// Samples a minute apart, asked for at so many seconds: the generations differ.
pub(crate) const fn differ(
    name: &'static str,
    series: &'static [&'static str],
    expr: &'static str,
    at_s: i64,
    (v2, v3): (Answer, Answer),
) -> Case {
    Case { name, series, interval_ms: 60_000, expr, at_ms: at_s * 1000, v2, v3 }
}

/// Likewise where they agree.
pub(crate) const fn same(
    name: &'static str,
    series: &'static [&'static str],
    expr: &'static str,
    at_s: i64,
    yields: &'static str,
) -> Case {
    differ(name, series, expr, at_s, (Answer::Yields(yields), Answer::Yields(yields)))
}

/// Likewise where both refuse.
pub(crate) const fn fails(
    name: &'static str,
    series: &'static [&'static str],
    expr: &'static str,
    at_s: i64,
    words: &'static str,
) -> Case {
    differ(name, series, expr, at_s, (Answer::Fails(words), Answer::Fails(words)))
}

impl Case {
    pub(crate) fn of(row: &Difference) -> Option<Case> {
        let Question::Query { series, interval_ms, expr, at_ms } = row.question else { return None };
        Some(Case { name: row.id, series, interval_ms, expr, at_ms, v2: row.v2, v3: row.v3 })
    }

    /// What a rule records, with the rule's file.
    pub(crate) fn recorded(row: &Difference) -> Option<(Case, String)> {
        let Question::Recorded { series, expr } = row.question else { return None };
        let case = differ(row.id, series, "r", 60, (row.v2, row.v3));
        Some((case, format!("groups: [{{name: g, rules: [{{record: r, expr: {}}}]}}]", quoted(expr))))
    }

    pub(crate) fn wanted(&self, dialect: Dialect) -> Answer {
        match dialect {
            Dialect::V2 => self.v2,
            Dialect::V3 => self.v3,
        }
    }

    /// A unit test of the one query, which has the case's name behind it as a remark.
    pub(crate) fn unit_test(&self) -> String {
        let mut test = format!("- interval: {}ms\n  input_series:\n", self.interval_ms);
        for series in self.series {
            let (labels, values) = parts(series);
            writeln!(test, "  - series: {}\n    values: {}", quoted(labels), quoted(values))
                .expect("a string takes everything");
        }
        // The first has all samples loaded: promtool loads no more than the times that it is asked for need.
        write!(
            test,
            "  promql_expr_test:\n  - expr: nothing\n    eval_time: 1h\n  - expr: {}\n    eval_time: {}ms\n",
            quoted(&format!("{} # {}", self.expr, self.name)),
            self.at_ms
        )
        .expect("a string takes everything");
        test
    }
}

/// A series in an answer.
pub(crate) fn shown(labels: &Labels, value: f64) -> String {
    format!("{labels} {}", json_float(value))
}

/// Series in one line.
pub(crate) fn line(series: &[String]) -> String {
    if series.is_empty() { "nothing".to_owned() } else { series.join("; ") }
}

/// What is wrong with an answer, if anything is.
pub(crate) fn complaint(got: Result<String, String>, wanted: Answer) -> Option<String> {
    match (got, wanted) {
        (Ok(got), Answer::Yields(wanted)) if got == wanted => None,
        (Err(got), Answer::Fails(wanted)) if got.contains(wanted) => None,
        (got, wanted) => Some(format!("wanted {wanted:?}\n    got    {got:?}")),
    }
}

/// Labels and values of a series, which are parted by the first space outside of quotes and braces.
fn parts(series: &str) -> (&str, &str) {
    let (mut quoted, mut escaped, mut inside) = (false, false, false);
    for (at, c) in series.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => inside = true,
            '}' if !quoted => inside = false,
            ' ' if !quoted && !inside => return (&series[..at], &series[at + 1..]),
            _ => {}
        }
    }
    (series, "")
}

/// Text in double quotes of YAML.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
