//! Diagrams: arrows that carry metrics to where no configuration sends them.

use super::Rule;
use super::words::{mentions, set};
use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::place::Place;
use crate::prove::snippet::{Kind, Snippet};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "diagram/metrics-arrow",
    finds: "An arrow that takes a component's metrics to a tool that scrapes nothing, while Prometheus scrapes them.",
    why: "Whoever follows the picture looks for the data in the wrong tool.",
    wrong: "The arrow may mean what is shown in the end.",
    find: arrows,
}];

/// What does not scrape: it shows, routes or keeps something else.
const NO_STORE: [&str; 8] =
    ["grafana", "alertmanager", "jaeger", "kibana", "pagerduty", "slack", "loki", "tempo"];

/// What takes metrics in.
const STORES: [&str; 9] =
    ["prometheus", "victoriametrics", "mimir", "thanos", "cortex", "collector", "agent", "alloy", "telegraf"];

/// An arrow between two boxes on one line, with what stands on it.
struct Arrow {
    from: String,
    to: String,
    label: String,
    line: String,
    place: Place,
}

fn is_side(c: char) -> bool {
    matches!(c, '│' | '|' | '║' | '┃' | '┤' | '├')
}

fn is_shaft(c: char) -> bool {
    matches!(c, '─' | '-' | '━' | '═' | '=' | '▶' | '►' | '→' | '>' | '◀' | '◄' | '←' | '<')
}

fn arrows_of(snippet: &Snippet) -> Vec<Arrow> {
    let lines: Vec<(Vec<char>, Place)> =
        snippet.lines().map(|(line, place)| (line.chars().collect(), place)).collect();
    let mut found = Vec::new();
    for (row, (chars, place)) in lines.iter().enumerate() {
        let sides: Vec<usize> =
            chars.iter().enumerate().filter(|(_, c)| is_side(**c)).map(|(at, _)| at).collect();
        // Two sides, the arrow between the second and the third, two sides.
        for four in sides.windows(4) {
            let between: String = chars[four[1] + 1..four[2]].iter().collect();
            let inner = between.trim();
            let shaft = inner.chars().filter(|c| is_shaft(*c)).count();
            let right = inner.ends_with(['▶', '►', '→', '>']);
            let left = inner.starts_with(['◀', '◄', '←', '<']);
            if shaft < 3 || right == left {
                continue;
            }
            let label: String = inner.chars().map(|c| if is_shaft(c) { ' ' } else { c }).collect();
            let (a, b) = (boxed(&lines, row, four[0], four[1]), boxed(&lines, row, four[2], four[3]));
            let (from, to) = if right { (a, b) } else { (b, a) };
            let line = chars.iter().collect::<String>().trim().to_owned();
            found.push(Arrow { from, to, label: label.trim().to_owned(), line, place: place.clone() });
        }
    }
    found
}

/// The text of the box with these sides, from its lid to its floor. A name that was replaced by a longer one shifts its
/// line, so that sides need not stand exactly below one another.
fn boxed(lines: &[(Vec<char>, Place)], row: usize, left: usize, right: usize) -> String {
    let inside = |row: usize| -> Option<String> {
        let (chars, _) = lines.get(row)?;
        let sides: Vec<usize> =
            chars.iter().enumerate().filter(|(_, c)| is_side(**c)).map(|(at, _)| at).collect();
        let shared = |pair: &[usize]| pair[1].min(right).saturating_sub(pair[0].max(left));
        let pair = sides
            .windows(2)
            .filter(|pair| shared(pair) * 2 > right - left)
            .max_by_key(|pair| shared(pair))?;
        Some(chars[pair[0] + 1..pair[1]].iter().collect::<String>().trim().to_owned())
    };
    let mut top = row;
    while top > 0 && inside(top - 1).is_some() {
        top -= 1;
    }
    let texts: Vec<String> = (top..).map_while(inside).filter(|text| !text.is_empty()).collect();
    texts.join(" ")
}

fn arrows(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for snippet in corpus.snippets.iter().filter(|snippet| snippet.kind == Kind::Diagram) {
        for arrow in arrows_of(snippet).iter().filter(|arrow| mentions(&arrow.label, &["metric", "scrape"])) {
            let to = set(&arrow.to);
            let wrong = NO_STORE.iter().find(|tool| to.contains(**tool));
            let Some(tool) = wrong.filter(|_| !STORES.iter().any(|store| to.contains(*store))) else {
                continue;
            };
            let job = corpus
                .snippets
                .iter()
                .filter(|it| it.system == snippet.system)
                .find_map(|it| Some((it, job(it, &arrow.from)?)));
            let Some((config, job)) = job else { continue };
            let name = job.text().unwrap_or_default();
            let message = format!(
                "the arrow takes the metrics of {} to {tool}, and the scrape job `{name}` takes them to Prometheus",
                arrow.from
            );
            let finding = Finding::new(
                "diagram/metrics-arrow",
                Severity::Error,
                message,
                Noted::new(&arrow.place, arrow.line.clone()),
            );
            let finding = finding.also(Noted::new(&config.node(job), name));
            findings.push(finding.next("draw the arrow to what scrapes"));
        }
    }
}

/// The scrape job of a component, by the words of the job's name.
fn job<'a>(snippet: &'a Snippet, component: &str) -> Option<&'a Node> {
    // The first word is the component; what follows may be its port.
    let words = set(component);
    let jobs = snippet.roots.iter().filter_map(|root| root.node.get("scrape_configs")).flat_map(Node::items);
    jobs.filter_map(|job| job.get("job_name")).find(|name| {
        let job: Vec<String> = set(name.text().unwrap_or_default())
            .into_iter()
            .filter(|word| !["exporter", "metric", "job"].contains(&word.as_str()))
            .collect();
        !job.is_empty() && job.iter().all(|word| words.contains(word))
    })
}
