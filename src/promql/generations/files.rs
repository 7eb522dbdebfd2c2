//! Rule files, and files of unit tests.

use super::Answer::{Fails, Yields};
use super::{Difference, Question};

pub(super) const ROWS: &[Difference] = &[
    Difference::other(
        "query-offset",
        "A group may have a query_offset in 3.5.",
        Question::RuleFile("groups: [{name: g, query_offset: 1m, rules: [{record: r, expr: x}]}]"),
    )
    .gives(Fails("query_offset"), Yields("taken")),
    Difference::other(
        "group-labels",
        "A group may have labels for all its rules in 3.5.",
        Question::RuleFile("groups: [{name: g, labels: {a: b}, rules: [{record: r, expr: x}]}]"),
    )
    .gives(Fails("labels"), Yields("taken")),
    Difference::other(
        "label-names-in-rules",
        "Labels of rules may have any name in 3.5.",
        Question::RuleFile("groups: [{name: g, rules: [{record: r, expr: x, labels: {a-b: c}}]}]"),
    )
    .gives(Fails("a-b"), Yields("taken")),
    Difference::other(
        "annotation-names-in-rules",
        "Annotations may have any name in 3.5.",
        Question::RuleFile("groups: [{name: g, rules: [{alert: r, expr: x, annotations: {a-b: c}}]}]"),
    )
    .gives(Fails("a-b"), Yields("taken")),
    Difference::other(
        "recorded-names",
        "A recorded series may have any name in 3.5 in which there are no braces.",
        Question::RuleFile("groups: [{name: g, rules: [{record: a-b, expr: x}]}]"),
    )
    .gives(Fails("a-b"), Yields("taken")),
    Difference::other(
        "null-expression",
        "2.42 takes the text of `null` itself for an expression, to 3.5 it is none.",
        Question::RuleFile("groups: [{name: g, rules: [{record: r, expr: null}]}]"),
    )
    .gives(Yields("taken"), Fails("")),
    Difference::other(
        "nameless-selector-in-rules",
        "Rules are printed and read again. 2.42 forgets a condition `__name__=\"\"` then.",
        Question::Recorded { series: &["x{a=\"b\"} 1 1"], expr: "count({__name__=\"\", a=\"b\"})" },
    )
    .gives(Yields("r 1"), Yields("nothing")),
    Difference::other(
        "fuzzy-compare",
        "A file of unit tests may say `fuzzy_compare` in 3.5.",
        Question::TestFile("fuzzy_compare: true\ntests: []"),
    )
    .gives(Fails("fuzzy_compare"), Yields("taken")),
    Difference::other(
        "expected-histogram",
        "An expected sample may be a `histogram` in 3.5.",
        Question::TestFile(
            "tests: [{promql_expr_test: [{expr: 'vector(1)', eval_time: 0s, exp_samples: [{value: 1, histogram: ''}]}]}]",
        ),
    )
    .gives(Fails("histogram"), Yields("taken")),
    Difference::other(
        "underscores-in-series",
        "Values of series may have underscores between digits in 3.5.",
        Question::TestFile("tests: [{input_series: [{series: x, values: 1_000}]}]"),
    )
    .gives(Fails(""), Yields("taken")),
    Difference::other(
        "quoted-names-in-series",
        "Series of unit tests may have quoted names in 3.5.",
        Question::TestFile("tests: [{input_series: [{series: '{\"a.b\", \"c.d\"=\"e\"}', values: 1}]}]"),
    )
    .gives(Fails(""), Yields("taken")),
];
