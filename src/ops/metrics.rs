//! Every metric: name, help, labels, buckets. Counted once per committed batch, never per attempt; every series exists from the start.

use prometheus::core::{AtomicU64, GenericCounterVec};
use prometheus::{
    Encoder, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

pub use prometheus::IntGauge;

use crate::article::{Warning, format_names};
use crate::rejection::{Reason, Stage};

/// Seconds, around the latency objective of 2 s.
const LATENCY: [f64; 13] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];
/// Seconds of work on one article.
const WORK: [f64; 12] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0];

/// All metrics of one process.
#[allow(missing_docs)]
pub struct Metrics {
    registry: Registry,
    pub articles: IntCounterVec,
    pub articles_by_format: IntCounterVec,
    pub rejected: IntCounterVec,
    pub warnings: IntCounterVec,
    pub events: IntCounterVec,
    pub words: IntCounter,
    pub input_bytes: IntCounter,
    pub stage_duration: HistogramVec,
    pub stage_queue: IntGaugeVec,
    pub stage_queue_capacity: IntGaugeVec,
    pub inflight_bytes: IntGauge,
    pub inflight_limit_bytes: IntGauge,
    pub latency: Histogram,
    pub batch_articles: Histogram,
    pub transactions: IntCounterVec,
    pub transaction_duration: Histogram,
    pub producer_recreated: IntCounterVec,
    pub lag: IntGaugeVec,
    pub last_progress: GaugeVec,
    pub partitions_assigned: IntGaugeVec,
    pub paused: IntGaugeVec,
    pub broker_connected: IntGaugeVec,
    pub rebalances: IntCounterVec,
    pub kafka_errors: IntCounterVec,
    pub stats_parse_failures: IntCounter,
    pub last_poll: GaugeVec,
    pub cache_entries: IntGaugeVec,
    pub cache_lookups: IntCounterVec,
    pub kb_reloads: IntCounterVec,
    pub kb_outdated: IntGauge,
    kb_info: IntGaugeVec,
    pub ready: IntGauge,
    pub start_time: Gauge,
}

impl Metrics {
    /// Registers everything for `workers` workers.
    pub fn new(workers: usize, model: &str) -> Self {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, labels: &[&str]| -> GenericCounterVec<AtomicU64> {
            register(&registry, IntCounterVec::new(Opts::new(name, help), labels))
        };
        let gauges = |name: &str, help: &str, labels: &[&str]| {
            register(&registry, IntGaugeVec::new(Opts::new(name, help), labels))
        };
        let histogram = |name: &str, help: &str, buckets: &[f64]| {
            register(&registry, Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec())))
        };
        let counter = |name: &str, help: &str| register(&registry, IntCounter::new(name, help));
        let gauge = |name: &str, help: &str| register(&registry, IntGauge::new(name, help));
        let metrics = Self {
            articles: counters(
                "copydesk_articles_total",
                "Articles whose events or dead letters were committed, by outcome.",
                &["outcome"],
            ),
            articles_by_format: counters(
                "copydesk_articles_format_total",
                "Articles whose events were committed, by input format.",
                &["format"],
            ),
            rejected: counters(
                "copydesk_dead_letters_total",
                "Articles that went to the dead-letter topic, by stage and reason.",
                &["stage", "reason"],
            ),
            warnings: counters("copydesk_article_warnings_total", "Oddities of articles, by code.", &["code"]),
            events: counters("copydesk_events_published_total", "Events that were committed, by kind.", &["kind"]),
            words: counter("copydesk_words_total", "Words of the articles whose events were committed."),
            input_bytes: counter("copydesk_input_bytes_total", "Bytes of the records that were committed."),
            stage_duration: register(
                &registry,
                HistogramVec::new(
                    HistogramOpts::new("copydesk_stage_duration_seconds", "Work on one article, by stage.")
                        .buckets(WORK.to_vec()),
                    &["stage"],
                ),
            ),
            stage_queue: gauges("copydesk_stage_queue_length", "Articles that wait for a stage.", &["stage"]),
            stage_queue_capacity: gauges(
                "copydesk_stage_queue_capacity",
                "Articles that may wait for a stage.",
                &["stage"],
            ),
            inflight_bytes: gauge("copydesk_inflight_bytes", "Bytes of raw articles that are worked on."),
            inflight_limit_bytes: gauge(
                "copydesk_inflight_limit_bytes",
                "Bytes of raw articles that may be worked on.",
            ),
            latency: histogram(
                "copydesk_end_to_end_latency_seconds",
                "From the record's timestamp to the commit of its events.",
                &LATENCY,
            ),
            batch_articles: histogram(
                "copydesk_batch_articles",
                "Articles in a committed batch.",
                &[1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0],
            ),
            transactions: counters("copydesk_transactions_total", "Batches, by how they ended.", &["result"]),
            transaction_duration: histogram(
                "copydesk_transaction_duration_seconds",
                "From the begin to the end of a transaction that was committed.",
                &LATENCY,
            ),
            producer_recreated: counters(
                "copydesk_producer_recreated_total",
                "Producers that were replaced, by reason.",
                &["reason"],
            ),
            lag: gauges(
                "copydesk_consumer_lag_messages",
                "Records of an assigned partition that were not read yet.",
                &["topic", "partition"],
            ),
            partitions_assigned: gauges("copydesk_partitions_assigned", "Input partitions, by worker.", &["worker"]),
            last_progress: register(
                &registry,
                GaugeVec::new(
                    Opts::new(
                        "copydesk_partition_last_progress_timestamp_seconds",
                        "When records of an assigned partition were last committed, Unix time.",
                    ),
                    &["topic", "partition"],
                ),
            ),
            paused: gauges(
                "copydesk_consumer_paused",
                "1 while a worker takes no records, since a batch takes long or the brokers do not answer.",
                &["worker"],
            ),
            broker_connected: gauges("copydesk_broker_connected", "1 while a worker reaches a broker.", &["worker"]),
            rebalances: counters("copydesk_rebalances_total", "Rebalances, by kind.", &["kind"]),
            kafka_errors: counters("copydesk_kafka_errors_total", "Errors that Kafka clients reported.", &["client"]),
            stats_parse_failures: counter(
                "copydesk_stats_parse_failures_total",
                "Statistics of Kafka clients that could not be read.",
            ),
            last_poll: register(
                &registry,
                GaugeVec::new(
                    Opts::new("copydesk_last_poll_timestamp_seconds", "When a worker last polled, Unix time."),
                    &["worker"],
                ),
            ),
            cache_entries: gauges(
                "copydesk_engine_cache_entries",
                "Entries of the engine's bounded caches.",
                &["cache"],
            ),
            cache_lookups: counters(
                "copydesk_engine_cache_lookups_total",
                "Look-ups in the engine's caches, by outcome.",
                &["cache", "outcome"],
            ),
            kb_reloads: counters(
                "copydesk_knowledge_base_reloads_total",
                "Replacements of the knowledge base of engine.kb, by outcome.",
                &["outcome"],
            ),
            kb_outdated: gauge(
                "copydesk_knowledge_base_outdated",
                "1 while the knowledge base in use is not that of its file, which cannot be used.",
            ),
            kb_info: gauges(
                "copydesk_knowledge_base_info",
                "1, with the hash of the knowledge base in use as label.",
                &["hash"],
            ),
            ready: gauge("copydesk_ready", "1 while /readyz says so."),
            start_time: register(
                &registry,
                Gauge::new("copydesk_start_timestamp_seconds", "When the service started, Unix time."),
            ),
            registry,
        };
        let info = Opts::new("copydesk_build_info", "1, with the version of the program and of the model as labels.")
            .const_label("version", env!("CARGO_PKG_VERSION"))
            .const_label("model", model);
        register(&metrics.registry, IntGauge::with_opts(info)).set(1);
        #[cfg(target_os = "linux")]
        {
            let process = prometheus::process_collector::ProcessCollector::for_self();
            metrics.registry.register(Box::new(process)).expect("process metrics have names of their own");
        }
        metrics.create_series(workers);
        metrics
    }

    /// Creates every series at zero, so that a rate over a rare reason is 0 and not absent.
    fn create_series(&self, workers: usize) {
        for outcome in ["published", "rejected"] {
            self.articles.with_label_values(&[outcome]);
        }
        for format in format_names() {
            self.articles_by_format.with_label_values(&[format]);
        }
        for stage in Stage::ALL {
            for reason in Reason::ALL {
                self.rejected.with_label_values(&[stage.as_str(), reason.as_str()]);
            }
        }
        for warning in Warning::ALL {
            self.warnings.with_label_values(&[warning.as_str()]);
        }
        for kind in ["article", "entity", "claim"] {
            self.events.with_label_values(&[kind]);
        }
        for stage in [Stage::Parse, Stage::Extract] {
            self.stage_duration.with_label_values(&[stage.as_str()]);
            self.stage_queue.with_label_values(&[stage.as_str()]);
            self.stage_queue_capacity.with_label_values(&[stage.as_str()]);
        }
        for result in ["committed", "aborted"] {
            self.transactions.with_label_values(&[result]);
        }
        for reason in ["transport_trouble", "statistics_late", "commit_failed", "fatal", "abort_failed"] {
            self.producer_recreated.with_label_values(&[reason]);
        }
        for kind in ["assign", "revoke", "lost", "error"] {
            self.rebalances.with_label_values(&[kind]);
        }
        for client in ["consumer", "producer"] {
            self.kafka_errors.with_label_values(&[client]);
        }
        for outcome in ["loaded", "failed"] {
            self.kb_reloads.with_label_values(&[outcome]);
        }
        for cache in ["chunks", "tok2vec", "ner", "lemmas"] {
            self.cache_entries.with_label_values(&[cache]);
            for outcome in ["hit", "miss"] {
                self.cache_lookups.with_label_values(&[cache, outcome]);
            }
        }
        for worker in 0..workers {
            self.partitions_assigned.with_label_values(&[&worker.to_string()]);
            self.paused.with_label_values(&[&worker.to_string()]);
            self.broker_connected.with_label_values(&[&worker.to_string()]);
            self.last_poll.with_label_values(&[&worker.to_string()]);
        }
    }

    /// The hash of the knowledge base in use.
    pub fn set_kb(&self, hash: &str) {
        self.kb_info.reset();
        self.kb_info.with_label_values(&[hash]).set(1);
    }

    /// The engine's caches.
    pub fn set_caches(&self, caches: &[copydesk_nlp::CacheStats]) {
        for cache in caches {
            self.cache_entries.with_label_values(&[cache.name]).set(cache.entries as i64);
            for (outcome, lookups) in [("hit", cache.hits), ("miss", cache.misses)] {
                let counter = self.cache_lookups.with_label_values(&[cache.name, outcome]);
                counter.inc_by(lookups.saturating_sub(counter.get()));
            }
        }
    }

    /// The Prometheus text format.
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).expect("a buffer takes everything");
        String::from_utf8(text).expect("the encoder writes UTF-8")
    }
}

fn register<C: prometheus::core::Collector + Clone + 'static>(registry: &Registry, metric: prometheus::Result<C>) -> C {
    let metric = metric.expect("names and labels of metrics are valid: a test makes them all");
    registry.register(Box::new(metric.clone())).expect("no two metrics share a name");
    metric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_exists_at_zero() {
        let text = Metrics::new(2, "sm").text();
        for line in [
            "copydesk_articles_total{outcome=\"rejected\"} 0",
            "copydesk_dead_letters_total{reason=\"undecodable\",stage=\"parse\"} 0",
            "copydesk_partitions_assigned{worker=\"1\"} 0",
            "copydesk_transactions_total{result=\"aborted\"} 0",
        ] {
            assert!(text.contains(line), "{line}");
        }
    }
}
