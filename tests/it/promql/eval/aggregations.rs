//! Aggregations. Sums depend on the order of their series, which promtool leaves to chance: `sort` settles it.

use probity::promql::Answer::{Fails, Yields};

use super::{Case, differ, fails, same};

const OVERFLOWING: &[&str] = &[
    "k{a=\"1\"} 1",
    "k{a=\"2\"} 2",
    "k{a=\"3\"} 3",
    "v{a=\"1\"} 1e308",
    "v{a=\"2\"} 1e308",
    "v{a=\"3\"} -1e308",
];
const CANCELLING: &[&str] = &[
    "k{a=\"1\"} 1",
    "k{a=\"2\"} 2",
    "k{a=\"3\"} 3",
    "k{a=\"4\"} 4",
    "v{a=\"1\"} 1",
    "v{a=\"2\"} 1e100",
    "v{a=\"3\"} 1",
    "v{a=\"4\"} -1e100",
];
const INFINITE: &[&str] = &["v{a=\"1\"} 1", "v{a=\"2\"} Inf", "v{a=\"3\"} 2"];
const BOTH: &[&str] = &["v{a=\"1\"} Inf", "v{a=\"2\"} -Inf"];
const NOT_ALL: &[&str] = &["v{a=\"1\"} NaN", "v{a=\"2\"} 3", "v{a=\"3\"} 2"];
const NAN: &[&str] = &["v{a=\"1\"} NaN", "v{a=\"2\"} NaN"];
const THREE: &[&str] = &["v{a=\"1\"} 1", "v{a=\"2\"} 2", "v{a=\"3\"} 3"];
const NAMES: &[&str] = &["m{a=\"1\"} 1", "m{a=\"2\"} 2", "n{a=\"1\"} 4"];

pub(crate) const FOLDS: &[Case] = &[
    same("sum-overflows", OVERFLOWING, "sum(sort(k) * 0 + on (a) v)", 0, "{} +Inf"),
    differ(
        "avg-overflows",
        OVERFLOWING,
        "avg(sort(k) * 0 + on (a) v)",
        0,
        (Yields("{} 3.3333333333333337e+307"), Yields("{} 3.333333333333333e+307")),
    ),
    differ("sum-cancels", CANCELLING, "sum(sort(k) * 0 + on (a) v)", 0, (Yields("{} 0"), Yields("{} 2"))),
    differ("avg-cancels", CANCELLING, "avg(sort(k) * 0 + on (a) v)", 0, (Yields("{} 0"), Yields("{} 0.5"))),
    same("avg-with-infinity", INFINITE, "avg(v)", 0, "{} +Inf"),
    same("avg-of-both-infinities", BOTH, "avg(v)", 0, "{} NaN"),
    same("avg-with-nan", NOT_ALL, "avg(v)", 0, "{} NaN"),
    same("sum-of-both-infinities", BOTH, "sum(v)", 0, "{} NaN"),
    same("avg-of-minus-infinity", &["v -Inf"], "avg(v)", 0, "{} -Inf"),
    same("stddev-with-infinity", INFINITE, "stddev(v)", 0, "{} NaN"),
    differ("stddev-of-infinity", &["v Inf"], "stddev(v)", 0, (Yields("{} 0"), Yields("{} NaN"))),
    differ("stdvar-of-nan", &["v NaN"], "stdvar(v)", 0, (Yields("{} 0"), Yields("{} NaN"))),
    same("stddev-of-one", &["v 7"], "stddev(v)", 0, "{} 0"),
    same("min-with-nan", NOT_ALL, "min(v)", 0, "{} 2"),
    same("max-with-nan", NOT_ALL, "max(v)", 0, "{} 3"),
    same("min-of-nan", NAN, "min(v)", 0, "{} NaN"),
    same("max-of-nan", NAN, "max(v)", 0, "{} NaN"),
    same("group-of-nan", NAN, "group(v)", 0, "{} 1"),
    same("count-of-nan", NAN, "count(v)", 0, "{} 2"),
    same("count-of-nothing", &[], "count(v)", 0, "nothing"),
    differ("sum-of-minus-zero", &["v -0"], "sum(v)", 0, (Yields("{} -0"), Yields("{} 0"))),
];

pub(crate) const RANKS: &[Case] = &[
    same("topk-of-three", THREE, "topk(2, v)", 0, "v{a=\"3\"} 3; v{a=\"2\"} 2"),
    same("bottomk-of-three", THREE, "bottomk(2, v)", 0, "v{a=\"1\"} 1; v{a=\"2\"} 2"),
    same("topk-of-more-than-there-are", THREE, "topk(9, v)", 0, "v{a=\"3\"} 3; v{a=\"2\"} 2; v{a=\"1\"} 1"),
    same("topk-prefers-numbers", NOT_ALL, "topk(2, v)", 0, "v{a=\"2\"} 3; v{a=\"3\"} 2"),
    same("bottomk-prefers-numbers", NOT_ALL, "bottomk(2, v)", 0, "v{a=\"3\"} 2; v{a=\"2\"} 3"),
    same("topk-of-zero", THREE, "topk(0, v)", 0, "nothing"),
    same("topk-below-zero", THREE, "topk(-1, v)", 0, "nothing"),
    same("topk-of-a-fraction", THREE, "topk(1.9, v)", 0, "v{a=\"3\"} 3"),
    same("topk-by-label", NAMES, "topk by (a) (1, {__name__=~\"m|n\"})", 0, "n{a=\"1\"} 4; m{a=\"2\"} 2"),
    differ("topk-far-below", THREE, "topk(-1e19, v)", 0, (Fails("overflows int64"), Yields("nothing"))),
    differ(
        "topk-of-minus-infinity",
        THREE,
        "topk(-Inf, v)",
        0,
        (Fails("overflows int64"), Yields("nothing")),
    ),
    differ("topk-nan-of-nothing", THREE, "topk(NaN, none)", 0, (Fails("overflows int64"), Yields("nothing"))),
    fails("topk-nan", THREE, "topk(NaN, v)", 0, "Scalar value NaN overflows int64"),
    fails("topk-infinity", THREE, "topk(Inf, v)", 0, "Scalar value +Inf overflows int64"),
    fails(
        "topk-of-two-to-the-63",
        THREE,
        "topk(9223372036854775807, v)",
        0,
        "Scalar value 9.223372036854776e+18 overflows int64",
    ),
    same("topk-ties", THREE, "topk(2, sort(v) * 0)", 0, "{a=\"1\"} 0; {a=\"2\"} 0"),
    same("bottomk-ties", THREE, "bottomk(2, sort(v) * 0)", 0, "{a=\"1\"} 0; {a=\"2\"} 0"),
    same("quantile-below", THREE, "quantile(-1, v)", 0, "{} -Inf"),
    same("quantile-above", THREE, "quantile(2, v)", 0, "{} +Inf"),
    same("quantile-of-rank-nan", THREE, "quantile(NaN, v)", 0, "{} NaN"),
    same("quantile-between", THREE, "quantile(0.25, v)", 0, "{} 1.5"),
    same("quantile-of-nothing", &[], "quantile(0.5, v)", 0, "nothing"),
    same("quantile-with-nan", NOT_ALL, "quantile(0.5, v)", 0, "{} 2"),
    same(
        "quantile-of-zero-last",
        &["v{a=\"1\"} 0"],
        "quantile(1, label_replace(v * -1, \"a\", \"2\", \"\", \"\") or v)",
        0,
        "{} 0",
    ),
    same(
        "quantile-of-minus-zero-last",
        &["v{a=\"1\"} 0"],
        "quantile(1, v or label_replace(v * -1, \"a\", \"2\", \"\", \"\"))",
        0,
        "{} -0",
    ),
    fails("count-values-without-a-label", THREE, "count_values(\"\", v)", 0, "invalid label name"),
    differ(
        "count-values-with-a-hyphen",
        &["v 1"],
        "count_values(\"a-b\", v)",
        0,
        (Fails("invalid label name"), Yields("{\"a-b\"=\"1\"} 1")),
    ),
    // Go rounds half to even when it writes floats; this one lies half way between two decimals.
    same(
        "count-values-rounds-to-even",
        &["v 752317203352317.2"],
        "count_values(\"b\", v)",
        0,
        "{b=\"752317203352317.2\"} 1",
    ),
    same("count-values-of-the-small", &["v 1e-7"], "count_values(\"b\", v)", 0, "{b=\"0.0000001\"} 1"),
    same(
        "count-values-of-the-large",
        &["v 1e21"],
        "count_values(\"b\", v)",
        0,
        "{b=\"1000000000000000000000\"} 1",
    ),
    same("count-values-of-nan", NAN, "count_values(\"b\", v)", 0, "{b=\"NaN\"} 2"),
    same("count-values-of-infinity", &["v Inf"], "count_values(\"b\", v)", 0, "{b=\"+Inf\"} 1"),
];

pub(crate) const GROUPS: &[Case] = &[
    same("by-name", NAMES, "sum by (__name__) ({__name__=~\"m|n\"})", 0, "m 3; n 4"),
    same("by-nothing", NAMES, "sum by () ({__name__=~\"m|n\"})", 0, "{} 7"),
    same("without-nothing", NAMES, "sum without () ({__name__=~\"m|n\"})", 0, "{a=\"1\"} 5; {a=\"2\"} 2"),
    same("without-label", NAMES, "sum without (a) ({__name__=~\"m|n\"})", 0, "{} 7"),
    same("by-missing-label", NAMES, "sum by (z) ({__name__=~\"m|n\"})", 0, "{} 7"),
];
