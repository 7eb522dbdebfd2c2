//! Every function, with what it takes and what it yields.

use super::value::ValueType::{self, Matrix, Scalar, String, Vector};
use super::{Dialect, ParseError, Span};

/// How many of the arguments in [`Function::args`] must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arity {
    /// All of them.
    Exact,
    /// The last may be left out.
    LastOptional,
    /// The last may be left out, or written any number of times.
    LastRepeated,
}

/// A function's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// As it is written.
    pub name: &'static str,
    /// The types of its arguments, in order.
    pub args: &'static [ValueType],
    /// How many of them are needed.
    pub arity: Arity,
    /// What it yields.
    pub returns: ValueType,
    /// The only dialect that has it; both when `None`.
    only: Option<Dialect>,
}

impl Function {
    /// The fewest arguments it takes, and the most if there is a most.
    #[must_use]
    pub const fn bounds(&self) -> (usize, Option<usize>) {
        let all = self.args.len();
        match self.arity {
            Arity::Exact => (all, Some(all)),
            Arity::LastOptional => (all - 1, Some(all)),
            Arity::LastRepeated => (all - 1, None),
        }
    }

    const fn optional(mut self) -> Function {
        self.arity = Arity::LastOptional;
        self
    }

    const fn repeated(mut self) -> Function {
        self.arity = Arity::LastRepeated;
        self
    }

    const fn scalar(mut self) -> Function {
        self.returns = Scalar;
        self
    }

    const fn only(mut self, dialect: Dialect) -> Function {
        self.only = Some(dialect);
        self
    }
}

const fn of(name: &'static str, args: &'static [ValueType]) -> Function {
    Function { name, args, arity: Arity::Exact, returns: Vector, only: None }
}

/// Takes an instant vector.
const fn on_vector(name: &'static str) -> Function {
    of(name, &[Vector])
}

/// Takes a range vector.
const fn on_matrix(name: &'static str) -> Function {
    of(name, &[Matrix])
}

/// In the order of the alphabet. From `promql/parser/functions.go` of 3.5.3; each was put to both promtools.
static ALL: &[Function] = &[
    on_vector("abs"),
    on_vector("absent"),
    on_matrix("absent_over_time"),
    on_vector("acos"),
    on_vector("acosh"),
    on_vector("asin"),
    on_vector("asinh"),
    on_vector("atan"),
    on_vector("atanh"),
    on_matrix("avg_over_time"),
    on_vector("ceil"),
    on_matrix("changes"),
    of("clamp", &[Vector, Scalar, Scalar]),
    of("clamp_max", &[Vector, Scalar]),
    of("clamp_min", &[Vector, Scalar]),
    on_vector("cos"),
    on_vector("cosh"),
    on_matrix("count_over_time"),
    on_vector("day_of_month").optional(),
    on_vector("day_of_week").optional(),
    on_vector("day_of_year").optional(),
    on_vector("days_in_month").optional(),
    on_vector("deg"),
    on_matrix("delta"),
    on_matrix("deriv"),
    on_vector("exp"),
    on_vector("floor"),
    on_vector("histogram_avg").only(Dialect::V3),
    on_vector("histogram_count"),
    of("histogram_fraction", &[Scalar, Scalar, Vector]),
    of("histogram_quantile", &[Scalar, Vector]),
    on_vector("histogram_stddev").only(Dialect::V3),
    on_vector("histogram_stdvar").only(Dialect::V3),
    on_vector("histogram_sum"),
    of("holt_winters", &[Matrix, Scalar, Scalar]).only(Dialect::V2),
    on_vector("hour").optional(),
    on_matrix("idelta"),
    on_matrix("increase"),
    on_matrix("irate"),
    of("label_join", &[Vector, String, String, String]).repeated(),
    of("label_replace", &[Vector, String, String, String, String]),
    on_matrix("last_over_time"),
    on_vector("ln"),
    on_vector("log10"),
    on_vector("log2"),
    on_matrix("max_over_time"),
    on_matrix("min_over_time"),
    on_vector("minute").optional(),
    on_vector("month").optional(),
    of("pi", &[]).scalar(),
    of("predict_linear", &[Matrix, Scalar]),
    on_matrix("present_over_time"),
    of("quantile_over_time", &[Scalar, Matrix]),
    on_vector("rad"),
    on_matrix("rate"),
    on_matrix("resets"),
    of("round", &[Vector, Scalar]).optional(),
    on_vector("scalar").scalar(),
    on_vector("sgn"),
    on_vector("sin"),
    on_vector("sinh"),
    on_vector("sort"),
    on_vector("sort_desc"),
    on_vector("sqrt"),
    on_matrix("stddev_over_time"),
    on_matrix("stdvar_over_time"),
    on_matrix("sum_over_time"),
    on_vector("tan"),
    on_vector("tanh"),
    of("time", &[]).scalar(),
    on_vector("timestamp"),
    of("vector", &[Scalar]),
    on_vector("year").optional(),
];

/// Functions that a server of 3.5 or later refuses unless it was started with `promql-experimental-functions`.
const EXPERIMENTAL: [&str; 13] = [
    "double_exponential_smoothing",
    "first_over_time",
    "histogram_quantiles",
    "info",
    "limit_ratio",
    "limitk",
    "mad_over_time",
    "sort_by_label",
    "sort_by_label_desc",
    "ts_of_first_over_time",
    "ts_of_last_over_time",
    "ts_of_max_over_time",
    "ts_of_min_over_time",
];

/// Those of them that 3.5 does not know even with the flag.
const NEWER: [&str; 3] = ["first_over_time", "histogram_quantiles", "ts_of_first_over_time"];

/// The functions of a dialect, by name.
pub fn functions(dialect: Dialect) -> impl Iterator<Item = &'static Function> {
    ALL.iter().filter(move |function| function.only.is_none_or(|only| only == dialect))
}

/// The function of that name, or why there is none.
pub(super) fn find(name: &str, span: Span, dialect: Dialect) -> Result<&'static Function, ParseError> {
    if let Some(function) = functions(dialect).find(|function| function.name == name) {
        return Ok(function);
    }
    if EXPERIMENTAL.contains(&name) {
        return Err(experimental(name, span, dialect));
    }
    let error = ParseError::new(span, format!("unknown function `{name}`"));
    if name == "holt_winters" {
        return Err(error.help("Prometheus 3 calls it double_exponential_smoothing, which is experimental"));
    }
    if ALL.iter().any(|function| function.name == name) {
        return Err(error.help(format!("Prometheus 3 has `{name}`, Prometheus 2.42 has not")));
    }
    let near = functions(dialect).min_by_key(|function| distance(function.name, &name.to_ascii_lowercase()));
    // Two slips of the finger; three letters or fewer would be like everything.
    let near = near.filter(|near| name.len() > 3 && distance(near.name, &name.to_ascii_lowercase()) <= 2);
    Err(match near {
        Some(near) => error.help(format!("did you mean `{}`?", near.name)),
        None => error,
    })
}

/// The error for what only a server with a feature flag takes, or only a newer one.
pub(super) fn experimental(name: &str, span: Span, dialect: Dialect) -> ParseError {
    let error = ParseError::new(span, format!("`{name}` is experimental"));
    match dialect {
        Dialect::V2 => error.help("Prometheus 2.42 has no such function"),
        Dialect::V3 if NEWER.contains(&name) => error.help("Prometheus 3.5 has no such function yet"),
        Dialect::V3 => error
            .help("servers refuse it unless they run with --enable-feature=promql-experimental-functions"),
    }
}

/// How many letters must be put in, taken out or changed to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.bytes().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}
