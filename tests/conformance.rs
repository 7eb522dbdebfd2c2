//! Whole runs: scenarios driven, observed and judged end to end, in lock-step.
//!
//! Everything is inside `mod conformance`, so that `cargo test conformance` selects these tests and no others.

mod conformance {
    #[path = "../conformance/alerts.rs"]
    mod alerts;

    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::sync::Arc;

    use probity::checks::{self, Verdict};
    use probity::observe::{Origin, Reason, Record, Traffic};
    use probity::report::json;
    use probity::run::{ExitStatus, Listener, Options, Outcome, Time, judge, run};
    use probity::scenario::{Model, Scenario, load};
    use probity::server::Defect;
    use tokio::sync::watch;

    fn scenario(name: &str) -> Scenario {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
        load(&path, &|path| fs::read_to_string(path)).expect("the scenario is valid")
    }

    fn outcome(scenario: &Scenario, options: &Options, stop: bool) -> Outcome {
        let listener: Listener = Arc::new(|_| {});
        let (_sender, stop) = watch::channel(stop);
        run(scenario, options, &listener, &stop).expect("the run comes to an outcome")
    }

    fn options(seed: Option<u64>, defects: &[Defect]) -> Options {
        Options {
            seed,
            defects: defects.to_vec(),
            time: Time::Lockstep,
            attach: None,
            traffic: Traffic::Exclusive,
        }
    }

    /// Which clauses failed by which check.
    fn convictions(outcome: &Outcome) -> BTreeSet<(&str, &str)> {
        outcome.failures().filter_map(|j| Some((j.check.as_deref()?, j.clause.as_str()))).collect()
    }

    /// What each defect must be convicted of, and nothing else. Written by hand from what the defect does.
    fn expected(defect: Defect) -> &'static [(&'static str, &'static str)] {
        match defect {
            // Only the counter is incremented twice; the histogram still observes once.
            Defect::RequestsCountedTwice | Defect::ErrorsCountedAs200 => {
                &[("requests/not-conserved", "conserve.requests")]
            }
            Defect::LabelDropped => &[
                ("metrics/missing", "metric.requests-total"),
                ("requests/not-conserved", "conserve.requests"),
            ],
            // The old name is gone, and the new one is promised by nobody.
            Defect::MetricRenamed => &[
                ("metrics/missing", "metric.memory-operations-total"),
                ("metrics/unpromised", "closed-world"),
            ],
            // A thousandfold sum disagrees with the ledger, and is more than the clients can have waited.
            Defect::HistogramInMilliseconds => &[
                ("metrics/histogram-incoherent", "conserve.request-latency"),
                ("metrics/latency-off", "conserve.request-latency"),
            ],
            Defect::GaugeNeverGoesDown => &[("metrics/gauge-stuck", "settles.active-debates")],
            Defect::SpansDoNotJoin => &[("traces/span-orphan", "span.request-flow")],
            Defect::AttributeMissing => &[("traces/attribute-missing", "span.agent-response-length")],
            // The clause of sampling itself, and the variable that is documented to set it.
            Defect::SamplingIgnored => {
                &[("telemetry/no-effect", "env.otel-sample-rate"), ("traces/sampling-off", "span.sampling")]
            }
            // Zero is coherent and physically possible: only the comparison with the ledger can tell.
            Defect::LatencyBeforeWork => &[("metrics/latency-off", "conserve.request-latency")],
            Defect::ServiceNameIgnored => &[("telemetry/no-effect", "env.otel-service-name")],
            // The documented label is gone, and the new one is promised by nobody.
            Defect::LabelRenamed => &[
                ("metrics/missing", "metric.memory-operations-total"),
                ("metrics/unpromised", "closed-world"),
            ],
            Defect::TypeUnknown => &[("metrics/wrong-type", "metric.consensus-rate")],
            // Nothing else is promised of the counter: no ledger knows what the memory did.
            Defect::CounterResets => &[("metrics/counter-reset", "metric.memory-operations-total")],
            // A scrape is a request to an endpoint as well.
            Defect::MetricsUnavailableSometimes => {
                &[("endpoints/wrong", "endpoint.metrics"), ("scrapes/failed", "scrape.aragora")]
            }
            // Every line before the end is good.
            Defect::ExpositionMalformed => &[("metrics/exposition-invalid", "scrape.aragora")],
            // These requests have no other span, so that whole traces are missing that their callers sampled; the
            // variable is documented to follow them.
            Defect::FailedRequestsNotTraced => &[
                ("telemetry/no-effect", "env.otel-sample-rate"),
                ("traces/missing", "span.every-request"),
                ("traces/sampling-off", "span.sampling"),
            ],
            // Neither counter nor histogram sees the failed calls.
            Defect::FailedCallsNotCounted => &[
                ("calls/not-conserved", "conserve.agent-calls"),
                ("metrics/histogram-incoherent", "conserve.agent-latency"),
            ],
        }
    }

    #[test]
    fn every_defect_is_convicted_by_exactly_the_checks_that_it_should() {
        let smoke = scenario("smoke.yaml");
        for defect in Defect::ALL {
            let outcome = outcome(&smoke, &options(None, &[defect]), false);
            let expected: BTreeSet<_> = expected(defect).iter().copied().collect();
            assert_eq!(convictions(&outcome), expected, "{}", defect.id());
            assert_eq!(outcome.status, ExitStatus::Findings, "{}", defect.id());
        }
    }

    #[test]
    fn every_check_convicts_some_defect() {
        let convicting: BTreeSet<&str> = Defect::ALL
            .into_iter()
            .flat_map(|defect| expected(defect).iter().map(|(check, _)| *check))
            .collect();
        // What became of alerts is another scenario's: `alerts` has the mistakes that those checks convict.
        let of_alerts = |id: &&str| id.starts_with("alerts/") || id.starts_with("notifications/");
        let all: BTreeSet<&str> =
            checks::ALL.iter().map(|check| check.id()).filter(|id| !of_alerts(id)).collect();
        assert_eq!(convicting, all);
    }

    #[test]
    fn an_honest_server_is_never_accused() {
        let smoke = scenario("smoke.yaml");
        for seed in 1..=20 {
            let outcome = outcome(&smoke, &options(Some(seed), &[]), false);
            assert_eq!(convictions(&outcome), BTreeSet::new(), "seed {seed}");
            // Whether some provider fails, and every status is seen, depends on the seed; that no clause of the
            // scenario's own seed is vacuous is another test's.
            assert!(matches!(outcome.status, ExitStatus::Conformant | ExitStatus::Vacuous), "seed {seed}");
        }
    }

    #[test]
    fn every_shipped_scenario_is_conformant_and_leaves_no_required_clause_vacuous() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let mut names: Vec<PathBuf> = fs::read_dir(folder)
            .expect("scenarios are shipped")
            .map(|entry| entry.expect("a readable folder").path())
            .collect();
        names.sort();
        assert!(names.len() >= 2);
        for path in names {
            let scenario = scenario(path.file_name().and_then(|name| name.to_str()).expect("a plain name"));
            // Users take real time: `tests/load.rs` runs those.
            let (scenario, _) = scenario.part(Model::Open);
            if !scenario.has(Model::Open) {
                continue;
            }
            let outcome = outcome(&scenario, &options(None, &[]), false);
            assert_eq!(
                outcome.status,
                ExitStatus::Conformant,
                "{}: {:?}",
                path.display(),
                convictions(&outcome)
            );
            assert_eq!(outcome.coverage.vacuous, Vec::<String>::new(), "{}", path.display());
            assert!(outcome.record.observations.legs[0].ledger.request_count() > 100);
        }
    }

    #[test]
    fn the_smoke_run_judges_every_clause_of_the_guide_that_a_run_can_show() {
        let outcome = outcome(&scenario("smoke.yaml"), &options(None, &[]), false);
        // What no traffic shows (panels, manifests, links...) is left to `probity lint`, and nothing else is.
        let left = &outcome.coverage.out_of_scope;
        assert_eq!(outcome.coverage.judged + left.len(), outcome.coverage.clauses);
        assert_eq!(outcome.coverage.judged, 39);
        let linted = ["panel.", "dashboard.", "service.", "manifest.", "command.", "link.", "named-span."];
        for clause in left {
            assert!(
                linted.iter().any(|kind| clause.starts_with(kind)),
                "{clause} is left out of the smoke run"
            );
        }
        let vacuous = outcome.judgements.iter().filter(|j| matches!(j.verdict, Verdict::Vacuous(_))).count();
        assert_eq!(vacuous, 0, "no verdict of the smoke run is vacuous");
    }

    #[test]
    fn a_finding_names_clause_document_heading_and_both_counts() {
        let outcome =
            outcome(&scenario("smoke.yaml"), &options(None, &[Defect::RequestsCountedTwice]), false);
        let judgement = outcome.failures().next().expect("it is convicted");
        assert_eq!(judgement.clause, "conserve.requests");
        assert_eq!(judgement.document, "documents/aragora-observability-guide.md");
        assert_eq!(judgement.heading, "Request Metrics");
        let Verdict::Fail(findings) = &judgement.verdict else { panic!("it failed") };
        // The ledger's own count of each kind of request is the independent witness.
        let ledger = &outcome.record.observations.legs[0].ledger;
        let held: BTreeMap<String, u64> = ledger
            .requests
            .iter()
            .filter(|(key, _)| key.origin != Origin::Scrape)
            .map(|(key, entry)| {
                let status = key.status_code.expect("every request was answered");
                let subject = format!(
                    "aragora_requests_total{{endpoint=\"{}\",method=\"{}\",status=\"{status}\"}}",
                    key.route, key.method
                );
                (subject, entry.count)
            })
            .collect();
        assert_eq!(findings.len(), held.len());
        for finding in findings {
            let count = held[&finding.subject];
            assert_eq!(finding.expected, format!("{count} requests (ledger)"));
            assert_eq!(finding.observed, format!("{} counted", 2 * count));
            assert!(finding.next.contains("twice"), "{}", finding.next);
        }
    }

    /// All files below a folder, with their bytes.
    fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                files.extend(
                    tree(&path).into_iter().map(|(file, bytes)| {
                        (Path::new(path.file_name().expect("a name")).join(file), bytes)
                    }),
                );
            } else {
                let bytes = fs::read(&path).expect("a readable file");
                files.insert(PathBuf::from(path.file_name().expect("a name")), bytes);
            }
        }
        files
    }

    fn temporary(name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("an earlier run's leftovers can be removed");
        }
        folder
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_gives_others() {
        let smoke = scenario("smoke.yaml");
        let written: Vec<_> = [(Some(5), "same-a"), (Some(5), "same-b"), (Some(6), "other")]
            .into_iter()
            .map(|(seed, name)| {
                let outcome = outcome(&smoke, &options(seed, &[]), false);
                let folder = temporary(name);
                outcome.record.write(&folder).expect("the record is written");
                (tree(&folder), json(&outcome))
            })
            .collect();
        assert!(written[0].0.len() > 6, "a record has several files");
        assert_eq!(written[0], written[1]);
        assert_ne!(written[0].0, written[2].0);
    }

    #[test]
    fn a_record_gives_the_same_verdicts_byte_for_byte() {
        for (scenario_name, defects) in [
            ("smoke.yaml", vec![]),
            ("smoke.yaml", vec![Defect::SamplingIgnored, Defect::LabelDropped]),
            ("agent-faults.yaml", vec![Defect::HistogramInMilliseconds]),
        ] {
            let live = outcome(&scenario(scenario_name), &options(None, &defects), false);
            let folder = temporary(&format!("judge-{scenario_name}-{}", defects.len()));
            live.record.write(&folder).expect("the record is written");
            let record = Record::read(&folder).expect("the record is read");
            assert_eq!(record, live.record);
            assert_eq!(json(&judge(record)), json(&live));
        }
    }

    #[test]
    fn two_runs_at_once_in_one_process_do_not_see_each_other() {
        let alone: Vec<String> = [None, Some(Defect::RequestsCountedTwice)]
            .into_iter()
            .map(|defect| json(&outcome(&scenario("smoke.yaml"), &options(None, defect.as_slice()), false)))
            .collect();
        let together: Vec<String> = [None, Some(Defect::RequestsCountedTwice)]
            .map(|defect| {
                std::thread::spawn(move || {
                    json(&outcome(&scenario("smoke.yaml"), &options(None, defect.as_slice()), false))
                })
            })
            .into_iter()
            .map(|thread| thread.join().expect("the run does not panic"))
            .collect();
        assert_eq!(alone, together);
        assert_ne!(alone[0], alone[1]);
    }

    #[test]
    fn an_interrupted_run_comes_to_a_report_that_accuses_nobody() {
        let outcome = outcome(&scenario("smoke.yaml"), &options(None, &[Defect::RequestsCountedTwice]), true);
        assert_eq!(outcome.status, ExitStatus::Interrupted);
        assert_eq!(outcome.failures().count(), 0);
        assert!(json(&outcome).contains("\"exit_code\": 130"));
    }

    #[test]
    fn a_generator_that_slipped_makes_the_run_invalid_also_when_judged_again() {
        let mut record =
            outcome(&scenario("smoke.yaml"), &options(None, &[Defect::LabelDropped]), false).record;
        record.observations.plan.reasons = vec![Reason::Slipped(900)];
        let folder = temporary("slipped");
        record.write(&folder).expect("the record is written");
        let outcome = judge(Record::read(&folder).expect("the record is read"));
        assert_eq!(outcome.status, ExitStatus::RunInvalid);
        assert!(json(&outcome).contains("\"slipped\": 900"));
    }

    #[test]
    fn a_scope_that_nothing_exercises_is_vacuous_and_not_conformant() {
        let mut quiet = scenario("smoke.yaml");
        quiet.phases.retain(|phase| phase.name == "quiet");
        let outcome = outcome(&quiet, &options(None, &[]), false);
        assert_eq!(outcome.status, ExitStatus::Vacuous);
        assert!(outcome.coverage.vacuous.contains(&"conserve.requests".to_owned()));
        assert_eq!(convictions(&outcome), BTreeSet::new());
    }

    #[test]
    fn the_filter_selects_all_of_these_tests() {
        let listed = |filter: &[&str]| {
            let exe = std::env::current_exe().expect("this test is an executable");
            let output = Command::new(exe).args(filter).arg("--list").output().expect("it lists its tests");
            String::from_utf8(output.stdout).expect("names are text")
        };
        let all = listed(&[]);
        assert!(all.contains("conformance::the_filter_selects_all_of_these_tests: test"));
        assert_eq!(listed(&["conformance"]), all);
    }
}
