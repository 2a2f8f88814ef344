//! `copydesk dead-letters list|show|replay`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Subcommand;

use super::Exit;
use super::topics::unreachable;
use crate::config::Config;
use crate::kafka;
use crate::kafka::dead_letters::{self, Place};
use crate::ops::log;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
    /// Settings over the defaults
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Why each was refused, a line each
    List {
        /// Most lines
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Headers (standard error) and payload (standard output) of one
    Show {
        /// PARTITION:OFFSET, as `list` prints it
        place: String,
    },
    /// Sends them to the input topic again
    Replay {
        /// PARTITION:OFFSET; none with --all
        places: Vec<String>,
        /// Every dead letter
        #[arg(long)]
        all: bool,
    },
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let config = Config::load(args.config.as_deref(), std::env::vars())?;
    log::init(&config.log).map_err(anyhow::Error::msg)?;
    kafka::check(&config).map_err(anyhow::Error::msg)?;
    let mut out = std::io::stdout().lock();
    match &args.action {
        Action::List { limit } => match dead_letters::list(&config, *limit) {
            Ok(letters) => {
                for ((partition, offset), summary) in letters {
                    writeln!(out, "{partition}:{offset}\t{}", summary.replace(char::is_control, " "))?;
                }
            }
            Err(error) => return Ok(unreachable(&config, &error)),
        },
        Action::Show { place } => match dead_letters::show(&config, parse(place)?) {
            Ok(Some((headers, payload))) => {
                for (key, value) in headers {
                    eprintln!("{key}: {}", value.replace(char::is_control, " "));
                }
                out.write_all(&payload)?;
            }
            Ok(None) => bail!("there is no dead letter at {place}"),
            Err(error) => return Ok(unreachable(&config, &error)),
        },
        Action::Replay { places, all } => {
            if places.is_empty() != *all {
                bail!("name dead letters as PARTITION:OFFSET, or give --all");
            }
            let places = places.iter().map(|place| parse(place)).collect::<Result<Vec<_>>>()?;
            match dead_letters::replay(&config, &places) {
                Ok(sent) => writeln!(out, "{sent} sent to {}", config.topics.input)?,
                Err(error) => return Ok(unreachable(&config, &error)),
            }
        }
    }
    Ok(Exit::Done)
}

fn parse(place: &str) -> Result<Place> {
    let (partition, offset) = place.split_once(':').context("a place is PARTITION:OFFSET")?;
    Ok((partition.parse().context("PARTITION is a number")?, offset.parse().context("OFFSET is a number")?))
}
