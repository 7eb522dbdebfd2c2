use std::time::Duration;

use tokio::sync::watch;

use super::Event;
use super::execute::Listener;
use super::stage::Stage;
use crate::checks::{self, Verdict};
use crate::clock::{Clock, Turn, after, between};
use crate::observe::{Leg, Observations, Plan, SpanLoss};
use crate::scenario::Scenario;

/// How often telemetry is looked at while it settles.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Until then spans of an exporter that is not ours may still come: OpenTelemetry's batch processors flush every 5 s
/// unless told otherwise (OTEL_BSP_SCHEDULE_DELAY). What has not arrived before proves nothing.
const SPANS_COME: Duration = Duration::from_secs(6);

/// Long enough for a metric that follows the last answer with a delay.
pub(super) const METRICS_COME: Duration = Duration::from_secs(2);

/// The longest that the last spans of our own server may take to leave.
const FLUSH: Duration = Duration::from_secs(5);

/// Collects everything. In virtual time the watermark is exact: every span that has ended is exported, then metrics
/// are scraped once more; only then is what is absent known to be absent. In real time it is looked again and again,
/// until no promise is broken and nothing can still be on its way, or the scenario's patience ends.
pub(super) async fn settle(
    clock: &Clock,
    scenario: &Scenario,
    mut plan: Plan,
    stage: Stage,
    listener: &Listener,
    mut stop: watch::Receiver<bool>,
) -> Observations {
    let since = clock.now();
    let until = after(since, scenario.settle);
    let still = match (&stage.server, &stage.receiver) {
        // A flush is the watermark.
        (Some(_), _) => Duration::ZERO,
        (None, Some(_)) => SPANS_COME,
        (None, None) => METRICS_COME,
    };
    let mut told = None;
    loop {
        clock.turn(Turn::Sink).await;
        if let Some(server) = &stage.server {
            // A receiver of ours takes everything at once; should it not, what is missing will be found.
            let _ = clock.timeout(FLUSH, server.flush()).await;
        }
        stage.scrape().await;
        let seen = Observations { plan: plan.clone(), legs: vec![collect(&stage)] };
        if clock.is_lockstep() || plan.interrupted {
            return seen;
        }
        if *stop.borrow() {
            plan.interrupted = true;
            return Observations { plan, ..seen };
        }
        let waited = between(since, clock.now());
        let open = open(scenario, &seen);
        // Some exporters take longer than most; without a single span it is not known how this one is.
        let silent = stage.receiver.as_ref().is_some_and(|receiver| receiver.received() == 0);
        let settled = open.is_empty() && waited >= still && !silent;
        if settled || clock.now() >= until {
            return seen;
        }
        // What has not changed is told every few seconds only.
        let news = (open.clone(), waited.as_secs() / 5);
        if told.as_ref() != Some(&news) {
            listener(&Event::Settling { waited, open });
        }
        told = Some(news);
        tokio::select! {
            biased;
            // Nobody can ask any more: then the time alone decides.
            Ok(_) = stop.wait_for(|stop| *stop) => {}
            () = clock.sleep(LOOK_EVERY) => {}
        }
    }
}

/// The clauses that are broken so far.
fn open(scenario: &Scenario, seen: &Observations) -> Vec<String> {
    let judgements = checks::judge(&scenario.contracts, seen);
    let mut open: Vec<String> = judgements
        .into_iter()
        .filter(|judgement| matches!(judgement.verdict, Verdict::Fail(_)))
        .map(|judgement| judgement.clause)
        .collect();
    open.dedup();
    open
}

fn collect(stage: &Stage) -> Leg {
    let mut ledger = stage.client.ledger();
    if let Some(providers) = &stage.providers {
        ledger.absorb_calls(providers.book());
    }
    for scraper in &stage.scrapers {
        scraper.enter(&mut ledger);
    }
    if let Some(chain) = &stage.chain {
        chain.prometheus.enter(&mut ledger);
    }
    let mut start = stage.start.clone();
    // Our own count. What a server says it lost is no excuse for it: the receiver was there all the time.
    start.span_loss =
        stage.receiver.as_ref().map(|receiver| SpanLoss { dropped: 0, failed: receiver.refused() });
    let mut scrapes: Vec<_> =
        stage.scrapers.iter().flat_map(crate::stack::embedded::Scraper::scrapes).collect();
    scrapes.extend(stage.chain.iter().flat_map(|chain| chain.prometheus.scrapes()));
    scrapes.sort_by(|a, b| (a.at, &a.instance).cmp(&(b.at, &b.instance)));
    Leg {
        start,
        ledger,
        scrapes,
        spans: stage.receiver.as_ref().map(crate::stack::otlp::Receiver::spans).unwrap_or_default(),
        chain: stage.chain.as_ref().map(super::alerts::Chain::observed),
    }
}
