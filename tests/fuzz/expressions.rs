//! Expressions: what is read prints as itself and is answered, in both dialects.

use std::sync::LazyLock;

use probity::promql::{Dialect, Expr, Storage, parse_as};

use super::answers::agree;
use super::bend::Words;
use super::drive::{Target, run};
use super::generate::{Chance, bend, query};
use super::numbers::storage;

static STORAGE: LazyLock<Storage> = LazyLock::new(storage);

static EXPRESSIONS: Target = Target {
    name: "expressions",
    corpus: CORPUS,
    words: Words { words: WORDS, around: AROUND },
    fresh: Some(fresh),
    check,
};

#[test]
fn expressions() {
    run(&EXPRESSIONS);
}

fn fresh(chance: &mut Chance) -> String {
    let text = query(chance);
    let text = text.replace("http_requests_total", "requests_total").replace("job:rate:5m", "latency_bucket");
    if chance.one_in(3) { bend(chance, &text) } else { text }
}

fn shape(expr: &Expr) -> String {
    format!("{:?}", expr.without_spans())
}

fn check(text: &str) -> Result<bool, String> {
    let mut accepted = false;
    for dialect in [Dialect::V2, Dialect::V3] {
        let read = parse_as(text, dialect);
        if format!("{read:?}") != format!("{:?}", parse_as(text, dialect)) {
            return Err(format!("{dialect:?}: read differently the second time"));
        }
        let expr = match read {
            Ok(expr) => expr,
            Err(error)
                if error.message.is_empty() || text.get(error.span.start..error.span.end).is_none() =>
            {
                return Err(format!(
                    "{dialect:?}: an error that says nothing or underlines no text: {error:?}"
                ));
            }
            Err(_) => continue,
        };
        accepted = true;
        drop(expr.selectors());
        let printed = expr.to_string();
        let again =
            parse_as(&printed, dialect).map_err(|error| format!("{dialect:?}: {printed:?}: {error}"))?;
        if shape(&again) != shape(&expr) {
            return Err(format!("{dialect:?}: printed as {printed:?}, which is something else"));
        }
        agree(&expr, text, &STORAGE, dialect)?;
    }
    Ok(accepted)
}

const CORPUS: &[&str] = &[
    "up",
    "sum by (job) (rate(requests_total[2m]))",
    "sum without (instance) (up) / on (job) group_left (code) requests_total{code=\"200\"}",
    "histogram_quantile(0.9, sum by (le, job) (rate(latency_bucket[3m])))",
    "max_over_time(rate(requests_total{job=~\"api|db\"}[1m])[5m:30s] offset 1m)",
    "avg_over_time(x[4m]) - stddev_over_time(x[4m]) * quantile_over_time(0.5, x[4m])",
    "topk(2, x) or bottomk(1, odd) unless up == 0",
    "count_values(\"v\", up) by (job)",
    "label_replace(up, \"a\", \"$1-$1\", \"instance\", \"(.*)\")",
    "label_join(up, \"a\", \"-\", \"job\", \"instance\", \"a\")",
    "absent(nothing{job=\"a\"}) + on () vector(time())",
    "predict_linear(x[5m], 3600) > deriv(x[5m] @ 1700000300)",
    "quantile(0.3, x) and x % 3 ^ 2 ^ 0.5 atan2 odd",
    "clamp(round(x, 0.5), -1, scalar(sum(up))) != bool 3",
    "changes(odd[5m]) + resets(requests_total[5m]) - delta(x[2m]) * idelta(x[2m]) / irate(x[2m])",
    "increase(requests_total[5m])[6m:1m]",
    "sort_desc(sum(x) by (job)) > 0x1f",
    "absent_over_time(nothing[5m]) or last_over_time(x[1m]) or present_over_time(up[1m])",
    "-(+x) + -2 ^ 2",
    "stddev(x) + stdvar(odd) + avg(odd) + group(x) + count(x) + min(odd) + max(odd)",
    "hour(timestamp(up)) + day_of_year() + days_in_month(vector(1e10)) + minute() + year(odd * 1e10)",
    "{__name__=~\"x|odd\", job!~\"(a|d).*\", job!=\"\"} offset -30s",
    "sum_over_time((time() + up)[3m:7s]) @ end()",
    "{\"a b\", \"é\"=\"x\"}",
    "sgn(sqrt(ln(log2(log10(exp(abs(ceil(floor(x)))))))) + cosh(acos(sin(x)))",
    "holt_winters(x[5m], 0.3, 0.6)",
    "min_over_time(avg_over_time(max_over_time(x[1m:10s])[1m:10s])[1m:10s])",
    "1 + 2 * 3 > bool 4 % 5",
    "x[5m]",
    "\"text\"",
    "rate(x[1h30m5s7ms]) # a remark\n + 5m",
];

const WORDS: &[&str] = &[
    "sum",
    "by",
    "(",
    ")",
    "(job)",
    "up",
    "x",
    "odd",
    "[5m]",
    "[1h:1ms]",
    "[100y:1s]",
    "[1m:]",
    " offset ",
    " offset -1y",
    "@ 0",
    "@ start()",
    "@ end()",
    "@ 9e15",
    "@ -9e15",
    "1e309",
    "NaN",
    "Inf",
    "-",
    "^",
    " or ",
    " and ",
    " unless ",
    " == bool ",
    "on()",
    "ignoring(job)",
    "group_left(a)",
    "group_right",
    "rate(",
    "last_over_time(",
    "topk(1e10,",
    "topk(NaN,",
    "quantile(2,",
    "count_values(\"a\",",
    "label_join(",
    "\"\\xff\"",
    "'",
    "`",
    "{",
    "}",
    ",",
    "{job=~\".+\"}",
    "=~\"(((a*)*)*)*\"",
    "=~\"\\\\pL{900}\"",
    "by (le)",
    "\u{0}",
    "é",
    "without ()",
    "bool",
    "sort(",
    "scalar(",
    "vector(",
    "_over_time",
    "holt_winters(",
    "limitk(1,",
    "x{}",
    ":",
    "0",
    "5m",
    "1_000",
    "0x",
    "#",
    "\n",
];

const AROUND: &[(&str, &str)] = &[
    ("(", ")"),
    ("-", ""),
    ("- (", ")"),
    ("sum(", ")"),
    ("1 + ", ""),
    ("1 + (", ")"),
    ("x or ", ""),
    ("", " + x"),
    ("abs(", ")"),
    ("max_over_time(", "[1m:30s])"),
    ("label_join(", ", \"a\", \"-\", \"job\", \"a\", \"a\")"),
    ("label_replace(", ", \"a\", \"x$1$1\", \"a\", \"(.*)\")"),
    ("count_values(\"a\", ", ")"),
    ("topk(2, ", ")"),
    ("{a=\"", "\"}"),
    ("=~\"(", ")\""),
    ("scalar(", ")"),
    ("vector(", ")"),
];
