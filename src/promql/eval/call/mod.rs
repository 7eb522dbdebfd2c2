//! Functions that take no range vector.

mod absent;
mod calendar;
mod histogram;
mod labels;
mod math;
mod number;
mod order;
mod quantile;

use super::EvalError;
use super::table::{ABSENT, Column, Evaluated, Steps, Table, nameless, present, same_labels};
use crate::promql::{Call, Labels};

/// What a function yields at every step. The argument of `absent_over_time` is what `present_over_time` yields.
///
/// # Errors
///
/// Two series of the result have the same labels at the same step, or `label_replace` or `label_join` is given a
/// name or a pattern that is none.
pub(super) fn call(call: &Call, args: Vec<Evaluated>, steps: &Steps<'_>) -> Result<Evaluated, EvalError> {
    let mut args = Args(args.into_iter());
    let name = call.function.name;
    let table = match name {
        "pi" => return Ok(Evaluated::Numbers(vec![std::f64::consts::PI; steps.at_ms.len()])),
        "time" => return Ok(Evaluated::Numbers(steps.at_ms.iter().map(|at| seconds(*at)).collect())),
        "scalar" => return Ok(Evaluated::Numbers(scalar(&args.table(), steps))),
        "vector" => vec![Column { labels: Labels::empty(), values: args.numbers(steps) }],
        "timestamp" => {
            let mut table = args.table();
            for column in &mut table {
                column.labels = nameless(&column.labels, steps.dialect);
                for (value, at) in
                    column.values.iter_mut().zip(steps.at_ms).filter(|(value, _)| present(**value))
                {
                    *value = seconds(*at);
                }
            }
            table
        }
        "absent" | "absent_over_time" => absent::absent(call.args.first(), &args.table(), steps),
        "sort" | "sort_desc" => order::sort(args.table(), name == "sort_desc", steps),
        "label_replace" => labels::replace(call, args, steps)?,
        "label_join" => labels::join(call, args, steps)?,
        "round" | "clamp" | "clamp_min" | "clamp_max" => {
            let table = args.table();
            math::with_numbers(name, table, &args.all_numbers(steps), steps.dialect)
        }
        "histogram_quantile" | "histogram_fraction" => {
            histogram::classic(&args.all_numbers(steps), &args.table(), steps)
        }
        // These are of native histograms, of which there are none.
        _ if name.starts_with("histogram_") => Table::new(),
        _ => match calendar::part(name) {
            Some(part) => calendar::column(part, args.0.next().map(table_of), steps),
            None => math::each(args.table(), math::function(name), steps.dialect),
        },
    };
    same_labels(table, call.name_span).map(Evaluated::Table)
}

/// A time in the unit of PromQL's numbers.
fn seconds(at_ms: i64) -> f64 {
    at_ms as f64 / 1000.0
}

/// The only value at each step; NaN unless there is just one.
fn scalar(table: &Table, steps: &Steps<'_>) -> Vec<f64> {
    let at = |step: usize| {
        let mut values =
            table.iter().filter_map(|column| column.values.get(step)).filter(|value| present(**value));
        match (values.next(), values.next()) {
            (Some(only), None) => *only,
            _ => f64::NAN,
        }
    };
    (0..steps.at_ms.len()).map(at).collect()
}

/// A call's arguments, which the parser has found to be of the right types.
struct Args(std::vec::IntoIter<Evaluated>);

impl Args {
    fn table(&mut self) -> Table {
        self.0.next().map(table_of).unwrap_or_default()
    }

    fn numbers(&mut self, steps: &Steps<'_>) -> Vec<f64> {
        match self.0.next() {
            Some(Evaluated::Numbers(numbers)) => numbers,
            _ => vec![f64::NAN; steps.at_ms.len()],
        }
    }

    /// Those that are numbers from here up to the first that is not.
    fn all_numbers(&mut self, steps: &Steps<'_>) -> Vec<Vec<f64>> {
        let mut all = Vec::new();
        while let Some(Evaluated::Numbers(_)) = self.0.as_slice().first() {
            all.push(self.numbers(steps));
        }
        all
    }

    fn text(&mut self) -> String {
        match self.0.next() {
            Some(Evaluated::Text(text)) => text,
            _ => String::new(),
        }
    }

    fn texts(self) -> Vec<String> {
        self.0.filter_map(|arg| if let Evaluated::Text(text) = arg { Some(text) } else { None }).collect()
    }
}

fn table_of(arg: Evaluated) -> Table {
    if let Evaluated::Table(table) = arg { table } else { Table::new() }
}

/// A column with nothing in it yet.
fn blank(labels: Labels, steps: &Steps<'_>) -> Column {
    Column { labels, values: vec![ABSENT; steps.at_ms.len()] }
}
