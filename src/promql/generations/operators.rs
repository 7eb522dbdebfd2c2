//! Operators.

use super::Answer::Yields;
use super::Difference;

pub(super) const ROWS: &[Difference] = &[
    Difference::query(
        "atan2-keeps-the-name",
        "atan2 between a series and a number leaves the metric's name in 2.42.",
        &["x 0"],
        "x atan2 1",
    )
    .gives(Yields("x 0"), Yields("{} 0")),
    Difference::query(
        "atan2-of-series-keeps-the-name",
        "atan2 between series leaves the metric's name in 2.42.",
        &["x{a=\"b\"} 0", "y{a=\"b\"} 1"],
        "x atan2 y",
    )
    .gives(Yields("x{a=\"b\"} 0"), Yields("{a=\"b\"} 0")),
    Difference::query(
        "type-and-unit-in-comparisons",
        "`bool` drops type and unit with the name in 3.5.",
        &["x{__unit__=\"s\"} 1"],
        "x > bool 0",
    )
    .gives(Yields("{__unit__=\"s\"} 1"), Yields("{} 1")),
];
