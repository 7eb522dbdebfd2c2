//! The binary: it hands the process's world to [`probity::cli`] and nothing else.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use probity::cli::{World, main as cli};
use tokio::sync::watch;

#[expect(clippy::disallowed_methods, reason = "the one place where the process is asked")]
fn main() -> ExitCode {
    let mut world = World {
        args: std::env::args_os().collect(),
        env: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        stdout: Box::new(io::stdout()),
        stderr: Box::new(io::stderr()),
        stdout_is_terminal: io::stdout().is_terminal(),
        stderr_is_terminal: io::stderr().is_terminal(),
        directory: std::env::current_dir().unwrap_or_default(),
        interrupt: interrupt(),
    };
    // A panic is a bug of ours, and has the exit code of one; the hook has already said where it was.
    let code = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cli(&mut world)));
    ExitCode::from(code.unwrap_or(1))
}

/// Turns true at the first Ctrl-C, SIGTERM or SIGHUP, whatever runtime a command uses. A second one ends the process
/// at once: whoever asks twice does not want the report.
///
/// The handler is ctrlc's because goose's is: only one can be set, the first stays, and goose would end the process
/// with the exit code of a bug.
fn interrupt() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    let handler = move || {
        if sender.send_replace(true) {
            #[expect(clippy::exit, reason = "asked twice")]
            std::process::exit(130);
        }
    };
    // Without it an interruption ends the process as it ends any other, without a report.
    let _ = ctrlc::set_handler(handler);
    receiver
}
