//! Compose files, after the compose specification.

mod uses;

use self::uses::{defined, image_or_build};
use super::form::{GO_DURATION, fits};
use super::shape::Shape::{Any, AnyOf, Bool, Form as Formed, List, Map, MapOf, Number, Text, Words};
use super::shape::{
    ANY_LIST, ANY_MAP, COUNT, Form, Key, Mapping, NUMBER_OR_TEXT, Shape, TEXTS, WHOLE_NUMBER, mapping, old,
    opt, req,
};

/// A compose file.
pub(super) static FILE: Mapping = mapping(
    "a compose file",
    &[
        old("version", NUMBER_OR_TEXT),
        opt("name", Text),
        opt("include", ANY_LIST),
        opt("services", MapOf(&Map(&SERVICE))),
        opt("volumes", MapOf(&ANY_MAP)),
        opt("networks", MapOf(&ANY_MAP)),
        opt("configs", MapOf(&ANY_MAP)),
        opt("secrets", MapOf(&ANY_MAP)),
        opt("models", MapOf(&ANY_MAP)),
    ],
)
.ruled(defined);

/// Some settings are written as a list of `NAME=value` or as a mapping.
const SETTINGS: Shape = AnyOf(&[TEXTS, MapOf(&AnyOf(&[Text, Number, Bool]))]);
/// Some may be one text or several.
const TEXT_OR_TEXTS: Shape = AnyOf(&[Text, TEXTS]);
/// Some are names, or mappings from names to details.
const NAMES: Shape = AnyOf(&[TEXTS, MapOf(&ANY_MAP)]);
const COMMAND: Shape = AnyOf(&[Text, List(&NUMBER_OR_TEXT)]);

static SERVICE: Mapping = mapping(
    "a service",
    &[
        opt("image", Text),
        opt("build", AnyOf(&[Text, Map(&BUILD)])),
        opt("container_name", Text),
        opt("hostname", Text),
        opt("command", COMMAND),
        opt("entrypoint", COMMAND),
        opt("ports", List(&AnyOf(&[PORTS, super::form::PORT, Map(&PORT)]))),
        opt("expose", List(&NUMBER_OR_TEXT)),
        opt("environment", SETTINGS),
        opt("env_file", AnyOf(&[Text, List(&AnyOf(&[Text, ANY_MAP]))])),
        opt("volumes", List(&AnyOf(&[Text, Map(&VOLUME)]))),
        opt("depends_on", AnyOf(&[TEXTS, MapOf(&Map(&DEPENDENCY))])),
        opt("networks", NAMES),
        opt("network_mode", Text),
        opt("profiles", TEXTS),
        opt("extra_hosts", AnyOf(&[TEXTS, MapOf(&TEXT_OR_TEXTS)])),
        opt("healthcheck", Map(&HEALTHCHECK)),
        opt("restart", RESTART),
        opt("deploy", ANY_MAP),
        opt("develop", ANY_MAP),
        opt("configs", List(&AnyOf(&[Text, ANY_MAP]))),
        opt("secrets", List(&AnyOf(&[Text, ANY_MAP]))),
        opt("labels", SETTINGS),
        opt("logging", Map(&LOGGING)),
        opt("ulimits", ANY_MAP),
        opt("sysctls", SETTINGS),
        opt("extends", AnyOf(&[Text, ANY_MAP])),
        opt("dns", TEXT_OR_TEXTS),
        opt("dns_search", TEXT_OR_TEXTS),
        opt("dns_opt", TEXTS),
        opt("tmpfs", TEXT_OR_TEXTS),
        opt("stop_grace_period", GO_DURATION),
        opt("gpus", Any),
        opt("credential_spec", ANY_MAP),
        opt("blkio_config", ANY_MAP),
        opt("provider", ANY_MAP),
        opt("models", NAMES),
        opt("annotations", SETTINGS),
        opt("label_file", TEXT_OR_TEXTS),
        opt("storage_opt", ANY_MAP),
        opt("post_start", ANY_LIST),
        opt("pre_stop", ANY_LIST),
    ],
)
.sharing(&[&WORDS, &SWITCHES, &LISTS, &NUMBERS])
.ruled(image_or_build);

static WORDS: [Key; 17] = [
    opt("user", NUMBER_OR_TEXT),
    opt("working_dir", Text),
    opt("domainname", Text),
    opt("platform", Text),
    opt("pull_policy", Text),
    opt("runtime", Text),
    opt("stop_signal", Text),
    opt("ipc", Text),
    opt("pid", Text),
    opt("uts", Text),
    opt("cgroup", Text),
    opt("cgroup_parent", Text),
    opt("userns_mode", Text),
    opt("isolation", Text),
    opt("mac_address", Text),
    opt("cpuset", Text),
    opt("volume_driver", Text),
];

static SWITCHES: [Key; 8] = [
    opt("init", Bool),
    opt("privileged", Bool),
    opt("read_only", Bool),
    opt("stdin_open", Bool),
    opt("tty", Bool),
    opt("attach", Bool),
    opt("oom_kill_disable", Bool),
    opt("use_api_socket", Bool),
];

static LISTS: [Key; 9] = [
    opt("cap_add", TEXTS),
    opt("cap_drop", TEXTS),
    opt("devices", ANY_LIST),
    opt("device_cgroup_rules", TEXTS),
    opt("external_links", TEXTS),
    opt("links", TEXTS),
    opt("group_add", List(&NUMBER_OR_TEXT)),
    opt("security_opt", TEXTS),
    opt("volumes_from", TEXTS),
];

static NUMBERS: [Key; 16] = [
    opt("cpus", NUMBER_OR_TEXT),
    opt("cpu_count", NUMBER_OR_TEXT),
    opt("cpu_percent", NUMBER_OR_TEXT),
    opt("cpu_shares", NUMBER_OR_TEXT),
    opt("cpu_period", NUMBER_OR_TEXT),
    opt("cpu_quota", NUMBER_OR_TEXT),
    opt("cpu_rt_period", NUMBER_OR_TEXT),
    opt("cpu_rt_runtime", NUMBER_OR_TEXT),
    opt("mem_limit", NUMBER_OR_TEXT),
    opt("mem_reservation", NUMBER_OR_TEXT),
    opt("mem_swappiness", NUMBER_OR_TEXT),
    opt("memswap_limit", NUMBER_OR_TEXT),
    opt("oom_score_adj", WHOLE_NUMBER),
    opt("pids_limit", NUMBER_OR_TEXT),
    opt("scale", COUNT),
    opt("shm_size", NUMBER_OR_TEXT),
];

static BUILD: Mapping = mapping(
    "build",
    &[
        opt("context", Text),
        opt("dockerfile", Text),
        opt("dockerfile_inline", Text),
        opt("args", SETTINGS),
        opt("target", Text),
        opt("labels", SETTINGS),
        opt("cache_from", TEXTS),
        opt("cache_to", TEXTS),
        opt("no_cache", Bool),
        opt("pull", Bool),
        opt("network", Text),
        opt("platforms", TEXTS),
        opt("tags", TEXTS),
        opt("secrets", ANY_LIST),
        opt("ssh", Any),
        opt("shm_size", NUMBER_OR_TEXT),
        opt("extra_hosts", AnyOf(&[TEXTS, ANY_MAP])),
        opt("additional_contexts", AnyOf(&[TEXTS, ANY_MAP])),
        opt("isolation", Text),
        opt("privileged", Bool),
        opt("provenance", Any),
        opt("sbom", Any),
        opt("entitlements", TEXTS),
        opt("ulimits", ANY_MAP),
    ],
);

const PORTS: Shape = Formed(&Form {
    what: "a port such as 8080, \"8080:80\" or \"127.0.0.1:8080:80/tcp\"",
    fits: |text| fits(text.contains('$') || is_port(text)),
});

/// `[[host:]published:]container[/protocol]`, with ranges.
fn is_port(text: &str) -> bool {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let mut parts = ports.rsplitn(3, ':');
    let range = |part: &str| {
        let mut ends = part.splitn(2, '-');
        ends.all(|end| end.parse::<u16>().is_ok())
    };
    let container = parts.next().is_some_and(range);
    let published = parts.next().is_none_or(|part| part.is_empty() || range(part));
    container && published && matches!(protocol, "tcp" | "udp" | "sctp")
}

static PORT: Mapping = mapping(
    "a port",
    &[
        req("target", COUNT),
        opt("published", NUMBER_OR_TEXT),
        opt("host_ip", Text),
        opt("protocol", Text),
        opt("mode", Words(&["host", "ingress"])),
        opt("app_protocol", Text),
        opt("name", Text),
    ],
);

static VOLUME: Mapping = mapping(
    "a volume",
    &[
        req("type", Words(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"])),
        opt("source", Text),
        opt("target", Text),
        opt("read_only", Bool),
        opt("consistency", Text),
        opt("bind", ANY_MAP),
        opt("volume", ANY_MAP),
        opt("tmpfs", ANY_MAP),
        opt("image", ANY_MAP),
    ],
);

static DEPENDENCY: Mapping = mapping(
    "a dependency",
    &[
        req("condition", Words(&["service_started", "service_healthy", "service_completed_successfully"])),
        opt("restart", Bool),
        opt("required", Bool),
    ],
);

static HEALTHCHECK: Mapping = mapping(
    "a health check",
    &[
        opt("test", TEXT_OR_TEXTS),
        opt("interval", GO_DURATION),
        opt("timeout", GO_DURATION),
        opt("start_period", GO_DURATION),
        opt("start_interval", GO_DURATION),
        opt("retries", NUMBER_OR_TEXT),
        opt("disable", Bool),
    ],
);

const RESTART: Shape = Formed(&Form {
    what: "one of no, always, on-failure, on-failure:<times>, unless-stopped",
    fits: |text| {
        let times = text.strip_prefix("on-failure:").is_some_and(|times| times.parse::<u32>().is_ok());
        fits(times || matches!(text, "no" | "always" | "on-failure" | "unless-stopped"))
    },
});

static LOGGING: Mapping = mapping("logging", &[opt("driver", Text), opt("options", ANY_MAP)]);
