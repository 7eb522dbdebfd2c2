//! Which samples are seen, and when.

use super::Answer::Yields;
use super::Difference;

pub(super) const ROWS: &[Difference] = &[
    Difference::query(
        "left-open-window",
        "A window includes its left edge in 2.42 and not in 3.5, which sees a sample less where samples are regular.",
        &["x 1 2 3 4"],
        "count_over_time(x[2m])",
    )
    .at(180)
    .gives(Yields("{} 3"), Yields("{} 2")),
    Difference::query(
        "left-open-window-rate",
        "A rate over a window of one interval has two samples in 2.42 and one, so no value, in 3.5.",
        &["x 0+60x5"],
        "rate(x[1m])",
    )
    .at(180)
    .gives(Yields("{} 1"), Yields("nothing")),
    Difference::query(
        "look-back",
        "A sample that is just five minutes old is seen in 2.42 and not in 3.5.",
        &["x 1"],
        "x",
    )
    .at(300)
    .gives(Yields("x 1"), Yields("nothing")),
    Difference::query(
        "subquery-left-edge",
        "A subquery evaluates at its left edge in 2.42 and not in 3.5.",
        &["x 1 2 3 4"],
        "count_over_time(x[2m:1m])",
    )
    .at(180)
    .gives(Yields("{} 3"), Yields("{} 2")),
    Difference::query(
        "subquery-of-one-step",
        "A subquery whose window is its step has two values in 2.42 and one in 3.5.",
        &["x 1 2 3 4"],
        "delta(x[1m:1m])",
    )
    .at(180)
    .gives(Yields("{} 1"), Yields("nothing")),
    Difference::query(
        "window-before-everything",
        "A sample at the very start of a window makes the difference between a value and none.",
        &["x 7"],
        "last_over_time(x[5m])",
    )
    .at(300)
    .gives(Yields("x 7"), Yields("nothing")),
    Difference::query(
        "absent-at-the-edge",
        "absent() of a series whose last sample is just five minutes old.",
        &["x 7"],
        "absent(x)",
    )
    .at(300)
    .gives(Yields("nothing"), Yields("{} 1")),
];
