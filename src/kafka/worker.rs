//! The exactly-once loop of one worker: gather, process, publish.
//!
//! No transaction is open while the worker polls, and the group's callbacks come only while it polls. So partitions are never taken
//! away in the middle of a transaction: what was gathered or worked on for a partition that goes is dropped before anything of it is
//! sent, and the partition's next owner starts at the committed offset.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use tokio::runtime::Handle;
use tracing::{debug, warn};

use super::assignment::Assignment;
use super::client;
use super::publisher::{Offsets, Published, Publisher};
use super::record::{Encoder, Kind, OutRecord};
use super::stop::Stop;
use crate::config::Config;
use crate::extract::Extractor;
use crate::ops::health::Health;
use crate::ops::metrics::Metrics;
use crate::pipeline::{Outcome, Record, Stages};
use crate::rejection::Rejection;
use crate::reload::Current;

/// Longest wait within one poll: how fast a stop is noticed.
const POLL: Duration = Duration::from_millis(50);
/// A batch that takes longer is waited for with the partitions paused and the worker polling.
const PATIENCE: Duration = Duration::from_secs(2);
/// Polling between two attempts to reach the brokers.
const AWHILE: Duration = Duration::from_millis(200);

/// A worker, before it runs.
pub(super) struct Worker {
    pub(super) number: usize,
    pub(super) config: Arc<Config>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health: Arc<Health>,
    pub(super) stop: Arc<Stop>,
    /// Articles that this worker had in hand and could not finish in time.
    pub(super) undone: Arc<AtomicUsize>,
    pub(super) consumer: BaseConsumer<Assignment>,
    pub(super) publisher: Publisher,
    pub(super) stages: Option<Stages>,
    pub(super) partitions: [i32; 3],
    pub(super) current: Arc<Current>,
    /// Only for the test that must fail: keep working on partitions that went.
    pub(super) ignore_revokes: bool,
    /// Records that came while the worker only wanted to poll.
    pub(super) early: VecDeque<Arc<Record>>,
    /// Partitions that went since the batch in hand was begun.
    pub(super) gone: Vec<(String, i32)>,
}

impl Worker {
    /// Runs until `stop` is set; then finishes the batch it has, commits and leaves the group.
    ///
    /// # Errors
    /// If the consumer is of no use any more, or no producer can be made.
    pub(super) fn run(mut self, runtime: &Handle) -> Result<(), KafkaError> {
        // A worker without producers can do nothing, however well it reads.
        self.health.publishing(self.number, true);
        while !self.publisher.prepare()? && !self.stop.is_set() {
            self.poll_paused(AWHILE, |_| false)?;
        }
        self.health.publishing(self.number, false);
        while !self.stop.is_set() {
            let mut batch = self.gather()?;
            if batch.is_empty() {
                continue;
            }
            let extractor = self.current.get();
            let Some(mut outcomes) = self.process(runtime, &extractor, &batch)? else { break };
            self.publish(&mut batch, &mut outcomes, &engine(&extractor))?;
        }
        self.health.stopped(self.number);
        Ok(())
    }

    /// Records until the batch is full, the linger time is over, or the worker stops.
    fn gather(&mut self) -> Result<Vec<Arc<Record>>, KafkaError> {
        let limits = &self.config.batch;
        let (max_records, max_bytes, linger) = (limits.max_records, limits.max_bytes, limits.linger);
        let (mut batch, mut bytes) = (Vec::new(), 0);
        self.gone.clear();
        let mut first: Option<Instant> = None;
        loop {
            let waited = first.map_or(Duration::ZERO, |first| first.elapsed());
            let full = batch.len() >= max_records || bytes >= max_bytes || first.is_some() && waited >= linger;
            if full || self.stop.is_set() {
                return Ok(batch);
            }
            let next = match self.early.pop_front() {
                Some(record) => Some(record),
                None => {
                    let wait = if first.is_some() { linger.saturating_sub(waited).min(POLL) } else { POLL };
                    let record = self.poll(wait)?;
                    let gone = std::mem::take(&mut self.gone);
                    batch.retain(|record: &Arc<Record>| !is_of(record, &gone));
                    record
                }
            };
            if let Some(record) = next {
                first.get_or_insert_with(Instant::now);
                bytes += record.size();
                batch.push(record);
            }
        }
    }

    /// One poll; errors that pass by themselves are only counted.
    fn poll(&mut self, wait: Duration) -> Result<Option<Arc<Record>>, KafkaError> {
        self.health.tick(self.number);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.metrics.last_poll.with_label_values(&[&self.number.to_string()]).set(now.as_secs_f64());
        let polled = self.consumer.poll(wait).map(|message| message.map(|message| Arc::new(to_record(&message))));
        // At once: a partition may have gone and come again, and then the record that was polled is of its new life.
        let gone = self.consumer.context().take_gone();
        if !gone.is_empty() && !self.ignore_revokes {
            self.early.retain(|record| !is_of(record, &gone));
            self.gone.extend(gone);
        }
        match polled {
            None => Ok(None),
            Some(Ok(record)) => Ok(Some(record)),
            Some(Err(error)) if error.rdkafka_error_code() == Some(rdkafka::types::RDKafkaErrorCode::Fatal) => {
                Err(error)
            }
            Some(Err(error)) => {
                warn!(%error, worker = self.number, "poll reports an error");
                Ok(None)
            }
        }
    }

    /// Runs the batch through the stages. Polls meanwhile, if it takes long. `None`: the worker had to stop before it was done.
    fn process(
        &mut self,
        runtime: &Handle,
        extractor: &Arc<Extractor>,
        batch: &[Arc<Record>],
    ) -> Result<Option<Vec<Outcome>>, KafkaError> {
        let mut stages = self.stages.take().expect("the stages are here whenever no batch is in them");
        let (records, extractor) = (batch.to_vec(), Arc::clone(extractor));
        let mut work = runtime.spawn(async move {
            let outcomes = stages.process(&extractor, &records).await;
            (stages, outcomes)
        });
        let result = runtime.block_on(async { tokio::time::timeout(PATIENCE, &mut work).await });
        let result = match result {
            Ok(result) => result,
            Err(_) => {
                self.poll_paused(Duration::MAX, |worker| work.is_finished() || worker.stop.must_give_up())?;
                if !work.is_finished() {
                    warn!(worker = self.number, articles = batch.len(), "stopping before a batch was done");
                    work.abort();
                    self.undone.fetch_add(batch.len(), Ordering::Relaxed);
                    return Ok(None);
                }
                runtime.block_on(work)
            }
        };
        let (stages, outcomes) = result.expect("the stages catch panics of articles");
        self.stages = Some(stages);
        Ok(Some(outcomes))
    }

    /// Polls with the partitions paused, at most for `limit` or until `done`: the group sees a living member, its callbacks are served.
    fn poll_paused(&mut self, limit: Duration, mut done: impl FnMut(&mut Self) -> bool) -> Result<(), KafkaError> {
        let start = Instant::now();
        self.pause()?;
        let paused = self.metrics.paused.with_label_values(&[&self.number.to_string()]);
        paused.set(1);
        while start.elapsed() < limit && !done(self) {
            if let Some(record) = self.poll(POLL)? {
                // Of a partition that came just now.
                self.early.push_back(record);
                self.pause()?;
            }
        }
        let assigned = self.consumer.assignment()?;
        self.consumer.resume(&assigned)?;
        paused.set(0);
        Ok(())
    }

    fn pause(&self) -> Result<(), KafkaError> {
        let assigned = self.consumer.assignment()?;
        self.consumer.pause(&assigned)?;
        debug!(worker = self.number, partitions = assigned.count(), "paused");
        Ok(())
    }

    /// Publishes the batch, again and again until it is committed; what belongs to partitions that went is dropped.
    fn publish(
        &mut self,
        batch: &mut Vec<Arc<Record>>,
        outcomes: &mut Vec<Outcome>,
        engine: &str,
    ) -> Result<(), KafkaError> {
        loop {
            let gone = std::mem::take(&mut self.gone);
            let mut keep = batch.iter().map(|record| !is_of(record, &gone));
            outcomes.retain(|_| keep.next().unwrap_or(false));
            batch.retain(|record| !is_of(record, &gone));
            if batch.is_empty() {
                return Ok(());
            }
            let config = Arc::clone(&self.config);
            let encoder = Encoder {
                topics: &config.topics,
                partitions: self.partitions,
                max_event_bytes: config.limits.event_bytes,
                max_dead_letter_bytes: client::message_bytes(&config) - client::HEADROOM,
                engine,
            };
            let (mut records, mut rejections) = (Vec::new(), Vec::new());
            for (record, outcome) in batch.iter().zip(&*outcomes) {
                let (events, rejection) = encoder.encode(record, outcome);
                records.extend(events);
                rejections.extend(rejection);
            }
            let mut offsets = Offsets::new();
            for record in &*batch {
                offsets.insert((record.topic.clone(), record.partition), record.offset + 1);
            }
            self.health.publishing(self.number, true);
            let published = self.publisher.publish(&self.consumer, &records, &offsets)?;
            self.health.publishing(self.number, false);
            match published {
                Published::Done => {
                    self.count(batch, outcomes, &records, &rejections);
                    return Ok(());
                }
                Published::Again if self.stop.must_give_up() => {
                    warn!(worker = self.number, articles = batch.len(), "stopping before a batch was published");
                    self.undone.fetch_add(batch.len(), Ordering::Relaxed);
                    return Ok(());
                }
                Published::Again => self.poll_paused(AWHILE, |_| false)?,
            }
        }
    }

    /// Counts a committed batch.
    fn count(&self, batch: &[Arc<Record>], outcomes: &[Outcome], records: &[OutRecord<'_>], rejections: &[Rejection]) {
        let metrics = &self.metrics;
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = since_epoch.as_millis() as i64;
        for record in batch {
            metrics.input_bytes.inc_by(record.size() as u64);
            if let Some(timestamp) = record.timestamp {
                metrics.latency.observe((now - timestamp).max(0) as f64 / 1000.0);
            }
            self.health.progress(self.number, &record.topic, record.partition);
            let labels = [record.topic.as_str(), &record.partition.to_string()];
            metrics.last_progress.with_label_values(&labels).set(since_epoch.as_secs_f64());
        }
        for rejection in rejections {
            metrics.rejected.with_label_values(&[rejection.stage.as_str(), rejection.reason.as_str()]).inc();
        }
        metrics.articles.with_label_values(&["rejected"]).inc_by(rejections.len() as u64);
        metrics.articles.with_label_values(&["published"]).inc_by((batch.len() - rejections.len()) as u64);
        for extraction in outcomes.iter().flatten() {
            metrics.articles_by_format.with_label_values(&[&extraction.article.source_format]).inc();
            metrics.words.inc_by(extraction.article.text.split_whitespace().count() as u64);
            for warning in &extraction.article.warnings {
                metrics.warnings.with_label_values(&[warning]).inc();
            }
        }
        for (kind, name) in [(Kind::Article, "article"), (Kind::Entity, "entity"), (Kind::Claim, "claim")] {
            let events = records.iter().filter(|record| record.kind == kind).count();
            metrics.events.with_label_values(&[name]).inc_by(events as u64);
        }
        metrics.transactions.with_label_values(&["committed"]).inc();
        metrics.batch_articles.observe(batch.len() as f64);
    }
}

/// What events say of their maker: version of the program, model, knowledge base.
fn engine(extractor: &Extractor) -> String {
    format!("{}+{}+kb.{}", env!("CARGO_PKG_VERSION"), extractor.model(), extractor.kb().hash())
}

fn is_of(record: &Record, partitions: &[(String, i32)]) -> bool {
    partitions.iter().any(|(topic, partition)| *partition == record.partition && *topic == record.topic)
}

fn to_record(message: &BorrowedMessage<'_>) -> Record {
    let headers = message.headers().map(|headers| {
        headers.iter().map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec))).collect()
    });
    Record {
        topic: message.topic().to_owned(),
        partition: message.partition(),
        offset: message.offset(),
        timestamp: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        payload: message.payload().map(<[u8]>::to_vec),
        headers: headers.unwrap_or_default(),
    }
}
