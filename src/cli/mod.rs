//! What can be typed: one command a file.

mod annotate;
mod batch;
mod extract;
mod input;
pub(crate) mod pretty;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Newswire in, entities and claims out.
#[derive(Debug, Parser)]
#[command(name = "copydesk", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Article files or standard input to events, without Kafka
    Extract(extract::Args),
    /// The language engine alone: tokens, tags, trees, entities
    Annotate(annotate::Args),
}

/// How a command ended; the numbers are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All done.
    Done = 0,
    /// At least one article was rejected.
    Rejected = 1,
    /// The command line, a file or the configuration is wrong.
    Usage = 2,
}

/// Runs a command; errors go to standard error.
pub fn run(cli: Cli) -> ExitCode {
    let exit = match cli.command {
        Command::Extract(args) => extract::run(&args),
        Command::Annotate(args) => annotate::run(&args),
    };
    match exit {
        Ok(exit) => ExitCode::from(exit as u8),
        // A reader that has seen enough is no fault.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("copydesk: {error:#}");
            ExitCode::from(Exit::Usage as u8)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|e| e.downcast_ref::<std::io::Error>()).any(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
