//! Files and snippets that whoever reads them refuses.

use super::Rule;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::schema;
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "snippet/syntax",
        finds: "YAML, JSON and TOML that cannot be read.",
        why: "Whoever copies it gets an error, or something else than is meant.",
        wrong: "A fence may name a language loosely, for its colours.",
        find: syntax,
    },
    Rule {
        id: "snippet/schema",
        finds: "Configuration that Prometheus, Alertmanager, Grafana, Kubernetes or Compose would refuse or ignore.",
        why: "A misspelt key is a setting that nobody gets.",
        wrong: "Our schemas may lag behind a release.",
        find: schemas,
    },
    Rule {
        id: "snippet/undefined",
        finds: "Receivers and time intervals that are used and not defined, and names given twice.",
        why: "Alertmanager refuses to start, or two things answer to one name.",
        wrong: "A snippet may show only some of the receivers; it is judged when it lists any.",
        find: undefined,
    },
];

fn syntax(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for snippet in &corpus.snippets {
        for problem in &snippet.problems {
            let place = snippet.place(problem.line, problem.column, problem.length.max(1));
            let noted = Noted::new(&place, problem.message.clone());
            let finding = Finding::new(
                "snippet/syntax",
                Severity::Error,
                format!("this is not valid {}", name(snippet)),
                noted,
            );
            let help = problem.help.clone();
            findings.push(
                finding.next(help.unwrap_or_else(|| "mend it: nothing reads the file as it is".to_owned())),
            );
        }
        if snippet.kind == Kind::Json && snippet.problems.is_empty() {
            findings.extend(strict_json(snippet));
        }
        if snippet.kind == Kind::Toml {
            findings.extend(toml(snippet));
        }
    }
}

fn name(snippet: &Snippet) -> &'static str {
    if snippet.kind == Kind::Json { "JSON" } else { "YAML" }
}

/// What is YAML need not be JSON.
fn strict_json(snippet: &Snippet) -> Option<Finding> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(&snippet.text).err()?;
    let place = snippet.place(error.line(), error.column().max(1), 1);
    let noted = Noted::new(&place, error.to_string());
    Some(
        Finding::new("snippet/syntax", Severity::Error, "this is not valid JSON", noted)
            .next("JSON has no comments, no trailing commas and no unquoted words"),
    )
}

fn toml(snippet: &Snippet) -> Option<Finding> {
    let error = toml::from_str::<toml::Table>(&snippet.text).err()?;
    let span = error.span().unwrap_or_default();
    let noted =
        Noted::new(&snippet.bytes(span.start, span.end.max(span.start + 1)), error.message().to_owned());
    Some(
        Finding::new(
            "snippet/syntax",
            Severity::Error,
            "the fence says TOML, and this is not valid TOML",
            noted,
        )
        .next("name the language that it is in the fence, or write TOML"),
    )
}

fn schemas(corpus: &Corpus, findings: &mut Vec<Finding>) {
    report(corpus, findings, "snippet/schema", |format, node, fragment| {
        schema::mistakes(format, node, fragment)
    });
}

fn undefined(corpus: &Corpus, findings: &mut Vec<Finding>) {
    report(corpus, findings, "snippet/undefined", |format, node, _| schema::undefined(format, node));
}

fn report(
    corpus: &Corpus,
    findings: &mut Vec<Finding>,
    rule: &'static str,
    mistakes: impl Fn(schema::Format, &crate::contract::yaml::Node, bool) -> Vec<schema::Mistake>,
) {
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            let Some(format) = root.format else { continue };
            for mistake in mistakes(format, &root.node, !snippet.whole) {
                let place = snippet.place(mistake.line, mistake.column, mistake.length);
                let shown =
                    snippet.text.lines().nth(mistake.line.saturating_sub(1)).unwrap_or_default().trim();
                let next = match mistake.accepted.as_slice() {
                    [] => "mend it: whatever reads the file refuses it, or goes without".to_owned(),
                    accepted => format!("accepted: {}", accepted.join(", ")),
                };
                let severity = if !snippet.whole && to_be_filled(snippet, mistake.line) {
                    Severity::Note
                } else {
                    Severity::Error
                };
                let finding = Finding::new(rule, severity, mistake.message, Noted::new(&place, shown));
                findings.push(finding.next(next));
            }
        }
    }
}

/// Whether the next line of a document's snippet is a comment that stands for what is missing: `# paste it here`.
fn to_be_filled(snippet: &Snippet, line: usize) -> bool {
    let next = snippet.text.lines().nth(line).map(str::trim).unwrap_or_default().to_lowercase();
    next.starts_with('#') && [" here", "paste", "copy", "your", "..."].iter().any(|word| next.contains(word))
}
