use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use http::{HeaderMap, Uri};
use tokio::net::{TcpListener, TcpStream};

use crate::clock::{ClientError, ClientOptions, Clock, HttpClient};
use crate::parties::{Providers, ProvidersPlan};
use crate::stack::embedded::{LARGEST_SCRAPE, ScrapeJob, Scraper};
use crate::stack::otlp::Receiver;
use crate::stack::{InVain, NotYet, Patience, wait_until};

/// How long a target may take to be there, and how often it is looked for.
const READY: Patience = Patience { bound: Duration::from_secs(10), every: Duration::from_millis(200) };

/// The longest that one look takes.
const LOOK: Duration = Duration::from_secs(2);

/// Where a target is, and where its telemetry is to be had.
#[derive(Clone, Debug, Default)]
pub struct Attachment {
    /// The base of its URLs, as in `http://127.0.0.1:8080`.
    pub target: String,
    /// How its API is talked to over TLS.
    pub options: ClientOptions,
    /// Its metrics, one a instance.
    pub metrics: Vec<MetricsEndpoint>,
    /// Where we receive spans by OTLP.
    pub otlp_listen: Option<SocketAddr>,
    /// Where we are its LLM providers.
    pub providers_listen: Option<SocketAddr>,
}

/// Where one instance exposes its metrics.
#[derive(Clone, Debug, Default)]
pub struct MetricsEndpoint {
    /// The whole URL.
    pub url: String,
    /// Headers and TLS roots.
    pub options: ClientOptions,
}

/// A target that is not there, or a place of ours that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// An address that we were to listen on.
    #[error("cannot listen on {address} ({what}): {source}")]
    Listen {
        /// What was to listen there.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// What was not true when patience ran out, one line each.
    #[error("the target is not ready\n{}", .0.iter().map(|line| format!("  not yet true: {line}")).collect::<Vec<_>>().join("\n"))]
    NotReady(Vec<String>),
    /// A URL that nobody can ask.
    #[error("{0}")]
    Url(String),
    /// Certificates or headers that cannot be used.
    #[error("{0}")]
    Client(#[from] ClientError),
}

/// The collecting side of a run against somebody else's target.
#[derive(Debug)]
pub struct External {
    /// Synthetic providers, where it is pointed at them.
    pub providers: Option<Providers>,
    /// The receiver of its spans.
    pub receiver: Option<Receiver>,
    /// One an instance.
    pub scrapers: Vec<Scraper>,
}

impl External {
    /// Starts what is ours, then waits until the target listens and every metrics endpoint answers a scrape.
    ///
    /// # Errors
    /// [`AttachError`], with everything that was not yet true.
    pub async fn attach(
        clock: &Clock,
        attachment: &Attachment,
        providers: ProvidersPlan,
        job: (&str, Duration),
    ) -> Result<Self, AttachError> {
        let receiver = match attachment.otlp_listen {
            None => None,
            Some(address) => {
                let what = "--otlp-listen";
                let failed = |source| AttachError::Listen { what, address, source };
                let listener = TcpListener::bind(address).await.map_err(failed)?;
                Some(Receiver::start(clock, listener).map_err(failed)?)
            }
        };
        let providers = match attachment.providers_listen {
            None => None,
            Some(address) => {
                let what = "--providers-listen";
                let failed = |source| AttachError::Listen { what, address, source };
                let listener = TcpListener::bind(address).await.map_err(failed)?;
                Some(Providers::start(clock, listener, providers).map_err(failed)?)
            }
        };
        let mut scrapers = Vec::new();
        for (endpoint, instance) in attachment.metrics.iter().zip(instances(&attachment.metrics)?) {
            let job = ScrapeJob { name: job.0.to_owned(), url: endpoint.url.clone(), interval: job.1 };
            scrapers.push(Scraper::with(clock, job, endpoint.options.clone())?.of_instance(&instance));
        }
        ready(clock, attachment).await?;
        Ok(Self { providers, receiver, scrapers })
    }
}

/// What each of several instances is called: its host and port, and its path where that is not enough.
fn instances(metrics: &[MetricsEndpoint]) -> Result<Vec<String>, AttachError> {
    let mut names = Vec::new();
    for endpoint in metrics {
        let (host, port) = host(&endpoint.url)?;
        names.push((format!("{host}:{port}"), path(&endpoint.url)));
    }
    if names.len() == 1 {
        return Ok(vec![String::new()]);
    }
    let alike = |name: &String| names.iter().filter(|(other, _)| other == name).count() > 1;
    let named: Vec<String> = names
        .iter()
        .map(|(name, path)| if alike(name) { format!("{name}{path}") } else { name.clone() })
        .collect();
    let twice = |at: usize| named[..at].contains(&named[at]);
    match (0..named.len()).find(|at| twice(*at)) {
        Some(at) => Err(AttachError::Url(format!("the metrics at {} are given twice", named[at]))),
        None => Ok(named),
    }
}

/// The path of a URL, without its query.
fn path(url: &str) -> String {
    url.parse().map_or_else(|_| "/".to_owned(), |uri: Uri| uri.path().to_owned())
}

/// A URL as messages show it: a query may hold a token.
pub fn shown(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

/// Something that is waited for, beside others.
type Wait<'a> = Pin<Box<dyn Future<Output = Result<(), InVain>> + 'a>>;

/// Waits until everything is there; all that is not is told at once.
async fn ready(clock: &Clock, attachment: &Attachment) -> Result<(), AttachError> {
    let (target, port) = host(&attachment.target)?;
    let mut waits: Vec<Wait<'_>> = vec![Box::pin(listens(clock, target, port))];
    for endpoint in &attachment.metrics {
        let client = HttpClient::with(clock, endpoint.options.clone().largest_answer(LARGEST_SCRAPE))?;
        waits.push(Box::pin(answers(clock, client, &endpoint.url)));
    }
    let missing: Vec<String> = join_all(waits)
        .await
        .into_iter()
        .filter_map(Result::err)
        .map(|in_vain| in_vain.to_string())
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(AttachError::NotReady(missing)) }
}

/// A connection is all that is asked for: a request would be counted.
async fn listens(clock: &Clock, host: String, port: u16) -> Result<(), InVain> {
    wait_until(clock, READY, &format!("{host}:{port} accepts connections"), async || {
        match clock.timeout(LOOK, TcpStream::connect((host.as_str(), port))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
                Err(NotYet::because("connection refused"))
            }
            Ok(Err(error)) => Err(NotYet::because(error)),
            Err(elapsed) => Err(NotYet::because(elapsed)),
        }
    })
    .await
}

async fn answers(clock: &Clock, client: HttpClient, url: &str) -> Result<(), InVain> {
    wait_until(clock, READY, &format!("{} answers with status 200", shown(url)), async || {
        let asked = client.send(http::Method::GET, url, HeaderMap::new(), "");
        match clock.timeout(LOOK, asked).await {
            Ok(Ok(reply)) if reply.status == http::StatusCode::OK => Ok(()),
            Ok(Ok(reply)) if matches!(reply.status.as_u16(), 401 | 403) => {
                let status = reply.status.as_u16();
                Err(NotYet::because(format!("status {status} (see --metrics-bearer and --metrics-header)")))
            }
            Ok(Ok(reply)) => Err(NotYet::because(format!("status {}", reply.status.as_u16()))),
            Ok(Err(error)) => Err(NotYet::because(error)),
            Err(elapsed) => Err(NotYet::because(elapsed)),
        }
    })
    .await
}

/// Host and port of a URL. What is no URL is not repeated: it may hold a password.
fn host(url: &str) -> Result<(String, u16), AttachError> {
    let bad = |why: String| AttachError::Url(format!("not the URL of a target: {why}"));
    let parsed: Uri = url.parse().map_err(|error| bad(format!("{error}")))?;
    let authority = parsed.authority().ok_or_else(|| bad(format!("{} names no host", shown(url))))?;
    if authority.as_str().contains('@') {
        let why =
            "a name and password in it would be in the record; use --metrics-header or --metrics-bearer";
        return Err(bad(format!("{}: {why}", authority.host())));
    }
    let default = match parsed.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return Err(bad(format!("{}: expected http:// or https://", shown(url)))),
    };
    // The URL writes an IPv6 address in brackets, the resolver knows it without.
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    Ok((host.to_owned(), parsed.port_u16().unwrap_or(default)))
}

impl Attachment {
    /// Whether its URLs can be asked, before anything is started.
    ///
    /// # Errors
    /// [`AttachError::Url`].
    pub fn check(&self) -> Result<(), AttachError> {
        host(&self.target)?;
        if self.target.contains('?') {
            return Err(AttachError::Url("a target has no query: its paths are the scenario's".to_owned()));
        }
        instances(&self.metrics).map(drop)
    }
}
