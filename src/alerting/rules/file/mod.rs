//! Rule files, read as Prometheus reads them.
//!
//! [`read`] takes the text of a file and returns its groups, and everything that `promtool check rules` refuses, each
//! with its place. Rules that are wrong are left out of what is returned, so only a file without problems is what a
//! server would load.
//!
//! `group` and `rule` read their parts, `name` knows which names each release takes, `manifest` finds the groups of
//! Kubernetes' `PrometheusRule`.
//!
//! # Decisions
//!
//! * Not only the first errors as in Prometheus, which looks at rules only where the YAML fits its types.
//! * What Prometheus takes but nobody can mean is taken here too, and is a note: a second document, which no server
//!   reads; an alias for a name or an expression, of which 2.42 reads the name instead of what it stands for.
//! * A file is a Kubernetes manifest if one of its documents has a `kind` and no `groups`. Its other documents are
//!   passed over. The keys of the newest operator are known there whatever the dialect.
//! * Group names must differ within a document: a server loads each `PrometheusRule` as a file of its own.

mod group;
mod manifest;
mod model;
mod name;
mod rule;

pub use crate::alerting::problem::{Place, Problem};
pub use crate::alerting::yaml::Written;
pub use model::{Group, Rule, RuleFile, RuleKind};

use crate::alerting::yaml::{Decoder, Documents, Library, Node};
use crate::promql::Dialect;

/// Says whether a text is a template, and if not, why.
pub type TemplateCheck<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// What was read of a file.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The rules in which nothing is wrong.
    pub rules: RuleFile,
    /// What is wrong, in the order of the file. A server refuses the file if there is anything.
    pub problems: Vec<Problem>,
    /// What is not wrong, but can hardly be meant.
    pub notes: Vec<Problem>,
}

/// Reads the text of a rule file; `file` is what problems call it. `check` sees each label and annotation of alerting
/// rules.
#[must_use]
pub fn read(text: &str, file: &str, dialect: Dialect, check: TemplateCheck<'_>) -> Read {
    let mut reader = Reader {
        text,
        dialect,
        check,
        decoder: Decoder::new(file, Library::V3),
        notes: Vec::new(),
        groups: Vec::new(),
        document: 0,
    };
    let mut documents = Documents::new(text, file);
    reader.documents(&mut documents);
    let Reader { decoder, groups, notes, .. } = reader;
    Read { rules: RuleFile { groups }, problems: decoder.into_problems(), notes }
}

struct Reader<'a> {
    text: &'a str,
    dialect: Dialect,
    check: TemplateCheck<'a>,
    decoder: Decoder<'a>,
    notes: Vec<Problem>,
    groups: Vec<Group>,
    document: usize,
}

impl<'a> Reader<'a> {
    fn documents(&mut self, documents: &mut Documents<'a>) {
        let first = match documents.next_document() {
            Ok(Some(first)) => first,
            Ok(None) => return,
            Err(problem) => return self.decoder.report(*problem),
        };
        if manifest::is_manifest(&first) {
            return self.manifests(first, documents);
        }
        // A server reads no further, not even to see whether it is YAML.
        let second = match documents.next_document() {
            Ok(None) => return self.groups_of(&first),
            Ok(Some(second)) if first.is_null(Library::V3) && manifest::is_manifest(&second) => {
                return self.manifests(second, documents);
            }
            Ok(Some(second)) => second.place(),
            Err(problem) => Place { line: problem.line, column: problem.column },
        };
        self.groups_of(&first);
        let note = self.decoder.problem(second, "a second document, which Prometheus never reads");
        self.notes.push(note.help("move its groups into the first, or into a file of their own"));
    }

    /// Reads the first document, already at hand, and all others.
    fn manifests(&mut self, first: Node<'a>, documents: &mut Documents<'a>) {
        let mut found = false;
        self.decoder.kubernetes = true;
        let place = first.place();
        let mut next = Some(first);
        while let Some(document) = next {
            found |= self.manifest(&document);
            next = match documents.next_document() {
                Ok(next) => next,
                Err(problem) => return self.decoder.report(*problem),
            };
        }
        if !found {
            let problem = self.decoder.problem(place, "no PrometheusRule among these manifests");
            let wanted = "`groups`, or a manifest with `kind: PrometheusRule`";
            self.decoder.report(problem.accepted(&[wanted]));
        }
    }

    /// Reads a mapping whose only key is `groups`.
    fn groups_of(&mut self, root: &Node<'a>) {
        let fields = self.decoder.fields(root, &"a rule file", &["groups"]);
        if let Some(groups) = fields.get("groups") {
            self.groups(groups);
        }
        self.document += 1;
    }
}
