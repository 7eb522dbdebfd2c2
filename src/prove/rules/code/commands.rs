//! Commands that a shell, or the program that they call, does not take.

use super::Rule;
use super::shell::{Command, Word};
use super::sources::{Source, sources};
use crate::contract::yaml::nearest;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::snippet::Kind;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "command/not-one",
        finds: "Lines such as `GET /path` in a block of shell code.",
        why: "The shell answers that there is no such command; no host says where the request should go.",
        wrong: "A block may name a shell only for its colours.",
        find: http_lines,
    },
    Rule {
        id: "command/quotes",
        finds: "Quotes and parentheses that are never closed, in shell code and in filters of jq.",
        why: "The shell waits for more, or jq refuses the filter.",
        wrong: "What programs print may stand in the same block as their commands.",
        find: quotes,
    },
    Rule {
        id: "command/subcommand",
        finds: "Subcommands that kubectl, docker, helm, promtool or amtool do not have.",
        why: "The program prints its help and does nothing.",
        wrong: "Plugins add subcommands; only what looks like a misspelling is reported of those that have plugins.",
        find: subcommands,
    },
];

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

fn http_lines(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let prompted = |text: &str| text.lines().any(|line| line.trim_start().starts_with("$ "));
    for snippet in
        corpus.snippets.iter().filter(|snippet| snippet.kind == Kind::Shell && !prompted(&snippet.text))
    {
        for (line, place) in snippet.lines() {
            let mut words = line.split_whitespace();
            let (Some(method), Some(target)) = (words.next(), words.next()) else { continue };
            let is_target =
                target.starts_with('/') || target.starts_with("http://") || target.starts_with("https://");
            let version = words.next().is_none_or(|word| word.starts_with("HTTP/") || word.starts_with('#'));
            if !METHODS.contains(&method) || !is_target || !version {
                continue;
            }
            let message =
                format!("`{}` is no shell command: it is the first line of an HTTP request", line.trim());
            let host = if target.starts_with('/') { "http://<host>:<port>" } else { "" };
            let next = format!("write `curl -X {method} {host}{target}`, or name the block `http`");
            findings.push(
                Finding::new("command/not-one", Severity::Error, message, Noted::new(&place, line.trim()))
                    .next(next),
            );
        }
    }
}

fn quotes(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for source in sources(corpus) {
        if let Some(at) = source.script.open_quote.filter(|_| is_code(&source)) {
            let end = source.text[at..].find('\n').map_or(source.text.len(), |end| at + end);
            let message =
                "this quote is never closed: the shell waits for more and runs nothing of what follows";
            let noted = Noted::new(&source.at(&(at..end)), source.says(&(at..end)));
            findings.push(
                Finding::new("command/quotes", Severity::Error, message, noted)
                    .next("close it, or write a backslash before it"),
            );
        }
        for command in &source.script.commands {
            let Some(filter) = jq_filter(command.program()) else { continue };
            if let Some(wrong) = unbalanced(&filter.text) {
                let noted = Noted::new(&source.at(&filter.at), source.says(&filter.at));
                let message = format!("jq refuses this filter: {wrong}");
                findings.push(
                    Finding::new("command/quotes", Severity::Error, message, noted)
                        .next("close what is open"),
                );
            }
        }
    }
}

/// Whether a block holds commands only. What stands in running text is cut out of a sentence.
fn is_code(source: &Source<'_>) -> bool {
    source.snippet.is_some_and(|snippet| matches!(snippet.lang.as_str(), "bash" | "sh" | "shell" | "zsh"))
}

/// The filter of a jq command: its first word that is no option and no option's value.
fn jq_filter(words: &[Word]) -> Option<&Word> {
    let (program, rest) = words.split_first()?;
    if program.text != "jq" {
        return None;
    }
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        let skipped = match word.text.as_str() {
            "--arg" | "--argjson" | "--slurpfile" | "--rawfile" => 2,
            "--indent" | "-L" | "--tab" => 1,
            "-f" | "--from-file" => return None,
            text if text.starts_with('-') && text.len() > 1 => 0,
            _ => return Some(word).filter(|word| !word.text.contains("$(")),
        };
        for _ in 0..skipped {
            rest.next();
        }
    }
    None
}

/// What is open in a filter, or closed without having been opened.
fn unbalanced(filter: &str) -> Option<String> {
    let mut open = Vec::new();
    let mut chars = filter.chars();
    while let Some(c) = chars.next() {
        let in_text = open.last() == Some(&'"');
        match c {
            // `\(` begins a filter within a text.
            '\\' if in_text => open.extend(chars.next().filter(|escaped| *escaped == '(')),
            '"' if in_text => drop(open.pop()),
            '"' | '(' | '[' | '{' if !in_text => open.push(c),
            '#' if !in_text => break,
            ')' | ']' | '}' if !in_text => {
                let wanted = match c {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                if open.pop() != Some(wanted) {
                    return Some(format!("`{c}` closes nothing"));
                }
            }
            _ => {}
        }
    }
    open.pop().map(|c| format!("`{c}` is never closed"))
}

/// Programs with their subcommands, and whether plugins may add others.
const PROGRAMS: [(&str, bool, &str); 6] = [
    (
        "kubectl",
        true,
        "annotate api-resources api-versions apply attach auth autoscale certificate \
         cluster-info completion config cordon cp create debug delete describe diff drain \
         edit events exec explain expose get help kustomize label logs options patch plugin \
         port-forward proxy replace rollout run scale set taint top uncordon version wait",
    ),
    (
        "docker",
        true,
        "attach build builder buildx checkpoint commit compose config container context cp \
         create diff events exec export history image images import info inspect kill load \
         login logout logs manifest network node pause plugin port ps pull push rename \
         restart rm rmi run save search secret service stack start stats stop swarm system \
         tag top trust unpause update version volume wait",
    ),
    (
        "docker-compose",
        true,
        "build config create cp down events exec help images kill logs ls pause port ps pull \
         push restart rm run scale start stop top unpause up version wait watch stats attach \
         export publish volumes",
    ),
    (
        "helm",
        true,
        "completion create dependency dep env get help history install lint list ls package \
         plugin pull fetch push registry repo rollback search show inspect status template \
         test uninstall delete del upgrade verify version",
    ),
    ("promtool", false, "check query debug push test tsdb promql help"),
    ("amtool", false, "alert silence check-config cluster config template help"),
];

/// Options before a subcommand that take a value.
const VALUED: [&str; 16] = [
    "-n",
    "--namespace",
    "--context",
    "--kubeconfig",
    "-f",
    "--file",
    "-p",
    "--project-name",
    "--profile",
    "--env-file",
    "-H",
    "--host",
    "-c",
    "--cluster",
    "--kube-context",
    "--project-directory",
];

fn subcommands(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for source in sources(corpus) {
        for command in &source.script.commands {
            findings.extend(subcommand(&source, command));
        }
    }
}

fn subcommand(source: &Source<'_>, command: &Command) -> Option<Finding> {
    let words = command.program();
    let (_, plugins, known) =
        PROGRAMS.iter().find(|(name, ..)| words.first().is_some_and(|word| word.text == *name))?;
    let mut rest = words[1..].iter();
    let found = loop {
        let word = rest.next()?;
        if VALUED.contains(&word.text.as_str()) {
            rest.next();
        } else if !word.text.starts_with('-') {
            break word;
        }
    };
    let text = found.text.as_str();
    let is_word = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if known.split_whitespace().any(|name| name == text) || !is_word {
        return None;
    }
    let near = nearest(text, known.split_whitespace());
    if *plugins && near.is_none() {
        return None;
    }
    let message = format!("{} has no subcommand `{text}`", words[0].text);
    let noted = Noted::new(&source.at(&found.at), text);
    let next = near.map_or_else(
        || format!("there are {}", known.replace(' ', ", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Some(Finding::new("command/subcommand", Severity::Error, message, noted).next(next))
}
