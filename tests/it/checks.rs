//! The judges, by recorded fixtures: `fixtures/checks/<id>/{pass,fail,vacuous}_<why>/` are records, each the narrowest
//! that shows one thing. What should be found stands beside them, written by hand.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use probity::checks::{ALL, Finding, Judgement, Verdict, judge};
use probity::observe::Record;
use probity::observe::exposition::Grade;

mod arbitrary;
mod calm;
mod chance;
mod honest;

/// A recorded situation, and the check that it is about.
struct Fixture {
    check: &'static str,
    /// `pass_<why>`, `fail_<why>` or `vacuous_<why>`; `pass` alone is the ordinary one.
    name: String,
    dir: PathBuf,
}

impl Fixture {
    fn is(&self, what: &str) -> bool {
        self.name == what || self.name.strip_prefix(what).is_some_and(|rest| rest.starts_with('_'))
    }

    fn record(&self) -> Record {
        Record::read(&self.dir).unwrap_or_else(|error| panic!("{self}: {error:?}"))
    }

    /// The verdicts of its own check.
    fn verdicts(&self) -> Vec<Verdict> {
        let record = self.record();
        let own = |judgement: &Judgement| judgement.check.as_deref() == Some(self.check);
        let judgements = judge(&record.contracts, &record.observations);
        judgements.into_iter().filter(own).map(|judgement| judgement.verdict).collect()
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.dir.join(file)).unwrap_or_else(|error| panic!("{self}/{file}: {error}"))
    }
}

impl std::fmt::Display for Fixture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "fixtures/checks/{}/{}", self.check, self.name)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/checks")
}

/// The names in a folder, sorted.
fn entries(dir: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(dir) else { return BTreeSet::new() };
    entries
        .map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned())
        .collect()
}

fn fixtures() -> Vec<Fixture> {
    let of = |id: &'static str| {
        let dir = root().join(id);
        entries(&dir).into_iter().map(move |name| Fixture { check: id, dir: dir.join(&name), name })
    };
    ALL.iter().flat_map(|check| of(check.id())).collect()
}

#[test]
fn every_check_has_fixtures_and_every_fixture_a_check() {
    let mut wrong = Vec::new();
    let all = fixtures();
    for check in ALL {
        for what in ["pass", "fail"] {
            if !all.iter().any(|fixture| fixture.check == check.id() && fixture.is(what)) {
                wrong.push(format!("{} has no {what} fixture", check.id()));
            }
        }
    }
    let kinds = ["pass", "fail", "vacuous"];
    let nameless = all.iter().filter(|fixture| !kinds.iter().any(|kind| fixture.is(kind)));
    wrong.extend(
        nameless.map(|fixture| format!("{fixture}: expected the name to begin with one of {kinds:?}")),
    );
    for signal in entries(&root()) {
        let stray = entries(&root().join(&signal)).into_iter().map(|what| format!("{signal}/{what}"));
        let stray = stray.filter(|id| probity::checks::find(id).is_none());
        wrong.extend(stray.map(|id| format!("fixtures/checks/{id} belongs to no check")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fixture_gets_its_verdict() {
    let wrong: Vec<String> = fixtures().iter().filter_map(|fixture| disagreement(fixture).err()).collect();
    assert!(wrong.is_empty(), "{} fixtures\n{}", wrong.len(), wrong.join("\n"));
}

fn disagreement(fixture: &Fixture) -> Result<(), String> {
    let verdicts = fixture.verdicts();
    if verdicts.is_empty() {
        return Err(format!("{fixture}: the check has no verdict"));
    }
    let good = if fixture.is("pass") {
        verdicts.iter().all(|verdict| matches!(verdict, Verdict::Pass { .. }))
    } else if fixture.is("vacuous") {
        let expected = Verdict::Vacuous(fixture.text("reason.txt").trim_end().to_owned());
        verdicts.iter().all(|verdict| *verdict == expected)
    } else {
        let expected: Vec<Finding> = serde_json::from_str(&fixture.text("findings.json"))
            .map_err(|error| format!("{fixture}/findings.json: {error}"))?;
        let observed: Vec<&Finding> = verdicts
            .iter()
            .filter_map(|verdict| if let Verdict::Fail(findings) = verdict { Some(findings) } else { None })
            .flatten()
            .collect();
        !expected.is_empty() && observed == expected.iter().collect::<Vec<_>>()
    };
    if good {
        Ok(())
    } else {
        Err(format!("{fixture}: got {}", serde_json::to_string_pretty(&verdicts).expect("verdicts are JSON")))
    }
}

/// A fixture that contradicts itself would prove something about itself only.
#[test]
fn fixtures_are_sound() {
    let mut wrong = Vec::new();
    for fixture in fixtures() {
        let record = fixture.record();
        for leg in &record.observations.legs {
            for (key, entry) in &leg.ledger.requests {
                if entry.latency_us.len() != entry.count {
                    wrong.push(format!("{fixture}: {key:?}: latencies and count differ"));
                }
            }
            // A service that is to pass must be honest to the letter, unless it is the letter that is judged: then
            // what a job of the contract's own exposes holds nothing but remarks.
            let judged = fixture.check == "metrics/exposition-invalid";
            let own = leg.scrapes.iter().filter(|scrape| !judged || scrape.job == "shop");
            let problems = own.filter_map(|scrape| scrape.exposition()).flat_map(|one| &one.problems);
            let problems = problems.filter(|problem| !judged || problem.grade == Grade::Violation);
            wrong.extend(
                problems.filter(|_| fixture.is("pass")).map(|problem| format!("{fixture}: {problem}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_record_is_judged_as_the_live_run_was() {
    let copies = Temporary::new("copies");
    for (number, fixture) in fixtures().iter().enumerate() {
        let live = fixture.record();
        let dir = copies.0.join(number.to_string());
        live.write(&dir).unwrap();
        let again = Record::read(&dir).unwrap();
        let (live, again) =
            (judge(&live.contracts, &live.observations), judge(&again.contracts, &again.observations));
        assert_eq!(live, again, "{fixture}");
    }
}

/// A folder of this process's own, removed with it.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        let dir =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("checks-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a folder of its own");
        Self(dir)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed now is removed with the target folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn an_interrupted_run_proves_nothing() {
    let reason = "the run was interrupted before everything was flushed";
    for fixture in fixtures() {
        let mut record = fixture.record();
        record.observations.plan.interrupted = true;
        for judgement in judge(&record.contracts, &record.observations) {
            if judgement.check.is_some() {
                assert_eq!(judgement.verdict, Verdict::Vacuous(reason.to_owned()), "{fixture}");
            }
        }
    }
}

#[test]
fn every_check_explains_itself() {
    let mut ids = BTreeSet::new();
    for check in ALL {
        let explanation = check.explanation();
        for part in [explanation.judges, explanation.why, explanation.needs, explanation.wrong] {
            assert!(part.trim() == part && part.ends_with('.'), "{}: {part:?}", check.id());
        }
        let parts: Vec<&str> = check.id().split('/').collect();
        let [signal, wrong] = parts[..] else { panic!("{} is not signal/what-is-wrong", check.id()) };
        for word in [signal].into_iter().chain(wrong.split('-')) {
            let lower = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
            assert!(lower, "{}: {word:?} is not a lower-case word", check.id());
        }
        assert!(ids.insert(check.id()), "{} stands twice in the list", check.id());
    }
}
