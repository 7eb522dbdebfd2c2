//! Who comes, as it is typed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::given::{Given, Json, OneOrMany};
use crate::contract::HumanDuration;
use crate::contract::yaml::Located;
use crate::load::Persona;

/// Who comes, and how often among the others: a built-in persona, or one that is described here by its steps.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["persona"]}, {"required": ["name", "steps"]}]))]
pub(super) struct PersonaFile {
    /// A built-in persona.
    #[serde(default)]
    pub(super) persona: Option<Located<Persona>>,
    /// The name of one that is described here.
    #[serde(default)]
    pub(super) name: Option<Located<String>>,
    /// Its weight. Default: 1.
    #[serde(default)]
    pub(super) weight: Option<Located<u32>>,
    /// Whether it does what users do or what monitors do. Default: traffic.
    #[serde(default)]
    pub(super) origin: Option<Located<OriginFile>>,
    /// What it does, in order. The session ends where an answer is not as it should be.
    #[serde(default)]
    pub(super) steps: Option<Located<Vec<Located<StepFile>>>>,
}

/// Who somebody is to the target.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OriginFile {
    /// A user.
    Traffic,
    /// A monitor.
    Probe,
}

/// One step: a request, a pause, or a pause and then a request. In path, query, headers and body `{name}` stands for
/// what an earlier step extracted and `{session}` for the session's number; `{{` and `}}` are braces.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{"required": ["request"]}, {"required": ["pause"]}]))]
pub(super) struct StepFile {
    /// Method and path, as in `GET /api/debates/{id}`. Values are percent-encoded; one with which the path begins is
    /// a path or a URL itself, such as a `Location` header.
    #[serde(default)]
    pub(super) request: Option<Located<String>>,
    /// What the ledger files it under. Default: the path as it is typed, without its query.
    #[serde(default)]
    pub(super) route: Option<Located<String>>,
    /// Headers to send.
    #[serde(default)]
    pub(super) headers: BTreeMap<Located<String>, Located<String>>,
    /// Text is sent as it is, anything else as JSON. In JSON a text that is one `{name}` alone becomes the value as
    /// it was extracted: a number stays one.
    #[serde(default)]
    pub(super) body: Option<Located<Json>>,
    /// The status that is as it should be, or a list of them. Default: any from 200 to 299.
    #[serde(default)]
    pub(super) expect: Option<Located<OneOrMany<u16>>>,
    /// What later steps need of the answer, by the name that they use.
    #[serde(default)]
    pub(super) extract: BTreeMap<Located<String>, ExtractFile>,
    /// Asks again until this is true; the session ends when it never is.
    #[serde(default)]
    pub(super) until: Option<Located<UntilFile>>,
    /// How long to wait before asking again. Default: 2s.
    #[serde(default)]
    pub(super) every: Option<Located<HumanDuration>>,
    /// How often to ask at most. Default: 600.
    #[serde(default)]
    pub(super) tries: Option<Located<u32>>,
    /// How long to think first.
    #[serde(default)]
    pub(super) pause: Option<HumanDuration>,
}

/// Where in an answer something is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ExtractFile {
    /// At this JSON pointer, as in `/items/0/id`.
    Json(Located<String>),
    /// In this header.
    Header(Located<String>),
}

/// What must be true of an answer: of `is` and `is_not` there is one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["is"]}, {"required": ["is_not"]}]))]
pub(super) struct UntilFile {
    /// The JSON pointer of what is looked at, as in `/status`.
    pub(super) json: Located<String>,
    /// What it must be.
    #[serde(default)]
    pub(super) is: Given,
    /// What it must be there and not be.
    #[serde(default)]
    pub(super) is_not: Given,
}
