//! What came of unit tests.

use std::fmt;

/// What came of all files that were run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// One for each file that was run, in the order given.
    pub files: Vec<FileOutcome>,
    /// What speaks against the run whatever its expectations say.
    pub troubles: Vec<Trouble>,
}

/// Why a run of tests is no pass although nothing that was expected is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Something in a file of tests or rules is wrong, so that no test of it was run: where, and what.
    Unreadable(String),
    /// Fewer rules are covered than is required.
    Uncovered {
        /// How many are.
        covered: usize,
        /// Of how many.
        rules: usize,
        /// The share that is required, in percent.
        percent: u8,
    },
    /// No expectation was looked at.
    NothingRun,
    /// Somebody ended the run before its last test.
    Interrupted,
}

impl Trouble {
    /// What kind it is, in a word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Trouble::Unreadable(_) => "unreadable",
            Trouble::Uncovered { .. } => "uncovered",
            Trouble::NothingRun => "nothing-run",
            Trouble::Interrupted => "interrupted",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Unreadable(what) => f.write_str(what),
            Trouble::Uncovered { covered, rules, percent } => {
                write!(f, "{covered} of {rules} rules are covered, fewer than the {percent} percent required")
            }
            Trouble::NothingRun => f.write_str("no expectation was looked at: this shows nothing"),
            Trouble::Interrupted => f.write_str("interrupted before the last test"),
        }
    }
}

/// What came of one file of unit tests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileOutcome {
    /// The file, as it was named.
    pub file: String,
    /// One for each test of `tests`, in that order; those that were not asked for are left out.
    pub tests: Vec<TestOutcome>,
    /// Every rule that the file's tests evaluate.
    pub rules: Vec<RuleCoverage>,
}

/// What came of one entry of `tests`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestOutcome {
    /// Its `name`, or `test 3` for the third that has none.
    pub name: String,
    /// The line it starts in, from one.
    pub line: usize,
    /// What it checks.
    pub cases: Vec<CaseOutcome>,
    /// What nobody expects and whoever reads this should know.
    pub notes: Vec<String>,
}

/// One expectation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseOutcome {
    /// What is expected of what, in a line.
    pub title: String,
    /// The line it stands in, from one.
    pub line: usize,
    /// What is wrong; nothing if the expectation holds.
    pub failures: Vec<String>,
}

/// How far the tests of a file try a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCoverage {
    /// Where the rule stands.
    pub file: String,
    /// Its line, from one.
    pub line: usize,
    /// Its group.
    pub group: String,
    /// The name of the alert or of the recorded series.
    pub name: String,
    /// Whether it is an alerting rule.
    pub alert: bool,
    /// Whether its expression ever yielded anything.
    pub produced: bool,
    /// Whether any test that expects something names it.
    pub asserted: bool,
    /// For an alert: whether it fired.
    pub fired: bool,
}

impl RuleCoverage {
    /// Whether the tests would notice if the rule stopped working.
    #[must_use]
    pub fn covered(&self) -> bool {
        self.asserted && self.produced && (self.fired || !self.alert)
    }
}

impl Outcome {
    /// Whether every expectation holds.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.cases().all(|case| case.failures.is_empty())
    }

    /// Every expectation.
    pub fn cases(&self) -> impl Iterator<Item = &CaseOutcome> {
        self.files.iter().flat_map(|file| &file.tests).flat_map(|test| &test.cases)
    }

    /// Every rule, once, with what all files together try of it.
    #[must_use]
    pub fn coverage(&self) -> Vec<RuleCoverage> {
        let mut all: Vec<RuleCoverage> = Vec::new();
        for rule in self.files.iter().flat_map(|file| &file.rules) {
            let same = |known: &&mut RuleCoverage| known.file == rule.file && known.line == rule.line;
            match all.iter_mut().find(same) {
                Some(known) => {
                    known.produced |= rule.produced;
                    known.asserted |= rule.asserted;
                    known.fired |= rule.fired;
                }
                None => all.push(rule.clone()),
            }
        }
        all
    }
}
