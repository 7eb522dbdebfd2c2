use std::collections::BTreeMap;

use super::args::Judge;
use super::{Failure, World};
use crate::observe::{Record, RecordError};
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
    // The contracts are the record's copies: nobody's source to point at.
    let text = args.format.render(&outcome, world.style(), &BTreeMap::new());
    world.out(&text);
    Ok(outcome.status)
}
