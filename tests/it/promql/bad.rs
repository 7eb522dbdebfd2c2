//! What is refused: the message, the underlined words, and a part of the help.

use probity::promql::{Dialect, parse_as};

/// A query, a part of the message, the underlined words with what stands before them, a part of the help.
/// The words are marked in the query: `sum(«1»)`.
type Bad = (&'static str, &'static str, &'static str);

const V3: &[Bad] = &[
    ("«»", "no expression found", ""),
    ("«# a remark\n»", "no expression found", ""),
    ("1 +«»", "expected an expression, found the end", ""),
    ("x «y»", "expected an operator or the end, found `y`", ""),
    ("x «=» y", "expected an operator or the end, found `=`", "equality is written `==`"),
    ("x «&»& y", "unexpected character `&`", "write `and`"),
    ("x «|»| y", "unexpected character `|`", "write `or`"),
    ("x «!»~ 'y'", "unexpected character `!`", "regex operators stand within braces"),
    ("sum(x«»", "expected `)`", ""),
    ("x«)»", "a `)` that closes nothing", ""),
    ("(x «y»)", "expected an operator or `)`, found `y`", ""),
    ("«2.5.»", "neither a number nor a duration", ""),
    ("«5mm»", "neither a number nor a duration", "durations are numbers with the units"),
    ("«1e400»", "no number of 64 bits", ""),
    ("x[«5m1h»]", "units out of order", "as in 1h30m"),
    ("x[«1.5h»]", "unknown unit `.`", "units are y, w, d, h, m, s and ms"),
    ("x[«5hs»]", "unknown unit `hs`", ""),
    ("x[«300y»]", "292 years", ""),
    ("x[«0s»]", "longer than 0", ""),
    ("x[«-5m»]", "longer than 0", ""),
    ("x[5m:«0»]", "longer than 0", ""),
    ("x[«]»", "expected a duration such as 5m, found `]`", ""),
    ("x[5m«»", "expected `]` or `:`, found the end", ""),
    ("x[5m:1m«»", "expected `]`, found the end", ""),
    ("x[5m «a1m»]", "expected `]` or `:`, found `a1m`", ""),
    ("x[5m«+»5m]", "arithmetic on durations is experimental", "--enable-feature=promql-duration-expr"),
    ("x[«(»5m)]", "arithmetic on durations is experimental", ""),
    ("x offset «(»5m)", "arithmetic on durations is experimental", ""),
    ("x offset «NaN»", "found NaN", ""),
    ("x offset «y»", "expected a duration such as 5m, found `y`", ""),
    ("x offset 5m «offset 1m»", "`offset` stands twice", ""),
    ("x @ 1 «@ 2»", "`@` stands twice", ""),
    ("x @ «Inf»", "a time that 64 bits cannot hold", ""),
    ("x @ «y»", "expected a time in seconds, `start()` or `end()`", ""),
    ("x @ start«»", "expected `()` after the name of a time", ""),
    ("sum(x) «offset 5m»", "must follow a selector or a subquery directly", "the parentheses of sum"),
    ("rate(x[5m]) «@ 5»", "`@` must follow a selector", "inside the parentheses of rate"),
    ("(x) «offset 5m»", "must follow a selector", "inside the parentheses"),
    ("1 «offset 5m»", "must follow a selector", ""),
    ("x «offset 5m»[1h]", "`offset` must follow the range", "as in `x[5m] offset 1h`"),
    ("x «@ 5»[1h]", "`@` must follow the range", ""),
    ("(x)«[5m]»", "a range must follow a selector directly", "make a subquery"),
    ("«x[5m]»[5m:]", "a subquery is of an instant vector, not of a range vector", ""),
    ("«{}»", "must contain at least one non-empty matcher", "this would read every series"),
    ("«{a=\"\", b=~\".*\"}»", "must contain at least one non-empty matcher", ""),
    ("x{«a»}", "", ""),
    ("x{a=«b»}", "expected a string to compare with, found `b`", "values are quoted"),
    ("x{a=«=»'b'}", "expected a string", "one `=`"),
    ("x{a«>»'b'}", "unexpected character `>` within braces", ""),
    ("x{a«.»b='c'}", "unexpected character `.` within braces", "quote label names"),
    ("x{a='b' «c»='d'}", "expected `,` or `}` after a matcher", ""),
    ("x{«,»}", "expected a label or `}`", ""),
    ("x{«»", "expected `}`, found the end", ""),
    ("x{«__name__='y'»}", "a name twice: `x` and `y`", ""),
    ("x{«\"y\"»}", "a name twice", ""),
    ("x{a=~«\"(b\"»}", "no regular expression: a missing `)`", ""),
    ("x{a=~«\"b)\"»}", "an unexpected `)`", ""),
    ("x{a!~«'[b'»}", "a missing `]`", ""),
    ("x{a=~«'*'»}", "a missing argument to the repetition `*`", ""),
    ("x{a=~«'b**'»}", "a repetition `*` of a repetition", ""),
    ("x{a=~«'b{5,2}'»}", "an invalid repeat count `{5,2}`", ""),
    ("x{a=~«'(b{50}){50}'»}", "over 1000 repeats", ""),
    ("x{a=~«`\\8`»}", "an invalid escape `\\8`", ""),
    ("x{a=~«'(?=b)'»}", "an unknown flag", ""),
    ("x{a=~«'[z-a]'»}", "ends before it starts", ""),
    ("«\"open»", "expected a closing \" for this string", ""),
    ("\"a«\\q»\"", "unknown escape `\\q`", "double the backslash"),
    ("\"«\\x4\"»", "expected 2 hexadecimal digits", ""),
    ("\"«\\400»\"", "this escape is no character", ""),
    ("x{a=«“»b”}", "unexpected character `“`", "quote with"),
    ("«unknown_f»(x)", "unknown function `unknown_f`", ""),
    ("«histogram_quantil»(0.9, x)", "unknown function", "did you mean `histogram_quantile`?"),
    ("«RATE»(x[5m])", "unknown function `RATE`", "did you mean `rate`?"),
    ("«job:f»(x)", "`job:f` is no function", ""),
    ("«holt_winters»(x[5m], 1, 1)", "unknown function", "double_exponential_smoothing"),
    (
        "«mad_over_time»(x[5m])",
        "`mad_over_time` is experimental",
        "--enable-feature=promql-experimental-functions",
    ),
    ("«info»(x)", "`info` is experimental", ""),
    ("«limitk»(1, x)", "`limitk` is experimental", ""),
    ("«limit_ratio» by (a) (1, x)", "`limit_ratio` is experimental", ""),
    ("rate(«x»)", "rate takes a range vector, not an instant vector", "add a range, as in `x[5m]`"),
    ("rate(«sum(x)»)", "rate takes a range vector", "rate first, then sum"),
    ("sum(«x[5m]»)", "sum takes an instant vector, not a range vector", "a function such as rate"),
    ("abs(«1»)", "abs takes an instant vector, not a scalar", "vector(...)"),
    ("vector(«x»)", "vector takes a scalar, not an instant vector", "scalar(...)"),
    ("round(x, «'1'»)", "argument 2 of round takes a scalar, not a string", ""),
    ("label_join(x, 'a', 'b', 'c', «1»)", "argument 5 of label_join takes a string", ""),
    ("«abs()»", "abs takes 1 argument, not 0", ""),
    ("«time(x)»", "time takes no argument, not 1", ""),
    ("«hour(x, x)»", "hour takes 0 or 1 arguments, not 2", ""),
    ("«label_join(x)»", "label_join takes at least 3 arguments, not 1", ""),
    ("abs(x«,»)", "no comma may stand after the last argument", ""),
    ("«sum()»", "sum takes 1 argument, an instant vector, not 0", ""),
    ("«topk(x)»", "topk takes 2 arguments, a scalar and an instant vector, not 1", ""),
    ("topk(«x», 1)", "the parameter of topk takes a scalar", ""),
    ("count_values(«1», x)", "the parameter of count_values takes a string", ""),
    ("sum «x»", "", ""),
    ("sum by «a» (x)", "expected `(` and labels, found `a`", ""),
    ("sum by («1») (x)", "expected a label, found the number `1`", ""),
    ("sum by («nan») (x)", "expected a label", ""),
    ("sum by (a «b») (x)", "expected `,` or `)` after a label", ""),
    ("sum by (a) (x) «by» (b)", "`by` stands twice; sum is grouped already", ""),
    (
        "histogram_quantile(0.9, x) «by» (le)",
        "`by` belongs to an aggregation; histogram_quantile is a function",
        "`histogram_quantile(0.9, sum by (...)",
    ),
    (
        "rate(x[5m]) «WITHOUT» (a)",
        "`without` belongs to an aggregation; rate is a function",
        "`sum without (...) (rate(...))`",
    ),
    ("x «by» (a)", "`by` belongs to an aggregation; here it follows none", "`sum by (...) (...)`"),
    ("1 «==» 1", "`==` between two scalars needs `bool`", "write `== bool`"),
    ("x + «bool» y", "`bool` is for comparisons, not for `+`", ""),
    ("x and «1»", "`and` takes instant vectors only", "vector(...)"),
    ("x[5m] + 1", "", ""),
    ("1 + «x[5m]»", "`+` takes scalars and instant vectors, not a range vector", "max_over_time"),
    ("«'a'» + 1", "not a string", ""),
    ("«-x[5m]»", "a sign is for scalars and instant vectors, not for a range vector", ""),
    ("x * «on(a)» 1", "`on` matches series, but one side is a scalar", ""),
    ("x and «on(a) group_left» y", "`and` is many to many", ""),
    ("x + on(a) group_left(«a») y", "label `a` stands in `on` and in the group's labels", "leave it out"),
    (
        "x + «group_left» y",
        "expected an expression, `on` or `ignoring`",
        "`group_left` stands after `on (...)`",
    ),
    ("x * on(a) group_left (y)«»", "expected an expression", "took the parentheses after it"),
    ("«bool»", "expected an expression, found `bool`", ""),
    ("start«(»)", "", ""),
];

const V2: &[Bad] = &[
    ("x[«5»]", "expected a duration, found the number `5`", "name the unit, as in `5s`"),
    ("x offset «5»", "expected a duration", "name the unit"),
    ("x[«0m»]", "longer than 0", ""),
    ("x offset «0s»", "longer than 0", ""),
    ("x offset «+»5m", "expected a duration such as 5m, found `+`", ""),
    ("x[5m«+»1m]", "expected one duration, found `+`", ""),
    ("«1h»", "expected an expression, found the duration `1h`", "in brackets only"),
    ("{«\"x\"»}", "expected a label or `}`", "Prometheus 2 takes no quoted names"),
    ("sum by («\"a\"») (x)", "expected a label", "no quotes"),
    ("sum by («a:b») (x)", "expected a label", "no colons"),
    ("«histogram_avg»(x)", "unknown function", "Prometheus 3 has `histogram_avg`"),
    ("«limitk»(1, x)", "`limitk` is experimental", ""),
    ("«1_000»", "neither a number nor a duration", ""),
];

#[test]
fn what_is_refused_says_why_and_where() {
    let mut wrong = Vec::new();
    for (dialect, cases) in [(Dialect::V3, V3), (Dialect::V2, V2)] {
        for (marked, message, help) in cases {
            let text = marked.replace(['«', '»'], "");
            let Err(error) = parse_as(&text, dialect) else {
                wrong.push(format!("{text}: taken"));
                continue;
            };
            let underlined = error.span.of(&text);
            let (before, after) = (&text[..error.span.start], &text[error.span.end..]);
            // An entry without a message only says that it is refused.
            let as_marked = message.is_empty() || format!("{before}«{underlined}»{after}") == *marked;
            let helped = error.help.as_deref().unwrap_or_default().contains(help);
            if !as_marked || !helped || !error.message.contains(message) {
                wrong.push(format!(
                    "{marked}: {before}«{underlined}»{after} {} ({:?})",
                    error.message, error.help
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn messages_are_fragments() {
    for (marked, ..) in V3 {
        let text = marked.replace(['«', '»'], "");
        let message = parse_as(&text, Dialect::V3).expect_err("all are bad").message;
        assert!(!message.ends_with('.'), "{message}");
        assert!(message.starts_with(|c: char| c.is_lowercase() || c == '`'), "{message}");
    }
}

#[test]
fn depth_is_bounded_and_chains_are_long_enough() {
    for (open, close) in [("(", ")"), ("abs(", ")"), ("-", ""), ("x ^ ", ""), ("sum(", ")"), ("-(", ")")] {
        let text = format!("{}x{}", open.repeat(100_000), close.repeat(100_000));
        let error = parse_as(&text, Dialect::V3).expect_err("too deep");
        assert!(error.message.contains("nested over 128 levels"), "{open}: {}", error.message);
        let text = format!("{}x{}", open.repeat(60), close.repeat(60));
        parse_as(&text, Dialect::V3).expect("60 levels are fine");
    }
    let chain = |length| vec!["x"; length].join(" or ");
    let expr = parse_as(&chain(390), Dialect::V3).expect("long rules exist");
    assert_eq!(expr.selectors().len(), 390);
    let error = parse_as(&chain(100_000), Dialect::V3).expect_err("too high to walk");
    assert!(error.message.contains("over 400"), "{}", error.message);
    let nested = format!("x{{a=~\"{}b{}\"}}", "(".repeat(100_000), ")".repeat(100_000));
    parse_as(&nested, Dialect::V3).expect_err("so deep that Go refuses too");
}
