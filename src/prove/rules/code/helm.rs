//! Charts of repositories that nobody adds.

use super::Rule;
use super::shell::Word;
use super::sources::{Source, sources};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "command/helm-repo",
    finds: "Charts of a repository that the document never adds.",
    why: "helm answers: repo not found.",
    wrong: "The reader may have added it long ago.",
    find: helm,
}];

/// Where the repositories are that most documents mean by these names.
const REPOSITORIES: [(&str, &str); 10] = [
    ("prometheus-community", "https://prometheus-community.github.io/helm-charts"),
    ("grafana", "https://grafana.github.io/helm-charts"),
    ("jaegertracing", "https://jaegertracing.github.io/helm-charts"),
    ("open-telemetry", "https://open-telemetry.github.io/opentelemetry-helm-charts"),
    ("bitnami", "https://charts.bitnami.com/bitnami"),
    ("elastic", "https://helm.elastic.co"),
    ("jetstack", "https://charts.jetstack.io"),
    ("ingress-nginx", "https://kubernetes.github.io/ingress-nginx"),
    ("vm", "https://victoriametrics.github.io/helm-charts"),
    ("hashicorp", "https://helm.releases.hashicorp.com"),
];

fn helm(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let sources = sources(corpus);
    let mut added: Vec<(&str, String)> = Vec::new();
    for source in &sources {
        for command in &source.script.commands {
            let plain = plain(command.program());
            if let ["helm", "repo", "add", name, ..] = texts(&plain).as_slice() {
                added.push((source.file, (*name).to_owned()));
            }
        }
    }
    for source in &sources {
        for command in &source.script.commands {
            let words = command.program();
            let plain = plain(words);
            let Some(chart) =
                chart(&plain).filter(|_| !words.iter().any(|word| word.text.starts_with("--repo")))
            else {
                continue;
            };
            let Some((alias, _)) = chart.text.split_once('/') else { continue };
            if added.iter().any(|(file, name)| *file == source.file && name == alias) {
                continue;
            }
            let place = source.at(&chart.at);
            let message = format!(
                "no `helm repo add` of this document adds `{alias}`: helm does not find `{}`",
                chart.text
            );
            let known =
                REPOSITORIES.iter().find(|(name, _)| *name == alias).map_or("<its URL>", |(_, url)| url);
            let mut finding = Finding::new(
                "command/helm-repo",
                Severity::Error,
                message,
                Noted::new(&place, source.says(&chart.at)),
            )
            .next(format!("write `helm repo add {alias} {known}` before it"));
            finding.places.extend(other_repo(&sources, source.file));
            findings.push(finding);
        }
    }
}

/// What the document does add, so that a reader sees that it was looked for.
fn other_repo(sources: &[Source<'_>], file: &str) -> Option<Noted> {
    let mut found = sources
        .iter()
        .filter(|source| source.file == file)
        .flat_map(|source| source.script.commands.iter().map(move |command| (source, command.program())));
    found.find_map(|(source, words)| match texts(&plain(words)).as_slice() {
        ["helm", "repo", "add", ..] => {
            let at = words.first()?.at.start..words.last()?.at.end;
            Some(Noted::new(&source.at(&at), format!("only this is added: {}", source.says(&at))))
        }
        _ => None,
    })
}

/// The words that are neither options nor their values.
fn plain(words: &[Word]) -> Vec<&Word> {
    let mut plain = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let valued = [
            "-n",
            "-f",
            "--namespace",
            "--values",
            "--set",
            "--set-string",
            "--set-file",
            "--set-json",
            "--version",
            "--repo",
            "--timeout",
            "--kube-context",
            "--description",
            "--username",
            "--password",
            "--output",
            "-o",
            "--destination",
            "-d",
        ];
        if valued.contains(&word.text.as_str()) {
            rest.next();
        } else if !word.text.starts_with('-') {
            plain.push(word);
        }
    }
    plain
}

fn texts<'a>(words: &[&'a Word]) -> Vec<&'a str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

/// The chart that a helm command takes from a repository: `name/chart`, and neither a path nor a URL.
fn chart<'a>(plain: &[&'a Word]) -> Option<&'a Word> {
    let texts = texts(plain);
    let from = match texts.as_slice() {
        ["helm", "install" | "upgrade" | "template" | "pull" | "fetch", ..] => 2,
        ["helm", "show" | "inspect", _, ..] => 3,
        _ => return None,
    };
    let folders = [
        "charts",
        "chart",
        "deploy",
        "deployment",
        "helm",
        "k8s",
        "kubernetes",
        "manifests",
        "infra",
        "ops",
        "packages",
    ];
    plain.iter().skip(from).copied().find(|word| {
        let parts: Vec<&str> = word.text.split('/').collect();
        let [alias, chart] = parts.as_slice() else { return false };
        let name = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        name(alias)
            && name(chart)
            && !alias.starts_with('.')
            && !folders.contains(alias)
            && !chart.ends_with(".tgz")
    })
}
