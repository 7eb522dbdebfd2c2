//! Inputs by chance for whatever reads text that others wrote: expressions, rules, templates, unit tests, samples,
//! configurations, messages and what is posted.
//!
//! No instrumented compiler is needed: each target has a corpus, a dictionary and a check. Inputs are bent from the
//! corpus and from what was accepted on the way, for two seconds a target. `PROBITY_FUZZ_SECONDS` gives them longer,
//! `PROBITY_SEED` another sequence. An input that panics, breaks a promise or takes too long is made small and shown;
//! one that ends the whole process is in `target/tmp/fuzz-TARGET.txt`.

#[path = "../it/promql/generate.rs"]
mod generate;

mod alertmanager;
mod answers;
mod bend;
mod bodies;
mod drive;
mod expressions;
mod messages;
mod numbers;
mod prometheus;
mod queries;
mod rules;
mod samples;
mod series;
mod templates;
mod units;
