//! Templates in labels and annotations. Each generation has those of the Go that it was built with.

use super::Answer::{Fails, Yields};
use super::{Difference, Question};

pub(super) const ROWS: &[Difference] = &[
    Difference::other(
        "range-over-number",
        "A template may loop over a whole number in 3.5.",
        Question::Annotation("{{ range $i := 3 }}{{ $i }}{{ end }}"),
    )
    .gives(Yields(""), Yields("012")),
    Difference::other(
        "range-assigns",
        "A loop that assigns to a variable from outside leaves its last value there in 3.5.",
        Question::Annotation("{{ $i := 0 }}{{ range $i = (query \"vector(5)\") }}{{ end }}{{ $i }}"),
    )
    .gives(Yields(""), Yields("")),
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
    .gives(Yields(""), Yields("")),
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
    .gives(Yields(""), Yields("")),
    Difference::other(
        "comparison-error",
        "What cannot be compared is named with its types in 3.5.",
        Question::Annotation("{{ eq 1 \"a\" }}"),
    )
    .gives(Yields(""), Yields("")),
    Difference::other(
        "call-of-no-function",
        "`call` of what is no function names it in 3.5.",
        Question::Annotation("{{ call 1 }}"),
    )
    .gives(Yields(""), Yields("")),
    Difference::other(
        "type-of-value",
        "The data of a template have another type, which errors show.",
        Question::Annotation("{{ .Nothing }}"),
    )
    .gives(Yields(""), Yields("")),
    Difference::other(
        "value-may-be-a-histogram",
        "`$value` is a number to 2.42, and may be anything to 3.5.",
        Question::Annotation("{{ printf \"%T\" . }}"),
    )
    .gives(Yields(""), Yields("")),
];
