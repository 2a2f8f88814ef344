//! `copydesk extract`: article files or standard input to events, without Kafka.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use serde::Serialize;

use super::run::extractor;
use super::{Exit, batch, input, pretty};
use crate::article::Limits;
use crate::config::Config;
use crate::event::{ArticleEvent, ClaimEvent, EntityEvent};
use crate::extract::Extraction;
use crate::extract::claim::jsonld;
use crate::pipeline;
use crate::rejection::Rejection;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Article files or folders; `-` or nothing is standard input
    paths: Vec<PathBuf>,
    /// Content type of the files: text/plain, application/json; charset where it matters
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// For people: who said what, in colours
    #[arg(long, conflicts_with_all = ["jsonl", "format"])]
    pretty: bool,
    /// Read {"id", "body", "content_type"?, "received"?} a line, write one answer a line
    #[arg(long)]
    jsonl: bool,
    /// Worker threads
    #[arg(long, value_name = "N", default_value_t = default_threads())]
    threads: usize,
    /// Form of the output
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// Settings over the defaults: [engine] is read
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Events as they are published
    Json,
    /// schema.org Claim objects
    Jsonld,
}

pub(super) fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    article: &'a ArticleEvent,
    entities: &'a [EntityEvent],
    claims: &'a [ClaimEvent],
}

/// The answer to an input that was refused.
#[derive(Serialize)]
pub(super) struct Refusal<'a> {
    pub(super) id: &'a str,
    pub(super) rejection: &'a Rejection,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let extractor = extractor(&Config::load(args.config.as_deref(), std::env::vars())?)?;
    let inputs = input::inputs(&args.paths, args.jsonl, args.content_type.as_deref())?;
    let work = |input: &input::Input| match &input.broken {
        Some(rejection) => Err(rejection.clone()),
        None => pipeline::process(&extractor, input.raw(), Limits::default()),
    };
    let out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut answers = Writer { args, out, exit: Exit::Done };
    batch::run(inputs, args.threads.max(1), work, &mut answers)?;
    Ok(answers.exit)
}

struct Writer<'a, W: Write> {
    args: &'a Args,
    out: W,
    exit: Exit,
}

impl<W: Write> batch::Answers<Result<Extraction, Rejection>> for Writer<'_, W> {
    fn write(&mut self, input: &input::Input, outcome: Result<Extraction, Rejection>) -> Result<()> {
        match outcome {
            Ok(extraction) => return write_extraction(self.args, &input.id, &extraction, &mut self.out),
            Err(rejection) if self.args.jsonl => {
                write_line(&mut self.out, &Refusal { id: &input.id, rejection: &rejection })?;
            }
            Err(rejection) => eprintln!("copydesk: {}: {rejection}", input.id),
        }
        self.exit = Exit::Rejected;
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(self.out.flush()?)
    }
}

fn write_extraction(args: &Args, id: &str, extraction: &Extraction, out: &mut impl Write) -> Result<()> {
    if args.pretty {
        return Ok(out.write_all(pretty::extraction(extraction, pretty::Colors::for_stdout()).as_bytes())?);
    }
    if args.format == Format::Jsonld {
        return write_line(out, &jsonld(extraction));
    }
    let Extraction { article, entities, claims } = extraction;
    if args.jsonl {
        return write_line(out, &Answer { id, article, entities, claims });
    }
    write_line(out, article)?;
    entities.iter().try_for_each(|entity| write_line(out, entity))?;
    claims.iter().try_for_each(|claim| write_line(out, claim))
}

/// One JSON object and a line end.
pub(super) fn write_line(out: &mut impl Write, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    Ok(out.write_all(b"\n")?)
}
