use super::counted;
use crate::prove::{Lint, Severity};
use crate::report::github::{Spot, command};

/// The findings as GitHub workflow commands, which a job's log turns into annotations: one at the first place of each,
/// with the others in its text. The last line is a notice that counts them.
pub fn github(lint: &Lint) -> String {
    let mut text = String::new();
    for finding in &lint.findings {
        let kind = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut message = finding.message.clone();
        for noted in &finding.places {
            let place = &noted.place;
            message.push_str(&format!("\n{}:{}:{}  {}", place.file, place.line, place.column, noted.says));
        }
        if !finding.next.is_empty() {
            message.push_str(&format!("\nnext: {}", finding.next));
        }
        let first = finding.places.first().map(|noted| &noted.place);
        let spot =
            first.map(|place| Spot { file: &place.file, line: place.line, column: Some(place.column) });
        command(&mut text, kind, spot, finding.rule, &message);
    }
    command(&mut text, "notice", None, "probity lint", &counted(lint));
    text
}
