//! Where Prometheus finds its targets. The rare ways are known by name only.

use super::super::checker::{Checker, said};
use super::super::form::{DURATION, NON_EMPTY};
use super::super::shape::Shape::{AnyCase, Bool, Form as Formed, List, Map, Text, Words};
use super::super::shape::{ANY_MAPS, Form, Key, Mapping, PORT_OR_ZERO, Shape, TEXTS, mapping, opt, req};
use super::{HTTP_CLIENT, HTTP_URL, LABELS};
use crate::contract::yaml::{Node, Value};

/// The keys of every place that needs targets.
pub(super) static DISCOVERY: [Key; 31] = [
    opt("static_configs", List(&Map(&STATIC))),
    opt("file_sd_configs", List(&Map(&FILE))),
    opt("http_sd_configs", List(&Map(&HTTP))),
    opt("dns_sd_configs", List(&Map(&DNS))),
    opt("kubernetes_sd_configs", List(&Map(&KUBERNETES))),
    opt("aws_sd_configs", ANY_MAPS),
    opt("azure_sd_configs", ANY_MAPS),
    opt("consul_sd_configs", ANY_MAPS),
    opt("digitalocean_sd_configs", ANY_MAPS),
    opt("docker_sd_configs", ANY_MAPS),
    opt("dockerswarm_sd_configs", ANY_MAPS),
    opt("ec2_sd_configs", ANY_MAPS),
    opt("eureka_sd_configs", ANY_MAPS),
    opt("gce_sd_configs", ANY_MAPS),
    opt("hetzner_sd_configs", ANY_MAPS),
    opt("ionos_sd_configs", ANY_MAPS),
    opt("kuma_sd_configs", ANY_MAPS),
    opt("lightsail_sd_configs", ANY_MAPS),
    opt("linode_sd_configs", ANY_MAPS),
    opt("marathon_sd_configs", ANY_MAPS),
    opt("nerve_sd_configs", ANY_MAPS),
    opt("nomad_sd_configs", ANY_MAPS),
    opt("openstack_sd_configs", ANY_MAPS),
    opt("ovhcloud_sd_configs", ANY_MAPS),
    opt("puppetdb_sd_configs", ANY_MAPS),
    opt("scaleway_sd_configs", ANY_MAPS),
    opt("serverset_sd_configs", ANY_MAPS),
    opt("triton_sd_configs", ANY_MAPS),
    opt("stackit_sd_configs", ANY_MAPS),
    opt("uyuni_sd_configs", ANY_MAPS),
    opt("vultr_sd_configs", ANY_MAPS),
];

static STATIC: Mapping =
    mapping("a group of targets", &[opt("targets", List(&NON_EMPTY)), opt("labels", LABELS)]);

static FILE: Mapping =
    mapping("a file_sd_config", &[req("files", List(&TARGET_FILE)), opt("refresh_interval", DURATION)])
        .ruled(some_files);

fn some_files(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    if node.get("files").is_some_and(|files| files.items().is_empty()) {
        checker.report(place, "`files` must name at least one file");
    }
}

/// `patFileSDName` of Prometheus.
const TARGET_FILE: Shape = Formed(&Form {
    what: "the path of a .json, .yml or .yaml file; `*` may stand only in the file's own name",
    fits: |text| {
        let (folder, file) = text.rsplit_once('/').unwrap_or(("", text));
        let ends = [".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"];
        let one_star = file.matches('*').count() <= 1;
        if !folder.contains('*') && one_star && ends.iter().any(|end| file.ends_with(end)) {
            Ok(())
        } else {
            Err("")
        }
    },
});

static HTTP: Mapping =
    mapping("an http_sd_config", &[req("url", HTTP_URL), opt("refresh_interval", DURATION)])
        .sharing(&[&HTTP_CLIENT]);

static DNS: Mapping = mapping(
    "a dns_sd_config",
    &[
        req("names", TEXTS),
        opt("type", AnyCase(&["SRV", "A", "AAAA", "MX", "NS"])),
        opt("port", PORT_OR_ZERO),
        opt("refresh_interval", DURATION),
    ],
)
.ruled(dns_port);

fn dns_port(checker: &mut Checker<'_>, node: &Node, place: &Node) {
    let names = node.get("names").filter(|names| matches!(names.value, Value::Seq(_)));
    if names.is_some_and(|names| names.items().is_empty()) {
        checker.report(place, "`names` must hold at least one name");
    }
    let record = said(node, "type");
    if !(record.is_empty() || record.eq_ignore_ascii_case("SRV")) && matches!(said(node, "port"), "" | "0") {
        checker.report(place, format!("missing key `port`: records of type {record} hold none"));
    }
}

static KUBERNETES: Mapping = mapping(
    "a kubernetes_sd_config",
    &[
        opt("api_server", Text),
        req("role", Words(ROLES)),
        opt("kubeconfig_file", Text),
        opt("namespaces", Map(&NAMESPACES)),
        opt("selectors", List(&Map(&SELECTOR))),
        opt("attach_metadata", Map(&ATTACH)),
    ],
)
.sharing(&[&HTTP_CLIENT]);

const ROLES: &[&str] = &["node", "pod", "service", "endpoints", "endpointslice", "ingress"];

static NAMESPACES: Mapping = mapping("namespaces", &[opt("own_namespace", Bool), opt("names", TEXTS)]);

static SELECTOR: Mapping =
    mapping("a selector", &[req("role", Words(ROLES)), opt("label", Text), opt("field", Text)]);

static ATTACH: Mapping = mapping("attach_metadata", &[opt("node", Bool), opt("namespace", Bool)]);
