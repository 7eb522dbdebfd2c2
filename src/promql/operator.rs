//! Operators and aggregations: their names, and how tightly they bind.

use std::fmt;

/// The sign before an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// `+`, which changes nothing.
    Plus,
    /// `-`
    Minus,
}

/// What stands between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `^`
    Pow,
    /// `atan2`
    Atan2,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `and`
    And,
    /// `or`
    Or,
    /// `unless`
    Unless,
}

/// How tightly `^` binds: the only thing that binds tighter than a sign.
pub(super) const POWER: u8 = 6;

/// A sign binds as `*` does.
pub(super) const SIGN: u8 = 5;

impl BinaryOp {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "^",
            BinaryOp::Atan2 => "atan2",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Unless => "unless",
        }
    }

    /// `==`, `<` and their like: the operators that filter, or with `bool` yield 0 and 1.
    #[must_use]
    pub const fn is_comparison(self) -> bool {
        use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
        matches!(self, Eq | Ne | Lt | Le | Gt | Ge)
    }

    /// `and`, `or`, `unless`: only between instant vectors, and many to many.
    #[must_use]
    pub const fn is_set(self) -> bool {
        matches!(self, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
    }

    /// Higher binds tighter.
    pub(super) const fn precedence(self) -> u8 {
        match self {
            BinaryOp::Or => 1,
            BinaryOp::And | BinaryOp::Unless => 2,
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => 3,
            BinaryOp::Add | BinaryOp::Sub => 4,
            BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod | BinaryOp::Atan2 => SIGN,
            BinaryOp::Pow => POWER,
        }
    }

    /// `2 ^ 3 ^ 2` is `2 ^ (3 ^ 2)`; all others group from the left.
    pub(super) const fn groups_from_the_right(self) -> bool {
        matches!(self, BinaryOp::Pow)
    }
}

/// What makes one series of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregationOp {
    /// `sum`
    Sum,
    /// `avg`
    Avg,
    /// `count`
    Count,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `group`
    Group,
    /// `stddev`
    Stddev,
    /// `stdvar`
    Stdvar,
    /// `topk`
    Topk,
    /// `bottomk`
    Bottomk,
    /// `count_values`
    CountValues,
    /// `quantile`
    Quantile,
}

impl AggregationOp {
    /// Every stable aggregation.
    pub const ALL: [AggregationOp; 12] = [
        AggregationOp::Sum,
        AggregationOp::Avg,
        AggregationOp::Count,
        AggregationOp::Min,
        AggregationOp::Max,
        AggregationOp::Group,
        AggregationOp::Stddev,
        AggregationOp::Stdvar,
        AggregationOp::Topk,
        AggregationOp::Bottomk,
        AggregationOp::CountValues,
        AggregationOp::Quantile,
    ];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            AggregationOp::Sum => "sum",
            AggregationOp::Avg => "avg",
            AggregationOp::Count => "count",
            AggregationOp::Min => "min",
            AggregationOp::Max => "max",
            AggregationOp::Group => "group",
            AggregationOp::Stddev => "stddev",
            AggregationOp::Stdvar => "stdvar",
            AggregationOp::Topk => "topk",
            AggregationOp::Bottomk => "bottomk",
            AggregationOp::CountValues => "count_values",
            AggregationOp::Quantile => "quantile",
        }
    }

    /// Whether a parameter stands before the expression: the k of `topk`, the label of `count_values`.
    #[must_use]
    pub const fn takes_parameter(self) -> bool {
        use AggregationOp::{Bottomk, CountValues, Quantile, Topk};
        matches!(self, Topk | Bottomk | CountValues | Quantile)
    }
}

impl fmt::Display for BinaryOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for AggregationOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
