//! What needs no traffic: documents, contracts and deployed files, judged by themselves and against one another.
//!
//! [`lint()`] reads a [`Corpus`]: Markdown documents with the code in them, and the rule files, dashboards and
//! configurations that somebody deploys. It reports what cannot work, what contradicts something else, and what a
//! document says without a contract saying it, or the other way about.
//!
//! # Decisions
//!
//! * A fenced block and a file are the same thing, a [`Snippet`]: whatever is checked in one is checked in the other.
//! * No name of a document, product or metric is known here. What is known is the field's: the schemas and interfaces
//!   of Prometheus, Alertmanager, Grafana, Jaeger, Kubernetes and Compose, and what words for things mean the same.
//! * Files of different systems are never compared; see [`Corpus`].
//! * What two places say differently on purpose, one for production and one for a laptop, is no contradiction; the
//!   headings above them tell.
//! * Markdown is read by pulldown-cmark. YAML and JSON are read by one reader that knows places.

mod corpus;
mod coverage;
mod finding;
mod lint;
mod named;
mod page;
mod place;
mod query;
pub mod rules;
mod said;
pub mod schema;
mod snippet;

pub use self::corpus::{Corpus, Input, Spoken};
pub use self::coverage::{Coverage, coverage};
pub use self::finding::{Finding, Noted, Severity};
pub use self::lint::{Lint, lint};
pub use self::page::{Block, Cell, Code, Item, Link, Page, Prose, Row, Section, Table};
pub use self::place::Place;
pub use self::query::{Purpose, Query};
pub use self::snippet::{Kind, Root, Snippet};
