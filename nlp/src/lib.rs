//! spaCy's English pipeline natively in Rust: text in, annotated [`Doc`] out.

mod doc;

pub use doc::{Doc, Ent, Iob};

use std::ops::Range;

/// The loaded pipeline: tokenizer, tok2vec, tagger, parser, ruler, lemmatizer, NER. Immutable and shared by threads.
pub struct Pipeline;

/// Why a pipeline could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {}

impl Pipeline {
    /// The pipeline whose weights are compiled in (en_core_web_sm 3.8).
    pub fn builtin() -> Result<Self, LoadError> {
        Ok(Self)
    }

    /// Annotates the whole text as one spaCy Doc.
    pub fn annotate(&self, text: &str) -> Doc {
        self.annotate_segments(text, &[0..text.len()])
    }

    /// Annotates each byte range of `text` as a spaCy Doc of its own and joins the answers into one `Doc` over `text`:
    /// offsets point into `text`, sentences, heads and entities never cross a segment.
    pub fn annotate_segments(&self, _text: &str, _segments: &[Range<usize>]) -> Doc {
        unimplemented!()
    }
}
