//! Hand-written YAML files, decoded into ordinary serde types with every mistake reported at once.
//!
//! [`decode()`] reads a file once into a tree whose nodes know their line and column, then lets serde read that
//! tree again and again: the first error of a pass is noted, the part that caused it is left out, and the next
//! pass finds the next error. What still fits the type when nothing is left to report is handed back too, so that
//! later validation can add its own problems to the same list.
//!
//! # What the target types may use
//!
//! `#[derive(Deserialize)]` with `deny_unknown_fields`, `default`, `rename`, `try_from`, externally tagged enums,
//! `Option`, lists, tuples, maps and [`Located`]. A `Deserialize` written by hand keeps the text of its errors and
//! can list accepted values with [`reject`]. `flatten`, `untagged` and internally tagged enums work, but serde
//! buffers them, so their problems point at the whole value. An `alias` of a required field is decoded, but when
//! its value is bad the field is reported as missing as well.
//!
//! # What the YAML may use
//!
//! One document of YAML 1.2 with the core schema: `yes`, `on` and `1_000` are text. Anchors, aliases, tags, merge
//! keys, empty keys, keys that are lists or mappings, and duplicate keys are refused, each with its place. A file
//! may have 1 MiB, 50 000 values and 64 levels.
//!
//! # Decisions
//!
//! - The parser's events rather than `serde_saphyr::Spanned`: events carry what serde's data model cannot (the
//!   spelling of a number, quotes, tags, anchors), and reading goes on after an alias or a duplicate key. Revisit
//!   if `serde_saphyr` stops re-exporting its parser.
//! - A problem that may only be the consequence of a part left out is not reported: a second run shows it, whereas
//!   an invented one costs the reader's trust.
//! - A type's own rule ("`min` must be below `max`") is therefore silent while anything inside the value it judges
//!   is left out.

mod decode;
mod fault;
mod lines;
mod located;
mod nearest;
mod outline;
mod pass;
mod phantom;
mod problem;
mod read;
mod reader;
mod render;
mod scalar;
mod syntax;
mod tree;
mod words;

pub use decode::{Decoded, decode};
pub use located::Located;
pub use nearest::nearest;
pub use outline::{Node, Outline, Value, outline};
pub use problem::{Problem, reject};
pub use render::{Style, render};
