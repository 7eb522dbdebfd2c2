//! What is taken, and the canonical text of what was understood.

use probity::promql::{
    AggregationOp, At, BinaryOp, Duration, ExprKind, Instant, MatchOp, Offset, Side, Sign, ValueType, parse,
};

use super::{read, shape};

/// A query, and its canonical text.
const PRINTED: &[(&str, &str)] = &[
    ("1", "1"),
    ("-.5", "-0.5"),
    ("5.", "5"),
    ("0x1F", "31"),
    ("0755", "493"),
    ("08", "8"),
    ("1e3", "1000"),
    ("1E-9", "1e-09"),
    ("1e300", "1e+300"),
    ("+inf", "Inf"),
    ("- iNf", "-Inf"),
    ("nan", "NaN"),
    ("-0", "-0"),
    ("1_000.5", "1000.5"),
    ("0x_1f", "31"),
    ("1h30m", "5400"),
    ("'it''s'[5m:]", ""),
    ("\"a\\n\\t\\\\\\\"b\"", "\"a\\n\\t\\\\\\\"b\""),
    ("'\\x41\\102\\u00e9\\U0001F600'", "\"ABé😀\""),
    ("'\\xe2\\x98\\xba'", "\"☺\""),
    ("\"\\xff\"", "\"\\ufffd\""),
    ("`a\\d\"`", "\"a\\\\d\\\"\""),
    ("x # remark", "x"),
    ("# remark\r x", "x"),
    ("job:x:rate5m", "job:x:rate5m"),
    ("x {a = 'b' , c!=\"\",}", "x{a=\"b\", c!=\"\"}"),
    ("{a=~\"b.+\",c!~'d'}", "{a=~\"b.+\", c!~\"d\"}"),
    ("{__name__=\"x\"}", "{__name__=\"x\"}"),
    ("{\"x\", a=\"b\"}", "x{a=\"b\"}"),
    ("{\"on\"}", "{\"on\"}"),
    ("{a=\"b\", \"http.requests\"}", "{\"http.requests\", a=\"b\"}"),
    ("{\"x\", \"y\"}", "{__name__=\"x\", __name__=\"y\"}"),
    ("x{\"a.b\"='c', \"d\"='e'}", "x{\"a.b\"=\"c\", d=\"e\"}"),
    ("x[5m]", "x[5m]"),
    ("x [ 300 ]", "x[5m]"),
    ("x[0.0005]", "x[0.0005]"),
    ("x[1y]", "x[1y]"),
    ("x[90d]", "x[90d]"),
    ("x[14d]", "x[2w]"),
    ("x[61m]", "x[1h1m]"),
    ("x[1d12h30m15s250ms]", "x[1d12h30m15s250ms]"),
    ("x[- -5m]", "x[5m]"),
    ("x offset -5m", "x offset -5m"),
    ("x offset 1h @ 5", "x @ 5.000 offset 1h"),
    ("x[5m] @ -1.5 offset 90", "x[5m] @ -1.500 offset 1m30s"),
    ("x @ START ( )", "x @ start()"),
    ("x @ end()[5m]", "x[5m] @ end()"),
    ("x @ 1m", "x @ 60.000"),
    ("max(x)[1h:5m] offset 1d", "max(x)[1h:5m] offset 1d"),
    ("x[1h:][2h:]", ""),
    ("max_over_time(x[1h:])[2h:1m]", "max_over_time(x[1h:])[2h:1m]"),
    ("-x", "-x"),
    ("--x", "--x"),
    ("- -1", "1"),
    ("-1^2", "-1 ^ 2"),
    ("(-1)^2", "(-1) ^ 2"),
    ("a+b*c^d^e", "a + b * c ^ d ^ e"),
    ("a atan2 b", "a atan2 b"),
    ("a==bool 1", "a == bool 1"),
    ("a AND ON(b) c Or d UNLESS e", "a and on (b) c or d unless e"),
    ("a*on()b", "a * on () b"),
    ("a*ignoring(b,)group_left c", "a * ignoring (b) group_left () c"),
    ("a/on(b)group_right(c,d)e", "a / on (b) group_right (c, d) e"),
    ("a * on() group_left 1", "a * 1"),
    ("sum(x)", "sum(x)"),
    ("SUM(x)BY(a,b)", "sum by (a, b) (x)"),
    ("sum without()(x)", "sum without () (x)"),
    ("sum by (bool, on, and, sum, offset, limitk) (x)", "sum by (bool, on, and, sum, offset, limitk) (x)"),
    ("sum by (\"a.b\", a:b, \"nan\") (x)", "sum by (\"a.b\", \"a:b\", \"nan\") (x)"),
    ("topk by(a)(3,x)", "topk by (a) (3, x)"),
    ("quantile(0.9,x)", "quantile(0.9, x)"),
    ("count_values('v',x)", "count_values(\"v\", x)"),
    ("time()", "time()"),
    ("hour()", "hour()"),
    ("round(x)", "round(x)"),
    ("round(x,5)", "round(x, 5)"),
    ("label_join(x,'a',',')", "label_join(x, \"a\", \",\")"),
    ("label_join(x,'a',',','b','c')", "label_join(x, \"a\", \",\", \"b\", \"c\")"),
    ("histogram_fraction(0,1,histogram_avg(x))", "histogram_fraction(0, 1, histogram_avg(x))"),
    ("histogram_quantile(.9,sum(rate(x[5m]))by(le))", "histogram_quantile(0.9, sum by (le) (rate(x[5m])))"),
    ("((x))", "((x))"),
    ("and", "and"),
    ("or or or or x", "or or or or x"),
    ("or or or or", ""),
    ("offset offset 1m", "offset offset 1m"),
    ("start + end", "start + end"),
    ("limitk", "limitk"),
    ("sum{a='b'}[5m]", "sum{a=\"b\"}[5m]"),
    ("time", "time"),
];

#[test]
fn what_is_taken_prints_canonically_and_reads_back() {
    for (text, printed) in PRINTED {
        if printed.is_empty() {
            assert!(parse(text).is_err(), "{text} is listed as refused");
            continue;
        }
        let expr = read(text);
        assert_eq!(expr.to_string(), *printed, "{text}");
        assert_eq!(shape(&read(printed)), shape(&expr), "{text} is not {printed}");
    }
}

#[test]
fn operators_bind_as_prometheus_says() {
    for (text, grouped) in [
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("a ^ b ^ c", "a ^ (b ^ c)"),
        ("a or b and c unless d", "a or ((b and c) unless d)"),
        ("a == b + c", "a == (b + c)"),
        ("a and b == c", "a and (b == c)"),
        ("a / b % c atan2 d", "((a / b) % c) atan2 d"),
        ("a ^ -b * c", "(a ^ (-b)) * c"),
        ("a ^ -b ^ c", "a ^ (-(b ^ c))"),
        ("-a ^ b", "-(a ^ b)"),
        ("-a * b", "(-a) * b"),
        ("-a + b", "(-a) + b"),
        ("a * -b + c", "(a * (-b)) + c"),
        ("-x offset 5m", "-(x offset 5m)"),
    ] {
        assert_eq!(without_parentheses(text), without_parentheses(grouped), "{text}");
    }
}

#[test]
fn a_window_binds_tighter_than_any_operator() {
    assert!(parse("a + x[5m:]").is_err(), "the window is of x, and cannot be added");
    assert!(parse("-x[5m:]").is_err(), "the window is of x, and has no sign");
}

fn without_parentheses(text: &str) -> String {
    super::trees::bare(&read(text))
}

#[test]
fn a_tree_says_where_everything_stands() {
    let text = "sum by (le) (rate( x_bucket{job=~'a'}[5m] offset 1h )) / on(b) group_left(c) y";
    let expr = read(text);
    assert_eq!(expr.span.of(text), text);
    let ExprKind::Binary(division) = &expr.kind else { panic!("{expr:?}") };
    assert_eq!((division.op, division.op_span.of(text)), (BinaryOp::Div, "/"));
    let matching = division.matching.as_ref().expect("on");
    assert_eq!(matching.span.of(text), "on(b) group_left(c)");
    let group = matching.group.as_ref().expect("group_left");
    assert_eq!((group.many, group.include[0].span.of(text)), (Side::Left, "c"));
    let ExprKind::Aggregation(sum) = &division.left.kind else { panic!("{expr:?}") };
    assert_eq!((sum.op, sum.op_span.of(text)), (AggregationOp::Sum, "sum"));
    assert_eq!(sum.grouping.as_ref().expect("by").span.of(text), "by (le)");
    let ExprKind::Call(rate) = &sum.expr.kind else { panic!("{expr:?}") };
    assert_eq!((rate.function.name, rate.name_span.of(text)), ("rate", "rate"));
    assert_eq!(rate.args[0].span.of(text), "x_bucket{job=~'a'}[5m] offset 1h");
    let ExprKind::Matrix(matrix) = &rate.args[0].kind else { panic!("{expr:?}") };
    assert_eq!((matrix.range, matrix.range_span.of(text)), (Duration::from_millis(300_000), "5m"));
    let selector = &matrix.selector;
    assert_eq!(selector.name.as_ref().expect("a name").span.of(text), "x_bucket");
    let matcher = &selector.matchers[0];
    assert_eq!((matcher.op, matcher.value.as_str(), matcher.matches_empty), (MatchOp::Regex, "a", false));
    assert_eq!(matcher.span.of(text), "job=~'a'");
    assert_eq!((matcher.label_span.of(text), matcher.value_span.of(text)), ("job", "'a'"));
    let Offset { by, span } = selector.offset.expect("an offset");
    assert_eq!((by.millis(), span.of(text)), (3_600_000, "offset 1h"));
}

#[test]
fn times_and_signs_are_values() {
    let expr = read("-x @ 1609746000.1234");
    let ExprKind::Unary(unary) = &expr.kind else { panic!("{expr:?}") };
    assert_eq!(unary.sign, Sign::Minus);
    let ExprKind::Vector(selector) = &unary.expr.kind else { panic!("{expr:?}") };
    assert_eq!(selector.at.map(|At { when, .. }| when), Some(Instant::Millis(1_609_746_000_123)));
}

#[test]
fn every_expression_has_a_type() {
    for (text, value) in [
        ("1 + time()", ValueType::Scalar),
        ("-(1)", ValueType::Scalar),
        ("1 + x", ValueType::Vector),
        ("x[5m]", ValueType::Matrix),
        ("(x[5m:])", ValueType::Matrix),
        ("'a'", ValueType::String),
        ("scalar(x)", ValueType::Scalar),
        ("sum(x)", ValueType::Vector),
    ] {
        assert_eq!(read(text).value_type(), value, "{text}");
    }
}

#[test]
fn a_metric_is_known_by_any_spelling_of_its_name() {
    for text in ["x", "{\"x\"}", "{__name__=\"x\"}", "{a=\"b\", __name__='x'}"] {
        assert_eq!(read(text).selectors()[0].selector.metric_name(), Some("x"), "{text}");
    }
    assert_eq!(read("{__name__=~\"x\"}").selectors()[0].selector.metric_name(), None);
}

#[test]
fn the_alternate_form_is_the_text_that_prometheus_shows() {
    let cases = [
        ("absent(signal{timeline=\"7\", instance=\"a\"})", "absent(signal{instance=\"a\",timeline=\"7\"})"),
        ("(sum by (b) (x{b!=\"1\", a=~\"2\"}) > 1000000)", "(sum by (b) (x{a=~\"2\",b!=\"1\"}) > 1e+06)"),
        ("topk(scalar(y{d=\"\", c=\"\"}), x)", "topk(scalar(y{c=\"\",d=\"\"}), x)"),
    ];
    for (text, shown) in cases {
        let expr = probity::promql::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(format!("{expr:#}"), shown);
    }
}
