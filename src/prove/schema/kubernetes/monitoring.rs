//! ServiceMonitor, PodMonitor and PrometheusRule of the Prometheus operator.

use super::super::form::{BYTES, DURATION, REGEX};
use super::super::rules::MANIFEST_GROUP;
use super::super::shape::Shape::{AnyOf, Bool, List, Map, MapOf, Number, Text, Words};
use super::super::shape::{
    ANY_LIST, ANY_MAP, COUNT, Key, Mapping, NUMBER_OR_TEXT, Shape, TEXTS, mapping, opt, req, whole,
};
use super::super::{checker::Checker, prometheus::Spelling, prometheus::judge_relabelling};
use super::meta::{HEAD, KEY_OF, PORT, SELECTOR};
use crate::contract::yaml::Node;

/// Rules in a manifest.
pub(super) static PROMETHEUS_RULE: Mapping =
    mapping("a PrometheusRule", &[req("spec", Map(&RULE_SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

static RULE_SPEC: Mapping =
    mapping("the spec of a PrometheusRule", &[opt("groups", List(&Map(&MANIFEST_GROUP)))]);

/// Which services are scraped.
pub(super) static SERVICE_MONITOR: Mapping =
    mapping("a ServiceMonitor", &[req("spec", Map(&SERVICE_SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

static SERVICE_SPEC: Mapping = mapping(
    "the spec of a ServiceMonitor",
    &[
        req("selector", Map(&SELECTOR)),
        req("endpoints", List(&Map(&ENDPOINT))),
        opt("targetLabels", TEXTS),
        opt("serviceDiscoveryRole", Words(&["Endpoints", "EndpointSlice"])),
    ],
)
.sharing(&[&SPEC, &LIMITS]);

/// Which pods are scraped.
pub(super) static POD_MONITOR: Mapping =
    mapping("a PodMonitor", &[req("spec", Map(&POD_SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

static POD_SPEC: Mapping = mapping(
    "the spec of a PodMonitor",
    &[req("selector", Map(&SELECTOR)), whole("podMetricsEndpoints", List(&Map(&POD_ENDPOINT)))],
)
.sharing(&[&SPEC, &LIMITS]);

static SPEC: [Key; 6] = [
    opt("jobLabel", Text),
    opt("podTargetLabels", TEXTS),
    opt("namespaceSelector", Map(&NAMESPACES)),
    opt("attachMetadata", Map(&ATTACH)),
    opt("selectorMechanism", Words(&["RelabelConfig", "RoleSelector"])),
    opt("bodySizeLimit", BYTES),
];

/// What one scrape may bring.
pub(super) static LIMITS: [Key; 14] = [
    opt("sampleLimit", COUNT),
    opt("targetLimit", COUNT),
    opt("labelLimit", COUNT),
    opt("labelNameLengthLimit", COUNT),
    opt("labelValueLengthLimit", COUNT),
    opt("keepDroppedTargets", COUNT),
    opt("scrapeProtocols", TEXTS),
    opt("fallbackScrapeProtocol", Text),
    opt("scrapeClassicHistograms", Bool),
    opt("scrapeNativeHistograms", Bool),
    opt("convertClassicHistogramsToNHCB", Bool),
    opt("nativeHistogramBucketLimit", COUNT),
    opt("nativeHistogramMinBucketFactor", NUMBER_OR_TEXT),
    opt("scrapeClass", Text),
];

/// In which namespaces things are looked for.
pub(super) static NAMESPACES: Mapping =
    mapping("a namespace selector", &[opt("any", Bool), opt("matchNames", TEXTS)]);

static ATTACH: Mapping = mapping("attachMetadata", &[opt("node", Bool)]);

static ENDPOINT: Mapping =
    mapping("an endpoint", &[opt("port", Text), opt("targetPort", PORT), opt("bearerTokenFile", Text)])
        .sharing(&[&SCRAPE, &CLIENT]);

static POD_ENDPOINT: Mapping = mapping(
    "an endpoint",
    &[opt("port", Text), opt("portNumber", super::super::form::PORT), opt("targetPort", PORT)],
)
.sharing(&[&SCRAPE, &CLIENT]);

static SCRAPE: [Key; 11] = [
    opt("path", Text),
    opt("scheme", SCHEME),
    opt("params", MapOf(&TEXTS)),
    opt("interval", DURATION),
    opt("scrapeTimeout", DURATION),
    opt("honorLabels", Bool),
    opt("honorTimestamps", Bool),
    opt("trackTimestampsStaleness", Bool),
    opt("filterRunning", Bool),
    opt("relabelings", RELABELINGS),
    opt("metricRelabelings", RELABELINGS),
];

/// Its enumeration has both spellings.
pub(super) const SCHEME: Shape = Words(&["http", "https", "HTTP", "HTTPS"]);

/// How a scrape says who it is.
pub(super) static CLIENT: [Key; 11] = [
    opt("tlsConfig", ANY_MAP),
    opt("bearerTokenSecret", Map(&KEY_OF)),
    opt("authorization", ANY_MAP),
    opt("basicAuth", Map(&BASIC_AUTH)),
    opt("oauth2", ANY_MAP),
    opt("followRedirects", Bool),
    opt("enableHttp2", Bool),
    opt("proxyUrl", Text),
    opt("noProxy", Text),
    opt("proxyFromEnvironment", Bool),
    opt("proxyConnectHeader", MapOf(&ANY_LIST)),
];

static BASIC_AUTH: Mapping =
    mapping("basicAuth", &[opt("username", Map(&KEY_OF)), opt("password", Map(&KEY_OF))]);

/// Steps of relabelling.
pub(super) const RELABELINGS: Shape = List(&Map(&RELABELING));

static RELABELING: Mapping = mapping(
    "a relabelling step",
    &[
        opt("sourceLabels", TEXTS),
        opt("separator", Text),
        opt("targetLabel", Text),
        opt("regex", REGEX),
        opt("modulus", AnyOf(&[COUNT, Number])),
        opt("replacement", Text),
        opt("action", Words(ACTIONS)),
    ],
)
.ruled(relabelling);

fn relabelling(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    judge_relabelling(checker, node, place, &CAMEL);
}

const CAMEL: Spelling = Spelling { source_labels: "sourceLabels", target_label: "targetLabel" };

/// Each is taken as Prometheus spells it and with the capitals of Go.
const ACTIONS: &[&str] = &[
    "replace",
    "Replace",
    "keep",
    "Keep",
    "drop",
    "Drop",
    "hashmod",
    "HashMod",
    "labelmap",
    "LabelMap",
    "labeldrop",
    "LabelDrop",
    "labelkeep",
    "LabelKeep",
    "lowercase",
    "Lowercase",
    "uppercase",
    "Uppercase",
    "keepequal",
    "KeepEqual",
    "dropequal",
    "DropEqual",
];
