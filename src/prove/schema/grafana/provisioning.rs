//! Data sources, and the folders that dashboards come from.

use super::super::checker::Checker;
use super::super::shape::Shape::{Bool, List, Map, Text, Words};
use super::super::shape::{ANY_MAP, ANY_MAPS, COUNT, Mapping, WHOLE_NUMBER, mapping, old, opt, req, whole};
use crate::contract::yaml::Node;

/// Data sources.
pub(in super::super) static DATASOURCES: Mapping = mapping(
    "a file of data sources",
    &[
        whole("apiVersion", WHOLE_NUMBER),
        opt("prune", Bool),
        opt("deleteDatasources", List(&Map(&DELETED))),
        opt("datasources", List(&Map(&DATASOURCE))),
    ],
)
.ruled(one_default);

static DELETED: Mapping = mapping("a deleted data source", &[req("name", Text), opt("orgId", COUNT)]);

static DATASOURCE: Mapping = mapping(
    "a data source",
    &[
        req("name", Text),
        req("type", Text),
        opt("access", Words(&["proxy", "direct"])),
        opt("orgId", COUNT),
        opt("uid", Text),
        opt("url", Text),
        opt("user", Text),
        opt("database", Text),
        opt("basicAuth", Bool),
        opt("basicAuthUser", Text),
        opt("withCredentials", Bool),
        opt("isDefault", Bool),
        opt("jsonData", ANY_MAP),
        opt("secureJsonData", ANY_MAP),
        opt("correlations", ANY_MAPS),
        opt("version", COUNT),
        opt("editable", Bool),
        opt("apiVersion", Text),
        // Secrets belong into secureJsonData now.
        old("password", Text),
        old("basicAuthPassword", Text),
        old("typeName", Text),
        old("typeLogoUrl", Text),
    ],
);

/// Grafana refuses to start with two defaults in one organisation.
fn one_default(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    let sources = node.get("datasources").map(Node::items).unwrap_or_default();
    let org = |source: &Node| source.get("orgId").and_then(Node::text).unwrap_or("1").to_owned();
    let default = |source: &&Node| source.get("isDefault").and_then(Node::text) == Some("true");
    let defaults: Vec<&Node> = sources.iter().filter(default).collect();
    for (index, source) in defaults.iter().enumerate() {
        let earlier = defaults[..index].iter().any(|earlier| org(earlier) == org(source));
        if let Some(at) = source.get("isDefault").filter(|_| earlier) {
            checker.report(at, "another data source of this organisation is the default already");
        }
    }
}

/// Where dashboards come from.
pub(in super::super) static PROVIDERS: Mapping = mapping(
    "a file of dashboard providers",
    &[whole("apiVersion", WHOLE_NUMBER), req("providers", List(&Map(&PROVIDER)))],
);

static PROVIDER: Mapping = mapping(
    "a dashboard provider",
    &[
        req("name", Text),
        opt("orgId", COUNT),
        opt("folder", Text),
        opt("folderUid", Text),
        opt("type", Text),
        opt("disableDeletion", Bool),
        opt("allowUiUpdates", Bool),
        opt("updateIntervalSeconds", COUNT),
        old("editable", Bool),
        req("options", Map(&OPTIONS)),
    ],
);

static OPTIONS: Mapping = mapping(
    "the provider's options",
    &[opt("path", Text), opt("foldersFromFilesStructure", Bool), old("folder", Text)],
)
.ruled(|checker, node, place| {
    if node.get("path").is_none() && node.get("folder").is_none() {
        checker.report(place, "missing key `path` in the provider's options");
    }
});
