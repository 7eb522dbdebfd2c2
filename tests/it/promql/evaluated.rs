//! What we make of a question in promtool's notation.

use probity::alerting::unit::file;
use probity::promql::{Dialect, Labels, Options, Storage, Value, instant, parse_as};

use super::ask::{Case, shown};

/// The series in their order, or what is wrong.
pub(crate) fn answer(case: &Case, dialect: Dialect) -> Result<Vec<String>, String> {
    let storage = storage(case, dialect);
    let expr = parse_as(case.expr, dialect).map_err(|error| explained(&error.message, error.help))?;
    let options = Options { dialect, ..Options::default() };
    let value = instant(&storage, &expr, case.at_ms, &options)
        .map_err(|error| explained(&error.message, error.help))?;
    Ok(match value {
        Value::Scalar(number) => vec![shown(&Labels::empty(), number)],
        Value::Vector(samples) => samples.iter().map(|sample| shown(&sample.labels, sample.value)).collect(),
        Value::String(_) | Value::Matrix(_) => panic!("{}: promtool takes no such thing", case.name),
    })
}

fn storage(case: &Case, dialect: Dialect) -> Storage {
    let text = format!("tests:\n{}", case.unit_test());
    let read = file::read(&text, "test.yml", dialect);
    assert!(read.problems.is_empty(), "{}: {:?}", case.name, read.problems);
    let tests = read.file.expect("a file without problems").tests;
    assert!(tests[0].problems.is_empty(), "{}: {:?}", case.name, tests[0].problems);
    let mut storage = Storage::new();
    for series in &tests[0].input_series {
        for (place, value) in series.values.iter().enumerate() {
            if let Some(value) = value {
                storage
                    .append(&series.labels, place as i64 * case.interval_ms, value)
                    .expect("samples come in order of time");
            }
        }
    }
    storage
}

fn explained(message: &str, help: Option<String>) -> String {
    help.map_or_else(|| message.to_owned(), |help| format!("{message}; {help}"))
}
