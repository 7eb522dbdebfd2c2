//! Running a tree over data.

mod call;
mod evaluate;
mod field;
mod range;

use super::error::TemplateError;
use super::format;
use super::functions::{Functions, World};
use super::library::Library;
use super::node::{At, Branch, Node, Pipe};
use super::parser::{Trees, is_empty};
use super::value::Value;

/// How deep nodes, pipelines and templates may be within one another while they run. Go allows 100000
/// templates; here everything must fit a thread's 2 MiB, in unoptimised builds too.
const MOST_NESTED: usize = 400;

/// How much one execution may do, in nodes and commands; a second or so.
const MOST_STEPS: usize = 2_000_000;

/// How many bytes of text, elements of lists or variables passed over count as much as a command.
const PER_STEP: usize = 16;

/// What a query counts for.
const QUERY_STEPS: usize = 1_000;

/// How many bytes one execution may write.
const MOST_OUTPUT: usize = format::MOST_TEXT;

/// An error on its way out.
type Executed<T> = Result<T, Box<TemplateError>>;

/// What a template is executed with.
pub(super) struct Setting<'t> {
    /// Name of the text, for errors.
    pub(super) name: &'t str,
    /// Name of the tree to execute.
    pub(super) started: &'t str,
    pub(super) text: &'t str,
    pub(super) trees: &'t Trees,
    /// Templates that were read before, each with the text that it is of; own trees go before them.
    pub(super) library: Option<&'t Library>,
    pub(super) functions: &'t Functions,
    pub(super) world: &'t dyn World,
}

/// Nodes, and the name and text of what they were read from.
type Defined<'t> = ((&'t str, &'t str), &'t [Node]);

impl<'t> Setting<'t> {
    /// The template of a name. One that is empty does not stand before a template of the library.
    fn find(&self, name: &str) -> Option<Defined<'t>> {
        let own = self.trees.get(name).map(|nodes| ((self.name, self.text), nodes.as_slice()));
        let known = self.library.and_then(|library| library.find(name));
        own.filter(|(_, nodes)| known.is_none() || !is_empty(nodes)).or(known)
    }
}

/// How the walk of a node ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

/// A value, and whether it was found in a place that is declared as `interface {}`: nothing in such a place
/// is an error to look into, nothing elsewhere is just nothing.
#[derive(Clone)]
struct Found {
    value: Value,
    any: bool,
}

impl Found {
    const fn plain(value: Value) -> Found {
        Found { value, any: false }
    }

    /// Go's name of the declared type.
    fn type_name(&self) -> &'static str {
        if self.any { "interface {}" } else { self.value.type_name() }
    }
}

struct State<'t> {
    setting: &'t Setting<'t>,
    /// Name of the template that is running, which `template` changes.
    template: &'t str,
    /// Name and text of what that template was read from.
    source: (&'t str, &'t str),
    at: Option<At<'t>>,
    /// Names with their `$`, the newest last.
    variables: Vec<(&'t str, Found)>,
    nested: usize,
    steps: usize,
    out: String,
}

/// Executes the template that a setting names.
pub(super) fn execute(setting: &Setting<'_>, data: &Value) -> Result<String, TemplateError> {
    let dot = Found::plain(data.clone());
    let mut state = State {
        setting,
        template: setting.started,
        source: (setting.name, setting.text),
        at: None,
        variables: vec![("$", dot.clone())],
        nested: 0,
        steps: 0,
        out: String::new(),
    };
    match state.walk_list(&dot, setting.trees.get(setting.started).map_or(&[], Vec::as_slice)) {
        Ok(_) => Ok(state.out),
        Err(error) => Err(*error),
    }
}

impl<'t> State<'t> {
    fn fail<T>(&self, message: &str) -> Executed<T> {
        let (name, text) = self.source;
        let Some(node) = self.at else {
            let message = format!("template: {}: {message}", self.template);
            return Err(Box::new(TemplateError::new(message, text, 0, 0, true)));
        };
        let at = node.position();
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().len();
        let (shown, template) = (node.to_string(), format::quote(self.template));
        let message =
            format!("template: {name}:{line}:{column}: executing {template} at <{shown}>: {message}");
        // The node as printed is about as long as the node as written.
        let end = text.len().min(at.saturating_add(shown.len()));
        let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
        Err(Box::new(TemplateError::new(message, text, at, end, true)))
    }

    /// Counts a step.
    fn step(&mut self) -> Executed<()> {
        self.charge(1)
    }

    /// Counts steps, and refuses those over the limit.
    fn charge(&mut self, steps: usize) -> Executed<()> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MOST_STEPS {
            return self.fail(&format!("exceeded {MOST_STEPS} steps"));
        }
        Ok(())
    }

    /// Goes one level down, for as long as `inner` takes.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Executed<T>) -> Executed<T> {
        if self.nested >= MOST_NESTED {
            return self.fail(&format!("exceeded maximum template depth ({MOST_NESTED})"));
        }
        self.nested += 1;
        let result = inner(self);
        self.nested -= 1;
        result
    }

    fn write(&mut self, text: &str) -> Executed<()> {
        if self.out.len() + text.len() > MOST_OUTPUT {
            return self.fail(format::TOO_LONG);
        }
        self.out.push_str(text);
        Ok(())
    }

    fn walk_list(&mut self, dot: &Found, nodes: &'t [Node]) -> Executed<Flow> {
        for node in nodes {
            let flow = self.walk(dot, node)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn walk(&mut self, dot: &Found, node: &'t Node) -> Executed<Flow> {
        self.step()?;
        self.at = Some(At::Node(node));
        match node {
            Node::Text { text } => self.write(text)?,
            Node::Action { pipe, .. } => {
                // Variables stay until the end of what the action is in.
                let value = self.pipeline(dot, pipe)?;
                if pipe.declared.is_empty() {
                    self.at = Some(At::Node(node));
                    self.print(&value)?;
                }
            }
            Node::If(branch) => return self.branch(dot, branch, false),
            Node::With(branch) => return self.branch(dot, branch, true),
            Node::Range(branch) => return self.deeper(|state| state.range(dot, branch)),
            Node::Template { name, pipe, .. } => {
                return self.deeper(|state| state.template(dot, name, pipe.as_ref()));
            }
            Node::Break { .. } => return Ok(Flow::Break),
            Node::Continue { .. } => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    fn print(&mut self, value: &Value) -> Executed<()> {
        match value {
            Value::Nil => self.write("<no value>"),
            Value::Text(text) | Value::Html(text) | Value::Url(text) => self.write(text),
            other => match format::sprint_followed(std::slice::from_ref(other)) {
                Ok(text) => self.write(&text),
                Err(message) => self.fail(&message),
            },
        }
    }

    /// `if`, and `with`, which differ in what the dot is.
    fn branch(&mut self, dot: &Found, branch: &'t Branch, with: bool) -> Executed<Flow> {
        self.deeper(|state| {
            let mark = state.variables.len();
            let value = state.pipeline(dot, &branch.pipe)?;
            let flow = if value.is_true() {
                let inner = if with { &Found::plain(value) } else { dot };
                state.walk_list(inner, &branch.list)
            } else {
                state.walk_list(dot, branch.otherwise.as_deref().unwrap_or_default())
            };
            state.variables.truncate(mark);
            flow
        })
    }

    fn template(&mut self, dot: &Found, name: &'t str, pipe: Option<&'t Pipe>) -> Executed<Flow> {
        let setting = self.setting;
        let Some((source, nodes)) = setting.find(name) else {
            return self.fail(&format!("template {} not defined", format::quote(name)));
        };
        let value = match pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::Nil,
        };
        let inner = Found::plain(value);
        let variables = std::mem::replace(&mut self.variables, vec![("$", inner.clone())]);
        let outer = (self.template, self.source);
        (self.template, self.source) = (name, source);
        let flow = self.walk_list(&inner, nodes)?;
        (self.template, self.source) = outer;
        self.variables = variables;
        // A definition has no loop of its own to leave.
        debug_assert_eq!(flow, Flow::On);
        Ok(Flow::On)
    }
}
