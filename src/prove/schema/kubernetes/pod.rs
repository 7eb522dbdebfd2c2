//! Pods.

use super::super::shape::Shape::{Bool, List, Map, Text, Words};
use super::super::shape::{ANY_LIST, ANY_MAP, Mapping, TEXT_MAP, WHOLE_NUMBER, mapping, opt, req, whole};
use super::container::CONTAINERS;
use super::meta::METADATA;

/// What pods are made from.
pub(super) static TEMPLATE: Mapping =
    mapping("a pod template", &[opt("metadata", Map(&METADATA)), whole("spec", Map(&SPEC))]);

/// A pod.
pub(super) static SPEC: Mapping = mapping(
    "the spec of a pod",
    &[
        req("containers", CONTAINERS),
        opt("initContainers", CONTAINERS),
        opt("ephemeralContainers", ANY_LIST),
        opt("volumes", List(&Map(&VOLUME))),
        opt("restartPolicy", Words(&["Always", "OnFailure", "Never"])),
        opt("terminationGracePeriodSeconds", WHOLE_NUMBER),
        opt("activeDeadlineSeconds", WHOLE_NUMBER),
        opt("dnsPolicy", Words(&["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])),
        opt("dnsConfig", ANY_MAP),
        opt("nodeSelector", TEXT_MAP),
        opt("serviceAccountName", Text),
        opt("serviceAccount", Text),
        opt("automountServiceAccountToken", Bool),
        opt("nodeName", Text),
        opt("hostNetwork", Bool),
        opt("hostPID", Bool),
        opt("hostIPC", Bool),
        opt("hostUsers", Bool),
        opt("hostnameOverride", Text),
        opt("shareProcessNamespace", Bool),
        opt("securityContext", ANY_MAP),
        opt("imagePullSecrets", ANY_LIST),
        opt("hostname", Text),
        opt("subdomain", Text),
        opt("setHostnameAsFQDN", Bool),
        opt("affinity", ANY_MAP),
        opt("schedulerName", Text),
        opt("schedulingGates", ANY_LIST),
        opt("tolerations", ANY_LIST),
        opt("hostAliases", ANY_LIST),
        opt("priorityClassName", Text),
        opt("priority", WHOLE_NUMBER),
        opt("preemptionPolicy", Text),
        opt("readinessGates", ANY_LIST),
        opt("runtimeClassName", Text),
        opt("enableServiceLinks", Bool),
        opt("overhead", ANY_MAP),
        opt("topologySpreadConstraints", ANY_LIST),
        opt("os", ANY_MAP),
        opt("resourceClaims", ANY_LIST),
        opt("resources", ANY_MAP),
        opt("workloadRef", ANY_MAP),
    ],
);

/// Each kind of volume is a key; drivers bring more.
static VOLUME: Mapping = mapping(
    "a volume",
    &[
        req("name", Text),
        opt("configMap", ANY_MAP),
        opt("secret", ANY_MAP),
        opt("emptyDir", ANY_MAP),
        opt("persistentVolumeClaim", ANY_MAP),
        opt("hostPath", ANY_MAP),
        opt("projected", ANY_MAP),
        opt("downwardAPI", ANY_MAP),
        opt("nfs", ANY_MAP),
        opt("csi", ANY_MAP),
        opt("ephemeral", ANY_MAP),
        opt("image", ANY_MAP),
    ],
)
.open();
