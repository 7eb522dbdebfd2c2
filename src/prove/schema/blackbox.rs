//! The configuration of the blackbox exporter.

use super::form::{BYTES, GO_DURATION, PORT, REGEX};
use super::prometheus::{HTTP_CLIENT, TLS};
use super::shape::Shape::{AnyCase, AnyOf, Bool, Integer, List, Map, MapOf, Text, Words};
use super::shape::{Key, Mapping, Shape, TEXT_MAP, TEXTS, mapping, opt, req};

/// A blackbox exporter configuration.
pub(super) static CONFIG: Mapping =
    mapping("a blackbox exporter configuration", &[req("modules", MapOf(&Map(&MODULE)))]);

static MODULE: Mapping = mapping(
    "a module",
    &[
        req("prober", Words(&["http", "tcp", "icmp", "dns", "grpc", "unix"])),
        opt("timeout", GO_DURATION),
        opt("http", Map(&HTTP)),
        opt("tcp", Map(&TCP)),
        opt("unix", Map(&TCP)),
        opt("icmp", Map(&ICMP)),
        opt("dns", Map(&DNS)),
        opt("grpc", Map(&GRPC)),
    ],
);

static ADDRESS: [Key; 3] = [
    opt("preferred_ip_protocol", Words(&["ip4", "ip6"])),
    opt("ip_protocol_fallback", Bool),
    opt("source_ip_address", Text),
];

const REGEXES: Shape = List(&REGEX);

static HTTP: Mapping = mapping(
    "an HTTP probe",
    &[
        opt("valid_status_codes", List(&Integer(100, 599))),
        opt("valid_http_versions", TEXTS),
        opt("method", Text),
        opt("headers", TEXT_MAP),
        opt("body_size_limit", AnyOf(&[BYTES, super::shape::COUNT])),
        opt("compression", Text),
        opt("no_follow_redirects", Bool),
        opt("fail_if_ssl", Bool),
        opt("fail_if_not_ssl", Bool),
        opt("fail_if_body_matches_regexp", REGEXES),
        opt("fail_if_body_not_matches_regexp", REGEXES),
        opt("fail_if_body_json_matches_cel", Text),
        opt("fail_if_body_json_not_matches_cel", Text),
        opt("fail_if_header_matches", List(&Map(&HEADER))),
        opt("fail_if_header_not_matches", List(&Map(&HEADER))),
        opt("body", Text),
        opt("body_file", Text),
        opt("skip_resolve_phase_with_proxy", Bool),
        opt("enable_http3", Bool),
    ],
)
.sharing(&[&ADDRESS, &HTTP_CLIENT]);

static HEADER: Mapping =
    mapping("a header", &[req("header", Text), req("regexp", REGEX), opt("allow_missing", Bool)]);

static TCP: Mapping = mapping(
    "a TCP probe",
    &[opt("query_response", List(&Map(&STEP))), opt("tls", Bool), opt("tls_config", Map(&TLS))],
)
.sharing(&[&ADDRESS]);

static STEP: Mapping = mapping(
    "a step",
    &[
        opt("expect", REGEX),
        opt("expect_bytes", Text),
        opt("send", Text),
        opt("starttls", Bool),
        opt("labels", List(&Map(&LABEL))),
    ],
);

static LABEL: Mapping = mapping("a label", &[req("name", Text), req("value", Text)]);

static ICMP: Mapping = mapping(
    "an ICMP probe",
    &[opt("dont_fragment", Bool), opt("payload_size", super::shape::COUNT), opt("ttl", Integer(0, 255))],
)
.sharing(&[&ADDRESS]);

static DNS: Mapping = mapping(
    "a DNS probe",
    &[
        opt("dns_over_tls", Bool),
        opt("tls_config", Map(&TLS)),
        opt("transport_protocol", Words(&["udp", "tcp"])),
        req("query_name", Text),
        opt("query_type", AnyCase(RECORDS)),
        opt("query_class", AnyCase(&["IN", "CS", "CH", "CHAOS", "HS", "NONE", "ANY"])),
        opt("recursion_desired", Bool),
        opt("valid_rcodes", TEXTS),
        opt("validate_answer_rrs", Map(&ANSWER)),
        opt("validate_authority_rrs", Map(&ANSWER)),
        opt("validate_additional_rrs", Map(&ANSWER)),
    ],
)
.sharing(&[&ADDRESS]);

const RECORDS: &[&str] = &[
    "A", "AAAA", "ANY", "CAA", "CNAME", "DNSKEY", "DS", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "TLSA",
    "TXT",
];

static ANSWER: Mapping = mapping(
    "a check of answers",
    &[
        opt("fail_if_matches_regexp", REGEXES),
        opt("fail_if_all_match_regexp", REGEXES),
        opt("fail_if_not_matches_regexp", REGEXES),
        opt("fail_if_none_matches_regexp", REGEXES),
    ],
);

static GRPC: Mapping = mapping(
    "a gRPC probe",
    &[
        opt("service", Text),
        opt("tls", Bool),
        opt("tls_config", Map(&TLS)),
        opt("metadata", MapOf(&TEXTS)),
        opt("port", PORT),
    ],
)
.sharing(&[&ADDRESS]);
