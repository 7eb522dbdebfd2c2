//! `holt_winters`: double exponential smoothing.

use super::{Frame, Run, set};

/// `holt_winters`.
pub(super) fn smooth(run: &Run<'_>, out: &mut [f64]) -> u64 {
    let mut work = run.frames.len() as u64;
    let mut before: Option<(&Frame, [u64; 2], f64)> = None;
    for (step, frame) in run.steps().filter(|(_, frame)| frame.len() >= 2) {
        let factors = [run.arg(0, step), run.arg(1, step)];
        let bits = factors.map(f64::to_bits);
        let value = match before {
            Some((last, same, value)) if last.repeats(frame) && same == bits => value,
            _ => {
                work += frame.len() as u64;
                smoothed(run.values_of(frame), factors)
            }
        };
        if work > run.most {
            break;
        }
        before = Some((frame, bits, value));
        set(out, step, value);
    }
    work
}

/// The last value of a smoothed series.
fn smoothed(values: &[f64], [smoothing, trending]: [f64; 2]) -> f64 {
    let [first, second, ..] = values else { return f64::NAN };
    let (mut before, mut now, mut trend) = (0.0, *first, second - first);
    for (place, value) in values.iter().enumerate().skip(1) {
        let scaled = smoothing * value;
        if place > 1 {
            trend = trending * (now - before) + (1.0 - trending) * trend;
        }
        let expected = (1.0 - smoothing) * (now + trend);
        (before, now) = (now, scaled + expected);
    }
    now
}

/// What is wrong at the first step with samples whose factors are not between 0 and 1.
pub(super) fn refusal(run: &Run<'_>) -> Option<String> {
    run.steps().find_map(|(step, _)| {
        wrong("smoothing", "sf", run.arg(0, step)).or_else(|| wrong("trend", "tf", run.arg(1, step)))
    })
}

fn wrong(what: &str, short: &str, factor: f64) -> Option<String> {
    let shown = match factor {
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        _ => format!("{factor:.6}"),
    };
    (factor <= 0.0 || factor >= 1.0)
        .then(|| format!("invalid {what} factor. Expected: 0 < {short} < 1, got: {shown}"))
}
