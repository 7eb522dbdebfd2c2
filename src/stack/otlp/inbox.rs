use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

use super::span::{InvalidIds, attributes, one};
use super::{Counts, MOST_SPANS};
use crate::observe::Span;

/// With so many spans of the same ids and different content a sender is not retrying: further ones are kept without a
/// look at those before, which would take a time that grows with their square.
const MOST_NAMESAKES: u32 = 16;

/// The spans that were kept.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    spans: Vec<Span>,
    /// Where the nth span of a trace id and a span id is.
    places: HashMap<(u128, u64, u32), usize>,
    pub(super) counts: Counts,
    pub(super) newest_end: Option<Timestamp>,
}

/// Spans of one request that were not kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Refused {
    invalid: u64,
    beyond: u64,
}

impl Refused {
    pub(super) fn spans(self) -> u64 {
        self.invalid + self.beyond
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.invalid > 0 {
            write!(f, "{} without valid ids", self.invalid)?;
        }
        if self.beyond > 0 {
            let comma = if self.invalid > 0 { ", " } else { "" };
            write!(f, "{comma}{} beyond the {MOST_SPANS} that this receiver keeps", self.beyond)?;
        }
        Ok(())
    }
}

impl Inbox {
    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Keeps the valid spans of a request; what was refused of it.
    pub(super) fn take(&mut self, request: ExportTraceServiceRequest) -> Refused {
        let mut refused = Refused::default();
        for service in request.resource_spans {
            let resource =
                attributes(service.resource.map(|resource| resource.attributes).unwrap_or_default());
            for span in service.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                match one(span, &resource) {
                    Ok((trace, id, span)) => refused.beyond += u64::from(!self.keep(trace, id, span)),
                    Err(InvalidIds) => refused.invalid += 1,
                }
            }
        }
        self.counts.refused += refused.spans();
        refused
    }

    /// `false` when there is no room.
    fn keep(&mut self, trace: u128, id: u64, span: Span) -> bool {
        let mut namesakes = 0;
        while let Some(place) = self.places.get(&(trace, id, namesakes)) {
            if self.spans[*place] == span {
                self.counts.retried += 1;
                return true;
            }
            namesakes += 1;
        }
        if self.spans.len() >= MOST_SPANS {
            return false;
        }
        if namesakes < MOST_NAMESAKES {
            self.places.insert((trace, id, namesakes), self.spans.len());
        }
        self.newest_end = self.newest_end.max(Some(span.end));
        self.counts.received += 1;
        self.spans.push(span);
        true
    }
}
