//! The answer: annotations of a text, in columns.

use std::ops::Range;

/// Position of a token in an entity, spaCy's `ent_iob_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Iob {
    O,
    B,
    I,
}

/// A named entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ent<'a> {
    /// Tokens.
    pub tokens: Range<usize>,
    /// OntoNotes label.
    pub label: &'a str,
}

/// Annotations of one text. Token `i` is index `i` of every column; offsets point into the text that was given.
#[derive(Debug)]
pub struct Doc;

#[allow(missing_docs, unused_variables, clippy::unused_self)]
impl Doc {
    /// Number of tokens (white-space tokens among them, as in spaCy).
    pub fn len(&self) -> usize {
        unimplemented!()
    }
    /// True where there is no token.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Token ranges of the segments, in order.
    pub fn segments(&self) -> &[Range<usize>] {
        unimplemented!()
    }
    /// UTF-8 byte range of token `i`.
    pub fn bytes(&self, i: usize) -> Range<usize> {
        unimplemented!()
    }
    /// Code-point range of token `i`.
    pub fn chars(&self, i: usize) -> Range<usize> {
        unimplemented!()
    }
    /// The token's text.
    pub fn text(&self, i: usize) -> &str {
        unimplemented!()
    }
    /// True where one space follows (spaCy's `whitespace_`).
    pub fn space_after(&self, i: usize) -> bool {
        unimplemented!()
    }
    pub fn norm(&self, i: usize) -> &str {
        unimplemented!()
    }
    pub fn shape(&self, i: usize) -> &str {
        unimplemented!()
    }
    /// Penn tag.
    pub fn tag(&self, i: usize) -> &str {
        unimplemented!()
    }
    /// Universal part of speech.
    pub fn pos(&self, i: usize) -> &str {
        unimplemented!()
    }
    pub fn morph(&self, i: usize) -> &str {
        unimplemented!()
    }
    pub fn lemma(&self, i: usize) -> &str {
        unimplemented!()
    }
    /// Dependency label.
    pub fn dep(&self, i: usize) -> &str {
        unimplemented!()
    }
    /// Head token; itself for a root.
    pub fn head(&self, i: usize) -> usize {
        unimplemented!()
    }
    pub fn is_sent_start(&self, i: usize) -> bool {
        unimplemented!()
    }
    pub fn ent_iob(&self, i: usize) -> Iob {
        unimplemented!()
    }
    /// Entity label, "" outside entities.
    pub fn ent_type(&self, i: usize) -> &str {
        unimplemented!()
    }
    /// Sentences as token ranges.
    pub fn sents(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        std::iter::empty()
    }
    /// The sentence of token `i`.
    pub fn sent(&self, i: usize) -> Range<usize> {
        unimplemented!()
    }
    /// Named entities in order.
    pub fn ents(&self) -> impl Iterator<Item = Ent<'_>> + '_ {
        std::iter::empty()
    }
    /// Direct dependents of `i`, in text order.
    pub fn children(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::empty()
    }
    /// First token of the subtree of `i` (spaCy's `left_edge`).
    pub fn left_edge(&self, i: usize) -> usize {
        unimplemented!()
    }
    /// Last token of the subtree of `i`, inclusive (spaCy's `right_edge`).
    pub fn right_edge(&self, i: usize) -> usize {
        unimplemented!()
    }
    /// Heads from `i`'s head up to the root.
    pub fn ancestors(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::empty()
    }
    /// spaCy's noun chunks, as token ranges.
    pub fn noun_chunks(&self) -> Vec<Range<usize>> {
        unimplemented!()
    }
    /// Output of the shared tok2vec for token `i`, 96 numbers (tagger and parser read it).
    pub fn tok2vec(&self, i: usize) -> &[f32] {
        unimplemented!()
    }
    /// Input of NER's decision layer for token `i`, 64 numbers (NER's own encoder).
    pub fn ner_tok2vec(&self, i: usize) -> &[f32] {
        unimplemented!()
    }
}
