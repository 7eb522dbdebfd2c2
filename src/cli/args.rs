#[cfg(feature = "server")]
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

#[cfg(feature = "server")]
use crate::server::Defect;

/// Proves that telemetry tells the truth.
#[derive(Debug, Parser)]
#[command(
    name = "probity",
    version,
    after_help = "Also: list, explain, schema (probity list --help).\n\
                  Exit codes: 0 conformant, 1 bug, 2 usage, 3 findings, 4 nothing judged or a required clause vacuous,\n\
                  5 load target missed, 6 contract or scenario invalid, 7 stack failed, 8 run invalid, 130 interrupted."
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    #[cfg(all(feature = "server", feature = "load"))]
    /// Run scenarios and judge what telemetry says of them
    Run(Run),
    /// Judge a recorded run again
    Judge(Judge),
    #[cfg(feature = "server")]
    /// Run a reference server alone, in real time
    Serve(Serve),
    /// List checks, defects, personas or the clauses of a contract
    #[command(hide = true)]
    List(List),
    /// Explain a check, a defect or a persona
    #[command(hide = true)]
    Explain(Explain),
    /// Print the JSON Schema of scenarios, contracts or reports
    #[command(hide = true)]
    Schema(Schema),
}

#[cfg(all(feature = "server", feature = "load"))]
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    pub(super) scenarios: Vec<PathBuf>,
    /// Give the reference server a telemetry fault (repeatable; `probity list defects`)
    #[arg(long = "defect", value_name = "ID", value_parser = defect)]
    pub(super) defects: Vec<Defect>,
    /// Take another seed than the scenario's
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Whose time it takes
    #[arg(long, value_enum, default_value_t = Time::LockStep)]
    pub(super) clock: Time,
    /// Where record and report are written; one folder a scenario
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(super) out: PathBuf,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub(super) format: Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct Judge {
    /// A record: the folder `record` that a run has written
    #[arg(value_name = "RECORD")]
    pub(super) record: PathBuf,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub(super) format: Format,
}

#[cfg(feature = "server")]
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// The server
    #[arg(value_enum)]
    pub(super) server: Server,
    /// The address that it listens on
    #[arg(long, default_value = "127.0.0.1")]
    pub(super) listen: IpAddr,
    /// The port of its API; metrics listen on METRICS_PORT (9090 unless set)
    #[arg(long, default_value_t = 8080)]
    pub(super) api_port: u16,
    /// Where its agents find their providers; synthetic ones are started when it is not given
    #[arg(long, value_name = "URL")]
    pub(super) providers: Option<String>,
    /// Give it a telemetry fault (repeatable; `probity list defects`)
    #[arg(long = "defect", value_name = "ID", value_parser = defect)]
    pub(super) defects: Vec<Defect>,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// What is listed
    #[arg(value_enum)]
    pub(super) what: Listed,
    /// The contract whose clauses are listed
    #[arg(value_name = "CONTRACT", required_if_eq("what", "clauses"))]
    pub(super) contract: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// The id of a check, a defect or a persona
    #[arg(value_name = "ID")]
    pub(super) id: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct Schema {
    /// Whose schema
    #[arg(value_enum)]
    pub(super) of: SchemaOf,
}

#[cfg(all(feature = "server", feature = "load"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Time {
    /// Virtual time: as fast as it can be computed
    LockStep,
    /// The machine's time
    Real,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Tables and sentences
    Terminal,
    /// The JSON report
    Json,
    /// JUnit XML, for CI systems that show tests
    Junit,
    /// GitHub-flavoured Markdown, for a job's summary
    Markdown,
    /// GitHub workflow commands: an annotation for each finding
    Github,
}

#[cfg(feature = "server")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Server {
    /// The debate server
    Aragora,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Listed {
    /// What judges
    Checks,
    #[cfg(feature = "server")]
    /// Telemetry faults that reference servers can have
    Defects,
    #[cfg(feature = "load")]
    /// Who can come in a scenario
    Personas,
    /// What a contract promises
    Clauses,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    #[cfg(feature = "load")]
    /// Scenario files
    Scenario,
    /// Contract files
    Contract,
    /// JSON reports
    Report,
}

#[cfg(feature = "server")]
fn defect(id: &str) -> Result<Defect, String> {
    Defect::from_id(id).ok_or_else(|| {
        let ids: Vec<&str> = Defect::ALL.iter().map(|defect| defect.id()).collect();
        format!("accepted: {}", ids.join(", "))
    })
}
