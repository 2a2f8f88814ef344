//! `copydesk demo`: the service on an embedded broker, with a sample wire.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};
use serde_json::Value;

use super::run::{extractor, failed, runtime};
use super::{Exit, pretty};
use crate::config::Config;
use crate::extract::Extraction;
use crate::kafka::Service;
use crate::kafka::embedded::{Embedded, Reader, Seen, Wire};
use crate::ops::log;

/// The sample wire of the repository.
static SAMPLES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/samples");
/// An article whose events have all come is quiet for so long.
const QUIET: Duration = Duration::from_millis(300);
/// Longest wait for the next event with `--once`.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// End when every article is published
    #[arg(long)]
    once: bool,
    /// Article files or folders instead of the sample wire
    paths: Vec<PathBuf>,
}

/// An article of the wire: name, bytes, content type.
type Sample = (String, Vec<u8>, Option<&'static str>);

pub(super) fn run(args: &Args) -> Result<Exit> {
    let mut config = Config::load(None, std::env::vars())?;
    if std::env::var_os("COPYDESK__LOG__LEVEL").is_none() {
        config.log.level = "warn,rdkafka=off,librdkafka=off".to_owned();
    }
    log::init(&config.log).map_err(anyhow::Error::msg)?;
    let wire = samples(&args.paths)?;
    let embedded = Embedded::start(&config)?;
    config.kafka.brokers = embedded.brokers();
    let extractor = extractor(&config)?;
    eprintln!(
        "copydesk demo: an embedded broker (librdkafka's mock cluster) in this process: for a look, not for exactly-once."
    );
    let shown = config.clone();
    runtime()?.block_on(async {
        let service = match Service::start(config.clone(), extractor.clone()).await {
            // The port is a convenience here.
            Err(crate::kafka::ServiceError::Listen { .. }) => {
                config.http.listen.set_port(0);
                Service::start(config, extractor).await
            }
            other => other,
        };
        let service = match service {
            Ok(service) => service,
            Err(error) => return Ok(failed(&error)),
        };
        eprintln!("{} articles on the wire, metrics at http://{}/metrics", wire.len(), service.address);
        let (sent, once) = (wire.len(), args.once);
        let show = tokio::task::spawn_blocking(move || {
            let out = Wire::new(&shown)?;
            for (name, payload, content_type) in &wire {
                out.send(name, payload, *content_type)?;
            }
            out.flush(Duration::from_secs(30))?;
            show(&Reader::new(&shown)?, sent, once)
        });
        let exit = tokio::select! {
            shown = show => shown??,
            _ = tokio::signal::ctrl_c() => Exit::Done,
        };
        match service.stop().await {
            Ok(()) => Ok(exit),
            Err(error) => Ok(failed(&error)),
        }
    })
}

/// The sample wire, or the articles at `paths`.
fn samples(paths: &[PathBuf]) -> Result<Vec<Sample>> {
    let mut samples: Vec<Sample> = Vec::new();
    if paths.is_empty() {
        for file in SAMPLES.files().filter(|file| is_article(file.path())) {
            let name = file.path().display().to_string();
            samples.push((name, file.contents().to_vec(), content_type(file.path())));
        }
        samples.sort();
        return Ok(samples);
    }
    for path in super::input::files(paths)? {
        let payload = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        samples.push((path.display().to_string(), payload, content_type(&path)));
    }
    Ok(samples)
}

fn is_article(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension != "md")
}

fn content_type(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "json" => Some("application/json"),
        _ => None,
    }
}

/// Events of an article that came so far.
struct Arriving {
    article: Option<Value>,
    entities: Vec<Value>,
    claims: Vec<Value>,
    last: Instant,
}

/// Prints what is published; with `once` until `sent` articles have come out as events or dead letters.
fn show(reader: &Reader, sent: usize, once: bool) -> Result<Exit> {
    let mut arriving: BTreeMap<String, Arriving> = BTreeMap::new();
    let (mut done, mut last) = (0, Instant::now());
    let mut exit = Exit::Done;
    loop {
        match reader.next(Duration::from_millis(50)) {
            Some(Seen::DeadLetter(summary)) => {
                writeln!(std::io::stdout(), "rejected: {summary}\n")?;
                (done, last) = (done + 1, Instant::now());
            }
            Some(Seen::Event(json)) => {
                let event: Value = serde_json::from_slice(&json)?;
                add(&mut arriving, event);
                last = Instant::now();
            }
            None => {}
        }
        let complete: Vec<String> = arriving
            .iter()
            .filter(|(_, a)| a.article.is_some() && a.last.elapsed() > QUIET)
            .map(|(id, _)| id.clone())
            .collect();
        for id in complete {
            if let Some(text) = arriving.remove(&id).and_then(text) {
                std::io::stdout().write_all(text.as_bytes())?;
                done += 1;
            }
        }
        if once && done >= sent {
            return Ok(exit);
        }
        if once && last.elapsed() > PATIENCE {
            eprintln!("copydesk demo: only {done} of {sent} articles came out");
            exit = Exit::Fatal;
            return Ok(exit);
        }
    }
}

fn add(arriving: &mut BTreeMap<String, Arriving>, event: Value) {
    let schema = event["schema"].as_str().unwrap_or_default().to_owned();
    // The record that it was made of: a correction comes with the id of what it corrects, a repeat with the same version too.
    let provenance = &event["provenance"];
    let id = ["topic", "partition", "offset"].map(|key| provenance[key].to_string()).join(" ");
    let new = || Arriving { article: None, entities: Vec::new(), claims: Vec::new(), last: Instant::now() };
    let entry = arriving.entry(id).or_insert_with(new);
    entry.last = Instant::now();
    match schema.as_str() {
        "copydesk.article.v1" => entry.article = Some(event),
        "copydesk.entity.v1" => entry.entities.push(event),
        _ => entry.claims.push(event),
    }
}

fn text(arriving: Arriving) -> Option<String> {
    let list = |values: Vec<Value>| Value::Array(values);
    let extraction = Extraction {
        article: serde_json::from_value(arriving.article?).ok()?,
        entities: serde_json::from_value(list(arriving.entities)).ok()?,
        claims: serde_json::from_value(list(arriving.claims)).ok()?,
    };
    Some(pretty::extraction(&extraction, pretty::Colors::for_stdout()))
}
