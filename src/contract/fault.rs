use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a synthetic provider does instead of answering well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderFault {
    /// It never answers.
    Timeout,
    /// It answers 429 with Retry-After.
    RateLimited,
    /// It answers 500.
    ServerError,
    /// It answers 200 with a body that is cut in the middle.
    Malformed,
}

impl ProviderFault {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Timeout, Self::RateLimited, Self::ServerError, Self::Malformed];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::RateLimited => "rate-limited",
            Self::ServerError => "server-error",
            Self::Malformed => "malformed",
        }
    }
}
