//! The service: workers, stages, HTTP, from settings to the last commit.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tracing::{error, info};

use super::assignment::Assignment;
use super::client;
use super::publisher::Publisher;
use super::stop::Stop;
use super::worker::Worker;
use crate::article::Limits;
use crate::config::Config;
use crate::extract::Extractor;
use crate::ops::health::Health;
use crate::ops::metrics::Metrics;
use crate::ops::server;
use crate::pipeline::{Budget, Stages, Width};
use crate::reload::{Current, Watch};

/// How long the brokers may take to answer at the start.
const CONNECT: Duration = Duration::from_secs(15);
/// How often the engine's cache sizes are read.
const CACHE_PERIOD: Duration = Duration::from_secs(5);

/// Why the service cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// No broker answers.
    #[error("no broker of {brokers} answers: {source}; check kafka.brokers and [kafka.client]")]
    Unreachable {
        /// The brokers that were tried.
        brokers: String,
        /// What the client said.
        source: KafkaError,
    },
    /// A topic is not there.
    #[error("the topic {0} does not exist; run copydesk topics create")]
    NoTopic(String),
    /// The HTTP address is taken.
    #[error("cannot listen on {address}: {source}; set http.listen")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The engine's weights cannot be read.
    #[error(transparent)]
    Engine(#[from] copydesk_nlp::LoadError),
    /// A client cannot be made.
    #[error("a Kafka client cannot be made: {0}")]
    Client(#[from] KafkaError),
    /// Workers did not end in time.
    #[error("workers did not end within {0:?}; what they had not committed will be done again")]
    DrainTimeout(Duration),
    /// Workers ended in time, with work that they could not commit.
    #[error("{0} articles in hand could not be committed in time; they will be done again")]
    Undone(usize),
    /// A worker ended by itself.
    #[error("a worker ended: {0}")]
    Worker(String),
}

/// A running service.
pub struct Service {
    /// Everything that it counts.
    pub metrics: Arc<Metrics>,
    /// Address of the HTTP listener.
    pub address: std::net::SocketAddr,
    stop: Arc<Stop>,
    undone: Arc<AtomicUsize>,
    workers: Vec<JoinHandle<()>>,
    failure: Arc<Mutex<Option<String>>>,
    drain_timeout: Duration,
}

impl Service {
    /// Starts workers and listener. Must be called within a tokio runtime; blocks until the brokers answer.
    ///
    /// # Errors
    /// See [`ServiceError`].
    pub async fn start(config: Config, extractor: Arc<Extractor>) -> Result<Self, ServiceError> {
        let config = Arc::new(config);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = if config.kafka.workers == 0 { cores.div_ceil(2).max(2) } else { config.kafka.workers };
        let metrics = Arc::new(Metrics::new(workers, &extractor.model()));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        metrics.start_time.set(now.as_secs_f64());
        let health = Arc::new(Health::new(workers, config.health.stall_after));
        let partitions = tokio::task::block_in_place(|| output_partitions(&config))?;

        let listen = |source| ServiceError::Listen { address: config.http.listen, source };
        let listener = TcpListener::bind(config.http.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        tokio::spawn(server::serve(listener, Arc::clone(&metrics), Arc::clone(&health)));
        metrics.set_kb(&extractor.kb().hash());
        let (cached, gauges) = (Arc::clone(&extractor), Arc::clone(&metrics));
        tokio::spawn(async move {
            loop {
                gauges.set_caches(&cached.cache_stats());
                tokio::time::sleep(CACHE_PERIOD).await;
            }
        });
        let current = Current::new(extractor);
        let (kb, period) = (config.engine.kb.clone(), config.engine.kb_check);
        if !kb.as_os_str().is_empty() && !period.is_zero() {
            tokio::spawn(Watch::new(kb, Arc::clone(&current), Arc::clone(&metrics)).run(period));
        }

        let stop = Arc::new(Stop::new(config.shutdown.drain_timeout));
        let undone = Arc::new(AtomicUsize::new(0));
        let failure = Arc::new(Mutex::new(None));
        let budget = Budget::new(config.pipeline.inflight_bytes, &metrics);
        let threads = if config.pipeline.threads == 0 { cores } else { config.pipeline.threads };
        let width = Width { threads: threads.div_ceil(workers), queue: config.pipeline.queue };
        let instance = instance(&config);
        let mut service = Self {
            metrics: Arc::clone(&metrics),
            address,
            stop: Arc::clone(&stop),
            undone: Arc::clone(&undone),
            workers: Vec::new(),
            failure: Arc::clone(&failure),
            drain_timeout: config.shutdown.drain_timeout,
        };
        info!(%address, workers, instance, "starting");
        for number in 0..workers {
            let member = format!("{instance}-{number}");
            let assignment = Assignment::new(number, Arc::clone(&metrics), Arc::clone(&health));
            let consumer: BaseConsumer<Assignment> =
                client::consumer(&config, Some(&member)).create_with_context(assignment)?;
            consumer.subscribe(&[&config.topics.input])?;
            let limits = Limits { max_bytes: config.limits.article_bytes };
            let stages = Stages::start(limits, width, Arc::clone(&budget), &metrics);
            let (config, metrics, health) = (Arc::clone(&config), Arc::clone(&metrics), Arc::clone(&health));
            let (stop, failure, runtime) = (Arc::clone(&stop), Arc::clone(&failure), Handle::current());
            let (current, undone) = (Arc::clone(&current), Arc::clone(&undone));
            let run = move || {
                let id = format!("{}-{member}", config.kafka.group_id);
                let publisher = Publisher::new(
                    number,
                    Arc::clone(&config),
                    Arc::clone(&metrics),
                    Arc::clone(&health),
                    Arc::clone(&stop),
                    &id,
                );
                let worker = Worker {
                    number,
                    config,
                    metrics,
                    health,
                    stop,
                    undone,
                    consumer,
                    publisher,
                    stages: Some(stages),
                    partitions,
                    current,
                    ignore_revokes: std::env::var_os("COPYDESK_TEST_IGNORE_REVOKES").is_some(),
                    early: VecDeque::new(),
                    gone: Vec::new(),
                };
                worker.run(&runtime)
            };
            let thread = std::thread::Builder::new().name(format!("worker-{number}")).spawn(move || {
                if let Err(error) = run() {
                    error!(%error, worker = number, "the worker ends");
                    failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error.to_string());
                }
            });
            service.workers.push(thread.map_err(|source| ServiceError::Worker(source.to_string()))?);
        }
        Ok(service)
    }

    /// Asks the brokers for every topic: the first thing to do, and the one that tells best what is wrong.
    ///
    /// # Errors
    /// If no broker answers, or a topic does not exist.
    pub fn check(config: &Config) -> Result<(), ServiceError> {
        output_partitions(config).map(drop)
    }

    /// True while every worker runs.
    pub fn is_running(&self) -> bool {
        self.workers.iter().all(|worker| !worker.is_finished())
    }

    /// Lets every worker finish its batch, commit and leave the group.
    ///
    /// # Errors
    /// If that takes longer than `shutdown.drain_timeout`, or something that was begun could not be committed, or a worker had ended
    /// before.
    pub async fn stop(mut self) -> Result<(), ServiceError> {
        self.stop.set();
        while self.workers.iter().any(|worker| !worker.is_finished()) {
            if self.stop.must_leave() {
                return Err(ServiceError::DrainTimeout(self.drain_timeout));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for worker in self.workers.drain(..) {
            if worker.join().is_err() {
                return Err(ServiceError::Worker("it panicked".to_owned()));
            }
        }
        match self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            Some(failure) => Err(ServiceError::Worker(failure)),
            None => match self.undone.load(Ordering::Relaxed) {
                0 => Ok(()),
                articles => Err(ServiceError::Undone(articles)),
            },
        }
    }
}

/// Partitions of the articles, entities and claims topics; also proves that the brokers answer and that all topics exist.
fn output_partitions(config: &Config) -> Result<[i32; 3], ServiceError> {
    let reader = client::reader(config)?;
    let count = |topic: &str| {
        let unreachable = |source| ServiceError::Unreachable { brokers: config.kafka.brokers.clone(), source };
        let partitions = client::partitions(&reader, topic, CONNECT).map_err(unreachable)?;
        partitions.ok_or_else(|| ServiceError::NoTopic(topic.to_owned()))
    };
    for topic in [&config.topics.input, &config.topics.retractions, &config.topics.dead_letters] {
        count(topic)?;
    }
    Ok([count(&config.topics.articles)?, count(&config.topics.entities)?, count(&config.topics.claims)?])
}

/// The configured name of this instance, or a new one.
fn instance(config: &Config) -> String {
    if !config.kafka.instance_id.is_empty() {
        return config.kafka.instance_id.clone();
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{}-{now:x}", std::process::id())
}
