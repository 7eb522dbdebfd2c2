use super::calls_not_conserved::conserve;
use super::{Case, Check, Explanation, Verdict};
use crate::contract::{Clause, LedgerBook, Promise};

/// A counter of requests does not count what the load client sent.
pub(super) struct RequestsNotConserved;

impl Check for RequestsNotConserved {
    fn id(&self) -> &'static str {
        "requests/not-conserved"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That a counter of requests grew, as `increase` reads it and for each combination of labels, by exactly what the load client sent and got.",
            why: "Double counting, lost counts and errors filed as successes all leave a counter that grows and alerts that lie.",
            needs: "Requests with an answer, a scrape before them and one after the last of them.",
            wrong: "Traffic that is not ours is counted by the server and not by the ledger: judge it on a target of your own, or say `traffic: shared`, and only counts that are too low are accused. Every instance has to be scraped.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        match &clause.promise {
            Promise::Conserve(promise) if promise.ledger == LedgerBook::Requests => {
                Some(conserve(promise, case))
            }
            _ => None,
        }
    }
}
