//! Ended spans on their way to the exporter: bounded, batched, timed by the injected clock, and counted.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter, SpanProcessor};
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::clock::{Clock, Turn, after};

/// Spans held at most; the specification's default for OTEL_BSP_MAX_QUEUE_SIZE.
pub const QUEUE: usize = 2_048;
/// Spans exported at once at most; the specification's default for OTEL_BSP_MAX_EXPORT_BATCH_SIZE.
pub const BATCH: usize = 512;
/// The longest that an ended span waits for company; the specification's default for OTEL_BSP_SCHEDULE_DELAY.
pub const DELAY: Duration = Duration::from_secs(5);
/// The longest that one export may take; the specification's default for OTEL_BSP_EXPORT_TIMEOUT.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// What became of the spans that ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpanCounts {
    /// Handed over by the tracer.
    pub ended: u64,
    /// Taken by the collector.
    pub exported: u64,
    /// Lost because the queue was full.
    pub dropped: u64,
    /// Lost because the collector refused, failed or timed out.
    pub failed: u64,
}

#[derive(Debug, Default)]
struct Queue {
    spans: VecDeque<SpanData>,
    counts: SpanCounts,
}

/// A span processor that never blocks and never waits: it queues, and a task of its own exports.
#[derive(Clone, Debug)]
pub struct BatchProcessor {
    queue: Arc<Mutex<Queue>>,
    full: Arc<Notify>,
    flushes: mpsc::UnboundedSender<oneshot::Sender<()>>,
}

impl BatchProcessor {
    /// Starts the exporting task on the current runtime. It ends when the last handle is dropped.
    pub fn start<E: SpanExporter + 'static>(clock: &Clock, exporter: E) -> Self {
        let (flushes, requests) = mpsc::unbounded_channel();
        let processor = Self { queue: Arc::default(), full: Arc::default(), flushes };
        let worker = Worker {
            clock: clock.clone(),
            exporter,
            queue: Arc::clone(&processor.queue),
            full: Arc::clone(&processor.full),
            flushes: requests,
        };
        tokio::spawn(worker.run());
        processor
    }

    /// Exports everything that has ended by now.
    pub async fn flush(&self) {
        let (done, waiting) = oneshot::channel();
        if self.flushes.send(done).is_ok() {
            // An error means that the task is gone with the runtime: nothing is left to wait for.
            let _ = waiting.await;
        }
    }

    /// What became of the spans so far.
    pub fn counts(&self) -> SpanCounts {
        self.queue.lock().counts
    }
}

impl SpanProcessor for BatchProcessor {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        let mut queue = self.queue.lock();
        queue.counts.ended += 1;
        if queue.spans.len() >= QUEUE {
            queue.counts.dropped += 1;
            return;
        }
        queue.spans.push_back(span);
        if queue.spans.len() >= BATCH {
            self.full.notify_one();
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        // The trait's flush is synchronous and would deadlock a single-threaded runtime; `flush` is the real one.
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

struct Worker<E> {
    clock: Clock,
    exporter: E,
    queue: Arc<Mutex<Queue>>,
    full: Arc<Notify>,
    flushes: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
}

impl<E: SpanExporter> Worker<E> {
    async fn run(mut self) {
        loop {
            let due = after(self.clock.now(), DELAY);
            let asked = tokio::select! {
                biased;
                asked = self.flushes.recv() => match asked {
                    Some(asked) => Some(asked),
                    None => return,
                },
                () = self.full.notified() => None,
                () = self.clock.sleep_until(due, Turn::Sink) => None,
            };
            self.drain().await;
            if let Some(asked) = asked {
                // Whoever asked may have stopped waiting.
                let _ = asked.send(());
            }
        }
    }

    /// Exports what is queued now; what ends meanwhile is the next round's.
    async fn drain(&self) {
        let mut left = self.queue.lock().spans.len();
        while left > 0 {
            let batch: Vec<SpanData> = {
                let mut queue = self.queue.lock();
                let size = left.min(BATCH).min(queue.spans.len());
                queue.spans.drain(..size).collect()
            };
            let size = batch.len() as u64;
            left -= batch.len();
            let result = self.clock.timeout(TIMEOUT, self.exporter.export(batch)).await;
            let mut queue = self.queue.lock();
            match result {
                Ok(Ok(())) => queue.counts.exported += size,
                Ok(Err(_)) | Err(_) => queue.counts.failed += size,
            }
        }
    }
}
