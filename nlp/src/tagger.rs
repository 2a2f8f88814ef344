//! spaCy's tagger (`spacy/pipeline/tagger.pyx`): one linear layer over the encoder's rows, the first best class.

use crate::layers::{Linear, SLACK, Simd, WIDTH};
use crate::weights::{LoadError, Weights};

/// Classes after padding.
const PADDED: usize = 64;

/// The tagger.
pub(crate) struct Tagger {
    softmax: Linear,
    /// 0 for tags, minus infinity for padding.
    penalty: Vec<f32>,
}

impl Tagger {
    pub(crate) fn load(weights: &Weights, n_tags: usize) -> Result<Self, LoadError> {
        let w = weights.tensor("tagger.W", &[n_tags, WIDTH])?;
        let b = weights.tensor("tagger.b", &[n_tags])?;
        let penalty = (0..PADDED).map(|class| if class < n_tags { 0.0 } else { f32::NEG_INFINITY }).collect();
        Ok(Self { softmax: Linear::new(w, b, WIDTH), penalty })
    }

    /// Tag of each token, as an index of the package's labels. `rows`: (tags.len() + SLACK, 96).
    pub(crate) fn predict(&self, simd: Simd, rows: &[f32], scores: &mut Vec<f32>, tags: &mut [u16]) {
        scores.resize((tags.len() + SLACK) * PADDED, 0.0);
        simd.linear(rows, WIDTH, tags.len(), &self.softmax, scores);
        simd.argmax_rows(scores, &self.penalty, tags);
    }
}
