use std::fs;
use std::path::Path;

use super::args::{Attach, Metrics, Traffic};
use super::{Failure, World};
use crate::clock::{ClientError, ClientOptions};
use crate::observe;
use crate::scenario::{Scenario, Target};
use crate::stack::external::{Attachment, MetricsEndpoint};

/// The target that the command line names, else the scenario's; none when the scenario's is a reference server.
pub(super) fn attachment(
    args: &Attach,
    scenario: &Scenario,
    world: &World,
) -> Result<Option<Attachment>, Failure> {
    let (target, documented) = match (&args.target, &scenario.target) {
        (Some(url), Target::External { metrics, .. }) => (url.clone(), metrics.clone()),
        (Some(url), Target::Reference(_)) => (url.clone(), Vec::new()),
        (None, Target::External { url, metrics }) => (url.clone(), metrics.clone()),
        (None, Target::Reference(_)) => {
            let flags = [
                ("--metrics", !args.metrics.urls.is_empty()),
                ("--otlp-listen", args.otlp_listen.is_some()),
                ("--providers-listen", args.providers_listen.is_some()),
            ];
            return match flags.into_iter().find(|(_, given)| *given) {
                None => Ok(None),
                Some((flag, _)) => Err(Failure::Usage(format!(
                    "{flag} speaks of a target of your own: name it with --target, or with `target: {{url: ...}}` in the scenario"
                ))),
            };
        }
    };
    let urls = if args.metrics.urls.is_empty() { documented } else { args.metrics.urls.clone() };
    let attachment = Attachment {
        target,
        options: trusting(args.target_ca.as_deref(), "--target-ca", world)?,
        metrics: endpoints(&urls, &args.metrics, world)?,
        otlp_listen: args.otlp_listen,
        providers_listen: args.providers_listen,
    };
    // First of all: what comes after it may show the URL, which from here on holds no password.
    attachment.check().map_err(|error| Failure::Usage(error.to_string()))?;
    if let Some(hindrance) = scenario.hindrance(&attachment.target) {
        return Err(Failure::Usage(hindrance));
    }
    Ok(Some(attachment))
}

/// Each metrics URL with what is sent along.
pub(super) fn endpoints(
    urls: &[String],
    args: &Metrics,
    world: &World,
) -> Result<Vec<MetricsEndpoint>, Failure> {
    let mut options = trusting(args.ca.as_deref(), "--metrics-ca", world)?;
    if let Some(bearer) = &args.bearer {
        let token = match bearer.strip_prefix('@') {
            Some(file) => read(Path::new(file), "--metrics-bearer", world)?.trim().to_owned(),
            None => bearer.clone(),
        };
        options = options.bearer(&token).map_err(usage("--metrics-bearer"))?;
    }
    for header in &args.headers {
        let (name, value) = header.split_once(':').ok_or_else(|| {
            // It may be nothing but the secret.
            Failure::Usage("--metrics-header: expected a name, a colon and a value".to_owned())
        })?;
        options = options.header(name.trim(), value.trim()).map_err(usage("--metrics-header"))?;
    }
    Ok(urls.iter().map(|url| MetricsEndpoint { url: url.clone(), options: options.clone() }).collect())
}

/// Whose traffic it is: as the command line says, else the scenario.
pub(super) fn traffic(args: &Attach, scenario: &Scenario) -> observe::Traffic {
    match args.traffic {
        Some(Traffic::Exclusive) => observe::Traffic::Exclusive,
        Some(Traffic::Shared) => observe::Traffic::Shared,
        None => scenario.traffic,
    }
}

/// A client's options that trust the authorities of a PEM file, if there is one.
pub(super) fn trusting(
    path: Option<&Path>,
    flag: &'static str,
    world: &World,
) -> Result<ClientOptions, Failure> {
    match path {
        None => Ok(ClientOptions::default()),
        Some(path) => ClientOptions::default().roots(&read(path, flag, world)?).map_err(usage(flag)),
    }
}

fn usage(flag: &'static str) -> impl Fn(ClientError) -> Failure {
    move |error| Failure::Usage(format!("{flag}: {error}"))
}

fn read(path: &Path, flag: &str, world: &World) -> Result<String, Failure> {
    fs::read_to_string(world.path(path)).map_err(|error| {
        Failure::Usage(format!("{flag}: the file {} cannot be read: {error}", path.display()))
    })
}
