use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::Certificate;

use super::http::innermost;

/// Options that no client can be made of.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The text holds no certificate, or a broken one.
    #[error("no certificates in PEM: {0}")]
    Roots(String),
    /// No header has this name, or this value. The value is not repeated: it may be a secret.
    #[error("not a header: `{0}`")]
    Header(String),
    /// The client could not be made, as when a certificate cannot be a root.
    #[error("no HTTP client: {0}")]
    Build(String),
}

/// How a client meets somebody else's endpoints.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    roots: Vec<Certificate>,
    headers: HeaderMap,
    connect_timeout: Option<Duration>,
    pub(super) largest_answer: Option<u64>,
}

impl ClientOptions {
    /// Trusts these authorities, too: one or more certificates as PEM text.
    ///
    /// # Errors
    /// When there is none in the text.
    pub fn roots(mut self, pem: &str) -> Result<Self, ClientError> {
        let roots = Certificate::from_pem_bundle(pem.as_bytes())
            .map_err(|error| ClientError::Roots(innermost(&error)))?;
        if roots.is_empty() {
            return Err(ClientError::Roots("none found".to_owned()));
        }
        self.roots.extend(roots);
        Ok(self)
    }

    /// Sends this header with every request that does not set it itself. It is shown in no log. A later value for the
    /// same name replaces the former: the HTTP library would send one of several without a word.
    ///
    /// # Errors
    /// When no header has this name or value.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, ClientError> {
        let refused = || ClientError::Header(name.to_owned());
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| refused())?;
        value.set_sensitive(true);
        self.headers.insert(header, value);
        Ok(self)
    }

    /// Sends `Authorization: Bearer TOKEN`.
    ///
    /// # Errors
    /// When the token holds what no header can.
    pub fn bearer(self, token: &str) -> Result<Self, ClientError> {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// Gives up on a connection, TLS included, that has not come about after this long. Real time, whatever the
    /// clock: for the real world only.
    #[must_use]
    pub fn connect_timeout(self, limit: Duration) -> Self {
        Self { connect_timeout: Some(limit), ..self }
    }

    /// Refuses answers of more bytes.
    #[must_use]
    pub fn largest_answer(self, bytes: u64) -> Self {
        Self { largest_answer: Some(bytes), ..self }
    }

    pub(super) fn build(self) -> Result<reqwest::Client, ClientError> {
        // It fails without a single authority, which concerns only those who speak TLS; for them an empty store
        // refuses each certificate by name when it comes to it.
        let built = self.builder().tls_certs_merge(self.roots.clone()).build();
        let built = built.or_else(|_| self.builder().tls_certs_only(self.roots.clone()).build());
        built.map_err(|error| ClientError::Build(innermost(&error)))
    }

    fn builder(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            // What is asked for and what arrives must not depend on which features other crates switch on.
            .no_gzip()
            .pool_idle_timeout(Duration::from_secs(90))
            .default_headers(self.headers.clone());
        match self.connect_timeout {
            Some(limit) => builder.connect_timeout(limit),
            None => builder,
        }
    }
}
