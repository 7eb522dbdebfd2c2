//! The password with which people sign in at a server, given differently.

use std::sync::Arc;

use super::Rule;
use super::assignments;
use super::hosts::{self, urls};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Severity};
use crate::prove::place::Place;
use crate::prove::said::{Said, disagreements};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "credentials/disagree",
    finds: "A server's admin password that two places give differently.",
    why: "One of them locks the reader out.",
    wrong: "Two installations may have two passwords, so this is only a note.",
    find: disagree,
}];

fn disagree(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut said = Vec::new();
    for it in assignments::all(corpus) {
        // Grafana's own variables begin with GF.
        let of_grafana = it.name.starts_with("GF_");
        if it.name.ends_with("ADMIN_PASSWORD") {
            let server = if of_grafana { Some("grafana") } else { hosts::server(&it.name) };
            said.extend(server.and_then(|server| password(&it.system, server, &it.value, it.place.clone())));
        }
    }
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |path, node| {
                let server = path.iter().find_map(|key| hosts::server(key));
                if path.last().is_some_and(|key| matches!(*key, "adminPassword" | "admin_password")) {
                    let value = node.text().zip(server);
                    said.extend(value.and_then(|(value, server)| {
                        password(&snippet.system, server, value, snippet.node(node))
                    }));
                }
            });
        }
    }
    for (page, system) in &corpus.pages {
        for number in 1..=page.lines.count() {
            let line = page.lines.line(number);
            let place = page.lines.whole(number);
            said.extend(written(line).and_then(|(server, value)| password(system, server, value, place)));
        }
    }
    findings.extend(disagreements(
        "credentials/disagree",
        Severity::Note,
        said,
        "say which installation each is for",
    ));
}

fn password(system: &Arc<str>, server: &str, value: &str, place: Place) -> Option<Said> {
    // `changeme` is what people are told to change; it still is another value than the one that works elsewhere.
    let known = !value.is_empty() && !value.contains(['$', '{', '<', '*']);
    known.then(|| Said {
        system: Arc::clone(system),
        subject: format!("{server}'s admin"),
        aspect: "password".to_owned(),
        value: value.to_owned(),
        shown: value.to_owned(),
        place,
        path: Vec::new(),
    })
}

/// `http://admin:admin@localhost:3000`, or "Grafana: http://localhost:3000 (admin/admin)".
fn written(line: &str) -> Option<(&'static str, &str)> {
    for url in urls(line) {
        let Some((_, value)) = url.user.and_then(|user| user.split_once(':')) else { continue };
        let by_port = || (url.port == hosts::usual_port("grafana")).then_some("grafana");
        let server = hosts::server_of_path(url.path).or_else(by_port).or_else(|| hosts::server(url.host));
        if let Some(server) = server {
            return Some((server, value));
        }
    }
    let inner = line.split('(').skip(1).filter_map(|rest| rest.split(')').next());
    let pair = inner.filter_map(|inner| inner.trim().trim_matches('`').split_once(['/', ':']));
    let (_, value) = pair.into_iter().find(|(user, _)| matches!(user.trim(), "admin" | "root"))?;
    let value = value.trim();
    hosts::server(line).filter(|_| !value.contains([' ', '/'])).map(|server| (server, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_written_in_brackets_and_addresses() {
        assert_eq!(
            written("- **Grafana**: http://localhost:3000 (admin/s3cret)"),
            Some(("grafana", "s3cret"))
        );
        assert_eq!(written("curl http://admin:pw@localhost:3000/api/search"), Some(("grafana", "pw")));
        assert_eq!(written("Grafana reads (admin/config.yaml files)"), None);
    }
}
