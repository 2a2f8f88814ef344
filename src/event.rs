//! The public contract: the events that copydesk publishes, as JSON, additive within `v1`.
//!
//! Schemas in words users can check: `config/schemas/*.v1.json`. Field order is the order of the structs.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// An exact piece of `article.text`, provable by anyone: `text == article.text[span]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The text of the span, unchanged.
    pub text: String,
    /// Half-open range in Unicode code points.
    pub chars: [usize; 2],
    /// Half-open range in UTF-8 bytes.
    pub bytes: [usize; 2],
}

/// Turns byte ranges of one text into [`Span`]s.
#[derive(Debug)]
pub struct TextIndex<'a> {
    text: &'a str,
    /// Code points before byte `i * STRIDE`.
    marks: Vec<usize>,
}

impl<'a> TextIndex<'a> {
    const STRIDE: usize = 64;

    /// Indexes `text` in one pass.
    pub fn new(text: &'a str) -> Self {
        let mut marks = Vec::with_capacity(text.len() / Self::STRIDE + 1);
        let mut chars = 0;
        for (i, byte) in text.bytes().enumerate() {
            if i % Self::STRIDE == 0 {
                marks.push(chars);
            }
            chars += usize::from(byte & 0xC0 != 0x80);
        }
        marks.push(chars);
        Self { text, marks }
    }

    /// Number of code points before byte offset `byte`, which must lie on a character boundary.
    pub fn char_at(&self, byte: usize) -> usize {
        if byte >= self.text.len() {
            return self.marks[self.marks.len() - 1];
        }
        let mark = byte / Self::STRIDE;
        let rest = &self.text.as_bytes()[mark * Self::STRIDE..byte];
        self.marks[mark] + rest.iter().filter(|&&b| b & 0xC0 != 0x80).count()
    }

    /// The span of `bytes`, whose ends must lie on character boundaries within the text.
    pub fn span(&self, bytes: Range<usize>) -> Span {
        Span {
            text: self.text[bytes.clone()].to_owned(),
            chars: [self.char_at(bytes.start), self.char_at(bytes.end)],
            bytes: [bytes.start, bytes.end],
        }
    }
}

/// IPTC publication status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// May be published.
    #[default]
    Usable,
    /// Not to be published for now.
    Withheld,
    /// Not to be published at all: a kill.
    Canceled,
}

/// What the sender says this version is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Signal {
    Update,
    Correction,
    Repeat,
    Refile,
    Withdrawal,
    Kill,
    Advisory,
}

/// What a block of the article's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// The headline.
    Headline,
    /// Who wrote it.
    Byline,
    /// Place, date and agency, before or above the lead.
    Dateline,
    /// A heading within the body.
    Subhead,
    /// A paragraph of the body.
    Paragraph,
    /// The words below a picture.
    Caption,
    /// A note to or from editors.
    Note,
    /// Noise: counters, "read more", trailers.
    Boilerplate,
}

/// One block of `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockSpan {
    /// What it is.
    pub kind: BlockKind,
    /// Where it stands.
    pub span: Span,
}

/// `WASHINGTON, Oct 26 (Reuters) -`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dateline {
    /// The place as written.
    pub place: Option<String>,
    /// ISO 8601 date.
    pub date: Option<String>,
    /// The agency as written.
    pub agency: Option<String>,
}

/// Where the record came from, and the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Provenance {
    /// Input topic; null without Kafka.
    pub topic: Option<String>,
    /// Input partition; null without Kafka.
    pub partition: Option<i32>,
    /// Input offset; null without Kafka.
    pub offset: Option<i64>,
    /// SHA-256 of the raw payload, hexadecimal.
    pub payload_sha256: String,
}

/// `copydesk.article.v1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArticleEvent {
    /// Always `copydesk.article.v1`.
    pub schema: String,
    /// The provider's guid, else a hash.
    pub id: String,
    /// The provider's version, `"1"` where there is none.
    pub version: String,
    /// Publication status.
    pub status: Status,
    /// RFC 3339; null where there is no embargo.
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
    /// BCP 47 tag.
    pub language: Option<String>,
    /// The text that every span points into.
    pub text: String,
    /// SHA-256 of `text`, hexadecimal.
    pub text_sha256: String,
    /// What each part of `text` is, in order.
    pub blocks: Vec<BlockSpan>,
    /// `plain`, `ninjs`, ...
    pub source_format: String,
    /// The content-type that came with the record.
    pub content_type: Option<String>,
    /// Codes of what was odd and did not stop anything.
    pub warnings: Vec<String>,
    /// Id of the story that this article belongs to.
    pub story_id: Option<String>,
    /// Id of an article with nearly the same text.
    pub near_duplicate_of: Option<String>,
    /// Where it came from.
    pub provenance: Provenance,
}

/// Whether a mention is a name, a common noun or a pronoun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum MentionKind {
    Name,
    Nominal,
    Pronoun,
}

/// A span that refers to an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentionSpan {
    /// Name, nominal or pronoun.
    pub kind: MentionKind,
    /// Where it stands.
    pub span: Span,
    /// Id of the rule that joined it to the entity.
    pub rule: String,
}

/// The entry of a knowledge base that an entity was linked to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KbLink {
    /// `wd:Q30`, ...
    pub id: String,
    /// The entry's name.
    pub label: String,
    /// 0 to 1.
    pub score: f32,
}

/// `copydesk.entity.v1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntityEvent {
    /// Always `copydesk.entity.v1`.
    pub schema: String,
    /// Hash of article id and entity id.
    pub id: String,
    /// The article it is mentioned in.
    pub article_id: String,
    /// That article's version.
    pub article_version: String,
    /// `wd:Q...` where linked, else `cd:<type>:<hash>`; the same in every article.
    pub entity_id: String,
    /// Canonical name: the longest proper name without titles.
    pub name: String,
    /// OntoNotes name: PERSON ORG GPE NORP LOC FAC EVENT LAW PRODUCT WORK_OF_ART LANGUAGE.
    #[serde(rename = "type")]
    pub kind: String,
    /// Titles and roles as the article gives them.
    pub roles: Vec<String>,
    /// The knowledge base's entry.
    pub kb: Option<KbLink>,
    /// Every mention, in text order.
    pub mentions: Vec<MentionSpan>,
    /// 0 to 1: how much the article is about it.
    pub salience: f32,
}

/// What became of a claim between two versions of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Change {
    Asserted,
    Revised,
    Unchanged,
    Retracted,
}

/// How a claim is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// In the source's own words, between quotation marks.
    Direct,
    /// Partly in quotation marks.
    Mixed,
    /// Paraphrased by the newsroom.
    Indirect,
    /// In the headline: "Rubio: ...".
    Headline,
    /// The newsroom's own voice; no source.
    Statement,
}

/// Who made the claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimSource {
    /// The words that name the source; null where it is understood.
    pub span: Option<Span>,
    /// The entity event's `entity_id`; null for sources that are no entity.
    pub entity_id: Option<String>,
    /// Canonical name, or the descriptor of an anonymous source.
    pub name: String,
    /// OntoNotes type, or null where none fits.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Title or role.
    pub role: Option<String>,
    /// True where the article does not name the source; a body told by its kind ("the ministry") and a personal pronoun are not anonymous.
    pub anonymous: bool,
    /// How the article describes a source that it does not name.
    pub descriptor: Option<String>,
    /// The medium or document that passed the claim on.
    pub relayed_by: Option<String>,
}

/// `$10.1 billion`, `6.3%`, `five hours`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    /// Numeral with scale word, currency sign and unit.
    pub span: Span,
    /// Decimal in full: `10100000000`; null for a range.
    pub value: Option<String>,
    /// Lower end of a range.
    pub low: Option<String>,
    /// Upper end of a range.
    pub high: Option<String>,
    /// `about|nearly|more_than|at_least|less_than|at_most`.
    pub approx: Option<String>,
    /// Singular: `percent`, `percentage point`, `person`, `km`, `year`.
    pub unit: Option<String>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// `year` in "per year".
    pub per: Option<String>,
    /// What is measured.
    pub measure: Option<Span>,
    /// Change of level.
    pub change: Option<QuantityChange>,
}

/// `a 6.3% increase from the previous year`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantityChange {
    /// `up|down`.
    pub direction: String,
    /// Decimal in full.
    pub amount: Option<String>,
    /// `percent|points|absolute`.
    pub unit: Option<String>,
    /// What it is compared with.
    pub baseline: Option<Span>,
}

/// A time expression, resolved against the article's date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// The words.
    pub span: Span,
    /// ISO 8601 date, month, year, week, quarter or interval; `PRESENT_REF`, `PAST_REF`, `FUTURE_REF`.
    pub value: String,
    /// `day`, `week`, `month`, `quarter`, `year`, ...
    pub granularity: String,
    /// `event|report|baseline`.
    pub role: String,
}

/// How much a fact-checker would want to check the claim.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CheckWorthiness {
    /// 0 to 1.
    pub score: f32,
    /// Why, as stable codes.
    pub reasons: Vec<String>,
}

/// `copydesk.claim.v1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimEvent {
    /// Always `copydesk.claim.v1`.
    pub schema: String,
    /// Hash of article id, kind, normalised text and ordinal.
    pub id: String,
    /// The article it stands in.
    pub article_id: String,
    /// That article's version.
    pub article_version: String,
    /// What became of it since the last version.
    pub change: Change,
    /// Direct, mixed, indirect, headline, statement.
    pub kind: ClaimKind,
    /// The content as one string.
    pub text: String,
    /// The content, in text order.
    pub content: Vec<Span>,
    /// The words that attribute it.
    pub cue: Option<Span>,
    /// Lemma of the cue's head.
    pub cue_lemma: Option<String>,
    /// `say|deny|allege|confirm|warn|promise|ask|believe|want|praise|criticise|estimate|report`.
    pub cue_class: Option<String>,
    /// Who said it; null in the newsroom's own voice and where nobody is given.
    pub source: Option<ClaimSource>,
    /// To whom.
    pub addressee: Option<Span>,
    /// The claim that this one is nested in.
    pub parent_claim_id: Option<String>,
    /// `positive|negative`.
    pub polarity: String,
    /// `certain|probable|possible|future|conditional|question`.
    pub modality: String,
    /// `support|oppose|praise|criticise|want|fear|believe`, null for statements of fact.
    pub attitude: Option<String>,
    /// The numbers in it.
    pub quantities: Vec<Quantity>,
    /// The times in it.
    pub times: Vec<Time>,
    /// Entities that the content mentions.
    pub entity_ids: Vec<String>,
    /// How much it is worth checking.
    pub check_worthiness: CheckWorthiness,
    /// Codes such as `inconsistent_totals`.
    pub warnings: Vec<String>,
    /// 0 to 1, calibrated.
    pub confidence: f32,
    /// Id of the rule or model that found it.
    pub rule: String,
    /// Where the article came from, with the proof of the claim's span.
    pub provenance: ClaimProvenance,
}

/// [`Provenance`] with the place of the claim in the article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimProvenance {
    /// The record.
    #[serde(flatten)]
    pub record: Provenance,
    /// SHA-256 of the article text that the spans point into.
    pub text_sha256: String,
    /// From the first to the last word of source, cue and content.
    pub span: Span,
}
