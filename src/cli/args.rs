#[cfg(feature = "server")]
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

#[cfg(feature = "server")]
use crate::contract::HumanDuration;
use crate::promql::Dialect;
#[cfg(feature = "server")]
use crate::server::Defect;

/// Proves that telemetry tells the truth.
#[derive(Debug, Parser)]
#[command(
    name = "probity",
    version,
    after_help = "Also: test rules, query, list, explain, schema (probity list --help).\n\
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
    /// Write a contract and a scenario from what a running service exposes
    Init(Init),
    #[cfg(all(feature = "server", feature = "load"))]
    /// Run scenarios and judge what telemetry says of them
    Run(Run),
    #[cfg(all(feature = "server", feature = "load"))]
    /// Drive users in real time, as before a release, and judge thresholds and telemetry
    Load(Load),
    /// Judge documents, rules, dashboards and configurations, without traffic
    Lint(Lint),
    /// Judge a recorded run again
    Judge(Judge),
    #[cfg(feature = "server")]
    /// Run a reference server or the embedded stack alone, in real time
    Serve(Serve),
    /// Run unit tests: `probity test rules FILE...`
    #[command(hide = true)]
    Test(Test),
    /// Ask recorded series a PromQL question
    #[command(hide = true)]
    Query(Query),
    /// List checks, rules, defects, personas or the clauses of a contract
    #[command(hide = true)]
    List(List),
    /// Explain a check, a rule, a defect or a persona
    #[command(hide = true)]
    Explain(Explain),
    /// Print the JSON Schema of scenarios, contracts or reports
    #[command(hide = true)]
    Schema(Schema),
}

#[cfg(all(feature = "server", feature = "load"))]
#[derive(Debug, clap::Args)]
pub(super) struct Init {
    #[command(flatten)]
    pub(super) metrics: Metrics,
    /// The service's own URL [default: where its metrics are]
    #[arg(long, value_name = "URL")]
    pub(super) target: Option<String>,
    /// Trust the certificates of this PEM file when talking to the service
    #[arg(long, value_name = "FILE")]
    pub(super) target_ca: Option<PathBuf>,
    /// Listen here for a second export of its spans (OTLP by gRPC or HTTP)
    #[arg(long, value_name = "ADDR")]
    pub(super) otlp_listen: Option<SocketAddr>,
    /// The name of contract and scenario [default: what most metrics begin with]
    #[arg(long)]
    pub(super) name: Option<String>,
    /// A clause for every metric, not only for the most telling
    #[arg(long)]
    pub(super) all: bool,
    /// Where NAME.yaml and NAME.contract.yaml are written
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub(super) force: bool,
}

#[cfg(all(feature = "server", feature = "load"))]
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) drive: Drive,
    /// Whose time it takes [default: lock-step; real with --target]
    #[arg(long, value_enum)]
    pub(super) clock: Option<Time>,
}

#[cfg(all(feature = "server", feature = "load"))]
#[derive(Debug, clap::Args)]
pub(super) struct Load {
    #[command(flatten)]
    pub(super) drive: Drive,
}

/// What is driven and judged, and where the result goes.
#[cfg(all(feature = "server", feature = "load"))]
#[derive(Debug, clap::Args)]
pub(super) struct Drive {
    /// Scenario files; `run` drives their phases with a rate, `load` those with users
    #[arg(required = true, value_name = "SCENARIO")]
    pub(super) scenarios: Vec<PathBuf>,
    /// Give the reference server a telemetry fault (repeatable; `probity list defects`)
    #[arg(long = "defect", value_name = "ID", value_parser = defect)]
    pub(super) defects: Vec<Defect>,
    /// Take another seed than the scenario's
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Where record and report are written; one folder a scenario
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(super) out: PathBuf,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) attach: Attach,
}

/// A target that somebody else started.
#[cfg(all(feature = "server", feature = "load"))]
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "A target of your own")]
pub(super) struct Attach {
    /// Judge this server instead of the scenario's, in real time
    #[arg(long, value_name = "URL")]
    pub(super) target: Option<String>,
    #[command(flatten)]
    pub(super) metrics: Metrics,
    /// Listen here for a second export of its spans (OTLP by gRPC or HTTP)
    #[arg(long, value_name = "ADDR")]
    pub(super) otlp_listen: Option<SocketAddr>,
    /// Be its LLM providers here
    #[arg(long, value_name = "ADDR")]
    pub(super) providers_listen: Option<SocketAddr>,
    /// Whose traffic it has: exclusive (counts must agree) or shared (others' too) [default: as the scenario says]
    #[arg(long, value_enum)]
    pub(super) traffic: Option<Traffic>,
    /// Trust the certificates of this PEM file when talking to the target
    #[arg(long, value_name = "FILE")]
    pub(super) target_ca: Option<PathBuf>,
}

/// Where metrics are scraped.
#[cfg(all(feature = "server", feature = "load"))]
#[derive(Debug, clap::Args)]
pub(super) struct Metrics {
    /// Scrape its metrics here (repeatable: counters are summed over instances)
    #[arg(long = "metrics", value_name = "URL")]
    pub(super) urls: Vec<String>,
    /// Send this bearer token with each scrape; @FILE reads it from a file
    #[arg(long = "metrics-bearer", value_name = "TOKEN")]
    pub(super) bearer: Option<String>,
    /// Send this header with each scrape (repeatable; of one name the last counts)
    #[arg(long = "metrics-header", value_name = "NAME: VALUE")]
    pub(super) headers: Vec<String>,
    /// Trust the certificates of this PEM file when scraping
    #[arg(long = "metrics-ca", value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Lint {
    /// Files and folders: documents (Markdown), rule files, dashboards, configurations, contracts
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    /// Contracts that speak for the documents [default: the folder `contracts` in or beside each PATH]
    #[arg(long, value_name = "PATH")]
    pub(super) contracts: Vec<PathBuf>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = LintFormat::Terminal)]
    pub(super) format: LintFormat,
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
    #[command(subcommand)]
    pub(super) what: Served,
}

#[cfg(feature = "server")]
#[derive(Debug, clap::Subcommand)]
pub(super) enum Served {
    /// The debate server
    Aragora(ServeAragora),
    /// An embedded Prometheus and Alertmanager, whose messages go to sinks and not to their receivers
    Stack(ServeStack),
}

#[cfg(feature = "server")]
#[derive(Debug, clap::Args)]
pub(super) struct ServeAragora {
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
    /// Half of its answers take longer than about this
    #[arg(long, value_name = "DURATION", default_value = "20ms")]
    pub(super) latency: HumanDuration,
}

#[cfg(feature = "server")]
#[derive(Debug, clap::Args)]
pub(super) struct ServeStack {
    /// What is scraped, and which rules are evaluated
    #[arg(long, value_name = "FILE")]
    pub(super) prometheus: PathBuf,
    /// Who is told of alerts [default: nobody]
    #[arg(long, value_name = "FILE")]
    pub(super) alertmanager: Option<PathBuf>,
    /// The address that both listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub(super) listen: IpAddr,
    /// The port of Prometheus' HTTP interface
    #[arg(long, default_value_t = 9090)]
    pub(super) prometheus_port: u16,
    /// The port of Alertmanager's HTTP interface
    #[arg(long, default_value_t = 9093)]
    pub(super) alertmanager_port: u16,
    /// Where an address of the configuration really is, as in `aragora:9090=127.0.0.1:9100` (repeatable); any other is
    /// where it says
    #[arg(long = "at", value_name = "NAME=ADDR", value_parser = really_at)]
    pub(super) at: Vec<(String, SocketAddr)>,
}

/// `host:port=address:port`.
#[cfg(feature = "server")]
fn really_at(text: &str) -> Result<(String, SocketAddr), String> {
    let (name, address) =
        text.split_once('=').ok_or("expected NAME=ADDR, as in aragora:9090=127.0.0.1:9100")?;
    let address =
        address.parse().map_err(|error| format!("`{address}`: {error}; an IP address and a port"))?;
    Ok((name.to_owned(), address))
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
    /// The id of a check, a rule, a defect or a persona
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

#[cfg(all(feature = "server", feature = "load"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Traffic {
    /// This run's and nobody else's
    Exclusive,
    /// Others' too
    Shared,
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

#[derive(Debug, clap::Args)]
pub(super) struct Test {
    #[command(subcommand)]
    pub(super) what: Tested,
}

#[derive(Debug, Subcommand)]
pub(super) enum Tested {
    /// Run the unit tests of alerting and recording rules that promtool reads
    Rules(TestRules),
}

#[derive(Debug, clap::Args)]
pub(super) struct TestRules {
    /// Files of unit tests
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Whose PromQL: 2 is Prometheus 2.42, 3 is 3.5
    #[arg(long, value_enum, default_value_t = Promql::V3)]
    pub(super) promql: Promql,
    /// Only tests whose name matches this regular expression (repeatable: any of them)
    #[arg(long, value_name = "REGEX")]
    pub(super) run: Vec<String>,
    /// Fail if fewer percent of the rules are covered: yield something, fire, and are expected to
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(super) require_coverage: Option<u8>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = TestFormat::Terminal)]
    pub(super) format: TestFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TestFormat {
    /// Sentences and places
    Terminal,
    /// JUnit XML, for CI systems that show tests
    Junit,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints what the HTTP interface of Prometheus answers, on one line. A query over time may have any number of steps \
(a server allows 11,000).\n\
Without a time, the question is asked of the time of the last sample: the clock on the wall is never looked at.\n\
Exit codes: 0 answered, 2 the expression, its times or its evaluation, 6 the data cannot be read.")]
pub(super) struct Query {
    /// What is asked
    #[arg(value_name = "EXPR")]
    pub(super) expr: String,
    /// The data: a record of a run, OpenMetrics text, or the text format 0.0.4 with timestamps
    #[arg(long, value_name = "PATH")]
    pub(super) from: PathBuf,
    /// Whose PromQL: 2 is Prometheus 2.42, 3 is 3.5
    #[arg(long, value_enum, default_value_t = Promql::V3)]
    pub(super) promql: Promql,
    /// Ask of this time, RFC 3339 or Unix seconds [default: that of the last sample]
    #[arg(long, value_name = "TIME", value_parser = super::query::moment, allow_negative_numbers = true, conflicts_with_all = ["start", "end", "step"])]
    pub(super) time: Option<i64>,
    /// Ask of every step from this time on
    #[arg(long, value_name = "TIME", value_parser = super::query::moment, allow_negative_numbers = true, requires_all = ["end", "step"])]
    pub(super) start: Option<i64>,
    /// The last time that is asked of
    #[arg(long, value_name = "TIME", value_parser = super::query::moment, allow_negative_numbers = true, requires_all = ["start", "step"])]
    pub(super) end: Option<i64>,
    /// From one time to the next: a duration or seconds
    #[arg(long, value_name = "DURATION", value_parser = super::query::step, allow_hyphen_values = true, requires_all = ["start", "end"])]
    pub(super) step: Option<i64>,
    /// How far back a sample still counts
    #[arg(long, value_name = "DURATION", value_parser = super::query::length, allow_hyphen_values = true, default_value = "5m")]
    pub(super) look_back: i64,
    /// The most values that the query may hold at once
    #[arg(long, value_name = "N", default_value_t = 50_000_000)]
    pub(super) max_samples: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Promql {
    /// Prometheus 2.42
    #[value(name = "2")]
    V2,
    /// Prometheus 3.5
    #[value(name = "3")]
    V3,
}

impl Promql {
    /// Whose rules they are.
    pub(super) fn dialect(self) -> Dialect {
        match self {
            Promql::V2 => Dialect::V2,
            Promql::V3 => Dialect::V3,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LintFormat {
    /// Sentences and places
    Terminal,
    /// JSON
    Json,
    /// SARIF 2.1.0, for code scanners
    Sarif,
    /// GitHub workflow commands: an annotation for each finding
    Github,
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
    /// What linting looks for
    Rules,
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
