//! Label sets: the type, and how a `{...}` block is read.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::scan::Cursor;
use super::{Format, Problem};

/// A label set: names are unique and sorted, so equal sets compare, hash and display equally.
///
/// A sorted vector takes a fifth of the memory of a tree for the handful of labels a series has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Labels(Vec<(String, String)>);

impl Labels {
    /// The value of one label.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.position(name).map(|index| self.0[index].1.as_str())
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many labels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same set but for one label, as `without (name)` groups in PromQL.
    #[must_use]
    pub fn without(&self, name: &str) -> Labels {
        Labels(self.0.iter().filter(|(other, _)| other != name).cloned().collect())
    }

    /// The set as storage sees it: an empty value equals an absent label.
    pub(super) fn stored(&self) -> Labels {
        Labels(self.0.iter().filter(|(_, value)| !value.is_empty()).cloned().collect())
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name)).ok()
    }
}

impl From<BTreeMap<String, String>> for Labels {
    fn from(map: BTreeMap<String, String>) -> Labels {
        Labels(map.into_iter().collect())
    }
}

impl From<Labels> for BTreeMap<String, String> {
    fn from(labels: Labels) -> Self {
        labels.0.into_iter().collect()
    }
}

impl FromIterator<(String, String)> for Labels {
    /// As for maps, the last of several values for a name wins.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Labels {
        Labels::from(pairs.into_iter().collect::<BTreeMap<_, _>>())
    }
}

impl fmt::Display for Labels {
    /// As in an exposition; the empty set is `{}`. Names outside the classic alphabet are quoted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            if is_classic(name) {
                write!(f, "{comma}{name}=\"{}\"", escaped(value))?;
            } else {
                write!(f, "{comma}\"{}\"=\"{}\"", escaped(name), escaped(value))?;
            }
        }
        f.write_str("}")
    }
}

fn is_classic(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}

/// What stood between braces.
#[derive(Default)]
pub(super) struct Block {
    /// A metric name in quotes, as in `{"my.metric", a="b"}`.
    pub(super) name: Option<String>,
    pub(super) labels: Labels,
    /// The column of each value's opening quote, in the order of `labels`.
    pub(super) columns: Vec<usize>,
}

/// Reads a block to its closing brace; the opening one is already behind. The first of several values for
/// a label is kept.
///
/// # Errors
/// Where the block cannot be read any further.
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    name_may_be_inside: bool,
    problems: &mut Vec<Problem>,
) -> Result<Block, Problem> {
    let mut name = None;
    let mut pairs = Vec::new();
    let mut first = true;
    cursor.slack("a label or `}`", problems);
    while !cursor.eat('}') {
        let column = cursor.column();
        let quoted = cursor.peek() == Some('"');
        let label = label_name(cursor, first && name_may_be_inside, problems)?;
        cursor.slack("`=`, `,` or `}`", problems);
        if quoted && first && name_may_be_inside && cursor.peek() != Some('=') {
            name = Some(label);
        } else {
            let (value_column, value) = label_value(cursor, &label, problems)?;
            reserved(cursor, column, &label, problems);
            pairs.push(Pair { label, column, value, value_column });
        }
        separator(cursor, problems)?;
        first = false;
    }
    Ok(collect(name, pairs, cursor, problems))
}

struct Pair {
    label: String,
    column: usize,
    value: String,
    value_column: usize,
}

fn collect(
    name: Option<String>,
    mut pairs: Vec<Pair>,
    cursor: &Cursor<'_>,
    problems: &mut Vec<Problem>,
) -> Block {
    let mut block = Block { name, ..Block::default() };
    // The sort is stable, so of several values for a label the first one stays in front.
    pairs.sort_by(|one, other| one.label.cmp(&other.label));
    for Pair { label, column, value, value_column } in pairs {
        if block.labels.0.last().is_some_and(|(known, _)| *known == label) {
            let message = format!("expected every label once, saw `{label}` a second time");
            problems.push(cursor.problem(column, message));
        } else {
            block.labels.0.push((label, value));
            block.columns.push(value_column);
        }
    }
    block
}

/// Reads the comma after an element, or stops in front of the closing brace.
fn separator(cursor: &mut Cursor<'_>, problems: &mut Vec<Problem>) -> Result<(), Problem> {
    cursor.slack("`,` or `}`", problems);
    let column = cursor.column();
    if cursor.eat(',') {
        cursor.slack("the next label", problems);
        if cursor.format == Format::OpenMetrics && cursor.peek() == Some('}') {
            problems.push(cursor.problem(column, "expected a label after the comma, saw `}`"));
        }
        return Ok(());
    }
    if cursor.peek() == Some('}') { Ok(()) } else { Err(cursor.expected("`,` or `}` after the label")) }
}

fn label_name(
    cursor: &mut Cursor<'_>,
    may_be_metric: bool,
    problems: &mut Vec<Problem>,
) -> Result<String, Problem> {
    let column = cursor.column();
    if cursor.eat('"') {
        if cursor.format == Format::OpenMetrics {
            let message = "expected a plain name (OpenMetrics 1.0 has no quoted names), saw `\"`";
            problems.push(cursor.problem(column, message));
        }
        let name = cursor.quoted("the quoted name", problems)?;
        if name.is_empty() {
            problems.push(cursor.problem(column, "expected a name between the quotes, saw none"));
        }
        return Ok(name);
    }
    match cursor.label_name() {
        "" if may_be_metric => Err(cursor.expected("the quoted metric name or a label name")),
        "" => Err(cursor.expected("a label name (a letter or `_` first) or `}`")),
        name => Ok(name.to_owned()),
    }
}

/// Reads `="value"` and gives the column of its opening quote.
fn label_value(
    cursor: &mut Cursor<'_>,
    label: &str,
    problems: &mut Vec<Problem>,
) -> Result<(usize, String), Problem> {
    if !cursor.eat('=') {
        return Err(cursor.expected(&format!("`=` after the label name `{label}`")));
    }
    cursor.slack(&format!("the value of label `{label}`"), problems);
    let column = cursor.column();
    if !cursor.eat('"') {
        return Err(cursor.expected(&format!("`\"` to open the value of label `{label}`")));
    }
    Ok((column, cursor.quoted(&format!("the value of label `{label}`"), problems)?))
}

fn reserved(cursor: &Cursor<'_>, column: usize, label: &str, problems: &mut Vec<Problem>) {
    if label == "__name__" {
        let message = "expected the metric name outside the labels, saw the reserved label `__name__`";
        problems.push(cursor.problem(column, message));
    } else if cursor.format == Format::OpenMetrics && label.starts_with('_') {
        let message = format!("expected a label name without a leading `_` (reserved), saw `{label}`");
        problems.push(cursor.problem(column, message).remark());
    }
}
