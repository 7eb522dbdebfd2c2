//! Probity proves that telemetry tells the truth.
//!
//! # Bird's eye
//!
//! You give it a *contract* (what documents promise about metrics, spans and the rest), a *scenario* (traffic, faults,
//! time) and a *target* (the reference server that it ships, or any server by URL). It drives the traffic, keeps a *ledger* of what it
//! really did, collects what the telemetry says was done, and gives every promise a verdict: kept, broken (with the
//! evidence) or never exercised. Silence is not success.
//!
//! ```text
//!   scenario ──> run ──────────────┬─────────────────┬────────────────┐
//!                 │                │                 │                │
//!               load ── HTTP ──> server ── HTTP ──> parties         stack
//!                 │                │  telemetry      │            scraper, OTLP receiver
//!               ledger             └── /metrics, spans ──────────────>│
//!                 │                                  │                │
//!                 └────────────> observations <──────┴────────────────┘
//!   contract ──────────────────────> checks ──> verdicts ──> report
//! ```
//!
//! What needs no traffic is judged without: `lint` reads the documents themselves, and the files that are deployed.
//!
//! All of it runs over real sockets in one process, under one virtual [`clock`]: a minute of traffic takes a fraction
//! of a second, and the same scenario and seed give the same bytes. A target that somebody else started has real time:
//! then the same driver, scraper, receiver and judges run on the machine's clock, and telemetry is looked at until it has
//! settled. `load` puts users that goose drives in the driver's place, and thresholds beside the verdicts.
//!
//! # Code map
//!
//! The layers, bottom first. A layer may name only those in its row; `tests/it/layers.rs` fails on any other edge, and
//! knows the rows of layers that are yet to come.
//!
//! | layer | may name | owns |
//! |---|---|---|
//! | [`clock`] | - | the virtual and the real clock, chance, tickets, timers: the only code that sleeps |
//! | [`promql`] | - | PromQL: a strict parser with the place of every word, series in memory, evaluation |
//! | [`contract`] | promql | clauses, validated names, the fault vocabulary, YAML with every error at once |
//! | [`alerting`] | promql | rules over time, their templates, their unit tests |
//! | [`observe`] | contract, promql | exposition parser, spans, ledger, resolved plan, records on disk |
//! | [`checks`] | contract, promql, alerting, observe | the judges, one file each |
//! | [`prove`] | contract, promql, alerting, observe | what needs no traffic: documents, rules, dashboards and configurations against contracts and one another |
//! | [`telemetry`] | clock | the documented instrumentation API as a small library |
//! | [`parties`] | clock, observe | synthetic LLM providers, with their own count |
//! | [`server`] | clock, contract, telemetry | the reference server `aragora`, and its defects |
//! | [`stack`] | clock, contract, promql, alerting, observe, parties, server | scraper, OTLP receiver (gRPC, HTTP), attaching to a target, waiting |
//! | [`load`] | clock, observe | arrival schedules, personas (built in or scripted), the driver, goose, the ledger's filling |
//! | [`scenario`] | contract, observe, checks, load | the scenario file |
//! | [`run`] | all above | from a scenario to an outcome; `init`: from a running service to a scenario |
//! | [`report`] | contract, alerting, observe, checks, prove, run | terminal, JSON, JUnit, Markdown, GitHub, SARIF; listens only |
//! | [`cli`] | everything | arguments, the injected world, exit codes |
//!
//! # Invariants
//!
//! 1. Checks are pure: a record gives the same verdicts as the live run did.
//! 2. Server and checks never derive from each other: both are written from the documents, and a test compares the
//!    server's names with the contract's.
//! 3. A run that judged nothing, or a required clause that was vacuous, has its own exit code.
//! 4. Closed world: a metric or label that was promised by no contract is a finding.
//! 5. Every check is proven to convict, by a matrix of defects and checks and by recorded fixtures.
//! 6. Conservation, not "more than zero": counters equal the ledger, label by label.
//! 7. Time and chance are injected everywhere.
//! 8. Nothing waits by sleeping: absence is proven by a watermark. A target that somebody else started has none to
//!    give: there telemetry is looked at until nothing is broken and the time is over in which it may still be on its
//!    way (`run/settle.rs` states it), bounded by the scenario's `settle`.
//! 9. Queues, ledgers and the span store have named limits, and what is dropped is counted. Answers, scrapes
//!    and what our receiver is sent are read up to a stated size; the scrapes of a run are held whole.
//! 10. A request counts from its planned start; a generator that slipped makes the run invalid.
//! 11. Every error is returned, not the first, with file, line, column and the accepted values.
//!
//! # Features
//!
//! `server` (reference servers, embedded stack) and `load` (drivers, scenarios) are on by default; without them
//! records are still judged, and documents linted.

pub mod alerting;
pub mod checks;
pub mod cli;
#[cfg(any(feature = "server", feature = "load"))]
pub mod clock;
pub mod contract;
#[cfg(feature = "load")]
pub mod load;
pub mod observe;
#[cfg(feature = "server")]
pub mod parties;
pub mod promql;
pub mod prove;
pub mod report;
pub mod run;
#[cfg(feature = "load")]
pub mod scenario;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
pub mod stack;
#[cfg(feature = "server")]
pub mod telemetry;
