//! Function calls.

use super::{Built, Kind, Parsed, Parser, check};
use crate::promql::{Call, Expr, ExprKind, Function, ParseError, Span, functions};

impl Parser<'_> {
    pub(super) fn call(&mut self) -> Parsed {
        let name_span = self.advance();
        let function = functions::find(self.written(name_span), name_span, self.dialect)?;
        let (args, end) = self.arguments()?;
        let span = name_span.to(end);
        check_arguments(function, &args, span)?;
        let height = check::height(&args.iter().collect::<Vec<_>>(), span)?;
        let args = args.into_iter().map(|arg| *arg.expr).collect();
        let kind = ExprKind::Call(Call { function, name_span, args });
        Ok(Built { expr: Box::new(Expr { kind, span }), value: function.returns, height })
    }

    /// `(a, b)`, with the place of its last parenthesis.
    pub(super) fn arguments(&mut self) -> Result<(Vec<Built>, Span), ParseError> {
        self.expect(&Kind::LeftParen, "`(` and arguments")?;
        let mut args = Vec::new();
        if let Some(end) = self.accept(&Kind::RightParen) {
            return Ok((args, end));
        }
        loop {
            let arg = self.expression(0)?;
            if let Some(comma) = self.accept(&Kind::Comma) {
                if self.peek() == &Kind::RightParen {
                    return Err(ParseError::new(comma, "no comma may stand after the last argument"));
                }
                args.push(arg);
                continue;
            }
            self.close(&arg)?;
            args.push(arg);
            return Ok((args, self.tokens[self.at - 1].span));
        }
    }
}

fn check_arguments(function: &'static Function, args: &[Built], span: Span) -> Result<(), ParseError> {
    let name = function.name;
    let (least, most) = function.bounds();
    if args.len() < least || most.is_some_and(|most| args.len() > most) {
        let wanted = match most {
            Some(most) if most == least => plural(least),
            Some(most) => format!("{least} or {most} arguments"),
            None => format!("at least {}", plural(least)),
        };
        return Err(ParseError::new(span, format!("{name} takes {wanted}, not {}", args.len())));
    }
    for (i, arg) in args.iter().enumerate() {
        // Those beyond the last are like the last.
        let wanted = function.args.get(i).or(function.args.last());
        if let Some(wanted) = wanted.filter(|wanted| **wanted != arg.value) {
            let user =
                if args.len() == 1 { name.to_owned() } else { format!("argument {} of {name}", i + 1) };
            return Err(check::wrong_type(arg, *wanted, &user));
        }
    }
    Ok(())
}

fn plural(count: usize) -> String {
    match count {
        0 => "no argument".to_owned(),
        1 => "1 argument".to_owned(),
        _ => format!("{count} arguments"),
    }
}
