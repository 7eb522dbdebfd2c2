//! Containers: environment, ports, probes.

use super::super::checker::Checker;
use super::super::shape::Shape::{Bool, List, Map, MapOf, Text, Words};
use super::super::shape::{
    ANY_LIST, ANY_MAP, COUNT, Key, Mapping, Shape, TEXTS, WHOLE_NUMBER, mapping, opt, req, whole,
};
use super::meta::{KEY_OF, PORT, QUANTITY};
use crate::contract::yaml::Node;

/// A container of a pod.
pub(in super::super) static CONTAINER: Mapping =
    mapping("a container", &[req("name", Text), whole("image", Text)]).sharing(&[&PARTS]);

/// Any part of a container, as documents show it.
pub(super) static FRAGMENT: Mapping =
    mapping("a container", &[opt("name", Text), opt("image", Text)]).sharing(&[&PARTS]);

static PARTS: [Key; 22] = [
    opt("imagePullPolicy", Words(&["Always", "IfNotPresent", "Never"])),
    opt("command", TEXTS),
    opt("args", TEXTS),
    opt("workingDir", Text),
    opt("env", List(&Map(&VARIABLE))),
    opt("envFrom", List(&Map(&VARIABLES))),
    opt("ports", List(&Map(&PORTS))),
    opt("resources", Map(&RESOURCES)),
    opt("volumeMounts", List(&Map(&MOUNT))),
    opt("volumeDevices", ANY_LIST),
    opt("livenessProbe", Map(&PROBE)),
    opt("readinessProbe", Map(&PROBE)),
    opt("startupProbe", Map(&PROBE)),
    opt("lifecycle", ANY_MAP),
    opt("securityContext", ANY_MAP),
    opt("stdin", Bool),
    opt("stdinOnce", Bool),
    opt("tty", Bool),
    opt("terminationMessagePath", Text),
    opt("terminationMessagePolicy", Words(&["File", "FallbackToLogsOnError"])),
    opt("restartPolicy", Words(&["Always", "Never", "OnFailure"])),
    opt("resizePolicy", ANY_LIST),
];

static VARIABLE: Mapping = mapping(
    "an environment variable",
    &[req("name", Text), opt("value", Text), opt("valueFrom", Map(&SOURCE))],
)
.ruled(one_value);

fn one_value(checker: &mut Checker<'_>, node: &Node, _: &Node) {
    let value = node.get("value").filter(|value| value.text().is_some_and(|text| !text.is_empty()));
    let from = node.entries().iter().find(|(key, value)| key.text() == Some("valueFrom") && !value.is_null());
    if let (Some(_), Some((key, _))) = (value, from) {
        checker.report(key, "a variable has `value` or `valueFrom`, not both");
    }
}

static SOURCE: Mapping = mapping(
    "valueFrom",
    &[
        opt("configMapKeyRef", Map(&KEY_OF)),
        opt("secretKeyRef", Map(&KEY_OF)),
        opt("fieldRef", Map(&FIELD)),
        opt("resourceFieldRef", Map(&RESOURCE_FIELD)),
        opt("fileKeyRef", ANY_MAP),
    ],
);

static FIELD: Mapping = mapping("fieldRef", &[req("fieldPath", Text), opt("apiVersion", Text)]);

static RESOURCE_FIELD: Mapping = mapping(
    "resourceFieldRef",
    &[req("resource", Text), opt("containerName", Text), opt("divisor", QUANTITY)],
);

static VARIABLES: Mapping = mapping(
    "a source of variables",
    &[opt("configMapRef", Map(&REFERENCE)), opt("secretRef", Map(&REFERENCE)), opt("prefix", Text)],
);

static REFERENCE: Mapping = mapping("a reference", &[opt("name", Text), opt("optional", Bool)]);

static PORTS: Mapping = mapping(
    "a container's port",
    &[
        req("containerPort", super::super::form::PORT),
        opt("name", Text),
        opt("protocol", Words(&["TCP", "UDP", "SCTP"])),
        opt("hostPort", super::super::form::PORT),
        opt("hostIP", Text),
    ],
);

static RESOURCES: Mapping = mapping(
    "resources",
    &[opt("limits", MapOf(&QUANTITY)), opt("requests", MapOf(&QUANTITY)), opt("claims", ANY_LIST)],
);

static MOUNT: Mapping = mapping(
    "a volume mount",
    &[
        req("name", Text),
        req("mountPath", Text),
        opt("subPath", Text),
        opt("subPathExpr", Text),
        opt("readOnly", Bool),
        opt("recursiveReadOnly", Text),
        opt("mountPropagation", Words(&["None", "HostToContainer", "Bidirectional"])),
    ],
);

/// How the kubelet asks whether a container is well.
static PROBE: Mapping = mapping(
    "a probe",
    &[
        opt("httpGet", Map(&HTTP_GET)),
        opt("tcpSocket", Map(&SOCKET)),
        opt("exec", Map(&EXEC)),
        opt("grpc", Map(&GRPC)),
        opt("initialDelaySeconds", COUNT),
        opt("periodSeconds", COUNT),
        opt("timeoutSeconds", COUNT),
        opt("successThreshold", COUNT),
        opt("failureThreshold", COUNT),
        opt("terminationGracePeriodSeconds", WHOLE_NUMBER),
    ],
)
.ruled(one_way);

const WAYS: [&str; 4] = ["httpGet", "tcpSocket", "exec", "grpc"];

fn one_way(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    let given =
        |entry: &&(Node, Node)| WAYS.iter().any(|way| entry.0.text() == Some(way)) && !entry.1.is_null();
    let mut ways = node.entries().iter().filter(given);
    match (ways.next(), ways.next()) {
        (None, _) => {
            let message = "a probe must say how it asks".to_owned();
            checker.report_accepting(place, message, WAYS);
        }
        (Some(_), Some((second, _))) => checker.report(second, "a probe asks in one way only"),
        (Some(_), None) => {}
    }
}

static HTTP_GET: Mapping = mapping(
    "httpGet",
    &[
        req("port", PORT),
        opt("path", Text),
        opt("host", Text),
        opt("scheme", Words(&["HTTP", "HTTPS"])),
        opt("httpHeaders", List(&Map(&HEADER))),
    ],
);

static HEADER: Mapping = mapping("a header", &[req("name", Text), req("value", Text)]);

static SOCKET: Mapping = mapping("tcpSocket", &[req("port", PORT), opt("host", Text)]);

static EXEC: Mapping = mapping("exec", &[opt("command", TEXTS)]);

static GRPC: Mapping = mapping("grpc", &[req("port", super::super::form::PORT), opt("service", Text)]);

/// Containers.
pub(super) const CONTAINERS: Shape = List(&Map(&CONTAINER));
