use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mapping::{Mistake, check_counter, check_metric};
use super::yaml::{self, Located, Problem};
use super::{Clause, ClauseId, Contracts, Mapping, Promise};

/// The promises of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    /// Its name, such as `aragora/guide`.
    pub name: String,
    /// The document that it speaks for.
    pub document: String,
    /// The promises.
    pub clauses: Vec<Clause>,
    /// What the document says and nobody judges, with the reason.
    pub omissions: Vec<Omission>,
    /// The file's own text, which records keep.
    pub text: String,
}

/// A contract file, as it is typed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["contract", "document", "clauses"]))]
struct ContractFile {
    /// The contract's name, such as `aragora/guide`.
    #[serde(default)]
    contract: Option<Located<String>>,
    /// The document that it speaks for, as a path below `fixtures/documents` or a URL.
    #[serde(default)]
    document: Option<Located<String>>,
    /// The promises.
    #[serde(default)]
    clauses: Vec<Located<Clause>>,
    /// What the document says and nobody judges.
    #[serde(default)]
    omissions: Vec<Omission>,
}

/// Something that a document says and that is not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Omission {
    /// What is left out.
    pub what: String,
    /// The heading it stands under.
    pub heading: String,
    /// The document's own words, copied to the letter: what `probity lint` counts as left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quote: String,
    /// Why.
    pub reason: String,
}

/// The JSON Schema of contract files.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(ContractFile)
}

impl Contract {
    /// Reads a contract file.
    ///
    /// # Errors
    /// Every mistake in it, each with line and column.
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<Problem>> {
        let yaml::Decoded { value, mut problems } = yaml::decode::<ContractFile>(text, file);
        let Some(typed) = value else { return Err(problems) };
        let missing = |key: &str| Problem::new(file, 1, 1, format!("missing key `{key}`"));
        // A key that was typed wrong is reported as such; that it is therefore missing is no news.
        let clean = problems.is_empty();
        if clean && typed.contract.is_none() {
            problems.push(missing("contract"));
        }
        if clean && typed.document.is_none() {
            problems.push(missing("document"));
        }
        if clean && typed.clauses.is_empty() {
            problems.push(missing("clauses"));
        }
        check_clauses(&typed.clauses, file, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            name: typed.contract.map(|name| name.value).unwrap_or_default(),
            document: typed.document.map(|document| document.value).unwrap_or_default(),
            clauses: typed.clauses.into_iter().map(|clause| clause.value).collect(),
            omissions: typed.omissions,
            text: text.to_owned(),
        })
    }

    /// The line of the file on which each clause begins, for whoever points at it.
    pub fn clause_lines(&self) -> BTreeMap<ClauseId, usize> {
        let typed = yaml::decode::<ContractFile>(&self.text, &self.name).value;
        let clauses = typed.map(|typed| typed.clauses).unwrap_or_default();
        clauses.into_iter().map(|clause| (clause.value.id, clause.line)).collect()
    }
}

fn check_clauses(clauses: &[Located<Clause>], file: &str, problems: &mut Vec<Problem>) {
    let known = Contracts {
        all: vec![Contract {
            name: String::new(),
            document: String::new(),
            clauses: clauses.iter().map(|clause| clause.value.clone()).collect(),
            omissions: Vec::new(),
            text: String::new(),
        }],
    };
    let mut ids = BTreeSet::new();
    for clause in clauses {
        let mut report = |message: String, accepted: Vec<String>| {
            let mut problem = Problem::new(
                file,
                clause.line,
                clause.column,
                format!("clause `{}`: {message}", clause.value.id),
            );
            problem.accepted = accepted;
            problems.push(problem);
        };
        if !ids.insert(clause.value.id.clone()) {
            report("this id is taken by an earlier clause".to_owned(), Vec::new());
        }
        for (message, accepted) in mistakes(&clause.value.promise, &known) {
            report(message, accepted);
        }
    }
}

/// What is wrong with a promise that speaks of others.
fn mistakes(promise: &Promise, known: &Contracts) -> Vec<Mistake> {
    let (metric, mapping) = match promise {
        Promise::Conserve(promise) => (check_counter(known, &promise.metric), Mapping::from(promise)),
        Promise::Latency(promise) => (check_metric(known, &promise.metric), Mapping::from(promise)),
        Promise::Settles(promise) => return check_metric(known, &promise.metric).into_iter().collect(),
        Promise::Endpoint(promise) => return promise.mistakes(),
        _ => return Vec::new(),
    };
    // Of a metric that nobody promises the labels are not known either: that is no second mistake.
    let labels = match &metric {
        Some(_) => mapping.labels.keys().chain(mapping.series.keys()).collect(),
        None => known.labels_of_counter(mapping.metric.as_str()),
    };
    metric.into_iter().chain(mapping.mistakes(&labels)).collect()
}
