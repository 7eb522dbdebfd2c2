use std::fs;

use super::args::Init;
use super::attach::{endpoints, trusting};
use super::run::with_progress;
use super::{Failure, World};
use crate::run::{ExitStatus, Wanted, infer};
use crate::stack::external::Attachment;

/// Writes a contract and a scenario for a running service.
pub(super) fn init(args: &Init, world: &mut World) -> Result<ExitStatus, Failure> {
    if args.metrics.urls.is_empty() {
        return Err(Failure::Usage(
            "expected --metrics URL: where the service exposes its metrics".to_owned(),
        ));
    }
    let wanted = Wanted {
        name: args.name.clone(),
        attachment: Attachment {
            target: args.target.clone().unwrap_or_default(),
            options: trusting(args.target_ca.as_deref(), "--target-ca", world)?,
            metrics: endpoints(&args.metrics.urls, &args.metrics, world)?,
            otlp_listen: args.otlp_listen,
            providers_listen: None,
        },
        all: args.all,
    };
    // The target may be left out: then it is where the metrics are.
    let target =
        if wanted.attachment.target.is_empty() { &args.metrics.urls[0] } else { &wanted.attachment.target };
    let target = crate::stack::external::shown(target).to_owned();
    let checked = Attachment { target, ..wanted.attachment.clone() }.check();
    checked.map_err(|error| Failure::Usage(error.to_string()))?;
    if args.name.as_deref().is_some_and(|name| !name.contains(|c: char| c.is_ascii_alphanumeric())) {
        return Err(Failure::Usage("--name: expected some letters or digits".to_owned()));
    }
    let folder = world.path(&args.out);
    let failed =
        |error: std::io::Error| Failure::Stack(format!("cannot write to {}: {error}", folder.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    let inferred = with_progress(world, |listener, stop| infer(&wanted, listener, stop))?;
    let files =
        [(inferred.contract_file(), &inferred.contract), (inferred.scenario_file(), &inferred.scenario)];
    for (name, _) in &files {
        if !args.force && folder.join(name).exists() {
            let path = args.out.join(name);
            return Err(Failure::Usage(format!(
                "{} is there already: choose another --name or --out, or replace it with --force",
                path.display()
            )));
        }
    }
    for (name, text) in &files {
        fs::write(folder.join(name), text).map_err(failed)?;
    }
    let mut text = String::new();
    for note in &inferred.notes {
        text.push_str(&format!("{note}\n"));
    }
    let [contract, scenario] = files.map(|(name, _)| args.out.join(name));
    text.push_str(&format!(
        "contract: {}\nscenario: {}\nnext: probity run {}\n",
        contract.display(),
        scenario.display(),
        scenario.display()
    ));
    world.out(&text);
    Ok(ExitStatus::Conformant)
}
