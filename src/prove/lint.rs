use super::corpus::{Corpus, LONGEST, LONGEST_LINE};
use super::coverage::{Coverage, coverage};
use super::finding::{Finding, Noted, Severity};
use super::place::Place;
use super::rules;

/// What linting found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lint {
    /// What is wrong, in the order of files and lines.
    pub findings: Vec<Finding>,
    /// What each document has and its contract says of it.
    pub coverage: Vec<Coverage>,
    /// How many files were read.
    pub files: usize,
    /// How many files were none that is linted.
    pub unread: usize,
}

impl Lint {
    /// Whether anything is worse than a note.
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity < Severity::Note)
    }
}

/// Judges everything in a corpus by every rule.
pub fn lint(corpus: &Corpus) -> Lint {
    let mut findings = unreadable(corpus);
    let coverage = coverage(corpus, &mut findings);
    for corpus in std::iter::once(corpus).chain(&corpus.parts) {
        for rule in rules::all() {
            (rule.find)(corpus, &mut findings);
        }
    }
    findings.sort_by(|a, b| (&a.places, a.rule, &a.message).cmp(&(&b.places, b.rule, &b.message)));
    findings.dedup();
    let whole = corpus.snippets.iter().filter(|snippet| snippet.whole).count();
    let files = corpus.pages.len() + corpus.long.len() + whole + corpus.contracts.len();
    Lint { findings, coverage, files, unread: corpus.unread }
}

fn unreadable(corpus: &Corpus) -> Vec<Finding> {
    let broken = corpus.broken.iter().map(|problem| {
        let (line, column, length) = (problem.line, problem.column, problem.length);
        let place = Place { file: problem.file.as_str().into(), line, column, length };
        let accepted = problem.accepted.join(", ");
        let next = if accepted.is_empty() {
            problem.help.clone().unwrap_or_default()
        } else {
            format!("accepted: {accepted}")
        };
        Finding::new("contract/invalid", Severity::Error, problem.message.clone(), Noted::new(&place, ""))
            .next(next)
    });
    let damaged = corpus.damaged.iter().map(|(file, line)| {
        let place = Place { file: file.as_str().into(), line: *line, column: 1, length: 0 };
        let noted = Noted::new(&place, "the first such byte is on this line");
        Finding::new(
            "text/not-utf8",
            Severity::Warning,
            "the file is not UTF-8; what is none was read as \u{fffd}",
            noted,
        )
        .next("save it as UTF-8")
    });
    let long = corpus.long.iter().map(|(file, bytes, lines)| {
        let place = Place { file: file.as_str().into(), line: 1, column: 1, length: 0 };
        let message = format!(
            "the document has {bytes} bytes, and {lines} lines of more than {LONGEST_LINE}: it was judged in parts, each \
             by itself and without a contract, and those lines were not"
        );
        Finding::new("text/too-long", Severity::Warning, message, Noted::new(&place, "it begins here")).next(format!(
            "part it, to less than {LONGEST} bytes: what contradicts something in another part was not seen"
        ))
    });
    broken.chain(damaged).chain(long).collect()
}
