//! Pipelines, commands and operands.

use super::super::node::{At, Command, Number, Operand, OperandKind, Pipe};
use super::super::value::{IntKind, Value};
use super::{Executed, Found, PER_STEP, State};

impl<'t> State<'t> {
    /// The value of a pipeline, whose declarations are left on the stack.
    pub(super) fn pipeline(&mut self, dot: &Found, pipe: &'t Pipe) -> Executed<Value> {
        self.at = Some(At::Pipe(pipe));
        let mut last: Option<Found> = None;
        for command in &pipe.commands {
            let found = self.deeper(|state| state.command(dot, command, last.as_ref()))?;
            // Within a pipeline it does not matter how a value was declared.
            last = Some(Found::plain(found.value));
        }
        let found = last.unwrap_or(Found::plain(Value::Nil));
        for name in &pipe.declared {
            if pipe.assign {
                self.assign(name, found.clone())?;
            } else {
                self.variables.push((name, found.clone()));
            }
        }
        Ok(found.value)
    }

    pub(super) fn assign(&mut self, name: &str, value: Found) -> Executed<()> {
        let place = self.place_of(name)?;
        if let Some(slot) = self.variables.get_mut(place) {
            slot.1 = value;
        }
        Ok(())
    }

    /// Where the newest variable of a name is on the stack.
    pub(super) fn place_of(&mut self, name: &str) -> Executed<usize> {
        match self.variables.iter().rposition(|(known, _)| *known == name) {
            Some(place) => {
                self.charge((self.variables.len() - place) / PER_STEP)?;
                Ok(place)
            }
            None => self.fail(&format!("undefined variable: {name}")),
        }
    }

    /// A command; `last` is what the command before it in the pipeline yielded.
    fn command(&mut self, dot: &Found, command: &'t Command, last: Option<&Found>) -> Executed<Found> {
        self.step()?;
        let Some((first, args)) = command.args.split_first() else {
            return Ok(Found::plain(Value::Nil));
        };
        match &first.kind {
            OperandKind::Field(_) | OperandKind::Chain(..) | OperandKind::Variable(_) => {
                return self.chain(dot, first, args, last);
            }
            OperandKind::Identifier(name) => {
                self.at = Some(At::Operand(first));
                return self.function(dot, name, At::Command(command), args, last);
            }
            OperandKind::Pipe(pipe) => {
                self.not_a_function(first, args, last)?;
                return self.pipeline(dot, pipe).map(Found::plain);
            }
            _ => {}
        }
        self.at = Some(At::Operand(first));
        self.not_a_function(first, args, last)?;
        match &first.kind {
            OperandKind::Nil => self.fail("nil is not a command"),
            _ => self.literal(dot, first),
        }
    }

    /// Values take no arguments.
    pub(super) fn not_a_function(
        &self,
        first: &Operand,
        args: &[Operand],
        last: Option<&Found>,
    ) -> Executed<()> {
        if args.is_empty() && last.is_none() {
            return Ok(());
        }
        self.fail(&format!("can't give argument to non-function {first}"))
    }

    /// What an operand is where anything may be; not for names, fields, variables and parentheses.
    pub(super) fn literal(&mut self, dot: &Found, operand: &'t Operand) -> Executed<Found> {
        Ok(match &operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Bool(value) => Found::plain(Value::Bool(*value)),
            OperandKind::Text { text, .. } => {
                self.charge(text.len() / PER_STEP)?;
                Found::plain(Value::text(text.as_str()))
            }
            OperandKind::Number(number) => {
                self.at = Some(At::Operand(operand));
                Found::plain(self.ideal(number)?)
            }
            _ => Found::plain(Value::Nil),
        })
    }

    /// The type of a number whose place does not tell: what it looks like.
    fn ideal(&self, number: &Number) -> Executed<Value> {
        let text = &number.text;
        let hexadecimal = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
        let whole = text.starts_with('\'') || (hexadecimal && !text.contains(['p', 'P']));
        match (number.float, number.int) {
            (Some(value), _) if !whole && text.contains(['.', 'e', 'E', 'p', 'P']) => Ok(Value::Float(value)),
            (_, Some(value)) => Ok(Value::Int(value, IntKind::Int)),
            _ => self.fail(&format!("{text} overflows int")),
        }
    }
}
