//! The command line: what was typed, the world it is typed in, exit codes.
//!
//! Everything from outside comes in through [`World`]: arguments, environment, streams, the working directory and
//! interruption. Only `main.rs` knows the process.

mod args;
#[cfg(all(feature = "server", feature = "load"))]
mod attach;
mod catalogue;
mod format;
#[cfg(all(feature = "server", feature = "load"))]
mod init;
mod judge;
mod lint;
mod query;
#[cfg(all(feature = "server", feature = "load"))]
mod run;
#[cfg(feature = "server")]
mod serve;
mod test;
mod world;

use clap::Parser as _;
use clap::error::ErrorKind;

use self::args::{Args, Command, Tested};
pub use self::world::World;
use crate::run::ExitStatus;

/// A command that did not come to a report.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    Bug(String),
    #[cfg(feature = "server")]
    #[error("{0}")]
    Stack(String),
    #[cfg(all(feature = "server", feature = "load"))]
    #[error("{0}")]
    Interrupted(String),
}

impl Failure {
    fn status(&self) -> ExitStatus {
        match self {
            Self::Usage(_) => ExitStatus::Usage,
            Self::Invalid(_) => ExitStatus::Invalid,
            Self::Bug(_) => ExitStatus::Bug,
            #[cfg(feature = "server")]
            Self::Stack(_) => ExitStatus::StackFailed,
            #[cfg(all(feature = "server", feature = "load"))]
            Self::Interrupted(_) => ExitStatus::Interrupted,
        }
    }
}

/// Does what the arguments ask for; the process's exit code.
pub fn main(world: &mut World) -> u8 {
    let args = match Args::try_parse_from(&world.args) {
        Ok(args) => args,
        Err(error) => {
            let help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let text = format!("{}\n", error.render().to_string().trim_end());
            if help {
                world.out(&text)
            } else {
                world.err(&text)
            }
            return if help { 0 } else { ExitStatus::Usage.code() };
        }
    };
    let result = match args.command {
        #[cfg(all(feature = "server", feature = "load"))]
        Command::Init(init) => init::init(&init, world),
        #[cfg(all(feature = "server", feature = "load"))]
        Command::Run(run) => run::run(&run, world),
        #[cfg(all(feature = "server", feature = "load"))]
        Command::Load(load) => run::load(&load, world),
        Command::Lint(lint) => lint::lint(&lint, world),
        Command::Judge(judge) => judge::judge(&judge, world),
        #[cfg(feature = "server")]
        Command::Serve(serve) => serve::serve(&serve, world),
        Command::Test(test) => match test.what {
            Tested::Rules(rules) => test::rules(&rules, world),
        },
        Command::Query(query) => query::query(&query, world),
        Command::List(list) => catalogue::list(&list, world),
        Command::Explain(explain) => catalogue::explain(&explain, world),
        Command::Schema(schema) => catalogue::schema(&schema, world),
    };
    match result {
        Ok(status) => status.code(),
        Err(failure) => {
            let text = failure.to_string();
            let named = matches!(failure, Failure::Invalid(_));
            world.err(&if named { text } else { format!("probity: {text}\n") });
            failure.status().code()
        }
    }
}
