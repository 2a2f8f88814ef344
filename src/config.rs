//! What can be set: `config/default.toml`, a file over it, the environment over both. All problems are told at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};
use toml::{Table, Value};

/// Every setting with its default.
pub const DEFAULT: &str = include_str!("../config/default.toml");
/// Prefix of environment variables.
const PREFIX: &str = "COPYDESK__";
/// Shown instead of a secret.
const MASK: &str = "********";

/// Keys of librdkafka that the guarantees rest on: set by copydesk, refused in `[kafka.client]`.
const OWN_KEYS: [&str; 16] = [
    "auto.offset.reset",
    "bootstrap.servers",
    "metadata.broker.list",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "group.protocol.type",
    "isolation.level",
    "partition.assignment.strategy",
    "statistics.interval.ms",
    "transactional.id",
    "transaction.timeout.ms",
];

/// Keys of librdkafka that have a key of their own in `[kafka]`, which would win silently.
const NAMED_KEYS: [(&str, &str); 2] =
    [("session.timeout.ms", "kafka.session_timeout"), ("max.poll.interval.ms", "kafka.max_poll_interval")];

/// What a process can bear.
const MAX_WORKERS: usize = 256;
const MAX_THREADS: usize = 1024;
const MAX_QUEUE: usize = 65_536;

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Config {
    pub kafka: Kafka,
    pub topics: Topics,
    pub batch: Batch,
    pub pipeline: Pipeline,
    pub limits: Limits,
    pub engine: Engine,
    pub http: Http,
    pub health: Health,
    pub shutdown: Shutdown,
    pub log: Log,
}

/// `[kafka]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Kafka {
    pub brokers: String,
    pub group_id: String,
    pub instance_id: String,
    pub static_membership: bool,
    pub group_protocol: GroupProtocol,
    pub delivery: Delivery,
    pub workers: usize,
    #[serde(deserialize_with = "duration")]
    pub session_timeout: Duration,
    #[serde(deserialize_with = "duration")]
    pub max_poll_interval: Duration,
    #[serde(deserialize_with = "duration")]
    pub transaction_timeout: Duration,
    #[serde(deserialize_with = "texts")]
    pub client: BTreeMap<String, String>,
}

/// How the group assigns partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupProtocol {
    /// Cooperative-sticky, assigned by a member.
    Classic,
    /// KIP-848, assigned by the broker.
    Consumer,
}

/// What happens to an article when something fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// Its events are published once.
    ExactlyOnce,
    /// Its events may be published again, with the same ids.
    AtLeastOnce,
}

/// `[topics]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Topics {
    pub input: String,
    pub articles: String,
    pub entities: String,
    pub claims: String,
    pub retractions: String,
    pub dead_letters: String,
    pub partitions: i32,
    pub replication: i32,
}

/// `[batch]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Batch {
    pub max_records: usize,
    pub max_bytes: usize,
    #[serde(deserialize_with = "duration")]
    pub linger: Duration,
}

/// `[pipeline]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Pipeline {
    pub threads: usize,
    pub queue: usize,
    pub inflight_bytes: usize,
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Limits {
    pub article_bytes: usize,
    pub event_bytes: usize,
}

/// `[engine]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Engine {
    pub model: PathBuf,
    pub kb: PathBuf,
    #[serde(deserialize_with = "duration")]
    pub kb_check: Duration,
}

/// `[http]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Http {
    pub listen: SocketAddr,
}

/// `[health]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Health {
    #[serde(deserialize_with = "duration")]
    pub stall_after: Duration,
}

/// `[shutdown]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Shutdown {
    #[serde(deserialize_with = "duration")]
    pub drain_timeout: Duration,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Everything that is wrong with the settings.
#[derive(Debug, thiserror::Error)]
#[error("{}", problems.join("\n"))]
pub struct ConfigError {
    /// Each with its key path.
    pub problems: Vec<String>,
}

impl ConfigError {
    fn one(problem: impl Into<String>) -> Self {
        Self { problems: vec![problem.into()] }
    }
}

impl Config {
    /// Loads the defaults, the file at `path` over them, and `environment` over both.
    ///
    /// # Errors
    /// Every problem at once, each with its key path.
    pub fn load(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let (table, mut problems) = merged(path, environment)?;
        let parsed = Config::deserialize(Value::Table(table));
        let mut config = parsed.map_err(|e| {
            problems.push(e.to_string().trim().to_owned());
            ConfigError { problems: std::mem::take(&mut problems) }
        })?;
        config.read_secret_files(&mut problems);
        config.validate(&mut problems);
        if problems.is_empty() { Ok(config) } else { Err(ConfigError { problems }) }
    }

    /// The merged settings as TOML, secrets masked.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn merged_text(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<String, ConfigError> {
        let (mut table, _) = merged(path, environment)?;
        if let Some(Value::Table(client)) = table.get_mut("kafka").and_then(|kafka| kafka.get_mut("client")) {
            for (key, value) in client.iter_mut().filter(|(key, _)| is_secret(key)) {
                if !key.ends_with("_file") {
                    *value = Value::String(MASK.to_owned());
                }
            }
        }
        toml::to_string_pretty(&table).map_err(|e| ConfigError::one(e.to_string()))
    }

    /// Replaces each client key `NAME_file` by `NAME` with the file's content.
    fn read_secret_files(&mut self, problems: &mut Vec<String>) {
        let files: Vec<String> = self.kafka.client.keys().filter(|k| k.ends_with("_file")).cloned().collect();
        for key in files {
            let path = self.kafka.client.remove(&key).unwrap_or_default();
            match std::fs::read_to_string(&path) {
                Ok(value) => {
                    let name = key.trim_end_matches("_file").to_owned();
                    self.kafka.client.insert(name, value.trim_end_matches(['\r', '\n']).to_owned());
                }
                Err(error) => problems.push(format!("kafka.client.{key:?}: cannot read {path}: {error}")),
            }
        }
    }

    fn validate(&self, problems: &mut Vec<String>) {
        let mut check = |holds: bool, problem: &str| {
            if !holds {
                problems.push(problem.to_owned());
            }
        };
        check(!self.kafka.brokers.trim().is_empty(), "kafka.brokers: must name at least one host:port");
        check(!self.kafka.group_id.is_empty(), "kafka.group_id: must not be empty");
        check(
            !self.kafka.static_membership || !self.kafka.instance_id.is_empty(),
            "kafka.static_membership: needs kafka.instance_id",
        );
        check(
            self.kafka.transaction_timeout >= Duration::from_secs(1),
            "kafka.transaction_timeout: must be at least 1s",
        );
        check(
            self.kafka.max_poll_interval > self.kafka.transaction_timeout * 2,
            "kafka.max_poll_interval: must be more than twice kafka.transaction_timeout",
        );
        check(
            self.kafka.session_timeout <= self.kafka.max_poll_interval,
            "kafka.session_timeout: must not be longer than kafka.max_poll_interval",
        );
        check(self.kafka.session_timeout >= Duration::from_secs(1), "kafka.session_timeout: must be at least 1s");
        check(self.kafka.max_poll_interval <= Duration::from_hours(24), "kafka.max_poll_interval: must be at most 24h");
        check(self.kafka.workers <= MAX_WORKERS, "kafka.workers: must be at most 256");
        check(self.pipeline.threads <= MAX_THREADS, "pipeline.threads: must be at most 1024");
        check(self.pipeline.queue <= MAX_QUEUE, "pipeline.queue: must be at most 65536");
        check(self.limits.article_bytes > 0, "limits.article_bytes: must be at least 1");
        check(self.limits.event_bytes <= 512 << 20, "limits.event_bytes: must be at most 536870912 (512 MiB)");
        check(
            self.shutdown.drain_timeout >= Duration::from_secs(1),
            "shutdown.drain_timeout: must be at least 1s, or nothing that was begun is ever committed",
        );
        check(self.health.stall_after >= Duration::from_secs(1), "health.stall_after: must be at least 1s");
        check(self.batch.max_records > 0, "batch.max_records: must be at least 1");
        check(self.batch.max_bytes > 0, "batch.max_bytes: must be at least 1");
        check(
            self.batch.linger < self.kafka.transaction_timeout,
            "batch.linger: must be shorter than kafka.transaction_timeout",
        );
        check(self.pipeline.queue > 0, "pipeline.queue: must be at least 1");
        check(
            self.pipeline.inflight_bytes >= self.limits.article_bytes,
            "pipeline.inflight_bytes: must not be less than limits.article_bytes",
        );
        check(self.limits.article_bytes <= 64 << 20, "limits.article_bytes: must be at most 67108864 (64 MiB)");
        check(self.limits.event_bytes >= 65_536, "limits.event_bytes: must be at least 65536");
        check(self.topics.partitions > 0, "topics.partitions: must be at least 1");
        check(self.topics.replication > 0, "topics.replication: must be at least 1");
        for topic in self.topics.outputs().into_iter().chain([self.topics.input.as_str()]) {
            let problem = format!("topics: {topic:?} is no topic name: 1 to 249 of a-z A-Z 0-9 . _ -");
            check(is_topic_name(topic), &problem);
        }
        let topics = self.topics.outputs();
        for (i, topic) in topics.iter().enumerate() {
            check(*topic != self.topics.input, &format!("topics.input: {topic:?} is also an output topic"));
            check(!topics[..i].contains(topic), &format!("topics: {topic:?} is named twice"));
        }
        for key in self.kafka.client.keys().filter(|key| OWN_KEYS.contains(&key.as_str())) {
            check(false, &format!("kafka.client.{key:?}: is set by copydesk, use the keys of [kafka]"));
        }
        for (key, named) in NAMED_KEYS {
            let problem = format!("kafka.client.{key:?}: set {named} instead");
            check(!self.kafka.client.contains_key(key), &problem);
        }
        check(
            self.kafka.group_protocol == GroupProtocol::Classic
                || !self.kafka.client.contains_key("heartbeat.interval.ms"),
            "kafka.client.\"heartbeat.interval.ms\": with kafka.group_protocol = \"consumer\" the brokers' \
             group.consumer.heartbeat.interval.ms decides; remove it",
        );
    }
}

impl Topics {
    /// Every output topic.
    pub fn outputs(&self) -> [&str; 5] {
        [&self.articles, &self.entities, &self.claims, &self.retractions, &self.dead_letters]
    }
}

/// Settings as a table, and problems with the environment.
fn merged(
    path: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<(Table, Vec<String>), ConfigError> {
    let mut table: Table = DEFAULT.parse().expect("default.toml is valid: a test reads it");
    if let Some(path) = path {
        let text = std::fs::read_to_string(path)
            .map_err(|e| ConfigError::one(format!("cannot read the configuration {}: {e}", path.display())))?;
        let file: Table = text.parse().map_err(|e| ConfigError::one(format!("{}: {e}", path.display())))?;
        lay_over(&mut table, file);
    }
    let mut problems = Vec::new();
    let mut environment: Vec<_> = environment.into_iter().filter(|(key, _)| key.starts_with(PREFIX)).collect();
    environment.sort();
    for (key, value) in environment {
        if let Err(problem) = set_from_environment(&mut table, &key, &value) {
            problems.push(problem);
        }
    }
    Ok((table, problems))
}

fn lay_over(table: &mut Table, over: Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(table)), Value::Table(over)) => lay_over(table, over),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// Sets one key; the value is read with the type that the default has.
fn set_from_environment(table: &mut Table, key: &str, text: &str) -> Result<(), String> {
    let path: Vec<String> = key[PREFIX.len()..].split("__").map(str::to_ascii_lowercase).collect();
    if let [kafka, client, name] = &path[..]
        && (kafka.as_str(), client.as_str()) == ("kafka", "client")
    {
        // librdkafka's names have dots, which no variable can have.
        let name = match name.strip_suffix("_file") {
            Some(name) => format!("{}_file", name.replace('_', ".")),
            None => name.replace('_', "."),
        };
        if let Some(Value::Table(client)) = table.get_mut("kafka").and_then(|kafka| kafka.get_mut("client")) {
            client.insert(name, Value::String(text.to_owned()));
        }
        return Ok(());
    }
    let unknown = || format!("{key}: there is no setting {}", path.join("."));
    let (last, parents) = path.split_last().ok_or_else(unknown)?;
    let mut at = table;
    for parent in parents {
        at = at.get_mut(parent).and_then(Value::as_table_mut).ok_or_else(unknown)?;
    }
    let value = at.get_mut(last).ok_or_else(unknown)?;
    let wrong = |kind: &str| format!("{key}: {text:?} is not {kind}");
    *value = match value {
        Value::String(_) => Value::String(text.to_owned()),
        Value::Integer(_) => Value::Integer(text.replace('_', "").parse().map_err(|_| wrong("a whole number"))?),
        Value::Boolean(_) => Value::Boolean(text.parse().map_err(|_| wrong("true or false"))?),
        _ => return Err(unknown()),
    };
    Ok(())
}

fn is_secret(key: &str) -> bool {
    ["password", "secret", "token", "key", "jaas"].iter().any(|word| key.contains(word))
}

/// librdkafka takes every value as text; TOML has numbers and truth values, too.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let text = |(key, value): (String, Value)| match value {
        Value::String(text) => Ok((key, text)),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => Ok((key, value.to_string())),
        _ => Err(de::Error::custom(format!("{key:?} must be a text, a number, true or false"))),
    };
    Table::deserialize(deserializer)?.into_iter().map(text).collect()
}

/// Kafka's own rule.
fn is_topic_name(name: &str) -> bool {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=249).contains(&name.len()) && name.chars().all(is_legal) && !matches!(name, "." | "..")
}

/// `250ms`, `10s`, `5m`, `1h`.
fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let millis = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(de::Error::custom(format!("{text:?} is not a duration such as 250ms, 10s or 5m"))),
    };
    let number: u64 = digits.parse().map_err(|_| de::Error::custom(format!("{text:?} is not a duration")))?;
    Ok(Duration::from_millis(number.saturating_mul(millis)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, file).unwrap();
        Config::load(Some(&path), environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn defaults_and_the_example_are_valid() {
        Config::load(None, []).unwrap();
        let example = Config::load(Some(Path::new("config/production.toml")), []).unwrap_err();
        assert!(example.to_string().contains("password_file"), "only the secret's file is missing: {example}");
        assert_eq!(example.problems.len(), 1);
    }

    #[test]
    fn the_environment_wins_and_has_the_type_of_the_default() {
        let environment = [
            ("COPYDESK__KAFKA__GROUP_ID", "12345"),
            ("COPYDESK__BATCH__MAX_RECORDS", "7"),
            ("COPYDESK__KAFKA__CLIENT__SASL_PASSWORD", "999"),
        ];
        let config = load("[kafka]\ngroup_id = \"file\"\n", &environment).unwrap();
        assert_eq!((config.kafka.group_id.as_str(), config.batch.max_records), ("12345", 7));
        assert_eq!(config.kafka.client["sasl.password"], "999");
    }

    #[test]
    fn every_problem_is_told_with_its_key() {
        let file =
            "[kafka]\nstatic_membership = true\n[kafka.client]\n\"group.id\" = \"x\"\n[batch]\nmax_records = 0\n";
        let error =
            load(file, &[("COPYDESK__HTTP__PORT", "1"), ("COPYDESK__LIMITS__ARTICLE_BYTES", "many")]).unwrap_err();
        let text = error.to_string();
        for part in ["http.port", "\"many\"", "static_membership", "group.id", "batch.max_records"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn what_the_group_protocol_does_not_take_is_told() {
        let heartbeat = [("COPYDESK__KAFKA__CLIENT__HEARTBEAT_INTERVAL_MS", "500")];
        load("", &heartbeat).unwrap();
        let consumer = "[kafka]\ngroup_protocol = \"consumer\"\n";
        load(consumer, &[]).unwrap();
        let text = load(consumer, &heartbeat).unwrap_err().to_string();
        assert!(text.contains("heartbeat.interval.ms") && text.contains("remove it"), "{text}");
        let session = [("COPYDESK__KAFKA__CLIENT__SESSION_TIMEOUT_MS", "6000")];
        assert!(load("", &session).unwrap_err().to_string().contains("set kafka.session_timeout instead"));
    }

    #[test]
    fn what_cannot_work_is_refused() {
        for (key, value) in [
            ("COPYDESK__KAFKA__WORKERS", "100000"),
            ("COPYDESK__PIPELINE__QUEUE", "99999999999"),
            ("COPYDESK__KAFKA__SESSION_TIMEOUT", "0s"),
            ("COPYDESK__KAFKA__MAX_POLL_INTERVAL", "10000h"),
            ("COPYDESK__LIMITS__ARTICLE_BYTES", "0"),
            ("COPYDESK__LIMITS__EVENT_BYTES", "99999999999"),
            ("COPYDESK__SHUTDOWN__DRAIN_TIMEOUT", "0s"),
            ("COPYDESK__TOPICS__INPUT", ""),
            ("COPYDESK__TOPICS__INPUT", "^news.*"),
            ("COPYDESK__TOPICS__CLAIMS", "two words"),
        ] {
            let error = load("", &[(key, value)]).expect_err(key);
            let path = key["COPYDESK__".len()..].to_lowercase().replace("__", ".");
            let told = error.to_string();
            assert!(told.contains(&path) || told.contains(&format!("{value:?} is no topic name")), "{key}: {told}");
        }
    }

    #[test]
    fn client_settings_may_be_numbers_and_truth_values() {
        let file = "[kafka.client]\n\"socket.timeout.ms\" = 3000\n\"enable.random.seed\" = true\n";
        let client = load(file, &[]).unwrap().kafka.client;
        assert_eq!((client["socket.timeout.ms"].as_str(), client["enable.random.seed"].as_str()), ("3000", "true"));
        assert!(load("[kafka.client]\na = [1]\n", &[]).unwrap_err().to_string().contains("must be a text"));
    }

    #[test]
    fn unknown_keys_and_bad_durations_are_refused() {
        assert!(load("[kafka]\nbrokerz = \"x\"\n", &[]).unwrap_err().to_string().contains("brokerz"));
        assert!(load("[batch]\nlinger = \"soon\"\n", &[]).unwrap_err().to_string().contains("soon"));
    }

    #[test]
    fn secrets_are_masked() {
        let secret = [("COPYDESK__KAFKA__CLIENT__SASL_PASSWORD".to_owned(), "hunter2".to_owned())];
        let text = Config::merged_text(None, secret).unwrap();
        assert!(!text.contains("hunter2") && text.contains(MASK));
    }
}
