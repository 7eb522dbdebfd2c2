//! Where targets come from. The rare ways are known by name only.

use super::Shape::{Any, Duration, Int, Labels, List, Map, Text, Url};
use super::client::{HTTP_CLIENT, TEXTS};
use super::{Key, Mapping, Shape, key, new};

/// Whatever stands in such a section.
const ANY: Shape = List(&Any);

/// The keys of every place that needs targets.
pub(in super::super) static DISCOVERY: [Key; 30] = [
    key("static_configs", List(&Map(&STATIC))),
    key("file_sd_configs", List(&Map(&FILE))),
    key("http_sd_configs", List(&Map(&HTTP))),
    key("dns_sd_configs", List(&Map(&DNS))),
    key("kubernetes_sd_configs", ANY),
    key("azure_sd_configs", ANY),
    key("consul_sd_configs", ANY),
    key("digitalocean_sd_configs", ANY),
    key("docker_sd_configs", ANY),
    key("dockerswarm_sd_configs", ANY),
    key("ec2_sd_configs", ANY),
    key("eureka_sd_configs", ANY),
    key("gce_sd_configs", ANY),
    key("hetzner_sd_configs", ANY),
    key("ionos_sd_configs", ANY),
    key("kuma_sd_configs", ANY),
    key("lightsail_sd_configs", ANY),
    key("linode_sd_configs", ANY),
    key("marathon_sd_configs", ANY),
    key("nerve_sd_configs", ANY),
    key("nomad_sd_configs", ANY),
    key("openstack_sd_configs", ANY),
    key("ovhcloud_sd_configs", ANY),
    key("puppetdb_sd_configs", ANY),
    key("scaleway_sd_configs", ANY),
    key("serverset_sd_configs", ANY),
    new("stackit_sd_configs", ANY),
    key("triton_sd_configs", ANY),
    key("uyuni_sd_configs", ANY),
    key("vultr_sd_configs", ANY),
];

/// The names of those that nobody here can do.
pub(in super::super) fn discoveries() -> impl Iterator<Item = &'static str> {
    DISCOVERY.iter().map(|key| key.name).filter(|name| *name != "static_configs")
}

/// Targets that are written down.
pub(in super::super) static STATIC: Mapping =
    Mapping::new("a group of targets", &[key("targets", TEXTS), key("labels", Labels)], &[]);

/// Targets in files.
pub(in super::super) static FILE: Mapping =
    Mapping::new("a `file_sd_config`", &[key("files", TEXTS), key("refresh_interval", Duration)], &[]);

/// Targets that a server names.
pub(in super::super) static HTTP: Mapping = Mapping::new(
    "an `http_sd_config`",
    &[key("url", Url), key("refresh_interval", Duration)],
    &[&HTTP_CLIENT],
);

/// Targets that have names.
pub(in super::super) static DNS: Mapping = Mapping::new(
    "a `dns_sd_config`",
    &[key("names", TEXTS), key("refresh_interval", Duration), key("type", Text), key("port", Int)],
    &[],
);
