//! Templates in labels and annotations. Each generation has those of the Go that it was built with.

use super::Answer::{Fails, Yields};
use super::{Difference, Question};

/// What Prometheus shows instead of a text, from the column on.
macro_rules! failed {
    ($column:literal, $($why:literal),+) => {
        concat!(
            "<error expanding template: error executing template __alert_A: template: __alert_A:1:",
            $column,
            ": executing \"__alert_A\" at ",
            $($why,)+
            ">",
        )
    };
}

pub(super) const ROWS: &[Difference] = &[
    Difference::other(
        "range-over-number",
        "A template may loop over a whole number in 3.5.",
        Question::Annotation("{{ range $i := 3 }}{{ $i }}{{ end }}"),
    )
    .gives(Yields(failed!("127", "<3>: range can't iterate over 3")), Yields("012")),
    Difference::other(
        "range-assigns",
        "A loop that assigns to a variable from outside leaves its last value there in 3.5.",
        Question::Annotation(
            "{{ $i := 0 }}{{ $j := 1 }}{{ range $i = query \"vector(5)\" }}{{ end }}{{ $j }}",
        ),
    )
    .gives(Yields("{map[] 5}"), Yields("1")),
    Difference::other(
        "else-with",
        "`with` may be chained by `else with` in 3.5.",
        Question::Annotation("{{ with \"\" }}a{{ else with \"b\" }}{{ . }}{{ end }}"),
    )
    .gives(Fails("else"), Yields("b")),
    Difference::other(
        "title",
        "`title` parts words at whatever is no letter in 2.42, and as Unicode does in 3.5.",
        Question::Annotation("{{ title \"don't stop.now\" }}"),
    )
    .gives(Yields("Don'T Stop.Now"), Yields("Don't Stop.now")),
    Difference::other(
        "parse-duration-error",
        "What is wrong with a duration is said in other words.",
        Question::Annotation("{{ parseDuration \"5x\" }}"),
    )
    .gives(
        Yields(failed!(
            "115",
            r#"<parseDuration "5x">: error calling parseDuration: not a valid duration string: "5x""#
        )),
        Yields(failed!(
            "115",
            r#"<parseDuration "5x">: error calling parseDuration: unknown unit "x" in duration "5x""#
        )),
    ),
    Difference::other(
        "stray-parenthesis",
        "A closing parenthesis too many is found earlier by the Go of 3.5, which has other words for it.",
        Question::Annotation("{{ 1 ) }}"),
    )
    .gives(Fails(""), Fails("unexpected right paren")),
    Difference::other(
        "slice-of-pointer",
        "Errors of `slice` name what a pointer points to in 3.5.",
        Question::Annotation("{{ slice (query \"vector(1)\" | first) 1 }}"),
    )
    .gives(
        Yields(failed!(
            "115",
            r#"<slice (query "vector(1)" | first) 1>"#,
            ": error calling slice: can't slice item of type *template.sample"
        )),
        Yields(failed!(
            "115",
            r#"<slice (query "vector(1)" | first) 1>"#,
            ": error calling slice: can't slice item of type template.sample"
        )),
    ),
    Difference::other(
        "comparison-error",
        "What cannot be compared is named with its types in 3.5.",
        Question::Annotation("{{ eq 1 \"a\" }}"),
    )
    .gives(
        Yields(failed!("115", r#"<eq 1 "a">: error calling eq: incompatible types for comparison"#)),
        Yields(failed!(
            "115",
            r#"<eq 1 "a">: error calling eq: incompatible types for comparison: int and string"#
        )),
    ),
    Difference::other(
        "call-of-no-function",
        "`call` of what is no function names it in 3.5.",
        Question::Annotation("{{ call 1 }}"),
    )
    .gives(
        Yields(failed!("115", "<call 1>: error calling call: non-function of type int")),
        Yields(failed!("115", "<call 1>: error calling call: non-function 1 of type int")),
    ),
    Difference::other(
        "type-of-value",
        "The data of a template have another type, which errors show.",
        Question::Annotation("{{ .Nothing }}"),
    )
    .gives(
        Yields(failed!(
            "115",
            "<.Nothing>: can't evaluate field Nothing",
            " in type struct { Labels map[string]string; ExternalLabels map[string]string;",
            " ExternalURL string; Value float64 }"
        )),
        Yields(failed!(
            "115",
            "<.Nothing>: can't evaluate field Nothing",
            " in type struct { Labels map[string]string; ExternalLabels map[string]string;",
            " ExternalURL string; Value interface {} }"
        )),
    ),
    Difference::other(
        "value-may-be-a-histogram",
        "`$value` is a number to 2.42, and may be anything to 3.5.",
        Question::Annotation("{{ printf \"%T\" . }}"),
    )
    .gives(
        Yields(concat!(
            "struct { Labels map[string]string; ExternalLabels map[string]string; ",
            "ExternalURL string; Value float64 }",
        )),
        Yields(concat!(
            "struct { Labels map[string]string; ExternalLabels map[string]string; ",
            "ExternalURL string; Value interface {} }",
        )),
    ),
];
