use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;

use super::args::{Serve, ServeAragora, Served};
use super::{Failure, World};
use crate::clock::{Clock, Seed};
use crate::parties::{Providers, ProvidersPlan};
use crate::run::ExitStatus;
use crate::server::aragora::{AgentSpec, Aragora, Settings};
use crate::telemetry::Config;

/// The longest that the last spans may take to leave.
const FLUSH: Duration = Duration::from_secs(5);

mod stack;

/// Runs what is asked for until it is interrupted.
pub(super) fn serve(args: &Serve, world: &mut World) -> Result<ExitStatus, Failure> {
    match &args.what {
        Served::Aragora(args) => aragora(args, world),
        Served::Stack(args) => stack::stack(args, world),
    }
}

/// Runs the reference server.
fn aragora(args: &ServeAragora, world: &mut World) -> Result<ExitStatus, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime =
        builder.enable_all().build().map_err(|error| Failure::Stack(format!("no runtime: {error}")))?;
    let env = environment(world);
    runtime.block_on(async {
        let clock = Clock::real();
        let providers = match &args.providers {
            Some(url) => url.clone(),
            None => synthetic(&clock).await?,
        };
        let started_with: Vec<String> = env.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let settings = Settings {
            env,
            defects: args.defects.clone(),
            agents: AgentSpec::defaults(&providers),
            seed: Seed(1),
            latency: args.latency.0,
        };
        let api = SocketAddr::new(args.listen, args.api_port);
        let server = Aragora::start(&clock, api, settings).await;
        let server = server.map_err(|error| Failure::Stack(format!("the server did not start: {error}")))?;
        let metrics = server.metrics.map_or_else(|| "off".to_owned(), |address| format!("http://{address}/metrics"));
        world.out(&format!(
            "aragora listens\n  api        http://{}\n  metrics    {metrics}\n  providers  {providers}\n  started as {}\nCtrl-C stops it\n",
            server.api,
            started_with.join(" ")
        ));
        // An error means that nobody can interrupt any more; then it runs until it is killed.
        if world.interrupt.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
        if clock.timeout(FLUSH, server.flush()).await.is_err() {
            world.err(&format!("the last spans were not taken within {FLUSH:?} and are lost\n"));
        }
        Ok(ExitStatus::Conformant)
    })
}

/// What the server is started with unless the environment says otherwise: as `scenarios/smoke.yaml` starts it, so that
/// `probity run scenarios/smoke.yaml --target` finds the server that it describes.
const LIKE_SMOKE: [(&str, &str); 3] =
    [("OTEL_ENABLED", "true"), ("OTEL_SERVICE_NAME", "aragora-smoke"), ("OTEL_SAMPLE_RATE", "0.25")];

fn environment(world: &World) -> BTreeMap<String, String> {
    let own = LIKE_SMOKE.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let given = world.env.iter().filter(|(name, _)| Config::VARIABLES.contains(&name.as_str()));
    own.into_iter().chain(given.map(|(name, value)| (name.clone(), value.clone()))).collect()
}

/// Providers of ours, for whoever has none.
async fn synthetic(clock: &Clock) -> Result<String, Failure> {
    let failed =
        |error: std::io::Error| Failure::Stack(format!("the synthetic providers did not start: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    let plan =
        ProvidersPlan { seed: Seed(1), median_latency: Duration::from_millis(200), faults: Vec::new() };
    Providers::start(clock, listener, plan).map(|providers| providers.base_url()).map_err(failed)
}
