//! What arrived: bytes to [`Article`].
//!
//! Adding a format: one file with a `Format`, one line in `FORMATS`, a golden case.

mod dateline;
mod dates;
mod encoding;
mod markup;
mod ninjs;
mod plain;
mod signal;

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
    /// The day that "on Saturday" is resolved against: the dateline's where it is within a week of publication, else published,
    /// else received.
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

/// A format that copydesk reads.
struct Format {
    name: &'static str,
    /// Media types that mean it.
    content_types: &'static [&'static str],
    /// True where the text looks like it.
    sniff: fn(&str) -> bool,
    read: fn(&str, &RawArticle<'_>, &mut Reader) -> Result<Article, Rejection>,
}

/// Every format, in the order in which they are tried; plain text takes what nothing else claims.
const FORMATS: &[Format] = &[ninjs::NINJS, PLAIN];

const PLAIN: Format = Format { name: "plain", content_types: &["text/plain"], sniff: |_| true, read: read_plain };

/// Names of the formats: metrics create their series from it.
pub fn format_names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

/// Reads one article. The content-type decides on the format, else the first characters do.
///
/// # Errors
/// A [`Rejection`] that says what is wrong with the payload.
pub fn parse(raw: RawArticle<'_>, limits: Limits) -> Result<Article, Rejection> {
    if raw.payload.is_empty() {
        return Err(Rejection::parse(Reason::Empty, "the payload has no bytes"));
    }
    if raw.payload.len() > limits.max_bytes {
        let detail = format!("the payload has {} bytes, the limit is {}", raw.payload.len(), limits.max_bytes);
        return Err(Rejection::parse(Reason::TooLarge, detail));
    }
    let content_type = raw.content_type.map(MediaType::parse);
    let declared = content_type.as_ref().and_then(|t| t.charset.as_deref());
    let (text, warnings) = encoding::decode(raw.payload, declared)?;
    if text.trim().is_empty() {
        return Err(Rejection::parse(Reason::Empty, "the payload has nothing but white space"));
    }
    let format = match content_type.as_ref().map(|t| t.essence.as_str()) {
        None | Some("" | "application/octet-stream") => FORMATS.iter().find(|f| (f.sniff)(&text)),
        Some(essence) => FORMATS.iter().find(|f| f.content_types.contains(&essence)),
    };
    let format = format.ok_or_else(|| {
        let known: Vec<&str> = FORMATS.iter().flat_map(|f| f.content_types).copied().collect();
        let found = raw.content_type.unwrap_or_default();
        let detail = format!("content-type {found:?} is not read; known are {}", known.join(", "));
        Rejection::parse(Reason::UnsupportedFormat, detail)
    })?;
    (format.read)(&text, &raw, &mut Reader { warnings })
}

/// `text/plain; charset=utf-8`.
struct MediaType {
    /// Type and subtype in lower case.
    essence: String,
    charset: Option<String>,
}

impl MediaType {
    fn parse(value: &str) -> Self {
        let mut parts = value.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
        });
        Self { essence, charset }
    }
}

/// What formats share: warnings, and the parts of an [`Article`] that follow from text and layout.
struct Reader {
    warnings: Vec<Warning>,
}

impl Reader {
    fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The article of `text` and `layout`; `published_at` where the format gives it.
    fn article(
        &mut self,
        raw: &RawArticle<'_>,
        source_format: &'static str,
        text: String,
        layout: plain::Layout,
        published_at: Option<String>,
    ) -> Article {
        let received = raw.received.and_then(day);
        let (mut dateline, dateline_date) = layout.dateline.unzip();
        let dateline_date = dateline_date.flatten();
        let published = match &published_at {
            Some(time) => {
                let date = day(time);
                if date.is_none() {
                    self.warn(Warning::UnreadableDate);
                }
                date
            }
            None => layout.date.and_then(|date| date.resolve(received)),
        };
        let dateline_date = dateline_date.and_then(|date| date.resolve(published.or(received)));
        if let (Some(dateline), Some(date)) = (&mut dateline, dateline_date) {
            dateline.date = Some(date.to_string());
        }
        let known = published.or(dateline_date);
        let is_near = |date: Date| published.is_none_or(|published| (date - published).get_days().abs() <= 7);
        let written = dateline_date.filter(|&date| is_near(date)).or(known);
        if known.is_none() {
            self.warn(Warning::NoDate);
        }
        let published_at =
            published_at.filter(|time| day(time).is_some()).or_else(|| known.map(|date| date.to_string()));
        Article {
            id: raw
                .id
                .map_or_else(|| hash_id(layout.headline.as_deref(), published_at.as_deref(), &text), str::to_owned),
            version: "1".to_owned(),
            status: Status::Usable,
            embargoed_until: None,
            signals: layout.signals,
            headline: layout.headline,
            byline: layout.byline,
            dateline,
            published_at,
            reference_date: written.or(received),
            language: None,
            text,
            blocks: layout.blocks,
            source_format,
            content_type: raw.content_type.map(str::to_owned),
            warnings: std::mem::take(&mut self.warnings),
        }
    }
}

/// The day of an RFC 3339 time or ISO 8601 date, as written (in its own offset).
fn day(time: &str) -> Option<Date> {
    time.trim().get(..10)?.parse().ok()
}

/// Id of an article without a guid: the same headline, date and text have the same id.
fn hash_id(headline: Option<&str>, published_at: Option<&str>, text: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [headline.unwrap_or(""), published_at.unwrap_or(""), text] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    format!("cd:article:{}", data_encoding::BASE32_NOPAD.encode(&hasher.finalize().as_bytes()[..16]).to_lowercase())
}

fn read_plain(text: &str, raw: &RawArticle<'_>, reader: &mut Reader) -> Result<Article, Rejection> {
    let layout = plain::layout(text);
    let mut article = reader.article(raw, PLAIN.name, text.to_owned(), layout, None);
    if article.signals.iter().any(|signal| matches!(signal, Signal::Kill | Signal::Withdrawal)) {
        article.status = Status::Canceled;
    }
    Ok(article)
}
