//! Templates of several texts that call one another.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::TemplateError;
use super::exec;
use super::functions::{Functions, World};
use super::node::Node;
use super::parser::{self, Trees, is_empty};
use super::value::Value;

/// A text that was read.
#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    trees: Trees,
}

/// Templates by name, as one `template.Template` of Go holds them: later definitions replace earlier ones.
#[derive(Debug, Clone)]
pub struct Library {
    functions: Functions,
    sources: Vec<Arc<Source>>,
    /// Which source has the definition that counts.
    owners: BTreeMap<String, usize>,
}

impl Library {
    /// One without templates.
    #[must_use]
    pub fn new(functions: Functions) -> Library {
        Library { functions, sources: Vec::new(), owners: BTreeMap::new() }
    }

    /// Reads a text, which is a template of the given name itself, and all that it defines.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), TemplateError> {
        let trees = parser::parse(name, text, &self.functions)?;
        let place = self.sources.len();
        for (defined, nodes) in &trees {
            // As in Go, what is empty replaces nothing.
            if !is_empty(nodes) || !self.owners.contains_key(defined) {
                self.owners.insert(defined.clone(), place);
            }
        }
        self.sources.push(Arc::new(Source { name: name.to_owned(), text: text.to_owned(), trees }));
        Ok(())
    }

    /// The text that a text without a name becomes for some data; it may call every template of the library.
    ///
    /// # Errors
    ///
    /// What is wrong with it, or what it cannot do with these data, and limits as those of
    /// [`Template::execute`](super::Template::execute).
    pub fn expand(&self, text: &str, data: &Value, world: &dyn World) -> Result<String, TemplateError> {
        let trees = parser::parse("", text, &self.functions)?;
        exec::execute(
            &exec::Setting {
                name: "",
                started: "",
                text,
                trees: &trees,
                library: Some(self),
                functions: &self.functions,
                world,
            },
            data,
        )
    }

    /// Names of everything that can be called, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.owners.keys().map(String::as_str)
    }

    /// The template of a name, with the name and text of what it was read from.
    pub(super) fn find(&self, name: &str) -> Option<((&str, &str), &[Node])> {
        let source = self.sources.get(*self.owners.get(name)?)?;
        let nodes = source.trees.get(name)?;
        Some(((&source.name, &source.text), nodes))
    }
}
