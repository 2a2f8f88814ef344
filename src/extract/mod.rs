//! What it says: [`Article`] to entity and claim events.

mod arithmetic;
pub mod attribution;
pub mod claim;
pub mod entity;
pub mod lexicon;
pub mod quantity;
pub mod quote;
pub mod tagger;
pub mod time;

use std::ops::Range;
use std::sync::Arc;

use copydesk_nlp::{Doc, Pipeline};
use sha2::{Digest, Sha256};

use crate::article::Article;
use crate::event::{ArticleEvent, BlockKind, BlockSpan, ClaimEvent, EntityEvent, Provenance, Span, Status, TextIndex};
use crate::kb::Kb;
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

    /// Index of the block that token `i` lies in.
    pub fn block_at(&self, i: usize) -> usize {
        self.blocks.partition_point(|(_, tokens)| tokens.end <= i)
    }

    /// The quotations that share a token with `tokens`.
    pub fn quotes_in(&self, tokens: &Range<usize>) -> &[quote::Quote] {
        let first = self.quotes.partition_point(|q| q.tokens.end <= tokens.start);
        let rest = &self.quotes[first..];
        &rest[..rest.partition_point(|q| q.tokens.start < tokens.end)]
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
    kb: Kb,
}

impl Extractor {
    /// An extractor over the pipeline that is compiled in.
    ///
    /// # Errors
    /// If the weights that were compiled in are damaged.
    pub fn builtin() -> Result<Self, copydesk_nlp::LoadError> {
        Ok(Self::new(Arc::new(Pipeline::builtin()?)))
    }

    /// An extractor over `pipeline`.
    pub fn new(pipeline: Arc<Pipeline>) -> Self {
        Self { pipeline, kb: Kb::builtin() }
    }

    /// The same engine with another knowledge base.
    pub fn with_kb(&self, kb: Kb) -> Self {
        Self { pipeline: Arc::clone(&self.pipeline), kb }
    }

    /// The knowledge base that entities are linked to.
    pub fn kb(&self) -> &Kb {
        &self.kb
    }

    /// Name, version and checksum of the language model.
    pub fn model(&self) -> String {
        let meta = self.pipeline.meta();
        let sha256 = data_encoding::HEXLOWER.encode(&self.pipeline.model_sha256()[..4]);
        format!("{}-{}-{sha256}", meta.package, meta.version)
    }

    /// Sizes of the engine's caches.
    pub fn cache_stats(&self) -> [copydesk_nlp::CacheStats; 4] {
        self.pipeline.cache_stats()
    }

    /// Entities and claims of `article`. Pure: the same article gives the same events.
    ///
    /// The order of steps: names -> quotations -> attributions -> who is meant -> quantities and times -> claims -> events.
    pub fn extract(&self, article: &Article, provenance: &Provenance) -> Result<Extraction, Rejection> {
        // What was killed is not to be published, nor what it said.
        let blocks = if article.status == Status::Canceled { &[] } else { &article.blocks[..] };
        let annotated = blocks.iter().filter(|b| Context::is_annotated(b.kind));
        let segments: Vec<Range<usize>> = annotated.map(|b| b.bytes.clone()).collect();
        let doc = self.pipeline.annotate_segments(&article.text, &segments);
        let ctx = Context::new(article, &doc);
        let attributions = attribution::attributions(&ctx);
        let entities = entity::entities(&ctx, &self.kb, &attributions);
        let quantities = quantity::quantities(&ctx);
        let times = time::times(&ctx, &attributions);
        let inconsistencies = quantity::inconsistencies(&ctx, &quantities);
        let event = article_event(&ctx, provenance);
        let claims = claim::claims(
            &ctx,
            &claim::Parts {
                attributions: &attributions,
                entities: &entities,
                quantities: &quantities,
                times: &times,
                inconsistencies: &inconsistencies,
                provenance,
                text_sha256: &event.text_sha256,
            },
        );
        Ok(Extraction { article: event, entities: entities.events(&ctx, provenance), claims })
    }
}

/// The article itself as an event.
fn article_event(ctx: &Context<'_>, provenance: &Provenance) -> ArticleEvent {
    let article = ctx.article;
    let blocks = article.blocks.iter();
    ArticleEvent {
        schema: "copydesk.article.v1".to_owned(),
        id: article.id.clone(),
        version: article.version.clone(),
        status: article.status,
        embargoed_until: article.embargoed_until.clone(),
        signals: article.signals.clone(),
        headline: article.headline.clone(),
        byline: article.byline.clone(),
        dateline: article.dateline.clone(),
        published_at: article.published_at.clone(),
        language: article.language.clone(),
        text: article.text.clone(),
        text_sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(article.text.as_bytes())),
        blocks: blocks.map(|b| BlockSpan { kind: b.kind, span: ctx.byte_span(b.bytes.clone()) }).collect(),
        source_format: article.source_format.to_owned(),
        content_type: article.content_type.clone(),
        warnings: article.warnings.iter().map(|w| w.as_str().to_owned()).collect(),
        story_id: None,
        near_duplicate_of: None,
        provenance: provenance.clone(),
    }
}
