use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use tokio::sync::watch;

use crate::report::Style;

/// Everything from outside the program.
pub struct World {
    /// The arguments, the program's name first.
    pub args: Vec<OsString>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Where reports go.
    pub stdout: Box<dyn Write + Send>,
    /// Where progress and errors go.
    pub stderr: Box<dyn Write + Send>,
    /// Whether a person looks at stdout.
    pub stdout_is_terminal: bool,
    /// Whether a person looks at stderr.
    pub stderr_is_terminal: bool,
    /// What relative paths are relative to.
    pub directory: PathBuf,
    /// Turns true when somebody interrupts.
    pub interrupt: watch::Receiver<bool>,
}

impl World {
    /// Prints to stdout. A reader that has gone away (`| head`) is no error of ours.
    pub(super) fn out(&mut self, text: &str) {
        let _ = self.stdout.write_all(text.as_bytes());
        let _ = self.stdout.flush();
    }

    /// Prints to stderr.
    pub(super) fn err(&mut self, text: &str) {
        let _ = self.stderr.write_all(text.as_bytes());
        let _ = self.stderr.flush();
    }

    /// How stdout may be painted. <https://no-color.org>: set and not empty means no colour.
    pub(super) fn style(&self) -> Style {
        Style { colour: self.stdout_is_terminal && self.colours() }
    }

    /// How problems in files may be painted on stderr.
    pub(super) fn problem_style(&self) -> crate::contract::yaml::Style {
        let terminal = self.stderr_is_terminal;
        crate::contract::yaml::Style { colour: terminal && self.colours(), unicode: terminal }
    }

    fn colours(&self) -> bool {
        let unset = |name: &str| self.env.get(name).is_none_or(String::is_empty);
        unset("NO_COLOR") && self.env.get("TERM").is_none_or(|term| term != "dumb")
    }

    /// A path as the user typed it, from where they typed it.
    pub(super) fn path(&self, typed: &Path) -> PathBuf {
        self.directory.join(typed)
    }
}
