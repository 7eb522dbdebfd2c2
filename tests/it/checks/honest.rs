//! Whatever an honest service did before the run, and however its work falls between the scrapes: it is not accused.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use probity::checks::{Verdict, judge};
use probity::contract::{Contract, Contracts};
use probity::observe::{
    Ledger, Leg, Observations, Origin, Plan, RequestEntry, RequestKey, Scrape, ScrapeOutcome, Tolerance,
    Traffic,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::{at, config};

static CONTRACTS: LazyLock<Contracts> = LazyLock::new(|| {
    let text = r#"
contract: shop/readme
document: https://shop.example/README.md
clauses:
  - id: metric.requests
    source: {heading: Metrics, quote: shop_requests_total}
    promise:
      metric: {name: shop_requests_total, type: counter, labels: [route, status], meaning: Requests served}
  - id: metric.seconds
    source: {heading: Metrics, quote: shop_seconds}
    promise:
      metric: {name: shop_seconds, type: histogram, labels: [route], meaning: Time to serve}
  - id: conserve
    source: {heading: Metrics, quote: every request}
    promise:
      conserve: {metric: shop_requests_total, ledger: requests, labels: {route: route, status: status_code}}
  - id: latency
    source: {heading: Metrics, quote: every second}
    promise:
      latency: {metric: shop_seconds, ledger: requests, labels: {route: route}}
  - id: closed-world
    source: {heading: Metrics, quote: these are all}
    promise:
      closed-world: {metrics: "*"}
"#;
    Contracts { all: vec![Contract::parse(text, "honest.yaml").expect("a valid contract")] }
});

/// What a service was asked between two scrapes.
#[derive(Clone, Debug)]
struct Request {
    route: &'static str,
    status: u16,
    milliseconds: u64,
    /// Before the first scrape, or in which gap after it.
    gap: usize,
    /// The client gave up before the answer came.
    unanswered: bool,
}

const SCRAPES: usize = 4;
const BOUNDS: [f64; 3] = [0.1, 0.5, 2.0];

fn request() -> impl Strategy<Value = Request> {
    let route = select(vec!["/orders", "/items/{id}", "/say/\"hi\"", "/back\\slash"]);
    (route, select(vec![200_u16, 404, 500]), 1..3_000_u64, 0..SCRAPES, prop::bool::weighted(0.1)).prop_map(
        |(route, status, milliseconds, gap, unanswered)| Request {
            route,
            status,
            milliseconds,
            gap,
            unanswered,
        },
    )
}

/// The memory of one server process.
#[derive(Clone, Debug, Default)]
struct Server {
    counts: BTreeMap<(&'static str, u16), u64>,
    seconds: BTreeMap<&'static str, Vec<f64>>,
}

impl Server {
    fn serve(&mut self, request: &Request) {
        *self.counts.entry((request.route, request.status)).or_default() += 1;
        self.seconds.entry(request.route).or_default().push(request.milliseconds as f64 / 1000.0);
    }

    fn expose(&self) -> String {
        let quoted = |route: &str| route.replace('\\', "\\\\").replace('"', "\\\"");
        let mut lines = vec!["# TYPE shop_requests_total counter".to_owned()];
        for ((route, status), count) in &self.counts {
            let route = quoted(route);
            lines.push(format!("shop_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}"));
        }
        lines.push("# TYPE shop_seconds histogram".to_owned());
        for (route, seconds) in &self.seconds {
            let (route, all) = (quoted(route), seconds.len());
            for bound in BOUNDS {
                let within = seconds.iter().filter(|second| **second <= bound).count();
                lines.push(format!("shop_seconds_bucket{{route=\"{route}\",le=\"{bound}\"}} {within}"));
            }
            lines.push(format!("shop_seconds_bucket{{route=\"{route}\",le=\"+Inf\"}} {all}"));
            lines.push(format!("shop_seconds_sum{{route=\"{route}\"}} {}", seconds.iter().sum::<f64>()));
            lines.push(format!("shop_seconds_count{{route=\"{route}\"}} {all}"));
        }
        lines.join("\n") + "\n"
    }
}

fn leg(requests: &[Request], counts_unanswered: bool) -> Leg {
    let (mut server, mut leg) = (Server::default(), Leg::default());
    for gap in 0..SCRAPES {
        for request in requests.iter().filter(|request| request.gap == gap) {
            if !request.unanswered || counts_unanswered {
                server.serve(request);
            }
            // What came before the first scrape was another client's.
            if gap > 0 {
                enter(&mut leg.ledger, request);
            }
        }
        let outcome = ScrapeOutcome::Body { content_type: None, text: server.expose() };
        leg.scrapes.push(Scrape::new("shop", at(15 * gap as i64), outcome));
    }
    leg
}

fn enter(ledger: &mut Ledger, request: &Request) {
    let key = RequestKey {
        method: "GET".to_owned(),
        route: request.route.to_owned(),
        status_code: (!request.unanswered).then_some(request.status),
        failure: None,
        origin: Origin::Traffic,
    };
    let entry: &mut RequestEntry = ledger.requests.entry(key).or_default();
    entry.count += 1;
    entry.total_ns += request.milliseconds * 1_000_000;
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn an_honest_service_is_not_accused(
        legs in prop::collection::vec((prop::collection::vec(request(), 0..30), any::<bool>()), 1..3),
    ) {
        let plan = Plan {
            scenario: "honest".to_owned(),
            seed: 1,
            clock: "lock-step".to_owned(),
            traffic: Traffic::Exclusive,
            scope: vec!["*".to_owned()],
            tolerance: Tolerance { latency_ns: 0 },
            phases: Vec::new(),
            faults: Vec::new(),
            interrupted: false,
            reasons: Vec::new(),
        };
        let legs = legs.iter().map(|(requests, counted)| leg(requests, *counted)).collect();
        for judgement in judge(&CONTRACTS, &Observations { plan, legs }) {
            prop_assert!(!matches!(judgement.verdict, Verdict::Fail(_)), "{judgement:#?}");
        }
    }
}
