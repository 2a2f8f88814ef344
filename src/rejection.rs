//! Why an article was refused: the one way out for bad input, into the dead-letter topic.

use serde::{Deserialize, Serialize};

/// The stage that refused the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Bytes to article.
    Parse,
    /// Article to events.
    Extract,
    /// Events to records of the output topics.
    Publish,
}

impl Stage {
    /// Every stage, in order: metrics create their series from it.
    pub const ALL: [Stage; 3] = [Stage::Parse, Stage::Extract, Stage::Publish];

    /// Stable name: a metric label and a header.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Parse => "parse",
            Stage::Extract => "extract",
            Stage::Publish => "publish",
        }
    }
}

/// Closed list of reasons: a metric label and a header, so of low cardinality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No bytes, or no text in them.
    Empty,
    /// A document of a known format that carries no text.
    NoText,
    /// Over the size limit.
    TooLarge,
    /// Bytes that no accepted encoding explains.
    Undecodable,
    /// Not the format that the content-type or the first bytes promise.
    Malformed,
    /// A content-type that copydesk does not read.
    UnsupportedFormat,
    /// A limit on depth, nodes or events was passed.
    LimitExceeded,
    /// A fault of ours, caught: the article costs only itself.
    Panic,
    /// An event is larger than the output topic takes.
    EventTooLarge,
}

impl Reason {
    /// Every reason: metrics create their series from it.
    pub const ALL: [Reason; 9] = [
        Reason::Empty,
        Reason::NoText,
        Reason::TooLarge,
        Reason::Undecodable,
        Reason::Malformed,
        Reason::UnsupportedFormat,
        Reason::LimitExceeded,
        Reason::Panic,
        Reason::EventTooLarge,
    ];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Empty => "empty",
            Reason::NoText => "no_text",
            Reason::TooLarge => "too_large",
            Reason::Undecodable => "undecodable",
            Reason::Malformed => "malformed",
            Reason::UnsupportedFormat => "unsupported_format",
            Reason::LimitExceeded => "limit_exceeded",
            Reason::Panic => "panic",
            Reason::EventTooLarge => "event_too_large",
        }
    }
}

/// A refused article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {}: {detail}", stage.as_str(), reason.as_str())]
pub struct Rejection {
    /// Who refused it.
    pub stage: Stage,
    /// Why, for machines.
    pub reason: Reason,
    /// What, where and what to do, for people.
    pub detail: String,
}

impl Rejection {
    /// A refusal by the parse stage.
    pub fn parse(reason: Reason, detail: impl Into<String>) -> Self {
        Self { stage: Stage::Parse, reason, detail: detail.into() }
    }
}
