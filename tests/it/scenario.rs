//! The scenario file: what it means, every mistake with its place, and a schema that takes what the parser takes.

mod alerting;
mod mistakes;
mod schema;

use std::path::Path;
use std::time::Duration;

use probity::load::Persona;
use probity::observe::Traffic;
use probity::scenario::{Invalid, Scenario, ServerName, Target, load};

/// The shortest contract: what scenarios of these tests name `c`.
pub(crate) const CONTRACT: &str = "\
contract: some/service
document: document.md
clauses:
  - id: metric.requests
    source: {heading: Metrics, quote: requests}
    promise:
      metric: {name: requests_total, type: counter, labels: [], meaning: requests}
";

/// A stranger's whole scenario.
const STRANGER: &str = "\
scenario: shop
contracts: [c]
scope: ['*']
target:
  url: http://shop.example:8080/v1/
  metrics: [http://shop.example:9090/metrics, https://other.example/metrics]
  traffic: shared
  env: {METRICS_PORT: '9090', REGION: north}
personas:
  - name: buyer
    weight: 2
    steps:
      - request: POST /carts
        headers: {X-Tenant: 't-{session}'}
        body: {items: [1, 2]}
        expect: 201
        extract: {cart: {header: location}, id: {json: /id}}
      - pause: 500ms
      - request: GET /carts/{id}
        every: 100ms
        until: {json: /state, is: open}
      - request: DELETE {cart}
  - {name: monitor, origin: probe, steps: [{request: GET /healthz}]}
phases: [{name: steady, for: 20s, load: {rate: 5/s}}]
faults: [{fault: timeout, provider: any-at-all, share: 0.5}]
patience: 5s
settle: 10s
";

fn read(text: &str) -> Result<Scenario, Box<Invalid>> {
    let read = |path: &Path| Ok(if path == Path::new("c") { CONTRACT.to_owned() } else { text.to_owned() });
    load(Path::new("s.yaml"), &read)
}

fn valid(text: &str) -> Scenario {
    read(text).unwrap_or_else(|invalid| panic!("{:?}", invalid.problems))
}

#[test]
fn a_strangers_scenario_of_thirty_lines_means_what_it_says() {
    assert!(STRANGER.lines().count() <= 30);
    let scenario = valid(STRANGER);
    let metrics = ["http://shop.example:9090/metrics", "https://other.example/metrics"].map(str::to_owned);
    let url = "http://shop.example:8080/v1".to_owned();
    assert_eq!(scenario.target, Target::External { url, metrics: metrics.to_vec() });
    assert_eq!((scenario.target.server(), scenario.target_place), (None, (5, 3)));
    assert_eq!(scenario.traffic, Traffic::Shared);
    assert_eq!(scenario.env["METRICS_PORT"], "9090");
    assert_eq!(scenario.env_places["REGION"], (8, 31));
    assert_eq!((scenario.patience, scenario.settle), (Duration::from_secs(5), Duration::from_secs(10)));
    let named: Vec<(&str, u32)> =
        scenario.personas.iter().map(|(who, weight)| (who.name(), *weight)).collect();
    assert_eq!(named, [("buyer", 2), ("monitor", 1)]);
    assert!(scenario.personas.iter().all(|(who, _)| !who.follows_websocket()));
    assert_eq!(scenario.faults[0].provider.as_deref(), Some("any-at-all"));
}

#[test]
fn nobody_follows_a_websocket_over_tls() {
    let scenario = |url: &str, persona: &str| {
        format!(
            "scenario: s\ncontracts: [c]\nscope: ['*']\ntarget: {{url: '{url}'}}\npersonas:\n  \
             - {{persona: {persona}}}\nphases: [{{name: p, for: 1s}}]\n"
        )
    };
    let invalid = read(&scenario("HTTPS://shop.example/v1/", "watcher")).expect_err("it cannot be run");
    let problems: Vec<String> = invalid.problems.iter().map(ToString::to_string).collect();
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    let message =
        "`watcher` follows a WebSocket, which it can over plain HTTP only, not at `https://shop.example/v1`";
    assert!(problem.starts_with(&format!("s.yaml:6:15: {message}")), "{problem}");
    // Another target than the file's is asked about when it is known.
    let watched = valid(&scenario("http://shop.example/v1", "watcher"));
    assert_eq!(watched.hindrance("http://shop.example"), None);
    assert_eq!(watched.hindrance("https://shop.example/v1").as_deref(), Some(message));
    let read_only = valid(&scenario("https://shop.example", "reader"));
    assert_eq!(read_only.hindrance("https://shop.example"), None);
}

#[test]
fn what_is_not_said_is_the_default() {
    let scenario = valid(
        "scenario: s\ncontracts: [c]\nscope: ['*']\ntarget: {server: aragora}\n\
         personas: [{persona: watcher}]\nphases: [{name: p, for: 1s}]\n",
    );
    assert_eq!(scenario.target, Target::Reference(ServerName::Aragora));
    assert_eq!(scenario.traffic, Traffic::Exclusive);
    assert_eq!((scenario.patience, scenario.settle), (Duration::from_secs(60), Duration::from_secs(30)));
    assert_eq!(scenario.personas, [(Persona::Watcher, 1)]);
    assert!(scenario.personas[0].0.follows_websocket());
    let one = valid(
        &STRANGER
            .replace("[http://shop.example:9090/metrics, https://other.example/metrics]", "http://one/m"),
    );
    let Target::External { metrics, .. } = one.target else { panic!("by its URL") };
    assert_eq!(metrics, ["http://one/m"]);
}
