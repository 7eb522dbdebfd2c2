use std::fs;

use super::args::{Explain, List, Listed, Schema, SchemaOf};
use super::{Failure, World};
use crate::checks;
use crate::contract::{self, Contract};
use crate::load::Persona;
use crate::run::ExitStatus;
use crate::server::Defect;
use crate::{report, scenario};

/// Lists what there is.
pub(super) fn list(args: &List, world: &mut World) -> Result<ExitStatus, Failure> {
    let lines: Vec<(String, String)> = match args.what {
        Listed::Checks => checks::ALL
            .iter()
            .map(|check| (check.id().to_owned(), check.explanation().judges.to_owned()))
            .collect(),
        Listed::Defects => Defect::ALL
            .iter()
            .map(|defect| (defect.id().to_owned(), defect.description().to_owned()))
            .collect(),
        Listed::Personas => {
            Persona::ALL.iter().map(|p| (p.name().to_owned(), p.description().to_owned())).collect()
        }
        Listed::Clauses => clauses(args, world)?,
    };
    let width = lines.iter().map(|(id, _)| id.chars().count()).max().unwrap_or(0);
    let text: String = lines.iter().map(|(id, about)| format!("{id:width$}  {about}\n")).collect();
    world.out(&text);
    Ok(ExitStatus::Conformant)
}

fn clauses(args: &List, world: &World) -> Result<Vec<(String, String)>, Failure> {
    let Some(path) = &args.contract else {
        return Err(Failure::Usage("list clauses needs a contract file".to_owned()));
    };
    let text = fs::read_to_string(world.path(path))
        .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    let file = path.display().to_string();
    let contract = Contract::parse(&text, &file).map_err(|problems| {
        Failure::Invalid(contract::yaml::render(&problems, &text, world.problem_style()))
    })?;
    let line = |clause: &contract::Clause| {
        let about =
            format!("{:6} {:14} {}", clause.level.to_string(), clause.promise.kind(), clause.source.heading);
        (clause.id.to_string(), about)
    };
    Ok(contract.clauses.iter().map(line).collect())
}

/// Explains one thing.
pub(super) fn explain(args: &Explain, world: &mut World) -> Result<ExitStatus, Failure> {
    let id = args.id.as_str();
    let text = if let Some(check) = checks::find(id) {
        let about = check.explanation();
        format!(
            "check {id}\n\nWhat it judges\n  {}\n\nWhy it matters\n  {}\n\nEvidence it needs\n  {}\n\nHow it can be wrong\n  {}\n",
            about.judges, about.why, about.needs, about.wrong
        )
    } else if let Some(defect) = Defect::from_id(id) {
        format!(
            "defect {id}\n\n  {}\n\nTry it: probity run scenarios/smoke.yaml --defect {id}\n",
            defect.description()
        )
    } else if let Some(persona) = Persona::ALL.into_iter().find(|persona| persona.name() == id) {
        format!("persona {id}\n\n  {}\n", persona.description())
    } else {
        let known = checks::ALL
            .iter()
            .map(|check| check.id())
            .chain(Defect::ALL.iter().map(|defect| defect.id()))
            .chain(Persona::ALL.iter().map(|persona| persona.name()));
        let known: Vec<&str> = known.collect();
        let near = contract::yaml::nearest(id, known.iter().copied());
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(Failure::Usage(format!(
            "nothing is called `{id}`{hint}\naccepted: {}",
            known.join(", ")
        )));
    };
    world.out(&text);
    Ok(ExitStatus::Conformant)
}

/// Prints a JSON Schema.
pub(super) fn schema(args: &Schema, world: &mut World) -> Result<ExitStatus, Failure> {
    let schema = match args.of {
        SchemaOf::Scenario => scenario::schema(),
        SchemaOf::Contract => contract::schema(),
        SchemaOf::Report => report::schema(),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Failure::Bug(error.to_string()))?;
    world.out(&(text + "\n"));
    Ok(ExitStatus::Conformant)
}
