//! librdkafka clients from settings: what the guarantees rest on is set here, last.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, ProducerContext};
use tracing::warn;

use crate::config::{Config, Delivery, GroupProtocol};
use crate::ops::health::Health;
use crate::ops::metrics::Metrics;

/// Bytes of fetched records that wait in a consumer, KiB.
const FETCH_QUEUE_KIB: &str = "16384";
/// How often a client tells its statistics, milliseconds. The producer's decide when a transport fault is seen.
const CONSUMER_STATISTICS: &str = "1000";
const PRODUCER_STATISTICS: &str = "100";

/// Bytes for headers, key and framing of a message.
pub(super) const HEADROOM: usize = 65_536;

/// Settings of any client: pass-through first.
pub(crate) fn base(config: &Config) -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set("client.id", "copydesk");
    for (key, value) in &config.kafka.client {
        client.set(key, value);
    }
    client.set("bootstrap.servers", &config.kafka.brokers);
    client
}

/// Settings of a worker's consumer.
pub(super) fn consumer(config: &Config, instance: Option<&str>) -> ClientConfig {
    let mut client = base(config);
    let millis = |duration: std::time::Duration| duration.as_millis().to_string();
    let default = |client: &mut ClientConfig, key: &str, value: &str| {
        if client.get(key).is_none() {
            client.set(key, value);
        }
    };
    // A small queue with the default back-off of a second stands still for that second whenever it was full.
    default(&mut client, "fetch.queue.backoff.ms", "10");
    default(&mut client, "queued.max.messages.kbytes", FETCH_QUEUE_KIB);
    default(&mut client, "fetch.wait.max.ms", "50");
    client
        .set("statistics.interval.ms", CONSUMER_STATISTICS)
        .set("group.id", &config.kafka.group_id)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", "read_committed")
        .set("max.poll.interval.ms", millis(config.kafka.max_poll_interval));
    match config.kafka.group_protocol {
        GroupProtocol::Classic => client
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", millis(config.kafka.session_timeout)),
        GroupProtocol::Consumer => client.set("group.protocol", "consumer"),
    };
    if let Some(instance) = instance.filter(|_| config.kafka.static_membership) {
        client.set("group.instance.id", instance);
    }
    client
}

/// Settings of a worker's producer.
pub(super) fn producer(config: &Config, transactional_id: &str) -> ClientConfig {
    let mut client = base(config);
    let default = |client: &mut ClientConfig, key: &str, value: String| {
        if client.get(key).is_none() {
            client.set(key, value);
        }
    };
    let transaction = config.kafka.transaction_timeout.as_millis();
    default(&mut client, "linger.ms", "5".to_owned());
    default(&mut client, "compression.type", "lz4".to_owned());
    default(&mut client, "queue.buffering.max.kbytes", "65536".to_owned());
    default(&mut client, "message.max.bytes", message_bytes(config).to_string());
    // A message must not outlive its transaction.
    default(&mut client, "message.timeout.ms", (transaction * 4 / 5).to_string());
    client.set("statistics.interval.ms", PRODUCER_STATISTICS).set("enable.idempotence", "true");
    if config.kafka.delivery == Delivery::ExactlyOnce {
        client.set("transactional.id", transactional_id).set("transaction.timeout.ms", transaction.to_string());
    }
    client
}

/// Largest message that is produced: an event or an article, with its headers.
pub(super) fn message_bytes(config: &Config) -> usize {
    config.limits.event_bytes.max(config.limits.article_bytes) + HEADROOM
}

/// What librdkafka finds wrong with the settings, without asking any broker.
///
/// # Errors
/// The first problem.
pub fn check(config: &Config) -> Result<(), String> {
    let told = |error: KafkaError| match error {
        KafkaError::ClientConfig(_, problem, key, _) if !key.is_empty() => {
            format!("kafka.client.{key:?}: {}", problem.trim())
        }
        error => format!("[kafka.client]: {error}"),
    };
    consumer(config, Some("check")).create::<BaseConsumer>().map_err(told)?;
    producer(config, "check").create::<BaseProducer>().map_err(told)?;
    Ok(())
}

/// Partitions of `topic`; `None` where it does not exist.
pub(crate) fn partitions(client: &Reader, topic: &str, timeout: std::time::Duration) -> KafkaResult<Option<i32>> {
    let metadata = client.fetch_metadata(Some(topic), timeout).inspect_err(|_| {
        // Only a poll delivers what the client has to say about its connections.
        for _ in 0..16 {
            client.poll(std::time::Duration::ZERO);
        }
    })?;
    let found = metadata.topics().iter().find(|t| t.name() == topic && t.error().is_none());
    Ok(found.map(|t| t.partitions().len() as i32).filter(|&n| n > 0))
}

/// A consumer that belongs to no group: for metadata, and for reading without commits.
pub(crate) fn reader(config: &Config) -> KafkaResult<Reader> {
    base(config)
        .set("group.id", format!("{}.reader", config.kafka.group_id))
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .create_with_context(Outspoken)
}

/// A consumer that belongs to no group.
pub(crate) type Reader = BaseConsumer<Outspoken>;

/// Logs why a broker cannot be reached: the calls themselves only say that none can.
pub(crate) struct Outspoken;

impl ClientContext for Outspoken {
    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
            warn!(reason, "a broker cannot be reached");
        }
    }
}

impl ConsumerContext for Outspoken {}

/// What a producer's callbacks tell.
pub(super) struct ProducerWatch {
    worker: usize,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    /// Messages that were not delivered.
    pub(super) failed: AtomicU64,
    /// Statistics that came.
    pub(super) ticks: AtomicU64,
    /// Requests that librdkafka sent again, or lost with their connection, or gave up on: each may still be on its way to the broker.
    pub(super) trouble: AtomicU64,
}

impl ProducerWatch {
    pub(super) fn new(worker: usize, metrics: Arc<Metrics>, health: Arc<Health>) -> Self {
        Self {
            worker,
            metrics,
            health,
            failed: AtomicU64::new(0),
            ticks: AtomicU64::new(0),
            trouble: AtomicU64::new(0),
        }
    }
}

/// A context that is a [`ProducerWatch`] shared with the publisher.
#[derive(Clone)]
pub(super) struct SharedWatch(pub(super) Arc<ProducerWatch>);

/// A worker's producer.
pub(super) type Producer = BaseProducer<SharedWatch>;

/// The part of librdkafka's statistics that tells of requests whose fate is not known.
#[derive(serde::Deserialize)]
struct Transport {
    brokers: BTreeMap<String, BrokerTransport>,
}

#[derive(serde::Deserialize)]
struct BrokerTransport {
    state: String,
    #[serde(default)]
    txretries: u64,
    #[serde(default)]
    req_timeouts: u64,
    #[serde(default)]
    disconnects: u64,
}

impl ClientContext for SharedWatch {
    fn stats_raw(&self, statistics: &[u8]) {
        let Ok(Transport { brokers }) = serde_json::from_slice(statistics) else {
            self.0.metrics.stats_parse_failures.inc();
            return;
        };
        let trouble = brokers.values().map(|broker| broker.txretries + broker.req_timeouts + broker.disconnects).sum();
        // A worker that waits for a delivery does not poll its consumer: what the producer sees is the news then.
        let up = brokers.values().any(|broker| broker.state == "UP");
        self.0.health.brokers(self.0.worker, !up);
        self.0.metrics.broker_connected.with_label_values(&[&self.0.worker.to_string()]).set(i64::from(up));
        self.0.trouble.store(trouble, Ordering::Release);
        self.0.ticks.fetch_add(1, Ordering::Release);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.0.metrics.kafka_errors.with_label_values(&["producer"]).inc();
        warn!(%error, reason, "producer reports an error");
    }
}

impl ProducerContext for SharedWatch {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            // A purge after an abort is our own doing.
            if self.0.failed.fetch_add(1, Ordering::Relaxed) == 0 {
                warn!(%error, "an event was not delivered");
            }
        }
    }
}
