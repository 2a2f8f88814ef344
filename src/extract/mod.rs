//! What it says: [`Article`] to entity and claim events.

use std::ops::Range;
use std::sync::Arc;

use copydesk_nlp::{Doc, Pipeline};

use crate::article::Article;
use crate::event::{ArticleEvent, BlockKind, ClaimEvent, EntityEvent, Provenance};
use crate::rejection::Rejection;

/// What every rule reads: the article and its annotations. Ranges are token indices of `doc` unless they say bytes.
pub struct Context<'a> {
    /// The article.
    pub article: &'a Article,
    /// Annotations of all blocks but boilerplate, one segment a block; offsets point into `article.text`.
    pub doc: &'a Doc,
    /// The annotated blocks, in order: kind and token range.
    pub blocks: Vec<(BlockKind, Range<usize>)>,
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
