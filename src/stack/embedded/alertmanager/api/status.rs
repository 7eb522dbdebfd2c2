//! `/api/v2/status` and `/api/v2/receivers`.

use axum::response::Response;
use serde::Serialize;

use super::shown::{self, Receiver};
use super::written::{Html, write};
use super::{Shared, answer, instant, version};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    cluster: Cluster,
    config: Config<'a>,
    uptime: String,
    version_info: Version,
}

#[derive(Serialize)]
struct Cluster {
    peers: [(); 0],
    status: &'static str,
}

#[derive(Serialize)]
struct Config<'a> {
    original: &'a str,
}

/// Clients insist on all of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    branch: &'static str,
    build_date: &'static str,
    build_user: &'static str,
    go_version: &'static str,
    revision: &'static str,
    version: String,
}

pub(super) fn status(shared: &Shared) -> Response {
    let release = shared.plan.release;
    let status = Status {
        cluster: Cluster { peers: [], status: "disabled" },
        config: Config { original: &shared.plan.text },
        uptime: instant::show(shared.started.as_millisecond()),
        version_info: Version {
            branch: "",
            build_date: "",
            build_user: "probity",
            go_version: "none",
            revision: "",
            version: format!("probity's twin of {}", version(release)),
        },
    };
    answer::found(write(&status, Html::Plain, release))
}

pub(super) fn receivers(shared: &Shared) -> Response {
    let release = shared.plan.release;
    let receivers = shared.plan.config.receivers.iter();
    let shown =
        receivers.map(|receiver| write(&Receiver::listed(&receiver.name, release), Html::Plain, release));
    answer::found(shown::list(&shown.collect::<Vec<_>>()))
}
