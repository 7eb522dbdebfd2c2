//! Alerts with their annotations, and panels with their units, wherever YAML and JSON hold them.

use crate::contract::yaml::Node;
use crate::prove::corpus::Corpus;
use crate::prove::place::Place;
use crate::prove::query::Query;
use crate::prove::snippet::Snippet;

/// An alert of a rule group.
pub(super) struct Annotated<'a> {
    pub(super) snippet: &'a Snippet,
    pub(super) name: &'a str,
    /// Its condition, as the corpus holds it.
    pub(super) query: Option<&'a Query>,
    /// Its own labels and annotations.
    pub(super) labels: &'a [(Node, Node)],
    pub(super) annotations: &'a [(Node, Node)],
}

/// A panel of a dashboard.
pub(super) struct Panel<'a> {
    pub(super) snippet: &'a Snippet,
    pub(super) title: Option<&'a Node>,
    pub(super) unit: Option<&'a Node>,
    /// Its queries, each with its legend.
    pub(super) targets: Vec<(&'a Query, Option<&'a Node>)>,
}

/// Every alert of every snippet.
pub(super) fn alerts(corpus: &Corpus) -> Vec<Annotated<'_>> {
    let mut found = Vec::new();
    visit(corpus, &mut |index, snippet, node| {
        let (Some(name), Some(expr)) = (node.get("alert").and_then(Node::text), node.get("expr")) else {
            return;
        };
        found.push(Annotated {
            snippet,
            name,
            query: query_of(corpus, index, expr),
            labels: node.get("labels").map_or(&[][..], Node::entries),
            annotations: node.get("annotations").map_or(&[][..], Node::entries),
        });
    });
    found
}

/// Every panel of every snippet.
pub(super) fn panels(corpus: &Corpus) -> Vec<Panel<'_>> {
    let mut found = Vec::new();
    visit(corpus, &mut |index, snippet, node| {
        let Some(targets) = node.get("targets") else { return };
        let targets = targets.items().iter();
        let targets: Vec<_> = targets
            .filter_map(|target| {
                Some((query_of(corpus, index, target.get("expr")?)?, target.get("legendFormat")))
            })
            .collect();
        if targets.is_empty() {
            return;
        }
        let unit = ["fieldConfig.defaults.unit", "yaxes.0.format", "format"]
            .into_iter()
            .find_map(|path| node.at(path));
        found.push(Panel { snippet, title: node.get("title"), unit, targets });
    });
    found
}

fn visit<'a>(corpus: &'a Corpus, visit: &mut dyn FnMut(usize, &'a Snippet, &'a Node)) {
    for (index, snippet) in corpus.snippets.iter().enumerate() {
        // Of a chart the values are not known, and its braces are Helm's.
        if is_chart(snippet) {
            continue;
        }
        for root in &snippet.roots {
            root.node.walk(&mut Vec::new(), &mut |_, node| visit(index, snippet, node));
        }
    }
}

/// Whether Helm fills a text in before anybody else reads it.
pub(super) fn is_chart(snippet: &Snippet) -> bool {
    [".Values.", ".Release.", ".Chart.", "{{ include ", "{{- include "]
        .iter()
        .any(|mark| snippet.text.contains(mark))
}

fn query_of<'a>(corpus: &'a Corpus, snippet: usize, expr: &Node) -> Option<&'a Query> {
    let text = expr.text()?.trim_end();
    corpus.queries.iter().find(|query| query.snippet == snippet && query.text == text)
}

/// Where a word of a scalar stands: in a block it stands below the place of the scalar itself.
pub(super) fn within(snippet: &Snippet, node: &Node, word: &str) -> Place {
    let lines = snippet.text.lines().enumerate().skip(node.line.saturating_sub(1)).take(40);
    let head = word.lines().next().unwrap_or_default();
    for (index, line) in lines {
        // On its own line the scalar begins at its column: the key before it may hold the same word.
        let from = if index + 1 == node.line { node.column.saturating_sub(1) } else { 0 };
        let skipped: usize = line.chars().take(from).map(char::len_utf8).sum();
        if let Some(at) = line[skipped..].find(head).filter(|_| !head.is_empty()) {
            let column = line[..skipped + at].chars().count() + 1;
            return snippet.place(index + 1, column, head.chars().count());
        }
    }
    snippet.node(node)
}
