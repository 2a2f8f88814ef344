//! One transaction for a batch: events, dead letters and offsets become visible together or not at all.
//!
//! librdkafka does not speak KIP-890: an EndTxn request that it gave up on and sent again may still reach the broker later and end
//! a *later* transaction (librdkafka issue 5423). So two producers take turns, and before one begins again its statistics must
//! be newer than its last one; if they show that a request was repeated, timed out or lost with its connection, the producer is
//! replaced: the new one's epoch fences whatever is still on its way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, Producer as _, PurgeConfig};
use tracing::{info, warn};

use super::client::{self, Producer, ProducerWatch, SharedWatch};
use super::fault::{Fault, classify};
use super::record::OutRecord;
use super::stop::Stop;
use crate::config::{Config, Delivery};
use crate::ops::health::Health;
use crate::ops::metrics::Metrics;

/// Producers that take turns.
const TURNS: usize = 2;
/// Statistics that must come after a transaction before its producer begins another one. The first may have been on its way already.
const NEWER_TICKS: u64 = 2;
/// Longest wait for them; statistics come every 100 ms.
const MAX_TICK_WAIT: Duration = Duration::from_secs(1);
/// Longest wait for the brokers where the worker can go on polling and come back.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest wait within one call that can be made again to go on: how fast the end of a stop is noticed.
const SLICE: Duration = Duration::from_secs(1);
/// Pause before a failed step is tried again.
const BACKOFF: Duration = Duration::from_millis(100);

/// Next offset to read, by topic and partition.
pub(super) type Offsets = BTreeMap<(String, i32), i64>;

/// Publishes batches for one worker.
pub(super) struct Publisher {
    worker: usize,
    config: Arc<Config>,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    stop: Arc<Stop>,
    slots: Vec<Slot>,
    next: usize,
    /// Offsets of a commit that nobody knows the end of.
    in_doubt: Option<Offsets>,
    /// Only for the test that must fail: begin again whatever the statistics show.
    keep_producers: bool,
}

/// One of the places in the round of producers.
struct Slot {
    transactional_id: String,
    /// `None`: has to be made.
    turn: Option<Turn>,
}

/// A producer that can begin a transaction.
struct Turn {
    producer: Producer,
    watch: Arc<ProducerWatch>,
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
    /// Nothing of it is visible, or the brokers must be asked: poll, then publish the batch again.
    Again,
}

impl Publisher {
    /// The publisher of a worker; its transactional ids start with `transactional_id`.
    pub(super) fn new(
        worker: usize,
        config: Arc<Config>,
        metrics: Arc<Metrics>,
        health: Arc<Health>,
        stop: Arc<Stop>,
        transactional_id: &str,
    ) -> Self {
        let slot = |turn| Slot { transactional_id: format!("{transactional_id}-{turn}"), turn: None };
        let keep_producers = std::env::var_os("COPYDESK_TEST_KEEP_PRODUCERS").is_some();
        let slots = (0..TURNS).map(slot).collect();
        Self { worker, config, metrics, health, stop, slots, next: 0, in_doubt: None, keep_producers }
    }

    fn is_transactional(&self) -> bool {
        self.config.kafka.delivery == Delivery::ExactlyOnce
    }

    /// Makes the producers that are missing; this ends what earlier ones with their ids left open. False if the brokers do not
    /// answer within a few seconds.
    ///
    /// # Errors
    /// If no producer can be made with these settings.
    pub(super) fn prepare(&mut self) -> KafkaResult<bool> {
        for at in 0..self.slots.len() {
            if self.slots[at].turn.is_none() && !self.stop.must_give_up() {
                self.slots[at].turn = self.turn(&self.slots[at].transactional_id)?;
            }
        }
        Ok(self.slots.iter().all(|slot| slot.turn.is_some()))
    }

    /// How long to wait for the brokers now.
    fn patience(&self) -> Duration {
        if self.stop.is_set() { SLICE } else { PATIENCE }
    }

    /// A new producer, ready to begin: its epoch fences every earlier one with the same id.
    fn turn(&self, transactional_id: &str) -> KafkaResult<Option<Turn>> {
        let watch = Arc::new(ProducerWatch::new(self.worker, Arc::clone(&self.metrics), Arc::clone(&self.health)));
        let config = client::producer(&self.config, transactional_id);
        let producer: Producer = config.create_with_context(SharedWatch(Arc::clone(&watch)))?;
        if self.is_transactional()
            && let Err(error) = producer.init_transactions(self.patience())
        {
            warn!(%error, transactional_id, "cannot initialise transactions yet");
            // Settings do not get better by waiting.
            let is_final = error.rdkafka_error_code() == Some(RDKafkaErrorCode::InvalidTransactionTimeout);
            return if is_final { Err(error) } else { Ok(None) };
        }
        Ok(Some(Turn { producer, watch, ticks_at_end: None, trouble_at_begin: 0 }))
    }

    /// Publishes a batch. `records` are produced, `offsets` committed for `consumer`'s group. A batch that comes again after
    /// [`Published::Again`] may lack partitions that went.
    ///
    /// # Errors
    /// If no producer can be made with these settings.
    pub(super) fn publish<C: ConsumerContext>(
        &mut self,
        consumer: &BaseConsumer<C>,
        records: &[OutRecord<'_>],
        offsets: &Offsets,
    ) -> KafkaResult<Published> {
        if !self.prepare()? {
            return Ok(Published::Again);
        }
        // Offsets of another batch tell nothing about this one.
        let is_same = |doubt: &Offsets| offsets.iter().all(|(partition, next)| doubt.get(partition) == Some(next));
        if let Some(doubt) = self.in_doubt.take().filter(is_same) {
            match is_committed(consumer, offsets, self.patience()) {
                Ok(true) => {
                    info!("the batch had been committed");
                    return Ok(Published::Done);
                }
                Ok(false) => {}
                Err(error) => {
                    warn!(%error, "cannot read the committed offsets yet");
                    self.in_doubt = Some(doubt);
                    return Ok(Published::Again);
                }
            }
        }
        self.next = (self.next + 1) % TURNS;
        if let Some(reason) = self.unsound().filter(|_| !self.keep_producers) {
            self.drop_producer(reason);
            return Ok(Published::Again);
        }
        let start = Instant::now();
        let Err((step, error)) = self.attempt(consumer, records, offsets) else {
            self.metrics.transaction_duration.observe(start.elapsed().as_secs_f64());
            return Ok(Published::Done);
        };
        warn!(%error, ?step, "a batch was not published");
        self.metrics.transactions.with_label_values(&["aborted"]).inc();
        if step == Step::Commit && self.is_transactional() {
            // The request may still be on its way: only a new epoch decides, and then the committed offsets tell how.
            self.drop_producer("commit_failed");
            self.in_doubt = Some(offsets.clone());
        } else if classify(&error) == Fault::Replace {
            self.drop_producer("fatal");
        } else if !self.abort() {
            self.drop_producer("abort_failed");
        }
        Ok(Published::Again)
    }

    /// The producer whose turn it is.
    fn current(&mut self) -> &mut Turn {
        self.slots[self.next].turn.as_mut().expect("prepare made every producer")
    }

    fn drop_producer(&mut self, reason: &str) {
        info!(reason, transactional_id = self.slots[self.next].transactional_id, "replacing a producer");
        self.metrics.producer_recreated.with_label_values(&[reason]).inc();
        self.slots[self.next].turn = None;
    }

    /// Waits for statistics that are newer than the producer's last transaction. A reason not to begin another one: they show trouble,
    /// or do not come.
    fn unsound(&mut self) -> Option<&'static str> {
        let is_transactional = self.is_transactional();
        let turn = self.current();
        if let Some(ticks) = turn.ticks_at_end.filter(|_| is_transactional) {
            let start = Instant::now();
            let is_newer = |turn: &Turn| turn.watch.ticks.load(Ordering::Acquire) >= ticks + NEWER_TICKS;
            while !is_newer(turn) && start.elapsed() < MAX_TICK_WAIT {
                turn.producer.poll(Duration::from_millis(5));
            }
            if !is_newer(turn) {
                return Some("statistics_late");
            }
            if turn.watch.trouble.load(Ordering::Acquire) > turn.trouble_at_begin {
                return Some("transport_trouble");
            }
        }
        turn.trouble_at_begin = turn.watch.trouble.load(Ordering::Acquire);
        None
    }

    fn attempt<C: ConsumerContext>(
        &mut self,
        consumer: &BaseConsumer<C>,
        records: &[OutRecord<'_>],
        offsets: &Offsets,
    ) -> Result<(), (Step, KafkaError)> {
        let (timeout, is_transactional) = (self.config.kafka.transaction_timeout, self.is_transactional());
        let stop = Arc::clone(&self.stop);
        let turn = self.current();
        let deadline = Instant::now() + timeout;
        let goes_on = || Instant::now() < deadline && !stop.must_give_up();
        turn.watch.failed.store(0, Ordering::Relaxed);
        if is_transactional {
            turn.producer.begin_transaction().map_err(|e| (Step::Begin, e))?;
        }
        for record in records {
            send(&turn.producer, record, goes_on).map_err(|e| (Step::Produce, e))?;
        }
        // Drained here, so that the commit's own flush has nothing to wait for: it waits in steps of 100 ms.
        while turn.producer.in_flight_count() > 0 && goes_on() {
            turn.producer.poll(Duration::from_millis(1));
        }
        if turn.producer.in_flight_count() > 0 || turn.watch.failed.load(Ordering::Relaxed) > 0 {
            return Err((Step::Deliver, KafkaError::Flush(RDKafkaErrorCode::MessageTimedOut)));
        }
        let list = topic_partitions(offsets).map_err(|e| (Step::Offsets, e))?;
        if !is_transactional {
            return consumer.commit(&list, CommitMode::Sync).map_err(|e| (Step::Commit, e));
        }
        let group = consumer.group_metadata().ok_or((Step::Offsets, KafkaError::Canceled))?;
        // In this order. A member that is thrown out forgets its id and generation, and brokers take such offsets unchecked; metadata
        // from before carries the old generation, which they refuse.
        if consumer.assignment_lost() {
            return Err((Step::Offsets, KafkaError::ConsumerCommit(RDKafkaErrorCode::AssignmentLost)));
        }
        // Unlike the end of a transaction, this cannot be gone on with: it gets all its time.
        let patience = if stop.is_set() { SLICE } else { timeout };
        retried(goes_on, || turn.producer.send_offsets_to_transaction(&list, &group, patience))
            .map_err(|e| (Step::Offsets, e))?;
        retried(goes_on, || turn.producer.commit_transaction(SLICE)).map_err(|e| (Step::Commit, e))?;
        turn.ticks_at_end = Some(turn.watch.ticks.load(Ordering::Acquire));
        Ok(())
    }

    /// Aborts the open transaction; false if that failed.
    fn abort(&mut self) -> bool {
        let (timeout, is_transactional) = (self.config.kafka.transaction_timeout, self.is_transactional());
        let stop = Arc::clone(&self.stop);
        let turn = self.current();
        // Reports of purged messages must be served, or the abort waits for them for ever.
        turn.producer.purge(PurgeConfig::default().queue().inflight());
        let deadline = Instant::now() + timeout;
        let goes_on = || Instant::now() < deadline && !stop.must_give_up();
        while turn.producer.in_flight_count() > 0 && goes_on() {
            turn.producer.poll(Duration::from_millis(1));
        }
        if !is_transactional {
            return true;
        }
        let aborted = retried(goes_on, || turn.producer.abort_transaction(SLICE));
        turn.ticks_at_end = Some(turn.watch.ticks.load(Ordering::Acquire));
        aborted.inspect_err(|error| warn!(%error, "the transaction could not be aborted")).is_ok()
    }
}

/// Steps of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Begin,
    Produce,
    Deliver,
    Offsets,
    Commit,
}

/// True if the group's committed offsets are those of the batch, or later. Offsets of a transaction that is not decided yet are
/// waited for.
fn is_committed<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    offsets: &Offsets,
    patience: Duration,
) -> KafkaResult<bool> {
    let mut list = TopicPartitionList::new();
    for (topic, partition) in offsets.keys() {
        list.add_partition(topic, *partition);
    }
    let committed = consumer.committed_offsets(list, patience)?;
    let mut reached = true;
    for ((topic, partition), next) in offsets {
        let found = committed.find_partition(topic, *partition);
        if let Some(element) = &found {
            element.error()?;
        }
        reached &= found.and_then(|e| e.offset().to_raw()).is_some_and(|offset| offset >= *next);
    }
    Ok(reached)
}

/// Produces one record; a full queue is waited for.
fn send(producer: &Producer, record: &OutRecord<'_>, goes_on: impl Fn() -> bool) -> KafkaResult<()> {
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
            Err((error, back)) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) && goes_on() => {
                producer.poll(Duration::from_millis(2));
                base = back;
            }
            Err((error, _)) => return Err(error),
        }
    }
}

/// Makes the same call again while its error says that this is right: a call that ran out of time goes on where it was.
fn retried(goes_on: impl Fn() -> bool, mut call: impl FnMut() -> KafkaResult<()>) -> KafkaResult<()> {
    loop {
        match call() {
            Err(error) if classify(&error) == Fault::Retry && goes_on() => std::thread::sleep(BACKOFF),
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
