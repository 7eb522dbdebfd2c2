//! Whether contract and document say the same: every fact of the document is quoted by a clause or an omission, and
//! every quotation stands in the document.
//!
//! A *fact* is a table's row, a line of code, a list item. A quotation of several lines is a run of lines; where the
//! document has been changed inside it, the lines that still agree are taken as quoted and the others are named.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::corpus::{Corpus, Spoken};
use super::finding::{Finding, Noted, Severity};
use super::named::named;
use super::page::Page;
use super::place::Place;
use crate::contract::Contract;

/// What a document has and a contract says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The document.
    pub document: String,
    /// The contract that speaks for it; none when there is none.
    pub contract: Option<String>,
    /// How many facts it has.
    pub facts: usize,
    /// How many of them a clause quotes.
    pub clauses: usize,
    /// How many of the others an omission quotes.
    pub omitted: usize,
    /// What the document names, by kind: how many, and how many of them a clause names too.
    pub named: Vec<(String, usize, usize)>,
    /// The omissions, each with its reason and the number of facts that it leaves out.
    pub omissions: Vec<(String, String, usize)>,
}

/// What kind of fact a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    Row,
    Code,
    Item,
}

impl Fact {
    fn name(self) -> &'static str {
        match self {
            Self::Row => "table row",
            Self::Code => "line of code",
            Self::Item => "list item",
        }
    }
}

/// A line of a section that a quotation can be about.
#[derive(Clone, Debug)]
struct Line<'a> {
    number: usize,
    text: &'a str,
    fact: Option<Fact>,
}

/// A clause or an omission.
struct Entry<'a> {
    name: String,
    heading: &'a str,
    quote: Vec<&'a str>,
    omission: Option<usize>,
    line: usize,
}

/// Compares every document with its contract: what is orphaned, what is unclaimed, and the count of both.
pub fn coverage(corpus: &Corpus, findings: &mut Vec<Finding>) -> Vec<Coverage> {
    corpus.pages.iter().map(|(page, _)| one(corpus, page, findings)).collect()
}

fn one(corpus: &Corpus, page: &Page, findings: &mut Vec<Finding>) -> Coverage {
    let spoken = corpus.contract_of(page.file());
    let facts = facts(page);
    let mut coverage = Coverage {
        document: page.file().to_string(),
        contract: spoken.map(|spoken| spoken.contract.name.clone()),
        facts: facts.len(),
        clauses: 0,
        omitted: 0,
        named: Vec::new(),
        omissions: Vec::new(),
    };
    let Some(spoken) = spoken else { return coverage };
    let mut desk = Desk {
        page,
        spoken,
        sections: sections(page, &facts),
        by: BTreeMap::new(),
        exact: BTreeSet::new(),
        findings,
    };
    let entries = entries(spoken);
    let changed: Vec<&Entry<'_>> = entries.iter().filter(|entry| !desk.claim(entry)).collect();
    // What others quote to the letter is not what a changed quotation once was.
    desk.exact = desk.by.keys().copied().collect();
    for entry in changed {
        desk.reclaim(entry);
    }
    let mut counts = vec![0; spoken.contract.omissions.len()];
    for (line, fact) in &facts {
        match desk.by.get(line) {
            Some(None) => coverage.clauses += 1,
            Some(Some(omission)) => {
                coverage.omitted += 1;
                counts[*omission] += 1;
            }
            None => desk.unclaimed(*line, *fact),
        }
    }
    // A promise may be another document's of the same system: who scrapes says it, who is scraped need not.
    let system = |contract: &Contract| contract.name.split('/').next().map(str::to_owned);
    let ours = system(&spoken.contract);
    let contracts: Vec<&Contract> =
        corpus.contracts.iter().map(|it| &it.contract).filter(|it| system(it) == ours).collect();
    coverage.named = named(corpus, page, &contracts, findings);
    let omissions = spoken.contract.omissions.iter().zip(counts);
    coverage.omissions = omissions.map(|(it, count)| (it.what.clone(), it.reason.clone(), count)).collect();
    coverage
}

/// The lines of a page that are facts.
fn facts(page: &Page) -> BTreeMap<usize, Fact> {
    let mut facts = BTreeMap::new();
    facts.extend(page.items.iter().map(|item| (item.place.line, Fact::Item)));
    facts.extend(page.tables.iter().flat_map(|table| &table.rows).map(|row| (row.line, Fact::Row)));
    let code = page.blocks.iter().flat_map(|block| &block.lines);
    facts.extend(code.filter(|(text, ..)| !text.trim().is_empty()).map(|(_, line, _)| (*line, Fact::Code)));
    facts
}

/// Lines by the plain title of the section that they stand in: several sections may have one title.
fn sections<'a>(page: &'a Page, facts: &BTreeMap<usize, Fact>) -> BTreeMap<String, Vec<Vec<Line<'a>>>> {
    let mut sections: BTreeMap<String, Vec<Vec<Line<'a>>>> = BTreeMap::new();
    for (index, section) in page.sections.iter().enumerate() {
        let end = page.sections.get(index + 1).map_or(page.lines.count() + 1, |next| next.line);
        // The heading itself can be quoted too.
        let lines = (section.line.max(1)..end).map(|number| {
            let text = page.lines.line(number).trim();
            Line { number, text, fact: facts.get(&number).copied() }
        });
        let is_fence = |line: &Line<'_>| {
            line.fact.is_none() && (line.text.starts_with("```") || line.text.starts_with("~~~"))
        };
        let lines = lines.filter(|line| !line.text.is_empty() && !is_fence(line)).collect();
        sections.entry(plain(&section.title)).or_default().push(lines);
    }
    sections
}

/// What looks like a table's row.
fn is_row(text: &str) -> bool {
    text.len() > 1 && text.starts_with('|') && text.ends_with('|')
}

fn plain(title: &str) -> String {
    title.replace(['`', '*'], "")
}

/// Longest first: what is quoted within its surroundings is claimed before a line that may stand anywhere. Of equals,
/// clauses first.
fn entries(spoken: &Spoken) -> Vec<Entry<'_>> {
    let contract = &spoken.contract;
    let clauses = contract.clauses.iter().map(|clause| Entry {
        name: format!("clause `{}`", clause.id),
        heading: &clause.source.heading,
        quote: clause.source.quote.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
        omission: None,
        line: spoken.lines.get(&clause.id).copied().unwrap_or(1),
    });
    let text: Vec<&str> = contract.text.lines().collect();
    let omissions = contract.omissions.iter().enumerate().map(|(index, it)| Entry {
        name: format!("the omission of {}", it.what),
        heading: &it.heading,
        quote: it.quote.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
        omission: Some(index),
        line: text.iter().position(|line| line.contains(it.what.as_str())).map_or(1, |at| at + 1),
    });
    let mut entries: Vec<Entry<'_>> = clauses.chain(omissions).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.quote.len()));
    entries
}

struct Desk<'a, 'f> {
    page: &'a Page,
    spoken: &'a Spoken,
    sections: BTreeMap<String, Vec<Vec<Line<'a>>>>,
    /// Who quotes a line: a clause, or the omission of this index.
    by: BTreeMap<usize, Option<usize>>,
    /// The lines that are quoted to the letter.
    exact: BTreeSet<usize>,
    findings: &'f mut Vec<Finding>,
}

impl Desk<'_, '_> {
    /// Takes the lines that are quoted to the letter; false when they are not all there.
    fn claim(&mut self, entry: &Entry<'_>) -> bool {
        let Some(sections) = self.sections.get(&plain(entry.heading)) else { return entry.quote.is_empty() };
        let lines: Option<Vec<usize>> = match entry.quote.as_slice() {
            [] => Some(Vec::new()),
            [line] => single(sections, line, &self.by).map(|line| line.into_iter().collect()),
            lines => run(sections, lines, &self.by),
        };
        let Some(lines) = lines else { return false };
        self.take(entry, lines);
        true
    }

    fn take(&mut self, entry: &Entry<'_>, lines: impl IntoIterator<Item = usize>) {
        for line in lines {
            let by = self.by.entry(line).or_insert(entry.omission);
            // What a clause quotes is judged, whoever leaves it out as well.
            *by = by.filter(|_| entry.omission.is_some());
        }
    }

    /// Takes the lines of a quotation that are still there, and names those that are not.
    fn reclaim(&mut self, entry: &Entry<'_>) {
        let Some(sections) = self.sections.get(&plain(entry.heading)) else {
            let message = format!(
                "{} cites the heading \"{}\", which the document does not have",
                entry.name, entry.heading
            );
            let document = Place { file: self.page.file().clone(), line: 1, column: 1, length: 0 };
            self.orphaned(entry, message, Noted::new(&document, "no such heading"));
            return;
        };
        let aligned = sections.iter().map(|lines| {
            let free: Vec<Line<'_>> =
                lines.iter().filter(|line| !self.exact.contains(&line.number)).cloned().collect();
            aligned(&free, &entry.quote)
        });
        let best = aligned.max_by_key(|(lines, _)| lines.len());
        // Below half it is another text that shares a few lines.
        let best = best.filter(|(lines, _)| entry.quote.len() > 1 && lines.len() * 2 >= entry.quote.len());
        let (lines, missing) = best.unwrap_or_else(|| (BTreeSet::new(), entry.quote.clone()));
        self.take(entry, lines);
        let heading = self.page.sections.iter().find(|section| plain(&section.title) == plain(entry.heading));
        let place = self.page.lines.whole(heading.map_or(1, |section| section.line.max(1)));
        for line in missing {
            let message = format!(
                "{} quotes what the document no longer says under \"{}\": {line}",
                entry.name, entry.heading
            );
            self.orphaned(entry, message, Noted::new(&place, "it stood under this heading"));
        }
    }

    fn orphaned(&mut self, entry: &Entry<'_>, message: String, document: Noted) {
        let place = Place { file: self.spoken.file.as_str().into(), line: entry.line, column: 1, length: 0 };
        let finding =
            Finding::new("contract/orphaned", Severity::Error, message, Noted::new(&place, "quoted here"));
        self.findings.push(
            finding.also(document).next("change the contract to what the document says now, or remove it"),
        );
    }

    fn unclaimed(&mut self, line: usize, fact: Fact) {
        let place = self.page.lines.whole(line);
        let text = self.page.lines.line(line).trim().to_owned();
        let message = format!(
            "no clause and no omission of `{}` quotes this {}",
            self.spoken.contract.name,
            fact.name()
        );
        let finding = Finding::new("contract/unclaimed", Severity::Error, message, Noted::new(&place, text));
        self.findings.push(finding.next("write a clause that quotes it, or an omission with the reason"));
    }
}

/// The line that a quotation of one line is: a whole line that nobody quotes yet, one that somebody does, or a part of
/// one, which is found and covers nothing. None when it is not there.
fn single(
    sections: &[Vec<Line<'_>>],
    quote: &str,
    by: &BTreeMap<usize, Option<usize>>,
) -> Option<Option<usize>> {
    let lines = || sections.iter().flatten();
    // What looks like a table's row must be one: without its head it no longer is.
    let fits = |line: &&Line<'_>| agrees(line, quote);
    let whole =
        lines().filter(fits).find(|line| !by.contains_key(&line.number)).or_else(|| lines().find(fits));
    match whole {
        Some(line) => Some(Some(line.number)),
        None if is_row(quote) => None,
        None => lines().any(|line| line.text.contains(quote)).then_some(None),
    }
}

/// The lines that are quoted, and the parts of the quotation that are not there.
type Found<'q> = (BTreeSet<usize>, Vec<&'q str>);

fn agrees(line: &Line<'_>, wanted: &str) -> bool {
    line.text == wanted && (!is_row(wanted) || line.fact == Some(Fact::Row))
}

/// The run of lines that a quotation of several is: one that nobody quotes yet, or one that somebody does.
fn run(
    sections: &[Vec<Line<'_>>],
    quote: &[&str],
    by: &BTreeMap<usize, Option<usize>>,
) -> Option<Vec<usize>> {
    let runs = || sections.iter().flat_map(|lines| lines.windows(quote.len()));
    let exact = |run: &&[Line<'_>]| run.iter().zip(quote).all(|(line, wanted)| agrees(line, wanted));
    let free = |run: &&[Line<'_>]| run.iter().all(|line| !by.contains_key(&line.number));
    let run = runs().filter(exact).find(free).or_else(|| runs().find(exact))?;
    Some(run.iter().map(|line| line.number).collect())
}

/// The longest common subsequence of a section's lines and a quotation.
fn aligned<'q>(lines: &[Line<'_>], quote: &[&'q str]) -> Found<'q> {
    let (rows, columns) = (lines.len(), quote.len());
    let mut table = vec![0_usize; (rows + 1) * (columns + 1)];
    let at = |row: usize, column: usize| row * (columns + 1) + column;
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            table[at(row, column)] = if agrees(&lines[row], quote[column]) {
                table[at(row + 1, column + 1)] + 1
            } else {
                table[at(row + 1, column)].max(table[at(row, column + 1)])
            };
        }
    }
    let (mut row, mut column, mut found, mut missing) = (0, 0, BTreeSet::new(), Vec::new());
    while column < columns {
        if row < rows && agrees(&lines[row], quote[column]) {
            found.insert(lines[row].number);
            (row, column) = (row + 1, column + 1);
        } else if row < rows && table[at(row + 1, column)] >= table[at(row, column + 1)] {
            row += 1;
        } else {
            missing.push(quote[column]);
            column += 1;
        }
    }
    (found, missing)
}
