//! Trees by chance, put together by hand as a mutation of a rule would be, and a form of a tree to compare
//! by.

use probity::promql::{
    Aggregation, AggregationOp, At, Binary, BinaryOp, Call, Dialect, Duration, Expr, ExprKind, Function,
    Group, Grouping, Instant, Label, MatchOp, Matcher, Matching, MatrixSelector, Name, Offset, Side, Sign,
    Span, Subquery, Unary, ValueType, VectorSelector, functions,
};

use super::generate::Chance;

const NAMES: &[&str] = &["x", "a:b", "sum", "on", "nan", "http.requests", "é \"q\" \\", "offset"];
const LABELS: &[&str] = &["job", "le", "nan", "on", "a.b", "é", "a:b"];
const TEXTS: &[&str] = &["", "a", "a|b", "tab\t", "\"", "\\d+", "é\u{fffd}", "\u{1}\u{7f}", "line\nline"];
const NUMBERS: &[f64] =
    &[0.0, -0.0, 1.0, -1.5, 1e300, -1e-300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.1];
const OPERATORS: &[BinaryOp] = &[
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::Div,
    BinaryOp::Mod,
    BinaryOp::Pow,
    BinaryOp::Atan2,
    BinaryOp::Eq,
    BinaryOp::Lt,
    BinaryOp::Ge,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Unless,
];

fn placed(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn boxed(chance: &mut Chance, wanted: ValueType, depth: usize) -> Box<Expr> {
    Box::new(tree(chance, wanted, depth))
}

/// A sound tree of a type. It has few parentheses, so most need some when they are printed.
pub(super) fn tree(chance: &mut Chance, wanted: ValueType, depth: usize) -> Expr {
    let inner = depth.saturating_sub(1);
    let kind = match (wanted, chance.below(8)) {
        (ValueType::String, _) => ExprKind::String(chance.pick(TEXTS).to_owned()),
        (ValueType::Matrix, 0 | 1) if depth > 0 => ExprKind::Subquery(Subquery {
            expr: boxed(chance, ValueType::Vector, inner),
            range: window(chance),
            step: chance.one_in(2).then(|| window(chance)),
            offset: offset(chance),
            at: at(chance),
        }),
        (ValueType::Matrix, _) => {
            let (selector, range) = (selector(chance), window(chance));
            ExprKind::Matrix(MatrixSelector { selector, range, range_span: Span::default() })
        }
        (_, 0) if depth > 0 => ExprKind::Paren(boxed(chance, wanted, inner)),
        (_, 1) if depth > 0 => {
            let mut expr = boxed(chance, wanted, inner);
            if matches!(expr.kind, ExprKind::Number(_)) {
                expr = Box::new(placed(ExprKind::Paren(expr)));
            }
            let sign = if chance.one_in(3) { Sign::Plus } else { Sign::Minus };
            ExprKind::Unary(Unary { sign, expr })
        }
        (_, 2..5) if depth > 0 => ExprKind::Binary(binary(chance, wanted, inner)),
        (_, 5) if depth > 0 => ExprKind::Call(call(chance, wanted, inner)),
        (ValueType::Vector, 6) if depth > 0 => ExprKind::Aggregation(aggregation(chance, inner)),
        (ValueType::Scalar, _) => ExprKind::Number(NUMBERS[chance.below(NUMBERS.len())]),
        (ValueType::Vector, _) => ExprKind::Vector(selector(chance)),
    };
    placed(kind)
}

fn window(chance: &mut Chance) -> Duration {
    match chance.below(4) {
        0 => Duration::from_nanos(1 + chance.below(5_000_000_000) as i64),
        1 => Duration::from_millis(1 + chance.below(100_000_000_000) as i64),
        _ => Duration::from_millis(60_000 * (1 + chance.below(10_000) as i64)),
    }
}

fn offset(chance: &mut Chance) -> Option<Offset> {
    let by = Duration::from_millis(chance.below(20_000_000_000) as i64 - 10_000_000_000);
    chance.one_in(4).then_some(Offset { by, span: Span::default() })
}

fn at(chance: &mut Chance) -> Option<At> {
    let when = match chance.below(4) {
        0 => Instant::Start,
        1 => Instant::End,
        _ => Instant::Millis(chance.below(4_000_000_000_000) as i64 - 2_000_000_000_000),
    };
    chance.one_in(5).then_some(At { when, span: Span::default() })
}

fn selector(chance: &mut Chance) -> VectorSelector {
    let name = Name { text: chance.pick(NAMES).to_owned(), span: Span::default() };
    let matchers = (0..chance.below(3)).map(|_| matcher(chance)).collect();
    VectorSelector { name: Some(name), matchers, offset: offset(chance), at: at(chance) }
}

fn matcher(chance: &mut Chance) -> Matcher {
    let value = chance.pick(TEXTS).to_owned();
    let (op, matches_empty) = match chance.below(4) {
        0 => (MatchOp::NotEqual, !value.is_empty()),
        1 => (MatchOp::Regex, value.is_empty()),
        2 => (MatchOp::NotRegex, !value.is_empty()),
        _ => (MatchOp::Equal, value.is_empty()),
    };
    let (span, label) = (Span::default(), chance.pick(LABELS).to_owned());
    Matcher { label, op, value, matches_empty, span, label_span: span, value_span: span }
}

fn labels(chance: &mut Chance, from: &[&str]) -> Vec<Label> {
    let span = Span::default();
    (0..chance.below(3)).map(|_| Label { name: chance.pick(from).to_owned(), span }).collect()
}

fn binary(chance: &mut Chance, wanted: ValueType, depth: usize) -> Binary {
    let mut op = OPERATORS[chance.below(OPERATORS.len())];
    let scalars = wanted == ValueType::Scalar;
    let vectors = !scalars && (op.is_set() || chance.one_in(2));
    if scalars && op.is_set() {
        op = BinaryOp::Pow;
    }
    let matching = (vectors && chance.one_in(2)).then(|| Matching {
        on: chance.one_in(2),
        labels: labels(chance, &LABELS[..4]),
        group: (!op.is_set() && chance.one_in(2)).then(|| Group {
            many: if chance.one_in(2) { Side::Left } else { Side::Right },
            include: labels(chance, &LABELS[4..]),
        }),
        span: Span::default(),
    });
    let other = if vectors { ValueType::Vector } else { ValueType::Scalar };
    let (left, right) = if chance.one_in(2) { (wanted, other) } else { (other, wanted) };
    Binary {
        op,
        op_span: Span::default(),
        bool_modifier: op.is_comparison() && (scalars || chance.one_in(2)),
        matching,
        left: boxed(chance, left, depth),
        right: boxed(chance, right, depth),
    }
}

fn aggregation(chance: &mut Chance, depth: usize) -> Aggregation {
    let op = AggregationOp::ALL[chance.below(AggregationOp::ALL.len())];
    let kind = if op == AggregationOp::CountValues { ValueType::String } else { ValueType::Scalar };
    let grouping = chance.one_in(2).then(|| Grouping {
        without: chance.one_in(2),
        labels: labels(chance, LABELS),
        span: Span::default(),
    });
    let param = op.takes_parameter().then(|| boxed(chance, kind, depth));
    let expr = boxed(chance, ValueType::Vector, depth);
    Aggregation { op, op_span: Span::default(), grouping, param, expr }
}

fn call(chance: &mut Chance, wanted: ValueType, depth: usize) -> Call {
    let fitting: Vec<&'static Function> = functions(Dialect::V3).filter(|it| it.returns == wanted).collect();
    let function = fitting[chance.below(fitting.len())];
    let (least, most) = function.bounds();
    let count = least + chance.below(most.unwrap_or(least + 3) - least + 1);
    let wanted = |i: usize| *function.args.get(i).or(function.args.last()).expect("it takes arguments");
    let args = (0..count).map(|i| tree(chance, wanted(i), depth)).collect();
    Call { function, name_span: Span::default(), args }
}

fn names(labels: &[Label]) -> String {
    labels.iter().map(|label| label.name.as_str()).collect::<Vec<_>>().join(",")
}

fn shifts(offset: Option<Offset>, at: Option<At>) -> String {
    let offset = offset.map_or(0, |offset| offset.by.millis());
    match at.map(|at| at.when) {
        None => format!("~{offset}"),
        Some(Instant::Millis(millis)) => format!("~{offset}@{millis}"),
        Some(when) => format!("~{offset}@{when:?}"),
    }
}

fn read(selector: &VectorSelector) -> String {
    let mut all: Vec<String> =
        selector.matchers.iter().map(|it| format!("{}{}{:?}", it.label, it.op.name(), it.value)).collect();
    all.sort();
    let name = selector.name.as_ref().map_or("", |name| &name.text);
    format!("{name}{{{}}}{}", all.join(","), shifts(selector.offset, selector.at))
}

/// Every operation in brackets of its own; the query's parentheses and the sign `+` are left out.
pub(super) fn bare(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number(value) => format!("{value:?}"),
        ExprKind::String(text) => format!("{text:?}"),
        ExprKind::Vector(it) => read(it),
        ExprKind::Matrix(it) => format!("<range {} {}>", read(&it.selector), it.range.millis()),
        ExprKind::Subquery(it) => {
            let step = it.step.map(Duration::millis);
            format!("<sub {} {} {step:?} {}>", bare(&it.expr), it.range.millis(), shifts(it.offset, it.at))
        }
        ExprKind::Unary(it) if it.sign == Sign::Plus => bare(&it.expr),
        ExprKind::Unary(it) => format!("<- {}>", bare(&it.expr)),
        ExprKind::Binary(it) => {
            let matching =
                it.matching.as_ref().filter(|it| it.on || !it.labels.is_empty() || it.group.is_some());
            let matching = matching.map_or(String::new(), |it| {
                let group =
                    it.group.as_ref().map(|group| format!("{:?}[{}]", group.many, names(&group.include)));
                format!(
                    "{}[{}]{}",
                    if it.on { "on" } else { "ignoring" },
                    names(&it.labels),
                    group.unwrap_or_default()
                )
            });
            let word = if it.bool_modifier { "bool" } else { "" };
            format!("<{}{word}{matching} {} {}>", it.op, bare(&it.left), bare(&it.right))
        }
        ExprKind::Aggregation(it) => {
            // `by ()` is what is meant when nothing is said.
            let grouping = it.grouping.as_ref().filter(|it| it.without || !it.labels.is_empty());
            let grouping = grouping.map_or(String::new(), |it| {
                format!("{}[{}]", if it.without { "without" } else { "by" }, names(&it.labels))
            });
            let param = it.param.as_ref().map_or(String::new(), |param| bare(param));
            format!("<{}{grouping} {param} {}>", it.op, bare(&it.expr))
        }
        ExprKind::Call(it) => {
            let args: Vec<String> = it.args.iter().map(bare).collect();
            format!("<{} {}>", it.function.name, args.join(" "))
        }
        ExprKind::Paren(inner) => bare(inner),
    }
}
