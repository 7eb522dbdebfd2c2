//! The boxes of diagrams drawn with characters.

use std::collections::BTreeMap;

use crate::prove::place::Place;
use crate::prove::snippet::{Kind, Snippet};

/// A box: its lines that hold words.
#[derive(Clone, Debug, Default)]
pub(super) struct Drawn {
    pub(super) lines: Vec<(String, Place)>,
}

impl Drawn {
    /// Its words but for ports.
    pub(super) fn name(&self) -> String {
        let lines = self.lines.iter().map(|(line, _)| line.as_str()).filter(|line| port(line).is_none());
        lines.collect::<Vec<_>>().join(" ")
    }

    /// The port that it shows, and where: `:8080`, "port 8080".
    pub(super) fn port(&self) -> Option<(u16, &Place)> {
        let mut ports = self.lines.iter().filter_map(|(line, place)| Some((port(line)?, place)));
        ports.next().filter(|_| ports.next().is_none())
    }
}

fn port(line: &str) -> Option<u16> {
    let words = line.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    let marked = words.filter_map(|word| word.strip_prefix(':')).find_map(|word| word.parse().ok());
    marked.or_else(|| line.to_lowercase().split_once("port ")?.1.split_whitespace().next()?.parse().ok())
}

/// The boxes of a diagram, in the order in which they close.
pub(super) fn boxes(snippet: &Snippet) -> Vec<Drawn> {
    if snippet.kind != Kind::Diagram {
        return Vec::new();
    }
    let mut open: BTreeMap<(usize, usize), Drawn> = BTreeMap::new();
    let mut closed = Vec::new();
    for (index, line) in snippet.text.lines().enumerate() {
        let cells = cells(line);
        let (kept, ended): (BTreeMap<_, _>, BTreeMap<_, _>) =
            open.into_iter().partition(|(key, _)| cells.contains_key(key));
        closed.extend(ended.into_values());
        open = kept;
        for (key, text) in cells {
            let drawn = open.entry(key).or_default();
            let words = text.trim();
            if !words.is_empty() {
                let lead = text.chars().take_while(|c| c.is_whitespace()).count();
                let place = snippet.place(index + 1, key.0 + 2 + lead, words.chars().count());
                drawn.lines.push((words.to_owned(), place));
            }
        }
    }
    closed.extend(open.into_values());
    closed.retain(|drawn| !drawn.lines.is_empty());
    closed
}

/// What stands between two sides of a line, by the columns of the sides.
fn cells(line: &str) -> BTreeMap<(usize, usize), String> {
    let chars: Vec<char> = line.chars().collect();
    let is_side = |c: char| matches!(c, '│' | '║' | '|' | '├' | '┤' | '┼' | '╠' | '╣' | '┃');
    let is_drawn = |c: &char| matches!(*c, '\u{2500}'..='\u{257f}' | '▶' | '◀' | '▲' | '▼' | '►' | '◄');
    let sides: Vec<usize> =
        chars.iter().enumerate().filter(|(_, c)| is_side(**c)).map(|(at, _)| at).collect();
    let pairs = sides.windows(2).map(|pair| (pair[0], pair[1])).filter(|(from, to)| to - from > 2);
    let plain = pairs.filter(|(from, to)| !chars[from + 1..*to].iter().any(is_drawn));
    plain.map(|(from, to)| ((from, to), chars[from + 1..to].iter().collect())).collect()
}
