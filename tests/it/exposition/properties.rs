//! What holds for every exposition: rendering and reading are inverse, and no text stops the parser.

use probity::observe::exposition::{Exposition, Format, parse};
use proptest::prelude::*;

use super::generator::{Taste, config, families, render, spoil, spoils};

fn any_format() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::Text), Just(Format::OpenMetrics)]
}

fn problems_lie_within(text: &str, exposition: &Exposition) -> Result<(), TestCaseError> {
    let lines: Vec<&str> = text.split('\n').collect();
    for problem in &exposition.problems {
        let line = problem.line.checked_sub(1).and_then(|index| lines.get(index));
        let inside = line.is_some_and(|line| (1..=line.chars().count() + 1).contains(&problem.column));
        prop_assert!(inside, "{problem} is outside of {text:?}");
        prop_assert!(!problem.message.contains(char::is_control), "{problem:?} would garble a terminal");
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn what_is_rendered_is_read_back(
        (format, mut families) in any_format().prop_flat_map(|format| {
            (Just(format), families(Taste { format, for_oracle: false }))
        }),
        loose in any::<bool>(),
    ) {
        let text = render(&mut families, format, loose);
        let exposition = parse(&text, format);
        prop_assert_eq!(&exposition.problems, &[], "{}", text);
        // As text, because a `NaN` does not equal itself.
        prop_assert_eq!(format!("{:#?}", exposition.families), format!("{families:#?}"), "{}", text);
        let json = serde_json::to_string(&exposition).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let again: Exposition = serde_json::from_str(&json).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(format!("{again:?}"), format!("{exposition:?}"));
    }

    #[test]
    fn any_text_is_survived(text in "(\\PC|[#\n\t\r \"{}=,\\\\]|foo|# TYPE |NaN|1){0,60}", format in any_format()) {
        problems_lie_within(&text, &parse(&text, format))?;
    }

    #[test]
    fn any_spoiled_exposition_is_survived(
        (format, mut families) in any_format().prop_flat_map(|format| {
            (Just(format), families(Taste { format, for_oracle: false }))
        }),
        loose in any::<bool>(),
        spoils in spoils(),
    ) {
        let text = spoil(&render(&mut families, format, loose), &spoils);
        problems_lie_within(&text, &parse(&text, format))?;
    }
}
