//! `copydesk run`: the service.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use copydesk_nlp::Pipeline;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info, warn};

use super::Exit;
use crate::config::Config;
use crate::extract::Extractor;
use crate::extract::tagger::Tagger;
use crate::kafka::{self, Service, ServiceError, topics};
use crate::ops::log;
use crate::reload;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Settings over the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    // First: whoever stops the service while it starts is heard, too.
    let runtime = runtime()?;
    let entered = runtime.enter();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    drop(entered);
    let config = Config::load(args.config.as_deref(), std::env::vars())?;
    log::init(&config.log).map_err(anyhow::Error::msg)?;
    kafka::check(&config).map_err(anyhow::Error::msg)?;
    let exit = runtime.block_on(async {
        let mut stop = pin!(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        let started = tokio::spawn(start(config));
        let service = tokio::select! {
            () = &mut stop => {
                info!("stopped before anything was begun");
                return Ok(Exit::Done);
            }
            started = started => match started? {
                Ok(service) => service,
                Err(Failure::Service(error)) => return Ok(failed(&error)),
                Err(Failure::Other(error)) => return Err(error),
            },
        };
        tokio::select! {
            () = stop => {}
            () = ended(&service) => {}
        }
        info!("stopping");
        match service.stop().await {
            Ok(()) => {
                info!("stopped: everything that was begun is committed");
                Ok(Exit::Done)
            }
            Err(error) => Ok(failed(&error)),
        }
    });
    // An article that was given up may still be worked on.
    runtime.shutdown_timeout(Duration::from_millis(500));
    exit
}

/// Why the service did not start.
enum Failure {
    Service(ServiceError),
    Other(anyhow::Error),
}

async fn start(mut config: Config) -> Result<Service, Failure> {
    let extractor = tokio::task::block_in_place(|| extractor(&config)).map_err(Failure::Other)?;
    tokio::task::block_in_place(|| Service::check(&config)).map_err(Failure::Service)?;
    match topics::smaller_event_limit(&config).await {
        Ok(Some(limit)) => {
            let asked = config.limits.event_bytes;
            warn!(asked, limit, "topics take smaller messages than limits.event_bytes: larger events are dead letters");
            config.limits.event_bytes = limit;
        }
        Ok(None) => {}
        Err(error) => warn!(%error, "cannot read the topics' max.message.bytes"),
    }
    Service::start(config, extractor).await.map_err(Failure::Service)
}

/// Waits until a worker ends by itself.
async fn ended(service: &Service) {
    while service.is_running() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Tells the error and how the process ends.
pub(super) fn failed(error: &ServiceError) -> Exit {
    if tracing::enabled!(tracing::Level::ERROR) {
        error!(%error, "the service ends");
    } else {
        eprintln!("copydesk: {error}");
    }
    match error {
        ServiceError::Unreachable { .. } => Exit::KafkaUnreachable,
        ServiceError::NoTopic(_) | ServiceError::Listen { .. } | ServiceError::Client(_) | ServiceError::Engine(_) => {
            Exit::Usage
        }
        ServiceError::DrainTimeout(_) | ServiceError::Undone(_) | ServiceError::Worker(_) => Exit::Fatal,
    }
}

/// The language engine that the settings ask for.
pub(super) fn language(config: &Config) -> Result<Pipeline> {
    let model = &config.engine.model;
    let pipeline = if model.as_os_str().is_empty() { Pipeline::builtin() } else { Pipeline::load(model) };
    pipeline.with_context(|| format!("engine.model = {}", model.display()))
}

/// The extraction engine that the settings ask for.
pub(super) fn extractor(config: &Config) -> Result<Arc<Extractor>> {
    let pipeline = language(config)?;
    Tagger::check(pipeline.meta()).with_context(|| format!("engine.model = {}", config.engine.model.display()))?;
    let extractor = Extractor::new(Arc::new(pipeline));
    if config.engine.kb.as_os_str().is_empty() {
        return Ok(Arc::new(extractor));
    }
    let kb = reload::open(&config.engine.kb).context("engine.kb")?;
    Ok(Arc::new(extractor.with_kb(kb)))
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
