//! Environment variables in tables, lists and sentences.

use std::sync::Arc;

use super::assignments::{Assigned, default_of, is_name};
use crate::prove::corpus::Corpus;
use crate::prove::page::{Cell, Page, Table};
use crate::prove::place::Place;

/// What prose says of variables.
pub(super) fn all(corpus: &Corpus) -> Vec<Assigned> {
    let mut found = Vec::new();
    for (page, system) in &corpus.pages {
        let mut reader = Reader { page, system, found: &mut found };
        page.tables.iter().for_each(|table| reader.table(table));
        reader.items();
        reader.codes();
    }
    found
}

struct Reader<'a> {
    page: &'a Page,
    system: &'a Arc<str>,
    found: &'a mut Vec<Assigned>,
}

impl Reader<'_> {
    fn add(&mut self, name: &str, value: &str, place: &Place, section: usize, is_default: bool) {
        let value = value.trim().trim_matches(['`', '"', '\'']).to_owned();
        let assigned = Assigned {
            name: name.to_owned(),
            value,
            place: place.clone(),
            system: Arc::clone(self.system),
            path: self.page.sections[section].path.clone(),
            owner: None,
            block: None,
            is_default,
            runs: false,
        };
        self.found.push(assigned);
    }

    /// `| Variable | Default | Description |`
    fn table(&mut self, table: &Table) {
        let column = |words: &[&str]| {
            table.head.iter().position(|head| words.iter().any(|word| head.to_lowercase().contains(word)))
        };
        let (default, value) = (column(&["default"]), column(&["value", "setting to"]));
        for row in &table.rows {
            let Some(name) = row.cells.first().map(word).filter(|word| is_name(word)) else { continue };
            let said = |index: Option<usize>| index.filter(|at| *at > 0).and_then(|at| row.cells.get(at));
            let plain =
                |cell: &&Cell| !cell.text.contains(' ') && !matches!(&*cell.text, "" | "-" | "—" | "none");
            if let Some(cell) = said(default).filter(plain) {
                self.add(name, &cell.text, &cell.place, table.section, true);
            } else if let Some(cell) = said(value).filter(plain) {
                self.add(name, &cell.text, &cell.place, table.section, false);
            } else if let Some((cell, value)) =
                row.cells.iter().find_map(|cell| Some((cell, default_of(&cell.text)?)))
            {
                self.add(name, &value, &cell.place, table.section, true);
            }
        }
    }

    /// "- `METRICS_PORT`: where metrics are served (default: 9090)"
    fn items(&mut self) {
        for item in &self.page.items {
            let name = item.codes.first().filter(|code| item.leads_with_code && is_name(code));
            if let Some((name, value)) = name.zip(default_of(&item.text)) {
                self.add(name, &value, &item.place, item.section, true);
            }
        }
    }

    /// "Set `METRICS_PORT=9090`", but not "if `METRICS_PORT=9090` is taken".
    fn codes(&mut self) {
        const UNSURE: [&str; 20] = [
            "if ", "when ", "unless", " or ", "instead", "disabl", "turn off", "overrid", "e.g.", "example",
            "such as", "reduc", "increas", "rais", "lower", "try ", "temporar", "debug", "chang", "was ",
        ];
        for code in &self.page.codes {
            let text = code.text.trim_start_matches("export ");
            let Some((name, value)) = text.split_once('=').filter(|(name, _)| is_name(name)) else {
                continue;
            };
            let line = self.page.lines.line(code.place.line).to_lowercase();
            if !value.contains(' ') && !UNSURE.iter().any(|word| line.contains(word)) {
                self.add(name, value, &code.place, code.section, false);
            }
        }
    }
}

fn word(cell: &Cell) -> &str {
    cell.codes.first().map_or(cell.text.as_str(), String::as_str)
}
