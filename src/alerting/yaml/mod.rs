//! YAML as Prometheus and `promtool` read it, with the place of everything.
//!
//! `read` turns the events of the parser into a tree, `scalar` says what a word means, `decode` takes typed values out
//! of the tree and collects everything that is wrong on the way, `written` finds the place of a character of a text.
//!
//! # Decisions
//!
//! * The parser's events instead of serde: what Go's readers make of null, of aliases and of merged keys depends on
//!   where they stand, which serde's data model does not tell. Revisit if `serde_saphyr` stops re-exporting its parser.
//! * Two [`Library`]s: rule files are read with version 3 of Go's YAML library, unit tests with version 2, by both
//!   releases of Prometheus. They differ in null items, `<<`, and `yes`.
//! * A document may hold a million values and 100 levels, those of aliases counted wherever they are used: Go's
//!   limits are of the same kind, but depend on the share of aliases.
//! * `!!binary` is refused, which Go takes. Line breaks are those of YAML 1.2, so that U+0085, U+2028 and U+2029 break
//!   no lines, as they do for Go. Revisit if one is seen.

mod decode;
mod duration;
mod merge;
mod node;
mod read;
mod refused;
mod scalar;
mod syntax;
mod written;

pub(in crate::alerting) use decode::{Decoder, Fields, Pair};
pub(in crate::alerting) use node::{Node, Value};
pub(in crate::alerting) use read::Documents;
pub(in crate::alerting) use scalar::Kind;
pub use written::Written;

/// Which of Go's libraries is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::alerting) enum Library {
    /// `yaml.v2`, strict: how `promtool` reads unit tests.
    V2,
    /// `yaml.v3` with known fields only: how rule files are read.
    V3,
}
