//! Pipelines, commands and operands.

use super::super::format;
use super::super::lexer::{Kind, Token};
use super::super::node::{Command, Operand, OperandKind, Pipe};
use super::{Parsed, Parser, number};

impl Parser<'_> {
    /// `declarations? command ('|' command)*` up to and with `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<Pipe> {
        self.deeper(|parser| {
            let at = parser.peek_word().start;
            let mut pipe = Pipe { at, assign: false, declared: Vec::new(), commands: Vec::new() };
            parser.declarations(&mut pipe, context)?;
            loop {
                let token = parser.next_word();
                if token.kind == end {
                    parser.check(&pipe, context)?;
                    return Ok(pipe);
                }
                if !starts_operand(token.kind) {
                    return parser.unexpected(&token, context);
                }
                parser.back(token);
                pipe.commands.push(parser.command()?);
            }
        })
    }

    /// `$x :=`, `$x =` and, in a range, `$i, $x :=`.
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Parsed<()> {
        loop {
            if self.peek_word().kind != Kind::Variable {
                return Ok(());
            }
            let variable = self.next_word();
            let after = self.next();
            let next = if after.kind == Kind::Space { self.peek_word() } else { after.clone() };
            let comma = next.kind == Kind::Char && next.text == ",";
            if !comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                // The space is put back too: it parts the variable from the next argument.
                self.back(after);
                self.back(variable);
                return Ok(());
            }
            if after.kind == Kind::Space {
                self.next_word();
            }
            pipe.declared.push(variable.text.clone());
            self.scope.variables.push(variable.text);
            if !comma {
                pipe.assign = next.kind == Kind::Assign;
                return Ok(());
            }
            if context != "range" || pipe.declared.len() > 1 {
                return self.fail(&format!("too many declarations in {context}"));
            }
            if !matches!(self.peek_word().kind, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                return self.fail("range can only initialize variables");
            }
        }
    }

    fn check(&self, pipe: &Pipe, context: &str) -> Parsed<()> {
        if pipe.commands.is_empty() {
            return self.fail(&format!("missing value for {context}"));
        }
        for (i, command) in pipe.commands.iter().enumerate().skip(1) {
            let inert = command.args.first().is_some_and(|arg| {
                matches!(
                    arg.kind,
                    OperandKind::Bool(_)
                        | OperandKind::Dot
                        | OperandKind::Nil
                        | OperandKind::Number(_)
                        | OperandKind::Text { .. }
                )
            });
            if inert {
                return self.fail(&format!("non executable command in pipeline stage {}", i + 1));
            }
        }
        Ok(())
    }

    /// `operand (space operand)*`; the pipe character after it is taken, a closing delimiter left.
    fn command(&mut self) -> Parsed<Command> {
        let mut args = Vec::new();
        loop {
            self.peek_word();
            if let Some(operand) = self.operand()? {
                args.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelim | Kind::RightParen => {
                    self.back(token);
                    break;
                }
                Kind::Pipe => break,
                _ => return self.unexpected(&token, "operand"),
            }
        }
        if args.is_empty() { self.fail("empty command") } else { Ok(Command { args }) }
    }

    /// A term with the fields that follow it at once.
    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(term));
        }
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(field_name(&self.next()));
        }
        let kind = match term.kind {
            OperandKind::Field(mut names) => {
                names.extend(fields);
                OperandKind::Field(names)
            }
            OperandKind::Variable(mut names) => {
                names.extend(fields);
                OperandKind::Variable(names)
            }
            OperandKind::Identifier(_) | OperandKind::Pipe(_) | OperandKind::Chain(..) => {
                OperandKind::Chain(Box::new(term), fields)
            }
            _ => {
                let shown = format::quote(&term.to_string());
                return self.fail(&format!("unexpected . after term {shown}"));
            }
        };
        Ok(Some(Operand { at: first.start, kind }))
    }

    /// A literal, name, variable, field or parenthesis; nothing if the next word is none.
    fn term(&mut self) -> Parsed<Option<Operand>> {
        let token = self.next_word();
        let kind = match token.kind {
            Kind::Identifier => {
                if !self.functions.has(&token.text) {
                    return self.fail(&format!("function {} not defined", format::quote(&token.text)));
                }
                OperandKind::Identifier(token.text)
            }
            Kind::Dot => OperandKind::Dot,
            Kind::Nil => OperandKind::Nil,
            Kind::Bool => OperandKind::Bool(token.text == "true"),
            Kind::Field => OperandKind::Field(vec![field_name(&token)]),
            Kind::Variable => {
                if !self.scope.variables.contains(&token.text) {
                    return self.fail(&format!("undefined variable {}", format::quote(&token.text)));
                }
                OperandKind::Variable(vec![token.text])
            }
            Kind::CharConstant | Kind::Complex | Kind::Number => match number::read(&token) {
                Ok(number) => OperandKind::Number(number),
                Err(message) => return self.fail(&message),
            },
            Kind::String | Kind::RawString => {
                let text = self.unquote(&token.text)?;
                OperandKind::Text { quoted: token.text, text }
            }
            Kind::LeftParen => {
                OperandKind::Pipe(Box::new(self.pipeline("parenthesized pipeline", Kind::RightParen)?))
            }
            _ => {
                self.back(token);
                return Ok(None);
            }
        };
        let at = match &kind {
            OperandKind::Pipe(pipe) => pipe.at,
            _ => token.start,
        };
        Ok(Some(Operand { at, kind }))
    }
}

const fn starts_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bool
            | Kind::CharConstant
            | Kind::Complex
            | Kind::Dot
            | Kind::Field
            | Kind::Identifier
            | Kind::Number
            | Kind::Nil
            | Kind::RawString
            | Kind::String
            | Kind::Variable
            | Kind::LeftParen
    )
}

fn field_name(token: &Token) -> String {
    token.text.strip_prefix('.').unwrap_or(&token.text).to_owned()
}
