mod data;
mod moment;

use std::io;

use super::args::{Promql, Query};
use super::{Failure, World};
use crate::contract::yaml::{self, Problem};
use crate::observe::series::{Loaded, last_ms};
use crate::promql::{
    Dialect, EvalError, Options, ParseError, Refusal, Span, ValueType, instant, matrix_json, parse_as, range,
    refusal_json, value_json,
};
use crate::run::ExitStatus;

pub(super) use self::moment::{length, moment, step};

/// Asks recorded data a question, and prints what the HTTP interface of Prometheus would answer.
///
/// Whatever becomes of it, stdout has one line of JSON. The question, its times and its evaluation are the user's
/// (exit code 2, as is a path where nothing is); data that cannot be read are invalid input (6).
pub(super) fn query(args: &Query, world: &mut World) -> Result<ExitStatus, Failure> {
    let dialect = match args.promql {
        Promql::V2 => Dialect::V2,
        Promql::V3 => Dialect::V3,
    };
    let result = answer(args, dialect, world);
    Ok(match result {
        Ok(text) => {
            world.out(&(text + "\n"));
            ExitStatus::Conformant
        }
        Err(refused) => {
            world.out(&(refusal_json(refused.refusal, &refused.message) + "\n"));
            world.err(&refused.told);
            refused.status
        }
    })
}

/// Why there is no answer, for programs and for people.
struct Refused {
    refusal: Refusal,
    message: String,
    told: String,
    status: ExitStatus,
}

impl Refused {
    /// Something that the user typed, in words.
    fn typed(message: String) -> Refused {
        let told = format!("probity: {message}\n");
        Refused { refusal: Refusal::BadData, message, told, status: ExitStatus::Usage }
    }
}

fn answer(args: &Query, dialect: Dialect, world: &mut World) -> Result<String, Refused> {
    let text = &args.expr;
    // The question first: it is the shorter of the two.
    let expr = parse_as(text, dialect).map_err(|error| misread(&error, text, world))?;
    let when = when(args)?;
    let kind = expr.value_type();
    if matches!(when, When::Steps(..)) && !matches!(kind, ValueType::Scalar | ValueType::Vector) {
        let message =
            format!("invalid expression type \"{kind}\" for range query, must be Scalar or instant Vector");
        let told = underlined(expr.span, &message, Some("ask with --time"), text, world);
        // 2.42 does not say of which parameter it speaks.
        let of = if dialect == Dialect::V2 { "" } else { "invalid parameter \"query\": " };
        let message = format!("{of}{message}");
        return Err(Refused { refusal: Refusal::BadData, message, told, status: ExitStatus::Usage });
    }
    let Loaded { storage, notes } = data::load(&args.from, dialect, world)?;
    for note in notes {
        world.err(&format!("note: {note}\n"));
    }
    let options = Options {
        dialect,
        look_back_ms: args.look_back,
        max_samples: args.max_samples,
        ..Options::default()
    };
    let at_ms = match when {
        When::At(at_ms) => at_ms,
        When::Last => last_ms(&storage).ok_or_else(|| data::empty(&args.from))?,
        When::Steps(start, end, step) => {
            let series = range(&storage, &expr, start, end, step, &options);
            return series
                .map(|series| matrix_json(&series, dialect))
                .map_err(|error| unanswered(&error, text, world));
        }
    };
    instant(&storage, &expr, at_ms, &options)
        .map(|value| value_json(&value, at_ms, dialect))
        .map_err(|error| unanswered(&error, text, world))
}

/// The times that are asked about, in milliseconds since 1970.
enum When {
    /// That of the last sample.
    Last,
    At(i64),
    /// Start, end and step.
    Steps(i64, i64, i64),
}

fn when(args: &Query) -> Result<When, Refused> {
    match (args.time, args.start, args.end, args.step) {
        (Some(at_ms), ..) => Ok(When::At(at_ms)),
        (None, Some(start), Some(end), Some(step)) if start <= end => Ok(When::Steps(start, end, step)),
        (None, Some(_), Some(_), Some(_)) => Err(Refused::typed(format!(
            "invalid parameter \"end\": --end is before --start; accepted: the same time or a later one, as {}",
            moment::ACCEPTED
        ))),
        _ => Ok(When::Last),
    }
}

/// An expression that is none.
fn misread(error: &ParseError, text: &str, world: &World) -> Refused {
    let ParseError { message, span, help } = error;
    let (line, column) = span.line_and_column(text);
    Refused {
        refusal: Refusal::BadData,
        message: format!("invalid parameter \"query\": {line}:{column}: parse error: {message}"),
        told: underlined(*span, message, help.as_deref(), text, world),
        status: ExitStatus::Usage,
    }
}

/// An expression that these data have no answer to.
fn unanswered(error: &EvalError, text: &str, world: &World) -> Refused {
    let EvalError { message, span, help } = error;
    Refused {
        refusal: Refusal::Execution,
        message: message.clone(),
        told: underlined(*span, message, help.as_deref(), text, world),
        status: ExitStatus::Usage,
    }
}

/// The expression with a part of it underlined, up to the end of a line.
fn underlined(span: Span, message: &str, help: Option<&str>, text: &str, world: &World) -> String {
    let (line, column) = span.line_and_column(text);
    let mut problem = Problem::new("expression", line, column, message);
    problem.length = span.of(text).lines().next().unwrap_or_default().chars().count();
    problem.help = help.map(str::to_owned);
    yaml::render(&[problem], text, world.problem_style())
}

/// What the file system has said of a path that was typed.
fn unopened(path: &std::path::Path, error: &io::Error) -> Refused {
    Refused::typed(format!("{}: {error}", path.display()))
}
