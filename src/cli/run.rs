use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::args::{Drive, Format, Load, Run, Time};
use super::attach::{attachment, traffic};
use super::{Failure, World};
use crate::contract::yaml::{Problem, render};
use crate::report::json;
use crate::run::{self, Event, ExitStatus, Listener, Options, Outcome, RunError};
use crate::scenario::{self, Invalid, Model, Scenario};
use crate::stack::external::AttachError;
use crate::telemetry::Config;

/// Runs every scenario; the worst status decides.
pub(super) fn run(args: &Run, world: &mut World) -> Result<ExitStatus, Failure> {
    all(&args.drive, Model::Open, args.clock, world)
}

/// Drives every scenario's users; the worst status decides.
pub(super) fn load(args: &Load, world: &mut World) -> Result<ExitStatus, Failure> {
    all(&args.drive, Model::Closed, Some(Time::Real), world)
}

fn all(args: &Drive, model: Model, clock: Option<Time>, world: &mut World) -> Result<ExitStatus, Failure> {
    let mut scenarios = Vec::new();
    let mut invalid = String::new();
    let sources = RefCell::new(BTreeMap::new());
    for path in &args.scenarios {
        let read = |path: &Path| {
            let text = fs::read_to_string(world.path(path))?;
            sources.borrow_mut().insert(text.clone(), path.display().to_string());
            Ok(text)
        };
        match scenario::load(path, &read) {
            Ok(scenario) => {
                let found = misfits(path, &scenario, &scenarios);
                let source = fs::read_to_string(world.path(path)).unwrap_or_default();
                if !found.is_empty() {
                    invalid.push_str(&render(&found, &source, world.problem_style()));
                }
                scenarios.push(scenario);
            }
            Err(found) => invalid.push_str(&problems(&found, world)),
        }
    }
    if !invalid.is_empty() {
        return Err(Failure::Invalid(invalid));
    }
    let sources = sources.into_inner();
    let mut statuses = Vec::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        // A failure of one is no reason to withhold the verdicts of the others.
        statuses.push(one(scenario, args, (model, clock), &sources, world).unwrap_or_else(|failure| {
            world.err(&format!("probity: {}: {failure}\n", scenario.name));
            failure.status()
        }));
        if *world.interrupt.borrow() && at + 1 < scenarios.len() {
            let left: Vec<&str> = scenarios[at + 1..].iter().map(|scenario| scenario.name.as_str()).collect();
            world.err(&format!("interrupted: not run: {}\n", left.join(", ")));
            statuses.push(ExitStatus::Interrupted);
            break;
        }
    }
    Ok(ExitStatus::first(&statuses))
}

/// What only the whole command line shows: two scenarios whose reports would overwrite each other, and variables that
/// the server does not read or cannot understand.
fn misfits(path: &Path, scenario: &Scenario, earlier: &[Scenario]) -> Vec<Problem> {
    let file = path.display().to_string();
    let mut problems = Vec::new();
    if earlier.iter().any(|other| other.name == scenario.name) {
        let message = format!("another scenario of this command is named `{}` too", scenario.name);
        problems.push(Problem::new(&file, 1, 1, message).help("their reports would overwrite each other"));
    }
    // What somebody else's server reads is not known here.
    if scenario.target.server().is_none() {
        return problems;
    }
    let place = |name: &str| scenario.env_places.get(name).copied().unwrap_or((1, 1));
    for name in scenario.env.keys().filter(|name| !Config::VARIABLES.contains(&name.as_str())) {
        let (line, column) = place(name);
        let message = format!("the server reads no variable `{name}`");
        problems.push(Problem::new(&file, line, column, message).accepted(Config::VARIABLES));
    }
    for error in Config::from_env(&scenario.env).err().unwrap_or_default() {
        let (line, column) = place(error.variable);
        let message = format!("{} is `{}`", error.variable, error.value);
        problems.push(Problem::new(&file, line, column, message).accepted([error.expected]));
    }
    problems
}

/// All mistakes of all files, each with its source line.
fn problems(found: &Invalid, world: &World) -> String {
    let mut text = String::new();
    let mut files: Vec<&str> = found.problems.iter().map(|problem| problem.file.as_str()).collect();
    files.dedup();
    for file in files {
        let of_file: Vec<_> = found.problems.iter().filter(|problem| problem.file == file).cloned().collect();
        let source = found.sources.get(file).map(String::as_str).unwrap_or_default();
        text.push_str(&render(&of_file, source, world.problem_style()));
    }
    text
}

/// The part of a scenario that a command drives, none when that is nothing; what it leaves out is said.
fn part(scenario: &Scenario, model: Model, world: &mut World) -> Option<Scenario> {
    let (part, left) = scenario.part(model);
    // A scenario of mere silence is one for `run`.
    let silent = left.is_empty() && model == Model::Open;
    let has_any = part.has(model) || silent;
    for phase in &left {
        let phase = format!("phase `{phase}` has {}", model.of_the_other());
        world.err(&format!("{}: not judged: {phase}\n", scenario.name));
    }
    if !has_any {
        world.err(&format!("{}: nothing was judged: no phase has {}\n", scenario.name, model.key()));
    }
    has_any.then_some(part)
}

/// `sources` knows the files that scenarios and contracts were read from, by their texts.
fn one(
    scenario: &Scenario,
    args: &Drive,
    (model, clock): (Model, Option<Time>),
    sources: &BTreeMap<String, String>,
    world: &mut World,
) -> Result<ExitStatus, Failure> {
    let options = options(scenario, args, clock, world)?;
    let Some(scenario) = &part(scenario, model, world) else { return Ok(ExitStatus::Vacuous) };
    let outcome = drive(scenario, &options, model, world)?;
    // A run with a defect is another run: it must not overwrite the report of the honest one.
    let mut name = scenario.name.clone();
    for defect in &args.defects {
        name = format!("{name}+{}", defect.id());
    }
    let folder = args.out.join(name);
    let files = scenario
        .contracts
        .all
        .iter()
        .filter_map(|contract| Some((contract.name.clone(), sources.get(&contract.text)?.clone())));
    let mut text = args.format.render(&outcome, world.style(), &files.collect());
    let written = write(&outcome, &world.path(&folder));
    if args.format == Format::Terminal && written.is_ok() {
        text.push_str(&format!(
            "report: {}\nrecord: {} (probity judge {})\n",
            folder.join("report.json").display(),
            folder.join("record").display(),
            folder.join("record").display(),
        ));
    }
    // The verdicts took their time: they are told also when nothing can be written.
    world.out(&text);
    written.map(|()| outcome.status)
}

fn options(
    scenario: &Scenario,
    args: &Drive,
    clock: Option<Time>,
    world: &World,
) -> Result<Options, Failure> {
    let attach = attachment(&args.attach, scenario, world)?;
    if attach.is_some() && !args.defects.is_empty() {
        let message = "--defect is for the reference server: start it with `probity serve --defect ...`";
        return Err(Failure::Usage(message.to_owned()));
    }
    if attach.is_some() && clock == Some(Time::LockStep) {
        let message = "--clock lock-step is for the reference server: a target of your own has real time";
        return Err(Failure::Usage(message.to_owned()));
    }
    Ok(Options {
        seed: args.seed,
        defects: args.defects.clone(),
        time: if clock == Some(Time::Real) { run::Time::Real } else { run::Time::Lockstep },
        attach,
        traffic: traffic(&args.attach, scenario),
    })
}

/// Runs on this thread; progress goes to stderr as it comes.
fn drive(
    scenario: &Scenario,
    options: &Options,
    model: Model,
    world: &mut World,
) -> Result<Outcome, Failure> {
    with_progress(world, |listener, stop| match model {
        Model::Open => run::run(scenario, options, listener, stop),
        Model::Closed => run::load(scenario, options, listener, stop),
    })
}

/// Does something that tells how far it is, on stderr.
pub(super) fn with_progress<T>(
    world: &mut World,
    work: impl FnOnce(&Listener, &watch::Receiver<bool>) -> Result<T, RunError>,
) -> Result<T, Failure> {
    let stderr: Box<dyn std::io::Write + Send> =
        std::mem::replace(&mut world.stderr, Box::new(std::io::sink()));
    let stderr = Arc::new(Mutex::new(stderr));
    let sink = Arc::clone(&stderr);
    let listener: Listener = Arc::new(move |event: &Event| {
        // Progress that nobody can read any more is no reason to stop.
        let _ = writeln!(sink.lock(), "{}", progress(event));
    });
    let result = work(&listener, &world.interrupt);
    drop(listener);
    if let Ok(stderr) = Arc::try_unwrap(stderr).map(Mutex::into_inner) {
        world.stderr = stderr;
    }
    result.map_err(|error| match error {
        RunError::Stuck(_) | RunError::Inferred(_) => Failure::Bug(format!(
            "{error}\nthis is a bug of probity's; please report it with the scenario and the seed"
        )),
        RunError::Interrupted => Failure::Interrupted(error.to_string()),
        RunError::Attach(AttachError::Url(_) | AttachError::Client(_)) => Failure::Usage(error.to_string()),
        RunError::Stack(_)
        | RunError::Server(_)
        | RunError::Load(_)
        | RunError::Runtime(_)
        | RunError::Attach(_) => Failure::Stack(error.to_string()),
    })
}

fn progress(event: &Event) -> String {
    match event {
        Event::Started { scenario, seed, lasts } => format!("{scenario}: seed {seed}, {lasts:?} of traffic"),
        Event::Phase { name, lasts } => format!("  phase {name}, {lasts:?}"),
        Event::Load { users, requests, failures, per_second } => {
            format!("  {users} users: {requests} requests, {per_second:.1}/s, {failures} failed")
        }
        Event::Settling { waited, open } if open.is_empty() => {
            format!("  waiting for telemetry to settle, {} s so far", waited.as_secs())
        }
        Event::Settling { waited, open } => {
            let open = open.join(", ");
            format!("  waiting for telemetry to settle, {} s so far; not yet true: {open}", waited.as_secs())
        }
        Event::Draining => "  waiting for what is under way".to_owned(),
        Event::Observed { requests, calls, spans, scrapes } => {
            format!("  {requests} requests, {calls} agent calls, {spans} spans, {scrapes} scrapes")
        }
        Event::Judged { status } => format!("  {}", status.meaning()),
    }
}

/// Writes record and report beside the old ones, then puts them in their place; until the new run is whole the old one
/// stays. A folder that is no earlier report is left alone.
fn write(outcome: &Outcome, folder: &Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::Stack(format!("cannot write the report to {}: {error}", folder.display()))
    };
    let is_ours = folder.join("record").join("record.json").is_file();
    let is_empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if folder.exists() && !is_ours && !is_empty {
        return Err(failed(&"the folder holds something that is no report; choose another with --out"));
    }
    let beside = |suffix: &str| {
        let mut name = folder.as_os_str().to_owned();
        name.push(format!(".{suffix}-{}", std::process::id()));
        PathBuf::from(name)
    };
    let (fresh, old) = (beside("new"), beside("old"));
    let written =
        outcome.record.write(&fresh.join("record")).map_err(|error| failed(&error)).and_then(|()| {
            fs::write(fresh.join("report.json"), json(outcome)).map_err(|error| failed(&error))
        });
    if let Err(failure) = written {
        // Half a report helps nobody; that it cannot be removed either changes nothing.
        let _ = fs::remove_dir_all(&fresh);
        return Err(failure);
    }
    if folder.exists() {
        fs::rename(folder, &old).map_err(|error| failed(&error))?;
    }
    fs::rename(&fresh, folder).map_err(|error| failed(&error))?;
    if old.exists() {
        fs::remove_dir_all(&old).map_err(|error| failed(&error))?;
    }
    Ok(())
}
