use std::fs;

use super::args::{Explain, List, Listed, Schema, SchemaOf};
use super::{Failure, World};
use crate::checks;
use crate::contract::{self, Contract};
#[cfg(feature = "load")]
use crate::load::Persona;
use crate::prove::rules;
use crate::report;
use crate::run::ExitStatus;
#[cfg(feature = "load")]
use crate::scenario;
#[cfg(feature = "server")]
use crate::server::Defect;

/// Lists what there is.
pub(super) fn list(args: &List, world: &mut World) -> Result<ExitStatus, Failure> {
    let lines: Vec<(String, String)> = match args.what {
        Listed::Checks => checks::ALL
            .iter()
            .map(|check| (check.id().to_owned(), check.explanation().judges.to_owned()))
            .collect(),
        #[cfg(feature = "server")]
        Listed::Defects => Defect::ALL
            .iter()
            .map(|defect| (defect.id().to_owned(), defect.description().to_owned()))
            .collect(),
        #[cfg(feature = "load")]
        Listed::Personas => {
            Persona::ALL.iter().map(|p| (p.name().to_owned(), p.description().to_owned())).collect()
        }
        Listed::Rules => rules::all().map(|rule| (rule.id.to_owned(), rule.finds.to_owned())).collect(),
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
    let things = things();
    let Some((_, text)) = things.iter().find(|(name, _)| *name == id) else {
        let near = contract::yaml::nearest(id, things.iter().map(|(name, _)| *name));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let known: Vec<&str> = things.iter().map(|(name, _)| *name).collect();
        return Err(Failure::Usage(format!(
            "nothing is called `{id}`{hint}\naccepted: {}",
            known.join(", ")
        )));
    };
    world.out(text);
    Ok(ExitStatus::Conformant)
}

/// Everything that can be explained, by name.
fn things() -> Vec<(&'static str, String)> {
    let mut things: Vec<(&'static str, String)> = checks::ALL
        .iter()
        .map(|check| {
            let about = check.explanation();
            let parts = [
                ("What it judges", about.judges),
                ("Why it matters", about.why),
                ("Evidence it needs", about.needs),
                ("How it can be wrong", about.wrong),
            ];
            let parts: String = parts.iter().map(|(head, body)| format!("\n{head}\n  {body}\n")).collect();
            (check.id(), format!("check {}\n{parts}", check.id()))
        })
        .collect();
    things.extend(rules::all().map(|rule| {
        let parts = [
            ("What it finds", rule.finds),
            ("Why it matters", rule.why),
            ("How it can be wrong", rule.wrong),
        ];
        let parts: String = parts.iter().map(|(head, body)| format!("\n{head}\n  {body}\n")).collect();
        (rule.id, format!("rule {}\n{parts}", rule.id))
    }));
    #[cfg(feature = "server")]
    things.extend(Defect::ALL.iter().map(|defect| {
        let (id, about) = (defect.id(), defect.description());
        let text =
            format!("defect {id}\n\n  {about}\n\nTry it: probity run scenarios/smoke.yaml --defect {id}\n");
        (id, text)
    }));
    #[cfg(feature = "load")]
    things.extend(Persona::ALL.iter().map(|persona| {
        (persona.name(), format!("persona {}\n\n  {}\n", persona.name(), persona.description()))
    }));
    things
}

/// Prints a JSON Schema.
pub(super) fn schema(args: &Schema, world: &mut World) -> Result<ExitStatus, Failure> {
    let schema = match args.of {
        #[cfg(feature = "load")]
        SchemaOf::Scenario => scenario::schema(),
        SchemaOf::Contract => contract::schema(),
        SchemaOf::Report => report::schema(),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Failure::Bug(error.to_string()))?;
    world.out(&(text + "\n"));
    Ok(ExitStatus::Conformant)
}
