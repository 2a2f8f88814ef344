//! Outcomes to records of the output topics: CloudEvents 1.0 in binary mode, dead letters with their bytes untouched.

use rdkafka::message::{Header, OwnedHeaders};
use serde::Serialize;

use super::partition::partition;
use crate::config::Topics;
use crate::event::Change;
use crate::extract::Extraction;
use crate::pipeline::{Outcome, Record};
use crate::rejection::{Reason, Rejection, Stage};

/// Logical source of the events, not a host.
const SOURCE: &str = "copydesk";
/// Prefix of the headers that a dead letter gets.
pub(crate) const ERROR_PREFIX: &str = "copydesk.error.";

/// Which counter a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Article,
    Entity,
    Claim,
    DeadLetter,
}

/// A record to be produced.
pub(super) struct OutRecord<'a> {
    pub(super) kind: Kind,
    pub(super) topic: &'a str,
    /// `None`: the partitioner decides.
    pub(super) partition: Option<i32>,
    pub(super) key: Option<Vec<u8>>,
    pub(super) payload: Option<Vec<u8>>,
    pub(super) headers: OwnedHeaders,
}

/// What the records are made with.
pub(super) struct Encoder<'a> {
    pub(super) topics: &'a Topics,
    /// Partitions of the articles, entities and claims topics.
    pub(super) partitions: [i32; 3],
    pub(super) max_event_bytes: usize,
    /// A dead letter whose record is larger goes without its payload.
    pub(super) max_dead_letter_bytes: usize,
    /// Version of the program and of the model.
    pub(super) engine: &'a str,
}

impl<'a> Encoder<'a> {
    /// Records of one outcome. An event that is too large turns the whole outcome into a dead letter.
    pub(super) fn encode(&self, record: &Record, outcome: &Outcome) -> (Vec<OutRecord<'a>>, Option<Rejection>) {
        let rejection = match outcome {
            Ok(extraction) => match self.events(record, extraction) {
                Ok(events) => return (events, None),
                Err(rejection) => rejection,
            },
            Err(rejection) => rejection.clone(),
        };
        (vec![self.dead_letter(record, &rejection)], Some(rejection))
    }

    fn events(&self, record: &Record, extraction: &Extraction) -> Result<Vec<OutRecord<'a>>, Rejection> {
        let Extraction { article, entities, claims } = extraction;
        let mut events = Vec::with_capacity(1 + entities.len() + claims.len());
        let attributes = Attributes { record, article_id: &article.id, version: &article.version, engine: self.engine };
        let Topics { articles: article_topic, entities: entity_topic, claims: claim_topic, .. } = self.topics;
        let mut add = |kind, topic: &'a str, n, id: &str, event_type: &str, schema: &str, payload: Vec<u8>| {
            if payload.len() > self.max_event_bytes {
                let detail = format!(
                    "{event_type} {id} has {} bytes, limits.event_bytes is {}",
                    payload.len(),
                    self.max_event_bytes
                );
                return Err(Rejection { stage: Stage::Publish, reason: Reason::EventTooLarge, detail });
            }
            events.push(OutRecord {
                kind,
                topic,
                // All events of an article go to the same partition number, whatever their keys.
                partition: Some(partition(article.id.as_bytes(), n)),
                key: Some(id.as_bytes().to_vec()),
                payload: Some(payload),
                headers: attributes.headers(id, event_type, schema),
            });
            Ok(())
        };
        let [n_articles, n_entities, n_claims] = self.partitions;
        let schema = article.schema.as_str();
        add(Kind::Article, article_topic, n_articles, &article.id, "org.copydesk.article.v1", schema, json(article))?;
        for entity in entities {
            let kind = "org.copydesk.entity.v1";
            add(Kind::Entity, entity_topic, n_entities, &entity.id, kind, &entity.schema, json(entity))?;
        }
        for claim in claims {
            let kind = match claim.change {
                Change::Asserted => "org.copydesk.claim.asserted.v1",
                Change::Revised => "org.copydesk.claim.revised.v1",
                Change::Unchanged => "org.copydesk.claim.unchanged.v1",
                Change::Retracted => "org.copydesk.claim.retracted.v1",
            };
            add(Kind::Claim, claim_topic, n_claims, &claim.id, kind, &claim.schema, json(claim))?;
        }
        Ok(events)
    }

    /// The record as it came, with headers that say why it was refused (after Kafka Streams' KIP-1034). A payload that no message
    /// can carry stays where it is, in the input topic; a header tells how long it is.
    fn dead_letter(&self, record: &Record, rejection: &Rejection) -> OutRecord<'a> {
        let mut headers = OwnedHeaders::new_with_capacity(record.headers.len() + 8);
        for (key, value) in &record.headers {
            headers = headers.insert(Header { key, value: value.as_ref() });
        }
        let (partition, offset) = (record.partition.to_string(), record.offset.to_string());
        let timestamp = record.timestamp.map(|t| t.to_string()).unwrap_or_default();
        let facts = [
            ("stage", rejection.stage.as_str()),
            ("reason", rejection.reason.as_str()),
            ("message", &rejection.detail),
            ("topic", &record.topic),
            ("partition", &partition),
            ("offset", &offset),
            ("timestamp", &timestamp),
            ("version", env!("CARGO_PKG_VERSION")),
        ];
        for (name, value) in facts {
            headers = headers.insert(Header { key: &format!("{ERROR_PREFIX}{name}"), value: Some(value) });
        }
        let is_carried = record.size() <= self.max_dead_letter_bytes;
        if !is_carried {
            let (key, value) = (format!("{ERROR_PREFIX}omitted_bytes"), record.size().to_string());
            headers = headers.insert(Header { key: &key, value: Some(&value) });
        }
        OutRecord {
            kind: Kind::DeadLetter,
            topic: &self.topics.dead_letters,
            partition: None,
            key: record.key.clone(),
            payload: record.payload.clone().filter(|_| is_carried),
            headers,
        }
    }
}

/// What the CloudEvents attributes of an article's events have in common.
struct Attributes<'a> {
    record: &'a Record,
    article_id: &'a str,
    version: &'a str,
    engine: &'a str,
}

impl Attributes<'_> {
    /// Headers of the Kafka protocol binding, binary mode. `ce_id` names this version of this event, made by this build: a repeated
    /// delivery has the same one.
    fn headers(&self, id: &str, event_type: &str, schema: &str) -> OwnedHeaders {
        let mut hasher = blake3::Hasher::new();
        for part in [id, self.version, self.engine] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        let ce_id = data_encoding::BASE32_NOPAD.encode(&hasher.finalize().as_bytes()[..16]).to_lowercase();
        let place = format!("{}/{}/{}", self.record.topic, self.record.partition, self.record.offset);
        let time = self.record.received();
        let attributes = [
            ("content-type", Some("application/json")),
            ("ce_specversion", Some("1.0")),
            ("ce_id", Some(ce_id.as_str())),
            ("ce_source", Some(SOURCE)),
            ("ce_type", Some(event_type)),
            ("ce_subject", Some(self.article_id)),
            ("ce_time", time.as_deref()),
            ("ce_dataschema", Some(schema)),
            ("ce_partitionkey", Some(self.article_id)),
            ("ce_articleversion", Some(self.version)),
            ("ce_engine", Some(self.engine)),
            ("ce_inputref", Some(place.as_str())),
            ("traceparent", self.record.header("traceparent")),
        ];
        let present = attributes.into_iter().filter_map(|(key, value)| value.map(|value| (key, value)));
        present.fold(OwnedHeaders::new(), |headers, (key, value)| headers.insert(Header { key, value: Some(value) }))
    }
}

fn json(event: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(event).expect("events have string keys and no infinite numbers")
}
