//! Whatever an honest service did before the run, however its work falls between the scrapes and onto its instances,
//! and whoever else it serves where others may: it is not accused.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use probity::checks::{Judgement, Verdict, judge};
use probity::contract::{Contract, Contracts, SpanKind};
use probity::observe::{
    Failure, Ledger, Leg, Observations, Origin, ParentChoice, Plan, RequestEntry, RequestKey, Scrape,
    ScrapeOutcome, Span, SpanLoss, Tolerance, TraceNote, Traffic,
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
  - id: conserve.good-orders
    source: {heading: Metrics, quote: every order that went well}
    promise:
      conserve: {metric: shop_requests_total, ledger: requests, labels: {status: status_code}, series: {route: /ord*}, only: {route: "/ord*", status_class: 2xx}}
  - id: conserve.count
    source: {heading: Metrics, quote: every request is timed}
    promise:
      conserve: {metric: shop_seconds_count, ledger: requests, labels: {route: route}}
  - id: latency.summed
    source: {heading: Metrics, quote: every second in one sum}
    promise:
      latency: {metric: shop_seconds, ledger: requests}
  - id: latency.items
    source: {heading: Metrics, quote: every second of items}
    promise:
      latency: {metric: shop_seconds, ledger: requests, labels: {route: route}, only: {route: "/items*"}}
  - id: latency
    source: {heading: Metrics, quote: every second}
    promise:
      latency: {metric: shop_seconds, ledger: requests, labels: {route: route}}
  - id: closed-world
    source: {heading: Metrics, quote: these are all}
    promise:
      closed-world: {metrics: "*"}
  - id: scrape
    source: {heading: Scraping, quote: job shop}
    promise:
      scrape: {job: shop, port: 9100, path: /metrics, interval: 15s}
  - id: endpoint.metrics
    source: {heading: Scraping, quote: GET /metrics}
    promise:
      endpoint: {method: GET, path: /metrics, status: 200}
  - id: traced
    source: {heading: Traces, quote: every request}
    promise:
      traced: {entry: {kind: server}}
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
    /// Which of the service's processes got it.
    instance: usize,
    /// Whose it was, and what came of it.
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Answered,
    /// The client gave up before the answer came.
    GivenUp,
    /// No connection came about.
    Refused,
    /// It was somebody else's.
    Foreign,
}

const SCRAPES: usize = 4;
const INSTANCES: [&str; 3] = ["a:9100", "b:9100", "c:9100"];
const BOUNDS: [f64; 3] = [0.1, 0.5, 2.0];

fn request() -> impl Strategy<Value = Request> {
    let route = select(vec!["/orders", "/items/{id}", "/say/\"hi\"", "/back\\slash"]);
    let fate = prop_oneof![
        7 => Just(Fate::Answered),
        1 => Just(Fate::GivenUp),
        1 => Just(Fate::Refused),
        2 => Just(Fate::Foreign),
    ];
    (route, select(vec![200_u16, 201, 404, 500]), 1..3_000_u64, 0..SCRAPES, 0..INSTANCES.len(), fate)
        .prop_map(|(route, status, milliseconds, gap, instance, fate)| Request {
            route,
            status,
            milliseconds,
            gap,
            instance,
            fate,
        })
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

/// How the service is run and what it counts.
#[derive(Clone, Copy, Debug)]
struct Habits {
    /// Processes that share its work; a single one has no name.
    instances: usize,
    counts_given_up: bool,
    /// It serves its metrics itself, and counts that.
    counts_scrapes: bool,
    shared: bool,
}

fn leg(requests: &[Request], habits: Habits) -> Leg {
    let Habits { instances, counts_given_up, counts_scrapes, shared } = habits;
    let (mut servers, mut leg) = (vec![Server::default(); instances], Leg::default());
    leg.start.receives_spans = true;
    leg.start.span_loss = Some(SpanLoss::default());
    for gap in 0..SCRAPES {
        for request in requests.iter().filter(|request| request.gap == gap) {
            let arrived = match request.fate {
                Fate::Answered => true,
                Fate::GivenUp => counts_given_up,
                Fate::Refused => false,
                Fate::Foreign => shared || gap == 0,
            };
            if arrived {
                servers[request.instance % instances].serve(request);
            }
            // What came before the first scrape was another client's.
            if gap > 0 && request.fate != Fate::Foreign {
                enter(&mut leg.ledger, request);
                trace(&mut leg, request, arrived);
            }
        }
        for (server, name) in servers.iter_mut().zip(INSTANCES) {
            let outcome = ScrapeOutcome::Body { content_type: None, text: server.expose().into() };
            let scrape = Scrape::new("shop", at(15 * gap as i64), outcome);
            leg.scrapes.push(if instances == 1 { scrape } else { scrape.of_instance(name) });
            // A scrape is counted after it was answered: the last one nobody sees.
            if counts_scrapes {
                server.serve(&SCRAPED);
            }
            if counts_scrapes && gap + 1 < SCRAPES {
                leg.ledger.scrape("/metrics", Ok(200));
            }
        }
    }
    leg
}

const SCRAPED: Request =
    Request { route: "/metrics", status: 200, milliseconds: 3, gap: 0, instance: 0, fate: Fate::Answered };

fn enter(ledger: &mut Ledger, request: &Request) {
    let failure = match request.fate {
        Fate::Refused => Some(Failure::Refused),
        Fate::GivenUp => Some(Failure::TimedOut),
        Fate::Answered | Fate::Foreign => (request.status >= 400).then_some(Failure::Status),
    };
    let key = RequestKey {
        method: "GET".to_owned(),
        route: request.route.to_owned(),
        status_code: (request.fate == Fate::Answered).then_some(request.status),
        failure,
        origin: Origin::Traffic,
    };
    let entry: &mut RequestEntry = ledger.requests.entry(key).or_default();
    entry.count += 1;
    entry.total_ns += request.milliseconds * 1_000_000;
}

/// Every second request is sampled by its caller; the service follows that, whether or not it is waited for.
fn trace(leg: &mut Leg, request: &Request, arrived: bool) {
    let number = leg.ledger.traces.len();
    let trace_id = format!("{:032x}", number + 1);
    let (sent, done) = (at(15 * request.gap as i64 - 10), at(15 * request.gap as i64 - 5));
    let sampled = number.is_multiple_of(2);
    leg.ledger.traces.push(TraceNote {
        trace_id: Some(trace_id.clone()),
        parent: if sampled { ParentChoice::Sampled } else { ParentChoice::NotSampled },
        method: "GET".to_owned(),
        route: request.route.to_owned(),
        path: request.route.to_owned(),
        status_code: (request.fate == Fate::Answered).then_some(request.status),
        origin: Origin::Traffic,
        sent,
        done,
    });
    if sampled && arrived {
        leg.spans.push(Span {
            trace_id,
            span_id: format!("{:016x}", number + 1),
            parent_id: None,
            name: request.route.to_owned(),
            kind: SpanKind::Server,
            start: sent,
            end: done,
            failed: request.status >= 500,
            attributes: BTreeMap::new(),
            resource: BTreeMap::new(),
        });
    }
}

fn habits(shared: bool) -> impl Strategy<Value = Habits> {
    (1..=INSTANCES.len(), any::<bool>(), any::<bool>()).prop_map(
        move |(instances, counts_given_up, counts_scrapes)| Habits {
            instances,
            counts_given_up,
            counts_scrapes,
            shared,
        },
    )
}

fn judged(legs: Vec<Leg>, traffic: Traffic) -> Vec<Judgement> {
    let plan = Plan {
        scenario: "honest".to_owned(),
        seed: 1,
        clock: "lock-step".to_owned(),
        traffic,
        scope: vec!["*".to_owned()],
        tolerance: Tolerance { latency_ns: 0, way_unknown: false },
        phases: Vec::new(),
        faults: Vec::new(),
        interrupted: false,
        reasons: Vec::new(),
        load: None,
        alerts: None,
    };
    judge(&CONTRACTS, &Observations { plan, legs })
}

/// One server start: what was asked, and how the service is run.
fn start(shared: bool) -> impl Strategy<Value = Leg> {
    (prop::collection::vec(request(), 0..30), habits(shared))
        .prop_map(|(requests, habits)| leg(&requests, habits))
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn an_honest_service_is_not_accused(legs in prop::collection::vec(start(false), 1..3)) {
        for judgement in judged(legs, Traffic::Exclusive) {
            prop_assert!(!matches!(judgement.verdict, Verdict::Fail(_)), "{judgement:#?}");
        }
    }

    #[test]
    fn an_honest_service_that_serves_others_too_is_not_accused(
        legs in prop::collection::vec(start(true), 1..3),
    ) {
        for judgement in judged(legs, Traffic::Shared) {
            prop_assert!(!matches!(judgement.verdict, Verdict::Fail(_)), "{judgement:#?}");
        }
    }

    /// Where nobody else asks, a service that counts less than it did is found out even by lower bounds.
    #[test]
    fn a_request_that_no_instance_counted_is_missed_with_shared_traffic_too(
        requests in prop::collection::vec(request(), 1..30), habits in habits(true), lost in any::<prop::sample::Index>(),
    ) {
        let mut requests: Vec<Request> = requests;
        requests.retain(|request| request.fate == Fate::Answered && request.gap > 0);
        prop_assume!(!requests.is_empty());
        let mut honest = leg(&requests, habits);
        enter(&mut honest.ledger, lost.get(&requests));
        let accused = judged(vec![honest], Traffic::Shared);
        let failed = |id: &str| accused.iter().any(|one| one.clause == id && matches!(one.verdict, Verdict::Fail(_)));
        prop_assert!(failed("conserve") && failed("conserve.count"), "{accused:#?}");
    }
}
