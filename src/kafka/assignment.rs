//! What the group tells a worker while it polls: partitions that come, go or are lost.
//!
//! No callback asks the consumer anything that its main thread has to answer: while the consumer closes, that thread may have ended
//! already, and the question would wait for ever.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::TopicPartitionList;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError;
use rdkafka::statistics::Statistics;
use tracing::{info, warn};

use crate::ops::health::Health;
use crate::ops::metrics::Metrics;

/// Consumer context of one worker. Its callbacks run within `poll`, on the worker's own thread.
pub(super) struct Assignment {
    worker: usize,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    /// Partitions that the worker has.
    assigned: Mutex<BTreeSet<(String, i32)>>,
    /// Partitions that went since the worker last asked.
    gone: Mutex<Vec<(String, i32)>>,
}

impl Assignment {
    /// What the group will tell the worker with this number.
    pub(super) fn new(worker: usize, metrics: Arc<Metrics>, health: Arc<Health>) -> Self {
        Self { worker, metrics, health, assigned: Mutex::default(), gone: Mutex::default() }
    }

    /// Partitions that went since the last call: work on them that is not committed must be dropped.
    pub(super) fn take_gone(&self) -> Vec<(String, i32)> {
        std::mem::take(&mut *self.gone.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the partitions that the worker has, and counts them.
    fn change(&self, change: impl FnOnce(&mut BTreeSet<(String, i32)>)) {
        let mut assigned = self.assigned.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut assigned);
        self.metrics.partitions_assigned.with_label_values(&[&self.worker.to_string()]).set(assigned.len() as i64);
    }
}

impl ClientContext for Assignment {
    fn stats_raw(&self, statistics: &[u8]) {
        let Ok(statistics) = serde_json::from_slice::<Statistics>(statistics) else {
            self.metrics.stats_parse_failures.inc();
            return;
        };
        for (topic, statistics) in &statistics.topics {
            for (partition, statistics) in &statistics.partitions {
                if *partition < 0 || statistics.fetch_state != "active" {
                    continue;
                }
                let Some(lag) = lag(statistics) else { continue };
                self.metrics.lag.with_label_values(&[topic.as_str(), &partition.to_string()]).set(lag);
                self.health.lag(self.worker, topic, *partition, lag);
            }
        }
        let up = statistics.brokers.values().any(|broker| broker.state == "UP");
        self.health.brokers(self.worker, !up);
        self.metrics.broker_connected.with_label_values(&[&self.worker.to_string()]).set(i64::from(up));
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.metrics.kafka_errors.with_label_values(&["consumer"]).inc();
        if error.rdkafka_error_code() == Some(rdkafka::types::RDKafkaErrorCode::AllBrokersDown) {
            self.health.brokers(self.worker, true);
        }
        warn!(%error, reason, "consumer reports an error");
    }
}

/// Records that wait, if that is known. The markers of a transactional writer take offsets but are no records: what was fetched to the
/// end and handed over has no lag, wherever the last record lies.
fn lag(partition: &rdkafka::statistics::Partition) -> Option<i64> {
    let all_fetched = partition.ls_offset >= 0 && partition.next_offset >= partition.ls_offset;
    if all_fetched && partition.fetchq_cnt == 0 {
        return Some(0);
    }
    Some(partition.consumer_lag).filter(|&lag| lag >= 0)
}

impl ConsumerContext for Assignment {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let Rebalance::Revoke(partitions) = rebalance else { return };
        let kind = if consumer.assignment_lost() { "lost" } else { "revoke" };
        self.metrics.rebalances.with_label_values(&[kind]).inc();
        let partitions = places(partitions);
        info!(worker = self.worker, kind, ?partitions, "partitions go");
        for (topic, partition) in &partitions {
            self.health.revoked(self.worker, topic, *partition);
            // What another member counts now.
            let labels = [topic.as_str(), &partition.to_string()];
            let _ = self.metrics.lag.remove_label_values(&labels);
            let _ = self.metrics.last_progress.remove_label_values(&labels);
        }
        self.change(|assigned| assigned.retain(|partition| !partitions.contains(partition)));
        self.gone.lock().unwrap_or_else(PoisonError::into_inner).extend(partitions);
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(partitions) => {
                self.metrics.rebalances.with_label_values(&["assign"]).inc();
                info!(worker = self.worker, partitions = partitions.count(), "partitions come");
                self.change(|assigned| assigned.extend(places(partitions)));
                self.health.joined(self.worker);
                // A partition that went while it was paused comes back paused, and nobody would resume it.
                if let Err(error) = consumer.resume(partitions) {
                    warn!(worker = self.worker, %error, "partitions cannot be resumed");
                }
            }
            Rebalance::Revoke(_) => {}
            Rebalance::Error(error) => {
                self.metrics.rebalances.with_label_values(&["error"]).inc();
                warn!(worker = self.worker, %error, "a rebalance failed");
            }
        }
    }
}

/// Topics and partitions of a list.
fn places(list: &TopicPartitionList) -> Vec<(String, i32)> {
    list.elements().iter().map(|element| (element.topic().to_owned(), element.partition())).collect()
}
