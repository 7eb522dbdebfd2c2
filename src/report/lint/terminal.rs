use std::fmt::Write as _;

use tabled::builder::Builder;
use tabled::settings::Style as Lines;

use super::counted;
use crate::prove::{Coverage, Finding, Lint, Severity};
use crate::report::Style;
use crate::report::plain::one_line;

/// What stands at a place is cut off after so many characters; the place tells where the rest is.
const MOST_SHOWN: usize = 110;

/// The findings one after the other, each with every place, then what each document has and its contract says of it.
pub fn terminal(lint: &Lint, style: Style) -> String {
    let mut text = String::new();
    for finding in &lint.findings {
        one(&mut text, finding, style);
    }
    if lint.coverage.iter().any(|coverage| coverage.contract.is_some()) {
        coverage(&mut text, &lint.coverage, style);
    }
    let files = if lint.files == 1 { "file" } else { "files" };
    let _ = writeln!(text, "{} {files} linted: {}", lint.files, counted(lint));
    text
}

fn one(text: &mut String, finding: &Finding, style: Style) {
    let kind = format!("{}[{}]", finding.severity.name(), finding.rule);
    let kind = match finding.severity {
        Severity::Error => style.bad(&kind),
        Severity::Warning => style.dim(&kind),
        Severity::Note => style.strong(&kind),
    };
    let _ = writeln!(text, "{kind}: {}", one_line(&finding.message));
    let places: Vec<String> = finding
        .places
        .iter()
        .map(|noted| {
            let place = &noted.place;
            format!("{}:{}:{}", place.file, place.line, place.column)
        })
        .collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or_default();
    for (place, noted) in places.iter().zip(&finding.places) {
        let says: String = one_line(&noted.says).chars().take(MOST_SHOWN).collect();
        let _ = writeln!(text, "{}", format!("  {place:width$}  {says}").trim_end());
    }
    if !finding.next.is_empty() {
        let _ = writeln!(text, "  next: {}", one_line(&finding.next));
    }
    text.push('\n');
}

fn coverage(text: &mut String, all: &[Coverage], style: Style) {
    let mut table = Builder::default();
    table.push_record(["document", "contract", "facts", "quoted by clauses", "left out", "neither"]);
    for it in all {
        let (contract, neither) = match &it.contract {
            Some(contract) => (contract.clone(), (it.facts - it.clauses - it.omitted).to_string()),
            None => ("none".to_owned(), "-".to_owned()),
        };
        let (facts, clauses, omitted) =
            (it.facts.to_string(), it.clauses.to_string(), it.omitted.to_string());
        table.push_record([it.document.clone(), contract, facts, clauses, omitted, neither]);
    }
    let _ = writeln!(text, "{}\n", table.build().with(Lines::sharp()));
    for it in all {
        if let Some(kinds) = kinds(it) {
            let _ = writeln!(text, "{}: {kinds}", it.document);
        }
        for (what, reason, facts) in &it.omissions {
            let _ = writeln!(
                text,
                "  left out: {} ({facts} facts): {}",
                style.strong(&one_line(what)),
                one_line(reason)
            );
        }
    }
    text.push('\n');
}

/// `8 of 8 metrics, 6 of 6 variables`: what the document names, and how much of it clauses name.
fn kinds(coverage: &Coverage) -> Option<String> {
    coverage.contract.as_ref()?;
    let kinds: Vec<String> =
        coverage.named.iter().map(|(kind, found, claimed)| format!("{claimed} of {found} {kind}")).collect();
    (!kinds.is_empty()).then(|| format!("clauses name {}", kinds.join(", ")))
}
