//! spaCy's `HashEmbedCNN` (`spacy/ml/models/tok2vec.py`): hash embeddings of lexical attributes, static vectors where the package
//! has them (`spacy/ml/staticvectors.py`), a mixing layer, four window layers with residuals.

use std::ops::Range;

use quick_cache::sync::Cache;
use rustc_hash::FxHashMap;

use crate::hash::embedding_rows;
use crate::layers::{Bound, Fixed, Maxout, SLACK, Simd, WIDTH};
use crate::pipeline::CacheStats;
use crate::tokenizer::RawToken;
use crate::weights::{LoadError, Weights};

/// Depth of the encoder, and so the number of zero rows that spaCy puts before and after a document.
const DEPTH: usize = 4;
/// Rows of the tables of NORM, PREFIX, SUFFIX, SHAPE, SPACY, IS_SPACE.
const TABLE_ROWS: [usize; 6] = [5000, 1000, 2500, 2500, 50, 50];

/// Scores that are nearer to each other are computed anew from exact rows.
pub(crate) const CLOSE: f32 = 0.025;

/// What a token's embedding depends on: ids of NORM, PREFIX, SUFFIX, SHAPE; place of the static vector; SPACY and IS_SPACE as bits.
type Key = ([u64; 4], u32, u8);

/// A lexeme's row after the mixing layer.
type Embedded = [f32; WIDTH];

/// One encoder with its bounded cache of embedded lexemes. The cache never changes an answer.
pub(crate) struct Tok2Vec {
    /// (rows, 96) and seed, by attribute.
    tables: Vec<(Vec<f32>, u32)>,
    /// (1 + rows, 96): nothing for a word without a vector, then the static vectors after their linear layer. Empty without them.
    vectors: Vec<f32>,
    mix: Maxout,
    layers: Vec<Maxout>,
    /// The layers in fixed point, for all that is not close.
    fixed: Vec<Fixed>,
    cache: Cache<Key, Embedded>,
}

/// Buffers of one encoder run.
#[derive(Default)]
pub(crate) struct Buffers {
    embedded: Vec<Embedded>,
    /// Tokens that are not in the cache, and the place of their lexemes among `missing`.
    misses: Vec<(usize, usize)>,
    missing: FxHashMap<Key, usize>,
    inputs: Vec<f32>,
    mixed: Vec<f32>,
    rows: Vec<f32>,
    exact: Vec<bool>,
    layers: LayerBuffers,
}

/// What a layer reads and writes.
#[derive(Default)]
struct LayerBuffers {
    a: Vec<f32>,
    b: Vec<f32>,
    rounded_a: Vec<i16>,
    rounded_b: Vec<i16>,
}

/// The encoded tokens of one document: from 16-bit products at first, exact once somebody asks for it.
pub(crate) struct Rows<'b> {
    encoder: &'b Tok2Vec,
    simd: Simd,
    embedded: &'b [Embedded],
    rows: &'b mut [f32],
    exact: &'b mut [bool],
    layers: &'b mut LayerBuffers,
}

/// Arithmetic of the window layers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arithmetic {
    Fixed,
    Float,
}

impl Rows<'_> {
    /// (n_tokens + SLACK, 96)
    pub(crate) fn all(&self) -> &[f32] {
        self.rows
    }

    /// Makes the rows of `tokens` those of 32-bit floats.
    pub(crate) fn settle(&mut self, tokens: Range<usize>) {
        if self.exact[tokens.clone()].iter().all(|&exact| exact) {
            return;
        }
        self.exact[tokens.clone()].fill(true);
        self.encoder.run(self.simd, self.embedded, tokens, Arithmetic::Float, self.layers, self.rows);
    }
}

impl Tok2Vec {
    /// Loads the encoder `name` (`tok2vec` with six attributes, `ner` with the first four). `vector_rows`: of its table of static
    /// vectors, 0 without them; `cache` lexemes are remembered.
    pub(crate) fn load(
        weights: &Weights,
        name: &str,
        attributes: usize,
        vector_rows: usize,
        cache: usize,
    ) -> Result<Self, LoadError> {
        let seeds = weights.meta().seeds.get(name).filter(|s| s.len() == attributes);
        let seeds = seeds.ok_or_else(|| LoadError::Table {
            name: format!("meta.seeds.{name}"),
            detail: format!("expected {attributes} seeds"),
        })?;
        let tables = seeds.iter().zip(TABLE_ROWS).enumerate().map(|(i, (&seed, rows))| {
            Ok((weights.tensor(&format!("{name}.embed.{i}"), &[rows, WIDTH])?.to_vec(), seed))
        });
        let mut vectors = Vec::new();
        if vector_rows > 0 {
            vectors.resize(WIDTH, 0.0);
            vectors.extend_from_slice(weights.tensor(&format!("{name}.vectors"), &[vector_rows, WIDTH])?);
        }
        let parts = attributes + usize::from(vector_rows > 0);
        let maxout = |layer: &str, n_in: usize| -> Result<Maxout, LoadError> {
            let tensor = |part: &str, shape: &[usize]| weights.tensor(&format!("{name}.{layer}.{part}"), shape);
            let w = tensor("W", &[WIDTH, 3, n_in])?;
            let (b, gain, shift) = (tensor("b", &[WIDTH, 3])?, tensor("G", &[WIDTH])?, tensor("beta", &[WIDTH])?);
            Ok(Maxout::new(w, b, gain, shift, n_in))
        };
        let mix = maxout("mix", parts * WIDTH)?;
        let layers = (0..DEPTH).map(|i| maxout(&format!("encode.{i}"), 3 * WIDTH)).collect::<Result<Vec<_>, _>>()?;
        let mut bound = Bound::default().plus(&mix);
        let mut fixed = Vec::with_capacity(DEPTH);
        for layer in &layers {
            fixed.push(Fixed::window(layer, bound));
            bound = bound.plus(layer);
        }
        let tables = tables.collect::<Result<_, LoadError>>()?;
        Ok(Self { tables, vectors, mix, layers, fixed, cache: Cache::new(cache) })
    }

    /// The cache of lexemes.
    pub(crate) fn cache_stats(&self, name: &'static str) -> CacheStats {
        CacheStats::of(name, &self.cache)
    }

    /// Encodes one document.
    pub(crate) fn encode<'b>(&'b self, simd: Simd, tokens: &[RawToken], buffers: &'b mut Buffers) -> Rows<'b> {
        self.embed(simd, tokens, buffers);
        let Buffers { embedded, rows, exact, layers, .. } = buffers;
        rows.resize((tokens.len() + SLACK) * WIDTH, 0.0);
        exact.clear();
        exact.resize(tokens.len(), false);
        self.run(simd, embedded, 0..tokens.len(), Arithmetic::Fixed, layers, rows);
        Rows { encoder: self, simd, embedded, rows, exact, layers }
    }

    /// Encodes `tokens` of a document into their places in `rows`.
    fn run(
        &self,
        simd: Simd,
        embedded: &[Embedded],
        tokens: Range<usize>,
        arithmetic: Arithmetic,
        layers: &mut LayerBuffers,
        rows: &mut [f32],
    ) {
        // Row i of the buffers is token tokens.start + i - DEPTH. A layer needs a row more on each side than it gives. The zero rows
        // around a document live through the layers.
        let n = tokens.len() + 2 * DEPTH;
        let LayerBuffers { a, b, rounded_a, rounded_b } = layers;
        let size = (n + SLACK) * WIDTH;
        for buffer in [&mut *a, &mut *b] {
            buffer.resize(size.max(buffer.len()), 0.0);
        }
        for buffer in [&mut *rounded_a, &mut *rounded_b] {
            buffer.resize(size.max(buffer.len()), 0);
        }
        for (i, row) in a.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate().take(n) {
            let token = (tokens.start + i).checked_sub(DEPTH);
            *row = token.and_then(|token| embedded.get(token)).copied().unwrap_or([0.0; WIDTH]);
        }
        if arithmetic == Arithmetic::Fixed {
            simd.round(&a[..n * WIDTH], self.fixed[0].scale, rounded_a);
        }
        for (depth, (layer, fixed)) in self.layers.iter().zip(&self.fixed).enumerate() {
            let (from, to, count) = (depth * WIDTH, (depth + 1) * WIDTH, n - 2 * (depth + 1));
            match arithmetic {
                Arithmetic::Float => {
                    simd.maxout_layer_norm(&a[from..], WIDTH, count, layer, Some(&a[to..]), &mut b[to..]);
                }
                Arithmetic::Fixed => {
                    let next = self.fixed.get(depth + 1).map_or(0.0, |next| next.scale);
                    let (x, rounded) = (&rounded_a[from..], &mut rounded_b[to..]);
                    simd.fixed_layer_norm(x, count, layer, fixed, &a[to..], &mut b[to..], next, rounded);
                    std::mem::swap(rounded_a, rounded_b);
                }
            }
            std::mem::swap(a, b);
        }
        rows[tokens.start * WIDTH..tokens.end * WIDTH].copy_from_slice(&a[DEPTH * WIDTH..][..tokens.len() * WIDTH]);
    }

    /// Fills `buffers.embedded`: from the cache, and for the misses by one run of the mixing layer.
    fn embed(&self, simd: Simd, tokens: &[RawToken], buffers: &mut Buffers) {
        let Buffers { embedded, misses, missing, inputs, mixed, .. } = buffers;
        embedded.clear();
        misses.clear();
        missing.clear();
        let with_space = self.tables.len() > 4;
        for (i, token) in tokens.iter().enumerate() {
            let bits = u8::from(token.space_after) | u8::from(token.lexeme.is_space) << 1;
            let key = (token.lexeme.ids, token.lexeme.vector, if with_space { bits } else { 0 });
            embedded.push(self.cache.get(&key).unwrap_or_else(|| {
                let next = missing.len();
                misses.push((i, *missing.entry(key).or_insert(next)));
                [0.0; WIDTH]
            }));
        }
        if missing.is_empty() {
            return;
        }
        let n_in = (self.tables.len() + usize::from(!self.vectors.is_empty())) * WIDTH;
        inputs.resize((missing.len() + SLACK) * n_in, 0.0);
        mixed.resize((missing.len() + SLACK) * WIDTH, 0.0);
        for (key, &at) in &*missing {
            self.embed_one(key, &mut inputs[at * n_in..(at + 1) * n_in]);
        }
        simd.maxout_layer_norm(inputs, n_in, missing.len(), &self.mix, None, mixed);
        let mixed = mixed.as_chunks::<WIDTH>().0;
        for &(i, at) in &*misses {
            embedded[i] = mixed[at];
        }
        for (&key, &at) in &*missing {
            self.cache.insert(key, mixed[at]);
        }
    }

    /// The concatenated embeddings of one key: for each attribute the sum of four rows, then the static vector.
    fn embed_one(&self, &(ids, vector, bits): &Key, out: &mut [f32]) {
        let (out, last) = out.split_at_mut(self.tables.len() * WIDTH);
        if !last.is_empty() {
            last.copy_from_slice(&self.vectors[vector as usize * WIDTH..][..WIDTH]);
        }
        let ids = [ids[0], ids[1], ids[2], ids[3], u64::from(bits & 1), u64::from(bits >> 1)];
        for (((table, seed), id), out) in self.tables.iter().zip(ids).zip(out.chunks_exact_mut(WIDTH)) {
            out.fill(0.0);
            for row in embedding_rows(id, *seed) {
                let at = row as usize % (table.len() / WIDTH) * WIDTH;
                for (x, e) in out.iter_mut().zip(&table[at..at + WIDTH]) {
                    *x += e;
                }
            }
        }
    }
}
