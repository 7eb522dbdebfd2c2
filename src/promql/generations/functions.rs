//! Functions.

use super::Answer::{Fails, Yields};
use super::Difference;

const TWENTY: &[&str] = &[
    "x{a=\"00\"} 0",
    "x{a=\"01\"} 1",
    "x{a=\"02\"} 2",
    "x{a=\"03\"} 3",
    "x{a=\"04\"} 4",
    "x{a=\"05\"} 5",
    "x{a=\"06\"} 6",
    "x{a=\"07\"} 7",
    "x{a=\"08\"} 8",
    "x{a=\"09\"} 9",
    "x{a=\"10\"} 10",
    "x{a=\"11\"} 11",
    "x{a=\"12\"} 12",
    "x{a=\"13\"} 13",
    "x{a=\"14\"} 14",
    "x{a=\"15\"} 15",
    "x{a=\"16\"} 16",
    "x{a=\"17\"} 17",
    "x{a=\"18\"} 18",
    "x{a=\"19\"} 19",
];

pub(super) const ROWS: &[Difference] = &[
    Difference::query(
        "rate-never-below-zero",
        "2.42 sees that a counter was never below 0 before it asks whether a sample is overdue, 3.5 after.",
        &["x 1 2 3 4"],
        "increase(x[10m])",
    )
    .at(240)
    .gives(Yields("{} 5"), Yields("{} 4.5")),
    Difference::query(
        "holt-winters",
        "holt_winters is gone; 3.5 has it as double_exponential_smoothing, which is experimental.",
        &["x 1 2 4 8"],
        "holt_winters(x[5m], 0.5, 0.5)",
    )
    .at(180)
    .gives(Yields("{} 6.375"), Fails("unknown function")),
    Difference::query("histogram-avg", "histogram_avg is new.", &["x 1"], "histogram_avg(x)")
        .gives(Fails("unknown function"), Yields("nothing")),
    Difference::query("histogram-stddev", "histogram_stddev is new.", &["x 1"], "histogram_stddev(x)")
        .gives(Fails("unknown function"), Yields("nothing")),
    Difference::query("histogram-stdvar", "histogram_stdvar is new.", &["x 1"], "histogram_stdvar(x)")
        .gives(Fails("unknown function"), Yields("nothing")),
    Difference::query(
        "histogram-fraction-of-buckets",
        "histogram_fraction of classic buckets yields nothing in 2.42.",
        &["b{le=\"1\"} 2", "b{le=\"2\"} 6", "b{le=\"+Inf\"} 8"],
        "histogram_fraction(-Inf, 1.5, b)",
    )
    .gives(Yields("nothing"), Yields("{} 0.5")),
    Difference::query(
        "histogram-quantile-tolerance",
        "3.5 takes counts of buckets for equal that differ by less than 1e-12 of them, 2.42 only falling ones.",
        &["b{le=\"1\"} 10", "b{le=\"2\"} 10.000000000001", "b{le=\"+Inf\"} 10.000000000001"],
        "histogram_quantile(1, b)",
    )
    .gives(Yields("{} 2"), Yields("{} 1")),
    Difference::query(
        "histogram-quantile-of-nan",
        "After a bucket whose count is NaN 2.42 goes on from the count before it, 3.5 from NaN.",
        &["b{le=\"1\"} 10", "b{le=\"2\"} NaN", "b{le=\"3\"} 5", "b{le=\"+Inf\"} 20"],
        "histogram_quantile(0.5, b)",
    )
    .gives(Yields("{} NaN"), Yields("{} 3")),
    Difference::query(
        "absent-label-order",
        "absent() takes its labels from the matchers. 3.5 has put those last by then that only take series away.",
        &["x 1"],
        "absent(none{a!=\"b\", a=\"c\"})",
    )
    .gives(Yields("{a=\"c\"} 1"), Yields("{} 1")),
    Difference::query(
        "label-replace-invalid-label",
        "label_replace takes any name of a label in 3.5, but none that is empty.",
        &["x 1"],
        "label_replace(x, \"a-b\", \"c\", \"\", \"\")",
    )
    .gives(Fails("label"), Yields("x{\"a-b\"=\"c\"} 1")),
    Difference::query(
        "label-join-invalid-label",
        "label_join takes any name of a label in 3.5, but none that is empty.",
        &["x{a=\"b\"} 1"],
        "label_join(x, \"a.b\", \"-\", \"a\", \"a\")",
    )
    .gives(Fails("label"), Yields("x{a=\"b\", \"a.b\"=\"b-b\"} 1")),
    Difference::query(
        "label-replace-duplicates",
        "3.5 refuses that label_replace makes two series one even where they have no sample at the same step.",
        &["x{a=\"1\"} 1 stale", "x{a=\"2\"} _ 2"],
        "count_over_time(label_replace(x, \"a\", \"\", \"\", \"\")[2m:30s])",
    )
    .at(60)
    .gives(Yields("{} 3"), Fails("labelset")),
    Difference::query(
        "type-and-unit-dropped",
        "What drops a metric's name drops its type and unit too in 3.5, which servers may add as labels.",
        &["x{__type__=\"counter\", __unit__=\"s\", a=\"b\"} 1"],
        "-x",
    )
    .gives(
        Yields("{__type__=\"counter\", __unit__=\"s\", a=\"b\"} -1"),
        Yields("{a=\"b\"} -1"),
    ),
    Difference::query(
        "type-and-unit-dropped-by-rate",
        "rate() drops type and unit in 3.5.",
        &["x{__type__=\"counter\", a=\"b\"} 0 60 120 180"],
        "rate(x[3m])",
    )
    .at(180)
    .gives(Yields("{__type__=\"counter\", a=\"b\"} 1"), Yields("{a=\"b\"} 1")),
    Difference::query(
        "avg-over-time-cancelling",
        "avg_over_time keeps a moving mean in 2.42, and a compensated sum in 3.5.",
        &["x 1e16 1 -1e16"],
        "avg_over_time(x[5m])",
    )
    .at(120)
    .gives(Yields("{} 0"), Yields("{} 0.3333333333333333")),
    Difference::query(
        "avg-over-time-huge",
        "avg_over_time of values whose sum overflows: both keep a moving mean then, but round differently.",
        &["x 1.7e308 1.7e308 -1.7e308"],
        "avg_over_time(x[5m])",
    )
    .at(120)
    .gives(Yields("{} 5.666666666666666e+307"), Yields("{} 5.666666666666665e+307")),
    Difference::query(
        "stdvar-over-time-overflow",
        "The variance of values whose squares overflow.",
        &["x 1.7e308 1.7e308 -1.7e308"],
        "stdvar_over_time(x[5m])",
    )
    .at(120)
    .gives(Yields("{} NaN"), Yields("{} -Inf")),
    Difference::query(
        "regression-overflow",
        "A regression whose sum of values overflows: what rounding lost makes it NaN in 2.42.",
        &["x 1.7e308 1.7e308 0"],
        "deriv(x[5m])",
    )
    .every(1)
    .at(1)
    .gives(Yields("{} NaN"), Yields("{} -Inf")),
    Difference::query(
        "quantile-over-time-of-zeros",
        "0 and -0 are equal, and the generators behind the sorts of the two Go releases differ.",
        &["x -0 0 0 0 0 -0 -0 2 0 0 0 2 0 0 -0 3"],
        "quantile_over_time(0.5, x[1d])",
    )
    .at(960)
    .gives(Yields("{} 0"), Yields("{} -0")),
    Difference::query(
        "sort-of-equals",
        "sort leaves equals of more than 12 series in an order of its own, which differs with the release of Go.",
        TWENTY,
        "topk(1, sort(sort(x) % 5))",
    )
    .gives(Yields("{a=\"19\"} 4"), Yields("{a=\"09\"} 4")),
];
