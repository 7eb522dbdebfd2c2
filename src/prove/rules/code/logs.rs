//! Queries of logs that Loki refuses.

use super::Rule;
use super::logql::fault;
use super::queries::{only_a_pattern, shown};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "query/logql",
    finds: "LogQL that Loki refuses.",
    why: "Whoever looks for an error in the logs at night gets one of the query's own.",
    wrong: "Stages and functions of a release newer than ours.",
    find: logql,
}];

fn logql(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for snippet in corpus.snippets.iter().filter(|snippet| snippet.kind == Kind::Logql) {
        for (start, text) in queries(snippet) {
            if only_a_pattern(&text) {
                continue;
            }
            let Some(fault) = fault(&text) else { continue };
            let place = snippet.bytes(start + fault.at.start, start + fault.at.end);
            let message = format!("this is not valid LogQL: {}", fault.message);
            let finding =
                Finding::new("query/logql", Severity::Error, message, Noted::new(&place, shown(&text)));
            findings.push(finding.next(fault.help.unwrap_or_else(|| "Loki answers 400 to it".to_owned())));
        }
    }
}

/// The queries of a block, each with the byte at which it begins: parted by empty lines and comments, and where a line
/// cannot go on with the one before it.
fn queries(snippet: &Snippet) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut at = 0_usize;
    let mut parted = true;
    for line in snippet.text.split_inclusive('\n') {
        let code = line.trim();
        if code.is_empty() || code.starts_with('#') || code.starts_with("//") {
            parted = true;
        } else {
            let begins = code.starts_with(|c: char| c == '{' || c.is_ascii_alphabetic());
            let joins = ["by ", "by(", "without", "and ", "or ", "unless ", "offset "]
                .iter()
                .any(|word| code.starts_with(word));
            let whole = found.last().is_some_and(|(_, before)| balanced(before));
            let closes = code.starts_with(['|', ')', '/', '*', '>', '<', '[', '=', '!']);
            let anew = (parted && !closes) || (begins && !joins && whole);
            match found.last_mut() {
                Some((start, text)) if !anew => {
                    // What was skipped in between keeps its length, so that places stay right.
                    let gap = at.saturating_sub(*start + text.len());
                    text.push_str(&" ".repeat(gap));
                    text.push_str(line);
                }
                _ => found.push((at, line.to_owned())),
            }
            parted = false;
        }
        at += line.len();
    }
    found
}

fn balanced(text: &str) -> bool {
    let outside: Vec<&str> = text.split('"').step_by(2).collect();
    let outside = outside.join("\"\"");
    let ends_open = outside.trim_end().ends_with(['|', '=', '+', '-', '*', '/', ',', '(', '>', '<', '~']);
    !ends_open && outside.matches(['(', '{', '[']).count() == outside.matches([')', '}', ']']).count()
}
