//! Webhooks: what tells others.

use super::Rule;
use super::words::{mentions, set};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::Page;
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "webhooks/no-destination",
    finds: "Webhooks that a document has settings for, none of which says where to send them.",
    why: "They are switched on and go nowhere.",
    wrong: "Receivers may register themselves by an interface that the document does not call so.",
    find: no_destination,
}];

/// Words in the names of settings that say where.
const WHERE: [&str; 10] =
    ["url", "uri", "endpoint", "target", "destination", "address", "host", "dsn", "callback", "webhook_path"];

fn no_destination(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        for section in page.sections.iter().skip(1) {
            let is = |title: &String| set(title).contains("webhook");
            let outermost = is(&section.title) && !section.path[..section.path.len() - 1].iter().any(is);
            if !outermost {
                continue;
            }
            let inside = |path: &[String]| path.starts_with(&section.path);
            let snippets: Vec<&Snippet> =
                corpus.snippets.iter().filter(|it| it.file == *page.file() && inside(&it.path)).collect();
            let settings: Vec<Noted> = snippets.iter().flat_map(|snippet| settings(snippet)).collect();
            let says_where = settings.iter().any(|it| {
                let name = it.says.split(['=', ':']).next().unwrap_or_default().trim();
                mentions(name, &WHERE) || name.to_lowercase().ends_with("webhook") || it.says.contains("://")
            });
            let elsewhere = told(page, &section.path);
            if settings.is_empty() || says_where || elsewhere {
                continue;
            }
            let message = format!(
                "`{}` has settings, and none of them says where the webhooks are sent",
                section.title
            );
            let mut places = settings.into_iter();
            let Some(first) = places.next() else { continue };
            let mut finding = Finding::new("webhooks/no-destination", Severity::Error, message, first);
            finding.places.extend(places);
            findings
                .push(finding.next("document the setting for the URL, and for the secret if there is one"));
        }
    }
}

/// Whether text or a table of the section says where webhooks are sent, or that receivers register.
fn told(page: &Page, path: &[String]) -> bool {
    let inside = |section: usize| page.sections[section].path.starts_with(path);
    let where_words = ["url", "uri", "destination", "regist", "subscri", "sent to http", "callback"];
    let prose = page.paragraphs.iter().filter(|it| inside(it.section)).map(|it| it.text.as_str());
    let items = page.items.iter().filter(|it| inside(it.section)).map(|it| it.text.as_str());
    let tables = page.tables.iter().filter(|it| inside(it.section));
    let cells =
        tables.flat_map(|it| &it.rows).filter_map(|row| row.cells.first()).map(|cell| cell.text.as_str());
    let as_word = |text: &str| {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| {
            where_words[..3].contains(&word) || where_words[3..].iter().any(|begin| word.starts_with(begin))
        })
    };
    // A setting such as `ORDERS_WEBHOOK_URL` may stand in another part of the document.
    let names = page.text().split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    let mut settings = names.filter(|name| mentions(name, &["webhook"]));
    prose.chain(items).chain(cells).any(as_word) || settings.any(|name| mentions(name, &WHERE))
}

/// Settings of webhooks: variables whose names say so, arguments of a call that does.
fn settings(snippet: &Snippet) -> Vec<Noted> {
    let mut found = Vec::new();
    let mut call = false;
    for (line, place) in snippet.lines() {
        let text = line.trim();
        let noted = || Noted::new(&place, text);
        match snippet.kind {
            Kind::Shell | Kind::Env | Kind::Toml => {
                let name = text.trim_start_matches("export ").split(['=', ' ']).next().unwrap_or_default();
                if text.contains('=') && name.len() > 2 && name.to_lowercase().contains("webhook") {
                    found.push(noted());
                }
            }
            Kind::Python => {
                // From `WebhookConfig(` to its parenthesis, an argument a line or all in one.
                let opens = text
                    .split('(')
                    .next()
                    .is_some_and(|head| mentions(head, &["webhook"]) && head.contains("Config"));
                if opens && !text.starts_with("from ") && !text.starts_with("import ") {
                    call = true;
                    found.push(noted());
                } else if call && text.contains('=') {
                    found.push(noted());
                }
                call &= !(text.starts_with(')') || opens && text.ends_with(')'));
            }
            _ => {}
        }
    }
    found
}
