//! How Prometheus speaks HTTP: who it says it is, and through which proxy.

use super::Shape::{Any, Bool, List, Map, MapOf, Text, Texts, Url, Word};
use super::{Key, Mapping, Shape, Words, key, new};

/// Texts in a list.
pub(super) const TEXTS: Shape = List(&Text);

/// The keys of every client.
pub(in super::super) static HTTP_CLIENT: [Key; 13] = [
    key("basic_auth", Map(&BASIC_AUTH)),
    key("authorization", Map(&AUTHORIZATION)),
    key("oauth2", Map(&OAUTH2)),
    key("bearer_token", Text),
    key("bearer_token_file", Text),
    key("tls_config", Map(&TLS)),
    key("follow_redirects", Bool),
    key("enable_http2", Bool),
    key("proxy_url", Url),
    new("no_proxy", Text),
    new("proxy_from_environment", Bool),
    key("proxy_connect_header", MapOf(&TEXTS)),
    new("http_headers", MapOf(&Map(&HEADER))),
];

pub(in super::super) static BASIC_AUTH: Mapping = Mapping::new(
    "`basic_auth`",
    &[
        key("username", Text),
        new("username_file", Text),
        new("username_ref", Text),
        key("password", Text),
        key("password_file", Text),
        new("password_ref", Text),
    ],
    &[],
);

pub(in super::super) static AUTHORIZATION: Mapping = Mapping::new(
    "`authorization`",
    &[
        key("type", Text),
        key("credentials", Text),
        key("credentials_file", Text),
        new("credentials_ref", Text),
    ],
    &[],
);

pub(in super::super) static OAUTH2: Mapping = Mapping::new(
    "`oauth2`",
    &[
        key("client_id", Text),
        key("client_secret", Text),
        key("client_secret_file", Text),
        new("client_secret_ref", Text),
        new("client_certificate_key_id", Text),
        new("client_certificate_key", Text),
        new("client_certificate_key_file", Text),
        new("signature_algorithm", Text),
        new("grant_type", Text),
        new("iss", Text),
        new("audience", Text),
        new("claims", MapOf(&Any)),
        key("scopes", TEXTS),
        key("token_url", Text),
        key("endpoint_params", Texts),
        key("tls_config", Map(&TLS)),
        key("proxy_url", Url),
        new("no_proxy", Text),
        new("proxy_from_environment", Bool),
        new("proxy_connect_header", MapOf(&TEXTS)),
    ],
    &[],
);

/// How TLS is spoken.
pub(in super::super) static TLS: Mapping = Mapping::new(
    "`tls_config`",
    &[
        new("ca", Text),
        new("cert", Text),
        new("key", Text),
        key("ca_file", Text),
        key("cert_file", Text),
        key("key_file", Text),
        new("ca_ref", Text),
        new("cert_ref", Text),
        new("key_ref", Text),
        key("server_name", Text),
        key("insecure_skip_verify", Bool),
        key("min_version", Word(&VERSIONS)),
        key("max_version", Word(&VERSIONS)),
    ],
    &[],
);

static VERSIONS: Words = Words {
    v2: &["TLS10", "TLS11", "TLS12", "TLS13"],
    v3: &["TLS10", "TLS11", "TLS12", "TLS13"],
    exact: true,
    or_empty: false,
};

pub(in super::super) static HEADER: Mapping =
    Mapping::new("a header", &[key("values", TEXTS), key("secrets", TEXTS), key("files", TEXTS)], &[]);

/// How requests to Amazon are signed.
pub(in super::super) static SIGV4: Mapping = Mapping::new(
    "`sigv4`",
    &[
        key("region", Text),
        key("access_key", Text),
        key("secret_key", Text),
        key("profile", Text),
        key("role_arn", Text),
        new("external_id", Text),
        new("use_fips_sts_endpoint", Bool),
        new("service_name", Text),
    ],
    &[],
);

/// How requests to Azure are signed.
pub(super) static AZURE: Mapping = Mapping::new(
    "`azuread`",
    &[
        key("cloud", Text),
        key("managed_identity", Any),
        key("oauth", Any),
        key("sdk", Any),
        key("workload_identity", Any),
        key("scope", Text),
    ],
    &[],
);

/// How requests to Google are signed.
pub(super) static GOOGLE: Mapping = Mapping::new("`google_iam`", &[key("credentials_file", Text)], &[]);
