//! Looks at dead letters and sends them again.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, DeliveryResult, Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use rdkafka::{Offset, TopicPartitionList};

use super::client;
use super::record::ERROR_PREFIX;
use crate::config::Config;

/// How long the brokers may take to answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A place in the dead-letter topic.
pub type Place = (i32, i64);

/// Headers and payload of a dead letter.
pub type Letter = (Vec<(String, String)>, Vec<u8>);

/// The first message that was not delivered.
#[derive(Clone, Default)]
struct Deliveries(Arc<Mutex<Option<KafkaError>>>);

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.clone());
        }
    }
}

/// One line for people: why and where from.
pub(super) fn summary(message: &BorrowedMessage<'_>) -> String {
    let fact = |name: &str| header(message, &format!("{ERROR_PREFIX}{name}")).unwrap_or_default();
    let key = message.key().map(|key| String::from_utf8_lossy(key).into_owned()).unwrap_or_default();
    let from = format!("{} [{}] @{}", fact("topic"), fact("partition"), fact("offset"));
    format!("{key}: {}: {}: {} ({from})", fact("stage"), fact("reason"), fact("message"))
}

fn header(message: &BorrowedMessage<'_>, name: &str) -> Option<String> {
    let headers = message.headers()?;
    let value = headers.iter().find(|header| header.key == name)?.value?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// Calls `each` with every dead letter, until it says stop (false) or the end is reached.
///
/// # Errors
/// What the brokers answered.
fn scan(config: &Config, mut each: impl FnMut(&BorrowedMessage<'_>) -> bool) -> KafkaResult<()> {
    let consumer = client::reader(config)?;
    let topic = &config.topics.dead_letters;
    let partitions = client::partitions(&consumer, topic, TIMEOUT)?.unwrap_or(0);
    let mut list = TopicPartitionList::new();
    for partition in 0..partitions {
        list.add_partition_offset(topic, partition, Offset::Beginning)?;
    }
    consumer.assign(&list)?;
    let (mut ended, mut last) = (HashSet::new(), Instant::now());
    while (ended.len() as i32) < partitions && last.elapsed() < TIMEOUT {
        match consumer.poll(Duration::from_millis(200)) {
            Some(Ok(message)) => {
                last = Instant::now();
                if !each(&message) {
                    return Ok(());
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                ended.insert(partition);
            }
            Some(Err(error)) => return Err(error),
            None => {}
        }
    }
    Ok(())
}

/// The first `limit` dead letters: place and summary.
///
/// # Errors
/// What the brokers answered.
pub fn list(config: &Config, limit: usize) -> KafkaResult<Vec<(Place, String)>> {
    let mut found = Vec::new();
    scan(config, |message| {
        found.push(((message.partition(), message.offset()), summary(message)));
        found.len() < limit
    })?;
    found.sort();
    Ok(found)
}

/// Headers and payload of one dead letter.
///
/// # Errors
/// What the brokers answered.
pub fn show(config: &Config, place: Place) -> KafkaResult<Option<Letter>> {
    let mut found = None;
    scan(config, |message| {
        if (message.partition(), message.offset()) != place {
            return true;
        }
        let headers = message.headers().map(|headers| {
            let text =
                |value: Option<&[u8]>| value.map(|v| String::from_utf8_lossy(v).into_owned()).unwrap_or_default();
            headers.iter().map(|header| (header.key.to_owned(), text(header.value))).collect()
        });
        found = Some((headers.unwrap_or_default(), message.payload().unwrap_or_default().to_vec()));
        false
    })?;
    Ok(found)
}

/// Sends dead letters to the input topic again, as they came: all, or those at `places`. Gives how many.
///
/// # Errors
/// What the brokers answered.
pub fn replay(config: &Config, places: &[Place]) -> KafkaResult<usize> {
    let mut settings = client::base(config);
    settings
        .set("enable.idempotence", "true")
        .set("message.max.bytes", (config.limits.event_bytes + 65_536).to_string());
    let deliveries = Deliveries::default();
    let producer: BaseProducer<Deliveries> = settings.create_with_context(deliveries.clone())?;
    let (mut sent, mut failure) = (0, None);
    scan(config, |message| {
        if !places.is_empty() && !places.contains(&(message.partition(), message.offset())) {
            return true;
        }
        // Its bytes are in the input topic still, where the header tells: nothing can be sent from here.
        if header(message, &format!("{ERROR_PREFIX}omitted_bytes")).is_some() {
            tracing::warn!(partition = message.partition(), offset = message.offset(), "a dead letter has no payload");
            return true;
        }
        let mut headers = OwnedHeaders::new();
        for header in message.headers().into_iter().flat_map(|headers| headers.iter()) {
            if !header.key.starts_with(ERROR_PREFIX) {
                headers = headers.insert(Header { key: header.key, value: header.value });
            }
        }
        let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(&config.topics.input).headers(headers);
        if let Some(key) = message.key() {
            record = record.key(key);
        }
        if let Some(payload) = message.payload() {
            record = record.payload(payload);
        }
        loop {
            match producer.send(record) {
                Ok(()) => break,
                Err((error, back)) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) => {
                    producer.poll(Duration::from_millis(10));
                    record = back;
                }
                Err((error, _)) => {
                    failure = Some(error);
                    return false;
                }
            }
        }
        sent += 1;
        producer.poll(Duration::ZERO);
        true
    })?;
    producer.flush(TIMEOUT)?;
    let undelivered = deliveries.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    match failure.or(undelivered) {
        Some(error) => Err(error),
        None => Ok(sent),
    }
}
