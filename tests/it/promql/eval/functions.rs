//! Functions of instant vectors.

use probity::promql::Answer::{Fails, Yields};

use super::{Case, differ, fails, same};

pub(crate) const ABSENT: &[Case] = &[
    same("absent-with-labels", &["x 1"], "absent(none{a=\"b\", c=~\"d\"})", 0, "{a=\"b\"} 1"),
    same("absent-with-two-of-one", &["x 1"], "absent(none{a=\"b\", a=\"c\"})", 0, "{} 1"),
    differ(
        "absent-with-a-not-before",
        &["x 1"],
        "absent(none{a!=\"b\", a=\"c\"})",
        0,
        (Yields("{a=\"c\"} 1"), Yields("{} 1")),
    ),
    same("absent-with-a-not-behind", &["x 1"], "absent(none{a=\"c\", a!=\"b\"})", 0, "{} 1"),
    same("absent-of-an-expression", &["x 1"], "absent(none{a=\"b\"} + 1)", 0, "{} 1"),
    same("absent-in-parentheses", &["x 1"], "absent((none{a=\"b\"}))", 0, "{a=\"b\"} 1"),
    same("absent-of-what-is-there", &["v NaN"], "absent(v)", 0, "nothing"),
    same("absent-over-time", &["v 1"], "absent_over_time(v{a=\"b\"}[5m])", 0, "{a=\"b\"} 1"),
    same("absent-over-time-of-stale", &["v stale"], "absent_over_time(v[5m])", 0, "{} 1"),
];

/// A name, how many series, a query, and what each generation yields.
type Equals = (&'static str, usize, &'static str, (&'static str, &'static str));

const EQUALS: &[Equals] = &[
    (
        "equals-13",
        13,
        "topk(2, sort(sort(v) * 0))",
        ("{a=\"000\"} 0; {a=\"001\"} 0", "{a=\"000\"} 0; {a=\"001\"} 0"),
    ),
    (
        "equals-20",
        20,
        "topk(2, sort(sort(v) * 0))",
        ("{a=\"000\"} 0; {a=\"001\"} 0", "{a=\"000\"} 0; {a=\"001\"} 0"),
    ),
    (
        "equals-50",
        50,
        "topk(2, sort(sort(v) * 0))",
        ("{a=\"000\"} 0; {a=\"001\"} 0", "{a=\"000\"} 0; {a=\"001\"} 0"),
    ),
    (
        "equals-130",
        130,
        "topk(2, sort(sort(v) * 0))",
        ("{a=\"000\"} 0; {a=\"001\"} 0", "{a=\"000\"} 0; {a=\"001\"} 0"),
    ),
    (
        "thirds-13",
        13,
        "topk(2, sort(sort(v) % 3))",
        ("{a=\"002\"} 2; {a=\"005\"} 2", "{a=\"005\"} 2; {a=\"002\"} 2"),
    ),
    (
        "thirds-20",
        20,
        "topk(2, sort(sort(v) % 3))",
        ("{a=\"008\"} 2; {a=\"005\"} 2", "{a=\"005\"} 2; {a=\"008\"} 2"),
    ),
    (
        "thirds-50",
        50,
        "topk(2, sort(sort(v) % 3))",
        ("{a=\"017\"} 2; {a=\"011\"} 2", "{a=\"026\"} 2; {a=\"017\"} 2"),
    ),
    (
        "thirds-130",
        130,
        "topk(2, sort(sort(v) % 3))",
        ("{a=\"065\"} 2; {a=\"011\"} 2", "{a=\"011\"} 2; {a=\"065\"} 2"),
    ),
    (
        "thirds-falling-130",
        130,
        "bottomk(2, sort_desc(sort(v) % 3))",
        ("{a=\"033\"} 0; {a=\"012\"} 0", "{a=\"012\"} 0; {a=\"033\"} 0"),
    ),
    (
        "squares-130",
        130,
        "topk(2, sort(sort(v) ^ 2 % 11))",
        ("{a=\"019\"} 9; {a=\"030\"} 9", "{a=\"030\"} 9; {a=\"019\"} 9"),
    ),
    (
        "squares-1000",
        1000,
        "topk(2, sort(sort(v) ^ 2 % 37))",
        ("{a=\"623\"} 36; {a=\"697\"} 36", "{a=\"697\"} 36; {a=\"623\"} 36"),
    ),
    (
        "squares-falling-1000",
        1000,
        "bottomk(2, sort_desc(sort(v) ^ 2 % 37))",
        ("{a=\"296\"} 0; {a=\"740\"} 0", "{a=\"740\"} 0; {a=\"296\"} 0"),
    ),
    ("best-of-12", 12, "bottomk(1, topk(10, sort(v) ^ 2 % 5))", ("{a=\"005\"} 0", "{a=\"005\"} 0")),
    ("best-of-13", 13, "bottomk(1, topk(10, sort(v) ^ 2 % 5))", ("{a=\"011\"} 1", "{a=\"001\"} 1")),
    ("best-of-130", 130, "bottomk(1, topk(100, sort(v) ^ 2 % 7))", ("{a=\"043\"} 1", "{a=\"020\"} 1")),
];

/// Which of many equals are first once they were sorted, by how many there are: the method changes at 13 and at 50.
/// `sort` of different values comes before it, since promtool leaves the order of what it reads to chance.
pub(crate) fn sorted() -> Vec<Case> {
    let cases = EQUALS.iter().map(|&(name, count, expr, (v2, v3))| {
        let series = (0..count).map(|place| &*format!("v{{a=\"{place:03}\"}} {place}").leak());
        differ(name, series.collect::<Vec<_>>().leak(), expr, 0, (Yields(v2), Yields(v3)))
    });
    cases.collect()
}

const SLIGHTLY: &[&str] =
    &["b{le=\"1\"} 10", "b{le=\"2\"} 10.000000000001", "b{le=\"3\"} 9.999999999998", "b{le=\"+Inf\"} 20"];
const PLAIN: &[&str] = &["b{le=\"1\"} 2", "b{le=\"2\"} 6", "b{le=\"+Inf\"} 8"];

pub(crate) const HISTOGRAMS: &[Case] = &[
    same("quantile-of-slight-decreases", SLIGHTLY, "histogram_quantile(0.5, b)", 0, "{} 1"),
    same(
        "quantile-of-nan-counts",
        &["b{le=\"1\"} NaN", "b{le=\"+Inf\"} NaN"],
        "histogram_quantile(0.5, b)",
        0,
        "{} 1",
    ),
    same(
        "quantile-with-one-bound-twice",
        &["b{le=\"1\"} 2", "b{le=\"1.0\"} 3", "b{le=\"+Inf\"} 10"],
        "histogram_quantile(0.25, b)",
        0,
        "{} 0.5",
    ),
    same(
        "quantile-with-a-hexadecimal-bound",
        &["b{le=\"0x1p2\"} 4", "b{le=\"+Inf\"} 4"],
        "histogram_quantile(0.5, b)",
        0,
        "{} 2",
    ),
    same(
        "quantile-with-underscores",
        &["b{le=\"1_0\"} 4", "b{le=\"8\"} 4", "b{le=\"+Inf\"} 4"],
        "histogram_quantile(0.5, b)",
        0,
        "{} 4",
    ),
    same(
        "quantile-with-a-bound-too-large",
        &["b{le=\"1e999\"} 4", "b{le=\"8\"} 4", "b{le=\"+Inf\"} 4"],
        "histogram_quantile(0.5, b)",
        0,
        "{} 4",
    ),
    same("quantile-below", PLAIN, "histogram_quantile(-0, b) or histogram_quantile(-0.1, b)", 0, "{} 0"),
    same("quantile-far-below", PLAIN, "histogram_quantile(-0.1, b)", 0, "{} -Inf"),
    same("quantile-of-rank-nan", PLAIN, "histogram_quantile(NaN, b)", 0, "{} NaN"),
    same("quantile-above", PLAIN, "histogram_quantile(1.1, b)", 0, "{} +Inf"),
    same("quantile-in-the-last", PLAIN, "histogram_quantile(1, b)", 0, "{} 2"),
    same("quantile-between", PLAIN, "histogram_quantile(0.5, b)", 0, "{} 1.5"),
    same(
        "quantile-without-the-last",
        &["b{le=\"1\"} 2", "b{le=\"2\"} 6"],
        "histogram_quantile(0.5, b)",
        0,
        "{} NaN",
    ),
    same("quantile-of-the-last-alone", &["b{le=\"+Inf\"} 6"], "histogram_quantile(0.5, b)", 0, "{} NaN"),
    same("quantile-without-bounds", &["b 6"], "histogram_quantile(0.5, b)", 0, "nothing"),
    same(
        "quantile-of-none",
        &["b{le=\"1\"} 0", "b{le=\"+Inf\"} 0"],
        "histogram_quantile(0.5, b)",
        0,
        "{} NaN",
    ),
    same(
        "quantile-of-the-first-below-zero",
        &["b{le=\"-1\"} 4", "b{le=\"+Inf\"} 4"],
        "histogram_quantile(0.5, b)",
        0,
        "{} -1",
    ),
    differ("fraction", PLAIN, "histogram_fraction(-Inf, 1.5, b)", 0, (Yields("nothing"), Yields("{} 0.5"))),
    differ(
        "fraction-from-within-the-first",
        PLAIN,
        "histogram_fraction(0, 1.5, b)",
        0,
        (Yields("nothing"), Yields("{} NaN")),
    ),
    differ("fraction-of-none", PLAIN, "histogram_fraction(2, 1, b)", 0, (Yields("nothing"), Yields("{} 0"))),
    differ(
        "fraction-of-all",
        PLAIN,
        "histogram_fraction(-Inf, Inf, b)",
        0,
        (Yields("nothing"), Yields("{} 1")),
    ),
    differ("fraction-nan", PLAIN, "histogram_fraction(NaN, 1, b)", 0, (Yields("nothing"), Yields("{} NaN"))),
];

pub(crate) const FUNCTIONS: &[Case] = &[
    same("clamp-to-nan", &["v 5"], "clamp(v, NaN, Inf)", 0, "{} NaN"),
    same("clamp-inverted", &["v 5"], "clamp(v, 2, 1)", 0, "nothing"),
    same("clamp-min-of-nan", &["v NaN"], "clamp_min(v, 2)", 0, "{} NaN"),
    same("clamp-max-of-infinity", &["v Inf"], "clamp_max(v, 2)", 0, "{} 2"),
    same("round-to-zero", &["v 5"], "round(v, 0)", 0, "{} NaN"),
    same("round-to-the-negative", &["v 7"], "round(v, -5)", 0, "{} 5"),
    same("round-half-up", &["v -2.5"], "round(v)", 0, "{} -2"),
    same("round-to-tenths", &["v 0.25"], "round(v, 0.1)", 0, "{} 0.3"),
    same("floor-of-minus-zero", &["v -0"], "floor(v)", 0, "{} -0"),
    same("sign-of-minus-zero", &["v -0"], "sgn(v)", 0, "{} -0"),
    same("logarithm-of-zero", &["v 0"], "ln(v)", 0, "{} -Inf"),
    same("logarithm-of-the-negative", &["v -1"], "log2(v)", 0, "{} NaN"),
    same("root-of-the-negative", &["v -1"], "sqrt(v)", 0, "{} NaN"),
    same("year-of-nan", &[], "year(vector(NaN))", 0, "{} 292277026596"),
    same("year-of-infinity", &[], "year(vector(Inf))", 0, "{} 292277026596"),
    same("year-of-minus-infinity", &[], "year(vector(-Inf))", 0, "{} 292277026596"),
    same("year-of-the-far-future", &[], "year(vector(9.3e18))", 0, "{} 292277026596"),
    same("year-truncates", &[], "year(vector(-0.5))", 0, "{} 1970"),
    same("minute-truncates", &[], "minute(vector(-1.5))", 0, "{} 59"),
    same("days-in-february", &[], "days_in_month(vector(951782400))", 0, "{} 29"),
    same("day-of-week", &[], "day_of_week(vector(0))", 0, "{} 4"),
    same("day-of-year", &[], "day_of_year(vector(951868800))", 0, "{} 61"),
    same("scalar-of-two", &["v{a=\"1\"} 1", "v{a=\"2\"} 2"], "vector(scalar(v))", 0, "{} NaN"),
    same("timestamp-of-a-sample", &["v 1"], "timestamp(v)", 90, "{} 0"),
    same("timestamp-of-a-result", &["v 1"], "timestamp(v + 1)", 90, "{} 90"),
    fails("names-lost-to-a-function", &["v 1", "w 2"], "abs({__name__=~\"v|w\"})", 0, "same labelset"),
];

const LABEL: &[&str] = &["v{a=\"bc\"} 1"];

pub(crate) const LABELS: &[Case] = &[
    same(
        "replace-with-what-is-around",
        LABEL,
        "label_replace(v, \"d\", \"x\", \"a\", \"b)(?:c\")",
        0,
        "v{a=\"bc\", d=\"x\"} 1",
    ),
    same("replace-nothing", LABEL, "label_replace(v, \"d\", \"x\", \"a\", \"c\")", 0, "v{a=\"bc\"} 1"),
    same(
        "replace-missing",
        LABEL,
        "label_replace(v, \"d\", \"x\", \"z\", \"\")",
        0,
        "v{a=\"bc\", d=\"x\"} 1",
    ),
    same("replace-takes-away", LABEL, "label_replace(v, \"a\", \"\", \"a\", \".*\")", 0, "v 1"),
    same(
        "replace-the-name",
        LABEL,
        "label_replace(v, \"__name__\", \"w\", \"a\", \".*\")",
        0,
        "w{a=\"bc\"} 1",
    ),
    same(
        "long-name-of-a-group",
        LABEL,
        "label_replace(v, \"d\", \"$1x\", \"a\", \"(.).\")",
        0,
        "v{a=\"bc\"} 1",
    ),
    same(
        "braces-around-a-group",
        LABEL,
        "label_replace(v, \"d\", \"${1}x\", \"a\", \"(.).\")",
        0,
        "v{a=\"bc\", d=\"bx\"} 1",
    ),
    same(
        "two-dollars",
        LABEL,
        "label_replace(v, \"d\", \"$$1\", \"a\", \"(.).\")",
        0,
        "v{a=\"bc\", d=\"$1\"} 1",
    ),
    same(
        "open-brace",
        LABEL,
        "label_replace(v, \"d\", \"${\", \"a\", \"(.).\")",
        0,
        "v{a=\"bc\", d=\"${\"} 1",
    ),
    same(
        "two-groups-of-a-name",
        LABEL,
        "label_replace(v, \"d\", \"$n\", \"a\", \"(?P<n>x)|(?P<n>.*)\")",
        0,
        "v{a=\"bc\", d=\"bc\"} 1",
    ),
    fails("replace-with-a-bad-pattern", LABEL, "label_replace(v, \"d\", \"x\", \"a\", \"(\")", 0, ""),
    fails("replace-the-unnamed", LABEL, "label_replace(v, \"\", \"x\", \"a\", \".*\")", 0, ""),
    fails(
        "replace-makes-two-one",
        &["v{a=\"1\"} 1", "v{a=\"2\"} 2"],
        "label_replace(v, \"a\", \"\", \"\", \"\")",
        0,
        "labelset",
    ),
    same(
        "join-two",
        &["v{a=\"1\", b=\"2\"} 1"],
        "label_join(v, \"c\", \"-\", \"a\", \"b\", \"z\")",
        0,
        "v{a=\"1\", b=\"2\", c=\"1-2-\"} 1",
    ),
    same("join-none", LABEL, "label_join(v, \"a\", \"-\")", 0, "v 1"),
    differ(
        "join-with-a-hyphen",
        LABEL,
        "label_join(v, \"c-d\", \"\", \"a\")",
        0,
        (Fails("label"), Yields("v{a=\"bc\", \"c-d\"=\"bc\"} 1")),
    ),
];

pub(crate) const PATTERNS: &[Case] = &[
    same("flag-repeated", &["v{a=\"aa\"} 1"], "v{a=~\"a(?i)*\"}", 0, "v{a=\"aa\"} 1"),
    same("class-of-ampersands", &["v{a=\"&\"} 1"], "v{a=~\"[a&&b]\"}", 0, "v{a=\"&\"} 1"),
    same("kelvin", &["v{a=\"\u{212a}\"} 1"], "v{a=~\"(?i)k\"}", 0, "v{a=\"\u{212a}\"} 1"),
    same("no-edge-of-words", &["v{a=\"\u{e9}\"} 1"], "v{a=~`\\B\u{e9}`}", 0, "v{a=\"\u{e9}\"} 1"),
    same("edge-of-words", &["v{a=\"\u{e9}\"} 1"], "v{a=~`\\b\u{e9}`}", 0, "nothing"),
    same("dollar-is-the-end", &["v{a=\"x\\ny\"} 1"], "v{a=~\"x$\\ny\"}", 0, "nothing"),
    same("lines-by-flag", &["v{a=\"x\\ny\"} 1"], "v{a=~\"(?m)x$\\ny\"}", 0, "v{a=\"x\\ny\"} 1"),
    same("anchored", &["v{a=\"xy\"} 1"], "v{a=~\"x|y\"}", 0, "nothing"),
    same("empty-alternative", &["v 1"], "v{a=~\"x|\"}", 0, "v 1"),
    fails("look-ahead", &["v 1"], "v{a=~\"(?=x)\"}", 0, ""),
    fails("back-reference", &["v 1"], "v{a=~`(x)\\1`}", 0, ""),
    fails("unbalanced", &["v{a=\"x\"} 1"], "v{a=~\"x)(?:\"}", 0, ""),
];
