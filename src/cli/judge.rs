use super::args::{Format, Judge};
use super::{Failure, World};
use crate::observe::{Record, RecordError};
use crate::report::{json, terminal};
use crate::run::{self, ExitStatus};

/// Judges a record again.
pub(super) fn judge(args: &Judge, world: &mut World) -> Result<ExitStatus, Failure> {
    let record = Record::read(&world.path(&args.record)).map_err(|error| match &error {
        RecordError::Contract(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Failure::Invalid(lines.join("\n") + "\n")
        }
        RecordError::Io { .. } | RecordError::Json { .. } | RecordError::Version { .. } => Failure::Usage(
            format!("{error}\nexpected a folder that `probity run` wrote, such as reports/smoke/record"),
        ),
    })?;
    let outcome = run::judge(record);
    let text = match args.format {
        Format::Terminal => terminal(&outcome, world.style()),
        Format::Json => json(&outcome),
    };
    world.out(&text);
    Ok(outcome.status)
}
