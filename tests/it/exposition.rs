//! The exposition parser against a table of rules, against itself, and against two other parsers.

use probity::observe::exposition::{Exemplar, Format, Kind, Labels, parse};

#[path = "exposition/generator.rs"]
mod generator;
#[path = "exposition/oracles.rs"]
mod oracles;
#[path = "exposition/prometheus.rs"]
mod prometheus;
#[path = "exposition/properties.rs"]
mod properties;

/// Text, and the problems it must give: position and a part of the message.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

const NONE: &[(&str, &str)] = &[];

/// What is wrong about the problems that a text gives, if anything.
fn mismatch(format: Format, text: &str, expected: &[(&str, &str)]) -> Option<String> {
    let exposition = parse(text, format);
    let problems: Vec<String> = exposition.problems.iter().map(ToString::to_string).collect();
    let matches = problems.len() == expected.len()
        && problems.iter().zip(expected).all(|(problem, (position, part))| {
            problem.strip_prefix(position).is_some_and(|rest| rest.starts_with(": ") && rest.contains(part))
        });
    (!matches).then(|| format!("{format:?} {text:?}\nexpected {expected:#?}\ngot {problems:#?}\n"))
}

const TEXT_LINES: &[Case] = &[
    ("", NONE),
    ("\n\n", NONE),
    ("foo 1\n", NONE),
    ("  foo\t{ a = \"b\" , c=\"d\" , }  1\t5  \n", NONE),
    ("foo{a=\"b\"}1\n", NONE),
    ("# a remark\n#\n#remark\n# UNIT foo seconds\n# EOF\nfoo 1\n", NONE),
    ("foo 1", &[("1:6", "expected a line feed to end the last line, saw the end of the text")]),
    ("foo 1\r\nbar 2\r\n", &[("1:6", "carriage return"), ("2:6", "carriage return")]),
    ("\u{feff}foo 1\n", &[("1:1", "byte order mark")]),
    ("5foo 1\n", &[("1:1", "expected a metric name (a letter, `_` or `:` first), saw `5`")]),
    ("foo\n", &[("1:4", "expected a blank or `{` after the name `foo`, saw the end of the line")]),
    ("a:b_c:d 1\n", NONE),
    ("my.metric 1\n", &[("1:3", "must be quoted, as in `{\"a.b\"}`), saw `.`")]),
    ("{\"my.metric\", a=\"b\", \"c.d\"=\"e\"} 1\n", NONE),
    ("{\"foo\"} 1\n", NONE),
    ("{a=\"b\"} 1\n", &[("1:1", "expected a metric name, saw only labels")]),
    ("{} 1\n", &[("1:1", "expected a metric name, saw only labels")]),
    ("{5} 1\n", &[("1:2", "expected the quoted metric name or a label name, saw `5`")]),
    ("{\"\"} 1\n", &[("1:2", "expected a name between the quotes, saw none")]),
    ("foo{\"bar\"} 1\n", &[("1:10", "expected `=` after the label name `bar`, saw `}`")]),
    ("foo{a:b=\"c\"} 1\n", &[("1:6", "expected `=` after the label name `a`, saw `:`")]),
    ("foo{5=\"c\"} 1\n", &[("1:5", "expected a label name (a letter or `_` first) or `}`, saw `5`")]),
    ("foo{,} 1\n", &[("1:5", "expected a label name (a letter or `_` first) or `}`, saw `,`")]),
    ("foo{code=5} 1\n", &[("1:10", "expected `\"` to open the value of label `code`, saw `5`")]),
    ("foo{a=\"b} 1\n", &[("1:12", "expected `\"` to close the value of label `a`, saw the end of the line")]),
    ("foo{a=\"b\" c=\"d\"} 1\n", &[("1:11", "expected `,` or `}` after the label, saw `c`")]),
    ("foo{a=\"b\"\n", &[("1:10", "expected `,` or `}` after the label, saw the end of the line")]),
    ("foo{a=\"b\",a=\"c\"} 1\n", &[("1:11", "expected every label once, saw `a` a second time")]),
    ("foo{__name__=\"b\"} 1\n", &[("1:5", "reserved label `__name__`")]),
    ("foo{_a=\"b\"} 1\n", NONE),
    ("foo{a=\"\\\\ \\\" \\n\"} 1\n", NONE),
    (
        "foo{a=\"é\\q\"} 1\n",
        &[("1:9", "expected `\\\\`, `\\\"` or `\\n` in the value of label `a`, saw `\\q`")],
    ),
    ("foo{a=\"b\"}\n", &[("1:11", "expected the value of `foo`, saw the end of the line")]),
    ("foo NaN\nb Nan\nc +Inf\nd -Inf\ne Inf\nf 1e5\ng .5\nh 5.\ni -1.5E-3\nj infinity\n", NONE),
    ("foo 0x1p4\n", &[("1:5", "expected a number as the value of `foo`, saw `0x1p4`")]),
    ("foo 1_000\n", &[("1:5", "saw `1_000`")]),
    ("foo -nan\n", &[("1:5", "saw `-nan`")]),
    ("foo .\n", &[("1:5", "saw `.`")]),
    ("foo 1e\n", &[("1:5", "saw `1e`")]),
    ("foo 1e999\n", &[("1:5", "saw `1e999`, which does not fit a 64-bit float")]),
    ("foo 1 -5\nbar 1 +5\n", NONE),
    ("foo 1 5.0\n", &[("1:7", "expected a timestamp in whole milliseconds, saw `5.0`")]),
    ("foo 1 9223372036854775808\n", &[("1:7", "which is out of range")]),
    ("foo 1 5 6\n", &[("1:9", "expected the end of the line, saw `6`")]),
    ("foo 1 # {a=\"b\"} 1\n", &[("1:7", "the text format has no exemplars")]),
    ("bar x\nfoo{a=5} y\n", &[("1:5", "saw `x`"), ("2:7", "saw `5`")]),
];

const TEXT_FAMILIES: &[Case] = &[
    ("# HELP foo a \\\\ b \\n c \"d\"\n# TYPE foo gauge\nfoo 1\n", NONE),
    ("# HELP foo\n#\tTYPE\tfoo\tgauge\t\nfoo 1\n", NONE),
    ("# HELP foo a \\\" b\n", &[("1:14", "expected `\\\\` or `\\n` in the help text, saw `\\\"`")]),
    ("# HELP foo a \\", &[("1:14", "a lone `\\` at the end"), ("1:15", "expected a line feed")]),
    ("# HELP\n", &[("1:7", "expected a metric name after `# HELP`, saw the end of the line")]),
    ("# HELP 5\n", &[("1:8", "expected a metric name (a letter, `_` or `:` first), saw `5`")]),
    ("# TYPE foo\n", &[("1:11", "expected the type of `foo`, saw the end of the line")]),
    ("# TYPE a.b gauge\n", &[("1:9", "expected a blank after the metric name `a`, saw `.`")]),
    ("# TYPE \"a.b\" gauge\n{\"a.b\"} 1\n", NONE),
    ("#TYPE foo gauge\n", &[("1:2", "expected a blank between `#` and `TYPE`, saw none")]),
    ("# TYPE foo gauge 5\n", &[("1:18", "expected the end of the line, saw `5`")]),
    ("# TYPE foo meter\n", &[("1:12", "as the type of `foo`, saw `meter`")]),
    ("# TYPE foo info\n", &[("1:12", "as the type of `foo`, saw `info`")]),
    ("# TYPE foo unknown\n", &[("1:12", "saw `unknown`")]),
    (
        "# TYPE foo gauge\n# TYPE foo gauge\n",
        &[("2:1", "expected one `# TYPE` for `foo`, saw another after line 1")],
    ),
    ("# HELP foo a\n# HELP foo b\n", &[("2:1", "expected one `# HELP` for `foo`")]),
    ("foo 1\n# TYPE foo gauge\n", &[("2:1", "expected `# TYPE` before the samples of `foo`")]),
    ("foo 1\n# HELP foo a\n", &[("2:1", "expected `# HELP` before the samples of `foo`")]),
    (
        "foo_bucket{le=\"+Inf\"} 1\n# HELP foo a\n# TYPE foo histogram\n",
        &[("3:1", "expected `# TYPE foo` before the samples of `foo`, saw `foo_bucket` on line 1")],
    ),
    (
        "foo{a=\"1\"} 1\nbar 1\nfoo{a=\"2\"} 1\n",
        &[("3:1", "expected all lines of family `foo` to stand together, saw it resumed after line 1")],
    ),
    ("foo{a=\"1\"} 1\n# TYPE bar gauge\nfoo{a=\"2\"} 1\n", &[("3:1", "saw it resumed after line 1")]),
    (
        "foo{a=\"1\",b=\"2\"} 1\nfoo{b=\"2\",a=\"1\"} 1 5\n",
        &[("2:1", "expected every series once, saw `foo{a=\"1\",b=\"2\"}` again after line 1")],
    ),
    ("foo 1\n foo{a=\"\"} 1\n", &[("2:2", "saw `foo{a=\"\"}` again after line 1")]),
    ("# TYPE foo counter\nfoo -1\n", &[("2:5", "expected a counter of zero or more, saw -1")]),
    ("# TYPE foo counter\nfoo NaN\n", &[("2:5", "expected a counter of zero or more, saw NaN")]),
    ("# TYPE foo gauge\nfoo -1\n# TYPE bar untyped\nbar NaN\n", NONE),
    ("# TYPE foo counter\nfoo_total 1\n", NONE),
];

const HISTOGRAM: &str = "# TYPE h histogram\n";

const TEXT_DISTRIBUTIONS: &[Case] = &[
    ("h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum -3\nh_count 2\n", NONE),
    ("h_bucket{le=\"+Inf\"} 1.5\nh_sum NaN\nh_count 1.5\n", NONE),
    ("h_bucket 1\n", &[("2:1", "expected a label `le` on `h_bucket`, saw `{}`")]),
    ("h_bucket{le=\"x\"} 1\n", &[("2:13", "expected a number in label `le`, saw `x`")]),
    (
        "h_bucket{le=\"Inf\"} 1\nh_sum 1\nh_count 1\n",
        &[("2:13", "expected le=\"+Inf\" for infinity, saw `Inf`")],
    ),
    (
        "h_bucket{a=\"b\",le=\"1\"} 1\nh_sum{a=\"b\"} 1\nh_count{a=\"b\"} 1\n",
        &[("2:1", "histogram `h{a=\"b\"}`: expected a bucket with le=\"+Inf\", saw buckets up to le=\"1\"")],
    ),
    ("h_sum 1\nh_count 1\n", &[("2:1", "expected a bucket with le=\"+Inf\", saw no bucket")]),
    (
        "h_bucket{le=\"1\"} 2\nh_bucket{le=\"2\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 2\n",
        &[("3:18", "expected le=\"2\" to hold at least the 2 of le=\"1\", saw 1")],
    ),
    (
        "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 2\n",
        &[("3:13", "expected bounds in rising order, saw le=\"1\" after le=\"2\"")],
    ),
    (
        "h_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 2\n",
        &[("3:13", "saw le=\"1\" after le=\"1\"")],
    ),
    (
        "h_bucket{le=\"+Inf\"} 2\nh_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 2\n",
        &[("3:1", "expected every series once")],
    ),
    (
        "h_bucket{le=\"NaN\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        &[("2:13", "expected a bound that is a number")],
    ),
    (
        "h_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 3\n",
        &[("4:9", "expected the count to equal the 2 of le=\"+Inf\", saw 3")],
    ),
    (
        "h_bucket{le=\"+Inf\"} -1\nh_sum 1\nh_count -1\n",
        &[
            ("2:21", "expected a bucket of zero or more, saw -1"),
            ("4:9", "expected a count of zero or more, saw -1"),
        ],
    ),
    ("h_bucket{le=\"+Inf\"} 1\n", &[("2:1", "expected a sum and a count beside the buckets, saw none")]),
    ("h_bucket{le=\"+Inf\"} 1\nh_sum 1\n", &[("2:1", "expected a count beside the sum, saw none")]),
    ("h_bucket{le=\"+Inf\"} 1\nh_count 1\n", &[("2:1", "expected a sum beside the count, saw none")]),
    ("h 1\n", &[("2:1", "expected `h_bucket` or `h_sum` or `h_count` for the histogram `h`, saw `h`")]),
    ("h_bucket{le=\"+Inf\"} x\nh_sum 1\nh_count 1\n", &[("2:21", "saw `x`")]),
];

const SUMMARY: &str = "# TYPE s summary\n";

const TEXT_SUMMARIES: &[Case] = &[
    ("s{quantile=\"0\"} NaN\ns{quantile=\"1\"} -5\ns_sum -3\ns_count 2\n", NONE),
    ("s 1\n", &[("2:1", "expected a label `quantile` on `s`, saw `{}`")]),
    ("s{quantile=\"x\"} 1\n", &[("2:12", "expected a number in label `quantile`, saw `x`")]),
    ("s{quantile=\"1.5\"} 1\n", &[("2:12", "expected a quantile from 0 to 1, saw 1.5")]),
    ("s{quantile=\"NaN\"} 1\n", &[("2:12", "expected a quantile from 0 to 1, saw NaN")]),
    (
        "s{quantile=\"0.9\"} 1\ns{quantile=\"0.5\"} 1\n",
        &[("3:12", "expected quantiles in rising order, saw 0.5 after 0.9")],
    ),
    ("s_count -1\n", &[("2:9", "expected a count of zero or more, saw -1")]),
];

/// `# EOF` and a line feed are added to each.
const OPEN_METRICS: &[Case] = &[
    ("", NONE),
    (
        "# TYPE foo_seconds counter\n# UNIT foo_seconds seconds\n# HELP foo_seconds a \\\" \\\\ \\n b\nfoo_seconds_total{a=\"b\"} 1.0 1.5 # {} 0.5 1.25\nfoo_seconds_created{a=\"b\"} 1 1.5\n",
        NONE,
    ),
    ("foo{} 1\n", NONE),
    ("foo  1\n", &[("1:4", "expected exactly one space before the value, saw 2 blanks")]),
    ("foo\t1\n", &[("1:4", "expected exactly one space before the value, saw a tab")]),
    ("foo{a=\"b\"}1\n", &[("1:11", "expected exactly one space before the value, saw `1`")]),
    ("foo {a=\"b\"} 1\n", &[("1:4", "expected `{` right after the name `foo`, saw a blank")]),
    ("foo{ a=\"b\"} 1\n", &[("1:5", "expected no blank before a label or `}`")]),
    ("foo{a =\"b\"} 1\n", &[("1:6", "expected no blank before `=`, `,` or `}`")]),
    ("foo{a= \"b\"} 1\n", &[("1:7", "expected no blank before the value of label `a`")]),
    ("foo{a=\"b\" } 1\n", &[("1:10", "expected no blank before `,` or `}`")]),
    ("foo{a=\"b\", c=\"d\"} 1\n", &[("1:11", "expected no blank before the next label")]),
    ("foo{a=\"b\",} 1\n", &[("1:10", "expected a label after the comma, saw `}`")]),
    ("foo{_a=\"b\"} 1\n", &[("1:5", "without a leading `_` (reserved), saw `_a`")]),
    ("foo 1  5\n", &[("1:6", "expected exactly one space before the timestamp, saw 2 blanks")]),
    ("foo 1 \n", &[("1:6", "expected the end of the line, saw a blank")]),
    (" foo 1\n", &[("1:1", "at the start of the line, saw a blank")]),
    ("\nfoo 1\n", &[("1:1", "at the start of the line, saw an empty line")]),
    ("foo 1\r\n", &[("1:6", "carriage return")]),
    ("{\"a.b\"} 1\n", &[("1:2", "OpenMetrics 1.0 has no quoted names")]),
    ("# TYPE \"a.b\" gauge\n", &[("1:8", "OpenMetrics 1.0 has no quoted names")]),
    ("foo 1 1520879607.789\nbar 1 -1e3\n", NONE),
    ("foo 1 NaN\n", &[("1:7", "expected a timestamp in seconds, saw `NaN`")]),
    ("foo 1 1e300\n", &[("1:7", "which is out of range")]),
    ("# a remark\n", &[("1:3", "expected `TYPE`, `HELP`, `UNIT` or `EOF` after `#`, saw `a`")]),
    ("#\n", &[("1:2", "after `#`, saw nothing")]),
    ("#  TYPE foo gauge\n", &[("1:2", "expected one space between `#` and `TYPE`")]),
    (
        "# TYPE  foo  gauge\n",
        &[("1:7", "one space before the metric name"), ("1:12", "one space before the type")],
    ),
    ("# TYPE foo untyped\n", &[("1:12", "saw `untyped`")]),
    ("# TYPE foo gauge \n", &[("1:17", "expected the end of the line, saw a blank")]),
    ("# TYPE _foo gauge\n", &[("1:8", "without a leading `_` (reserved), saw `_foo`")]),
    ("_foo 1\n", &[("1:1", "without a leading `_` (reserved), saw `_foo`")]),
    ("# HELP foo\n", &[("1:11", "expected one space after the metric name `foo`")]),
    ("# HELP foo \n# HELP foo \n# HELP foo x\n", NONE),
    ("# HELP foo a\"\n", &[("1:13", "expected `\\\"` for a quote in the help text, saw `\"`")]),
    ("# UNIT foo_a a\n# UNIT foo_a a\n", &[("2:1", "expected one `# UNIT` for `foo_a`")]),
    (
        "# TYPE foo gauge\n# UNIT foo seconds\n",
        &[("2:1", "expected a family name that ends in `_seconds`, its unit, saw `foo`")],
    ),
    ("# UNIT seconds seconds\n", &[("1:1", "expected a family name that ends in `_seconds`")]),
    ("# TYPE foo_a info\n# UNIT foo_a a\n", &[("2:1", "expected no unit for the info `foo_a`, saw `a`")]),
    ("# UNIT foo_a a-b\n", &[("1:15", "expected the end of the line, saw `-b`")]),
    (
        "# TYPE foo counter\nfoo 1\n",
        &[("2:1", "expected `foo_total` or `foo_created` for the counter `foo`, saw `foo`")],
    ),
    (
        "# TYPE foo counter\nfoo_created 1\n",
        &[("2:1", "expected `foo_total{}` beside its `_created`, saw none")],
    ),
    ("# TYPE foo counter\nfoo_total -1\n", &[("2:11", "expected a counter of zero or more, saw -1")]),
    (
        "# TYPE foo counter\n# TYPE foo_created gauge\n",
        &[("2:1", "expected a name that leaves `foo_created` to family `foo` (a counter, line 1)")],
    ),
    ("# TYPE foo info\nfoo_info{a=\"b\"} 1.0\n", NONE),
    ("# TYPE foo info\nfoo_info 2\n", &[("2:10", "expected 1 as the value of an info, saw 2")]),
    ("# TYPE foo info\nfoo 1\n", &[("2:1", "expected `foo_info` for the info `foo`, saw `foo`")]),
    ("# TYPE foo stateset\nfoo{foo=\"a\"} 0\nfoo{foo=\"b\"} 1\n", NONE),
    (
        "# TYPE foo stateset\nfoo{foo=\"a\"} 2\n",
        &[("2:14", "expected 0 or 1 as the value of a state, saw 2")],
    ),
    (
        "# TYPE foo stateset\nfoo{a=\"a\"} 1\n",
        &[("2:1", "expected a label `foo` that names the state, saw `{a=\"a\"}`")],
    ),
    ("foo 1\nfoo 2\n", &[("2:1", "expected every series once")]),
    ("foo 1 1\nfoo 2 2\n", NONE),
    ("foo 1 1.0001\nfoo 2 1.0002\n", NONE),
    ("foo 1 1\nfoo 2 1\n", &[("2:1", "expected every series once")]),
    ("foo 1 2\nfoo 2 1\n", &[("2:1", "expected the times of `{}` to rise, saw 1 after 2")]),
    ("foo 1 2\nfoo 2\n", &[("2:1", "expected a timestamp as on the line before for `{}`, saw none")]),
    ("foo 1\nfoo 2 1\n", &[("2:1", "expected no timestamp as on the line before for `{}`, saw one")]),
    (
        "# TYPE s summary\ns_count{a=\"b\"} 0\ns_count{a=\"c\"} 0\ns_sum{a=\"b\"} 0\n",
        &[("4:1", "expected the lines of `s{a=\"b\"}` to stand together, saw them resumed")],
    ),
    ("# TYPE s summary\ns{quantile=\"0.9\"} 1\ns{quantile=\"0.5\"} 1\ns_created 5\n", NONE),
    (
        "# TYPE s summary\ns{quantile=\"0.9\"} -1\n",
        &[("2:19", "expected a quantile's value of zero or more")],
    ),
    (
        "# TYPE s summary\ns_sum -1\ns_count 1.5\n",
        &[("2:7", "expected a sum of zero or more"), ("3:9", "expected a whole number as count, saw 1.5")],
    ),
    (
        "foo 1 # {} 1\n",
        &[("1:7", "expected exemplars only on a counter's `_total` or a `_bucket`, saw one on `foo`")],
    ),
    (
        "# TYPE foo counter\nfoo_total 1 #{} 1\n",
        &[("2:14", "expected exactly one space before the labels of the exemplar")],
    ),
    (
        "# TYPE foo counter\nfoo_total 1 # 1\n",
        &[("2:15", "expected `{` to open the labels of the exemplar, saw `1`")],
    ),
    (
        "# TYPE foo counter\nfoo_total 1 # {}\n",
        &[("2:17", "expected the value of the exemplar, saw the end of the line")],
    ),
    (
        "# TYPE foo counter\nfoo_total 1 # {} x\n",
        &[("2:18", "expected a number as the value of the exemplar, saw `x`")],
    ),
    ("# TYPE foo counter\nfoo_total 1 # {} 1 x\n", &[("2:20", "expected a timestamp in seconds, saw `x`")]),
    ("# TYPE foo counter\nfoo_total 1 # {} 1 1 1\n", &[("2:22", "expected the end of the line, saw `1`")]),
    (
        "# TYPE h histogram\nh_bucket{le=\"1\"} 1 # {a=\"b\"} 2\nh_bucket{le=\"+Inf\"} 1\n",
        &[("2:20", "expected an exemplar of at most le=\"1\", saw 2")],
    ),
    (
        "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1.5\n",
        &[("2:21", "expected a whole number as bucket, saw 1.5")],
    ),
    (
        "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum -1\nh_count 1\n",
        &[("3:7", "expected a sum of zero or more, saw -1")],
    ),
    (
        "# TYPE h histogram\nh_bucket{le=\"-1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
        &[("4:7", "expected no sum beside buckets with negative bounds")],
    ),
    (
        "# TYPE h gaugehistogram\nh_bucket{le=\"-1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_gsum -1\nh_gcount 1\n",
        NONE,
    ),
    (
        "# TYPE h gaugehistogram\nh_bucket{le=\"+Inf\"} 1\nh_gsum 1\n",
        &[("2:1", "gaugehistogram `h{}`: expected a count beside the sum")],
    ),
    (
        "foo{a=\"1\"} 1\nbar 1\nfoo{a=\"2\"} 1\n",
        &[("3:1", "expected all lines of family `foo` to stand together")],
    ),
];

/// Nothing is added.
const OPEN_METRICS_ENDS: &[Case] = &[
    ("", &[("1:1", "expected `# EOF` as the last line, saw the end of the text")]),
    ("foo 1\n", &[("2:1", "expected `# EOF` as the last line")]),
    ("foo 1", &[("1:6", "expected `# EOF` as the last line")]),
    ("# EOF", NONE),
    ("# EOF \n", &[("1:6", "expected the end of the line, saw a blank")]),
    ("# EOF\n\n", &[("2:1", "expected nothing after `# EOF`, saw the end of the line")]),
    ("# EOF\nfoo 1\nbar 1\n# EOF\n", &[("2:1", "expected nothing after `# EOF`, saw `f`")]),
];

#[test]
fn every_rule_names_its_line_and_column() {
    let text = |head: &str, cases: &'static [Case], tail: &str, format| {
        let judge = |(body, expected): &Case| mismatch(format, &format!("{head}{body}{tail}"), expected);
        cases.iter().filter_map(judge).collect::<String>()
    };
    let mismatches = [
        text("", TEXT_LINES, "", Format::Text),
        text("", TEXT_FAMILIES, "", Format::Text),
        text(HISTOGRAM, TEXT_DISTRIBUTIONS, "", Format::Text),
        text(SUMMARY, TEXT_SUMMARIES, "", Format::Text),
        text("", OPEN_METRICS, "# EOF\n", Format::OpenMetrics),
        text("", OPEN_METRICS_ENDS, "", Format::OpenMetrics),
    ];
    assert!(mismatches.concat().is_empty(), "{}", mismatches.concat());
}

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn what_parses_is_kept() {
    let text = "# HELP a:b \\\\ and \\n\n# TYPE a:b gauge\na:b{x=\"1\\\\\\\"\\n\"} 1.5e3 7\n\
                {\"c.d\",\"e f\"=\"}\"} NaN\nbroken\n";
    let exposition = parse(text, Format::Text);
    assert_eq!(exposition.problems.len(), 1);
    let [family, quoted] = &exposition.families[..] else { panic!("{exposition:#?}") };
    assert_eq!((family.name.as_str(), family.kind, family.typed, family.line), ("a:b", Kind::Gauge, true, 1));
    assert_eq!(family.help.as_deref(), Some("\\ and \n"));
    let sample = &family.samples[0];
    assert_eq!(sample.labels, labels(&[("x", "1\\\"\n")]));
    assert_eq!((sample.value, sample.timestamp_ms, sample.line), (1500.0, Some(7), 3));
    assert_eq!((quoted.name.as_str(), quoted.kind, quoted.typed), ("c.d", Kind::Untyped, false));
    assert_eq!(quoted.samples[0].labels.to_string(), "{\"e f\"=\"}\"}");
    assert!(quoted.samples[0].value.is_nan());
}

#[test]
fn a_sample_outlives_its_timestamp_and_its_exemplar() {
    let text = "# TYPE foo counter\nfoo_total{a=\"b\"} 1 x # {} y\nfoo_created{a=\"b\"} 2 3\n# EOF\n";
    let exposition = parse(text, Format::OpenMetrics);
    let problems: Vec<String> = exposition.problems.iter().map(ToString::to_string).collect();
    let expected = [
        "2:20: expected a timestamp in seconds, saw `x`",
        "2:27: expected a number as the value of the exemplar, saw `y`",
    ];
    assert_eq!(problems, expected);
    let sample = &exposition.families[0].samples[0];
    assert_eq!((sample.value, sample.timestamp_ms, &sample.exemplar), (1.0, None, &None));
}

#[test]
fn an_open_metrics_counter_is_queried_by_its_total() {
    let text = "# TYPE foo counter\nfoo_total{a=\"b\"} 1 1.0015 # {trace_id=\"t\"} 0.5 2\n# EOF\n";
    let exposition = parse(text, Format::OpenMetrics);
    assert_eq!(exposition.problems, []);
    let (family, sample) = exposition.series().next().unwrap();
    assert_eq!(family.queried_name(), "foo_total");
    assert_eq!(sample.timestamp_ms, Some(1002));
    let exemplar = Exemplar { labels: labels(&[("trace_id", "t")]), value: 0.5, timestamp_ms: Some(2000) };
    assert_eq!(sample.exemplar.as_ref(), Some(&exemplar));
    let text = parse("# TYPE foo_total counter\nfoo_total 1\n", Format::Text);
    assert_eq!(text.families[0].queried_name(), "foo_total");
}

#[test]
fn exemplar_labels_are_limited_in_characters() {
    for (length, problems) in [(128 - "id".len(), 0), (129 - "id".len(), 1)] {
        let id = "é".repeat(length);
        let text = format!("# TYPE foo counter\nfoo_total 1 # {{id=\"{id}\"}} 1\n# EOF\n");
        assert_eq!(parse(&text, Format::OpenMetrics).problems.len(), problems, "{length}");
    }
}

#[test]
fn a_record_gives_back_what_was_scraped() {
    let exposition = parse("foo{a=\"b\"} +Inf\nbar 3\nqux -Inf 5\nwrong\n", Format::Text);
    let json = serde_json::to_string(&exposition).unwrap();
    assert_eq!(serde_json::from_str::<probity::observe::exposition::Exposition>(&json).unwrap(), exposition);
}

#[test]
fn the_content_type_chooses_the_format() {
    let open_metrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(Format::from_content_type(Some(open_metrics)), Format::OpenMetrics);
    assert_eq!(Format::from_content_type(Some("Application/OpenMetrics-Text")), Format::OpenMetrics);
    assert_eq!(Format::from_content_type(Some("text/plain; version=0.0.4")), Format::Text);
    assert_eq!(Format::from_content_type(Some("application/json")), Format::Text);
    assert_eq!(Format::from_content_type(None), Format::Text);
}

#[test]
fn a_kind_is_written_as_it_is_read() {
    for word in ["counter", "gauge", "histogram", "summary", "untyped", "info", "stateset", "gaugehistogram"]
    {
        assert_eq!(word.parse::<Kind>().unwrap().to_string(), word);
    }
    assert_eq!("unknown".parse(), Ok(Kind::Untyped));
    assert_eq!("meter".parse::<Kind>().unwrap_err().to_string(), "`meter` is not a metric type");
}
