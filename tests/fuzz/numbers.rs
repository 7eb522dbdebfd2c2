//! A small storage with everything in it that values can be.

use probity::promql::{Labels, Storage, stale_marker};

/// When the samples begin, in milliseconds since 1970.
pub(crate) const START_MS: i64 = 1_700_000_000_000;

/// The time between samples.
const EVERY_MS: i64 = 15_000;

/// How many samples a series may have.
const SAMPLES: i64 = 40;

/// When they end.
pub(crate) const END_MS: i64 = START_MS + SAMPLES * EVERY_MS;

const ODD: &[f64] = &[
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    -0.0,
    0.0,
    1e308,
    -1e308,
    5e-324,
    0.1,
    9_007_199_254_740_993.0,
    -1.5,
];

/// Counters that fall, gauges, odd numbers, histograms, and series that come and go.
pub(crate) fn storage() -> Storage {
    let mut storage = Storage::new();
    let mut put = |labels: &[(&str, &str)], value: &dyn Fn(i64) -> Option<f64>| {
        let id = storage.series(&Labels::new(labels.iter().copied()));
        for step in 0..SAMPLES {
            // Scrapes are never quite on time.
            let at_ms = START_MS + step * EVERY_MS + (step * 7919) % 50;
            if let Some(value) = value(step) {
                storage.push(id, at_ms, value).expect("time goes on");
            }
        }
    };
    for (number, job) in ["api", "db", "web"].into_iter().enumerate() {
        let offset = number as i64;
        for instance in ["a", "b"] {
            put(&[("__name__", "up"), ("job", job), ("instance", instance)], &|step| {
                (step % 13 != offset).then_some(f64::from(u8::from(step % 7 != offset)))
            });
        }
        put(&[("__name__", "requests_total"), ("job", job), ("code", "200")], &|step| {
            Some(((step + offset) % 17 * 3) as f64 + 0.1)
        });
        put(&[("__name__", "requests_total"), ("job", job), ("code", "500")], &|step| {
            (step > 10).then_some((step * step) as f64 / 3.0)
        });
        put(&[("__name__", "x"), ("job", job)], &|step| {
            Some(if step % 11 == 5 { stale_marker() } else { (step * 37 % 23) as f64 - 11.3 })
        });
        put(&[("__name__", "odd"), ("job", job)], &|step| {
            ODD.get((step + offset * 4) as usize % (ODD.len() + 3)).copied()
        });
        for (place, le) in ["0.1", "1", "5", "+Inf"].into_iter().enumerate() {
            put(&[("__name__", "latency_bucket"), ("job", job), ("le", le)], &|step| {
                Some((step * (place as i64 + 1 + offset)) as f64)
            });
        }
    }
    put(&[("__name__", "huge"), ("and", "tab\t"), ("a b", "é")], &|step| Some(1e16 + (step % 3) as f64));
    storage
}
