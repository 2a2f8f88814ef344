//! One transaction for a batch: events, dead letters and offsets become visible together or not at all.
//!
//! librdkafka does not speak KIP-890: an EndTxn request that it gave up on and sent again may still reach the broker later and end
//! a *later* transaction (librdkafka issue 5423). So two producers take turns, and before one begins again its statistics must
//! be newer than its last commit; if they show that a request was repeated, timed out or lost with its connection, the producer is
//! replaced: the new one's epoch fences whatever is still on its way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, Producer as _, PurgeConfig};
use tracing::{info, warn};

use super::client::{self, Producer, ProducerWatch, SharedWatch};
use super::fault::{Fault, classify};
use super::record::OutRecord;
use crate::config::{Config, Delivery};
use crate::ops::metrics::Metrics;

/// Producers that take turns.
const TURNS: usize = 2;
/// Longest wait for statistics that are newer than a commit; the statistics come every 100 ms.
const MAX_TICK_WAIT: Duration = Duration::from_secs(1);
/// Pause before a failed step is tried again.
const BACKOFF: Duration = Duration::from_millis(100);

/// Next offset to read, by topic and partition.
pub(super) type Offsets = BTreeMap<(String, i32), i64>;

/// Publishes batches for one worker.
pub(super) struct Publisher {
    config: Arc<Config>,
    metrics: Arc<Metrics>,
    stop: Arc<AtomicBool>,
    transactional_id: String,
    producers: Vec<Turn>,
    next: usize,
}

/// One of the producers that take turns.
struct Turn {
    producer: Producer,
    watch: Arc<ProducerWatch>,
    transactional_id: String,
    /// Statistics that had come when the last transaction ended.
    ticks_at_end: Option<u64>,
    /// Trouble known when the last transaction began.
    trouble_at_begin: u64,
}

/// How an attempt to publish ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Published {
    /// Committed.
    Done,
    /// Nothing of it is visible: publish the batch again.
    Again,
}

impl Publisher {
    /// A publisher whose transactional ids start with `transactional_id`. Waits until the brokers know them.
    pub(super) fn new(
        config: Arc<Config>,
        metrics: Arc<Metrics>,
        stop: Arc<AtomicBool>,
        transactional_id: String,
    ) -> KafkaResult<Self> {
        let mut publisher = Self { config, metrics, stop, transactional_id, producers: Vec::new(), next: 0 };
        for turn in 0..TURNS {
            let turn = publisher.turn(format!("{}-{turn}", publisher.transactional_id))?;
            publisher.producers.push(turn);
        }
        Ok(publisher)
    }

    fn is_transactional(&self) -> bool {
        self.config.kafka.delivery == Delivery::ExactlyOnce
    }

    /// A new producer, ready to begin: initialising it ends or aborts what an earlier one with its id left open.
    fn turn(&self, transactional_id: String) -> KafkaResult<Turn> {
        loop {
            let watch = Arc::new(ProducerWatch::new(Arc::clone(&self.metrics)));
            let config = client::producer(&self.config, &transactional_id);
            let producer: Producer = config.create_with_context(SharedWatch(Arc::clone(&watch)))?;
            let initialised =
                if self.is_transactional() { producer.init_transactions(Duration::from_secs(30)) } else { Ok(()) };
            match initialised {
                Ok(()) => {
                    return Ok(Turn { producer, watch, transactional_id, ticks_at_end: None, trouble_at_begin: 0 });
                }
                Err(error) if self.stop.load(Ordering::Relaxed) => return Err(error),
                Err(error) => {
                    warn!(%error, transactional_id, "cannot initialise transactions, trying again");
                    std::thread::sleep(BACKOFF * 10);
                }
            }
        }
    }

    /// Publishes a batch. `records` are produced, `offsets` committed for `consumer`'s group.
    ///
    /// # Errors
    /// If no new producer can be made while stopping.
    pub(super) fn publish<C: ConsumerContext>(
        &mut self,
        consumer: &BaseConsumer<C>,
        records: &[OutRecord<'_>],
        offsets: &Offsets,
    ) -> KafkaResult<Published> {
        self.next = (self.next + 1) % TURNS;
        self.make_sound()?;
        let start = Instant::now();
        match self.attempt(consumer, records, offsets) {
            Ok(()) => {
                self.metrics.transaction_duration.observe(start.elapsed().as_secs_f64());
                let turn = &mut self.producers[self.next];
                turn.ticks_at_end = Some(turn.watch.ticks.load(Ordering::Acquire));
                Ok(Published::Done)
            }
            Err((step, error)) => {
                warn!(%error, step, "a batch was not published");
                if classify(&error) == Fault::Replace || !self.abort() {
                    let reason = if classify(&error) == Fault::Replace { "fatal" } else { "abort_failed" };
                    self.replace(reason)?;
                }
                // A commit whose answer was lost may have been carried out: its offsets tell.
                if step == "commit" && self.is_transactional() && self.is_committed(consumer, offsets) {
                    info!("the batch had been committed");
                    return Ok(Published::Done);
                }
                self.metrics.transactions.with_label_values(&["aborted"]).inc();
                Ok(Published::Again)
            }
        }
    }

    /// Waits for statistics that are newer than the producer's last commit, and replaces it if they show trouble.
    fn make_sound(&mut self) -> KafkaResult<()> {
        if !self.is_transactional() {
            return Ok(());
        }
        let turn = &mut self.producers[self.next];
        if let Some(ticks) = turn.ticks_at_end {
            let start = Instant::now();
            while turn.watch.ticks.load(Ordering::Acquire) == ticks && start.elapsed() < MAX_TICK_WAIT {
                turn.producer.poll(Duration::from_millis(5));
            }
            let trouble = turn.watch.trouble.load(Ordering::Acquire);
            if turn.watch.ticks.load(Ordering::Acquire) == ticks || trouble > turn.trouble_at_begin {
                return self.replace("transport_trouble");
            }
        }
        let turn = &mut self.producers[self.next];
        turn.trouble_at_begin = turn.watch.trouble.load(Ordering::Acquire);
        Ok(())
    }

    fn attempt<C: ConsumerContext>(
        &self,
        consumer: &BaseConsumer<C>,
        records: &[OutRecord<'_>],
        offsets: &Offsets,
    ) -> Result<(), (&'static str, KafkaError)> {
        let turn = &self.producers[self.next];
        let timeout = self.config.kafka.transaction_timeout;
        let deadline = Instant::now() + timeout;
        turn.watch.failed.store(0, Ordering::Relaxed);
        if self.is_transactional() {
            turn.producer.begin_transaction().map_err(|e| ("begin", e))?;
        }
        for record in records {
            send(&turn.producer, record, deadline).map_err(|e| ("send", e))?;
        }
        // Drained here, so that the commit's own flush has nothing to wait for.
        while turn.producer.in_flight_count() > 0 && Instant::now() < deadline {
            turn.producer.poll(Duration::from_millis(1));
        }
        if turn.producer.in_flight_count() > 0 || turn.watch.failed.load(Ordering::Relaxed) > 0 {
            return Err(("deliver", KafkaError::Flush(RDKafkaErrorCode::MessageTimedOut)));
        }
        let list = topic_partitions(offsets).map_err(|e| ("offsets", e))?;
        if !self.is_transactional() {
            return consumer.commit(&list, CommitMode::Sync).map_err(|e| ("commit", e));
        }
        let group = consumer.group_metadata().ok_or(("offsets", KafkaError::Canceled))?;
        retried(deadline, || turn.producer.send_offsets_to_transaction(&list, &group, timeout))
            .map_err(|e| ("offsets", e))?;
        retried(deadline, || turn.producer.commit_transaction(timeout)).map_err(|e| ("commit", e))
    }

    /// Aborts the open transaction; false if that failed.
    fn abort(&mut self) -> bool {
        let turn = &mut self.producers[self.next];
        // Reports of purged messages must be served, or the abort waits for them for ever.
        turn.producer.purge(PurgeConfig::default().queue().inflight());
        let deadline = Instant::now() + self.config.kafka.transaction_timeout;
        while turn.producer.in_flight_count() > 0 && Instant::now() < deadline {
            turn.producer.poll(Duration::from_millis(1));
        }
        if !self.is_transactional() {
            return true;
        }
        let turn = &mut self.producers[self.next];
        let aborted = retried(deadline, || turn.producer.abort_transaction(self.config.kafka.transaction_timeout));
        turn.ticks_at_end = Some(turn.watch.ticks.load(Ordering::Acquire));
        aborted.inspect_err(|error| warn!(%error, "the transaction could not be aborted")).is_ok()
    }

    fn replace(&mut self, reason: &str) -> KafkaResult<()> {
        let id = self.producers[self.next].transactional_id.clone();
        info!(reason, transactional_id = id, "replacing a producer");
        self.metrics.producer_recreated.with_label_values(&[reason]).inc();
        self.producers[self.next] = self.turn(id)?;
        Ok(())
    }

    /// True if the group's committed offsets are those of the batch, or later.
    fn is_committed<C: ConsumerContext>(&self, consumer: &BaseConsumer<C>, offsets: &Offsets) -> bool {
        let mut list = TopicPartitionList::new();
        for (topic, partition) in offsets.keys() {
            list.add_partition(topic, *partition);
        }
        loop {
            match consumer.committed_offsets(list.clone(), Duration::from_secs(10)) {
                Ok(committed) => {
                    let reached = |((topic, partition), next): (&(String, i32), &i64)| {
                        let found = committed.find_partition(topic, *partition);
                        found.and_then(|e| e.offset().to_raw()).is_some_and(|offset| offset >= *next)
                    };
                    return offsets.iter().all(reached);
                }
                // Guessing would lose or double the batch.
                Err(error) => {
                    warn!(%error, "cannot read the committed offsets, trying again");
                    std::thread::sleep(BACKOFF * 10);
                }
            }
        }
    }
}

/// Produces one record; a full queue is waited for.
fn send(producer: &Producer, record: &OutRecord<'_>, deadline: Instant) -> KafkaResult<()> {
    let mut base: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(record.topic).headers(record.headers.clone());
    if let Some(partition) = record.partition {
        base = base.partition(partition);
    }
    if let Some(key) = &record.key {
        base = base.key(key);
    }
    if let Some(payload) = &record.payload {
        base = base.payload(payload);
    }
    loop {
        match producer.send(base) {
            Ok(()) => return Ok(()),
            Err((error, back))
                if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) && Instant::now() < deadline =>
            {
                producer.poll(Duration::from_millis(2));
                base = back;
            }
            Err((error, _)) => return Err(error),
        }
    }
}

/// Makes the same call again while its error says that this is right.
fn retried(deadline: Instant, mut call: impl FnMut() -> KafkaResult<()>) -> KafkaResult<()> {
    loop {
        match call() {
            Err(error) if classify(&error) == Fault::Retry && Instant::now() < deadline => std::thread::sleep(BACKOFF),
            result => return result,
        }
    }
}

fn topic_partitions(offsets: &Offsets) -> KafkaResult<TopicPartitionList> {
    let mut list = TopicPartitionList::new();
    for ((topic, partition), next) in offsets {
        list.add_partition_offset(topic, *partition, rdkafka::Offset::Offset(*next))?;
    }
    Ok(list)
}
