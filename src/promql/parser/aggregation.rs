//! Aggregations: `sum by (job) (up)`, or the grouping after the parentheses.

use super::{Built, Parsed, Parser, check};
use crate::promql::{Aggregation, AggregationOp, Expr, ExprKind, ParseError, Span, ValueType};

impl Parser<'_> {
    pub(super) fn aggregation(&mut self, op: AggregationOp) -> Parsed {
        let op_span = self.advance();
        let mut grouping = self.grouping()?;
        let (args, mut end) = self.arguments()?;
        if grouping.is_none() {
            grouping = self.grouping()?;
            end = grouping.as_ref().map_or(end, |grouping| grouping.span);
        }
        let span = op_span.to(end);
        let height = check::height(&args.iter().collect::<Vec<_>>(), span)?;
        let (param, expr) = parameter_and_body(op, args, span)?;
        let kind = ExprKind::Aggregation(Aggregation { op, op_span, grouping, param, expr });
        Ok(Built { expr: Box::new(Expr { kind, span }), value: ValueType::Vector, height })
    }
}

type Parts = (Option<Box<Expr>>, Box<Expr>);

fn parameter_and_body(op: AggregationOp, args: Vec<Built>, span: Span) -> Result<Parts, ParseError> {
    let count = args.len();
    let mut args = args.into_iter();
    let param = if op.takes_parameter() { args.next() } else { None };
    let (Some(body), None) = (args.next(), args.next()) else {
        let wanted = match op {
            _ if !op.takes_parameter() => "1 argument, an instant vector",
            AggregationOp::CountValues => "2 arguments, a label as string and an instant vector",
            _ => "2 arguments, a scalar and an instant vector",
        };
        return Err(ParseError::new(span, format!("{op} takes {wanted}, not {count}")));
    };
    if let Some(param) = &param {
        let wanted = if op == AggregationOp::CountValues { ValueType::String } else { ValueType::Scalar };
        if param.value != wanted {
            return Err(check::wrong_type(param, wanted, &format!("the parameter of {op}")));
        }
    }
    if body.value != ValueType::Vector {
        return Err(check::wrong_type(&body, ValueType::Vector, op.name()));
    }
    Ok((param.map(|param| param.expr), body.expr))
}
