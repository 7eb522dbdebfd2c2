//! Fields, keys and methods.

use super::super::format;
use super::super::functions::{Call, Function};
use super::super::node::{At, Operand, OperandKind};
use super::super::value::{Element, Value};
use super::{Executed, Found, PER_STEP, QUERY_STEPS, State};

impl<'t> State<'t> {
    /// `.a.b`, `$x.a` or `(pipeline).a`, whose last name may be a method with arguments.
    pub(super) fn chain(
        &mut self,
        dot: &Found,
        operand: &'t Operand,
        args: &'t [Operand],
        last: Option<&Found>,
    ) -> Executed<Found> {
        self.at = Some(At::Operand(operand));
        let (receiver, names): (Found, &[String]) = match &operand.kind {
            OperandKind::Field(names) => (dot.clone(), names),
            OperandKind::Variable(names) => {
                let Some((name, fields)) = names.split_first() else {
                    return Ok(Found::plain(Value::Nil));
                };
                let place = self.place_of(name)?;
                let found =
                    self.variables.get(place).map_or(Found::plain(Value::Nil), |(_, found)| found.clone());
                if fields.is_empty() {
                    self.not_a_function(operand, args, last)?;
                    return Ok(found);
                }
                (found, fields)
            }
            OperandKind::Chain(inner, names) => {
                if matches!(inner.kind, OperandKind::Nil) {
                    return self.fail(&format!("indirection through explicit nil in {operand}"));
                }
                (self.any_argument(dot, inner)?, names)
            }
            _ => return Ok(Found::plain(Value::Nil)),
        };
        let Some((method, fields)) = names.split_last() else { return Ok(receiver) };
        let mut receiver = receiver;
        for name in fields {
            receiver = self.field(dot, operand, name, &receiver, &[], None)?;
        }
        self.field(dot, operand, method, &receiver, args, last)
    }

    fn field(
        &mut self,
        dot: &Found,
        operand: &'t Operand,
        name: &str,
        receiver: &Found,
        args: &'t [Operand],
        last: Option<&Found>,
    ) -> Executed<Found> {
        let type_name = receiver.type_name();
        if matches!(receiver.value, Value::Nil) {
            if receiver.any {
                return self.fail(&format!("nil pointer evaluating {type_name}.{name}"));
            }
            return Ok(Found::plain(Value::Nil));
        }
        let dialect = self.setting.functions.dialect();
        let has = |method: &&Function| method.name == name && method.only.is_none_or(|only| only == dialect);
        if let Some(method) = receiver.value.methods().iter().find(has) {
            return self.call(dot, method, At::Operand(operand), &receiver.value, args, last);
        }
        let has_args = !args.is_empty() || last.is_some();
        match &receiver.value {
            Value::Struct(fields) => {
                if let Some((value, any)) = fields.field(name) {
                    if has_args {
                        return self.fail(&format!("{name} has arguments but cannot be invoked as function"));
                    }
                    return Ok(Found { value, any });
                }
            }
            Value::Map(map) => {
                if has_args {
                    return self.fail(&format!("{name} is not a method but has arguments"));
                }
                let any = map.shape().element == Element::Any;
                return Ok(Found { value: map.get(name), any });
            }
            _ => {}
        }
        self.fail(&format!("can't evaluate field {name} in type {type_name}"))
    }

    /// A function by its name.
    pub(super) fn function(
        &mut self,
        dot: &Found,
        name: &str,
        at: At<'t>,
        args: &'t [Operand],
        last: Option<&Found>,
    ) -> Executed<Found> {
        let Some(function) = self.setting.functions.get(name) else {
            return self.fail(&format!("{} is not a defined function", format::quote(name)));
        };
        self.call(dot, function, at, &Value::Nil, args, last)
    }

    /// Runs what is to be called with its checked arguments, and limits what it yields.
    pub(super) fn run(
        &mut self,
        function: &Function,
        at: At<'t>,
        receiver: &Value,
        args: &[Value],
    ) -> Executed<Found> {
        let given: usize = args.iter().map(Value::size).sum();
        let fixed = if function.name == "query" { QUERY_STEPS } else { 0 };
        self.charge(fixed + args.len() + given / PER_STEP)?;
        let (world, dialect) = (self.setting.world, self.setting.functions.dialect());
        let result = (function.run)(&Call { receiver, args, world, dialect });
        let problem = match result {
            Ok(value) if value.size() > format::MOST_TEXT => format::TOO_LONG.to_owned(),
            // Deeper values could be neither printed nor dropped without end.
            Ok(value) if value.depth() > super::MOST_NESTED => "value is nested too deep".to_owned(),
            Ok(value) => {
                self.charge(value.size() / PER_STEP)?;
                return Ok(Found::plain(value));
            }
            Err(message) => message,
        };
        self.at = Some(at);
        self.fail(&format!("error calling {}: {problem}", function.name))
    }
}
