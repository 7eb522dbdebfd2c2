//! When a test looks at something, and whether it would end.

use super::super::file::{Test, When};
use super::super::judge::shown;
use super::super::outcome::CaseOutcome;
use crate::promql::Options;

/// The most evaluations of a test, and the most times at which it may expect something: eleven years of minutes. Each
/// takes a few microseconds, and `promtool` would not end either.
const MOST_STEPS: i64 = 6_000_000;

/// Why a test is not begun, if it would hardly end.
pub(super) fn too_long(test: &Test, every_ms: i64, options: &Options) -> Option<CaseOutcome> {
    let most = i64::try_from(options.max_samples).unwrap_or(i64::MAX).min(MOST_STEPS);
    let alerts = test.alert_tests.iter().map(|case| (case.when, case.place));
    let mut looks: i64 = 0;
    for (when, place) in alerts.chain(test.query_tests.iter().map(|case| (case.when, case.place))) {
        looks = looks.saturating_add(match when {
            When::At(_) => 1,
            When::Each { from_ms, to_ms, every_ms: given } => {
                to_ms.saturating_sub(from_ms) / given.unwrap_or(every_ms).max(1) + 1
            }
        });
        let why = if when.last_ms() / every_ms >= most {
            format!("up to {} there are over {most} evaluations", shown(when.last_ms()))
        } else if looks > most {
            format!("something is expected at over {most} times")
        } else {
            continue;
        };
        let help = "expect it earlier, or evaluate less often";
        let title = "the test comes to its end".to_owned();
        return Some(CaseOutcome { title, line: place.line, failures: vec![format!("{why}; {help}")] });
    }
    None
}

/// The times at which something must hold.
pub(in super::super) fn times(when: When, interval_ms: i64) -> impl Iterator<Item = i64> {
    let (from_ms, to_ms, every_ms) = match when {
        When::At(at_ms) => (at_ms, at_ms, 1),
        When::Each { from_ms, to_ms, every_ms } => (from_ms, to_ms, every_ms.unwrap_or(interval_ms).max(1)),
    };
    (0..=(to_ms - from_ms) / every_ms).map(move |step| from_ms + step * every_ms)
}

/// The place of the last evaluation at or before a time.
pub(super) fn place(at_ms: i64, every_ms: i64) -> Option<usize> {
    usize::try_from(at_ms.div_euclid(every_ms)).ok()
}
