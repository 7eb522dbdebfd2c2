//! `prometheus.yml`, read as Prometheus reads it, and what follows from it.
//!
//! [`read`] takes the text of a file and returns what it says, or everything that a server would refuse, each with its
//! place. `schema` holds the keys of both releases, `file` puts the sections together, the others read them. [`targets`]
//! makes of a job what is scraped.
//!
//! # Decisions
//!
//! * All mistakes at once, where Prometheus stops at the first that is none of YAML's types.
//! * Service discovery other than by files, by HTTP and by DNS is known by name: what stands in it is not looked at.
//!   Jobs say which kinds they name ([`Job::undiscovered`]). All kinds that upstream builds in are known, also those
//!   that Debian leaves out; so are `azuread` and `google_iam` of `remote_write`.
//! * What a scrape job's targets fail by is a note: a server logs it and goes on, `promtool` refuses the file.
//! * Where `labelmap` gives several labels of a target one name, the last by name counts. In 3.5 chance decides.
//! * Files that are named (certificates, passwords, rules, scrape configurations) are not looked for: that is
//!   `promtool check config --syntax-only`.
//! * The environment is nobody's here: what `$NAME` stands for in an external label of Prometheus 3 is empty, as it is
//!   where nobody set it, and a note says so.
//! * Go's URLs are judged by their main rules only.

mod address;
mod alerting;
mod client;
mod discovery;
mod duration;
mod file;
mod global;
mod job;
mod model;
mod names;
mod relabelling;
mod remote;
mod schema;
mod size;
mod targets;
mod url;

pub use model::{Alertmanagers, Config, Job, Target};
pub use targets::{Targets, targets};

use crate::alerting::Problem;
use crate::promql::Dialect;

/// What was read of a file.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The configuration; none if anything is wrong.
    pub config: Option<Config>,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
    /// What is not wrong, but can hardly be meant, or cannot be done here.
    pub notes: Vec<Problem>,
}

/// Reads the text of a file; `file` is what problems call it.
#[must_use]
pub fn read(text: &str, file: &str, dialect: Dialect) -> Read {
    file::read(text, file, dialect)
}
