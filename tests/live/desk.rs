//! One set of topics with the service on it: feeds articles, runs and kills processes, counts what came out.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;

use crate::broker::brokers;

pub const PARTITIONS: i32 = 8;

/// A record to be sent: key, payload, headers.
pub type Sent = (String, Vec<u8>, Vec<(&'static str, &'static str)>);

/// Topics and group of one test.
pub struct Desk {
    name: String,
}

/// A record of an output topic.
pub struct Out {
    pub topic: String,
    pub key: Vec<u8>,
    pub payload: Vec<u8>,
    pub headers: BTreeMap<String, String>,
}

impl Desk {
    /// Makes the topics by the program's own command.
    pub fn new(name: &str) -> Self {
        let desk = Self { name: name.to_owned() };
        let made = desk.command(&["topics", "create"], &[]);
        assert!(made.status.success(), "topics create: {}", String::from_utf8_lossy(&made.stderr));
        desk
    }

    pub fn topic(&self, kind: &str) -> String {
        format!("{}.{kind}", self.name)
    }

    fn environment(&self) -> Vec<(String, String)> {
        let mut environment: Vec<(String, String)> =
            ["input", "articles", "entities", "claims", "retractions", "dead_letters"]
                .iter()
                .map(|kind| (format!("COPYDESK__TOPICS__{}", kind.to_uppercase()), self.topic(kind)))
                .collect();
        let mut set = |key: &str, value: &str| environment.push((format!("COPYDESK__{key}"), value.to_owned()));
        set("TOPICS__PARTITIONS", &PARTITIONS.to_string());
        set("KAFKA__BROKERS", brokers());
        set("KAFKA__GROUP_ID", &self.name);
        set("KAFKA__SESSION_TIMEOUT", "6s");
        set("KAFKA__WORKERS", "1");
        set("HTTP__LISTEN", "127.0.0.1:0");
        environment
    }

    fn prepared(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command.args(arguments).envs(self.environment()).envs(environment.iter().copied());
        if !environment.contains(&("COPYDESK__KAFKA__GROUP_PROTOCOL", "consumer")) {
            // A join is noticed at the next heartbeat. In KIP-848 the broker decides how often that is.
            command.env("COPYDESK__KAFKA__CLIENT__HEARTBEAT_INTERVAL_MS", "500");
        }
        command
    }

    /// Runs a command to its end.
    pub fn command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        self.prepared(arguments, environment).output().unwrap()
    }

    /// Starts the service.
    pub fn spawn(&self, environment: &[(&str, &str)]) -> Running {
        let mut child = self.prepared(&["run"], environment).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, receiver) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        // Reads for ever, so that the service never waits for its log.
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if std::env::var_os("COPYDESK_TEST_LOG").is_some() {
                    eprintln!("{line}");
                }
                let _ = sender.send(line);
            }
        });
        Running { child, log: Vec::new(), receiver }
    }

    /// Starts the service and waits until it listens.
    pub fn run(&self, environment: &[(&str, &str)]) -> Running {
        let mut running = self.spawn(environment);
        let deadline = Instant::now() + Duration::from_secs(60);
        while !running.log.iter().any(|line| line.contains("starting")) {
            let wait = deadline.saturating_duration_since(Instant::now());
            match running.receiver.recv_timeout(wait) {
                Ok(line) => running.log.push(line),
                // Dropping it tells what it said.
                Err(_) => panic!("the service does not start"),
            }
        }
        running
    }

    /// Sends records to the input topic: key, payload and headers of each.
    pub fn feed(&self, records: impl IntoIterator<Item = Sent>) {
        let producer: BaseProducer = client().set("linger.ms", "5").create().unwrap();
        let topic = self.topic("input");
        for (key, payload, headers) in records {
            let headers = headers
                .into_iter()
                .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(value) }));
            let mut record = BaseRecord::to(&topic).key(&key).payload(&payload).headers(headers);
            while let Err((error, back)) = producer.send(record) {
                assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::QueueFull));
                producer.poll(Duration::from_millis(5));
                record = back;
            }
            producer.poll(Duration::ZERO);
        }
        producer.flush(Duration::from_secs(60)).unwrap();
    }

    /// Records now in the output topics, in order for each topic and partition.
    pub fn outputs(&self, isolation: &str) -> Vec<Out> {
        let consumer: BaseConsumer = client()
            .set("group.id", format!("{}.count", self.name))
            .set("isolation.level", isolation)
            .set("enable.partition.eof", "true")
            .set("enable.auto.commit", "false")
            .set("fetch.wait.max.ms", "20")
            .create()
            .unwrap();
        let mut list = TopicPartitionList::new();
        for kind in ["articles", "entities", "claims", "dead_letters"] {
            for partition in 0..PARTITIONS {
                list.add_partition_offset(&self.topic(kind), partition, Offset::Beginning).unwrap();
            }
        }
        consumer.assign(&list).unwrap();
        let (mut outputs, mut ended) = (Vec::new(), 0);
        let deadline = Instant::now() + Duration::from_secs(60);
        while ended < list.count() {
            assert!(Instant::now() < deadline, "the output topics cannot be read to their ends");
            match consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => outputs.push(Out {
                    topic: message.topic().to_owned(),
                    key: message.key().unwrap_or_default().to_vec(),
                    payload: message.payload().unwrap_or_default().to_vec(),
                    headers: message
                        .headers()
                        .map(|headers| {
                            let text =
                                |value: Option<&[u8]>| String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
                            headers.iter().map(|header| (header.key.to_owned(), text(header.value))).collect()
                        })
                        .unwrap_or_default(),
                }),
                Some(Err(KafkaError::PartitionEOF(_))) => ended += 1,
                Some(Err(error)) => panic!("reading outputs: {error}"),
                None => {}
            }
        }
        outputs
    }

    /// Input records whose offsets the group has committed.
    pub fn committed(&self) -> i64 {
        let consumer: BaseConsumer = client().set("group.id", &self.name).create().unwrap();
        let mut list = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            list.add_partition(&self.topic("input"), partition);
        }
        let committed = consumer.committed_offsets(list, Duration::from_secs(30)).unwrap();
        committed.elements().iter().filter_map(|e| e.offset().to_raw()).filter(|offset| *offset > 0).sum()
    }

    /// Waits until the group has committed at least `records`.
    pub fn wait_committed(&self, records: i64, limit: Duration) -> i64 {
        let deadline = Instant::now() + limit;
        loop {
            let committed = self.committed();
            if committed >= records {
                return committed;
            }
            assert!(Instant::now() < deadline, "{committed} of {records} records committed within {limit:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the group has committed all `inputs` records, then counts the committed outputs.
    pub fn count(&self, inputs: usize, limit: Duration) -> Count {
        self.wait_committed(inputs as i64, limit);
        Count::of(self, &self.outputs("read_committed"))
    }
}

/// Outputs by id.
#[derive(Debug, Default)]
pub struct Count {
    /// Times each article id came as an article event.
    pub articles: BTreeMap<String, usize>,
    /// Times each key came as a dead letter.
    pub dead_letters: BTreeMap<String, usize>,
    /// Claim events by article, in order: their ids.
    pub claims: BTreeMap<String, Vec<String>>,
    pub events: usize,
    /// Events (by `ce_id`) that came more than once.
    pub doubled_events: usize,
}

impl Count {
    pub fn of(desk: &Desk, outputs: &[Out]) -> Self {
        let mut count = Self::default();
        let mut ids = HashSet::new();
        for out in outputs {
            if out.topic == desk.topic("dead_letters") {
                *count.dead_letters.entry(String::from_utf8_lossy(&out.key).into_owned()).or_default() += 1;
                continue;
            }
            count.events += 1;
            if !ids.insert(out.headers["ce_id"].clone()) {
                count.doubled_events += 1;
            }
            let event: Value = serde_json::from_slice(&out.payload).unwrap();
            match event["schema"].as_str().unwrap() {
                "copydesk.article.v1" => {
                    *count.articles.entry(event["id"].as_str().unwrap().to_owned()).or_default() += 1;
                }
                "copydesk.claim.v1" => {
                    let claims = count.claims.entry(event["article_id"].as_str().unwrap().to_owned()).or_default();
                    claims.push(event["id"].as_str().unwrap().to_owned());
                }
                _ => {}
            }
        }
        count
    }

    /// Of `expected` article ids: how many are missing, how many came more than once.
    pub fn missing_and_doubled(&self, expected: impl IntoIterator<Item = String>) -> (usize, usize) {
        let mut missing = 0;
        for id in expected {
            missing += usize::from(!self.articles.contains_key(&id) && !self.dead_letters.contains_key(&id));
        }
        let counts = self.articles.values().chain(self.dead_letters.values());
        (missing, counts.filter(|&&n| n > 1).count())
    }
}

/// A running service; killed when dropped.
pub struct Running {
    child: Child,
    log: Vec<String>,
    receiver: mpsc::Receiver<String>,
}

impl Running {
    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// kill -9
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; gives the exit code and how long the service took to end.
    pub fn terminate(mut self) -> (i32, Duration) {
        let start = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        if !status.success() {
            self.log.extend(self.receiver.iter());
            println!("the service said:\n{}", self.log.join("\n"));
        }
        (status.code().unwrap_or(-1), start.elapsed())
    }

    /// Address of the HTTP listener, as logged.
    pub fn address(&mut self) -> String {
        self.log.extend(self.receiver.try_iter());
        let line = self.log.iter().find(|line| line.contains("starting")).unwrap();
        line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.log.extend(self.receiver.try_iter());
            println!("the service said:\n{}", self.log.join("\n"));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set("bootstrap.servers", brokers());
    client
}

/// A small ninjs article with one claim and one number.
pub fn article(id: &str, number: usize) -> Vec<u8> {
    format!(
        "{{\"uri\":\"{id}\",\"headline\":\"Output rises\",\"versioncreated\":\"2025-10-26T08:00:00Z\",\
         \"body_text\":\"Finance Minister Anna Berg said on Friday that output rose by {number} tonnes.\"}}"
    )
    .into_bytes()
}

/// GET over plain HTTP/1.0: headers and body.
pub fn http(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: copydesk\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
