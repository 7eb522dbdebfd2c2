//! `http_config` and what stands in it.

use super::Type::{Bool, ByName, Details, Of, Pairs, Proxy, Text, TextLists, Texts, Word};
use super::checks::given;
use super::{Table, table};
use crate::alerting::Place;
use crate::alerting::alertmanager::Release;
use crate::alerting::alertmanager::config::Reader;
use crate::alerting::yaml::{Fields, Value};

table!(HTTP, "`http_config`", http, {
    basic_auth: Of(&BASIC_AUTH), authorization: Of(&AUTHORIZATION), oauth2: Of(&OAUTH2), bearer_token: Text,
    bearer_token_file: Text, tls_config: Of(&TLS), follow_redirects: Bool, enable_http2: Bool,
    proxy_url: Proxy, proxy_connect_header: TextLists,
}, { no_proxy: Text, proxy_from_environment: Bool, http_headers: ByName(&HEADER) });

fn http<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, _: Place) {
    reader.at_most_one(fields, &["bearer_token", "bearer_token_file"]);
    let ways = ["basic_auth", "oauth2", "authorization", "bearer_token", "bearer_token_file"];
    let set: Vec<&str> = ways.into_iter().filter(|key| given(fields, key)).collect();
    // Two keys of one token have been complained of.
    if let [first, second, ..] = set[..]
        && first != "bearer_token"
        && let Some(place) = fields.key_place(second)
    {
        reader.decoder.complain(place, format!("`{second}` beside `{first}`: one way to log in at most"));
    }
    proxy(reader, fields);
    let Some(headers) = fields.get("http_headers") else { return };
    let Value::Map(entries) = &headers.target().value else { return };
    for (name, _) in entries {
        let text = name.text().unwrap_or_default();
        if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(text)) {
            let message = format!("the header `{text}` may not be set in `http_headers`");
            reader.decoder.complain(name.target_place(), message);
        }
    }
}

/// The headers that something else sets.
const RESERVED: &[&str] = &[
    "Accept-Encoding",
    "Authorization",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Host",
    "Proxy-Authorization",
    "Proxy-Authenticate",
    "User-Agent",
    "Www-Authenticate",
    "X-Prometheus-Remote-Read-Version",
    "X-Prometheus-Remote-Write-Version",
    "X-Prometheus-Scrape-Timeout-Seconds",
];

fn proxy<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>) {
    let environment = fields.get("proxy_from_environment");
    let environment = environment
        .is_some_and(|node| reader.decoder.boolean(node, &"`proxy_from_environment`") == Some(true));
    let url = given(fields, "proxy_url");
    let no_proxy = given(fields, "no_proxy");
    let complaint = |key: &str, message: &str| fields.key_place(key).map(|place| (place, message.to_owned()));
    let header = fields.get("proxy_connect_header");
    let header =
        header.is_some_and(|it| matches!(&it.target().value, Value::Map(entries) if !entries.is_empty()));
    let found = [
        (environment && url).then(|| {
            complaint("proxy_from_environment", "`proxy_from_environment` beside `proxy_url`: one at most")
        }),
        (environment && no_proxy).then(|| {
            complaint("proxy_from_environment", "`proxy_from_environment` beside `no_proxy`: one at most")
        }),
        (no_proxy && !url && !environment).then(|| complaint("no_proxy", "`no_proxy` needs `proxy_url`")),
        (header && !url && !environment)
            .then(|| complaint("proxy_connect_header", "`proxy_connect_header` needs `proxy_url`")),
    ];
    for (place, message) in found.into_iter().flatten().flatten() {
        reader.decoder.complain(place, message);
    }
}

table!(HEADER, "a header", super::nothing, {}, { values: Texts, secrets: Texts, files: Texts });

table!(BASIC_AUTH, "`basic_auth`", basic_auth, {
    username: Text, password: Text, password_file: Text,
}, { username_file: Text, username_ref: Text, password_ref: Text });

fn basic_auth<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, _: Place) {
    reader.at_most_one(fields, &["username", "username_file", "username_ref"]);
    reader.at_most_one(fields, &["password", "password_file", "password_ref"]);
}

table!(AUTHORIZATION, "`authorization`", authorization, {
    type: Text, credentials: Text, credentials_file: Text,
}, { credentials_ref: Text });

fn authorization<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, _: Place) {
    reader.at_most_one(fields, &["credentials", "credentials_file", "credentials_ref"]);
    if let Some(node) = fields.get("type")
        && node.text().is_some_and(|text| text.trim().eq_ignore_ascii_case("basic"))
    {
        let message = "`basic` is no `type` of `authorization`: `basic_auth` stands for it";
        reader.decoder.complain(node.target_place(), message);
    }
}

table!(OAUTH2, "`oauth2`", oauth2, {
    client_id: Text, client_secret: Text, client_secret_file: Text, scopes: Texts, token_url: Text,
    endpoint_params: Pairs, proxy_url: Proxy, tls_config: Of(&TLS),
}, {
    client_secret_ref: Text, client_certificate_key_id: Text, client_certificate_key: Text,
    client_certificate_key_file: Text, client_certificate_key_ref: Text, grant_type: Text, audience: Text,
    iss: Text, signature_algorithm: Text, claims: Details, no_proxy: Text,
    proxy_from_environment: Bool, proxy_connect_header: TextLists,
});

fn oauth2<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    reader.at_least_one(fields, place, "`oauth2`", &["client_id"]);
    reader.at_least_one(fields, place, "`oauth2`", &["token_url"]);
    if reader.release == Release::V0_25 {
        reader.at_least_one(fields, place, "`oauth2`", &["client_secret", "client_secret_file"]);
    }
    reader.at_most_one(fields, &["client_secret", "client_secret_file", "client_secret_ref"]);
    if reader.release == Release::V0_33 {
        proxy(reader, fields);
    }
}

table!(TLS, "`tls_config`", tls, {
    ca_file: Text, cert_file: Text, key_file: Text, server_name: Text, insecure_skip_verify: Bool,
    min_version: Word(VERSIONS), max_version: Word(VERSIONS),
}, { ca: Text, ca_ref: Text, cert: Text, cert_ref: Text, key: Text, key_ref: Text });

const VERSIONS: &[&str] = &["TLS10", "TLS11", "TLS12", "TLS13"];

fn tls<'a>(reader: &mut Reader<'a>, fields: &Fields<'_, 'a>, place: Place) {
    let (cert, key) = (["cert", "cert_file", "cert_ref"], ["key", "key_file", "key_ref"]);
    reader.at_most_one(fields, &["ca", "ca_file", "ca_ref"]);
    reader.at_most_one(fields, &cert);
    reader.at_most_one(fields, &key);
    if reader.release == Release::V0_25 {
        return;
    }
    match (cert.iter().any(|it| given(fields, it)), key.iter().any(|it| given(fields, it))) {
        (true, false) => reader.at_least_one(fields, place, "`tls_config` with a certificate", &key),
        (false, true) => reader.at_least_one(fields, place, "`tls_config` with a key", &cert),
        _ => {}
    }
}
