//! spaCy's tagger (`spacy/pipeline/tagger.pyx`): one linear layer over the encoder's rows, the first best class.

use crate::layers::{Choice, Linear, SLACK, Simd, WIDTH};
use crate::tok2vec::{CLOSE, Rows};
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

    /// Tag of each token, as an index of the package's labels.
    pub(crate) fn predict(&self, simd: Simd, rows: &mut Rows<'_>, buffers: &mut Buffers, tags: &mut [u16]) {
        let Buffers { scores, choices } = buffers;
        choices.resize(tags.len(), Choice::default());
        scores.resize((tags.len() + SLACK) * PADDED, 0.0);
        simd.linear(rows.all(), WIDTH, tags.len(), &self.softmax, scores);
        simd.argmax_rows(scores, &self.penalty, choices);
        for (i, tag) in tags.iter_mut().enumerate() {
            if choices[i].margin < CLOSE {
                rows.settle(i..i + 1);
                simd.linear(&rows.all()[i * WIDTH..], WIDTH, 1, &self.softmax, scores);
                simd.argmax_rows(scores, &self.penalty, &mut choices[i..i + 1]);
            }
            *tag = choices[i].class as u16;
        }
    }
}

/// Buffers of one run.
#[derive(Default)]
pub(crate) struct Buffers {
    scores: Vec<f32>,
    choices: Vec<Choice>,
}
