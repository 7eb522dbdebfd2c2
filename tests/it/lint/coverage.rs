//! Every line of the documents is quoted, and every quotation stands in them.

use probity::prove::{Corpus, Finding, Page, coverage};

use super::{DOCUMENTS, input, linted, shipped};

/// A document with its contract, and the line numbers of its table rows and lines of code.
struct Case {
    corpus: Corpus,
    text: String,
    lines: Vec<usize>,
}

/// Lines that are facts by a reading of their own: a fence opens and closes, a row stands below head and rule.
fn facts(text: &str) -> Vec<usize> {
    let (mut fenced, mut rows, mut found) = (false, 0, Vec::new());
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced && !line.is_empty() {
            found.push(index);
        }
        rows = if !fenced && line.starts_with('|') { rows + 1 } else { 0 };
        if rows > 2 {
            found.push(index);
        }
    }
    found
}

fn case((document, contract): (&str, &str)) -> Case {
    let text = shipped(document).text;
    let lines = facts(&text);
    assert!(lines.len() > 100, "{document}: only {} facts were found", lines.len());
    Case { corpus: Corpus::read(vec![shipped(document), shipped(contract)]), text, lines }
}

impl Case {
    /// What is wrong between the contract and this changed text.
    fn changed(&mut self, lines: &[&str]) -> Vec<Finding> {
        let (page, _) = &mut self.corpus.pages[0];
        *page = Page::read(&page.file().clone(), lines.join("\n"));
        let mut findings = Vec::new();
        coverage(&self.corpus, &mut findings);
        findings.retain(|finding| finding.rule != "contract/unpromised");
        findings
    }
}

/// Deletes each line by itself: some clause or omission must miss it, by name.
fn deletions(which: usize) {
    let mut case = case(DOCUMENTS[which]);
    let text = case.text.clone();
    let all: Vec<&str> = text.lines().collect();
    assert_eq!(case.changed(&all), [], "the document as it is agrees with its contract");
    for index in case.lines.clone() {
        let mut without = all.clone();
        let gone = without.remove(index).trim();
        let findings = case.changed(&without);
        let orphans: Vec<&Finding> =
            findings.iter().filter(|finding| finding.rule == "contract/orphaned").collect();
        assert!(!orphans.is_empty(), "line {}: nobody misses `{gone}`", index + 1);
        let names = |finding: &&&Finding| {
            let says = &finding.message;
            (says.contains("clause `") || says.contains("the omission of ")) && says.contains(gone)
        };
        assert!(orphans.iter().any(|finding| names(&finding)), "line {}: `{gone}`\n{orphans:?}", index + 1);
    }
}

/// Plants a line after each: it must be named as a fact without a clause, and at its own place.
fn plantings(which: usize) {
    let mut case = case(DOCUMENTS[which]);
    let text = case.text.clone();
    let all: Vec<&str> = text.lines().collect();
    for index in case.lines.clone() {
        let columns = all[index].matches('|').count().saturating_sub(1);
        let is_row = all[index].trim_start().starts_with('|') && !all[index].contains('─');
        let planted =
            if is_row { format!("|{}", " planted |".repeat(columns)) } else { "planted()".to_owned() };
        let mut with = all.clone();
        with.insert(index + 1, &planted);
        let findings = case.changed(&with);
        let named = findings.iter().any(|finding| {
            let first = &finding.places[0];
            finding.rule == "contract/unclaimed" && first.place.line == index + 2 && first.says == planted
        });
        assert!(named, "after line {}: `{planted}` is not named\n{findings:#?}", index + 1);
    }
}

#[test]
fn a_line_that_goes_is_missed_in_the_runbook() {
    deletions(0);
}

#[test]
fn a_line_that_goes_is_missed_in_the_setup_guide() {
    deletions(1);
}

#[test]
fn a_line_that_goes_is_missed_in_the_observability_guide() {
    deletions(2);
}

#[test]
fn a_line_that_goes_is_missed_in_the_stack_document() {
    deletions(3);
}

#[test]
fn a_line_that_goes_is_missed_in_the_hives_document() {
    deletions(4);
}

#[test]
fn a_line_that_comes_is_named() {
    (0..DOCUMENTS.len()).for_each(plantings);
}

const SHOP: &str = "# Shop\n\n## Metrics\n\n| Metric | Type |\n|---|---|\n| `shop_orders_total` | Counter |\n\n## Setup\n\n```bash\nexport SHOP_PORT=9000\nexport SHOP_MODE=fast\n```\n\n- Orders take 5s\n";
const CONTRACT: &str = r#"contract: shop/all
document: docs/shop.md
clauses:
  - id: metric.orders
    source: {heading: Metrics, quote: "| `shop_orders_total` | Counter |"}
    promise: {metric: {name: shop_orders_total, type: counter}}
  - id: env.port
    source:
      heading: Setup
      quote: |
        export SHOP_PORT=9000
        export SHOP_MODE=fast
    promise: {env: {name: SHOP_PORT, example: "9000"}}
omissions:
  - {what: how long orders take, heading: Setup, quote: "- Orders take 5s", reason: nobody measures it}
"#;

fn against(document: &str) -> Vec<String> {
    let findings = linted(&[("docs/shop.md", document), ("contracts/shop.yaml", CONTRACT)]);
    findings.iter().map(|finding| format!("{} {}", super::places(finding), finding.message)).collect()
}

#[test]
fn what_agrees_is_counted_and_what_is_only_quoted_is_still_asked_for_its_promise() {
    let corpus = Corpus::read(vec![input("docs/shop.md", SHOP), input("contracts/shop.yaml", CONTRACT)]);
    let mut findings = Vec::new();
    let found = coverage(&corpus, &mut findings);
    assert_eq!((found[0].facts, found[0].clauses, found[0].omitted), (4, 3, 1));
    let named: Vec<(&str, usize, usize)> =
        found[0].named.iter().map(|(kin, a, b)| (kin.as_str(), *a, *b)).collect();
    assert_eq!(named, [("metrics", 1, 1), ("variables", 2, 1)]);
    assert_eq!(found[0].omissions, [("how long orders take".to_owned(), "nobody measures it".to_owned(), 1)]);
    let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["no clause promises the variable `SHOP_MODE`, which the document names"]);
}

#[test]
fn a_change_inside_a_quoted_block_names_the_lines_that_changed_and_no_others() {
    let findings = against(&SHOP.replace("SHOP_MODE=fast", "SHOP_MODE=slow"));
    let of = |rule: &str| findings.iter().filter(|line| line.starts_with(rule)).cloned().collect::<Vec<_>>();
    assert_eq!(
        of("contract/orphaned"),
        [
            "contract/orphaned contracts/shop.yaml:7 docs/shop.md:9 clause `env.port` quotes what the document no longer says under \"Setup\": export SHOP_MODE=fast"
        ]
    );
    assert_eq!(of("contract/unclaimed").len(), 1, "{findings:?}");
    assert!(of("contract/unclaimed")[0].starts_with("contract/unclaimed docs/shop.md:13 "), "{findings:?}");
}

#[test]
fn a_table_without_its_head_is_no_table_and_a_heading_that_is_gone_is_named() {
    let headless = against(&SHOP.replace("| Metric | Type |\n", ""));
    assert!(headless.iter().any(|line| line.contains("clause `metric.orders` quotes what")), "{headless:?}");
    let renamed = against(&SHOP.replace("## Metrics", "## Measures"));
    assert!(
        renamed
            .iter()
            .any(|line| line.contains("cites the heading \"Metrics\", which the document does not have")),
        "{renamed:?}"
    );
}

#[test]
fn two_clauses_may_quote_one_line_and_two_equal_lines_need_two_quotations() {
    let twice = SHOP.replace("- Orders take 5s\n", "- Orders take 5s\n- Orders take 5s\n");
    let findings = against(&twice);
    assert_eq!(
        findings.iter().filter(|line| line.starts_with("contract/unclaimed")).count(),
        1,
        "{findings:?}"
    );
}
