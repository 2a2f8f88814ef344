//! spaCy's `HashEmbedCNN` (`spacy/ml/models/tok2vec.py`): hash embeddings of lexical attributes, a mixing layer, four
//! window layers with residuals.

use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::hash::embedding_rows;
use crate::layers::{Maxout, Products, SLACK, Simd, WIDTH};
use crate::tokenizer::RawToken;
use crate::weights::{LoadError, Weights};

/// Depth of the encoder, and so the number of zero rows that spaCy puts before and after a document.
const DEPTH: usize = 4;
/// Rows of the tables of NORM, PREFIX, SUFFIX, SHAPE, SPACY, IS_SPACE.
const TABLE_ROWS: [usize; 6] = [5000, 1000, 2500, 2500, 50, 50];

/// What a token's embedding depends on: ids of NORM, PREFIX, SUFFIX, SHAPE; SPACY and IS_SPACE as bits.
type Key = ([u64; 4], u8);

/// A lexeme's row after the mixing layer, and its products with the first window layer.
struct Embedded {
    row: [f32; WIDTH],
    products: Products,
}

/// One encoder with its bounded cache of embedded lexemes. The cache never changes an answer.
pub(crate) struct Tok2Vec {
    /// (rows, 96) and seed, by attribute.
    tables: Vec<(Vec<f32>, u32)>,
    mix: Maxout,
    layers: Vec<Maxout>,
    cache: Cache<Key, Arc<Embedded>>,
}

/// Buffers of one encoder run.
#[derive(Default)]
pub(crate) struct Buffers {
    embedded: Vec<Arc<Embedded>>,
    misses: Vec<(usize, Key)>,
    inputs: Vec<f32>,
    mixed: Vec<f32>,
    a: Vec<f32>,
    b: Vec<f32>,
}

impl Tok2Vec {
    /// Loads the encoder `name` (`tok2vec` with six attributes, `ner` with the first four); `cache` lexemes are remembered.
    pub(crate) fn load(weights: &Weights, name: &str, attributes: usize, cache: usize) -> Result<Self, LoadError> {
        let seeds = weights.meta().seeds.get(name).filter(|s| s.len() == attributes);
        let seeds = seeds.ok_or_else(|| LoadError::Table {
            name: format!("meta.seeds.{name}"),
            detail: format!("expected {attributes} seeds"),
        })?;
        let tables = seeds.iter().zip(TABLE_ROWS).enumerate().map(|(i, (&seed, rows))| {
            Ok((weights.tensor(&format!("{name}.embed.{i}"), &[rows, WIDTH])?.to_vec(), seed))
        });
        let maxout = |layer: &str, n_in: usize| -> Result<Maxout, LoadError> {
            let tensor = |part: &str, shape: &[usize]| weights.tensor(&format!("{name}.{layer}.{part}"), shape);
            let w = tensor("W", &[WIDTH, 3, n_in])?;
            let (b, gain, shift) = (tensor("b", &[WIDTH, 3])?, tensor("G", &[WIDTH])?, tensor("beta", &[WIDTH])?);
            Ok(Maxout::new(w, b, gain, shift, n_in))
        };
        Ok(Self {
            tables: tables.collect::<Result<_, LoadError>>()?,
            mix: maxout("mix", attributes * WIDTH)?,
            layers: (0..DEPTH).map(|i| maxout(&format!("encode.{i}"), 3 * WIDTH)).collect::<Result<_, _>>()?,
            cache: Cache::new(cache),
        })
    }

    /// Lexemes remembered now.
    pub(crate) fn cached(&self) -> usize {
        self.cache.len()
    }

    /// Encodes one document. The answer has a row of 96 for each token, and [`SLACK`] rows more.
    pub(crate) fn encode<'b>(&self, simd: Simd, tokens: &[RawToken], buffers: &'b mut Buffers) -> &'b [f32] {
        self.embed(simd, tokens, buffers);
        let Buffers { embedded, a, b, .. } = buffers;
        let n = tokens.len();
        let size = (n + 2 * DEPTH + SLACK) * WIDTH;
        a.resize(size.max(a.len()), 0.0);
        b.resize(size.max(b.len()), 0.0);
        // Token i is row DEPTH + i; the padding rows are zero at first and live through the layers.
        a[..DEPTH * WIDTH].fill(0.0);
        a[(DEPTH + n) * WIDTH..(2 * DEPTH + n) * WIDTH].fill(0.0);
        for (row, embedded) in a[DEPTH * WIDTH..].chunks_exact_mut(WIDTH).zip(&*embedded) {
            row.copy_from_slice(&embedded.row);
        }
        let padding = std::iter::repeat_n(None, DEPTH);
        let products: Vec<Option<&Products>> =
            padding.clone().chain(embedded.iter().map(|e| Some(&e.products))).chain(padding).collect();
        simd.window_from_products(&products, &self.layers[0], &a[WIDTH..], &mut b[WIDTH..]);
        std::mem::swap(a, b);
        for (depth, layer) in self.layers.iter().enumerate().skip(1) {
            let (first, rows) = (depth + 1, n + 2 * DEPTH - 2 * (depth + 1));
            let (window, residual) = (&a[(first - 1) * WIDTH..], &a[first * WIDTH..]);
            simd.maxout_layer_norm(window, WIDTH, rows, layer, Some(residual), &mut b[first * WIDTH..]);
            std::mem::swap(a, b);
        }
        embedded.clear();
        &a[DEPTH * WIDTH..]
    }

    /// Fills `buffers.embedded`: from the cache, and for the misses by one run of the mixing layer.
    fn embed(&self, simd: Simd, tokens: &[RawToken], buffers: &mut Buffers) {
        let Buffers { embedded, misses, inputs, mixed, .. } = buffers;
        embedded.clear();
        misses.clear();
        let with_space = self.tables.len() > 4;
        let mut empty: Option<Arc<Embedded>> = None;
        for (i, token) in tokens.iter().enumerate() {
            let bits = u8::from(token.space_after) | u8::from(token.lexeme.is_space) << 1;
            let key = (token.lexeme.ids, if with_space { bits } else { 0 });
            embedded.push(self.cache.get(&key).unwrap_or_else(|| {
                misses.push((i, key));
                let empty =
                    empty.get_or_insert_with(|| Arc::new(Embedded { row: [0.0; WIDTH], products: [[0.0; 288]; 3] }));
                Arc::clone(empty)
            }));
        }
        if misses.is_empty() {
            return;
        }
        let n_in = self.tables.len() * WIDTH;
        inputs.resize((misses.len() + SLACK) * n_in, 0.0);
        mixed.resize((misses.len() + SLACK) * WIDTH, 0.0);
        for ((_, key), input) in misses.iter().zip(inputs.chunks_exact_mut(n_in)) {
            self.embed_one(key, input);
        }
        simd.maxout_layer_norm(inputs, n_in, misses.len(), &self.mix, None, mixed);
        for (&(i, key), row) in misses.iter().zip(mixed.as_chunks::<WIDTH>().0) {
            let mut entry = Embedded { row: *row, products: [[0.0; 288]; 3] };
            simd.window_products(row, &self.layers[0], &mut entry.products);
            embedded[i] = Arc::new(entry);
            self.cache.insert(key, Arc::clone(&embedded[i]));
        }
    }

    /// The concatenated embeddings of one key: for each attribute the sum of four rows.
    fn embed_one(&self, &(ids, bits): &Key, out: &mut [f32]) {
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
