//! Queries by chance: mostly sound, then bent. The same seed gives the same queries on every machine.

/// SplitMix64: small, and not to change with a library's version.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(crate) fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const METRICS: &[&str] =
    &["up", "http_requests_total", "job:rate:5m", "sum", "offset", "start", "time", "by", "x"];
const LABELS: &[&str] = &["job", "le", "and", "bool", "on", "a_b", "instance"];
const NUMBERS: &[&str] = &["1", "0.5", ".9", "5.", "1e3", "2E-2", "0x1F", "0755", "Inf", "NaN", "08"];
const DURATIONS: &[&str] = &["5m", "1h30m", "30s", "100ms", "1d", "2w", "1y", "1m0s"];
const OPERATORS: &[&str] =
    &["+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", "<=", ">", ">=", "and", "or", "unless"];
const STRINGS: &[&str] = &["\"api\"", "'it'", "`a\\d`", "\"\"", "\"tab\\t\"", "'\\u00e9'", "\"\\x41\\102\""];
const PATTERNS: &[&str] = &[
    "\".*\"",
    "\".+\"",
    "\"a|b\"",
    "\"(a\"",
    "'[0-9]{3}'",
    "\"5..\"",
    "`\\d+`",
    "\"[a\"",
    "\"*\"",
    "\"a{2,1}\"",
    "\"\"",
    "\"(?i:x)?\"",
    "`\\b`",
    "\"a**\"",
    "`\\pL`",
];
const ON_MATRIX: &[&str] =
    &["rate", "increase", "delta", "max_over_time", "last_over_time", "absent_over_time"];
const ON_VECTOR: &[&str] =
    &["abs", "ceil", "absent", "histogram_sum", "sort", "timestamp", "hour", "round", "ln"];
const AGGREGATIONS: &[&str] = &["sum", "avg", "count", "MAX", "group", "stddev", "min", "stdvar"];

/// A query that is usually sound.
pub(crate) fn query(chance: &mut Chance) -> String {
    let depth = 1 + chance.below(4);
    match chance.below(12) {
        0 => scalar(chance, depth),
        1 => matrix(chance, depth),
        2 => chance.pick(STRINGS).to_owned(),
        _ => vector(chance, depth),
    }
}

/// One of the four types, where another may be wanted.
fn any(chance: &mut Chance, depth: usize) -> String {
    match chance.below(4) {
        0 => scalar(chance, depth),
        1 => matrix(chance, depth),
        2 => chance.pick(STRINGS).to_owned(),
        _ => vector(chance, depth),
    }
}

fn scalar(chance: &mut Chance, depth: usize) -> String {
    if depth == 0 {
        return chance.pick(NUMBERS).to_owned();
    }
    let depth = depth - 1;
    match chance.below(9) {
        0 => "time()".to_owned(),
        1 => "pi ( )".to_owned(),
        2 => format!("scalar({})", vector(chance, depth)),
        3 => format!("-{}", scalar(chance, depth)),
        4 => format!("({})", scalar(chance, depth)),
        5 => format!("{} {} {}", scalar(chance, depth), chance.pick(OPERATORS), scalar(chance, depth)),
        6 => format!("{} > bool {}", scalar(chance, depth), scalar(chance, depth)),
        7 if chance.one_in(3) => any(chance, depth),
        _ => chance.pick(NUMBERS).to_owned(),
    }
}

fn selector(chance: &mut Chance) -> String {
    let mut text = if chance.one_in(8) { String::new() } else { chance.pick(METRICS).to_owned() };
    if text.is_empty() || chance.one_in(2) {
        text.push('{');
        for i in 0..chance.below(4) {
            let label = if chance.one_in(20) { "__name__" } else { chance.pick(LABELS) };
            let (op, value) = if chance.one_in(2) {
                (chance.pick(&["=", "!="]), chance.pick(STRINGS))
            } else {
                (chance.pick(&["=~", "!~"]), chance.pick(PATTERNS))
            };
            let comma = if i == 0 { "" } else { ", " };
            text.push_str(&format!("{comma}{label}{op}{value}"));
        }
        text.push('}');
    }
    text
}

fn shifts(chance: &mut Chance) -> String {
    let mut text = String::new();
    if chance.one_in(5) {
        let sign = chance.pick(&["", "", "-"]);
        text.push_str(&format!(" offset {sign}{}", chance.pick(DURATIONS)));
    }
    if chance.one_in(6) {
        text.push_str(chance.pick(&[
            " @ 1609746000",
            " @ -1.5",
            " @ start()",
            " @ end ( )",
            "@ 0x10",
            " @ 1e3",
        ]));
    }
    if chance.one_in(20) {
        text.push_str(" offset 1m");
    }
    text
}

fn matrix(chance: &mut Chance, depth: usize) -> String {
    if depth > 0 && chance.one_in(3) {
        let inner = if chance.one_in(12) { any(chance, depth - 1) } else { vector(chance, depth - 1) };
        let step = if chance.one_in(2) { "" } else { chance.pick(DURATIONS) };
        return format!("({inner})[{}:{step}]{}", chance.pick(DURATIONS), shifts(chance));
    }
    format!("{}[{}]{}", selector(chance), chance.pick(DURATIONS), shifts(chance))
}

fn labels(chance: &mut Chance) -> String {
    let names: Vec<&str> = (0..chance.below(4)).map(|_| chance.pick(LABELS)).collect();
    format!("({})", names.join(", "))
}

fn vector(chance: &mut Chance, depth: usize) -> String {
    if depth == 0 {
        return format!("{}{}", selector(chance), shifts(chance));
    }
    let depth = depth - 1;
    match chance.below(12) {
        0 | 1 => aggregation(chance, depth),
        2 => format!("{}({})", chance.pick(ON_MATRIX), matrix(chance, depth)),
        3 => format!("{}({})", chance.pick(ON_VECTOR), vector(chance, depth)),
        4 => format!("histogram_quantile({}, {})", scalar(chance, depth), vector(chance, depth)),
        5 => format!("clamp({}, {}, 9)", vector(chance, depth), scalar(chance, depth)),
        6 => format!("label_replace({}, 'a', \"$1\", `b`, '(.*)')", vector(chance, depth)),
        7 => format!("{}{}", chance.pick(&["-", "+", "- "]), vector(chance, depth)),
        8 => format!("({})", vector(chance, depth)),
        9 | 10 => binary(chance, depth),
        _ if chance.one_in(10) => any(chance, depth),
        _ => format!("vector({})", scalar(chance, depth)),
    }
}

fn aggregation(chance: &mut Chance, depth: usize) -> String {
    let grouping = match chance.below(3) {
        0 => String::new(),
        1 => format!(" by {}", labels(chance)),
        _ => format!(" without{}", labels(chance)),
    };
    let body = vector(chance, depth);
    let (op, body) = match chance.below(5) {
        0 => (chance.pick(&["topk", "bottomk", "quantile"]), format!("({}, {body})", scalar(chance, depth))),
        1 => ("count_values", format!("({}, {body})", chance.pick(STRINGS))),
        _ => (chance.pick(AGGREGATIONS), format!("({body})")),
    };
    if chance.one_in(2) { format!("{op}{grouping} {body}") } else { format!("{op}{body}{grouping}") }
}

fn binary(chance: &mut Chance, depth: usize) -> String {
    let op = chance.pick(OPERATORS);
    let mut text = format!("{} {op} ", vector(chance, depth));
    if chance.one_in(8) {
        text.push_str("bool ");
    }
    if chance.one_in(3) {
        text.push_str(&format!("{} {} ", chance.pick(&["on", "ignoring"]), labels(chance)));
        if chance.one_in(3) {
            text.push_str(&format!("{} {} ", chance.pick(&["group_left", "group_right"]), labels(chance)));
        }
    }
    text.push_str(&if chance.one_in(3) { scalar(chance, depth) } else { vector(chance, depth) });
    text
}

const SPLINTERS: &[&str] = &[
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "=~",
    "!",
    "@",
    "5m",
    "1",
    "\"",
    "'",
    "x",
    "sum",
    "by",
    "on",
    "offset",
    "bool",
    "group_left",
    "-",
    "^",
    "start()",
    "rate(",
    "[5m]",
    "[5m:]",
    " # remark\n",
    "inf",
    "1h1d",
    "..",
    "é",
    ";",
];

/// Puts in, takes out or doubles a few words.
pub(crate) fn bend(chance: &mut Chance, query: &str) -> String {
    let mut words = split(query);
    for _ in 0..=chance.below(2) {
        let at = chance.below(words.len() + 1);
        match chance.below(4) {
            0 => words.insert(at, chance.pick(SPLINTERS).to_owned()),
            1 if at < words.len() => drop(words.remove(at)),
            2 if at < words.len() => words.insert(at, words[at].clone()),
            _ if at + 1 < words.len() => words.swap(at, at + 1),
            _ => words.push(chance.pick(SPLINTERS).to_owned()),
        }
    }
    words.concat()
}

/// Runs of letters and digits, and every other character alone.
fn split(query: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_word = false;
    for c in query.chars() {
        let continues = c.is_alphanumeric() || c == '_';
        match words.last_mut() {
            Some(word) if in_word && continues => word.push(c),
            _ => words.push(c.to_string()),
        }
        in_word = continues;
    }
    words
}
