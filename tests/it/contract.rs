//! The shipped contracts against the documents that they speak for, and contracts with mistakes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use probity::contract::{Contract, Glob, Level, Promise};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn guide() -> (Contract, String) {
    let file = root().join("fixtures/contracts/aragora/guide.yaml");
    let text = fs::read_to_string(&file).expect("the contract is shipped");
    let contract = Contract::parse(&text, "guide.yaml").expect("the contract is valid");
    let document =
        fs::read_to_string(root().join("fixtures").join(&contract.document)).expect("so is its document");
    (contract, document)
}

/// The text below each heading, down to the next heading of any rank. Comments in code blocks are no headings.
fn sections(document: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    let mut fenced = false;
    for line in document.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let heading = (!fenced && line.starts_with('#')).then(|| line.trim_start_matches('#').trim());
        if let Some(heading) = heading {
            sections.push((heading.to_owned(), String::new()));
        }
        if let Some((_, text)) = sections.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    sections
}

#[test]
fn every_clause_quotes_its_document_under_its_heading() {
    let (contract, document) = guide();
    let sections = sections(&document);
    for clause in &contract.clauses {
        let source = &clause.source;
        // Some headings stand more than once ("Configuration", "Usage"): the quote is under one of them.
        let under: Vec<_> = sections.iter().filter(|(heading, _)| *heading == source.heading).collect();
        assert!(!under.is_empty(), "{}: no heading is `{}`", clause.id, source.heading);
        let found = under.iter().any(|(_, text)| text.contains(&source.quote));
        assert!(found, "{}: `{}` does not stand under `{}`", clause.id, source.quote, source.heading);
    }
    for omission in &contract.omissions {
        let known = sections.iter().any(|(heading, _)| *heading == omission.heading);
        assert!(known, "omission: no heading is `{}`", omission.heading);
    }
}

/// The cells of the table rows under a heading, less head and rule.
fn rows(document: &str, heading: &str) -> Vec<Vec<String>> {
    let sections = sections(document);
    let (_, text) = sections.iter().find(|(name, _)| name == heading).expect("the heading is there");
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    text.lines().filter(|line| line.starts_with('|')).skip(2).map(cells).collect()
}

#[test]
fn every_row_of_the_guides_metric_tables_is_a_clause_with_its_type_and_labels() {
    let (contract, document) = guide();
    let mut promised = BTreeSet::new();
    for heading in ["Request Metrics", "Agent Metrics", "Debate Metrics", "System Metrics"] {
        for row in rows(&document, heading) {
            let labels: Vec<&str> = row[2].split(", ").filter(|label| *label != "-").collect();
            promised.insert((row[0].clone(), row[1].to_lowercase(), labels.join(","), row[3].clone()));
        }
    }
    let clauses: BTreeSet<_> = contract
        .clauses
        .iter()
        .filter_map(|clause| match &clause.promise {
            Promise::Metric(metric) => {
                let labels: Vec<&str> = metric.labels.iter().map(|label| label.as_str()).collect();
                Some((
                    metric.name.to_string(),
                    metric.kind.to_string(),
                    labels.join(","),
                    metric.meaning.clone(),
                ))
            }
            _ => None,
        })
        .collect();
    assert_eq!(promised.len(), 8);
    assert_eq!(clauses, promised);
}

#[test]
fn every_attribute_variable_and_function_of_the_guide_is_a_clause() {
    let (contract, document) = guide();
    let attributes: BTreeSet<String> =
        rows(&document, "Span Attributes").iter().map(|row| row[0].clone()).collect();
    let exported = |line: &str| Some(line.trim().strip_prefix("export ")?.split_once('=')?.0.to_owned());
    let variables: BTreeSet<String> = document.lines().filter_map(exported).collect();
    let (mut seen_attributes, mut seen_variables, mut functions) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for clause in &contract.clauses {
        match &clause.promise {
            Promise::SpanAttribute(promise) => drop(seen_attributes.insert(promise.attribute.clone())),
            Promise::Env(env) => drop(seen_variables.insert(env.name.to_string())),
            Promise::Usage(usage) => drop(functions.insert(usage.function.clone())),
            _ => {}
        }
    }
    assert_eq!(attributes.len(), 6);
    assert_eq!(seen_attributes, attributes);
    assert_eq!(variables.len(), 6);
    assert_eq!(seen_variables, variables);
    let imported: BTreeSet<String> = document
        .split("from aragora.observability import")
        .skip(1)
        .flat_map(|rest| {
            let rest = rest.trim_start();
            let names = match rest.strip_prefix('(') {
                Some(group) => group.split(')').next().unwrap_or_default(),
                None => rest.lines().next().unwrap_or_default(),
            };
            names
                .split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(imported.len(), 7);
    assert_eq!(functions, imported);
}

#[test]
fn nothing_ranks_below_must_without_the_documents_word() {
    let (contract, _) = guide();
    let soft: Vec<_> = contract.clauses.iter().filter(|clause| clause.level != Level::Must).collect();
    // The guide has no "should" and no "may" among what it promises.
    assert!(soft.is_empty(), "{soft:?}");
}

#[test]
fn every_mistake_of_a_contract_is_reported_at_once_with_its_place() {
    let text = r#"contract: shop
document: shop.md
clauses:
  - id: metric.orders
    source: {heading: Metrics, quote: orders}
    promise:
      metric: {name: shop_orders_total, type: counter, labels: [status], meaning: Orders}
  - id: metric.orders
    source: {heading: Metrics, quote: orders}
    promise:
      conserve: {metric: shop_order_total, ledger: requests, labels: {state: status_code}}
  - id: conserve.orders
    lvel: must
    source: {heading: Metrics, quote: orders}
    promise:
      conserve: {metric: shop_orders_total, ledger: requests, labels: {state: status_code, status: agent}}
  - id: Bad Id
    source: {heading: Metrics, quote: orders}
    promise:
      metric: {name: 9lives, type: meter, meaning: Nothing}
"#;
    let problems = Contract::parse(text, "shop.yaml").expect_err("it is full of mistakes");
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let all = lines.join("\n");
    for expected in [
        "shop.yaml:8:5: clause `metric.orders`: this id is taken by an earlier clause",
        "no clause of this contract promises the metric `shop_order_total` (accepted: shop_orders_total)",
        "shop.yaml:13:5: unknown key `lvel`; did you mean `level`?",
        "`shop_orders_total` has no label `state` (accepted: status)",
        "the ledger's requests have no field `agent` (accepted: method, method_lowercase, route, status_code, status_class)",
        "shop.yaml:17:9: `Bad Id` is not a clause id",
        "shop.yaml:20:22: `9lives` is not a metric name",
        "accepted: counter, gauge, histogram, summary, untyped",
    ] {
        assert!(all.contains(expected), "`{expected}` is missing from\n{all}");
    }
}

/// A contract with a counter `c_total{m}`, a counter `bare_total`, a histogram `h{m,le}` and this clause.
fn with_clause(promise: &str) -> Result<Contract, String> {
    let text = format!(
        r#"contract: shop
document: shop.md
clauses:
  - id: metric.c
    source: {{heading: Metrics, quote: c}}
    promise:
      metric: {{name: c_total, type: counter, labels: [m], meaning: Requests}}
  - id: metric.bare
    source: {{heading: Metrics, quote: bare}}
    promise:
      metric: {{name: bare_total, type: counter, meaning: Requests}}
  - id: metric.h
    source: {{heading: Metrics, quote: h}}
    promise:
      metric: {{name: h, type: histogram, labels: [m, le], meaning: Seconds}}
  - id: clause
    source: {{heading: Metrics, quote: clause}}
    promise:
      {promise}
"#
    );
    let lines = |problems: Vec<_>| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Contract::parse(&text, "shop.yaml").map_err(lines)
}

#[test]
fn a_mapping_that_could_never_agree_is_refused_with_what_is_accepted() {
    let fields = "method, method_lowercase, route, status_code, status_class";
    let cases = [
        (
            "conserve: {metric: c_total, ledger: requests, series: {handler: file}}",
            "`series`: `c_total` has no label `handler` (accepted: m)".to_owned(),
        ),
        (
            "conserve: {metric: c_total, ledger: requests, only: {agent: a}}",
            format!("the ledger's requests have no field `agent` (accepted: {fields})"),
        ),
        (
            "latency: {metric: h, ledger: agent-calls, only: {status_class: 2xx}}",
            "the ledger's agent calls have no field `status_class` (accepted: agent, outcome)".to_owned(),
        ),
        (
            "conserve: {metric: h, ledger: requests}",
            "`h` is a histogram, whose samples differ in `le`: compare its count (accepted: h_count)"
                .to_owned(),
        ),
        (
            "conserve: {metric: h_count, ledger: requests, labels: {le: route}}",
            "`h_count` has no label `le` (accepted: m)".to_owned(),
        ),
        (
            "conserve: {metric: c_count, ledger: requests}",
            "no clause of this contract promises the metric `c_count` (accepted: c_total, bare_total, h)"
                .to_owned(),
        ),
        (
            "latency: {metric: h_count, ledger: requests}",
            "no clause of this contract promises the metric `h_count`".to_owned(),
        ),
        (
            "conserve: {metric: c_total, ledger: requests, labels: {m: status_class}, only: {status_code: \"200\"}}",
            "`only` picks by `status_code`, but the label `m` stands for `status_class`, which tells less \
             (accepted: only: {status_class: ..})"
                .to_owned(),
        ),
        (
            "conserve: {metric: c_total, ledger: requests, only: {rout: a}}",
            "did you mean `route`?".to_owned(),
        ),
    ];
    for (promise, expected) in cases {
        let problems = with_clause(promise).expect_err(promise);
        assert!(problems.contains(&expected), "{promise}: `{expected}` is missing from\n{problems}");
        assert_eq!(problems.lines().count(), 1, "{problems}");
    }
}

#[test]
fn a_mapping_that_can_agree_is_accepted() {
    for promise in [
        "conserve: {metric: h_count, ledger: requests, labels: {m: method_lowercase}}",
        "conserve: {metric: h_count, ledger: agent-calls, series: {m: \"a*\"}, only: {outcome: error}}",
        // Nothing is promised of its labels, so any may be there.
        "conserve: {metric: bare_total, ledger: requests, series: {handler: file_server}}",
        "conserve: {metric: c_total, ledger: requests, labels: {m: status_code}, only: {status_class: 2xx}}",
        "latency: {metric: h, ledger: requests, series: {m: GET}, only: {route: /metrics}}",
    ] {
        let contract = with_clause(promise).expect(promise);
        let clause = contract.clauses.last().expect("the clause");
        let written = serde_json::to_value(&clause.promise).expect("a promise is JSON");
        let again: Promise = serde_json::from_value(written).expect("what was written can be read");
        assert_eq!(again, clause.promise);
    }
}

#[test]
fn an_endpoint_has_one_status_or_a_list_of_them() {
    for (status, holds, lacks) in [("200", 200, 204), ("[200, 204]", 204, 201), ("[404]", 404, 200)] {
        let contract = with_clause(&format!("endpoint: {{method: GET, path: /a, status: {status}}}"));
        let contract = contract.expect("a valid contract");
        let clause = contract.clauses.last().expect("its clause");
        let Promise::Endpoint(endpoint) = &clause.promise else { panic!("an endpoint") };
        assert!(endpoint.status.contains(holds) && !endpoint.status.contains(lacks), "{status}");
    }
}

#[test]
fn an_endpoint_that_no_ledger_could_hold_is_a_mistake() {
    for (method, path, status, expected) in [
        ("get", "/a", "200", "`get` is no HTTP method; they are written in capitals"),
        ("GET", "a", "200", "the path `a` does not begin with `/`"),
        ("GET", "/a?b=1", "200", "the path `/a?b=1` has a query; the ledger's routes have none"),
        ("GET", "/a", "99", "expected a status code from 100 to 599, saw 99"),
        ("GET", "/a", "[200, 600]", "expected a status code from 100 to 599, saw 600"),
        ("GET", "/a", "-200", "expected a status code from 100 to 599, saw -200"),
        ("GET", "/a", "[]", "expected at least one status code, saw an empty list"),
        ("GET", "/a", "ok", "a status code from 100 to 599, or a list of them"),
    ] {
        let promise = format!("endpoint: {{method: {method}, path: \"{path}\", status: {status}}}");
        let problems = with_clause(&promise).expect_err(&promise);
        assert!(problems.contains(expected), "{promise}: {problems}");
    }
}

#[test]
fn globs_match_as_people_expect() {
    let cases = [
        ("*", "anything", true),
        ("metric.*", "metric.requests-total", true),
        ("metric.*", "metrics", false),
        ("*.total", "a.b.total", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "acb", false),
        ("exact", "exact", true),
        ("exact", "exactly", false),
        ("a*a", "a", false),
    ];
    for (pattern, text, expected) in cases {
        let glob: Glob = pattern.parse().expect("a valid pattern");
        assert_eq!(glob.matches(text), expected, "{pattern} on {text}");
    }
}
