//! Functions of a window.

use probity::promql::Answer::{Fails, Yields};

use super::{Case, differ, fails, same};

const COUNTER: &[&str] = &["m 1 2 3 4"];
const ODD: &[&str] = &["m 1 3 0 4 NaN 2"];
const RESET: &[&str] = &["m 10 20 30 5 15 25"];
const ZEROS: &[&str] = &["m -0 0 -0"];
const INFINITE: &[&str] = &["m 1 Inf 2"];
const HUGE: &[&str] = &["m 1.7e308 1.7e308 -1.7e308"];
const STALE: &[&str] = &["m 1 2 stale 4 _ 6"];

pub(crate) const RATES: &[Case] = &[
    differ("increase-from-one", COUNTER, "increase(m[10m])", 240, (Yields("{} 5"), Yields("{} 4.5"))),
    differ(
        "rate-from-one",
        COUNTER,
        "rate(m[10m])",
        240,
        (Yields("{} 0.008333333333333333"), Yields("{} 0.0075")),
    ),
    same("delta-from-one", COUNTER, "delta(m[10m])", 240, "{} 4.5"),
    same("rate-over-nan", ODD, "rate(m[6m])", 300, "{} 0.013333333333333332"),
    same("increase-over-nan", ODD, "increase(m[6m])", 300, "{} 4.8"),
    same("changes-over-nan", ODD, "changes(m[6m])", 300, "{} 5"),
    same("resets-over-nan", ODD, "resets(m[6m])", 300, "{} 1"),
    same("rate-with-a-reset", RESET, "rate(m[7m])", 330, "{} 0.12857142857142856"),
    same("increase-with-a-reset", RESET, "increase(m[7m])", 330, "{} 54"),
    same("delta-with-a-reset", RESET, "delta(m[7m])", 330, "{} 18"),
    same("irate-of-two-minutes", RESET, "irate(m[2m])", 330, "{} 0.16666666666666666"),
    same("idelta-of-two-minutes", RESET, "idelta(m[2m])", 330, "{} 10"),
    same("irate-at-a-reset", RESET, "irate(m[2m])", 210, "{} 0.08333333333333333"),
    same("rate-of-one-sample", &["m 5"], "rate(m[5m])", 60, "nothing"),
    same("rate-of-equals", &["m 5 5 5"], "rate(m[5m])", 120, "{} 0"),
    same("rate-skips-stale", STALE, "increase(m[5m30s])", 300, "{} 5.5"),
    same("deriv-of-a-line", &["m 0 60 120"], "deriv(m[5m])", 120, "{} 1"),
    same("predict-linear-of-a-line", &["m 0 60 120"], "predict_linear(m[5m], 60)", 120, "{} 180"),
    same("deriv-of-equals", &["m 7 7 7"], "deriv(m[5m])", 120, "{} 0"),
    same("deriv-of-infinities", &["m Inf Inf"], "deriv(m[5m])", 60, "{} NaN"),
];

pub(crate) const WINDOWS: &[Case] = &[
    same("min-over-nan", ODD, "min_over_time(m[6m])", 300, "{} 0"),
    same("max-over-nan", ODD, "max_over_time(m[6m])", 300, "{} 4"),
    same("sum-over-nan", ODD, "sum_over_time(m[6m])", 300, "{} NaN"),
    same("min-after-nan", &["m NaN 3 2"], "min_over_time(m[6m])", 120, "{} 2"),
    same("max-of-nan-alone", &["m NaN NaN"], "max_over_time(m[6m])", 120, "{} NaN"),
    same("min-of-zeros", ZEROS, "min_over_time(m[5m])", 120, "{} -0"),
    same("max-of-zeros", ZEROS, "max_over_time(m[5m])", 120, "{} -0"),
    same("last-of-zeros", ZEROS, "last_over_time(m[5m])", 120, "m -0"),
    same("sum-of-zeros", ZEROS, "sum_over_time(m[5m])", 120, "{} 0"),
    same("quantile-of-zeros", &["m 0 -0"], "quantile_over_time(1, m[5m])", 60, "{} -0"),
    same("sum-with-infinity", INFINITE, "sum_over_time(m[5m])", 120, "{} +Inf"),
    same("avg-with-infinity", INFINITE, "avg_over_time(m[5m])", 120, "{} +Inf"),
    same("stddev-with-infinity", INFINITE, "stddev_over_time(m[5m])", 120, "{} NaN"),
    same("avg-of-both-infinities", &["m Inf -Inf"], "avg_over_time(m[5m])", 60, "{} NaN"),
    differ(
        "avg-of-huge",
        HUGE,
        "avg_over_time(m[5m])",
        120,
        (Yields("{} 5.666666666666666e+307"), Yields("{} 5.666666666666665e+307")),
    ),
    differ("stdvar-of-huge", HUGE, "stdvar_over_time(m[5m])", 120, (Yields("{} NaN"), Yields("{} -Inf"))),
    differ(
        "avg-of-cancelling",
        &["m 1e16 1 -1e16"],
        "avg_over_time(m[5m])",
        120,
        (Yields("{} 0"), Yields("{} 0.3333333333333333")),
    ),
    differ(
        "avg-of-cancelling-twice",
        &["m 1e100 1 -1e100 1"],
        "avg_over_time(m[5m])",
        180,
        (Yields("{} 0.25"), Yields("{} 0.5")),
    ),
    same("sum-of-cancelling", &["m 1 1e100 1 -1e100"], "sum_over_time(m[5m])", 180, "{} 2"),
    differ(
        "smoothing-factor-above-one",
        COUNTER,
        "holt_winters(m[5m], 1.5, 0.5)",
        180,
        (Fails("invalid smoothing factor"), Fails("unknown function")),
    ),
    differ(
        "trend-factor-of-zero",
        COUNTER,
        "holt_winters(m[5m], 0.5, 0)",
        180,
        (Fails("invalid trend factor"), Fails("unknown function")),
    ),
    same("quantile-below", COUNTER, "quantile_over_time(-1, m[5m])", 180, "{} -Inf"),
    same("quantile-above", COUNTER, "quantile_over_time(2, m[5m])", 180, "{} +Inf"),
    same("quantile-of-rank-nan", COUNTER, "quantile_over_time(NaN, m[5m])", 180, "{} NaN"),
    same("quantile-between", COUNTER, "quantile_over_time(0.3, m[5m])", 180, "{} 1.9"),
    same("count-skips-stale", STALE, "count_over_time(m[5m30s])", 300, "{} 4"),
    same("last-is-stale", &["m 1 2 stale"], "m", 150, "nothing"),
    same("last-over-stale", &["m 1 2 stale"], "last_over_time(m[5m])", 150, "m 2"),
    same("present-over-time", &["m{a=\"b\"} 1"], "present_over_time(m[5m])", 60, "{a=\"b\"} 1"),
    fails(
        "windows-that-lose-their-names",
        &["m 1", "n 2"],
        "sum_over_time({__name__=~\"m|n\"}[5m])",
        60,
        "labelset",
    ),
    same(
        "windows-that-keep-their-names",
        &["m 1", "n 2"],
        "last_over_time({__name__=~\"m|n\"}[5m])",
        60,
        "m 1; n 2",
    ),
];
