use std::collections::{BTreeMap, BTreeSet};

use super::scrapes_failed::place;
use super::series::by_instance;
use super::sources::unscraped_job;
use super::{Case, Check, Explanation, Finding, Verdict};
use crate::contract::{Clause, Promise};
use crate::observe::exposition::{Grade, Problem};
use crate::observe::{Scrape, ScrapeOutcome};

/// What the endpoint answers is not the format that it claims.
pub(super) struct ExpositionInvalid;

/// Kinds of problem that are listed; a body of another format has one on every line.
const LISTED: usize = 10;

/// Characters of an exposed line that evidence shows.
const SHOWN: usize = 120;

impl Check for ExpositionInvalid {
    fn id(&self) -> &'static str {
        "metrics/exposition-invalid"
    }

    fn explanation(&self) -> Explanation {
        Explanation {
            judges: "That what the metrics endpoint answers is in the format of its Content-Type, Prometheus text or OpenMetrics, wherever a reader would refuse it or read another number.",
            why: "Prometheus throws a whole scrape away for one line that it cannot read, drops the second of two samples for one series, and computes quantiles from broken buckets without a word.",
            needs: "A scrape that brought a body.",
            wrong: "What Prometheus 2.42 takes as it is written (a second HELP line, a quantile of 99.9, a missing line feed at the end) is a remark and no finding; a stricter reader may refuse it all the same.",
        }
    }

    fn judge(&self, clause: &Clause, case: &Case<'_>) -> Option<Verdict> {
        let Promise::Scrape(target) = &clause.promise else { return None };
        let (mut findings, mut bodies, mut remarks) = (Vec::new(), 0, Kinds::default());
        for leg in &case.seen.legs {
            for ((job, instance), scrapes) in by_instance(leg) {
                if job != target.job {
                    continue;
                }
                let mut violations = Kinds::default();
                for scrape in scrapes.into_iter().filter(|scrape| scrape.exposition().is_some()) {
                    bodies += 1;
                    violations.read(bodies, scrape, Grade::Violation);
                    remarks.read(bodies, scrape, Grade::Remark);
                }
                findings.extend(violations.findings(&place(job, instance)));
            }
        }
        let asked = case.seen.legs.iter().flat_map(|leg| &leg.scrapes).any(|scrape| scrape.job == target.job);
        if !asked {
            return Some(Verdict::Vacuous(unscraped_job(&target.job, case.seen)));
        }
        if bodies == 0 {
            return Some(Verdict::vacuous(format!("no scrape of job `{}` brought a body", target.job)));
        }
        Some(Verdict::from_findings(findings, || match remarks.first() {
            None => format!("{bodies} scrapes read to the letter"),
            Some(first) => {
                format!(
                    "{bodies} scrapes read without loss; {} remarks on style, as {first}",
                    remarks.0.len()
                )
            }
        }))
    }
}

/// Problems of one grade by what they have in common, in the order in which they came up.
#[derive(Debug, Default)]
struct Kinds<'a>(BTreeMap<String, Seen<'a>>);

/// All problems of one kind.
#[derive(Debug)]
struct Seen<'a> {
    /// How many kinds came up before it.
    order: usize,
    first: &'a Problem,
    /// The scrape that shows it first.
    scrape: &'a Scrape,
    places: usize,
    /// The numbers of the scrapes that show it.
    scrapes: BTreeSet<usize>,
}

impl<'a> Kinds<'a> {
    /// Takes in the problems of the scrape of this number.
    fn read(&mut self, number: usize, scrape: &'a Scrape, grade: Grade) {
        let problems = scrape.exposition().map(|exposition| exposition.problems.as_slice());
        for problem in problems.unwrap_or_default().iter().filter(|problem| problem.grade == grade) {
            let order = self.0.len();
            let unseen = Seen { order, first: problem, scrape, places: 0, scrapes: BTreeSet::new() };
            let seen = self.0.entry(kind(&problem.message)).or_insert(unseen);
            seen.places += 1;
            seen.scrapes.insert(number);
        }
    }

    fn first(&self) -> Option<&Problem> {
        self.0.values().min_by_key(|seen| seen.order).map(|seen| seen.first)
    }

    fn findings(self, place: &str) -> Vec<Finding> {
        let mut all: Vec<Seen<'_>> = self.0.into_values().collect();
        all.sort_by_key(|seen| seen.order);
        let more = all.len().saturating_sub(LISTED);
        let mut findings: Vec<Finding> = all.iter().take(LISTED).map(|seen| seen.finding(place)).collect();
        if let Some(last) = findings.last_mut().filter(|_| more > 0) {
            last.evidence.push(format!("{more} more kinds of problem are not listed"));
        }
        findings
    }
}

impl Seen<'_> {
    fn finding(&self, place: &str) -> Finding {
        let Problem { line, column, message, .. } = self.first;
        // Messages of the parser say "expected ..., saw ...", where need be behind what they are about.
        let (about, rest) = message.split_once("expected ").unwrap_or(("", message));
        let (expected, observed) = rest.rsplit_once(", saw ").unwrap_or((rest, "something else"));
        let more = match (self.places, self.scrapes.len()) {
            (1, _) => String::new(),
            (places, scrapes) => format!("; {places} such places in {scrapes} scrapes"),
        };
        Finding {
            subject: place.to_owned(),
            expected: format!("{about}{expected}"),
            observed: format!("{observed}, at line {line}, column {column}{more}"),
            evidence: vec![
                format!("line {line}: {}", shown(&line_of(self.scrape, *line))),
                format!("scrape at {}", self.scrape.at),
            ],
            next: "correct it where the text is written, best by a client library; readers drop the sample or the whole scrape".to_owned(),
        }
    }
}

/// A message without what differs from place to place: whatever is quoted, and numbers.
fn kind(message: &str) -> String {
    let mut kind = String::with_capacity(message.len());
    let mut quoted = None;
    for next in message.chars() {
        match quoted {
            Some(quote) if next == quote => quoted = None,
            Some(_) => {}
            None if next == '`' || next == '"' => quoted = Some(next),
            None if next.is_ascii_digit() => {}
            None => kind.push(next),
        }
    }
    kind
}

fn line_of(scrape: &Scrape, line: usize) -> String {
    match &scrape.outcome {
        ScrapeOutcome::Body { text, .. } => {
            text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default().to_owned()
        }
        ScrapeOutcome::Failed(_) => String::new(),
    }
}

/// A line as evidence: short, and harmless to a terminal.
fn shown(line: &str) -> String {
    let mut shown: String = line
        .chars()
        .take(SHOWN)
        .flat_map(|next| {
            let escaped = next.is_control().then(|| next.escape_debug());
            let plain = escaped.is_none().then_some(next);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect();
    if line.chars().nth(SHOWN).is_some() {
        shown.push_str(" ...");
    }
    if shown.is_empty() { "(nothing)".to_owned() } else { format!("`{shown}`") }
}
