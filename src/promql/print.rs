//! Canonical text: what is printed reads back as the same tree. The alternate form, `{:#}`, is the text that Prometheus
//! shows in links and in its interface, which sorts the matchers of a selector.

use std::fmt::{self, Display, Formatter, Write};

use super::lexer::{Word, keyword};
use super::operator::{POWER, SIGN};
use super::{
    Aggregation, At, Binary, BinaryOp, Expr, ExprKind, Instant, Label, MatrixSelector, Offset, Sign,
    Subquery, Unary, VectorSelector, format_general, is_plain_label, is_plain_name,
};

/// Binds tighter than every operator: what needs no parentheses anywhere.
const ATOM: u8 = POWER + 1;

impl Display for Expr {
    /// One line. Parentheses that are not in the tree are added where a tree that was put together by hand
    /// would otherwise read back differently.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Number(value) => number(f, *value),
            ExprKind::String(text) => quoted(f, text),
            ExprKind::Vector(selector) => {
                name_and_matchers(f, selector)?;
                shifts(f, selector.at, selector.offset)
            }
            ExprKind::Matrix(MatrixSelector { selector, range, .. }) => {
                name_and_matchers(f, selector)?;
                if range.nanos() == 0 {
                    // A window too short to count, which Prometheus 3 takes in this form only.
                    f.write_str("[1e-10]")?;
                } else {
                    write!(f, "[{range}]")?;
                }
                shifts(f, selector.at, selector.offset)
            }
            ExprKind::Subquery(it) => subquery(f, it),
            ExprKind::Unary(it) => unary(f, it),
            ExprKind::Binary(it) => binary(f, it),
            ExprKind::Aggregation(it) => aggregation(f, it),
            ExprKind::Call(it) => {
                write!(f, "{}(", it.function.name)?;
                for (i, arg) in it.args.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    arg.fmt(f)?;
                }
                f.write_str(")")
            }
            ExprKind::Paren(inner) => {
                f.write_str("(")?;
                inner.fmt(f)?;
                f.write_str(")")
            }
        }
    }
}

fn precedence(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Binary(it) => it.op.precedence(),
        ExprKind::Unary(_) => SIGN,
        ExprKind::Number(value) if value.is_sign_negative() && !value.is_nan() => SIGN,
        _ => ATOM,
    }
}

fn wrapped(f: &mut Formatter<'_>, expr: &Expr, parentheses: bool) -> fmt::Result {
    if !parentheses {
        return expr.fmt(f);
    }
    f.write_str("(")?;
    expr.fmt(f)?;
    f.write_str(")")
}

fn number(f: &mut Formatter<'_>, value: f64) -> fmt::Result {
    match value {
        _ if value.is_nan() => f.write_str("NaN"),
        _ if value.is_infinite() => f.write_str(if value > 0.0 { "Inf" } else { "-Inf" }),
        // As Prometheus prints it in links and in its interface.
        _ => f.write_str(&format_general(value)),
    }
}

fn quoted(f: &mut impl Write, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            // Prometheus takes U+FFFD in a query for broken UTF-8.
            '\u{fffd}' => f.write_str("\\ufffd")?,
            _ if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            _ => f.write_char(c)?,
        }
    }
    f.write_str("\"")
}

fn name_and_matchers(f: &mut Formatter<'_>, selector: &VectorSelector) -> fmt::Result {
    let name = selector.name.as_ref().map(|name| name.text.as_str());
    let bare = name.filter(|name| is_plain_name(name) && keyword(name).is_none_or(Word::can_name_metric));
    if let Some(name) = bare {
        f.write_str(name)?;
    }
    if selector.matchers.is_empty() && bare.is_some() {
        return Ok(());
    }
    f.write_str("{")?;
    let mut separator = "";
    let between = if f.alternate() { "," } else { ", " };
    if let Some(name) = name.filter(|_| bare.is_none()) {
        quoted(f, name)?;
        separator = between;
    }
    let mut matchers = Vec::with_capacity(selector.matchers.len());
    for matcher in &selector.matchers {
        let mut text = String::new();
        label_name(&mut text, &matcher.label, is_plain_label)?;
        text.push_str(matcher.op.name());
        quoted(&mut text, &matcher.value)?;
        matchers.push(text);
    }
    if f.alternate() {
        matchers.sort();
    }
    for matcher in matchers {
        f.write_str(separator)?;
        f.write_str(&matcher)?;
        separator = between;
    }
    f.write_str("}")
}

fn shifts(f: &mut Formatter<'_>, at: Option<At>, offset: Option<Offset>) -> fmt::Result {
    match at.map(|at| at.when) {
        None => {}
        Some(Instant::Start) => f.write_str(" @ start()")?,
        Some(Instant::End) => f.write_str(" @ end()")?,
        Some(Instant::Millis(millis)) => {
            let sign = if millis < 0 { "-" } else { "" };
            let (whole, part) = (millis.unsigned_abs() / 1_000, millis.unsigned_abs() % 1_000);
            write!(f, " @ {sign}{whole}.{part:03}")?;
        }
    }
    offset.map_or(Ok(()), |offset| write!(f, " offset {}", offset.by))
}

fn subquery(f: &mut Formatter<'_>, it: &Subquery) -> fmt::Result {
    wrapped(f, &it.expr, precedence(&it.expr) < ATOM)?;
    if it.range.nanos() == 0 {
        f.write_str("[1e-10:")?;
    } else {
        write!(f, "[{}:", it.range)?;
    }
    match it.step {
        Some(step) if step.nanos() == 0 => f.write_str("1e-10")?,
        Some(step) => write!(f, "{step}")?,
        None => {}
    }
    f.write_str("]")?;
    shifts(f, it.at, it.offset)
}

fn unary(f: &mut Formatter<'_>, it: &Unary) -> fmt::Result {
    f.write_str(match it.sign {
        Sign::Plus => "+",
        Sign::Minus => "-",
    })?;
    // A sign on a number would be folded into it, and `*` would come after the sign instead of before it.
    let folds = matches!(it.expr.kind, ExprKind::Number(_));
    let outlives = matches!(&it.expr.kind, ExprKind::Binary(inner) if inner.op != BinaryOp::Pow);
    wrapped(f, &it.expr, folds || outlives)
}

fn binary(f: &mut Formatter<'_>, it: &Binary) -> fmt::Result {
    let own = it.op.precedence();
    let right_first = it.op.groups_from_the_right();
    let left = precedence(&it.left);
    wrapped(f, &it.left, left < own || (left == own && right_first))?;
    write!(f, " {}", it.op)?;
    if it.bool_modifier {
        f.write_str(" bool")?;
    }
    if let Some(matching) = &it.matching {
        f.write_str(if matching.on { " on (" } else { " ignoring (" })?;
        labels(f, &matching.labels)?;
        f.write_str(")")?;
        if let Some(group) = &matching.group {
            let side = if group.many == super::Side::Left { "left" } else { "right" };
            write!(f, " group_{side} (")?;
            labels(f, &group.include)?;
            f.write_str(")")?;
        }
    }
    f.write_str(" ")?;
    // A sign on the right needs no parentheses: nothing to its left can claim what it is on.
    let signed = !matches!(it.right.kind, ExprKind::Binary(_));
    let right = precedence(&it.right);
    wrapped(f, &it.right, !signed && (right < own || (right == own && !right_first)))
}

fn aggregation(f: &mut Formatter<'_>, it: &Aggregation) -> fmt::Result {
    write!(f, "{}", it.op)?;
    if let Some(grouping) = &it.grouping {
        f.write_str(if grouping.without { " without (" } else { " by (" })?;
        labels(f, &grouping.labels)?;
        f.write_str(") ")?;
    }
    f.write_str("(")?;
    if let Some(param) = &it.param {
        param.fmt(f)?;
        f.write_str(", ")?;
    }
    it.expr.fmt(f)?;
    f.write_str(")")
}

fn labels(f: &mut Formatter<'_>, labels: &[Label]) -> fmt::Result {
    for (i, label) in labels.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { ", " })?;
        // `inf` and `nan` are numbers wherever they are not quoted, but in braces.
        label_name(f, &label.name, |name| is_plain_label(name) && keyword(name) != Some(Word::Number))?;
    }
    Ok(())
}

fn label_name(f: &mut impl Write, name: &str, is_plain: impl Fn(&str) -> bool) -> fmt::Result {
    if is_plain(name) { f.write_str(name) } else { quoted(f, name) }
}
