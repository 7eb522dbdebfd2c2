use std::collections::BTreeMap;

use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Endpoint, Promise};
use crate::observe::{Failure, Ledger};

/// An endpoint answers with another status than was promised, or not at all.
pub(super) struct EndpointWrong;

impl Check for EndpointWrong {
    fn id(&self) -> &'static str {
        "endpoints/wrong"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That every request to the endpoint, whoever sent it, was answered whole and with one of the promised statuses.",
            why: "Probes, dashboards and the commands in a runbook ask this address on the worst day; a document that names the wrong one, or an answer that fails now and then, is found out there and then.",
            needs: "Requests to that method and path template in the ledger that reached something: a refused connection or an unknown host says nothing of the endpoint.",
            wrong: "A request that the client gave up counts as unanswered, although the target may have been about to answer; give the persona the patience that its users have. A proxy in front of the target answers in its name.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Endpoint(promise) = &clause.promise else { return None };
        let mut asked = Asked::default();
        for leg in &case.seen.legs {
            asked.read(promise, &leg.ledger);
        }
        if asked.judged() == 0 {
            let Endpoint { method, path, .. } = promise;
            return Some(Verdict::vacuous(match asked.unreached {
                0 => format!("{method} {path} was never asked for"),
                count => format!("{method} {path} was asked for {count} times and never reached"),
            }));
        }
        let evidence = || format!("all {} answers had status {}", asked.good, promise.status);
        Some(Verdict::from_findings(asked.findings(promise), evidence))
    }
}

/// What became of the requests to one endpoint.
#[derive(Debug, Default)]
struct Asked {
    good: u64,
    /// By what came instead.
    bad: BTreeMap<Wrong, u64>,
    /// Requests that no fault of the endpoint's kept from it.
    unreached: u64,
}

/// What came instead of a good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    Status(u16),
    NoAnswer(Failure),
}

impl Asked {
    fn read(&mut self, promise: &Endpoint, ledger: &Ledger) {
        for (key, entry) in &ledger.requests {
            if key.method != promise.method || key.route != promise.path {
                continue;
            }
            let wrong = match (key.status_code, key.failure) {
                // An answer that began well and did not end is none.
                (_, Some(cut @ (Failure::TimedOut | Failure::Reset | Failure::BrokenBody))) => {
                    Wrong::NoAnswer(cut)
                }
                (Some(status), _) if promise.status.contains(status) => {
                    self.good = self.good.saturating_add(entry.count);
                    continue;
                }
                (Some(status), _) => Wrong::Status(status),
                (None, _) => {
                    self.unreached = self.unreached.saturating_add(entry.count);
                    continue;
                }
            };
            let count = self.bad.entry(wrong).or_default();
            *count = count.saturating_add(entry.count);
        }
        // A record may hold keys that nothing was counted under.
        self.bad.retain(|_, count| *count > 0);
    }

    fn judged(&self) -> u64 {
        self.bad.values().fold(self.good, |sum, count| sum.saturating_add(*count))
    }

    fn findings(&self, promise: &Endpoint) -> Vec<Finding> {
        let all = self.judged();
        let finding = |(wrong, count): (&Wrong, &u64)| {
            let (observed, next) = match wrong {
                Wrong::Status(status) => (format!("status {status}"), advice(*status)),
                Wrong::NoAnswer(failure) => (
                    format!("no answer ({})", failure.name()),
                    "look at what the endpoint waits for: it must answer while everything else is slow",
                ),
            };
            let mut evidence = vec![format!("{} of {all} were answered as promised", self.good)];
            if self.unreached > 0 {
                evidence.push(format!("{} more requests never reached it", self.unreached));
            }
            Finding {
                subject: format!("{} {}", promise.method, promise.path),
                expected: format!("status {}", promise.status),
                observed: format!("{observed} to {count} of {all} requests"),
                evidence,
                next: next.to_owned(),
            }
        };
        self.bad.iter().map(finding).collect()
    }
}

fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => "the endpoint has moved: document where it is now, or answer there",
        401 | 403 => "it asks for credentials that the document does not speak of",
        404 | 405 => "nothing answers there under this method: correct the path, or the document",
        500..=599 => "look at the server's log for these requests: it failed, or something that it needs did",
        _ => "answer as documented, or document this status",
    }
}
