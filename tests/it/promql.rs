//! PromQL: tables of what is taken and what is refused, properties, and a second reader. Prometheus' own is
//! asked in `tests/daemons/promql_promtool.rs`.

use probity::promql::{Dialect, Expr, Span, parse, parse_as};

#[path = "promql/ask.rs"]
mod ask;
#[path = "promql/bad.rs"]
mod bad;
#[path = "promql/eval.rs"]
mod eval;
#[path = "promql/evaluated.rs"]
mod evaluated;
#[path = "promql/generate.rs"]
mod generate;
#[path = "promql/generations.rs"]
mod generations;
#[path = "promql/good.rs"]
mod good;
#[path = "promql/limits.rs"]
mod limits;
#[path = "promql/properties.rs"]
mod properties;
#[path = "promql/second_reader.rs"]
mod second_reader;
#[path = "promql/selectors.rs"]
mod selectors;
#[path = "promql/trees.rs"]
mod trees;

fn read(text: &str) -> Expr {
    parse(text).unwrap_or_else(|error| panic!("{text:?}: {error} at {:?}", error.span))
}

/// Equal but for places; by its debug form, since NaN is not equal to itself.
fn shape(expr: &Expr) -> String {
    format!("{:?}", expr.without_spans())
}

#[test]
fn places_count_lines_and_characters() {
    let text = "sum(\n  é_x\n)";
    let error = parse(text).expect_err("é starts no name");
    assert_eq!(error.span.of(text), "é");
    assert_eq!(error.span.line_and_column(text), (2, 3));
    assert_eq!(Span::new(50, 60).of(text), "", "a span of another text");
}

#[test]
fn the_dialects_differ_where_their_servers_do() {
    for (text, v2, v3) in [
        ("holt_winters(x[5m], 0.5, 0.5)", true, false),
        ("histogram_avg(x)", false, true),
        ("x[300]", false, true),
        ("x offset 5", false, true),
        ("x offset 0s", false, true),
        ("x @ 1h", false, true),
        ("1h + 5", false, true),
        ("1_000", false, true),
        ("{\"http.requests\", \"a b\"=\"c\"}", false, true),
        ("sum by (\"a b\") (x)", false, true),
        ("x{a=~\"(?<n>.)\"}", false, true),
        ("x{a=~`\\Qopen`}", false, true),
    ] {
        assert_eq!(parse_as(text, Dialect::V2).is_ok(), v2, "{text} in 2.42");
        assert_eq!(parse_as(text, Dialect::V3).is_ok(), v3, "{text} in 3.5");
    }
}
