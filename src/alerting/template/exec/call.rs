//! Arguments, checked against the types that are expected.

use super::super::functions::{Function, Param};
use super::super::node::{At, Operand, OperandKind};
use super::super::value::{IntKind, Value};
use super::{Executed, Found, State};
use crate::promql::Dialect;

impl<'t> State<'t> {
    pub(super) fn call(
        &mut self,
        dot: &Found,
        function: &Function,
        at: At<'t>,
        receiver: &Value,
        args: &'t [Operand],
        last: Option<&Found>,
    ) -> Executed<Found> {
        let name = function.name;
        let given = args.len() + usize::from(last.is_some());
        let fixed = function.params.len() - usize::from(function.variadic && !function.params.is_empty());
        if function.variadic && given < fixed {
            return self
                .fail(&format!("wrong number of args for {name}: want at least {fixed} got {}", args.len()));
        }
        if !function.variadic && given != function.params.len() {
            return self.fail(&format!(
                "wrong number of args for {name}: want {} got {given}",
                function.params.len()
            ));
        }
        let param = |place: usize| {
            let place = place.min(function.params.len().saturating_sub(1));
            function.params.get(place).copied().unwrap_or(Param::Any)
        };
        if matches!(name, "and" | "or") && matches!(receiver, Value::Nil) {
            return self.decide(dot, name == "or", args, last);
        }
        let mut values = Vec::with_capacity(given);
        for (place, arg) in args.iter().enumerate() {
            values.push(self.argument(dot, param(place), arg)?);
        }
        if let Some(found) = last {
            values.push(self.check(found, param(args.len()))?);
        }
        if name == "call"
            && self.setting.functions.dialect() == Dialect::V3
            && let (Some(called), Some(shown)) = (values.first(), args.first())
            && !matches!(called, Value::Nil)
        {
            // Newer Go names what was called, which only the tree knows.
            let problem = format!("non-function {shown} of type {}", called.type_name());
            self.at = Some(at);
            return self.fail(&format!("error calling call: {problem}"));
        }
        self.run(function, at, receiver, &values)
    }

    /// `and` and `or`: the first argument that decides, or the last.
    fn decide(
        &mut self,
        dot: &Found,
        stop_at: bool,
        args: &'t [Operand],
        last: Option<&Found>,
    ) -> Executed<Found> {
        let mut value = Value::Nil;
        for arg in args {
            value = self.argument(dot, Param::Reflected, arg)?;
            if value.is_true() == stop_at {
                return Ok(Found::plain(value));
            }
        }
        if let Some(found) = last {
            value = found.value.clone();
        }
        Ok(Found::plain(value))
    }

    /// A value for a parameter.
    fn check(&self, found: &Found, param: Param) -> Executed<Value> {
        if matches!(found.value, Value::Nil) {
            if param.can_be_nil() {
                return Ok(Value::Nil);
            }
            if found.any {
                return self
                    .fail(&format!("wrong type for value; expected {}; got interface {{}}", param.name()));
            }
            return self.fail(&format!("invalid value; expected {}", param.name()));
        }
        if !param.takes(&found.value) {
            let got = found.value.type_name();
            return self.fail(&format!("wrong type for value; expected {}; got {got}", param.name()));
        }
        Ok(found.value.clone())
    }

    /// An argument as it is written, for a parameter.
    fn argument(&mut self, dot: &Found, param: Param, operand: &'t Operand) -> Executed<Value> {
        self.at = Some(At::Operand(operand));
        let number = match &operand.kind {
            OperandKind::Nil if param.can_be_nil() => return Ok(Value::Nil),
            OperandKind::Nil => return self.fail(&format!("cannot assign nil to {}", param.name())),
            OperandKind::Dot
            | OperandKind::Field(_)
            | OperandKind::Variable(_)
            | OperandKind::Pipe(_)
            | OperandKind::Identifier(_)
            | OperandKind::Chain(..) => {
                let found = self.any_argument(dot, operand)?;
                return self.check(&found, param);
            }
            OperandKind::Number(number) => Some(number),
            OperandKind::Bool(_) | OperandKind::Text { .. } => None,
        };
        let wrong = |expected: &str| format!("expected {expected}; found {operand}");
        let message = match param {
            Param::Any | Param::Reflected => return Ok(self.literal(dot, operand)?.value),
            Param::Text => match &operand.kind {
                OperandKind::Text { text, .. } => return Ok(Value::text(text.as_str())),
                _ => wrong("string"),
            },
            Param::Bool => match operand.kind {
                OperandKind::Bool(value) => return Ok(Value::Bool(value)),
                _ => wrong("bool"),
            },
            Param::Float => match number.and_then(|number| number.float) {
                Some(value) => return Ok(Value::Float(value)),
                None => wrong("float"),
            },
            Param::Int => match number.and_then(|number| number.int) {
                Some(value) => return Ok(Value::Int(value, IntKind::Int)),
                None => wrong("integer"),
            },
            Param::Typed("time.Duration") => match number.and_then(|number| number.int) {
                Some(value) => return Ok(Value::Duration(value)),
                None => wrong("integer"),
            },
            Param::Typed(name) | Param::Nilable(name) => {
                format!("can't handle {operand} for arg of type {name}")
            }
        };
        self.fail(&message)
    }

    /// The value of an argument, whatever type it has.
    pub(super) fn any_argument(&mut self, dot: &Found, operand: &'t Operand) -> Executed<Found> {
        self.at = Some(At::Operand(operand));
        self.deeper(|state| match &operand.kind {
            OperandKind::Field(_) | OperandKind::Variable(_) | OperandKind::Chain(..) => {
                state.chain(dot, operand, &[], None)
            }
            OperandKind::Pipe(pipe) => state.pipeline(dot, pipe).map(Found::plain),
            OperandKind::Identifier(name) => state.function(dot, name, At::Operand(operand), &[], None),
            _ => state.literal(dot, operand),
        })
    }
}
