//! What holds for every tree and every text.

use probity::promql::{Dialect, ParseError, ValueType, parse_as};
use proptest::prelude::*;

use super::generate::{Chance, bend, query};
use super::{read, shape, trees};

/// The characters that mean something in a query.
const OWN: &str = "[xa1 0.5emhs(){}\\[\\]\"'`=~!<>@:,+*^#\n\\\\_-]{0,40}";

/// The characters that mean something in a pattern.
const PATTERN: &str = "[ab0-9(){}\\[\\]|*+?.^$:\\\\PpQEdDxi<>-]{0,20}";

/// Errors underline something that is there, and what is taken prints as itself.
fn sound(text: &str) {
    for dialect in [Dialect::V2, Dialect::V3] {
        match parse_as(text, dialect) {
            Ok(expr) => {
                assert!(text.get(expr.span.start..expr.span.end).is_some(), "{text:?}: {:?}", expr.span);
                expr.walk(&mut |node, above| {
                    let around = above.last().map_or(expr.span, |parent| parent.span);
                    assert!(
                        around.start <= node.span.start && node.span.end <= around.end,
                        "{text:?}: {node:?}"
                    );
                });
                let printed = expr.to_string();
                let again = parse_as(&printed, dialect);
                let again = again.unwrap_or_else(|error| panic!("{text:?} printed as {printed:?}: {error}"));
                assert_eq!(shape(&again), shape(&expr), "{text:?} printed as {printed:?}");
                assert_eq!(again.to_string(), printed, "printing is settled after once");
            }
            Err(ParseError { message, span, .. }) => {
                assert!(text.get(span.start..span.end).is_some(), "{text:?}: {message} at {span:?}");
                assert!(!message.is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_prints_as_text_that_reads_as_the_tree(seed: u64, depth in 0_usize..5) {
        let mut chance = Chance(seed);
        for wanted in [ValueType::Vector, ValueType::Scalar, ValueType::Matrix, ValueType::String] {
            let tree = trees::tree(&mut chance, wanted, depth);
            let printed = tree.to_string();
            let again = read(&printed);
            // Printing may add parentheses, and reading keeps them.
            prop_assert_eq!(trees::bare(&again), trees::bare(&tree), "{}", printed);
            prop_assert_eq!(again.value_type(), wanted);
            sound(&printed);
        }
    }

    #[test]
    fn any_text_is_taken_or_refused(text in any::<String>()) {
        sound(&text);
    }

    #[test]
    fn any_text_of_its_own_characters_is_taken_or_refused(text in OWN) {
        sound(&text);
    }

    #[test]
    fn any_pattern_is_taken_or_refused(text in PATTERN) {
        sound(&format!("x{{a=~{text:?}}}"));
        sound(&format!("{{a!~`{text}`}}"));
    }

    #[test]
    fn queries_and_bent_queries_are_taken_or_refused(seed: u64) {
        let mut chance = Chance(seed);
        let text = query(&mut chance);
        sound(&text);
        let bent = bend(&mut chance, &text);
        sound(&bent);
        for (i, _) in bent.char_indices() {
            sound(&bent[..i]);
        }
    }
}
