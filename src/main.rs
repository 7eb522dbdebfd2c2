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

/// Turns true at the first Ctrl-C or SIGTERM. It is a thread of its own, so that it works whatever runtime a command
/// uses. A second one ends the process at once: whoever asks twice does not want the report.
fn interrupt() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            signalled().await;
            // The main thread may have ended already.
            let _ = sender.send(true);
            signalled().await;
            #[expect(clippy::exit, reason = "asked twice")]
            std::process::exit(130);
        });
    });
    receiver
}

async fn signalled() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => drop(interrupted),
        () = terminated => {}
    }
}
