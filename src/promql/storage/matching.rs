//! Matchers made ready to be asked of many series.

use regex::Regex;

use super::{Labels, NAME};
use crate::promql::{Dialect, MatchOp, VectorSelector, regex as pattern};

/// One condition on a label, which counts as empty where a series has it not.
#[derive(Debug, Clone)]
struct Condition {
    label: String,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Equal(String),
    NotEqual(String),
    Like(Regex),
    Unlike(Regex),
}

impl Condition {
    /// Whether labels satisfy it.
    fn matches(&self, labels: &Labels) -> bool {
        let value = labels.value(&self.label);
        match &self.test {
            Test::Equal(wanted) => wanted == value,
            Test::NotEqual(wanted) => wanted != value,
            Test::Like(regex) => regex.is_match(value),
            Test::Unlike(regex) => !regex.is_match(value),
        }
    }
}

/// All the conditions of a selector.
#[derive(Debug, Clone)]
pub struct Selection {
    metric: Option<String>,
    conditions: Vec<Condition>,
}

impl Selection {
    /// What a selector asks for.
    ///
    /// # Errors
    ///
    /// A pattern that is too large to be compiled, in words.
    pub fn new(selector: &VectorSelector, dialect: Dialect) -> Result<Selection, String> {
        Selection::within(selector, dialect, &mut pattern::Room::default())
    }

    /// The same where other patterns have taken some of the room.
    pub(in crate::promql) fn within(
        selector: &VectorSelector,
        dialect: Dialect,
        room: &mut pattern::Room,
    ) -> Result<Selection, String> {
        let mut conditions = Vec::with_capacity(selector.matchers.len());
        for matcher in &selector.matchers {
            let value = &matcher.value;
            let test = match matcher.op {
                MatchOp::Equal => Test::Equal(value.clone()),
                MatchOp::NotEqual => Test::NotEqual(value.clone()),
                MatchOp::Regex => Test::Like(pattern::anchored(value, dialect, room)?),
                MatchOp::NotRegex => Test::Unlike(pattern::anchored(value, dialect, room)?),
            };
            conditions.push(Condition { label: matcher.label.clone(), test });
        }
        if let Some(name) = &selector.name {
            conditions.push(Condition { label: NAME.to_owned(), test: Test::Equal(name.text.clone()) });
        }
        let metric = conditions.iter().find_map(|condition| match &condition.test {
            Test::Equal(wanted) if condition.label == NAME => Some(wanted.clone()),
            _ => None,
        });
        Ok(Selection { metric, conditions })
    }

    /// The only metric that can satisfy it, where there is one.
    #[must_use]
    pub fn metric(&self) -> Option<&str> {
        self.metric.as_deref()
    }

    /// Whether labels satisfy all conditions.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        self.conditions.iter().all(|condition| condition.matches(labels))
    }

    /// Whether a series could satisfy all conditions of which only some labels are known.
    #[must_use]
    pub fn may_match(&self, known: &Labels) -> bool {
        let decided = |condition: &&Condition| known.get(&condition.label).is_some();
        self.conditions.iter().filter(decided).all(|condition| condition.matches(known))
    }
}
