//! Go's `text/template` as Prometheus uses it in the labels and annotations of alerts.
//!
//! [`Template`] is the language: read once with a table of [`Functions`], executed any number of times over
//! a [`Value`] in a [`World`]. [`AlertTemplate`] is what Prometheus makes of it. Lexer, parser and evaluator
//! follow Go's closely enough that errors carry Go's words; `format` is `fmt`, `builtins` what every Go
//! template can call, `prometheus` what Prometheus adds, `alertmanager` what Alertmanager has instead. A
//! [`Library`] holds templates of several files that call one another; `zones` are the clocks of places.
//!
//! # Decisions
//!
//! * Written by hand: the engines for Rust with a similar syntax differ from Go's in types, in printing and
//!   in errors, which are just what rules are wrong about.
//! * A [`Dialect`](crate::promql::Dialect) stands for a Go release too, those that the two servers were built
//!   with: Go 1.19 for Prometheus 2.42 and Alertmanager 0.25, Go 1.27 for 3.5 and 0.33. Revisit when a server
//!   comes with another.
//! * Values carry the names of their Go types, since templates show them (`%T`, errors).
//! * Texts are UTF-8. What Go cuts out of the middle of a character, or spells with `\xff`, becomes U+FFFD,
//!   as it would in every answer of the HTTP interface.
//! * Complex numbers are refused. Revisit if a rule is ever seen to have one.
//! * Executions are limited in depth, steps and output; Go has a limit on depth only.

mod alert;
mod alertmanager;
mod builtins;
mod error;
mod exec;
mod format;
mod functions;
mod lexer;
mod library;
mod node;
mod number;
mod parser;
mod prometheus;
mod unicode;
mod value;
mod zones;

pub use alert::{AlertData, AlertTemplate, Context, Query, expand};
pub use alertmanager::FUNCTIONS as ALERTMANAGER;
pub(crate) use alertmanager::{json_number, json_quote};
pub use error::TemplateError;
pub(crate) use format::quote;
pub use functions::{Call, Function, Functions, Nowhere, Param, World, function, method, variadic};
pub use library::Library;
pub use prometheus::FUNCTIONS as PROMETHEUS;
pub use value::{Element, Field, IntKind, List, Map, Shape, Struct, StructShape, Time, Value};

pub(crate) use zones::zone_rule;

use parser::Trees;

/// A template that was read, with all it defines.
#[derive(Debug, Clone)]
pub struct Template {
    name: String,
    text: String,
    trees: Trees,
    functions: Functions,
}

impl Template {
    /// Reads a text; the name is for `template` and for errors.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with `text`.
    pub fn parse(name: &str, text: &str, functions: &Functions) -> Result<Template, TemplateError> {
        let trees = parser::parse(name, text, functions)?;
        Ok(Template { name: name.to_owned(), text: text.to_owned(), trees, functions: functions.clone() })
    }

    /// The text for some data.
    ///
    /// # Errors
    ///
    /// What the template cannot do with these data, and limits: nesting, steps, output.
    pub fn execute(&self, data: &Value, world: &dyn World) -> Result<String, TemplateError> {
        self.execute_template(&self.name, data, world)
    }

    /// The text of one of the templates that were defined in it.
    ///
    /// # Errors
    ///
    /// As [`Template::execute`]; also if there is no template of that name.
    pub fn execute_template(
        &self,
        name: &str,
        data: &Value,
        world: &dyn World,
    ) -> Result<String, TemplateError> {
        let Some((started, _)) = self.trees.get_key_value(name) else {
            let (wanted, own) = (format::quote(name), format::quote(&self.name));
            let message = format!("template: no template {wanted} associated with template {own}");
            return Err(TemplateError::new(message, &self.text, 0, 0, true));
        };
        exec::execute(
            &exec::Setting {
                name: &self.name,
                started,
                text: &self.text,
                trees: &self.trees,
                library: None,
                functions: &self.functions,
                world,
            },
            data,
        )
    }

    /// Names of everything that can be executed, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.trees.keys().map(String::as_str)
    }
}
