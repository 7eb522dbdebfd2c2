//! What the server is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::Question;
use super::answer::Answer;
use super::params::Params;
use super::targets::duration;
use crate::promql::Dialect;
use crate::stack::embedded::prometheus::Look;

/// An instant as JSON has it; that of Go's zero time where there is none.
pub(super) fn at(ms: Option<i64>) -> String {
    ms.and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), |at| at.to_string())
}

pub(super) fn config(look: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    #[derive(Serialize)]
    struct Config<'a> {
        yaml: &'a str,
    }
    Ok(Answer::data(&Config { yaml: look.config_text }, look.dialect))
}

/// The flags of Prometheus that mean something here.
pub(super) fn flags(look: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    let flags = BTreeMap::from([
        ("query.lookback-delta", duration(look.options.look_back_ms)),
        ("query.max-samples", look.options.max_samples.to_string()),
        ("web.enable-admin-api", "false".to_owned()),
        ("web.enable-lifecycle", "false".to_owned()),
    ]);
    Ok(Answer::data(&flags, look.dialect))
}

pub(super) fn runtime(look: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Runtime {
        start_time: String,
        #[serde(rename = "CWD")]
        folder: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        server_time: Option<String>,
        reload_config_success: bool,
        last_config_time: String,
        corruption_count: u32,
        storage_retention: &'static str,
    }
    let start = at(Some(look.started_ms));
    let runtime = Runtime {
        start_time: start.clone(),
        folder: "/",
        server_time: (look.dialect == Dialect::V3).then(|| at(Some(look.now_ms))),
        reload_config_success: true,
        last_config_time: start,
        corruption_count: 0,
        storage_retention: "as long as it runs",
    };
    Ok(Answer::data(&runtime, look.dialect))
}

/// It does not pretend to be a Prometheus: only the version is of the one that is imitated, for tools that look at it.
pub(super) fn build(look: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Build {
        version: &'static str,
        revision: &'static str,
        branch: &'static str,
        build_user: &'static str,
        build_date: &'static str,
        go_version: &'static str,
    }
    let build = Build {
        version: match look.dialect {
            Dialect::V2 => "2.42.0",
            Dialect::V3 => "3.5.3",
        },
        revision: concat!("probity ", env!("CARGO_PKG_VERSION")),
        branch: "twin",
        build_user: "",
        build_date: "",
        go_version: "",
    };
    Ok(Answer::data(&build, look.dialect))
}

/// There is no log to read again.
pub(super) fn replayed(look: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    #[derive(Serialize)]
    struct Replayed {
        min: u32,
        max: u32,
        current: u32,
    }
    Ok(Answer::data(&Replayed { min: 0, max: 0, current: 0 }, look.dialect))
}

/// What the server would tell its operator on its pages: nothing.
pub(super) fn notifications(_: &Look<'_>, _: &Params, _: &Question<'_>) -> Result<Answer, Answer> {
    Ok(Answer::written("[]", false))
}
