use std::fs;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::args::{Format, Run, Time};
use super::{Failure, World};
use crate::contract::yaml::render;
use crate::report::{json, terminal};
use crate::run::{self, Event, ExitStatus, Listener, Options, Outcome, RunError};
use crate::scenario::{self, Invalid, Scenario};

/// Runs every scenario; the worst status decides.
pub(super) fn run(args: &Run, world: &mut World) -> Result<ExitStatus, Failure> {
    let mut scenarios = Vec::new();
    let mut invalid = String::new();
    for path in &args.scenarios {
        let read = |path: &Path| fs::read_to_string(world.path(path));
        match scenario::load(path, &read) {
            Ok(scenario) => scenarios.push(scenario),
            Err(found) => invalid.push_str(&problems(&found, world)),
        }
    }
    if !invalid.is_empty() {
        return Err(Failure::Invalid(invalid));
    }
    let mut statuses = Vec::new();
    for scenario in &scenarios {
        statuses.push(one(scenario, args, world)?);
        if *world.interrupt.borrow() {
            break;
        }
    }
    Ok(ExitStatus::first(&statuses))
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

fn one(scenario: &Scenario, args: &Run, world: &mut World) -> Result<ExitStatus, Failure> {
    let options = Options {
        seed: args.seed,
        defects: args.defects.clone(),
        time: match args.clock {
            Time::LockStep => run::Time::Lockstep,
            Time::Real => run::Time::Real,
        },
    };
    let outcome = drive(scenario, &options, world)?;
    // A run with a defect is another run: it must not overwrite the report of the honest one.
    let mut name = scenario.name.clone();
    for defect in &args.defects {
        name = format!("{name}+{}", defect.id());
    }
    let folder = args.out.join(name);
    write(&outcome, &world.path(&folder))?;
    match args.format {
        Format::Terminal => {
            let mut text = terminal(&outcome, world.style());
            text.push_str(&format!(
                "report: {}\nrecord: {} (probity judge {})\n",
                folder.join("report.json").display(),
                folder.join("record").display(),
                folder.join("record").display(),
            ));
            world.out(&text);
        }
        Format::Json => world.out(&json(&outcome)),
    }
    Ok(outcome.status)
}

/// Runs on this thread; progress goes to stderr as it comes.
fn drive(scenario: &Scenario, options: &Options, world: &mut World) -> Result<Outcome, Failure> {
    let stderr: Box<dyn std::io::Write + Send> =
        std::mem::replace(&mut world.stderr, Box::new(std::io::sink()));
    let stderr = Arc::new(Mutex::new(stderr));
    let sink = Arc::clone(&stderr);
    let listener: Listener = Arc::new(move |event: &Event| {
        // Progress that nobody can read any more is no reason to stop.
        let _ = writeln!(sink.lock(), "{}", progress(event));
    });
    let result = run::run(scenario, options, &listener, &world.interrupt);
    drop(listener);
    if let Ok(stderr) = Arc::try_unwrap(stderr).map(Mutex::into_inner) {
        world.stderr = stderr;
    }
    result.map_err(|error| match error {
        RunError::Stuck(_) => Failure::Bug(format!(
            "{error}\nthis is a bug of probity's; please report it with the scenario and the seed"
        )),
        RunError::Stack(_) | RunError::Server(_) | RunError::Runtime(_) => Failure::Stack(error.to_string()),
    })
}

fn progress(event: &Event) -> String {
    match event {
        Event::Started { scenario, seed, lasts } => format!("{scenario}: seed {seed}, {lasts:?} of traffic"),
        Event::Phase { name, lasts } => format!("  phase {name}, {lasts:?}"),
        Event::Draining => "  waiting for what is under way".to_owned(),
        Event::Observed { requests, calls, spans, scrapes } => {
            format!("  {requests} requests, {calls} agent calls, {spans} spans, {scrapes} scrapes")
        }
        Event::Judged { status } => format!("  {}", status.meaning()),
    }
}

/// Writes record and report beside the old ones, then puts them in their place: whoever reads them meanwhile reads a
/// whole run.
fn write(outcome: &Outcome, folder: &Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::Stack(format!("cannot write the report to {}: {error}", folder.display()))
    };
    let mut fresh = folder.as_os_str().to_owned();
    fresh.push(format!(".{}", std::process::id()));
    let fresh = Path::new(&fresh);
    outcome.record.write(&fresh.join("record")).map_err(|error| failed(&error))?;
    fs::write(fresh.join("report.json"), json(outcome)).map_err(|error| failed(&error))?;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| failed(&error))?;
    }
    fs::rename(fresh, folder).map_err(|error| failed(&error))
}
