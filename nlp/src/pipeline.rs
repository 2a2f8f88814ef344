//! The pipeline: tokenizer, tok2vec, tagger, parser, attribute ruler, lemmatizer, entity recognizer, in spaCy's order.

use std::hash::Hash;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::sync::Cache;

use crate::attribute_ruler::{AttributeRuler, Attributes, RulerToken};
use crate::doc::{Doc, Iob, Token};
use crate::layers::{Isa, Simd};
use crate::lemmatizer::Lemmatizer;
use crate::ner::{EntTag, EntityRecognizer};
use crate::parser::{Parse, Parser, State};
use crate::symbols::{Symbol, Symbols};
use crate::tagger::{self, Tagger};
use crate::tok2vec::{Buffers, Tok2Vec};
use crate::tokenizer::{RawToken, Tokenizer};
use crate::transition::Precomputed;
use crate::weights::{LoadError, Meta, Weights};

/// Weights of en_core_web_sm 3.8, made by `nlp/examples/import`.
static BUILTIN: &[u8] = include_bytes!("../../models/en_core_web_sm/en_core_web_sm.bin");

/// Most tokens that are annotated as one spaCy Doc: longer segments are cut at a line break where there is one. Bounds the memory
/// of a run (6 KB a token) without touching the answers of ordinary articles.
const MAX_TOKENS: usize = 16_384;
/// Lexemes that each encoder remembers, half a KB each.
const EMBEDDED: usize = 32_000;

/// The loaded pipeline. Immutable and shared by threads; its caches are bounded and never change an answer.
pub struct Pipeline {
    tokenizer: Tokenizer,
    tok2vec: Tok2Vec,
    tagger: Tagger,
    parser: Parser,
    ruler: AttributeRuler,
    lemmatizer: Lemmatizer,
    ner_tok2vec: Tok2Vec,
    ner: EntityRecognizer,
    symbols: Arc<Symbols>,
    tags: Vec<Symbol>,
    deps: Vec<Symbol>,
    ent_types: Vec<Symbol>,
    simd: Simd,
    meta: Meta,
    model_sha256: [u8; 32],
    scratch: Mutex<Vec<Scratch>>,
}

/// State of one of the pipeline's bounded caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheStats {
    /// What is remembered: `chunks` of text with their tokens; lexemes with their rows in the encoders `tok2vec` and `ner`;
    /// forms with their `lemmas`.
    pub name: &'static str,
    /// Entries now.
    pub entries: usize,
    /// Look-ups that found something, ever.
    pub hits: u64,
    /// Look-ups that found nothing, ever.
    pub misses: u64,
}

impl CacheStats {
    pub(crate) fn of<K: Eq + Hash, V: Clone>(name: &'static str, cache: &Cache<K, V>) -> Self {
        Self { name, entries: cache.len(), hits: cache.hits(), misses: cache.misses() }
    }
}

/// Buffers of one run; kept between runs so that nothing is allocated per token.
#[derive(Default)]
struct Scratch {
    tokens: Vec<RawToken>,
    is_space: Vec<bool>,
    tok2vec: Buffers,
    ner: Buffers,
    tagger: tagger::Buffers,
    tags: Vec<u16>,
    precomputed: Precomputed,
    state: State,
    parse: Parse,
    ents: Vec<EntTag>,
    matches: Vec<(u16, u32)>,
    attributes: Vec<Attributes>,
    lower: String,
}

impl Pipeline {
    /// The pipeline whose weights are compiled in (en_core_web_sm 3.8).
    pub fn builtin() -> Result<Self, LoadError> {
        Self::from_bytes(BUILTIN)
    }

    /// The pipeline in the weights file at `path`.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let bytes = std::fs::read(path);
        Self::from_bytes(&bytes.map_err(|source| LoadError::Io { path: path.display().to_string(), source })?)
    }

    /// The pipeline in the bytes of a weights file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        let weights = Weights::parse(bytes)?;
        let mut symbols = Symbols::new();
        let tags: Vec<String> = weights.table("tags")?;
        let parser = Parser::load(&weights)?;
        let ner = EntityRecognizer::load(&weights)?;
        let mut intern = |labels: &[String]| labels.iter().map(|label| symbols.intern(label)).collect();
        let (tag_symbols, deps, ent_types) = (intern(&tags), intern(parser.labels()), intern(ner.labels()));
        let tokenizer = Tokenizer::load(&weights)?;
        let vector_rows = tokenizer.vector_rows();
        Ok(Self {
            tokenizer,
            tok2vec: Tok2Vec::load(&weights, "tok2vec", 6, vector_rows, EMBEDDED)?,
            tagger: Tagger::load(&weights, tags.len())?,
            parser,
            ruler: AttributeRuler::load(&weights, &mut symbols)?,
            lemmatizer: Lemmatizer::load(&weights)?,
            ner_tok2vec: Tok2Vec::load(&weights, "ner", 4, vector_rows, EMBEDDED)?,
            ner,
            symbols: Arc::new(symbols),
            tags: tag_symbols,
            deps,
            ent_types,
            simd: Simd::new(Isa::best()),
            meta: weights.meta().clone(),
            model_sha256: *weights.sha256(),
            scratch: Mutex::new(Vec::new()),
        })
    }

    /// Computes on `isa` from now on, or on the best that the machine has where it lacks `isa`.
    pub fn with_isa(mut self, isa: Isa) -> Self {
        self.simd = Simd::new(isa);
        self
    }

    /// Where the weights come from.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// SHA-256 of the weights: the version of the model.
    pub fn model_sha256(&self) -> &[u8; 32] {
        &self.model_sha256
    }

    /// The caches.
    pub fn cache_stats(&self) -> [CacheStats; 4] {
        [
            self.tokenizer.cache_stats("chunks"),
            self.tok2vec.cache_stats("tok2vec"),
            self.ner_tok2vec.cache_stats("ner"),
            self.lemmatizer.cache_stats("lemmas"),
        ]
    }

    /// Annotates the whole text as one spaCy Doc, without keeping the encoders' rows.
    pub fn annotate(&self, text: &str) -> Doc {
        self.run(text, std::slice::from_ref(&(0..text.len())), false)
    }

    /// Annotates each byte range of `text` as a spaCy Doc of its own and joins the answers into one `Doc` over `text`:
    /// offsets point into `text`, sentences, heads and entities never cross a segment. Keeps the encoders' rows.
    ///
    /// # Panics
    /// If the ranges are not in order, overlap, or do not lie on character boundaries.
    pub fn annotate_segments(&self, text: &str, segments: &[Range<usize>]) -> Doc {
        self.run(text, segments, true)
    }

    fn run(&self, text: &str, segments: &[Range<usize>], keep_rows: bool) -> Doc {
        let mut doc = Doc {
            text: text.to_owned(),
            symbols: Arc::clone(&self.symbols),
            tokens: Vec::new(),
            arena: String::new(),
            segments: Vec::with_capacity(segments.len()),
            tok2vec: Vec::new(),
            ner_tok2vec: Vec::new(),
        };
        let pool = || self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = pool().pop().unwrap_or_default();
        let mut chars = CharCount::default();
        for segment in segments {
            let first = doc.len();
            let mut tokens = std::mem::take(&mut scratch.tokens);
            self.tokenizer.tokenize(text, segment.start, segment.end, &mut tokens);
            for window in windows(text, &tokens) {
                self.annotate_window(&tokens[window], &mut scratch, &mut chars, keep_rows, &mut doc);
            }
            scratch.tokens = tokens;
            doc.segments.push(first..doc.len());
        }
        if doc.len() <= MAX_TOKENS {
            pool().push(scratch);
        }
        doc
    }

    /// Annotates the tokens of one spaCy Doc and appends them to `doc`.
    fn annotate_window(
        &self,
        tokens: &[RawToken],
        scratch: &mut Scratch,
        chars: &mut CharCount,
        keep_rows: bool,
        doc: &mut Doc,
    ) {
        let (simd, n) = (self.simd, tokens.len());
        let Scratch { is_space, precomputed, state, parse, ents, tags, .. } = scratch;
        is_space.clear();
        is_space.extend(tokens.iter().map(|token| token.lexeme.is_space));

        let mut rows = self.tok2vec.encode(simd, tokens, &mut scratch.tok2vec);
        tags.clear();
        tags.resize(n, 0);
        self.tagger.predict(simd, &mut rows, &mut scratch.tagger, tags);
        self.parser.predict(simd, &mut rows, is_space, precomputed, state, parse);
        if keep_rows {
            doc.tok2vec.extend_from_slice(&rows.all()[..n * 96]);
        }
        let mut rows = self.ner_tok2vec.encode(simd, tokens, &mut scratch.ner);
        self.ner.predict(simd, &mut rows, is_space, &parse.sent_starts, precomputed, ents);
        if keep_rows {
            doc.ner_tok2vec.extend_from_slice(&precomputed.hidden[..n * 64]);
        }
        self.append(tokens, scratch, chars, doc);
    }

    /// Rules, lemmas and the columns of `doc`.
    fn append(&self, tokens: &[RawToken], scratch: &mut Scratch, chars: &mut CharCount, doc: &mut Doc) {
        let Scratch { is_space, tags, parse, ents, matches, attributes, lower, .. } = scratch;
        let first = doc.len();
        let Doc { text, arena, .. } = doc;
        lower.clear();
        let mut lowered = Vec::with_capacity(tokens.len());
        for token in tokens {
            let start = lower.len();
            push_lower(&text[token.start..token.end], lower);
            lowered.push(start..lower.len());
        }
        let ruled: Vec<RulerToken<'_>> = lowered
            .into_iter()
            .enumerate()
            .map(|(i, range)| RulerToken {
                lower: &lower[range],
                tag: self.tags[usize::from(tags[i])],
                dep: self.deps[usize::from(parse.labels[i])],
                is_space: is_space[i],
            })
            .collect();
        self.ruler.apply(&ruled, matches, attributes);
        for (i, token) in tokens.iter().enumerate() {
            let set = &attributes[i];
            let (pos, morph) = (set.pos.unwrap_or(0), set.morph.unwrap_or(0));
            let mut store = |fill: &mut dyn FnMut(&mut String)| {
                let start = arena.len() as u32;
                fill(arena);
                [start, arena.len() as u32]
            };
            let norm = store(&mut |arena| arena.push_str(&token.lexeme.norm));
            let shape = store(&mut |arena| arena.push_str(&token.lexeme.shape));
            let word = &text[token.start..token.end];
            let lemma = store(&mut |arena| match set.lemma {
                Some(lemma) => arena.push_str(self.ruler.lemma(lemma)),
                None => {
                    let (pos_text, morph_text) = (self.symbols.text(pos), self.symbols.text(morph));
                    self.lemmatizer.lemma(word, pos_text, morph_text, (pos, morph), arena);
                }
            });
            let (iob, ent_type) = match ents[i] {
                EntTag::O => (Iob::O, 0),
                EntTag::B(label) => (Iob::B, self.ent_types[usize::from(label)]),
                EntTag::I(label) => (Iob::I, self.ent_types[usize::from(label)]),
            };
            let index = |token: usize| (first + token) as u32;
            doc.tokens.push(Token {
                bytes: [token.start as u32, token.end as u32],
                chars: [chars.advance(text, token.start), chars.advance(text, token.end)],
                space_after: token.space_after,
                sent_start: parse.sent_starts[i],
                iob,
                tag: set.tag.unwrap_or(ruled[i].tag),
                pos,
                morph,
                dep: set.dep.unwrap_or(ruled[i].dep),
                ent_type,
                head: index(parse.heads[i]),
                edges: [index(parse.edges[i].0), index(parse.edges[i].1)],
                norm,
                shape,
                lemma,
            });
        }
    }
}

/// `str.lower` of Python, appended to `out`.
fn push_lower(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.bytes().map(|b| char::from(b.to_ascii_lowercase())));
    } else {
        out.push_str(&text.to_lowercase());
    }
}

/// Token ranges that are annotated as one spaCy Doc each: all tokens, unless there are more than [`MAX_TOKENS`].
fn windows(text: &str, tokens: &[RawToken]) -> Vec<Range<usize>> {
    let mut windows = Vec::with_capacity(1);
    let mut start = 0;
    while tokens.len() - start > MAX_TOKENS {
        let limit = start + MAX_TOKENS;
        let breaks = |i: &usize| text[tokens[*i].start..tokens[*i].end].contains('\n');
        let end = (start + MAX_TOKENS / 2..limit).rev().find(breaks).map_or(limit, |i| i + 1);
        windows.push(start..end);
        start = end;
    }
    if start < tokens.len() {
        windows.push(start..tokens.len());
    }
    windows
}

/// Counts code points along a text, forwards only.
#[derive(Default)]
struct CharCount {
    byte: usize,
    chars: u32,
}

impl CharCount {
    /// Code points before `byte`.
    fn advance(&mut self, text: &str, byte: usize) -> u32 {
        debug_assert!(byte >= self.byte, "segments are in order");
        let passed = &text.as_bytes()[self.byte..byte];
        self.chars += passed.iter().filter(|&&b| b & 0xC0 != 0x80).count() as u32;
        self.byte = byte;
        self.chars
    }
}
