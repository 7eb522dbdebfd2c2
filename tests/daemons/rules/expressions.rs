//! Expressions of rules: reading input, other rules, earlier or later, themselves, and what alerts leave behind.

use crate::promql_promtool::Chance;

/// Input has the names `m0` to `m3`, rules record `r0` to `r4`.
fn metric(chance: &mut Chance) -> String {
    match chance.below(16) {
        0..=8 => format!("m{}", chance.below(4)),
        9..=13 => format!("r{}", chance.below(5)),
        14 => {
            chance.pick(&["ALERTS", "ALERTS{alertstate=\"firing\"}", "ALERTS{alertname=\"A1\"}"]).to_owned()
        }
        _ => "ALERTS_FOR_STATE".to_owned(),
    }
}

fn selector(chance: &mut Chance) -> String {
    let metric = metric(chance);
    if metric.starts_with("ALERTS") || !chance.one_in(4) {
        return metric;
    }
    let matcher = chance.pick(&["a=\"x\"", "a!=\"x\"", "a=~\"x|y\"", "b=\"\"", "b!=\"\"", "rule!=\"1\""]);
    format!("{metric}{{{matcher}}}")
}

fn window(chance: &mut Chance) -> String {
    let selector = selector(chance);
    format!("{selector}[{}]", chance.pick(&["1m", "2m", "90s", "5m", "4m:1m", "3m:", "5m:40s"]))
}

/// An expression that most often yields something.
pub(super) fn expression(chance: &mut Chance) -> String {
    match chance.below(40) {
        0..=5 => selector(chance),
        6..=10 => format!("{} {} {}", selector(chance), chance.pick(&[">", "<=", "!="]), chance.below(6)),
        11..=12 => format!("{} {} 1.5", selector(chance), chance.pick(&["+", "*", "/", "-", "^"])),
        13..=15 => {
            // Neither `sum` of fractions nor `avg`: promtool adds series up in an order left to chance.
            let name = chance.pick(&["min", "max", "max", "count", "group"]);
            let by = chance.pick(&["by (a)", "without (b)", "", "by (a, alertname)"]);
            format!("{name} {by} ({})", selector(chance))
        }
        16..=18 => {
            let name =
                chance.pick(&["rate", "increase", "max_over_time", "count_over_time", "changes", "delta"]);
            format!("{name}({})", window(chance))
        }
        19 => format!("absent({})", selector(chance)),
        20 => format!("absent_over_time({})", window(chance)),
        21 => format!("{} offset {}", selector(chance), chance.pick(&["1m", "30s", "-1m", "-45s"])),
        22 => format!("{} @ {}", selector(chance), chance.pick(&["90", "300", "start()", "end()", "0"])),
        23 => joined(chance),
        24..=27 => {
            let op =
                chance.pick(&["or", "and", "unless", "and on (a)", "unless on (a)", "or ignoring (rule)"]);
            format!("{} {op} {}", selector(chance), selector(chance))
        }
        28 => format!("sum by (a) (m{})", chance.below(4)),
        29 => format!("label_replace({}, \"b\", \"$1\", \"a\", \"(.*)\")", selector(chance)),
        30 => format!("count_values(\"v\", {})", selector(chance)),
        31 => format!("timestamp({})", selector(chance)),
        32 => chance.pick(&["time()", "vector(1)", "vector(time()) > 200", "1", "scalar(m0)"]).to_owned(),
        33 => format!("sum_over_time({{__name__=~\"{}\"}}[2m])", chance.pick(&["m.", "m0|r0", "r1"])),
        34 => format!("{{__name__=~\"{}\",a=\"x\"}}", chance.pick(&["m0|m1", "r.", "m."])),
        35 => format!("-{}", selector(chance)),
        36 => format!("({} > 1) * 2", selector(chance)),
        37 => format!("max({}) > bool 2", selector(chance)),
        38 => format!("r{0} + 1 or vector(0)", chance.below(5)),
        _ => format!("quantile by (a) (0.5, {})", selector(chance)),
    }
}

/// Two vectors matched, which fails at the steps where the match is ambiguous.
fn joined(chance: &mut Chance) -> String {
    let (one, other) = (selector(chance), selector(chance));
    match chance.below(6) {
        0 => format!("{one} / on (a) {other}"),
        1 => format!("{one} * on (a) group_left (b) {other}"),
        2 => format!("{one} - ignoring () group_left () {other}"),
        3 => format!("{one} + on (a) group_left () max by (a) ({other})"),
        4 => format!("min by (a) ({one}) / on (a) max by (a) ({other})"),
        _ => format!("{one} + {other}"),
    }
}
