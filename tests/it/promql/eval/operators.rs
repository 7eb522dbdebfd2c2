//! Operators.

use probity::promql::Answer::Yields;

use super::{Case, differ, fails, same};

const PAIR: &[&str] = &["v{job=\"x\", a=\"1\"} 2", "w{job=\"x\", a=\"1\"} 3"];
const TWINS: &[&str] = &["v{job=\"x\"} 2", "w{job=\"x\", a=\"1\"} 3", "w{job=\"x\", a=\"2\"} 4"];
const STRANGERS: &[&str] = &["v{job=\"y\"} 2", "w{job=\"x\", a=\"1\"} 3", "w{job=\"x\", a=\"2\"} 4"];

pub(crate) const MATCHING: &[Case] = &[
    same("sum-drops-the-name", PAIR, "v + w", 0, "{a=\"1\", job=\"x\"} 5"),
    same("comparison-keeps-the-name", PAIR, "v < w", 0, "v{a=\"1\", job=\"x\"} 2"),
    same("comparison-on-drops-the-name", PAIR, "v < on (job) w", 0, "{job=\"x\"} 2"),
    same("comparison-ignoring-keeps-the-name", PAIR, "v < ignoring (a) w", 0, "v{job=\"x\"} 2"),
    same("bool-drops-the-name", PAIR, "v < bool w", 0, "{a=\"1\", job=\"x\"} 1"),
    same("bool-with-a-number-drops-the-name", PAIR, "v > bool 5", 0, "{a=\"1\", job=\"x\"} 0"),
    same("number-on-the-left", PAIR, "1 < v", 0, "v{a=\"1\", job=\"x\"} 2"),
    same("number-on-the-left-filters", PAIR, "5 < v", 0, "nothing"),
    differ(
        "atan2-and-the-name",
        &["v{a=\"1\"} 0", "w{a=\"1\"} 1"],
        "v atan2 w",
        0,
        (Yields("v{a=\"1\"} 0"), Yields("{a=\"1\"} 0")),
    ),
    fails("duplicates-on-the-one-side", TWINS, "v + on (job) w", 0, "many-to-many matching not allowed"),
    fails(
        "duplicates-without-a-partner",
        STRANGERS,
        "v + on (job) w",
        0,
        "many-to-many matching not allowed",
    ),
    same("duplicates-without-any-partner", STRANGERS, "none + on (job) w", 0, "nothing"),
    fails("duplicates-on-the-left", TWINS, "w + on (job) v", 0, "multiple matches for labels"),
    same("filtered-duplicates-do-not-count", TWINS, "w > on (job) (v + 1)", 0, "{job=\"x\"} 4"),
    fails("unfiltered-duplicates-do", TWINS, "w > on (job) v", 0, "multiple matches for labels"),
    same(
        "group-left",
        TWINS,
        "w * on (job) group_left v",
        0,
        "{a=\"1\", job=\"x\"} 6; {a=\"2\", job=\"x\"} 8",
    ),
    same("group-left-takes-labels-away", TWINS, "w{a=\"1\"} * on (job) group_left (a) v", 0, "{job=\"x\"} 6"),
    fails(
        "group-left-makes-two-one",
        TWINS,
        "w * on (job) group_left (a) v",
        0,
        "multiple matches for labels",
    ),
    same("group-right", TWINS, "v * on (job) group_right w{a=\"1\"}", 0, "{a=\"1\", job=\"x\"} 6"),
    fails(
        "series-that-lose-their-names",
        &["v 1", "w 2"],
        "{__name__=~\"v|w\"} + on (__name__) {__name__=~\"v|w\"}",
        0,
        "same labelset",
    ),
    fails("names-lost-to-a-number", &["v 1", "w 2"], "{__name__=~\"v|w\"} + 1", 0, "same labelset"),
    fails("names-lost-to-a-sign", &["v 1", "w 2"], "-{__name__=~\"v|w\"}", 0, "same labelset"),
    same("or-with-itself", PAIR, "v or v", 0, "v{a=\"1\", job=\"x\"} 2"),
    same("or-on-nothing", PAIR, "v or on () w", 0, "v{a=\"1\", job=\"x\"} 2"),
    same("or-of-others", &["v 1", "w{a=\"1\"} 2"], "v or w", 0, "v 1; w{a=\"1\"} 2"),
    same("and-keeps-the-left", PAIR, "v and w", 0, "v{a=\"1\", job=\"x\"} 2"),
    same("unless-takes-the-left", PAIR, "v unless w", 0, "nothing"),
    same("unless-on-a-label", STRANGERS, "v unless on (job) w", 0, "v{job=\"y\"} 2"),
];

pub(crate) const NUMBERS: &[Case] = &[
    same("minus-one-to-infinity", &[], "vector((-1) ^ Inf)", 0, "{} 1"),
    same("one-to-nan", &[], "vector(1 ^ NaN)", 0, "{} 1"),
    same("minus-zero-to-odd", &["v -0"], "v ^ -3", 0, "{} -Inf"),
    same("minus-zero-to-even", &["v -0"], "v ^ -2", 0, "{} +Inf"),
    same("root-of-minus-one", &[], "vector((-1) ^ 0.5)", 0, "{} NaN"),
    same("sign-after-power", &[], "vector(-1 ^ 2)", 0, "{} -1"),
    same("power-to-the-right", &[], "vector(2 ^ 3 ^ 2)", 0, "{} 512"),
    same("remainder-of-the-negative", &[], "vector(-4 % 2)", 0, "{} -0"),
    same("remainder-of-infinity", &[], "vector(5 % Inf)", 0, "{} 5"),
    same("remainder-by-zero", &[], "vector(5 % 0)", 0, "{} NaN"),
    same("remainder-by-the-negative", &[], "vector(5 % -3)", 0, "{} 2"),
    same("divided-by-zero", &[], "vector(1 / 0)", 0, "{} +Inf"),
    same("zero-by-zero", &[], "vector(0 / 0)", 0, "{} NaN"),
    same("nan-is-not-itself", &[], "vector(NaN == bool NaN)", 0, "{} 0"),
    same("nan-differs-from-itself", &["v NaN"], "v != v", 0, "v NaN"),
    same("zeros-are-equal", &["v -0"], "v == 0", 0, "v -0"),
    same("angle-of-infinities", &[], "vector(Inf atan2 -Inf)", 0, "{} 2.356194490192345"),
    same("angle-of-minus-zero", &["v -0"], "v * 1 atan2 -1", 0, "{} -3.141592653589793"),
];
