//! Probe of the Prometheus operator: addresses that the blackbox exporter asks.

use super::super::form::DURATION;
use super::super::shape::Shape::{Bool, Map, MapOf, Text};
use super::super::shape::{ANY_LIST, ANY_MAP, Mapping, TEXTS, mapping, opt, req};
use super::meta::{HEAD, SELECTOR};
use super::monitoring::{CLIENT, LIMITS, NAMESPACES, RELABELINGS, SCHEME};

/// Addresses that are asked from outside.
pub(super) static PROBE: Mapping =
    mapping("a Probe", &[req("spec", Map(&SPEC)), opt("status", ANY_MAP)]).sharing(&[&HEAD]);

static SPEC: Mapping = mapping(
    "the spec of a Probe",
    &[
        opt("jobName", Text),
        opt("prober", Map(&PROBER)),
        opt("module", Text),
        opt("targets", Map(&TARGETS)),
        opt("interval", DURATION),
        opt("scrapeTimeout", DURATION),
        opt("metricRelabelings", RELABELINGS),
        opt("params", ANY_LIST),
    ],
)
.sharing(&[&LIMITS, &CLIENT]);

static PROBER: Mapping = mapping(
    "the prober",
    &[
        req("url", Text),
        opt("scheme", SCHEME),
        opt("path", Text),
        opt("proxyUrl", Text),
        opt("noProxy", Text),
        opt("proxyFromEnvironment", Bool),
        opt("proxyConnectHeader", MapOf(&ANY_LIST)),
    ],
);

static TARGETS: Mapping =
    mapping("the targets", &[opt("staticConfig", Map(&STATIC)), opt("ingress", Map(&INGRESS))]);

static STATIC: Mapping = mapping(
    "static targets",
    &[opt("static", TEXTS), opt("labels", LABELS_OF_METRICS), opt("relabelingConfigs", RELABELINGS)],
);

/// These become labels of series, whose values may be anything.
const LABELS_OF_METRICS: super::super::shape::Shape = super::super::prometheus::LABELS;

static INGRESS: Mapping = mapping(
    "ingress targets",
    &[
        opt("selector", Map(&SELECTOR)),
        opt("namespaceSelector", Map(&NAMESPACES)),
        opt("relabelingConfigs", RELABELINGS),
    ],
);
