//! Charts that commands install.

use std::sync::Arc;

use super::assignments::words;
use crate::prove::corpus::Corpus;
use crate::prove::place::Place;
use crate::prove::snippet::Kind;

/// `helm install release repository/chart --namespace monitoring`
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) system: Arc<str>,
    pub(super) release: String,
    /// With its repository.
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) namespace_place: Option<Place>,
    /// Where the command begins.
    pub(super) place: Place,
}

/// Every chart that a command of a corpus installs.
pub(super) fn charts(corpus: &Corpus) -> Vec<Chart> {
    let mut found = Vec::new();
    for snippet in corpus.snippets.iter().filter(|snippet| snippet.kind == Kind::Shell) {
        let mut command: Vec<(String, Place)> = Vec::new();
        for (line, place) in snippet.lines() {
            let goes_on = line.trim_end().ends_with('\\');
            let line = line.trim().trim_end_matches('\\');
            command.extend(words(line).into_iter().map(|word| (word, place.clone())));
            if !goes_on {
                found.extend(chart(&command, &snippet.system));
                command.clear();
            }
        }
    }
    found
}

fn chart(command: &[(String, Place)], system: &Arc<str>) -> Option<Chart> {
    let at = command
        .windows(2)
        .position(|pair| pair[0].0 == "helm" && matches!(&*pair[1].0, "install" | "upgrade"))?;
    let mut rest = command[at + 2..].iter();
    let (mut names, mut namespace) = (Vec::new(), None);
    while let Some((word, _)) = rest.next() {
        match word.as_str() {
            "-n" | "--namespace" => namespace = rest.next().cloned(),
            "--install" | "-i" | "--create-namespace" | "--wait" | "--atomic" | "--debug" | "--dry-run" => {}
            _ if word.starts_with("--namespace=") => {
                let (word, place) =
                    (word.trim_start_matches("--namespace=").to_owned(), command[at].1.clone());
                namespace = Some((word, place));
            }
            _ if word.starts_with("--") && word.contains('=') => {}
            _ if word.starts_with('-') => drop(rest.next()),
            _ => names.push(word.clone()),
        }
    }
    let [release, name] = names.as_slice() else { return None };
    Some(Chart {
        system: Arc::clone(system),
        release: release.clone(),
        name: name.clone(),
        namespace: namespace.as_ref().map(|(word, _)| word.clone()),
        namespace_place: namespace.map(|(_, place)| place),
        place: command[at].1.clone(),
    })
}
