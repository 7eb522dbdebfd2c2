//! How Prometheus and Alertmanager speak HTTP: who they say they are, and through which proxy.

use super::super::shape::Shape::{Bool, List, Map, MapOf, Text, Words};
use super::super::shape::{Key, Mapping, TEXT_MAP, TEXTS, mapping, old, opt, req};

/// The keys that every client has.
pub(in super::super) static HTTP_CLIENT: [Key; 13] = [
    opt("basic_auth", Map(&BASIC_AUTH)),
    opt("authorization", Map(&AUTHORIZATION)),
    opt("oauth2", Map(&OAUTH2)),
    old("bearer_token", Text),
    old("bearer_token_file", Text),
    opt("tls_config", Map(&TLS)),
    opt("follow_redirects", Bool),
    opt("enable_http2", Bool),
    opt("proxy_url", Text),
    opt("no_proxy", Text),
    opt("proxy_from_environment", Bool),
    opt("proxy_connect_header", MapOf(&TEXTS)),
    opt("http_headers", MapOf(&Map(&HEADER))),
];

static BASIC_AUTH: Mapping = mapping(
    "basic_auth",
    &[
        opt("username", Text),
        opt("username_file", Text),
        opt("username_ref", Text),
        opt("password", Text),
        opt("password_file", Text),
        opt("password_ref", Text),
    ],
);

static AUTHORIZATION: Mapping = mapping(
    "authorization",
    &[
        opt("type", Text),
        opt("credentials", Text),
        opt("credentials_file", Text),
        opt("credentials_ref", Text),
    ],
);

static OAUTH2: Mapping = mapping(
    "oauth2",
    &[
        req("client_id", Text),
        opt("client_secret", Text),
        opt("client_secret_file", Text),
        opt("client_secret_ref", Text),
        opt("client_certificate_key_id", Text),
        opt("client_certificate_key", Text),
        opt("client_certificate_key_file", Text),
        opt("signature_algorithm", Text),
        opt("grant_type", Text),
        opt("iss", Text),
        opt("audience", Text),
        opt("claims", super::super::shape::ANY_MAP),
        opt("scopes", List(&Text)),
        req("token_url", Text),
        opt("endpoint_params", TEXT_MAP),
        opt("tls_config", Map(&TLS)),
        opt("proxy_url", Text),
        opt("no_proxy", Text),
        opt("proxy_from_environment", Bool),
        opt("proxy_connect_header", MapOf(&TEXTS)),
    ],
);

/// How TLS is spoken.
pub(in super::super) static TLS: Mapping = mapping(
    "tls_config",
    &[
        opt("ca", Text),
        opt("cert", Text),
        opt("key", Text),
        opt("ca_file", Text),
        opt("cert_file", Text),
        opt("key_file", Text),
        opt("ca_ref", Text),
        opt("cert_ref", Text),
        opt("key_ref", Text),
        opt("server_name", Text),
        opt("insecure_skip_verify", Bool),
        opt("min_version", Words(TLS_VERSIONS)),
        opt("max_version", Words(TLS_VERSIONS)),
    ],
);

const TLS_VERSIONS: &[&str] = &["TLS10", "TLS11", "TLS12", "TLS13"];

static HEADER: Mapping =
    mapping("a header", &[opt("values", TEXTS), opt("secrets", TEXTS), opt("files", TEXTS)]);
