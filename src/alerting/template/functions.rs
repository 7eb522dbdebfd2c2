//! The table of functions that a template may call.

use super::value::Value;
use crate::promql::{Dialect, Labels};

/// What functions know of the world they are called in. Everything has an answer for worlds that lack it.
pub trait World {
    /// The samples that a query yields now.
    ///
    /// # Errors
    ///
    /// What the query engine says.
    fn query(&self, text: &str) -> Result<Vec<(Labels, f64)>, String> {
        let _ = text;
        Err("no queries here".to_owned())
    }

    /// The URL under which users reach the server; `None` where it is not known.
    fn external_url(&self) -> Option<&str> {
        None
    }

    /// What time it is, where that is known: in nanoseconds since 1970.
    fn now(&self) -> Option<i64> {
        None
    }

    /// The path of that URL; `None` where it is not known.
    fn path_prefix(&self) -> Option<&str> {
        None
    }
}

/// A world in which there is nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl World for Nowhere {}

/// What a function takes at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Param {
    /// `interface {}`.
    Any,
    /// `reflect.Value`: anything, also nothing at all.
    Reflected,
    /// `string`.
    Text,
    /// `int`.
    Int,
    /// `float64`.
    Float,
    /// `bool`.
    Bool,
    /// A type by Go's name of it, which can be no literal and not nil.
    Typed(&'static str),
    /// A slice, map or pointer by Go's name of its type; nil will do.
    Nilable(&'static str),
}

impl Param {
    /// Go's name of the type.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Param::Any => "interface {}",
            Param::Reflected => "reflect.Value",
            Param::Text => "string",
            Param::Int => "int",
            Param::Float => "float64",
            Param::Bool => "bool",
            Param::Typed(name) | Param::Nilable(name) => name,
        }
    }

    pub(super) const fn can_be_nil(self) -> bool {
        matches!(self, Param::Any | Param::Reflected | Param::Nilable(_))
    }

    /// Whether a value that is not nil may be passed.
    pub(super) fn takes(self, value: &Value) -> bool {
        match self {
            Param::Any | Param::Reflected => true,
            _ => {
                let name = value.type_name();
                // A pointer is followed once.
                name == self.name() || name.strip_prefix('*').is_some_and(|pointed| pointed == self.name())
            }
        }
    }
}

/// A call with its arguments, already checked against the signature.
pub struct Call<'a> {
    /// What a method is called on; nil for functions.
    pub receiver: &'a Value,
    /// The arguments in order.
    pub args: &'a [Value],
    /// The world around the template.
    pub world: &'a dyn World,
    /// Whose Go runs the template.
    pub dialect: Dialect,
}

impl Call<'_> {
    /// The text at a place; empty if there is none.
    #[must_use]
    pub fn text(&self, place: usize) -> &str {
        match self.args.get(place) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// The value at a place; nil if there is none.
    #[must_use]
    pub fn value(&self, place: usize) -> &Value {
        self.args.get(place).unwrap_or(&Value::Nil)
    }
}

/// A function or method.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// As templates name it.
    pub name: &'static str,
    /// What it takes, in order.
    pub params: &'static [Param],
    /// Whether the last parameter may be left out or given any number of times.
    pub variadic: bool,
    /// What it does; an error is Go's text of it.
    pub run: fn(&Call<'_>) -> Result<Value, String>,
    /// The only dialect that has it; both when `None`.
    pub only: Option<Dialect>,
}

/// A function of a fixed number of arguments, known to both dialects.
#[must_use]
pub const fn function(
    name: &'static str,
    params: &'static [Param],
    run: fn(&Call<'_>) -> Result<Value, String>,
) -> Function {
    Function { name, params, variadic: false, run, only: None }
}

/// A method; the same as a function, but it looks at the receiver.
#[must_use]
pub const fn method(
    name: &'static str,
    params: &'static [Param],
    run: fn(&Call<'_>) -> Result<Value, String>,
) -> Function {
    function(name, params, run)
}

/// A function whose last parameter is repeated.
#[must_use]
pub const fn variadic(
    name: &'static str,
    params: &'static [Param],
    run: fn(&Call<'_>) -> Result<Value, String>,
) -> Function {
    Function { name, params, variadic: true, run, only: None }
}

/// What a template can call: Go's builtins and the tables that are given. Also decides whose template
/// language is spoken: that of Go 1.19 with [`Dialect::V2`], that of Go 1.27 with [`Dialect::V3`].
#[derive(Debug, Clone)]
pub struct Functions {
    dialect: Dialect,
    tables: Vec<&'static [Function]>,
}

impl Functions {
    /// Builtins and the given tables, of which earlier ones go before later ones and before builtins.
    #[must_use]
    pub fn new(dialect: Dialect, tables: &[&'static [Function]]) -> Functions {
        let mut tables = tables.to_vec();
        tables.push(super::builtins::FUNCTIONS);
        Functions { dialect, tables }
    }

    /// Whose language is spoken.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The function of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static Function> {
        let fits = |function: &&Function| {
            function.name == name && function.only.is_none_or(|dialect| dialect == self.dialect)
        };
        self.tables.iter().find_map(|table| table.iter().find(fits))
    }

    /// Whether there is a function of a name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}
