//! Regular expressions.

use super::Answer::{Fails, Yields};
use super::Difference;

pub(super) const ROWS: &[Difference] = &[
    Difference::query(
        "dot-matches-newline",
        "`.` matches a line feed in 3.5.",
        &["x{a=\"1\\n2\"} 1"],
        "x{a=~\"1.2\"}",
    )
    .gives(Yields("nothing"), Yields("x{a=\"1\\n2\"} 1")),
    Difference::query(
        "dot-matches-newline-in-label-replace",
        "`.` matches a line feed in the pattern of label_replace, too.",
        &["x{a=\"1\\n2\"} 1"],
        "label_replace(x, \"b\", \"c\", \"a\", \"1.2\")",
    )
    .gives(Yields("x{a=\"1\\n2\"} 1"), Yields("x{a=\"1\\n2\", b=\"c\"} 1")),
    Difference::query(
        "open-quote-in-pattern",
        "A `\\Q` without `\\E` swallows what 2.42 puts around a pattern.",
        &["x{a=\"b.\"} 1"],
        "x{a=~`\\Qb.`}",
    )
    .gives(Fails(""), Yields("x{a=\"b.\"} 1")),
    Difference::query(
        "named-groups",
        "The Go of 3.5 takes `(?<name>...)`, that of 2.42 `(?P<name>...)` only.",
        &["x{a=\"b\"} 1"],
        "label_replace(x, \"c\", \"$n$n\", \"a\", \"(?<n>.*)\")",
    )
    .gives(Fails(""), Yields("x{a=\"b\", c=\"bb\"} 1")),
    Difference::query(
        "newer-scripts",
        "The Go of 3.5 knows more scripts.",
        &["x{a=\"b\"} 1"],
        "x{a!~`\\p{Kawi}`}",
    )
    .gives(Fails(""), Yields("x{a=\"b\"} 1")),
    Difference::query(
        "unassigned-characters",
        "The class `\\pC` has characters without a meaning in it to the Go of 3.5.",
        &["x{a=\"\u{378}\"} 1"],
        "count(x{a=~`\\pC`})",
    )
    .gives(Yields("nothing"), Yields("{} 1")),
];
