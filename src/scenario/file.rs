use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::alerting::{AlertingFile, ExpectFile};
use super::given::OneOrMany;
use super::persona::PersonaFile;
use crate::contract::yaml::Located;
use crate::contract::{EnvName, Glob, HumanDuration, ProviderFault};
use crate::load::Rate;
use crate::observe::{Threshold, Traffic};

/// A scenario file, as it is typed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["scenario", "contracts", "scope", "target", "personas", "phases"]))]
pub(super) struct ScenarioFile {
    /// The scenario's name, which reports and records carry.
    #[serde(default)]
    pub(super) scenario: Option<Located<String>>,
    /// What it is for.
    #[serde(default)]
    #[expect(dead_code, reason = "for readers of the file")]
    pub(super) description: Option<String>,
    /// Contract files, relative to this file.
    #[serde(default)]
    pub(super) contracts: Vec<Located<String>>,
    /// Patterns of the clauses that it promises to exercise: one that nothing exercises is vacuous, exit 4.
    #[serde(default)]
    pub(super) scope: Vec<Located<Glob>>,
    /// Every random choice follows from it. Default: 1.
    #[serde(default)]
    pub(super) seed: Option<u64>,
    /// What is judged.
    #[serde(default)]
    pub(super) target: Option<Located<TargetFile>>,
    /// Who comes.
    #[serde(default)]
    pub(super) personas: Vec<Located<PersonaFile>>,
    /// What happens, in order.
    #[serde(default)]
    pub(super) phases: Vec<PhaseFile>,
    /// The synthetic LLM providers.
    #[serde(default)]
    pub(super) providers: ProvidersFile,
    /// What goes wrong.
    #[serde(default)]
    pub(super) faults: Vec<FaultFile>,
    /// How far telemetry may be from the ledger.
    #[serde(default)]
    pub(super) tolerance: ToleranceFile,
    /// What a load by users must keep, such as `p99 < 500ms for POST /api/debates`. Default: `errors < 1%`.
    #[serde(default)]
    pub(super) thresholds: Vec<Threshold>,
    /// How often metrics are scraped. Default: as the contract says, else 15s.
    #[serde(default)]
    pub(super) scrape_interval: Option<Located<HumanDuration>>,
    /// The longest wait for one answer. Default: 60s.
    #[serde(default)]
    pub(super) patience: Option<Located<HumanDuration>>,
    /// How long a run in real time may wait for telemetry to arrive after the traffic. Default: 30s.
    #[serde(default)]
    pub(super) settle: Option<HumanDuration>,
    /// Whose rules are evaluated over what is scraped, and who is told of alerts. Default: nobody's.
    #[serde(default)]
    pub(super) alerting: Option<AlertingFile>,
    /// What is expected of the alerts of `alerting`: one that fires and is not expected is spurious.
    #[serde(default)]
    pub(super) expect: Option<Located<ExpectFile>>,
}

/// What is judged: a reference server, or any other by its URL.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["server"]}, {"required": ["url"]}]))]
pub(super) struct TargetFile {
    /// A reference server, started here.
    #[serde(default)]
    pub(super) server: Option<ServerName>,
    /// Where a server of somebody else's listens, as in `http://127.0.0.1:8080`.
    #[serde(default)]
    pub(super) url: Option<Located<String>>,
    /// Where it exposes its metrics: a URL, or a list of them, one for each instance.
    #[serde(default)]
    pub(super) metrics: Option<Located<OneOrMany<String>>>,
    /// Whether all traffic is this run's. Default: exclusive.
    #[serde(default)]
    pub(super) traffic: Option<Traffic>,
    /// The environment that it is started with, or was. Where a reference server exports to and listens on is set by
    /// the run.
    #[serde(default)]
    pub(super) env: BTreeMap<Located<EnvName>, String>,
    /// Half of the reference server's answers take longer than about this. Default: 20ms.
    #[serde(default)]
    pub(super) latency: Option<Located<HumanDuration>>,
}

/// A reference server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServerName {
    /// The debate server.
    Aragora,
}

impl ServerName {
    /// The providers that its agents ask.
    pub fn providers(self) -> &'static [&'static str] {
        match self {
            Self::Aragora => &["anthropic-api", "openai-api", "mistral-api"],
        }
    }
}

/// A stretch of the run. `for` is required; a bad one must not take the phase's name with it, which faults refer to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["name", "for"]))]
pub(super) struct PhaseFile {
    /// Its name.
    pub(super) name: Located<String>,
    /// How long it lasts.
    #[serde(rename = "for", default)]
    pub(super) lasts: Option<HumanDuration>,
    /// What comes. Default: nothing.
    #[serde(default)]
    pub(super) load: Option<LoadFile>,
}

/// A load model.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LoadFile {
    /// An open model: sessions start at this rate, whatever the server does.
    Rate(Rate),
    /// A closed model, for `probity load`: so many users, each of whom starts a session when the last has ended.
    Users(Located<u32>),
}

/// The synthetic LLM providers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProvidersFile {
    /// Half of the good answers are faster than this. Default: 1s.
    #[serde(default)]
    pub(super) median_latency: Option<HumanDuration>,
}

/// What goes wrong.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultFile {
    /// What the provider does instead of answering well.
    pub(super) fault: ProviderFault,
    /// The provider. Default: every one.
    #[serde(default)]
    pub(super) provider: Option<Located<String>>,
    /// The share of its calls, from 0.0 to 1.0.
    pub(super) share: Located<f64>,
    /// The phase in which it happens. Default: all of them.
    #[serde(default)]
    pub(super) during: Option<Located<String>>,
}

/// How far telemetry may be from the ledger.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToleranceFile {
    /// Per observation of a latency. Default: 1us in lock-step; a run in real time adds 10ms.
    #[serde(default)]
    pub(super) latency: Option<HumanDuration>,
}

/// The JSON Schema of scenario files.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(ScenarioFile)
}
