//! Topics that a document promises and does not take up.

use std::collections::BTreeSet;

use super::Rule;
use super::prose::{opening, topics_of};
use super::words::mentions;
use crate::prove::corpus::Corpus;
use crate::prove::finding::{Finding, Noted, Severity};
use crate::prove::page::{Page, Prose};
use crate::prove::snippet::Kind;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "prose/topic-missing",
    finds: "Topics that the first paragraph promises and that no heading, table, tool or configuration takes up.",
    why: "Whoever comes for the topic reads the document for nothing.",
    wrong: "It may be taken up in words that are not known here.",
    find: topics,
}];

/// A topic: how it is promised, the tools and terms that take it up anywhere, the words that do so in a heading, a
/// table or a configuration.
struct Topic {
    promised: &'static [&'static str],
    tools: &'static [&'static str],
    words: &'static [&'static str],
}

const TOPICS: [Topic; 11] = [
    Topic {
        promised: &["logging", "logs", "log aggregation", "log management"],
        tools: &[
            "loki",
            "elasticsearch",
            "elk",
            "kibana",
            "fluentd",
            "fluentbit",
            "promtail",
            "logql",
            "splunk",
            "structlog",
            "syslog",
            "logback",
            "graylog",
            "opensearch",
            "logstash",
            "filebeat",
            "vector",
        ],
        words: &["log"],
    },
    Topic {
        promised: &["tracing", "traces"],
        tools: &["jaeger", "tempo", "zipkin", "opentelemetry", "otel", "otlp", "span"],
        words: &["trace"],
    },
    Topic {
        promised: &["metrics"],
        tools: &["prometheus", "promql", "statsd", "victoriametrics", "influxdb"],
        words: &["metric"],
    },
    Topic {
        promised: &["alerting", "alerts"],
        tools: &["alertmanager", "pagerduty", "opsgenie", "victorops"],
        words: &["alert"],
    },
    Topic {
        promised: &["dashboards", "visualization", "visualisation"],
        tools: &["grafana", "kibana"],
        words: &["dashboard", "panel"],
    },
    Topic { promised: &["profiling"], tools: &["pyroscope", "pprof", "parca"], words: &["profile"] },
    Topic {
        promised: &["slos", "error budgets", "service level objectives"],
        tools: &["sloth", "pyrra"],
        words: &["slo", "sli", "budget", "objective"],
    },
    Topic {
        promised: &["health checks", "probes"],
        tools: &["healthz", "readyz"],
        words: &["health", "liveness", "readiness", "probe"],
    },
    Topic {
        promised: &["error tracking", "exception tracking"],
        tools: &["sentry", "rollbar", "bugsnag", "glitchtip", "honeybadger"],
        words: &[],
    },
    Topic {
        promised: &["uptime monitoring", "synthetic monitoring"],
        tools: &["kuma", "pingdom", "statuscake", "uptimerobot", "blackbox", "gatus", "checkly"],
        words: &["uptime", "synthetic"],
    },
    Topic {
        promised: &["runbooks", "incident response"],
        tools: &[],
        words: &["runbook", "incident", "playbook"],
    },
];

fn topics(corpus: &Corpus, findings: &mut Vec<Finding>) {
    for (page, _) in &corpus.pages {
        let (_, Some(paragraph)) = opening(page) else { continue };
        let rest = covered(corpus, page, paragraph);
        for sentence in paragraph
            .text
            .split(". ")
            .filter(|it| !mentions(it, &[" not ", "without", "except", "elsewhere", "see "]))
        {
            let lower: String =
                sentence.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
            let spaced = format!(" {lower} ");
            let has = |word: &str| spaced.contains(&format!(" {word} "));
            let promised: Vec<(&Topic, &str)> = TOPICS
                .iter()
                .filter_map(|topic| Some((topic, *topic.promised.iter().find(|word| has(word))?)))
                .collect();
            let (kept, broken): (Vec<_>, Vec<_>) =
                promised.into_iter().partition(|(topic, _)| rest.has(topic));
            // A list of topics is a promise; a word alone may be anything.
            let listed = |word: &str| kept.iter().any(|(_, other)| near(&spaced, word, other));
            for (_, word) in broken.into_iter().filter(|(_, word)| listed(word)) {
                let message = format!("the document promises {word}, and nothing in it is about {word}");
                let noted = Noted::new(&paragraph.place, paragraph.text.clone());
                let finding = Finding::new("prose/topic-missing", Severity::Warning, message, noted);
                findings.push(finding.next("write the part, or promise less"));
            }
        }
    }
}

/// Whether two words stand in one list: at most three others are between them.
fn near(text: &str, a: &str, b: &str) -> bool {
    let at = |word: &str| text.find(&format!(" {word} ")).map(|at| text[..at].split_whitespace().count());
    at(a).zip(at(b)).is_some_and(|(a, b)| a.abs_diff(b) < 5)
}

/// The words of a document but for its opening.
struct Covered {
    anywhere: BTreeSet<String>,
    taken_up: BTreeSet<String>,
}

impl Covered {
    fn has(&self, topic: &Topic) -> bool {
        let tool = topic.tools.iter().any(|tool| self.anywhere.contains(*tool));
        tool || topic.words.iter().any(|word| self.taken_up.contains(*word))
    }
}

fn covered(corpus: &Corpus, page: &Page, opening: &Prose) -> Covered {
    // The paragraph goes to the next empty line.
    let end =
        (opening.place.line..=page.lines.count()).find(|number| page.lines.line(*number).trim().is_empty());
    let rest = (end.unwrap_or(opening.place.line)..=page.lines.count()).map(|number| page.lines.line(number));
    let anywhere = rest.flat_map(topics_of).collect();
    let mut taken_up = BTreeSet::new();
    let headings = page.sections.iter().filter(|section| section.line > opening.place.line);
    taken_up.extend(headings.flat_map(|section| topics_of(&section.title)));
    let cells = page.tables.iter().flat_map(|table| {
        let rows = table.rows.iter().flat_map(|row| &row.cells).map(|cell| &cell.text);
        table.head.iter().chain(rows)
    });
    taken_up.extend(cells.flat_map(|text| topics_of(text)));
    let snippets = corpus.snippets.iter().filter(|snippet| snippet.file == *page.file());
    let settings = snippets.filter(|it| {
        matches!(it.kind, Kind::Yaml | Kind::Json | Kind::Env | Kind::Python | Kind::Toml | Kind::Logql)
    });
    taken_up.extend(settings.flat_map(|snippet| topics_of(&snippet.text)));
    Covered { anywhere, taken_up }
}
