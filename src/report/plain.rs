use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::checks::{Finding, Judgement, Verdict};
use crate::contract::Level;
use crate::run::{ExitStatus, Outcome};

/// What speaks against a run as a whole, whatever its verdicts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What kind it is, in a word.
    pub(super) kind: &'static str,
    /// What happened.
    pub(super) text: String,
}

/// What speaks against the run itself. A status that nothing else in the report shows is one, so that no report of a
/// run that failed looks like a pass.
pub(super) fn troubles(outcome: &Outcome) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let mut add = |kind, text: String| troubles.push(Trouble { kind, text });
    if outcome.record.observations.plan.interrupted {
        add("interrupted", ExitStatus::Interrupted.meaning().to_owned());
    }
    for reason in outcome.reasons() {
        add("run-invalid", format!("the run proves nothing: {}", reason.text()));
    }
    let is_shown =
        !gaps(outcome).is_empty() || outcome.failures().any(|judgement| judgement.level <= Level::Should);
    for missed in outcome.thresholds.iter().filter(|line| !line.verdict.kept) {
        let observed = missed.verdict.observed.as_deref().unwrap_or("nothing that could have kept it");
        add("threshold-missed", format!("threshold missed: {}: observed {observed}", missed.threshold));
    }
    if outcome.coverage.judged == 0 && !is_shown {
        add("nothing-judged", "no promise was judged: the run shows nothing".to_owned());
    }
    if outcome.status != ExitStatus::Conformant && troubles.is_empty() && !is_shown {
        let text = outcome.status.meaning().to_owned();
        troubles.push(Trouble { kind: "not-conformant", text });
    }
    troubles
}

/// The promises that must be kept and that no check could tell anything of, as contract and clause.
pub(super) fn gaps(outcome: &Outcome) -> BTreeSet<(&str, &str)> {
    let told: BTreeSet<(&str, &str)> =
        outcome.judgements.iter().filter(|judgement| !is_vacuous(judgement)).map(place).collect();
    let required = outcome.judgements.iter().filter(|judgement| judgement.level == Level::Must);
    required.map(place).filter(|place| !told.contains(place)).collect()
}

fn place(judgement: &Judgement) -> (&str, &str) {
    (&judgement.contract, &judgement.clause)
}

fn is_vacuous(judgement: &Judgement) -> bool {
    matches!(judgement.verdict, Verdict::Vacuous(_))
}

/// `conserve.requests (requests/not-conserved)`.
pub(super) fn title(judgement: &Judgement) -> String {
    format!("{} ({})", judgement.clause, judgement.check.as_deref().unwrap_or("no check"))
}

/// The first finding in a line, and how many more there are.
pub(super) fn headline(findings: &[Finding]) -> String {
    let Some(first) = findings.first() else { return "broken".to_owned() };
    let mut text = format!("{}: expected {}, observed {}", first.subject, first.expected, first.observed);
    if findings.len() > 1 {
        let _ = write!(text, " (and {} more)", findings.len() - 1);
    }
    text
}

/// Where the promise stands, in the document's words.
pub(super) fn promised(judgement: &Judgement) -> String {
    format!("{}, \"{}\": {}", judgement.document, judgement.heading, judgement.quote)
}

/// A finding's parts after its subject, each with its name.
pub(super) fn parts(finding: &Finding) -> Vec<(&'static str, &str)> {
    let mut parts = vec![("expected", finding.expected.as_str()), ("observed", finding.observed.as_str())];
    parts.extend(finding.evidence.iter().map(|evidence| ("evidence", evidence.as_str())));
    parts.push(("next", finding.next.as_str()));
    parts
}

/// The text with everything that is no character to look at written out, as `\t` or `\u{1b}`: XML forbids some of it,
/// terminals obey some, and a label value may hold any. Line ends are kept.
pub(super) fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
        if hidden && c != '\n' { seen.extend(c.escape_default()) } else { seen.push(c) }
    }
    seen
}

/// The same in one line: line ends are written out too.
pub(super) fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}
