//! Word vectors: rows of 8-bit numbers, shared by forms of like use.

use super::fnv::fold;
use super::weights::{Weights, WeightsError};

/// A form's vector is found by a 32-bit hash: of the forms that have none, one in fifteen thousand gets a stranger's.
pub(super) struct Words {
    /// Sorted hashes of lower-cased forms.
    keys: Vec<u32>,
    /// Row of each key.
    rows: Vec<u16>,
    vectors: Vec<i8>,
    scale: Vec<f32>,
}

impl Words {
    pub(super) fn new(weights: &Weights<'_>) -> Result<Self, WeightsError> {
        let scale_shape = weights.shape("words.scale")?.to_vec();
        let scale = weights.numbers("words.scale", &scale_shape)?;
        let shape = weights.shape("words.vectors")?.to_vec();
        let vectors = weights.signed_bytes("words.vectors", &shape)?;
        let keys = weights.unsigned("words.keys")?;
        let rows: Vec<u16> = weights.unsigned("words.rows")?.into_iter().map(|r| r as u16).collect();
        let whole = keys.len() == rows.len()
            && keys.is_sorted()
            && shape[1..] == [scale.len()]
            && rows.iter().all(|&r| usize::from(r) < shape[0]);
        if !whole {
            return Err(WeightsError::Damaged("word vectors do not fit together".to_owned()));
        }
        Ok(Self { keys, rows, vectors, scale })
    }

    /// Numbers of a vector.
    pub(super) fn width(&self) -> usize {
        self.scale.len()
    }

    /// Appends the vector of a word, zeros where it has none.
    pub(super) fn push(&self, word: &str, out: &mut Vec<f32>) {
        let found = if word.is_ascii() && !word.bytes().any(|b| b.is_ascii_uppercase()) {
            self.row(word)
        } else {
            let lower = word.to_lowercase();
            self.row(&lower).or_else(|| lower.contains('’').then(|| self.row(&lower.replace('’', "'"))).flatten())
        };
        match found {
            Some(row) => {
                let vector = &self.vectors[row * self.width()..][..self.width()];
                out.extend(vector.iter().zip(&self.scale).map(|(&x, scale)| f32::from(x) * scale));
            }
            None => out.resize(out.len() + self.width(), 0.0),
        }
    }

    fn row(&self, form: &str) -> Option<usize> {
        let at = self.keys.binary_search(&fold(form)).ok()?;
        Some(usize::from(self.rows[at]))
    }
}
