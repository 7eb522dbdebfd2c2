//! The data that are asked: which kind they are, and what is wrong with them.

use std::fs;
use std::io;
use std::path::Path;

use super::{Refused, World, unopened};
use crate::contract::yaml::{self, Problem};
use crate::observe::series::{self, Loaded, Unreadable};
use crate::observe::{Record, RecordError};
use crate::promql::{Dialect, Refusal};
use crate::run::ExitStatus;

/// Problems of larger files are told a line each: showing the place costs a walk through the file.
const SHOWN_BYTES: usize = 1 << 20;

/// What to do about a file that is none of the three kinds.
const KINDS: &str = "expected OpenMetrics text (times in seconds, ends with `# EOF`), the text format 0.0.4 with \
                     timestamps (in milliseconds), or the folder `record` of a run";

/// Loads a record, where the path is a folder, or else a file of samples.
pub(super) fn load(path: &Path, dialect: Dialect, world: &World) -> Result<Loaded, Refused> {
    if path.as_os_str() == "-" {
        let message = "--from -: standard input is not read; name a file, or /dev/stdin where there is one";
        return Err(Refused::typed(message.to_owned()));
    }
    let real = world.path(path);
    if fs::metadata(&real).map_err(|error| unopened(path, &error))?.is_dir() {
        let record = Record::read(&real).map_err(|error| broken_record(path, &error))?;
        return Ok(series::of_observations(&record.observations, dialect));
    }
    let bytes = fs::read(&real).map_err(|error| unopened(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        let good = error.utf8_error().valid_up_to();
        let line = bytes[..good].iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = bytes[..good].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&bytes[start..good]).chars().count() + 1;
        let place = format!("{}:{line}:{column}", path.display());
        invalid(format!("{place}: expected text in UTF-8, saw a byte that is none; {KINDS}"))
    })?;
    let loaded = series::of_text(&text, dialect);
    loaded.map_err(|unreadable| broken_text(path, &text, &unreadable, world))
}

/// There is no last sample to ask about.
pub(super) fn empty(path: &Path) -> Refused {
    invalid(format!(
        "{}: no samples, and so no last one to ask about; give --time, or other data",
        path.display()
    ))
}

fn invalid(message: String) -> Refused {
    let told = format!("probity: {message}\n");
    Refused { refusal: Refusal::BadData, message, told, status: ExitStatus::Invalid }
}

fn broken_record(path: &Path, error: &RecordError) -> Refused {
    match error {
        RecordError::Io { path: inner, source } if source.kind() == io::ErrorKind::NotFound => {
            let what = format!("{}: {source}", inner.display());
            Refused::typed(format!("{}: a folder, but no record of a run ({what}); {KINDS}", path.display()))
        }
        RecordError::Contract(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            let (message, told) = (lines.join("; "), lines.join("\n") + "\n");
            Refused { refusal: Refusal::BadData, message, told, status: ExitStatus::Invalid }
        }
        RecordError::Io { .. } | RecordError::Json { .. } | RecordError::Version { .. } => {
            invalid(error.to_string())
        }
    }
}

fn broken_text(path: &Path, text: &str, unreadable: &Unreadable, world: &World) -> Refused {
    let file = path.display().to_string();
    let problems: Vec<Problem> = unreadable
        .problems
        .iter()
        .map(|problem| Problem::new(&file, problem.line, problem.column, problem.message.clone()))
        .collect();
    let lines: Vec<String> = problems.iter().map(|problem| format!("{problem}\n")).collect();
    let told = if text.len() > SHOWN_BYTES {
        lines.concat()
    } else {
        yaml::render(&problems, text, world.problem_style())
    };
    let message = lines.first().map(|line| line.trim_end().to_owned()).unwrap_or_default();
    Refused { refusal: Refusal::BadData, message, told, status: ExitStatus::Invalid }
}
