//! Agreement with the crate promql-parser, which follows Prometheus' grammar: the same trees from the same
//! text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use probity::promql::parse;
use promql_parser::label::Matchers;
use promql_parser::parser::{
    self, AtModifier, BinaryExpr, Expr, LabelModifier, Offset, VectorMatchCardinality, VectorSelector,
};

use super::generate::{Chance, bend, query};
use super::trees;

const SEED: u64 = 7;
const QUERIES: usize = 4_000;

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).expect("below 292 years")
}

fn shifts(offset: Option<&Offset>, at: Option<&AtModifier>) -> String {
    let offset = match offset {
        None => 0,
        Some(Offset::Pos(by)) => millis(*by),
        Some(Offset::Neg(by)) => -millis(*by),
    };
    let since = |time: &SystemTime| match time.duration_since(UNIX_EPOCH) {
        Ok(after) => millis(after),
        Err(before) => -millis(before.duration()),
    };
    match at {
        None => format!("~{offset}"),
        Some(AtModifier::Start) => format!("~{offset}@Start"),
        Some(AtModifier::End) => format!("~{offset}@End"),
        Some(AtModifier::At(time)) => format!("~{offset}@{}", since(time)),
    }
}

fn selector(it: &VectorSelector) -> String {
    let Matchers { matchers, .. } = &it.matchers;
    let mut all: Vec<String> =
        matchers.iter().map(|it| format!("{}{}{:?}", it.name, it.op, it.value)).collect();
    all.sort();
    let shifts = shifts(it.offset.as_ref(), it.at.as_ref());
    format!("{}{{{}}}{shifts}", it.name.as_deref().unwrap_or_default(), all.join(","))
}

fn modifier(it: &LabelModifier, words: [&str; 2]) -> String {
    format!("{}[{}]", if it.is_include() { words[0] } else { words[1] }, it.labels().labels.join(","))
}

fn binary(it: &BinaryExpr) -> String {
    let mut matching = String::new();
    let mut word = "";
    // Like Prometheus, ours forgets what is said of matching where one side is a scalar.
    let vectors = [&it.lhs, &it.rhs].iter().all(|side| side.value_type() == parser::value::ValueType::Vector);
    if let Some(said) = &it.modifier {
        word = if said.return_bool { "bool" } else { "" };
        let group = match &said.card {
            VectorMatchCardinality::ManyToOne(labels) => format!("Left[{}]", labels.labels.join(",")),
            VectorMatchCardinality::OneToMany(labels) => format!("Right[{}]", labels.labels.join(",")),
            _ => String::new(),
        };
        let on = said
            .matching
            .as_ref()
            .filter(|it| it.is_include() || !it.labels().labels.is_empty() || !group.is_empty());
        if let Some(on) = on.filter(|_| vectors) {
            matching = modifier(on, ["on", "ignoring"]) + &group;
        }
    }
    format!("<{}{word}{matching} {} {}>", it.op, bare(&it.lhs), bare(&it.rhs))
}

/// The same form as [`trees::bare`].
fn bare(expr: &Expr) -> String {
    match expr {
        Expr::NumberLiteral(it) => format!("{:?}", it.val),
        Expr::StringLiteral(it) => format!("{:?}", it.val),
        Expr::VectorSelector(it) => selector(it),
        Expr::MatrixSelector(it) => format!("<range {} {}>", selector(&it.vs), millis(it.range)),
        Expr::Subquery(it) => {
            let (range, step) = (millis(it.range), it.step.map(millis));
            format!(
                "<sub {} {range} {step:?} {}>",
                bare(&it.expr),
                shifts(it.offset.as_ref(), it.at.as_ref())
            )
        }
        Expr::Unary(it) => format!("<- {}>", bare(&it.expr)),
        Expr::Binary(it) => binary(it),
        Expr::Aggregate(it) => {
            let said = it.modifier.as_ref().filter(|it| !it.is_include() || !it.labels().labels.is_empty());
            let grouping = said.map_or(String::new(), |it| modifier(it, ["by", "without"]));
            let param = it.param.as_ref().map_or(String::new(), |param| bare(param));
            format!("<{}{grouping} {param} {}>", it.op, bare(&it.expr))
        }
        Expr::Call(it) => {
            let args: Vec<String> = it.args.args.iter().map(|arg| bare(arg)).collect();
            format!("<{} {}>", it.func.name, args.join(" "))
        }
        Expr::Paren(it) => bare(&it.expr),
        Expr::Extension(_) => "extension".to_owned(),
    }
}

/// Where the crate departs from Prometheus, as promtool bears out: it reads escapes in raw strings too, its
/// regular expressions are those of the crate regex, and an offset has one sign at most.
fn departs(text: &str) -> bool {
    let raw = text.split('`').skip(1).step_by(2);
    raw.into_iter().any(|inside| inside.contains('\\'))
        || ["a**", "{{", "offset --"].iter().any(|part| text.contains(part))
}

#[test]
fn both_readers_see_the_same_tree() {
    let mut chance = Chance(SEED);
    let (mut same, mut differences) = (0, Vec::new());
    for i in 0..QUERIES {
        let sound = query(&mut chance);
        let text = if i % 3 == 0 { bend(&mut chance, &sound) } else { sound };
        if departs(&text) {
            continue;
        }
        match (parse(&text), parser::parse(&text)) {
            (Ok(ours), Ok(theirs)) => {
                let (ours, theirs) = (trees::bare(&ours), bare(&theirs));
                same += usize::from(ours == theirs);
                if ours != theirs {
                    differences.push(format!("{text:?}\n  ours   {ours}\n  theirs {theirs}"));
                }
            }
            (Err(_), Err(_)) => {}
            (ours, theirs) => {
                differences.push(format!("{text:?}\n  ours   {:?}\n  theirs {:?}", ours.err(), theirs.err()));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "seed {SEED}, {} of {QUERIES}:\n{}",
        differences.len(),
        differences[..differences.len().min(60)].join("\n")
    );
    assert!(same > QUERIES / 4, "{same} compared: too few to prove much");
}
