//! `copydesk topics create|check`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use super::Exit;
use super::run::runtime;
use crate::config::Config;
use crate::kafka::{self, topics};
use crate::ops::log;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
    /// Settings over the defaults
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Action {
    /// Makes the topics that do not exist
    Create,
    /// Tells how the topics differ from what they should be
    Check,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let config = Config::load(args.config.as_deref(), std::env::vars())?;
    log::init(&config.log).map_err(anyhow::Error::msg)?;
    kafka::check(&config).map_err(anyhow::Error::msg)?;
    match args.action {
        Action::Create => match runtime()?.block_on(topics::create(&config)) {
            Ok(made) => {
                let mut out = std::io::stdout().lock();
                for topic in topics::wanted(&config) {
                    let state = if made.contains(&topic.name) { "made" } else { "was there" };
                    writeln!(out, "{}: {state}", topic.name)?;
                }
                Ok(Exit::Done)
            }
            Err(error) => Ok(unreachable(&config, &error)),
        },
        Action::Check => check(&config),
    }
}

/// Tells how the topics differ from what they should be.
pub(super) fn check(config: &Config) -> Result<Exit> {
    match runtime()?.block_on(topics::check(config)) {
        Ok(problems) if problems.is_empty() => {
            eprintln!("copydesk: {} answers, all topics are as they should be", config.kafka.brokers);
            Ok(Exit::Done)
        }
        Ok(problems) => {
            problems.iter().for_each(|problem| eprintln!("copydesk: {problem}"));
            Ok(Exit::Usage)
        }
        Err(error) => Ok(unreachable(config, &error)),
    }
}

/// Tells that the brokers did not answer as they should.
pub(super) fn unreachable(config: &Config, error: &dyn std::error::Error) -> Exit {
    eprintln!("copydesk: {} does not answer: {error}; check kafka.brokers and [kafka.client]", config.kafka.brokers);
    Exit::KafkaUnreachable
}
