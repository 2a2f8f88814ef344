//! librdkafka's mock cluster, in this process: for a look at copydesk without Kafka. It neither isolates nor fences transactions and
//! stores no offsets of them, so it proves nothing about exactly-once.

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::message::{Header, Message, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use std::time::Duration;

use super::client;
use crate::config::Config;

/// The embedded broker with copydesk's topics.
pub struct Embedded {
    cluster: MockCluster<'static, DefaultProducerContext>,
}

impl Embedded {
    /// Starts one broker on a loopback port and makes the topics of `config`.
    ///
    /// # Errors
    /// What librdkafka said.
    pub fn start(config: &Config) -> KafkaResult<Self> {
        let cluster = MockCluster::new(1)?;
        for topic in config.topics.outputs().into_iter().chain([config.topics.input.as_str()]) {
            cluster.create_topic(topic, config.topics.partitions, 1)?;
        }
        Ok(Self { cluster })
    }

    /// Address to put into `kafka.brokers`.
    pub fn brokers(&self) -> String {
        self.cluster.bootstrap_servers()
    }
}

/// Writes raw articles to the input topic.
pub struct Wire {
    producer: BaseProducer,
    topic: String,
}

impl Wire {
    /// A wire to the input topic of `config`.
    ///
    /// # Errors
    /// If the client cannot be made.
    pub fn new(config: &Config) -> KafkaResult<Self> {
        let mut settings = client::base(config);
        settings.set("message.max.bytes", (config.limits.article_bytes * 2 + 65_536).to_string());
        Ok(Self { producer: settings.create()?, topic: config.topics.input.clone() })
    }

    /// Sends one article; `name` is its key.
    ///
    /// # Errors
    /// If the article cannot be queued.
    pub fn send(&self, name: &str, payload: &[u8], content_type: Option<&str>) -> KafkaResult<()> {
        let mut record = BaseRecord::to(&self.topic).key(name).payload(payload);
        if let Some(content_type) = content_type {
            record =
                record.headers(OwnedHeaders::new().insert(Header { key: "content-type", value: Some(content_type) }));
        }
        self.producer.send(record).map_err(|(error, _)| error)?;
        self.producer.poll(Duration::ZERO);
        Ok(())
    }

    /// Waits until all is delivered.
    ///
    /// # Errors
    /// If that takes longer than `timeout`.
    pub fn flush(&self, timeout: Duration) -> KafkaResult<()> {
        self.producer.flush(timeout)
    }
}

/// Reads what is published.
pub struct Reader {
    consumer: BaseConsumer,
    dead_letters: String,
}

/// A record of an output topic.
pub enum Seen {
    /// The JSON of an article, entity or claim event.
    Event(Vec<u8>),
    /// Why an article was refused, and its key.
    DeadLetter(String),
}

impl Reader {
    /// A reader of all events and dead letters from their beginning.
    ///
    /// # Errors
    /// If the client cannot be made.
    pub fn new(config: &Config) -> KafkaResult<Self> {
        let consumer: BaseConsumer = client::base(config)
            .set("group.id", format!("{}.demo", config.kafka.group_id))
            .set("auto.offset.reset", "earliest")
            .set("enable.auto.commit", "false")
            .create()?;
        let mut list = rdkafka::TopicPartitionList::new();
        let topics = &config.topics;
        for topic in [&topics.articles, &topics.entities, &topics.claims, &topics.dead_letters] {
            for partition in 0..topics.partitions {
                list.add_partition_offset(topic, partition, rdkafka::Offset::Beginning)?;
            }
        }
        consumer.assign(&list)?;
        Ok(Self { consumer, dead_letters: topics.dead_letters.clone() })
    }

    /// The next record, if one comes within `wait`.
    pub fn next(&self, wait: Duration) -> Option<Seen> {
        let message = self.consumer.poll(wait)?.ok()?;
        if message.topic() != self.dead_letters {
            return Some(Seen::Event(message.payload().unwrap_or_default().to_vec()));
        }
        Some(Seen::DeadLetter(super::dead_letters::summary(&message)))
    }
}
