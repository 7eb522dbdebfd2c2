//! Kubernetes manifests, and the parts of containers that documents show alone.

mod container;
mod meta;
mod monitoring;
mod pod;
mod targets;
mod workload;

pub(super) use self::container::CONTAINER;
pub(super) use self::meta::ANYTHING;

use self::container::FRAGMENT;
use super::shape::{Mapping, Shape};

/// A kind of manifest.
struct Kind {
    api: &'static str,
    kind: &'static str,
    /// Nothing where its schema is not described here.
    shape: Option<&'static Mapping>,
    /// Whether it comes from a custom resource definition, which takes no nulls.
    custom: bool,
}

const fn described(api: &'static str, kind: &'static str, shape: &'static Mapping, custom: bool) -> Kind {
    Kind { api, kind, shape: Some(shape), custom }
}

const fn known(api: &'static str, kind: &'static str) -> Kind {
    Kind { api, kind, shape: None, custom: false }
}

const OPERATOR: &str = "monitoring.coreos.com/v1";
const OPERATOR_ALPHA: &str = "monitoring.coreos.com/v1alpha1";

/// Groups that have a kind here have all their kinds here, so that a misspelt one is noticed.
static KINDS: [Kind; 34] = [
    described(OPERATOR, "ServiceMonitor", &monitoring::SERVICE_MONITOR, true),
    described(OPERATOR, "PodMonitor", &monitoring::POD_MONITOR, true),
    described(OPERATOR, "PrometheusRule", &monitoring::PROMETHEUS_RULE, true),
    described(OPERATOR, "Probe", &targets::PROBE, true),
    known(OPERATOR, "Prometheus"),
    known(OPERATOR, "Alertmanager"),
    known(OPERATOR, "ThanosRuler"),
    known(OPERATOR_ALPHA, "AlertmanagerConfig"),
    known(OPERATOR_ALPHA, "PrometheusAgent"),
    known(OPERATOR_ALPHA, "ScrapeConfig"),
    described("jaegertracing.io/v1", "Jaeger", &workload::JAEGER, true),
    described("v1", "ConfigMap", &workload::CONFIG_MAP, false),
    described("v1", "Service", &workload::SERVICE, false),
    described("v1", "Pod", &workload::POD, false),
    known("v1", "Secret"),
    known("v1", "Namespace"),
    known("v1", "ServiceAccount"),
    known("v1", "PersistentVolumeClaim"),
    known("v1", "PersistentVolume"),
    known("v1", "Endpoints"),
    known("v1", "Event"),
    known("v1", "Node"),
    known("v1", "LimitRange"),
    known("v1", "ResourceQuota"),
    known("v1", "ReplicationController"),
    known("v1", "PodTemplate"),
    known("v1", "ComponentStatus"),
    known("v1", "Binding"),
    known("v1", "List"),
    described("apps/v1", "Deployment", &workload::DEPLOYMENT, false),
    described("apps/v1", "StatefulSet", &workload::STATEFUL_SET, false),
    described("apps/v1", "DaemonSet", &workload::DAEMON_SET, false),
    known("apps/v1", "ReplicaSet"),
    known("apps/v1", "ControllerRevision"),
];

/// What is known of a manifest's kind.
pub(super) enum Schema {
    /// Its shape, and whether nulls are values of the wrong type.
    Known(Shape, bool),
    /// No such kind in this group; these are.
    NoSuchKind(Vec<&'static str>),
    /// The kind is of this group instead.
    OtherGroup(&'static str),
    /// Somebody else's.
    Foreign,
}

/// Finds the schema of a manifest.
pub(super) fn schema(api: &str, kind: &str) -> Schema {
    if let Some(found) = KINDS.iter().find(|known| known.api == api && known.kind == kind) {
        return Schema::Known(Shape::Map(found.shape.unwrap_or(&ANYTHING)), found.custom);
    }
    if let Some(elsewhere) = KINDS.iter().find(|known| known.kind == kind && known.shape.is_some()) {
        // Other groups have services, deployments and probes too: only near misses are mistakes.
        let near = api.split('/').next() == elsewhere.api.split('/').next() || !api.contains('.');
        if near {
            return Schema::OtherGroup(elsewhere.api);
        }
    }
    let kinds: Vec<&str> = KINDS.iter().filter(|known| known.api == api).map(|known| known.kind).collect();
    if kinds.is_empty() || kind.ends_with("List") { Schema::Foreign } else { Schema::NoSuchKind(kinds) }
}

/// A part of a container.
pub(super) fn fragment() -> Shape {
    Shape::Map(&FRAGMENT)
}
