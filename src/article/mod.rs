//! What arrived: bytes to [`Article`].

use std::ops::Range;

use jiff::civil::Date;

use crate::event::{BlockKind, Dateline, Signal, Status};
use crate::rejection::{Reason, Rejection};

/// One record as it came, before anything is known about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawArticle<'a> {
    /// The bytes.
    pub payload: &'a [u8],
    /// Value of the content-type header, if any.
    pub content_type: Option<&'a str>,
    /// The caller's id, used where the format has no guid.
    pub id: Option<&'a str>,
    /// When the record was received (RFC 3339): the reference date of articles without a date.
    pub received: Option<&'a str>,
}

/// A parsed article: one text, and what each part of it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// The provider's guid, else the caller's id, else a blake3 hash of headline, date and text.
    pub id: String,
    /// The provider's version, `"1"` where there is none.
    pub version: String,
    /// IPTC publication status.
    pub status: Status,
    /// RFC 3339.
    pub embargoed_until: Option<String>,
    /// What this version is for.
    pub signals: Vec<Signal>,
    /// The headline.
    pub headline: Option<String>,
    /// Who wrote it, as written.
    pub byline: Option<String>,
    /// Place, date and agency.
    pub dateline: Option<Dateline>,
    /// RFC 3339, or an ISO 8601 date where the article gives no time.
    pub published_at: Option<String>,
    /// The day that "on Saturday" is resolved against: published, else dateline, else received.
    pub reference_date: Option<Date>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// The text that every span points into. For text/plain: the decoded input, unchanged.
    pub text: String,
    /// Disjoint byte ranges of `text`, in order; text outside them is white space between blocks.
    pub blocks: Vec<Block>,
    /// Name of the format: `plain`, `ninjs`.
    pub source_format: &'static str,
    /// As it came with the record.
    pub content_type: Option<String>,
    /// What was odd and did not stop anything.
    pub warnings: Vec<Warning>,
}

/// A part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Byte range of `Article::text`, without white space at its ends.
    pub bytes: Range<usize>,
}

/// Something odd, counted by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Bytes that the declared encoding cannot hold were replaced by U+FFFD.
    ReplacedBytes,
    /// The declared encoding was not the real one.
    EncodingMismatch,
    /// A date that could not be read.
    UnreadableDate,
    /// No date in the article: times are resolved against the date of receipt.
    NoDate,
    /// A status or signal that copydesk does not know.
    UnknownSignal,
}

impl Warning {
    /// Every warning: metrics create their series from it.
    pub const ALL: [Warning; 5] = [
        Warning::ReplacedBytes,
        Warning::EncodingMismatch,
        Warning::UnreadableDate,
        Warning::NoDate,
        Warning::UnknownSignal,
    ];

    /// Stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Warning::ReplacedBytes => "replaced_bytes",
            Warning::EncodingMismatch => "encoding_mismatch",
            Warning::UnreadableDate => "unreadable_date",
            Warning::NoDate => "no_date",
            Warning::UnknownSignal => "unknown_signal",
        }
    }
}

/// Limits on what is read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest payload, bytes.
    pub max_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 4 * 1024 * 1024 }
    }
}

/// Reads one article.
pub fn parse(raw: RawArticle<'_>, limits: Limits) -> Result<Article, Rejection> {
    let _ = (raw, limits);
    Err(Rejection::parse(Reason::UnsupportedFormat, "not written yet"))
}
