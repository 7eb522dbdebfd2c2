//! Aggregations.

use super::Answer::{Fails, Yields};
use super::Difference;

const THIRTEEN: &[&str] = &[
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
];

pub(super) const ROWS: &[Difference] = &[
    Difference::query(
        "sum-compensated",
        "sum carries what rounding loses in 3.5.",
        &["x{a=\"1\"} 1", "x{a=\"2\"} 1e100", "x{a=\"3\"} 1", "x{a=\"4\"} -1e100"],
        "sum(sort(x))",
    )
    .gives(Yields("{} 0"), Yields("{} 2")),
    Difference::query(
        "avg-compensated",
        "avg keeps a moving mean in 2.42, and a compensated sum in 3.5.",
        &["x{a=\"1\"} 1e16", "x{a=\"2\"} 1", "x{a=\"3\"} -1e16"],
        "avg(sort(x))",
    )
    .gives(Yields("{} 0"), Yields("{} 0.3333333333333333")),
    Difference::query(
        "avg-overflow",
        "avg of values whose sum overflows: both keep a moving mean then, but round differently.",
        &["x{a=\"1\"} 1.7e308", "x{a=\"2\"} 1.7e308", "x{a=\"3\"} -1.7e308"],
        "avg(sort_desc(x))",
    )
    .gives(Yields("{} 5.666666666666666e+307"), Yields("{} 5.666666666666665e+307")),
    Difference::query(
        "stddev-of-infinity",
        "stddev of a single infinite value is 0 in 2.42 and NaN in 3.5.",
        &["x Inf"],
        "stddev(x)",
    )
    .gives(Yields("{} 0"), Yields("{} NaN")),
    Difference::query(
        "stdvar-of-nan",
        "stdvar of a single NaN is 0 in 2.42 and NaN in 3.5.",
        &["x NaN"],
        "stdvar(x)",
    )
    .gives(Yields("{} 0"), Yields("{} NaN")),
    Difference::query(
        "topk-below-one",
        "A k that no integer of 64 bits holds is refused in 2.42; 3.5 returns nothing for all below 1.",
        &["x 1"],
        "topk(-1e19, x)",
    )
    .gives(Fails("Scalar value -1e+19 overflows int64"), Yields("nothing")),
    Difference::query(
        "topk-minus-infinity",
        "The same for a k of -Inf.",
        &["x 1"],
        "bottomk(-Inf, x)",
    )
    .gives(Fails("Scalar value -Inf overflows int64"), Yields("nothing")),
    Difference::query(
        "topk-nan-of-nothing",
        "A k of NaN is refused by 3.5 only where there are series.",
        &["x 1"],
        "topk(NaN, none)",
    )
    .gives(Fails("Scalar value NaN overflows int64"), Yields("nothing")),
    Difference::query(
        "topk-of-nan",
        "Once topk holds NaN alone, 2.42 puts the next in its place and 3.5 keeps the first.",
        &["x{a=\"1\"} 1", "x{a=\"2\"} 2"],
        "topk(1, sort(x) * NaN)",
    )
    .gives(Yields("{a=\"2\"} NaN"), Yields("{a=\"1\"} NaN")),
    Difference::query(
        "topk-of-equals",
        "topk leaves equals of more than 12 series in an order of its own, which differs with the release of Go.",
        THIRTEEN,
        "bottomk(1, topk(10, sort(x) * sort(x) % 5))",
    )
    .gives(Yields("{a=\"11\"} 1"), Yields("{a=\"01\"} 1")),
    Difference::query(
        "count-values-label",
        "count_values takes any name of a label in 3.5, but none that is empty.",
        &["x 1"],
        "count_values(\"a-b\", x)",
    )
    .gives(Fails("invalid label name"), Yields("{\"a-b\"=\"1\"} 1")),
];
