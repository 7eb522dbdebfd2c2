//! Deployments and their like, services, configuration, and Jaeger.

use super::super::checker::Checker;
use super::super::shape::Shape::{AnyCase, Bool, List, Map, Text, Words};
use super::super::shape::{
    ANY_LIST, ANY_MAP, COUNT, Key, Mapping, TEXT_MAP, TEXTS, mapping, opt, req, whole,
};
use super::meta::{HEAD, LABELS, PORT, SELECTOR};
use super::pod::{SPEC as POD_SPEC, TEMPLATE};
use crate::contract::yaml::Node;

/// One pod.
pub(super) static POD: Mapping =
    mapping("a Pod", &[req("spec", Map(&POD_SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

/// Pods without an order.
pub(super) static DEPLOYMENT: Mapping =
    mapping("a Deployment", &[req("spec", Map(&DEPLOYMENT_SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

static DEPLOYMENT_SPEC: Mapping = mapping(
    "the spec of a Deployment",
    &[opt("strategy", ANY_MAP), opt("paused", Bool), opt("progressDeadlineSeconds", COUNT)],
)
.sharing(&[&PODS])
.ruled(selects_itself);

/// Pods with an order and storage of their own.
pub(super) static STATEFUL_SET: Mapping =
    mapping("a StatefulSet", &[req("spec", Map(&STATEFUL_SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

static STATEFUL_SPEC: Mapping = mapping(
    "the spec of a StatefulSet",
    &[
        opt("serviceName", Text),
        opt("podManagementPolicy", Words(&["OrderedReady", "Parallel"])),
        opt("updateStrategy", ANY_MAP),
        opt("volumeClaimTemplates", ANY_LIST),
        opt("persistentVolumeClaimRetentionPolicy", ANY_MAP),
        opt("ordinals", ANY_MAP),
    ],
)
.sharing(&[&PODS])
.ruled(selects_itself);

/// A pod on every node.
pub(super) static DAEMON_SET: Mapping =
    mapping("a DaemonSet", &[req("spec", Map(&DAEMON_SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

static DAEMON_SPEC: Mapping = mapping("the spec of a DaemonSet", &[opt("updateStrategy", ANY_MAP)])
    .sharing(&[&PODS])
    .ruled(selects_itself);

static PODS: [Key; 5] = [
    opt("replicas", COUNT),
    whole("selector", Map(&SELECTOR)),
    whole("template", Map(&TEMPLATE)),
    opt("minReadySeconds", COUNT),
    opt("revisionHistoryLimit", COUNT),
];

/// The API refuses pods that their own selector does not find.
fn selects_itself(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    let Some(wanted) = node.at("selector.matchLabels") else { return };
    let Some(metadata) = node.at("template.metadata") else { return };
    let labels = metadata.get("labels");
    for (key, value) in wanted.entries() {
        let name = key.text().unwrap_or_default();
        let has = labels.and_then(|labels| labels.get(name)).and_then(Node::text);
        if has != value.text() {
            checker.report(key, format!("the template's pods do not have this value of the label `{name}`"));
        }
    }
}

/// Files and settings.
pub(super) static CONFIG_MAP: Mapping =
    mapping("a ConfigMap", &[opt("data", TEXT_MAP), opt("binaryData", TEXT_MAP), opt("immutable", Bool)])
        .sharing(&[&HEAD]);

/// An address for pods.
pub(super) static SERVICE: Mapping =
    mapping("a Service", &[req("spec", Map(&SERVICE_SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

static SERVICE_SPEC: Mapping = mapping(
    "the spec of a Service",
    &[
        opt("selector", LABELS),
        opt("ports", List(&Map(&SERVICE_PORT))),
        opt("type", Words(&["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"])),
        opt("clusterIP", Text),
        opt("clusterIPs", TEXTS),
        opt("externalIPs", TEXTS),
        opt("externalName", Text),
        opt("externalTrafficPolicy", Words(&["Cluster", "Local"])),
        opt("internalTrafficPolicy", Words(&["Cluster", "Local"])),
        opt("healthCheckNodePort", COUNT),
        opt("ipFamilies", TEXTS),
        opt("ipFamilyPolicy", Words(&["SingleStack", "PreferDualStack", "RequireDualStack"])),
        opt("loadBalancerIP", Text),
        opt("loadBalancerClass", Text),
        opt("loadBalancerSourceRanges", TEXTS),
        opt("allocateLoadBalancerNodePorts", Bool),
        opt("publishNotReadyAddresses", Bool),
        opt("sessionAffinity", Words(&["None", "ClientIP"])),
        opt("sessionAffinityConfig", ANY_MAP),
        opt("trafficDistribution", Text),
    ],
)
.ruled(named_ports);

static SERVICE_PORT: Mapping = mapping(
    "a port of a Service",
    &[
        req("port", super::super::form::PORT),
        opt("name", Text),
        opt("targetPort", PORT),
        opt("protocol", Words(&["TCP", "UDP", "SCTP"])),
        opt("nodePort", COUNT),
        opt("appProtocol", Text),
    ],
);

/// Several ports are told apart by their names.
fn named_ports(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    let ports = node.get("ports").map(Node::items).unwrap_or_default();
    for port in ports.iter().filter(|port| ports.len() > 1 && port.get("name").is_none()) {
        checker.report(port.get("port").unwrap_or(port), "of several ports, each must have a `name`");
    }
}

/// A Jaeger of the Jaeger operator, whose definition takes any key.
pub(super) static JAEGER: Mapping =
    mapping("a Jaeger", &[opt("spec", Map(&JAEGER_SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

static JAEGER_SPEC: Mapping = mapping(
    "the spec of a Jaeger",
    &[
        opt("strategy", AnyCase(&["allInOne", "production", "streaming"])),
        opt("allInOne", ANY_MAP),
        opt("query", ANY_MAP),
        opt("collector", ANY_MAP),
        opt("ingester", ANY_MAP),
        opt("agent", ANY_MAP),
        opt("ui", ANY_MAP),
        opt("sampling", ANY_MAP),
        opt("storage", Map(&JAEGER_STORAGE)),
        opt("ingress", ANY_MAP),
        opt("annotations", TEXT_MAP),
        opt("labels", TEXT_MAP),
        opt("resources", ANY_MAP),
    ],
)
.open();

static JAEGER_STORAGE: Mapping = mapping(
    "the storage of a Jaeger",
    &[
        opt(
            "type",
            AnyCase(&["memory", "cassandra", "elasticsearch", "kafka", "badger", "grpc-plugin", "none"]),
        ),
        opt("options", ANY_MAP),
        opt("secretName", Text),
        opt("dependencies", ANY_MAP),
        opt("cassandraCreateSchema", ANY_MAP),
        opt("esIndexCleaner", ANY_MAP),
        opt("esRollover", ANY_MAP),
        opt("elasticsearch", ANY_MAP),
        opt("grpcPlugin", ANY_MAP),
    ],
)
.open();
