//! What can be written.

use super::Answer::{Fails, Yields};
use super::{Difference, Question};

pub(super) const ROWS: &[Difference] = &[
    Difference::query(
        "number-as-duration",
        "3.5 takes seconds without a unit where a duration stands.",
        &["x 1 2 3 4"],
        "sum_over_time(x[90])",
    )
    .at(180)
    .gives(Fails("duration"), Yields("{} 7")),
    Difference::query(
        "number-as-offset",
        "3.5 takes seconds without a unit as an offset.",
        &["x 1 2 3 4"],
        "x offset 60",
    )
    .at(180)
    .gives(Fails("expected"), Yields("x 3")),
    Difference::query(
        "signs-of-an-offset",
        "3.5 takes any number of signs before an offset, 2.42 one minus.",
        &["x 1 2 3 4"],
        "x offset - -1m",
    )
    .at(180)
    .gives(Fails("expected"), Yields("x 3")),
    Difference::query(
        "signs-of-a-range",
        "3.5 takes signs before the duration of a range as long as it is more than 0.",
        &["x 1 2 3 4"],
        "sum_over_time(x[+90s])",
    )
    .at(180)
    .gives(Fails("duration"), Yields("{} 7")),
    Difference::query(
        "duration-as-number",
        "3.5 takes a duration as the number of its seconds.",
        &[],
        "vector(1h30m)",
    )
    .gives(Fails("expected"), Yields("{} 5400")),
    Difference::query("duration-as-timestamp", "3.5 takes a duration after `@`.", &["x 1 2 3 4"], "x @ 1m")
        .at(180)
        .gives(Fails("expected"), Yields("x 2")),
    Difference::query(
        "duration-of-nothing",
        "3.5 takes a duration of length 0, where that makes sense.",
        &["x 1 2 3 4"],
        "x offset 0s",
    )
    .at(180)
    .gives(Fails("duration"), Yields("x 4")),
    Difference::query(
        "duration-arithmetic",
        "Parentheses and operators in durations are known to 3.5 and experimental there; neither takes them.",
        &["x 1 2 3 4"],
        "x offset (1m)",
    )
    .at(180)
    .gives(Fails("expected"), Fails("experimental")),
    Difference::query(
        "underscores-in-numbers",
        "3.5 takes underscores between digits.",
        &[],
        "vector(1_000.5)",
    )
    .gives(Fails(""), Yields("{} 1000.5")),
    Difference::query(
        "quoted-metric-name",
        "3.5 takes a metric's name in quotes within braces.",
        &["x 1"],
        "{\"x\"}",
    )
    .gives(Fails("expected"), Yields("x 1")),
    Difference::query(
        "quoted-label-name",
        "3.5 takes a label's name in quotes, and with any characters then.",
        &["x{a=\"b\"} 1"],
        "x{\"a\"=\"b\", \"c.d\"=\"\"}",
    )
    .gives(Fails("expected"), Yields("x{a=\"b\"} 1")),
    Difference::query(
        "quoted-grouping-label",
        "3.5 takes quoted names in lists of labels.",
        &["x{a=\"b\"} 1"],
        "sum by (\"a\") (x)",
    )
    .gives(Fails("expected"), Yields("{a=\"b\"} 1")),
    Difference::query(
        "colon-in-grouping-label",
        "3.5 takes a colon in a list of labels, where 2.42 takes names of labels only.",
        &["x{a=\"b\"} 1"],
        "sum by (a:b) (x)",
    )
    .gives(Fails(""), Yields("{} 1")),
    Difference::query(
        "experimental-aggregations",
        "limitk and limit_ratio are names like any other in 2.42; 3.5 keeps them for what is experimental.",
        &["x 1"],
        "limitk by (a) (1, x)",
    )
    .gives(Fails("by"), Fails("experimental")),
    Difference::other(
        "html-in-labels",
        "The HTTP interface of 2.42 writes `<`, `>` and `&` of labels as escapes, that of 3.5 as they are.",
        Question::Http("label_replace(vector(1), \"a\", \"<&>\", \"\", \"\")"),
    )
    .gives(
        Yields(concat!(
            r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"#,
            r#""a":"\u003c\u0026\u003e"},"value":[0,"1"]}]}}"#,
        )),
        Yields(concat!(
            r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"#,
            r#""a":"<&>"},"value":[0,"1"]}]}}"#,
        )),
    ),
    Difference::other(
        "short-escapes-in-strings",
        "In strings 3.5 writes backspace and form feed with the short escapes.",
        Question::Http("\"\\b\\f\""),
    )
    .gives(
        Yields(r#"{"status":"success","data":{"resultType":"string","result":[0,"\u0008\u000c"]}}"#),
        Yields(r#"{"status":"success","data":{"resultType":"string","result":[0,"\b\f"]}}"#),
    ),
];
