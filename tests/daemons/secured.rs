//! Metrics behind TLS, a bearer token and a header: all three are sent, and none of them is ever written down.

use std::fs;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::daemon::{folder, probity};

/// A listener that speaks TLS, for axum.
struct Secured {
    inner: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Secured {
    type Io = tokio_rustls::server::TlsStream<tokio::net::TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.inner.accept().await else { continue };
            // Whoever only looks whether somebody listens hangs up here.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.inner.local_addr()
    }
}

async fn metrics(headers: HeaderMap) -> axum::response::Response {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|held| held == value);
    if is("authorization", "Bearer s3cret") && is("x-scope-orgid", "t3nant") {
        "# TYPE shop_open gauge\nshop_open 1\n".into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

/// Serves until the test's runtime ends; its URL and its certificate.
async fn serve() -> (String, String) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])
        .expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .expect("they fit");
    let inner = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = inner.local_addr().expect("an address").port();
    let listener = Secured { inner, acceptor: TlsAcceptor::from(Arc::new(config)) };
    let routes = Router::new().route("/metrics", get(metrics)).route("/", get(|| async { "hello" }));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (format!("https://127.0.0.1:{port}"), certified.cert.pem())
}

#[test]
fn tls_roots_bearer_and_headers_reach_the_scrape_and_nothing_else() {
    let folder = folder("secured");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (url, pem) = runtime.block_on(serve());
    fs::write(folder.join("ca.pem"), pem).expect("written");
    fs::write(folder.join("token"), "s3cret\n").expect("written");
    let metrics = format!("{url}/metrics");
    let args =
        ["init", "--metrics", &metrics, "--metrics-ca", "ca.pem", "--target-ca", "ca.pem", "--name", "shop"];
    let secrets = ["--metrics-bearer", "@token", "--metrics-header", "X-Scope-OrgID: t3nant"];
    let (code, stdout, stderr) = probity(&folder, &[&args[..], &secrets].concat());
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    let run = ["run", "shop.yaml", "--metrics-ca", "ca.pem", "--target-ca", "ca.pem"];
    let scenario = fs::read_to_string(folder.join("shop.yaml")).expect("it was written");
    fs::write(folder.join("shop.yaml"), scenario.replace("for: 20s", "for: 2s")).expect("written");
    let (code, stdout, stderr) = probity(&folder, &[&run[..], &secrets].concat());
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    assert!(!stdout.contains("s3cret") && !stderr.contains("s3cret"));
    for file in files(&folder) {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let is_token = file.ends_with("token");
        assert!(is_token || !(text.contains("s3cret") || text.contains("t3nant")), "{}", file.display());
    }
    // Without the root nobody is trusted, and without the token nothing is scraped: both are told, with exit 7.
    let (code, _, stderr) = probity(&folder, &["init", "--metrics", &metrics, "--name", "other"]);
    assert_eq!(code, 7, "{stderr}");
    assert!(stderr.contains("certificate"), "{stderr}");
    let (code, _, stderr) = probity(&folder, &[&args[..8], &["other"]].concat());
    assert_eq!(code, 7, "{stderr}");
    assert!(stderr.contains("status 401"), "{stderr}");
}

#[test]
fn flags_that_cannot_be_meant_are_told_without_their_secrets() {
    let folder = folder("flags");
    let bad: [&[&str]; 9] = [
        &["init", "--metrics", "http://u:s3cret@127.0.0.1:1/metrics"],
        &["init", "--metrics", "ftp://127.0.0.1/metrics?token=s3cret"],
        &["init", "--metrics", "127.0.0.1:9090/metrics"],
        &["init", "--metrics", "http://127.0.0.1:1/metrics", "--metrics-header", "s3cret"],
        &["init", "--metrics", "http://127.0.0.1:1/metrics", "--name", "---"],
        &[
            "init",
            "--metrics",
            "http://127.0.0.1:1/metrics",
            "--metrics",
            "http://127.0.0.1:1/metrics?a=s3cret",
        ],
        &["init", "--metrics", "http://127.0.0.1:1/metrics", "--target", "http://u:s3cret@127.0.0.1:1"],
        &["init", "--metrics", "http://127.0.0.1:1/metrics", "--metrics-bearer", "s3cret\n"],
        &["init"],
    ];
    for args in bad {
        let (code, stdout, stderr) = probity(&folder, args);
        assert_eq!(code, 2, "{args:?}: {stderr}");
        assert!(!stderr.is_empty() && !stderr.contains("s3cret") && !stdout.contains("s3cret"), "{stderr}");
    }
    let (code, _, stderr) =
        probity(&folder, &["init", "--metrics", "http://127.0.0.1:1/metrics?token=s3cret"]);
    assert_eq!(code, 7, "{stderr}");
    assert!(!stderr.contains("s3cret"), "{stderr}");
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
