//! Makes and verifies the topics.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::client;
use crate::config::Config;

/// How long the brokers may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A topic as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// `compact` for events that replace each other by key, `delete` for logs.
    pub cleanup_policy: &'static str,
    /// Largest message, bytes.
    pub max_message_bytes: usize,
}

/// Every topic of `config` as it should be.
pub fn wanted(config: &Config) -> Vec<Wanted> {
    let topics = &config.topics;
    let event = config.limits.event_bytes + client::HEADROOM;
    let raw = config.limits.article_bytes + client::HEADROOM;
    let topic = |name: &str, cleanup_policy, max_message_bytes| Wanted {
        name: name.to_owned(),
        cleanup_policy,
        max_message_bytes,
    };
    vec![
        topic(&topics.input, "delete", raw),
        topic(&topics.articles, "compact", event),
        topic(&topics.entities, "compact", event),
        topic(&topics.claims, "compact", event),
        topic(&topics.retractions, "delete", event),
        topic(&topics.dead_letters, "delete", event.max(raw)),
    ]
}

/// Makes the topics that do not exist; gives the names of those it made.
///
/// # Errors
/// What the brokers answered.
pub async fn create(config: &Config) -> Result<Vec<String>, KafkaError> {
    let admin: AdminClient<DefaultClientContext> = client::base(config).create()?;
    let wanted = wanted(config);
    let sizes: Vec<String> = wanted.iter().map(|topic| topic.max_message_bytes.to_string()).collect();
    let (partitions, replication) = (config.topics.partitions, config.topics.replication);
    let new: Vec<NewTopic<'_>> = wanted
        .iter()
        .zip(&sizes)
        .map(|(topic, size)| {
            NewTopic::new(&topic.name, partitions, TopicReplication::Fixed(replication))
                .set("cleanup.policy", topic.cleanup_policy)
                .set("max.message.bytes", size)
        })
        .collect();
    let options = AdminOptions::new().operation_timeout(Some(TIMEOUT)).request_timeout(Some(TIMEOUT));
    let mut made = Vec::new();
    for result in admin.create_topics(&new, &options).await? {
        match result {
            Ok(name) => made.push(name),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => {
                tracing::error!(topic = name, %code, "the topic could not be made");
                return Err(KafkaError::AdminOp(code));
            }
        }
    }
    wait_for(config, &wanted)?;
    Ok(made)
}

/// Waits until the brokers that clients ask know all topics: an answer to a creation comes before that.
fn wait_for(config: &Config, wanted: &[Wanted]) -> Result<(), KafkaError> {
    let reader = client::reader(config)?;
    let deadline = Instant::now() + TIMEOUT;
    for topic in wanted {
        while client::partitions(&reader, &topic.name, TIMEOUT)?.is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}

/// Every way in which the topics differ from what they should be; none: all is well.
///
/// # Errors
/// What the brokers answered.
pub async fn check(config: &Config) -> Result<Vec<String>, KafkaError> {
    let reader = client::reader(config)?;
    let mut problems = Vec::new();
    let mut existing = Vec::new();
    for topic in wanted(config) {
        match client::partitions(&reader, &topic.name, TIMEOUT)? {
            None => problems.push(format!("{}: does not exist; run copydesk topics create", topic.name)),
            Some(n) => {
                if n != config.topics.partitions {
                    problems.push(format!(
                        "{}: has {n} partitions, topics.partitions is {}",
                        topic.name, config.topics.partitions
                    ));
                }
                existing.push(topic);
            }
        }
    }
    for (topic, settings) in existing.iter().zip(settings(config, &existing).await?) {
        let value = |name: &str| settings.get(name).cloned().unwrap_or_default();
        let policy = value("cleanup.policy");
        if !policy.contains(topic.cleanup_policy) {
            problems
                .push(format!("{}: cleanup.policy is {policy:?}, should be {:?}", topic.name, topic.cleanup_policy));
        }
        let size: usize = value("max.message.bytes").parse().unwrap_or(0);
        if size < topic.max_message_bytes {
            problems.push(format!(
                "{}: max.message.bytes is {size}, should be at least {}",
                topic.name, topic.max_message_bytes
            ));
        }
    }
    Ok(problems)
}

/// Settings of `topics`, in their order.
async fn settings(config: &Config, topics: &[Wanted]) -> Result<Vec<BTreeMap<String, String>>, KafkaError> {
    let admin: AdminClient<DefaultClientContext> = client::base(config).create()?;
    let resources: Vec<ResourceSpecifier<'_>> = topics.iter().map(|t| ResourceSpecifier::Topic(&t.name)).collect();
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT));
    let mut all = Vec::new();
    for resource in admin.describe_configs(&resources, &options).await? {
        let entries = resource.map_err(KafkaError::AdminOp)?.entries;
        all.push(entries.into_iter().filter_map(|entry| Some((entry.name, entry.value?))).collect());
    }
    Ok(all)
}

/// Bytes of the largest event that the output topics take, if that is less than `limits.event_bytes`: a larger one could never be
/// published, and would be tried for ever.
///
/// # Errors
/// What the brokers answered.
pub async fn smaller_event_limit(config: &Config) -> Result<Option<usize>, KafkaError> {
    let outputs: Vec<Wanted> = wanted(config).into_iter().filter(|topic| topic.name != config.topics.input).collect();
    let sizes = settings(config, &outputs).await?;
    let largest = sizes.iter().filter_map(|settings| settings.get("max.message.bytes")?.parse::<usize>().ok()).min();
    Ok(largest
        .map(|largest| largest.saturating_sub(client::HEADROOM))
        .filter(|&limit| limit < config.limits.event_bytes))
}
