//! The client against endpoints of other people, in real time: what each kind of error comes out of, TLS, headers and
//! the limit of an answer. Virtual time would wait for the broken ones.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use probity::clock::{ClientError, ClientOptions, Clock, HttpClient, Reply, SendError, SendErrorKind, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::stage::{collector, listener};

fn run<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let bounded = Clock::real();
        bounded.timeout(Duration::from_secs(30), test).await.expect("nothing here takes long")
    })
}

async fn ask(options: ClientOptions, url: &str) -> Result<Reply, SendError> {
    let client = HttpClient::with(&Clock::real(), options).expect("a client");
    client.send(Method::GET, url, HeaderMap::new(), "").await
}

async fn refused(options: ClientOptions, url: &str) -> (SendErrorKind, String) {
    let error = ask(options, url).await.expect_err("it does not answer");
    (error.kind, error.to_string())
}

fn plain() -> ClientOptions {
    ClientOptions::default()
}

/// Answers each connection, once a request has come, with these bytes, and then hangs up: with a word or without.
async fn raw(answer: &'static [u8], reset: bool) -> String {
    let listener = listener().await;
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            assert!(stream.read(&mut request).await.expect("a request") > 0, "it hung up without one");
            stream.write_all(answer).await.expect("somebody listens");
            if reset {
                // The rest of what a time of zero gives up: the system sends a reset.
                stream.set_zero_linger().expect("the option exists");
            }
        }
    });
    url
}

#[test]
fn errors_before_an_answer_are_told_apart() {
    run(async {
        let closed = collector::closed().await;
        assert_eq!(refused(plain(), &closed).await.0, SendErrorKind::Refused);
        // No label of a name has 64 characters: the resolver says so without asking anyone.
        let unknown = format!("http://{}.invalid/", "x".repeat(64));
        assert_eq!(refused(plain(), &unknown).await.0, SendErrorKind::Unreachable);
        assert_eq!(refused(plain(), &raw(b"", false).await).await.0, SendErrorKind::Reset);
        assert_eq!(refused(plain(), &raw(b"", true).await).await.0, SendErrorKind::Reset);
        assert_eq!(
            refused(plain(), &raw(b"HTTP/1.1 200 OK\r\ncont", false).await).await.0,
            SendErrorKind::Reset
        );
    });
}

#[test]
fn a_torn_body_is_a_broken_answer_of_a_known_status() {
    run(async {
        let torn: [&[u8]; 3] = [
            b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno number\r\n",
        ];
        for options in [plain(), plain().largest_answer(1_000)] {
            for answer in torn {
                let error = ask(options.clone(), &raw(answer, false).await).await.expect_err("it is torn");
                assert_eq!(
                    (error.kind, error.status),
                    (SendErrorKind::Body, Some(StatusCode::OK)),
                    "{error}"
                );
            }
        }
    });
}

#[test]
fn a_connection_that_does_not_come_about_in_time_is_timed_out() {
    run(async {
        let silent = listener().await;
        let url = format!("https://{}/", silent.local_addr().expect("bound"));
        let options = plain().connect_timeout(Duration::from_millis(50));
        assert_eq!(refused(options, &url).await.0, SendErrorKind::TimedOut);
    });
}

#[test]
fn an_answer_beyond_the_limit_is_refused_before_its_end() {
    run(async {
        let endless =
            raw(b"HTTP/1.1 503 Busy\r\ncontent-length: 1000000000000\r\n\r\nbeginning", false).await;
        let error = ask(plain().largest_answer(8), &endless).await.expect_err("it is too large");
        assert_eq!(
            (error.kind, error.status),
            (SendErrorKind::TooLarge, Some(StatusCode::SERVICE_UNAVAILABLE))
        );
        assert_eq!(error.to_string(), "answer too large: more than 8 bytes");
        let fits = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n12345678", false).await;
        assert_eq!(ask(plain().largest_answer(8), &fits).await.expect("it fits").body, "12345678");
    });
}

/// A server over TLS, and its certificate as PEM.
async fn secure(name: &str) -> (String, String) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("it has them")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .expect("they fit");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = listener().await;
    let url = format!("https://{}/", listener.local_addr().expect("bound"));
    tokio::spawn(serve_securely(listener, acceptor));
    (url, made.cert.pem())
}

async fn serve_securely(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        // A client that trusts nobody hangs up in mid-handshake.
        let _ = greet(stream, &acceptor).await;
    }
}

async fn greet(stream: TcpStream, acceptor: &TlsAcceptor) -> std::io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    if stream.read(&mut [0; 1024]).await? == 0 {
        return Ok(());
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await?;
    stream.shutdown().await
}

#[test]
fn a_server_is_trusted_by_its_authority_and_its_name() {
    run(async {
        let (url, pem) = secure("127.0.0.1").await;
        let trusting = plain().roots(&pem).expect("a certificate");
        assert_eq!(ask(trusting.clone(), &url).await.expect("it is trusted").body, "hello");
        let bundle = format!("{}\n{pem}", secure("127.0.0.1").await.1);
        let several = plain().roots(&bundle).expect("certificates");
        assert_eq!(ask(several, &url).await.expect("it is trusted").body, "hello");
        let (kind, text) = refused(plain(), &url).await;
        assert!(kind == SendErrorKind::Unreachable && text.contains("certificate"), "{text}");
        let (kind, text) = refused(trusting, &secure("127.0.0.1").await.0).await;
        assert!(kind == SendErrorKind::Unreachable && text.contains("certificate"), "{text}");
        let (url, pem) = secure("elsewhere.example").await;
        let (kind, text) = refused(plain().roots(&pem).expect("a certificate"), &url).await;
        assert!(kind == SendErrorKind::Unreachable && text.contains("certificate"), "{text}");
        let no_tls = raw(b"HTTP/1.1 400 Bad Request\r\n\r\n", false).await.replace("http:", "https:");
        assert_eq!(refused(plain(), &no_tls).await.0, SendErrorKind::Unreachable);
    });
}

#[test]
fn headers_go_with_every_request_and_into_no_log() {
    run(async {
        let options = plain().bearer("s3cret").and_then(|options| options.header("X-Scope-OrgID", "tenant"));
        let options = options.expect("headers");
        let shown = format!("{options:?} {:?}", HttpClient::with(&Clock::real(), options.clone()));
        assert!(!shown.contains("s3cret") && !shown.contains("tenant"), "{shown}");
        let tell = |headers: HeaderMap| async move {
            format!("{:?} {:?}", headers.get("authorization"), headers.get("x-scope-orgid"))
        };
        let listener = listener().await;
        let url = format!("http://{}/", listener.local_addr().expect("bound"));
        serve(&Clock::real(), listener, Router::new().route("/", get(tell)));
        let client = HttpClient::with(&Clock::real(), options).expect("a client");
        for own in [None, Some("mine")] {
            let headers = own.map(|own| (http::header::AUTHORIZATION, HeaderValue::from_static(own)));
            let sent = client.send(Method::GET, &url, headers.into_iter().collect(), "");
            let expected = format!("Some({:?}) Some(\"tenant\")", own.unwrap_or("Bearer s3cret"));
            assert_eq!(sent.await.expect("it answers").body, expected);
        }
    });
}

#[test]
fn of_two_headers_of_one_name_the_later_is_sent() {
    run(async {
        let options = plain().bearer("former").and_then(|options| options.header("Authorization", "later"));
        let tell = |headers: HeaderMap| async move {
            format!("{:?}", headers.get_all("authorization").iter().collect::<Vec<_>>())
        };
        let listener = listener().await;
        let url = format!("http://{}/", listener.local_addr().expect("bound"));
        serve(&Clock::real(), listener, Router::new().route("/", get(tell)));
        let answer = ask(options.expect("headers"), &url).await.expect("it answers");
        assert_eq!(answer.body, "[\"later\"]");
    });
}

#[test]
fn options_that_cannot_be_met_are_errors_without_secrets() {
    let error = plain().header("x-token", "s3cret\n").expect_err("no header");
    assert_eq!(error.to_string(), "not a header: `x-token`");
    assert!(plain().header("no name", "a").is_err() && plain().bearer("\0").is_err());
    for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"] {
        assert!(matches!(plain().roots(pem), Err(ClientError::Roots(_))), "{pem}");
    }
    let rubbish = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let made = plain().roots(rubbish).and_then(|options| HttpClient::with(&Clock::real(), options));
    let text = made.expect_err("no certificate").to_string();
    assert!(text.contains("certificate") || text.contains("BadEncoding"), "{text}");
}
