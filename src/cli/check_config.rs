//! `copydesk check-config`: the merged settings, or everything that is wrong with them.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use super::{Exit, topics};
use crate::config::Config;
use crate::kafka;
use crate::ops::log;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Settings over the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Ask the brokers, too: do they answer, are the topics there?
    #[arg(long)]
    connect: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let config = Config::load(args.config.as_deref(), std::env::vars())?;
    let text = Config::merged_text(args.config.as_deref(), std::env::vars())?;
    std::io::stdout().write_all(text.as_bytes())?;
    log::init(&config.log).map_err(anyhow::Error::msg)?;
    kafka::check(&config).map_err(anyhow::Error::msg)?;
    if args.connect { topics::check(&config) } else { Ok(Exit::Done) }
}
