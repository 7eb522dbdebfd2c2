//! Links: texts that name another place than the target, anchors and files that are not there, alerts without a runbook.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Rule;
use super::alerts::{Named, alerts};
use super::words::{parts, same_path};
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::{Link, Page};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "links/text-differs",
        finds: "A link whose text is a path, an address or an anchor other than the one that it leads to.",
        why: "Whoever copies the text ends somewhere else than whoever follows the link.",
        wrong: "The text may be an older name of the same place.",
        find: text_differs,
    },
    Rule {
        id: "links/dead-anchor",
        finds: "A link to a heading that the document, or another linted one, has not.",
        why: "At night, a runbook that opens at its first line is a runbook to be searched.",
        wrong: "The anchor may be made by another renderer than GitHub's.",
        find: dead_anchor,
    },
    Rule {
        id: "links/ambiguous-anchor",
        finds: "A link to a heading of which the document has several.",
        why: "It leads to the first, whichever is meant.",
        wrong: "The first may be the one that is meant.",
        find: ambiguous,
    },
    Rule {
        id: "links/not-checkable",
        finds: "Links to files that were not linted, counted for each document.",
        why: "Nobody has looked whether they are there.",
        wrong: "It cannot.",
        find: not_checkable,
    },
    Rule {
        id: "alerts/no-runbook",
        finds: "Alerts in rule files that name no runbook.",
        why: "Whoever is woken has to find out alone what to do.",
        wrong: "A template of the notification may add one by the alert's name.",
        find: no_runbook,
    },
];

/// A target's path and its anchor.
fn split(target: &str) -> (&str, Option<&str>) {
    match target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (target, None),
    }
}

/// The endings of files that are linked by their names.
const FILES: [&str; 12] =
    ["md", "markdown", "rst", "adoc", "html", "txt", "yaml", "yml", "json", "py", "toml", "sh"];

/// The ending of a path's last part, where it is one of a file that is linked by its name.
fn file_ending(path: &str) -> Option<&str> {
    let (before, ending) = parts(path).last()?.rsplit_once('.')?;
    (!before.is_empty() && FILES.contains(&ending)).then_some(ending)
}

fn text_differs(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        for link in page.links.iter().filter(|link| !link.text.contains([' ', '(', '@'])) {
            let Some(other) = differs(&link.text, &link.target) else { continue };
            let message = format!("the link's text names {other}");
            let noted = Noted::new(&link.place, format!("[{}]({})", link.text, link.target));
            findings.push(
                Finding::new("links/text-differs", Severity::Warning, message, noted)
                    .next("write the target's own name in the text"),
            );
        }
    }
}

/// What a link's text names that its target is not: another file or anchor, another address.
fn differs(text: &str, target: &str) -> Option<String> {
    let ((path, anchor), (to, leads)) = (split(text), split(target));
    if is_external(target) {
        let named = host(text).filter(|text| !target.to_lowercase().contains(text));
        // `array.prototype.at` looks like a host; one of the target's own domain is.
        let domain = |host: &str| {
            host.split('/').next().map(|host| host.rsplit('.').take(2).map(str::to_owned).collect::<Vec<_>>())
        };
        let leads = target.split_once("://").and_then(|(_, rest)| domain(rest));
        let sure = |host: &String| text.contains(['/', ':']) || domain(host) == leads;
        return named.filter(sure).map(|text| format!("`{text}`, and the link leads to `{to}`"));
    }
    // A name in a text may be what a page of another kind is about: `package.json`, in `packages.md`.
    if file_ending(path).is_none() || file_ending(path) != file_ending(to) {
        return None;
    }
    if !same_path(path, to) {
        return Some(format!("`{path}`, and the link leads to `{to}`"));
    }
    let wrong = anchor.is_some() && anchor != leads;
    wrong.then(|| {
        format!("`#{}`, and the link leads to `#{}`", anchor.unwrap_or_default(), leads.unwrap_or_default())
    })
}

/// The host that a text names, and the path after it: of a whole URL, or of a name with two dots or a path.
fn host(text: &str) -> Option<String> {
    let url = text.split_once("://").map(|(_, rest)| rest);
    let bare = url.unwrap_or(text).trim_start_matches("www.").trim_end_matches('/').to_lowercase();
    let first = bare.split(['/', '?', ':']).next().unwrap_or_default();
    let labels: Vec<&str> = first.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let top = labels.last().is_some_and(|top| {
        (2..=6).contains(&top.len()) && top.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let named = labels.len() > 1 && labels.iter().all(is_label) && top && file_ending(&bare).is_none();
    (named && (url.is_some() || labels.len() > 2 || bare.contains('/'))).then_some(bare)
}

/// The linted page that a link of another leads to.
fn page_at<'a>(corpus: &'a Corpus, from: &Page, path: &str) -> Option<&'a Page> {
    let mut at: Vec<&str> = from.file().rsplit_once('/').map(|(folder, _)| parts(folder)).unwrap_or_default();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            at.pop();
        } else {
            at.push(part);
        }
    }
    corpus.pages.iter().map(|(page, _)| page).find(|page| parts(page.file()) == at)
}

fn is_external(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:") || target.starts_with("tel:")
}

/// Links to an anchor of a page that was linted, with that page.
fn anchored<'a>(corpus: &'a Corpus, page: &'a Page) -> impl Iterator<Item = (&'a Link, &'a Page, &'a str)> {
    page.links.iter().filter(|link| !is_external(&link.target)).filter_map(move |link| {
        let (path, anchor) = split(&link.target);
        let to = if path.is_empty() { page } else { page_at(corpus, page, path)? };
        Some((link, to, anchor.filter(|anchor| !anchor.is_empty())?))
    })
}

/// Whether HTML in the page makes the anchor.
fn in_html(page: &Page, anchor: &str) -> bool {
    ["id", "name"].iter().any(|key| {
        let text = page.text();
        text.contains(&format!("{key}=\"{anchor}\""))
            || text.contains(&format!("{key}='{anchor}'"))
            || text.contains(&format!("{{#{anchor}}}"))
    })
}

/// Whether an anchor is among them. Browsers tell capitals from small letters; what renders Markdown may not.
fn has(anchors: &[String], anchor: &str) -> bool {
    anchors.iter().any(|it| it.eq_ignore_ascii_case(anchor))
}

fn dead_anchor(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        for (link, to, anchor) in anchored(corpus, page) {
            let anchors = to.anchors();
            if anchor == "top" || has(&anchors, anchor) || in_html(to, anchor) {
                continue;
            }
            let message = format!("`{}` has no heading with the anchor `#{anchor}`", to.file());
            let finding = Finding::new(
                "links/dead-anchor",
                Severity::Error,
                message,
                Noted::new(&link.place, link.target.clone()),
            );
            findings.push(finding.next(nearest(anchor, &anchors)));
        }
    }
    for alert in runbooks(corpus) {
        let (noted, page, anchor) = alert;
        let anchors = page.anchors();
        if !has(&anchors, anchor) && !in_html(page, anchor) {
            let message = format!("the runbook's anchor `#{anchor}` is none of `{}`", page.file());
            findings.push(
                Finding::new("links/dead-anchor", Severity::Error, message, noted)
                    .next(nearest(anchor, &anchors)),
            );
        }
    }
}

/// The runbook URLs of rules that name a heading of a linted page.
fn runbooks(corpus: &Corpus) -> Vec<(Noted, &Page, &str)> {
    let mut found = Vec::new();
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |_, node| {
                let Some(url) = node.get("runbook_url").or_else(|| node.get("runbook")) else { return };
                let Some((path, anchor)) = url.text().and_then(|text| text.split_once('#')) else { return };
                let name = path.rsplit('/').next().unwrap_or_default();
                let mut named = corpus
                    .pages
                    .iter()
                    .map(|(page, _)| page)
                    .filter(|page| page.file().rsplit('/').next() == Some(name));
                if let (Some(page), None) = (named.next(), named.next()) {
                    found.push((
                        Noted::new(&snippet.node(url), url.text().unwrap_or_default()),
                        page,
                        anchor,
                    ));
                }
            });
        }
    }
    found
}

/// The anchor that was meant: the one that holds the other, as numbers come and go.
fn nearest(anchor: &str, anchors: &[String]) -> String {
    let bare =
        |anchor: &str| anchor.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').to_lowercase();
    let meant = anchors.iter().find(|it| bare(it) == bare(anchor)).or_else(|| {
        anchors.iter().find(|it| it.contains(anchor) || anchor.contains(it.as_str()) && it.len() > 4)
    });
    meant.map_or_else(|| "link to a heading that is there".to_owned(), |it| format!("is `#{it}` meant?"))
}

/// A page with the links to one of its anchors.
struct Linked<'a> {
    to: &'a Page,
    places: Vec<Noted>,
}

fn ambiguous(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        let mut links: BTreeMap<(&Arc<str>, &str), Linked<'_>> = BTreeMap::new();
        for (link, to, anchor) in anchored(corpus, page) {
            let linked =
                links.entry((to.file(), anchor)).or_insert_with(|| Linked { to, places: Vec::new() });
            linked.places.push(Noted::new(&link.place, link.target.clone()));
        }
        for ((file, anchor), Linked { to, places }) in &links {
            // Who links to the second too knows of both.
            if anchor.ends_with(|c: char| c.is_ascii_digit())
                || links.contains_key(&(*file, &*format!("{anchor}-1")))
            {
                continue;
            }
            let Some(at) = to.anchors().iter().position(|it| it == anchor) else { continue };
            // The first section is what stands before any heading, and has no anchor.
            let title = &to.sections[at + 1].title;
            let same: Vec<_> = to
                .sections
                .iter()
                .skip(1)
                .filter(|section| section.title.eq_ignore_ascii_case(title))
                .collect();
            if same.len() < 2 {
                continue;
            }
            let message =
                format!("`#{anchor}` is one of {} headings `{title}`, and leads to the first", same.len());
            let mut finding =
                Finding::new("links/ambiguous-anchor", Severity::Note, message, places[0].clone());
            finding.places.extend(places.iter().skip(1).cloned());
            finding.places.extend(
                same.iter()
                    .map(|section| Noted::new(&to.lines.whole(section.line), section.path.join(" > "))),
            );
            findings.push(finding.next(format!(
                "give the headings names of their own, or link to `#{anchor}-1` for the second"
            )));
        }
    }
}

fn not_checkable(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        let elsewhere = page.links.iter().filter(|link| {
            let path = split(&link.target).0;
            let other = corpus.snippets.iter().any(|it| it.whole && parts(&it.file).ends_with(&parts(path)));
            !is_external(&link.target) && !path.is_empty() && page_at(corpus, page, path).is_none() && !other
        });
        let mut places = elsewhere.map(|link| Noted::new(&link.place, link.target.clone()));
        let Some(first) = places.next() else { continue };
        let mut finding = Finding::new("links/not-checkable", Severity::Note, "", first);
        finding.places.extend(places);
        let count = finding.places.len();
        finding.message = format!(
            "{count} {} to files that were not linted: not checkable",
            if count == 1 { "link leads" } else { "links lead" }
        );
        findings.push(finding.next("lint the folder that holds them too"));
    }
}

fn no_runbook(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let alerts = alerts(corpus);
    let mut files: BTreeMap<&Arc<str>, Vec<&Named>> = BTreeMap::new();
    for alert in alerts.iter().filter(|it| it.whole && it.rule && !it.runbook) {
        files.entry(&alert.place.file).or_default().push(alert);
    }
    for lacking in files.into_values() {
        let mut places = lacking.iter().map(|it| Noted::new(&it.place, it.name.clone()));
        let Some(first) = places.next() else { continue };
        let message = format!(
            "{} of the file's alerts {} no `runbook_url`",
            lacking.len(),
            if lacking.len() == 1 { "has" } else { "have" }
        );
        let mut finding = Finding::new("alerts/no-runbook", Severity::Warning, message, first);
        finding.places.extend(places);
        findings.push(finding.next("annotate each with the URL of what to do"));
    }
}
