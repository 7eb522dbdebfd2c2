//! The tree of a query.

use super::{
    AggregationOp, At, BinaryOp, Duration, Function, MatrixSelector, Offset, Sign, Span, ValueType,
    VectorSelector,
};

/// A query or a part of one, with the bytes it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, with its modifiers.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `0.5`, `Inf`, `-3`, and in Prometheus 3 `1h`.
    Number(f64),
    /// `"text"`
    String(String),
    /// `up{job="api"}`
    Vector(VectorSelector),
    /// `up[5m]`
    Matrix(MatrixSelector),
    /// `max(up)[1h:5m]`
    Subquery(Subquery),
    /// `-up`
    Unary(Unary),
    /// `a / on (job) b`
    Binary(Binary),
    /// `sum by (job) (up)`
    Aggregation(Aggregation),
    /// `rate(up[5m])`
    Call(Call),
    /// `(up)`
    Paren(Box<Expr>),
}

/// An expression evaluated again and again within a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Subquery {
    /// What is evaluated.
    pub expr: Box<Expr>,
    /// How far back the window reaches.
    pub range: Duration,
    /// The time between evaluations; the server's evaluation interval when absent.
    pub step: Option<Duration>,
    /// The shift back in time.
    pub offset: Option<Offset>,
    /// The fixed time.
    pub at: Option<At>,
}

/// A sign and what it is on.
#[derive(Debug, Clone, PartialEq)]
pub struct Unary {
    /// The sign.
    pub sign: Sign,
    /// What it is on; a number only within parentheses, since signs on numbers are folded.
    pub expr: Box<Expr>,
}

/// Two expressions and the operator between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// Where the operator stands.
    pub op_span: Span,
    /// Whether a comparison yields 0 and 1 instead of filtering.
    pub bool_modifier: bool,
    /// How series find their partners; as if `ignoring ()` were written when absent. Always absent unless
    /// both sides are instant vectors.
    pub matching: Option<Matching>,
    /// The left side.
    pub left: Box<Expr>,
    /// The right side.
    pub right: Box<Expr>,
}

/// `on (a, b) group_left (c)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// `on` if true, else `ignoring`.
    pub on: bool,
    /// The labels that partners must agree in, or may differ in.
    pub labels: Vec<Label>,
    /// Whether one side may have many partners.
    pub group: Option<Group>,
    /// From `on` or `ignoring` to the last parenthesis.
    pub span: Span,
}

/// `group_left (a)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The side that has many series for one of the other.
    pub many: Side,
    /// The labels that are taken from the side of one.
    pub include: Vec<Label>,
}

/// A side of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// `group_left`
    Left,
    /// `group_right`
    Right,
}

/// A label's name in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The name, without quotes.
    pub name: String,
    /// Where it stands, with its quotes if it has them.
    pub span: Span,
}

/// Many series made few.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregation {
    /// The operator.
    pub op: AggregationOp,
    /// Where its name stands.
    pub op_span: Span,
    /// How the result is split; into one when absent.
    pub grouping: Option<Grouping>,
    /// What `topk`, `bottomk`, `quantile` and `count_values` take first.
    pub param: Option<Box<Expr>>,
    /// What is aggregated.
    pub expr: Box<Expr>,
}

/// `by (a, b)` or `without (a, b)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// `without` if true, else `by`.
    pub without: bool,
    /// The labels that are kept or dropped.
    pub labels: Vec<Label>,
    /// From the keyword to the parenthesis.
    pub span: Span,
}

impl Grouping {
    /// Whether a label outlives the aggregation.
    #[must_use]
    pub fn keeps(&self, label: &str) -> bool {
        self.labels.iter().any(|listed| listed.name == label) != self.without
    }
}

/// A function and its arguments, which are known to fit its signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which function.
    pub function: &'static Function,
    /// Where its name stands.
    pub name_span: Span,
    /// What it is given.
    pub args: Vec<Expr>,
}

impl Expr {
    /// What it yields.
    #[must_use]
    pub fn value_type(&self) -> ValueType {
        match &self.kind {
            ExprKind::Number(_) => ValueType::Scalar,
            ExprKind::String(_) => ValueType::String,
            ExprKind::Vector(_) | ExprKind::Aggregation(_) => ValueType::Vector,
            ExprKind::Matrix(_) | ExprKind::Subquery(_) => ValueType::Matrix,
            ExprKind::Unary(unary) => unary.expr.value_type(),
            ExprKind::Paren(inner) => inner.value_type(),
            ExprKind::Call(call) => call.function.returns,
            ExprKind::Binary(binary) => {
                let scalars =
                    [&binary.left, &binary.right].map(|side| side.value_type() == ValueType::Scalar);
                if scalars == [true, true] { ValueType::Scalar } else { ValueType::Vector }
            }
        }
    }

    /// The expression inside all parentheses around it.
    #[must_use]
    pub fn unwrapped(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Paren(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    /// Its direct parts, from left to right.
    #[must_use]
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Vector(_) | ExprKind::Matrix(_) => {
                Vec::new()
            }
            ExprKind::Subquery(subquery) => vec![&subquery.expr],
            ExprKind::Unary(unary) => vec![&unary.expr],
            ExprKind::Binary(binary) => vec![&binary.left, &binary.right],
            ExprKind::Aggregation(it) => it.param.iter().chain([&it.expr]).map(|part| &**part).collect(),
            ExprKind::Call(call) => call.args.iter().collect(),
            ExprKind::Paren(inner) => vec![inner],
        }
    }
}
