//! How articles are worked on: two stages, pure functions, joined by bounded channels; order is kept, and a panic costs only
//! its article.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use crate::article::{self, Article, Limits, RawArticle};
use crate::event::Provenance;
use crate::extract::{Extraction, Extractor};
use crate::ops::metrics::{IntGauge, Metrics};
use crate::rejection::{Reason, Rejection, Stage};

/// A record of the input topic, as it came.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Record {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds of Unix time, if the record has a timestamp.
    pub timestamp: Option<i64>,
    pub key: Option<Vec<u8>>,
    pub payload: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Record {
    /// The first header `name`, in any case, if its value is UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value.as_deref()?).ok()
    }

    /// Bytes of the payload.
    pub fn size(&self) -> usize {
        self.payload.as_ref().map_or(0, Vec::len)
    }

    /// RFC 3339 form of the timestamp.
    pub fn received(&self) -> Option<String> {
        jiff::Timestamp::from_millisecond(self.timestamp?).ok().map(|time| time.to_string())
    }
}

/// What became of one record.
pub type Outcome = Result<Extraction, Rejection>;

/// The stages with the channels between them. One for each worker; the byte budget is shared.
pub struct Stages {
    input: Queue<()>,
    output: mpsc::Receiver<Work<Extraction>>,
    budget: Arc<Budget>,
}

/// Bytes of raw articles that may be worked on at once.
pub struct Budget {
    permits: Arc<Semaphore>,
    limit: u32,
    metrics: Arc<Metrics>,
}

impl Budget {
    /// A budget of `bytes`.
    pub fn new(bytes: usize, metrics: &Arc<Metrics>) -> Arc<Self> {
        let limit = u32::try_from(bytes).unwrap_or(u32::MAX);
        metrics.inflight_limit_bytes.set(i64::from(limit));
        Arc::new(Self { permits: Arc::new(Semaphore::new(limit as usize)), limit, metrics: Arc::clone(metrics) })
    }

    /// Waits for room for `bytes`; an article larger than the whole budget waits for all of it.
    async fn take(self: &Arc<Self>, bytes: usize) -> Taken {
        let wanted = u32::try_from(bytes).unwrap_or(u32::MAX).clamp(1, self.limit);
        let permit = Arc::clone(&self.permits).acquire_many_owned(wanted).await.expect("the budget is never closed");
        self.metrics.inflight_bytes.add(i64::from(wanted));
        Taken { permit, budget: Arc::clone(self) }
    }
}

/// A part of the budget, given back when dropped.
struct Taken {
    permit: OwnedSemaphorePermit,
    budget: Arc<Budget>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.budget.metrics.inflight_bytes.sub(self.permit.num_permits() as i64);
    }
}

/// A record on its way through the stages.
struct Work<T> {
    record: Arc<Record>,
    value: Result<T, Rejection>,
    /// The one that its batch began with.
    extractor: Arc<Extractor>,
    /// Held while the article is worked on.
    taken: Option<Taken>,
}

/// How wide the stages are.
#[derive(Debug, Clone, Copy)]
pub struct Width {
    /// Articles in a stage at once.
    pub threads: usize,
    /// Articles between two stages.
    pub queue: usize,
}

impl Stages {
    /// Starts the stages on the current tokio runtime.
    pub fn start(limits: Limits, width: Width, budget: Arc<Budget>, metrics: &Arc<Metrics>) -> Self {
        let (input, raw) = Queue::new(Stage::Parse, width, metrics);
        let (articles, parsed) = Queue::new(Stage::Extract, width, metrics);
        let (outcomes, output) = mpsc::channel(width.queue);
        let parse = move |_: &Extractor, record: &Record, ()| parse_record(record, limits);
        let extract = |extractor: &Extractor, record: &Record, article: Article| {
            let place = (record.topic.as_str(), record.partition, record.offset);
            let payload = record.payload.as_deref().unwrap_or_default();
            extractor.extract(&article, &provenance(payload, Some(place)))
        };
        stage(Stage::Parse, width, metrics, raw, articles, parse);
        stage(Stage::Extract, width, metrics, parsed, Queue { sender: outcomes, waiting: None }, extract);
        Self { input, output, budget }
    }

    /// Works on a batch with `extractor`: an outcome for each record, in the same order. Feeds and drains together, so that a batch may be
    /// larger than the channels.
    pub async fn process(&mut self, extractor: &Arc<Extractor>, batch: &[Arc<Record>]) -> Vec<Outcome> {
        let Self { input, output, budget } = self;
        let feed = async {
            for record in batch {
                let taken = Some(budget.take(record.size()).await);
                let (record, extractor) = (Arc::clone(record), Arc::clone(extractor));
                let work = Work { record, value: Ok(()), extractor, taken };
                assert!(input.send(work).await, "the stages live as long as their input");
            }
        };
        let drain = async {
            let mut outcomes = Vec::with_capacity(batch.len());
            while outcomes.len() < batch.len() {
                let work = output.recv().await.expect("the stages live as long as their input");
                outcomes.push(work.value);
            }
            outcomes
        };
        tokio::join!(feed, drain).1
    }
}

/// The way into a stage, and how many articles wait on it.
struct Queue<T> {
    sender: mpsc::Sender<Work<T>>,
    waiting: Option<IntGauge>,
}

impl<T> Queue<T> {
    /// The queue of the stage `name`, and what the stage reads.
    fn new(name: Stage, width: Width, metrics: &Metrics) -> (Self, mpsc::Receiver<Work<T>>) {
        let (sender, receiver) = mpsc::channel(width.queue);
        metrics.stage_queue_capacity.with_label_values(&[name.as_str()]).add(width.queue as i64);
        let waiting = Some(metrics.stage_queue.with_label_values(&[name.as_str()]));
        (Self { sender, waiting }, receiver)
    }

    /// Waits for room. False: nobody reads any more.
    async fn send(&self, work: Work<T>) -> bool {
        let is_sent = self.sender.send(work).await.is_ok();
        if is_sent && let Some(waiting) = &self.waiting {
            waiting.inc();
        }
        is_sent
    }
}

/// Runs `work` over `input` on blocking threads, at most `width.threads` at once; results keep the input order.
///
/// A rejected article passes through untouched. A full `output` stops this stage, which stops its input: backpressure needs no other
/// code.
fn stage<I: Send + 'static, O: Send + 'static>(
    name: Stage,
    width: Width,
    metrics: &Metrics,
    input: mpsc::Receiver<Work<I>>,
    output: Queue<O>,
    work: impl Fn(&Extractor, &Record, I) -> Result<O, Rejection> + Send + Sync + 'static,
) {
    let work = Arc::new(work);
    let duration = metrics.stage_duration.with_label_values(&[name.as_str()]);
    let waiting = metrics.stage_queue.with_label_values(&[name.as_str()]);
    tokio::spawn(async move {
        let started = ReceiverStream::new(input).map(move |item| {
            waiting.dec();
            let (work, duration) = (Arc::clone(&work), duration.clone());
            async move {
                let Work { record, value, extractor, taken } = item;
                let step = move || {
                    let start = Instant::now();
                    let value = value.and_then(|value| guarded(name, || work(&extractor, &record, value)));
                    duration.observe(start.elapsed().as_secs_f64());
                    Work { record, value, extractor, taken: if name == Stage::Extract { None } else { taken } }
                };
                tokio::task::spawn_blocking(step).await.expect("a step catches its own panics")
            }
        });
        let mut done = started.buffered(width.threads);
        while let Some(item) = done.next().await {
            if !output.send(item).await {
                return;
            }
        }
    });
}

fn parse_record(record: &Record, limits: Limits) -> Result<Article, Rejection> {
    let received = record.received();
    let raw = RawArticle {
        payload: record.payload.as_deref().unwrap_or_default(),
        content_type: record.header("content-type"),
        id: None,
        received: received.as_deref(),
    };
    article::parse(raw, limits)
}

/// Both stages, one after the other: what `copydesk extract` does with a file.
pub fn process(extractor: &Extractor, raw: RawArticle<'_>, limits: Limits) -> Outcome {
    let article = guarded(Stage::Parse, || article::parse(raw, limits))?;
    guarded(Stage::Extract, || extractor.extract(&article, &provenance(raw.payload, None)))
}

/// Provenance of a record: its place in Kafka (topic, partition, offset), if it has one, and the hash of its bytes.
fn provenance(payload: &[u8], place: Option<(&str, i32, i64)>) -> Provenance {
    Provenance {
        topic: place.map(|(topic, ..)| topic.to_owned()),
        partition: place.map(|(_, partition, _)| partition),
        offset: place.map(|(.., offset)| offset),
        payload_sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(payload)),
    }
}

/// Runs one step of a stage; a panic becomes a rejection of the article it happened on.
pub fn guarded<T>(stage: Stage, step: impl FnOnce() -> Result<T, Rejection>) -> Result<T, Rejection> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        let detail = format!("a fault in copydesk, please report it: {message}");
        Err(Rejection { stage, reason: Reason::Panic, detail })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_costs_only_its_article() {
        let rejection = guarded::<()>(Stage::Extract, || panic!("index {}", 7)).unwrap_err();
        assert_eq!((rejection.stage, rejection.reason), (Stage::Extract, Reason::Panic));
        assert!(rejection.detail.contains("index 7"));
    }

    /// A batch ten times the channels, with articles that are refused: order is kept, nothing waits for ever.
    #[tokio::test]
    async fn order_is_kept_through_channels_smaller_than_the_batch() {
        let metrics = Arc::new(Metrics::new(1, "test"));
        let extractor = Arc::new(Extractor::builtin().unwrap());
        let budget = Budget::new(64, &metrics);
        let width = Width { threads: 3, queue: 2 };
        let mut stages = Stages::start(Limits { max_bytes: 1000 }, width, budget, &metrics);
        let payload = |i: i64| if i % 7 == 3 { b" ".to_vec() } else { format!("Report {i} was filed.").into_bytes() };
        let record = |i| Record { offset: i, payload: Some(payload(i)), ..Record::default() };
        let batch: Vec<Arc<Record>> = (0..40).map(|i| Arc::new(record(i))).collect();
        for _ in 0..2 {
            let outcomes = stages.process(&extractor, &batch).await;
            for (i, outcome) in outcomes.iter().enumerate() {
                match outcome {
                    Ok(extraction) => assert_eq!(extraction.article.text, format!("Report {i} was filed.")),
                    Err(rejection) => assert_eq!((i % 7, rejection.reason), (3, Reason::Empty)),
                }
            }
        }
        assert_eq!(metrics.inflight_bytes.get(), 0);
        for stage in ["parse", "extract"] {
            assert_eq!(metrics.stage_queue.with_label_values(&[stage]).get(), 0);
        }
    }
}
