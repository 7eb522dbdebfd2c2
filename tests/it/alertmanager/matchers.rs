//! Conditions as both releases read them and print them.

use probity::alerting::alertmanager::Release::{self, V0_25, V0_33};
use probity::alerting::matchers::{Matcher, Op, parse, parse_one};
use probity::promql::Labels;
use proptest::prelude::*;

/// What a text is read as, printed; `-` if it is refused.
fn printed(text: &str, release: Release) -> String {
    parse(text, release).map_or_else(|_| "-".to_owned(), |matchers| matchers.to_string())
}

#[test]
fn the_old_syntax_takes_nearly_anything_for_a_value_and_the_new_release_still_does() {
    for (text, expected) in [
        ("", "{}"),
        ("{}", "{}"),
        ("a=b", r#"{a="b"}"#),
        (" a = b ", r#"{a="b"}"#),
        ("{a=b,c!=\"d\"}", r#"{a="b",c!="d"}"#),
        ("{a=b", r#"{a="b"}"#),
        ("a=b}", r#"{a="b"}"#),
        ("a=b,", r#"{a="b"}"#),
        ("a=", r#"{a=""}"#),
        ("a==b", r#"{a="=b"}"#),
        ("a=b c", r#"{a="b c"}"#),
        ("a=\"b,c\"", r#"{a="b,c"}"#),
        ("a=\"b\\nc\"", r#"{a="b\nc"}"#),
        ("a=\\d", r#"{a="\\d"}"#),
        ("a=~\"x|y\",b!~z", r#"{a=~"x|y",b!~"z"}"#),
        ("a:b=c", r#"{a:b="c"}"#),
    ] {
        assert_eq!(printed(text, V0_25), expected, "{text:?} in 0.25");
        assert_eq!(printed(text, V0_33), expected, "{text:?} in 0.33");
    }
}

#[test]
fn both_refuse_what_neither_parser_reads() {
    for text in ["a", "=b", "a=\"", "a=\"b\"c", ",", "a=b,,c=d", "a=~(", "a!b", "{,}"] {
        assert_eq!((printed(text, V0_25), printed(text, V0_33)), ("-".into(), "-".into()), "{text:?}");
    }
}

#[test]
fn only_the_new_release_has_utf_8_names_quoted_names_and_go_1_22s_groups() {
    for (text, expected) in [
        ("é=b", r#"{é="b"}"#),
        ("\"é b\"=c", r#"{"é b"="c"}"#),
        ("a.b=c", r#"{a.b="c"}"#),
        ("\"a\"=b", r#"{a="b"}"#),
        ("é=\"\\u00e9\"", r#"{é="é"}"#),
        ("a=~\"(?<x>y)\"", r#"{a=~"(?<x>y)"}"#),
    ] {
        assert_eq!(printed(text, V0_25), "-", "{text:?} in 0.25");
        assert_eq!(printed(text, V0_33), expected, "{text:?} in 0.33");
    }
}

#[test]
fn where_the_parsers_disagree_the_old_one_wins() {
    // To the new one this is an escape, to the old one a backslash and a letter.
    assert_eq!(printed("a=\"\\t\"", V0_33), r#"{a="\\t"}"#);
    assert_eq!(printed("\"a\"=\"\\t\"", V0_33), "{a=\"\t\"}");
}

#[test]
fn a_filter_is_exactly_one_condition() {
    assert_eq!(parse_one("a=b", V0_33).map(|it| it.to_string()), Ok("a=\"b\"".to_owned()));
    assert_eq!(parse_one("a=b,c=d", V0_25).map(|it| it.value), Ok("b,c=d".to_owned()));
    for text in ["", "{a=b}", "a=b}", "é=b,ü=c"] {
        assert!(parse_one(text, V0_33).is_err(), "{text:?}");
    }
}

#[test]
fn what_is_wrong_has_its_column() {
    let column = |text: &str, release| parse(text, release).map_err(|error| error.column).unwrap_err();
    assert_eq!(column("a=b,ü", V0_25), 5);
    assert_eq!(column("ü=a ü", V0_33), 5);
    assert_eq!(column("ü!a", V0_33), 3);
    assert_eq!(column("\"ü\"=a,b=~\"(\"", V0_33), 10);
}

#[test]
fn an_absent_label_is_an_empty_one_and_a_dot_matches_no_line_feed() {
    let matches = |text: &str, pairs: &[(&str, &str)]| {
        let matchers = parse(text, V0_33).expect("it is sound");
        matchers.matches(&Labels::new(pairs.iter().copied()))
    };
    assert!(matches("a=\"\"", &[]) && matches("a!=b", &[]) && matches("a=~\"b|\"", &[]));
    assert!(!matches("a!=\"\"", &[]) && !matches("a=~.+", &[]) && matches("a!~.+", &[]));
    assert!(!matches("a=~.", &[("a", "\n")]) && !matches("a=~\"(?<x>.)\"", &[("a", "\n")]));
    assert!(!matches("a=~b", &[("a", "abc")]), "a pattern matches the whole value");
    assert!(matches("a=b,c=d", &[("a", "b"), ("c", "d")]) && !matches("a=b,c=d", &[("a", "b")]));
}

fn condition() -> impl Strategy<Value = Matcher> {
    let names = prop_oneof!["[a-zA-Z_][a-zA-Z0-9_]{0,4}", "\\PC{1,4}"];
    let ops = prop::sample::select(vec![Op::Equal, Op::NotEqual, Op::Regex, Op::NotRegex]);
    (names, ops, prop_oneof!["[a-z \"\\\\,{}=~!\n]{0,5}", any::<String>()])
        .prop_filter_map("no pattern", |(name, op, value)| Matcher::new(&name, op, &value).ok())
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(conditions in prop::collection::vec(condition(), 0..4)) {
        let printed: Vec<String> = conditions.iter().map(ToString::to_string).collect();
        let read = parse(&format!("{{{}}}", printed.join(",")), V0_33);
        prop_assert_eq!(read.map(|it| it.0), Ok(conditions));
    }

    #[test]
    fn any_text_is_read_or_refused_in_its_own_columns(text in "[a-b=~!,{}\"\\\\ é\n]{0,10}|\\PC{0,10}") {
        for release in [V0_25, V0_33] {
            match parse(&text, release) {
                Ok(matchers) => {
                    let printed = matchers.to_string();
                    prop_assert_eq!(parse(&printed, V0_33), Ok(matchers));
                }
                Err(error) => prop_assert!(error.column <= text.chars().count() + 1, "{error:?}"),
            }
        }
    }
}
