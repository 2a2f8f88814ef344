//! spaCy's English CNN pipeline natively in Rust: text in, annotated [`Doc`] out.
//!
//! ```
//! let pipeline = copydesk_nlp::Pipeline::builtin()?;
//! let doc = pipeline.annotate("Marco Rubio visited Islamabad on Saturday.");
//! let ents: Vec<_> = doc.ents().map(|ent| (ent.label, doc.text(ent.tokens.end - 1))).collect();
//! assert_eq!(ents, [("PERSON", "Rubio"), ("GPE", "Islamabad"), ("DATE", "Saturday")]);
//! # Ok::<(), copydesk_nlp::LoadError>(())
//! ```
//!
//! Tokens, tags, heads, labels, lemmas and entities are those that spaCy 3.8 gives with the same weights. No IO but the loader, no
//! clock, no randomness: the same text gives the same `Doc`, on every instruction set and with any number of threads.

mod attribute_ruler;
mod chars;
mod dense;
mod doc;
mod hash;
mod layers;
mod lemmatizer;
mod ner;
mod parser;
mod pipeline;
mod symbols;
mod tagger;
mod tok2vec;
mod tokenizer;
mod transition;
mod vectors;
mod vocab;
mod weights;

pub use dense::{Dense, DenseBuffers};
pub use doc::{Doc, Ent, Iob};
pub use layers::{Isa, Lstm, LstmState};
pub use pipeline::{CacheStats, Pipeline};
pub use weights::{LoadError, Meta};
