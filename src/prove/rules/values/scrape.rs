//! Scrape jobs that places describe differently.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rule;
use super::amounts::{self, Unit};
use super::assignments;
use super::hosts::urls;
use super::jobs::{Job, is_own_name, jobs, own};
use crate::contract::yaml::Node;
use crate::promql::MatchOp;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::Page;
use crate::prove::place::Place;
use crate::prove::said::{Said, disagreements};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "scrape/port-differs",
        finds: "One scrape target with two ports.",
        why: "Of two ports one is closed, and its target down.",
        wrong: "The server may answer on both.",
        find: ports,
    },
    Rule {
        id: "scrape/port-of-nothing",
        finds: "A port on which metrics are served, and scrape targets that all name another one.",
        why: "The target stays down from the first day.",
        wrong: "Something between the two may map the port.",
        find: variable,
    },
    Rule {
        id: "scrape/job-differs",
        finds: "One target that two places scrape under different job names, and queries for a job by a third.",
        why: "The name becomes the label `job`: queries and alerts written for one find nothing of the other.",
        wrong: "Two Prometheus servers may name their jobs as they like.",
        find: names,
    },
    Rule {
        id: "scrape/interval-differs",
        finds: "One job that is scraped at two intervals, and sentences that tell another interval.",
        why: "Windows of rates and alerts are chosen by it.",
        wrong: "A laptop may be scraped more often than production; headings are taken into account.",
        find: intervals,
    },
];

fn said(job: &Job<'_>, aspect: &str, value: String, shown: &str, node: &Node) -> Said {
    Said {
        system: Arc::clone(&job.snippet.system),
        subject: job.subject(),
        aspect: aspect.to_owned(),
        value,
        shown: shown.to_owned(),
        place: job.snippet.node(node),
        path: job.snippet.path.clone(),
    }
}

/// What targets, requests and annotations say of the port of each job.
fn targets(corpus: &Corpus) -> Vec<Said> {
    let mut all = Vec::new();
    for job in jobs(corpus) {
        let ports: BTreeSet<u16> = job.targets.iter().map(|(_, port, _)| *port).collect();
        let value = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(" and ");
        for (_, _, node) in &job.targets {
            all.push(said(&job, "port", value.clone(), node.text().unwrap_or_default(), node));
        }
    }
    for (page, system) in &corpus.pages {
        for (number, path) in lines(page) {
            for url in urls(page.lines.line(number)) {
                let own_metrics = is_own_name(url.host, system) && url.path.ends_with("/metrics");
                if let Some(port) = url.port.filter(|_| own_metrics) {
                    let (subject, aspect, value) = (own(system), "port".to_owned(), port.to_string());
                    let place = page.lines.whole(number);
                    let shown = url.text.to_owned();
                    all.push(Said {
                        system: Arc::clone(system),
                        subject,
                        aspect,
                        value,
                        shown,
                        place,
                        path: path.to_vec(),
                    });
                }
            }
        }
    }
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |path, node| {
                let port = node.text().filter(|_| path.last() == Some(&"prometheus.io/port"));
                let name = root.node.at("metadata.name").and_then(Node::text).unwrap_or_default();
                if let Some(port) = port.filter(|_| is_own_name(name, &snippet.system)) {
                    all.push(Said {
                        system: Arc::clone(&snippet.system),
                        subject: own(&snippet.system),
                        aspect: "port".to_owned(),
                        value: port.to_owned(),
                        shown: port.to_owned(),
                        place: snippet.node(node),
                        path: snippet.path.clone(),
                    });
                }
            });
        }
    }
    all
}

/// The lines of a page with the headings above each.
pub(super) fn lines(page: &Page) -> impl Iterator<Item = (usize, &[String])> {
    (1..=page.lines.count()).map(|number| {
        let index = page.sections.partition_point(|section| section.line <= number);
        let section = index.checked_sub(1).and_then(|index| page.sections.get(index));
        (number, section.map_or(&[][..], |section| &section.path))
    })
}

fn ports(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let next = "scrape the port on which the server answers, and name the same one everywhere";
    findings.extend(disagreements("scrape/port-differs", Severity::Error, targets(corpus), next));
}

fn variable(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let assigned = assignments::all(corpus);
    let of_metrics = |name: &str| ["METRICS_PORT", "PROMETHEUS_PORT"].iter().any(|end| name.ends_with(end));
    let served: Vec<_> =
        assigned.iter().filter(|it| of_metrics(&it.name) && it.value.parse::<u16>().is_ok()).collect();
    let scraped: Vec<Said> = targets(corpus).into_iter().filter(|it| it.subject == own(&it.system)).collect();
    let files: BTreeSet<&Arc<str>> = served.iter().map(|it| &it.place.file).collect();
    let mut told: BTreeSet<&Arc<str>> = BTreeSet::new();
    // A document by itself, then all of a system together.
    let scopes = files.into_iter().map(Some).chain([None]);
    for scope in scopes {
        let systems: BTreeSet<&Arc<str>> = served.iter().map(|it| &it.system).collect();
        for system in systems {
            if scope.is_none() && told.contains(system) {
                continue;
            }
            let within =
                |of: &Arc<str>, place: &Place| of == system && scope.is_none_or(|file| place.file == *file);
            let ours: Vec<_> = served.iter().filter(|it| within(&it.system, &it.place)).collect();
            let theirs: Vec<_> = scraped.iter().filter(|it| within(&it.system, &it.place)).collect();
            let agree = theirs
                .iter()
                .any(|it| ours.iter().any(|own| it.value.split(" and ").any(|port| port == own.value)));
            if ours.is_empty() || theirs.is_empty() || agree {
                continue;
            }
            told.insert(system);
            let message = format!(
                "`{}` says that metrics are on port {}, and Prometheus is told to scrape port {}",
                ours[0].name, ours[0].value, theirs[0].value
            );
            let first = Noted::new(&ours[0].place, ours[0].value.clone());
            let mut finding = Finding::new("scrape/port-of-nothing", Severity::Error, message, first)
                .next("scrape the port on which metrics are served");
            finding.places.extend(ours[1..].iter().map(|it| Noted::new(&it.place, it.value.clone())));
            finding.places.extend(theirs.iter().map(|it| Noted::new(&it.place, it.shown.clone())));
            findings.push(finding);
        }
    }
}

fn names(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut all = Vec::new();
    let jobs = jobs(corpus);
    let of_snippet = |wanted: &Job<'_>| {
        let same = |job: &&Job<'_>| std::ptr::eq(job.snippet, wanted.snippet) && job.is_own();
        jobs.iter().filter(same).count()
    };
    let mut own_names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for job in &jobs {
        // Two jobs for parts of one server have two names.
        if job.is_own() && of_snippet(job) == 1 {
            all.push(Said {
                subject: own(&job.snippet.system),
                ..said(job, "job name", job.name.to_owned(), job.name, job.name_node)
            });
        }
        if job.is_own() {
            own_names.entry(&job.snippet.system).or_default().insert(job.name);
        } else if let [(host, port, _)] = job.targets.as_slice() {
            let subject = format!("the target `{host}:{port}`");
            all.push(Said { subject, ..said(job, "job name", job.name.to_owned(), job.name, job.name_node) });
        }
    }
    let next = "name the job the same in every configuration: queries select by it";
    findings.extend(disagreements("scrape/job-differs", Severity::Error, all, next));
    queried(corpus, &jobs, &own_names, findings);
}

/// `up{job="shop-api"}` where the server is scraped as `shop`.
fn queried(
    corpus: &Corpus,
    jobs: &[Job<'_>],
    own_names: &BTreeMap<&str, BTreeSet<&str>>,
    findings: &mut Vec<Finding>,
) {
    for query in &corpus.queries {
        let (Ok(expr), Some(names)) = (&query.parsed, own_names.get(&*query.system)) else { continue };
        // A monitor of the operator's makes jobs named after services.
        let snippets = corpus.snippets.iter().filter(|it| it.system == query.system);
        let operated = snippets.flat_map(|it| &it.roots).any(|root| {
            root.node.get("kind").and_then(Node::text).is_some_and(|kind| kind.ends_with("Monitor"))
        });
        let any =
            |value: &str| jobs.iter().any(|job| job.snippet.system == query.system && job.name == value);
        for used in expr.selectors() {
            let wrong = used.selector.matchers.iter().find(|matcher| {
                let is_own = is_own_name(&matcher.value, &query.system);
                matcher.label == "job" && matcher.op == MatchOp::Equal && is_own && !any(&matcher.value)
            });
            let Some(matcher) = wrong.filter(|_| !operated) else { continue };
            let place = query.place(matcher.span.start, matcher.span.end);
            let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let message = format!(
                "this selects the job `{}`, and the server is scraped as {}",
                matcher.value,
                listed.join(", ")
            );
            let job = jobs.iter().find(|job| job.snippet.system == query.system && job.is_own());
            let mut finding = Finding::new(
                "scrape/job-differs",
                Severity::Error,
                message,
                Noted::new(&place, matcher.value.clone()),
            )
            .next("select the job by the name under which it is scraped");
            finding.places.extend(job.map(|job| Noted::new(&job.snippet.node(job.name_node), job.name)));
            findings.push(finding);
        }
    }
}

fn intervals(corpus: &Corpus, findings: &mut Vec<Finding>) {
    let mut all = Vec::new();
    for job in jobs(corpus) {
        if let Some((node, value)) =
            job.interval.and_then(|node| Some((node, amounts::seconds(node.text()?)?)))
        {
            all.push(said(&job, "scrape interval", value.to_string(), node.text().unwrap_or_default(), node));
        }
    }
    for snippet in &corpus.snippets {
        for root in &snippet.roots {
            for key in ["scrape_interval", "evaluation_interval"] {
                let node = root.node.get("global").and_then(|global| global.get(key));
                let Some((node, value)) = node.and_then(|node| Some((node, amounts::seconds(node.text()?)?)))
                else {
                    continue;
                };
                all.push(Said {
                    system: Arc::clone(&snippet.system),
                    subject: "Prometheus".to_owned(),
                    aspect: format!("global `{key}`"),
                    value: value.to_string(),
                    shown: node.text().unwrap_or_default().to_owned(),
                    place: snippet.node(node),
                    path: snippet.path.clone(),
                });
            }
        }
    }
    told(corpus, &all, findings);
    let next = "scrape at one interval, or say which installation each is for";
    let found = disagreements("scrape/interval-differs", Severity::Error, all, next);
    // What a job takes from the whole file is a finding of the job or of the file, not of both.
    let inside = |a: &Finding, b: &Finding| {
        a.places.len() < b.places.len() && a.places.iter().all(|place| b.places.contains(place))
    };
    findings.extend(found.iter().filter(|a| !found.iter().any(|b| inside(a, b))).cloned());
}

/// "Prometheus scrapes every 30 seconds" where no configuration of the document says so.
fn told(corpus: &Corpus, all: &[Said], findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        let known: Vec<&Said> =
            all.iter().filter(|it| it.place.file == *page.file() && it.aspect.contains("scrape")).collect();
        let prose = page.paragraphs.iter().map(|it| (&it.text, &it.place));
        for (text, place) in prose.chain(page.items.iter().map(|it| (&it.text, &it.place))) {
            let lower = text.to_lowercase();
            let about = lower.contains("scrap") && (lower.contains("every ") || lower.contains("interval"));
            let Some(amount) = amounts::only(text).filter(|it| about && it.unit == Unit::Seconds) else {
                continue;
            };
            let agrees =
                known.iter().any(|it| it.value.parse().is_ok_and(|value| amounts::same(value, amount.value)));
            let Some(other) = known.first().filter(|_| !agrees) else { continue };
            let message =
                format!("the sentence says {}, the configuration {}", &text[amount.at.clone()], other.shown);
            let finding = Finding::new(
                "scrape/interval-differs",
                Severity::Error,
                message,
                Noted::new(place, text.clone()),
            );
            findings
                .push(finding.also(Noted::new(&other.place, other.shown.clone())).next("make the two agree"));
        }
    }
}
