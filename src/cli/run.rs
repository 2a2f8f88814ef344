//! `copydesk run`: the service.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use copydesk_nlp::Pipeline;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info, warn};

use super::Exit;
use crate::config::Config;
use crate::extract::Extractor;
use crate::kafka::{Service, ServiceError, topics};
use crate::kb::Kb;
use crate::ops::log;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Settings over the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let mut config = Config::load(args.config.as_deref(), std::env::vars())?;
    log::init(&config.log).map_err(anyhow::Error::msg)?;
    let extractor = extractor(&config)?;
    let runtime = runtime()?;
    let exit = runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        match topics::smaller_event_limit(&config).await {
            Ok(Some(limit)) => {
                let asked = config.limits.event_bytes;
                warn!(
                    asked,
                    limit, "topics take smaller messages than limits.event_bytes: larger events are dead letters"
                );
                config.limits.event_bytes = limit;
            }
            Ok(None) => {}
            Err(error) => warn!(%error, "cannot read the topics' max.message.bytes"),
        }
        let service = match Service::start(config, extractor).await {
            Ok(service) => service,
            Err(error) => return Ok(failed(&error)),
        };
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                () = tokio::time::sleep(Duration::from_millis(200)) => if !service.is_running() { break },
            }
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

/// Tells the error and how the process ends.
pub(super) fn failed(error: &ServiceError) -> Exit {
    error!(%error, "the service ends");
    eprintln!("copydesk: {error}");
    match error {
        ServiceError::Unreachable { .. } => Exit::KafkaUnreachable,
        ServiceError::NoTopic(_) | ServiceError::Listen { .. } | ServiceError::Client(_) | ServiceError::Engine(_) => {
            Exit::Usage
        }
        ServiceError::DrainTimeout(_) | ServiceError::Worker(_) => Exit::Fatal,
    }
}

/// The extraction engine that the settings ask for.
pub(super) fn extractor(config: &Config) -> Result<Arc<Extractor>> {
    let model = &config.engine.model;
    let pipeline = if model.as_os_str().is_empty() { Pipeline::builtin() } else { Pipeline::load(model) };
    let extractor = Extractor::new(Arc::new(pipeline.context("engine.model")?));
    if config.engine.kb.as_os_str().is_empty() {
        return Ok(Arc::new(extractor));
    }
    let own = Kb::open(&config.engine.kb).context("engine.kb")?;
    Ok(Arc::new(extractor.with_kb(own.over(&Kb::builtin()))))
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
