//! `copydesk kb`: compiles a knowledge base from JSON lines, and says what a name may mean and why.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Exit;
use crate::kb::build::compile;
use crate::kb::score::{Answer, Query, answer};
use crate::kb::{Country, Day, EntityType, Gender, Kb};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Compile JSON lines to a knowledge base
    Build(Build),
    /// Say what a name may mean, and why
    Lookup(Lookup),
}

#[derive(Debug, clap::Args)]
struct Build {
    /// JSON lines: {"id", "type", "name", "aliases", "country", "prior", "offices", ...}
    rows: PathBuf,
    /// Where to write; an older file there is replaced in one step
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Lookup {
    /// The name as an article may have it
    name: String,
    /// The article's date
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<String>,
    /// OntoNotes type: PERSON, ORG, GPE ...
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// A role that the article gives ("former prime minister"); may be repeated
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// A country that the article speaks of, ISO 3166; may be repeated
    #[arg(long, value_name = "CODE")]
    country: Vec<String>,
    /// A compiled base to ask first, over the built-in one
    #[arg(long, value_name = "FILE")]
    kb: Option<PathBuf>,
    /// How many candidates to show
    #[arg(long, value_name = "N", default_value_t = 5)]
    limit: usize,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    match &args.command {
        Command::Build(build) => run_build(build),
        Command::Lookup(lookup) => run_lookup(lookup),
    }
}

fn run_build(args: &Build) -> Result<Exit> {
    let rows = File::open(&args.rows).with_context(|| format!("cannot read {}", args.rows.display()))?;
    let compiled = compile(BufReader::new(rows)).with_context(|| format!("in {}", args.rows.display()))?;
    replace(&args.output, &compiled.bytes)?;
    let kb = Kb::open(&args.output)?;
    if std::io::stderr().is_terminal() {
        eprintln!(
            "{}: {} entries under {} names, {} bytes, hash {}",
            args.output.display(),
            compiled.entries,
            compiled.names,
            compiled.bytes.len(),
            kb.hash()
        );
    }
    Ok(Exit::Done)
}

/// Writes beside the file and renames, so that a running service that has the old one mapped is not disturbed.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    std::fs::write(&beside, bytes).with_context(|| format!("cannot write {}", beside.display()))?;
    std::fs::rename(&beside, path).with_context(|| format!("cannot write {}", path.display()))
}

fn run_lookup(args: &Lookup) -> Result<Exit> {
    let mut kb = Kb::builtin();
    if let Some(path) = &args.kb {
        kb = Kb::open(path)?.over(&kb);
    }
    let date = match &args.date {
        Some(text) => Some(Day::first(text).with_context(|| format!("{text:?} is no date like 2025-10-26"))?),
        None => None,
    };
    let kind = match &args.kind {
        Some(text) => match EntityType::from_label(&text.to_uppercase()) {
            Some(kind) => Some(kind),
            None => bail!("type {text:?} is none of {}", EntityType::ALL.map(EntityType::as_str).join(" ")),
        },
        None => None,
    };
    let countries: Option<Vec<Country>> = args.country.iter().map(|c| Country::new(c)).collect();
    let query = Query {
        names: vec![args.name.clone()],
        kind,
        date,
        countries: countries.context("a country is given by its two letters in ISO 3166")?,
        roles: args.role.clone(),
        explain: true,
        ..Query::default()
    };
    let found = answer(&kb, &query);
    let mut out = BufWriter::new(std::io::stdout().lock());
    print(&mut out, &args.name, &found, args.limit)?;
    out.flush()?;
    Ok(Exit::Done)
}

fn print(out: &mut impl Write, name: &str, found: &Answer<'_>, limit: usize) -> Result<()> {
    match (found.candidates.first(), found.sure) {
        (None, _) => writeln!(out, "{name}: nothing goes by this name")?,
        (Some(first), Some(sure)) => writeln!(out, "{name}: {} {} (sure {sure:.2})", first.entry.id, first.entry.name)?,
        (Some(_), None) => {
            writeln!(out, "{name}: not linked, the candidates are too close or nothing but the name speaks for them")?
        }
    }
    for c in found.candidates.iter().take(limit) {
        let e = &c.entry;
        let country = e.country.map_or(String::new(), |c| format!(" {}", c.as_str()));
        let region = if e.region.is_empty() { String::new() } else { format!("-{}", e.region) };
        let gender = match e.gender {
            Some(Gender::Male) => " m",
            Some(Gender::Female) => " f",
            None => "",
        };
        let subtype = if e.subtype.is_empty() { String::new() } else { format!(" {}", e.subtype) };
        let born = e.born.map_or(String::new(), |y| format!(" *{y}"));
        writeln!(
            out,
            "\n{:.2}  {}  {}  [{}{subtype}{country}{region}{gender}{born}]",
            c.score,
            e.id,
            e.name,
            e.kind.as_str()
        )?;
        for (worth, why) in &c.reasons {
            writeln!(out, "      {worth:+.2}  {why}")?;
        }
        for o in e.offices.iter().take(limit) {
            let day = |d: Option<Day>| d.map_or("?".to_owned(), |d| d.to_string());
            let to = o.to.map_or("".to_owned(), |d| d.to_string());
            let country = o.country.map_or(String::new(), |c| format!(", {}", c.as_str()));
            writeln!(out, "      {}{country}: {} .. {to}", o.title, day(o.from))?;
        }
        writeln!(out, "      source: {}", e.sources.join(", "))?;
    }
    if found.candidates.len() > limit {
        writeln!(out, "\nand {} more", found.candidates.len() - limit)?;
    }
    Ok(())
}
