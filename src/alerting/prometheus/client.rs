//! What may not be said together of how HTTP is spoken.

use super::file::Reader;
use super::schema::{self, AUTHORIZATION, BASIC_AUTH, HEADER, OAUTH2, SIGV4, TLS};
use crate::alerting::Place;
use crate::alerting::yaml::{Fields, Node};
use crate::promql::Dialect;

impl<'a> Reader<'a> {
    /// Checks the keys that every client has.
    pub(super) fn client(&mut self, fields: &Fields<'_, 'a>, place: Place) {
        let given = |key: &str| fields.get(key).is_some();
        let bearer: Vec<&str> = ["bearer_token", "bearer_token_file"]
            .into_iter()
            .filter(|key| !self.text(fields, key).is_empty())
            .collect();
        let mut ways: Vec<&str> =
            ["basic_auth", "authorization", "oauth2"].into_iter().filter(|key| given(key)).collect();
        ways.extend(&bearer);
        ways.extend(given("sigv4").then_some("sigv4"));
        if let [_, .., last] = ways[..] {
            let message = format!("`{}` together", ways.join("` and `"));
            self.refuse(Self::place(fields, last, place), message, &["one of them"]);
        }
        self.basic_auth(fields.get("basic_auth"));
        self.authorization(fields.get("authorization"));
        self.oauth2(fields.get("oauth2"));
        self.tls(fields.get("tls_config"));
        self.proxy(fields, place);
        self.headers(fields.get("http_headers"));
        self.sigv4(fields.get("sigv4"));
    }

    /// Of some keys one at most.
    pub(super) fn at_most_one(&mut self, fields: &Fields<'_, 'a>, keys: &[&str], place: Place) {
        let given: Vec<&str> =
            keys.iter().copied().filter(|key| !self.text(fields, key).is_empty()).collect();
        if let [_, .., last] = given[..] {
            let message = format!("`{}` together", given.join("` and `"));
            self.refuse(Self::place(fields, last, place), message, &["one of them"]);
        }
    }

    fn basic_auth(&mut self, node: Option<&Node<'a>>) {
        let Some(node) = node else { return };
        let (fields, place) = (self.fields(node, &BASIC_AUTH), node.target_place());
        self.at_most_one(&fields, &["username", "username_file", "username_ref"], place);
        self.at_most_one(&fields, &["password", "password_file", "password_ref"], place);
    }

    fn authorization(&mut self, node: Option<&Node<'a>>) {
        let Some(node) = node else { return };
        let (fields, place) = (self.fields(node, &AUTHORIZATION), node.target_place());
        self.at_most_one(&fields, &["credentials", "credentials_file", "credentials_ref"], place);
        if self.text(&fields, "type").trim().eq_ignore_ascii_case("basic") {
            let place = Self::place(&fields, "type", place);
            self.refuse(place, "`type` cannot be `basic`", &["`basic_auth` instead of `authorization`"]);
        }
    }

    /// How requests to Amazon are signed.
    fn sigv4(&mut self, node: Option<&Node<'a>>) {
        let Some(node) = node else { return };
        let fields = self.fields(node, &SIGV4);
        if self.text(&fields, "access_key").is_empty() != self.text(&fields, "secret_key").is_empty() {
            let message = "`access_key` and `secret_key` belong together";
            self.refuse(node.target_place(), message, &["both or none"]);
        }
    }

    fn oauth2(&mut self, node: Option<&Node<'a>>) {
        let Some(node) = node else { return };
        let (fields, place) = (self.fields(node, &OAUTH2), node.target_place());
        for key in ["client_id", "token_url"] {
            if self.text(&fields, key).is_empty() {
                self.refuse(Self::place(&fields, key, place), format!("`oauth2` needs `{key}`"), &["a text"]);
            }
        }
        let secrets = ["client_secret", "client_secret_file", "client_secret_ref"];
        self.at_most_one(&fields, &secrets, place);
        if self.dialect == Dialect::V2 && secrets.iter().all(|key| self.text(&fields, key).is_empty()) {
            self.refuse(place, "`oauth2` needs a secret", &secrets[..2]);
        }
        let algorithm = self.text(&fields, "signature_algorithm");
        let signed = self.text(&fields, "grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer";
        if signed && !algorithm.is_empty() && !ALGORITHMS.contains(&algorithm.as_str()) {
            let place = Self::place(&fields, "signature_algorithm", place);
            self.refuse(place, format!("`signature_algorithm` cannot be `{algorithm}`"), ALGORITHMS);
        }
        self.tls(fields.get("tls_config"));
        self.proxy(&fields, place);
    }

    /// How TLS is spoken.
    pub(super) fn tls(&mut self, node: Option<&Node<'a>>) {
        let Some(node) = node else { return };
        let (fields, place) = (self.fields(node, &TLS), node.target_place());
        for keys in
            [["ca", "ca_file", "ca_ref"], ["cert", "cert_file", "cert_ref"], ["key", "key_file", "key_ref"]]
        {
            self.at_most_one(&fields, &keys, place);
        }
        let mut some = |keys: [&str; 3]| keys.into_iter().any(|key| !self.text(&fields, key).is_empty());
        let (cert, key) = (some(["cert", "cert_file", "cert_ref"]), some(["key", "key_file", "key_ref"]));
        if cert != key {
            let (here, there) = if cert { ("certificate", "key") } else { ("key", "certificate") };
            self.refuse(place, format!("a {here} without its {there}"), &["both or none"]);
        }
    }

    fn proxy(&mut self, fields: &Fields<'_, 'a>, place: Place) {
        let (url, none) = (self.text(fields, "proxy_url"), self.text(fields, "no_proxy"));
        let environment = self.truth(fields, "proxy_from_environment", false);
        for (key, text) in [("proxy_url", &url), ("no_proxy", &none)] {
            if environment && !text.is_empty() {
                let message = format!("`{key}` together with `proxy_from_environment`");
                self.refuse(Self::place(fields, key, place), message, &["one of them"]);
            }
        }
        if !none.is_empty() && url.is_empty() && !environment {
            self.refuse(Self::place(fields, "no_proxy", place), "`no_proxy` needs `proxy_url`", &["both"]);
        }
        let headers = fields.get("proxy_connect_header");
        let Some(node) = headers.filter(|_| url.is_empty() && !environment) else { return };
        if !schema::entries(&mut self.decoder, node, "`proxy_connect_header`").is_empty() {
            let message = "`proxy_connect_header` needs a proxy";
            self.refuse(node.target_place(), message, &["proxy_url", "proxy_from_environment"]);
        }
    }

    fn headers(&mut self, node: Option<&Node<'a>>) {
        let Some(node) = node else { return };
        for (name, value) in schema::entries(&mut self.decoder, node, "`http_headers`") {
            if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
                let message = format!("the header `{name}` cannot be set");
                self.refuse(value.target_place(), message, &["any other header"]);
            }
            drop(self.fields(value, &HEADER));
        }
    }
}

/// How a client may sign that it is who it says.
const ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512"];

/// What Prometheus sets itself.
const RESERVED: &[&str] = &[
    "Authorization",
    "Host",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "User-Agent",
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Www-Authenticate",
    "Accept-Encoding",
    "X-Prometheus-Remote-Write-Version",
    "X-Prometheus-Remote-Read-Version",
    "X-Prometheus-Scrape-Timeout-Seconds",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Amz-Content-Sha256",
];
