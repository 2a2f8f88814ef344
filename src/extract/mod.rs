//! What it says: [`Article`] to entity and claim events.

pub mod attribution;
mod claim;
pub mod entity;
pub mod lexicon;
pub mod quantity;
pub mod quote;
pub mod time;

use std::ops::Range;
use std::sync::Arc;

use copydesk_nlp::{Doc, Pipeline};

use crate::article::Article;
use crate::event::{ArticleEvent, BlockKind, ClaimEvent, EntityEvent, Provenance, Span, TextIndex};
use crate::rejection::Rejection;

/// What every rule reads: the article and its annotations. Ranges are token indices of `doc` unless they say bytes.
pub struct Context<'a> {
    /// The article.
    pub article: &'a Article,
    /// Annotations of all blocks but boilerplate, one segment a block; offsets point into `article.text`.
    pub doc: &'a Doc,
    /// The annotated blocks, in order: kind and token range.
    pub blocks: Vec<(BlockKind, Range<usize>)>,
    /// The quotations, in order.
    pub quotes: Vec<quote::Quote>,
    /// For each token, index + 1 of the quotation that it lies in (marks included), 0 outside.
    quoted: Vec<u32>,
    index: TextIndex<'a>,
}

/// Something found at a place of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<T> {
    /// Its tokens.
    pub tokens: Range<usize>,
    /// What it is.
    pub item: T,
}

impl<'a> Context<'a> {
    /// Block kinds that the engine annotates.
    pub fn is_annotated(kind: BlockKind) -> bool {
        matches!(kind, BlockKind::Headline | BlockKind::Subhead | BlockKind::Paragraph | BlockKind::Caption)
    }

    /// `doc` must be the annotation of the blocks of `article` for which [`Context::is_annotated`] holds, one segment a block.
    pub fn new(article: &'a Article, doc: &'a Doc) -> Self {
        let kinds = article.blocks.iter().filter(|b| Self::is_annotated(b.kind)).map(|b| b.kind);
        let blocks: Vec<_> = kinds.zip(doc.segments().iter().cloned()).collect();
        let quotes = quote::quotes(doc, &blocks);
        let mut quoted = vec![0; doc.len()];
        for (i, quote) in quotes.iter().enumerate() {
            quoted[quote.tokens.clone()].fill(i as u32 + 1);
        }
        Self { article, doc, blocks, quotes, quoted, index: TextIndex::new(&article.text) }
    }

    /// The quotation that token `i` lies in (its marks included).
    pub fn quote_at(&self, i: usize) -> Option<&quote::Quote> {
        (self.quoted[i] as usize).checked_sub(1).map(|q| &self.quotes[q])
    }

    /// UTF-8 bytes from the first to the last of `tokens`, which must not be empty.
    pub fn bytes(&self, tokens: &Range<usize>) -> Range<usize> {
        self.doc.bytes(tokens.start).start..self.doc.bytes(tokens.end - 1).end
    }

    /// The published form of `tokens`, which must not be empty.
    pub fn span(&self, tokens: &Range<usize>) -> Span {
        self.index.span(self.bytes(tokens))
    }

    /// The published form of a byte range.
    pub fn byte_span(&self, bytes: Range<usize>) -> Span {
        self.index.span(bytes)
    }
}

/// Everything that one article yields, in publishing order.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// The article.
    pub article: ArticleEvent,
    /// Its entities.
    pub entities: Vec<EntityEvent>,
    /// Its claims.
    pub claims: Vec<ClaimEvent>,
}

/// The extraction engine: immutable, shared by all threads.
pub struct Extractor {
    pipeline: Arc<Pipeline>,
}

impl Extractor {
    /// An extractor over `pipeline`.
    pub fn new(pipeline: Arc<Pipeline>) -> Self {
        Self { pipeline }
    }

    /// Entities and claims of `article`. Pure: the same article gives the same events.
    pub fn extract(&self, article: &Article, provenance: &Provenance) -> Result<Extraction, Rejection> {
        let _ = (&self.pipeline, article, provenance);
        unimplemented!()
    }
}
