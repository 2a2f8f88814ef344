//! The answer: annotations of a text, in columns.

use std::ops::Range;
use std::sync::Arc;

use crate::symbols::{Symbol, Symbols};

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
pub struct Doc {
    pub(crate) text: String,
    pub(crate) symbols: Arc<Symbols>,
    pub(crate) tokens: Vec<Token>,
    /// Norms, shapes and lemmas, one after the other.
    pub(crate) arena: String,
    pub(crate) segments: Vec<Range<usize>>,
    /// (n_tokens, 96), or empty.
    pub(crate) tok2vec: Vec<f32>,
    /// (n_tokens, 64), or empty.
    pub(crate) ner_tok2vec: Vec<f32>,
}

/// One row of the columns.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) bytes: [u32; 2],
    pub(crate) chars: [u32; 2],
    pub(crate) space_after: bool,
    pub(crate) sent_start: bool,
    pub(crate) iob: Iob,
    pub(crate) tag: Symbol,
    pub(crate) pos: Symbol,
    pub(crate) morph: Symbol,
    pub(crate) dep: Symbol,
    pub(crate) ent_type: Symbol,
    pub(crate) head: u32,
    /// First and last token of the subtree.
    pub(crate) edges: [u32; 2],
    /// Ranges of the arena.
    pub(crate) norm: [u32; 2],
    pub(crate) shape: [u32; 2],
    pub(crate) lemma: [u32; 2],
}

impl std::fmt::Debug for Doc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Doc").field("tokens", &self.len()).field("segments", &self.segments).finish_non_exhaustive()
    }
}

impl Doc {
    /// Number of tokens (white-space tokens among them, as in spaCy).
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// True where there is no token.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Token ranges of the segments, in order.
    pub fn segments(&self) -> &[Range<usize>] {
        &self.segments
    }

    /// UTF-8 byte range of token `i`.
    pub fn bytes(&self, i: usize) -> Range<usize> {
        let [start, end] = self.tokens[i].bytes;
        start as usize..end as usize
    }

    /// Code-point range of token `i`.
    pub fn chars(&self, i: usize) -> Range<usize> {
        let [start, end] = self.tokens[i].chars;
        start as usize..end as usize
    }

    /// The token's text.
    pub fn text(&self, i: usize) -> &str {
        &self.text[self.bytes(i)]
    }

    /// True where one space follows (spaCy's `whitespace_`).
    pub fn space_after(&self, i: usize) -> bool {
        self.tokens[i].space_after
    }

    fn stored(&self, [start, end]: [u32; 2]) -> &str {
        &self.arena[start as usize..end as usize]
    }

    /// Normal form (spaCy's `norm_`).
    pub fn norm(&self, i: usize) -> &str {
        self.stored(self.tokens[i].norm)
    }

    /// Shape (spaCy's `shape_`).
    pub fn shape(&self, i: usize) -> &str {
        self.stored(self.tokens[i].shape)
    }

    /// Penn tag.
    pub fn tag(&self, i: usize) -> &str {
        self.symbols.text(self.tokens[i].tag)
    }

    /// Universal part of speech.
    pub fn pos(&self, i: usize) -> &str {
        self.symbols.text(self.tokens[i].pos)
    }

    /// Morphological features, `Name=Value` joined by `|`; "" where there are none.
    pub fn morph(&self, i: usize) -> &str {
        self.symbols.text(self.tokens[i].morph)
    }

    /// Lemma.
    pub fn lemma(&self, i: usize) -> &str {
        self.stored(self.tokens[i].lemma)
    }

    /// Dependency label.
    pub fn dep(&self, i: usize) -> &str {
        self.symbols.text(self.tokens[i].dep)
    }

    /// Head token; itself for a root.
    pub fn head(&self, i: usize) -> usize {
        self.tokens[i].head as usize
    }

    /// True where a sentence starts.
    pub fn is_sent_start(&self, i: usize) -> bool {
        self.tokens[i].sent_start
    }

    /// Position in an entity.
    pub fn ent_iob(&self, i: usize) -> Iob {
        self.tokens[i].iob
    }

    /// Entity label, "" outside entities.
    pub fn ent_type(&self, i: usize) -> &str {
        self.symbols.text(self.tokens[i].ent_type)
    }

    /// Sentences as token ranges.
    pub fn sents(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut start = 0;
        std::iter::from_fn(move || {
            if start >= self.len() {
                return None;
            }
            let end = (start + 1..self.len()).find(|&i| self.is_sent_start(i)).unwrap_or(self.len());
            let sentence = start..end;
            start = end;
            Some(sentence)
        })
    }

    /// The sentence of token `i`.
    pub fn sent(&self, i: usize) -> Range<usize> {
        let start = (0..i + 1).rev().find(|&j| self.is_sent_start(j)).unwrap_or(0);
        let end = (i + 1..self.len()).find(|&j| self.is_sent_start(j)).unwrap_or(self.len());
        start..end
    }

    /// Named entities in order.
    pub fn ents(&self) -> impl Iterator<Item = Ent<'_>> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let start = (next..self.len()).find(|&i| self.ent_iob(i) == Iob::B)?;
            let end = (start + 1..self.len()).find(|&i| self.ent_iob(i) != Iob::I).unwrap_or(self.len());
            next = end;
            Some(Ent { tokens: start..end, label: self.ent_type(start) })
        })
    }

    /// Direct dependents of `i`, in text order.
    pub fn children(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        (self.left_edge(i)..self.right_edge(i) + 1).filter(move |&j| j != i && self.head(j) == i)
    }

    /// First token of the subtree of `i` (spaCy's `left_edge`).
    pub fn left_edge(&self, i: usize) -> usize {
        self.tokens[i].edges[0] as usize
    }

    /// Last token of the subtree of `i`, inclusive (spaCy's `right_edge`).
    pub fn right_edge(&self, i: usize) -> usize {
        self.tokens[i].edges[1] as usize
    }

    /// Heads from `i`'s head up to the root.
    pub fn ancestors(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = i;
        std::iter::from_fn(move || {
            let head = self.head(at);
            if head == at {
                return None;
            }
            at = head;
            Some(head)
        })
        // spaCy's trees have no cycles but for repaired ones: never more steps than tokens.
        .take(self.len())
    }

    /// spaCy's noun chunks, as token ranges (`spacy/lang/en/syntax_iterators.py`).
    pub fn noun_chunks(&self) -> Vec<Range<usize>> {
        const HEADS: [&str; 10] =
            ["oprd", "nsubj", "dobj", "nsubjpass", "pcomp", "pobj", "dative", "appos", "attr", "ROOT"];
        let mut chunks: Vec<Range<usize>> = Vec::new();
        for i in 0..self.len() {
            let nested = chunks.last().is_some_and(|chunk| self.left_edge(i) < chunk.end);
            if nested || !matches!(self.pos(i), "NOUN" | "PROPN" | "PRON") {
                continue;
            }
            let mut head = i;
            if self.dep(i) == "conj" {
                head = self.head(i);
                while self.dep(head) == "conj" && self.head(head) < head {
                    head = self.head(head);
                }
            }
            if HEADS.contains(&self.dep(head)) {
                chunks.push(self.left_edge(i)..i + 1);
            }
        }
        chunks
    }

    /// Output of the shared tok2vec for token `i`, 96 numbers (tagger and parser read it). Only [`crate::Pipeline::annotate_segments`]
    /// keeps it.
    pub fn tok2vec(&self, i: usize) -> &[f32] {
        self.tok2vec.get(i * 96..(i + 1) * 96).unwrap_or(&[])
    }

    /// Input of NER's decision layer for token `i`, 64 numbers (NER's own encoder). Only
    /// [`crate::Pipeline::annotate_segments`] keeps it.
    pub fn ner_tok2vec(&self, i: usize) -> &[f32] {
        self.ner_tok2vec.get(i * 64..(i + 1) * 64).unwrap_or(&[])
    }
}
