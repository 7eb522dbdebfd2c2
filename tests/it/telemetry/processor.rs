//! The batch processor: its limits, and that no span goes uncounted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanData, SpanExporter};
use parking_lot::Mutex;
use probity::clock::{Clock, between};
use probity::telemetry::SpanCounts;
use probity::telemetry::processor::{BATCH, BatchProcessor, DELAY, QUEUE, TIMEOUT};
use proptest::prelude::*;

use crate::stage::simulate;

/// What an exporter does with one batch.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Taken { after_ms: u64 },
    Refused { after_ms: u64 },
    Hangs,
}

/// What came to an exporter, and what it made of it.
#[derive(Debug, Default)]
struct Log {
    batches: Vec<(Duration, usize)>,
    ids: BTreeSet<String>,
    taken: u64,
    refused: u64,
    hung: u64,
}

/// Treats batch after batch by its list of fates, over and over.
#[derive(Debug)]
struct Scripted {
    clock: Clock,
    fates: Vec<Fate>,
    log: Arc<Mutex<Log>>,
}

impl SpanExporter for Scripted {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let size = batch.len() as u64;
        let fate = {
            let mut log = self.log.lock();
            let fate = self.fates[log.batches.len() % self.fates.len()];
            let epoch = probity::clock::EPOCH.parse().expect("a timestamp");
            log.batches.push((between(epoch, self.clock.now()), batch.len()));
            log.ids.extend(batch.iter().map(|span| span.span_context.span_id().to_string()));
            fate
        };
        match fate {
            Fate::Taken { after_ms } => {
                self.clock.sleep(Duration::from_millis(after_ms)).await;
                self.log.lock().taken += size;
                Ok(())
            }
            Fate::Refused { after_ms } => {
                self.clock.sleep(Duration::from_millis(after_ms)).await;
                self.log.lock().refused += size;
                Err(OTelSdkError::InternalFailure("refused".to_owned()))
            }
            Fate::Hangs => {
                self.log.lock().hung += size;
                std::future::pending().await
            }
        }
    }
}

struct Bench {
    processor: BatchProcessor,
    provider: SdkTracerProvider,
    log: Arc<Mutex<Log>>,
}

impl Bench {
    fn start(clock: &Clock, fates: Vec<Fate>) -> Self {
        let log = Arc::<Mutex<Log>>::default();
        let exporter = Scripted { clock: clock.clone(), fates, log: Arc::clone(&log) };
        let processor = BatchProcessor::start(clock, exporter);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor.clone())
            .with_sampler(Sampler::AlwaysOn)
            .build();
        Self { processor, provider, log }
    }

    /// Ends so many spans without letting anything else run.
    fn burst(&self, size: usize) {
        let tracer = self.provider.tracer("bench");
        for _ in 0..size {
            tracer.start("work").end();
        }
    }

    fn counts(&self) -> SpanCounts {
        self.processor.counts()
    }
}

const TAKEN: Fate = Fate::Taken { after_ms: 0 };

#[test]
fn a_lone_span_waits_for_company_no_longer_than_the_delay() {
    let batches = simulate(|clock| async move {
        let bench = Bench::start(&clock, vec![TAKEN]);
        clock.sleep(Duration::from_secs(7)).await;
        bench.burst(1);
        clock.sleep(DELAY).await;
        clock.sleep(Duration::from_millis(1)).await;
        bench.log.lock().batches.clone()
    });
    // The worker looks every five seconds, and the span ended two seconds after the first look.
    assert_eq!(batches, [(Duration::from_secs(10), 1)]);
}

#[test]
fn a_full_batch_leaves_at_once_and_none_is_larger() {
    let batches = simulate(|clock| async move {
        let bench = Bench::start(&clock, vec![TAKEN]);
        clock.sleep(Duration::from_secs(1)).await;
        bench.burst(BATCH - 1);
        clock.sleep(Duration::from_secs(1)).await;
        assert_eq!(bench.log.lock().batches, [], "511 are no batch yet");
        bench.burst(1);
        clock.sleep(Duration::from_secs(1)).await;
        bench.burst(2 * BATCH + 7);
        clock.sleep(Duration::from_secs(1)).await;
        bench.log.lock().batches.clone()
    });
    let at = |second, size| (Duration::from_secs(second), size);
    assert_eq!(batches, [at(2, BATCH), at(3, BATCH), at(3, BATCH), at(3, 7)]);
}

#[test]
fn what_finds_the_queue_full_is_dropped_and_counted() {
    assert_eq!((QUEUE, BATCH), (2_048, 512), "the specification's defaults");
    let (full, after) = simulate(|clock| async move {
        let bench = Bench::start(&clock, vec![TAKEN]);
        bench.burst(QUEUE + 100);
        let full = bench.counts();
        bench.processor.flush().await;
        (full, bench.counts())
    });
    assert_eq!(full, SpanCounts { ended: 2_148, exported: 0, dropped: 100, failed: 0 });
    assert_eq!(after, SpanCounts { ended: 2_148, exported: 2_048, dropped: 100, failed: 0 });
}

#[test]
fn a_hanging_exporter_loses_its_batch_after_the_time_limit_and_goes_on() {
    let (took, counts) = simulate(|clock| async move {
        let bench = Bench::start(&clock, vec![Fate::Hangs, Fate::Refused { after_ms: 100 }, TAKEN]);
        bench.burst(2 * BATCH + 1);
        let asked = clock.now();
        bench.processor.flush().await;
        (between(asked, clock.now()), bench.counts())
    });
    assert_eq!(took, TIMEOUT + Duration::from_millis(100));
    assert_eq!(counts, SpanCounts { ended: 1_025, exported: 1, dropped: 0, failed: 1_024 });
}

#[test]
fn nothing_is_queued_that_the_sampler_left_out() {
    let counts = simulate(|clock| async move {
        let processor = BatchProcessor::start(
            &clock,
            Scripted { clock: clock.clone(), fates: vec![TAKEN], log: Arc::default() },
        );
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor.clone())
            .with_sampler(Sampler::AlwaysOff)
            .build();
        provider.tracer("bench").start("work").end();
        processor.flush().await;
        processor.counts()
    });
    assert_eq!(counts, SpanCounts::default());
}

#[derive(Clone, Debug)]
enum Step {
    Burst(usize),
    Wait(u64),
    Flush,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0usize..900).prop_map(Step::Burst),
        1 => (0usize..3_000).prop_map(Step::Burst),
        3 => (0u64..40_000).prop_map(Step::Wait),
        1 => Just(Step::Flush),
    ];
    prop::collection::vec(step, 1..12)
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        3 => (0u64..20_000).prop_map(|after_ms| Fate::Taken { after_ms }),
        1 => (0u64..29_000).prop_map(|after_ms| Fate::Refused { after_ms }),
        1 => Just(Fate::Hangs),
    ];
    prop::collection::vec(fate, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_span_is_exported_failed_dropped_or_still_queued(steps in steps(), fates in fates()) {
        simulate(|clock| async move {
            let bench = Bench::start(&clock, fates);
            let (mut ended, mut dropped) = (0, 0);
            for step in steps {
                match step {
                    Step::Burst(size) => {
                        let queued = ended - dropped - bench.log.lock().ids.len();
                        bench.burst(size);
                        ended += size;
                        dropped += (queued + size).saturating_sub(QUEUE);
                    }
                    Step::Wait(ms) => clock.sleep(Duration::from_millis(ms)).await,
                    Step::Flush => {
                        bench.processor.flush().await;
                        let counts = bench.counts();
                        assert_eq!(counts.ended, counts.exported + counts.failed + counts.dropped);
                    }
                }
                let (counts, log) = (bench.counts(), bench.log.lock());
                assert_eq!((counts.ended, counts.dropped), (ended as u64, dropped as u64));
                assert!(log.batches.iter().all(|(_, size)| (1..=BATCH).contains(size)));
                // Each span came to the exporter at most once: the set of ids is as large as the batches together.
                let came: usize = log.batches.iter().map(|(_, size)| size).sum();
                assert_eq!(log.ids.len(), came);
                let queued = ended - dropped - came;
                assert!(queued <= QUEUE);
                // What the exporter took is counted so; what it has not decided on is neither.
                assert_eq!(counts.exported, log.taken);
                assert!((log.refused..=log.refused + log.hung).contains(&counts.failed));
            }
            bench.processor.flush().await;
            let (counts, log) = (bench.counts(), bench.log.lock());
            assert_eq!((counts.exported, counts.failed), (log.taken, log.refused + log.hung));
            assert_eq!(counts.ended, counts.exported + counts.failed + counts.dropped);
        });
    }
}
