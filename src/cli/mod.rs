//! What can be typed: one command a file.

mod annotate;
mod batch;
mod check_config;
mod dead_letters;
mod demo;
mod extract;
mod input;
mod kb;
pub(crate) mod pretty;
mod probe;
mod run;
mod topics;

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
    /// The service: consumes, extracts and publishes until SIGTERM or SIGINT
    Run(run::Args),
    /// The service on an embedded broker, with a sample wire: for a look
    Demo(demo::Args),
    /// Article files or standard input to events, without Kafka
    Extract(extract::Args),
    /// The language engine alone: tokens, tags, trees, entities
    Annotate(annotate::Args),
    /// Prints the merged settings, or everything that is wrong with them
    CheckConfig(check_config::Args),
    /// Makes or verifies the topics
    Topics(topics::Args),
    /// Inspects and replays what was rejected
    DeadLetters(dead_letters::Args),
    /// Asks a running service whether it is ready: for health checks of containers
    Probe(probe::Args),
    /// The knowledge base: compile one, look a name up
    Kb(kb::Args),
}

/// How a command ended; the numbers are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All done.
    Done = 0,
    /// At least one article was rejected; a service that was asked is not ready.
    Rejected = 1,
    /// The command line, a file or the configuration is wrong.
    Usage = 2,
    /// No broker can be reached.
    KafkaUnreachable = 3,
    /// A fault that a restart may mend.
    Fatal = 4,
}

/// Runs a command; errors go to standard error.
pub fn run(cli: Cli) -> ExitCode {
    let exit = match cli.command {
        Command::Extract(args) => extract::run(&args),
        Command::Annotate(args) => annotate::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::CheckConfig(args) => check_config::run(&args),
        Command::Topics(args) => topics::run(&args),
        Command::DeadLetters(args) => dead_letters::run(&args),
        Command::Probe(args) => probe::run(&args),
        Command::Kb(args) => kb::run(&args),
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
