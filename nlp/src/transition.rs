//! spaCy's transition model (`spacy/ml/tb_framework.py`, `spacy/ml/parser_model.pyx`): the scorer that parser and entity
//! recognizer share. The lower layer's products are computed once for each token and feature, a state only adds them.

use crate::layers::{Choice, Fixed, Linear, SLACK, Simd, Upper, WIDTH};
use crate::tok2vec::{CLOSE, Rows};
use crate::weights::{LoadError, Weights};

/// Width of the hidden layer.
const HIDDEN: usize = 64;
/// Numbers of a token and feature: two pieces of the hidden layer.
const PIECES: usize = 2 * HIDDEN;

/// Tokens this near to each other are cheaper to encode together.
const NEIGHBOURS: usize = 4;

/// Scores the states of one transition system; classes are padded to `16 * N`.
pub(crate) struct TransitionModel<const N: usize> {
    /// 96 to 64.
    linear: Linear,
    /// 64 to (features, 2, 64), no bias.
    lower: Linear,
    fixed: Fixed,
    /// (features, 2, 64): what a feature without a token adds.
    pad: Vec<f32>,
    upper: Upper,
    features: usize,
}

/// Products of the tokens of one document.
#[derive(Default)]
pub(crate) struct Precomputed {
    /// (n_tokens, 64): the encoder's rows after the model's own linear layer.
    pub(crate) hidden: Vec<f32>,
    rounded: Vec<i16>,
    factors: Vec<f32>,
    /// (n_tokens, features, 2, 64)
    products: Vec<f32>,
    /// Tokens whose products are those of exact rows.
    exact: Vec<bool>,
}

impl<const N: usize> TransitionModel<N> {
    /// Loads the model `name` with its number of features and classes.
    pub(crate) fn load(weights: &Weights, name: &str, features: usize, classes: usize) -> Result<Self, LoadError> {
        let tensor = |part: &str, shape: &[usize]| weights.tensor(&format!("{name}.{part}"), shape);
        let w = tensor("lower.W", &[features, HIDDEN, 2, HIDDEN])?;
        let pad = tensor("lower.pad", &[1, features, HIDDEN, 2])?;
        let bias = tensor("lower.b", &[HIDDEN, 2])?;
        // (feature, output, piece) becomes (feature, piece, output), so that pieces are halves of a row.
        let place = |f: usize, o: usize, p: usize| (f * PIECES + p * HIDDEN + o, (f * HIDDEN + o) * 2 + p);
        let (mut lower, mut padding) = (vec![0.0; w.len()], vec![0.0; features * PIECES]);
        let mut hidden_bias = vec![0.0; PIECES];
        for o in 0..HIDDEN {
            for p in 0..2 {
                hidden_bias[p * HIDDEN + o] = bias[o * 2 + p];
                for f in 0..features {
                    let (to, from) = place(f, o, p);
                    padding[to] = pad[from];
                    lower[to * HIDDEN..][..HIDDEN].copy_from_slice(&w[from * HIDDEN..][..HIDDEN]);
                }
            }
        }
        let (upper_w, upper_b) = (tensor("upper.W", &[classes, HIDDEN])?, tensor("upper.b", &[classes])?);
        let mut upper = Upper { hidden_bias, weights: vec![0.0; HIDDEN * 16 * N], bias: vec![0.0; 16 * N] };
        upper.bias[..classes].copy_from_slice(upper_b);
        for (class, row) in upper_w.chunks_exact(HIDDEN).enumerate() {
            for (k, &x) in row.iter().enumerate() {
                upper.weights[k * 16 * N + class] = x;
            }
        }
        let linear = Linear::new(tensor("linear.W", &[HIDDEN, WIDTH])?, tensor("linear.b", &[HIDDEN])?, WIDTH);
        let lower = Linear::new(&lower, &[], HIDDEN);
        Ok(Self { fixed: Fixed::linear(&lower), linear, lower, pad: padding, upper, features })
    }

    /// Products of `n` tokens.
    pub(crate) fn precompute(&self, simd: Simd, rows: &Rows<'_>, n: usize, out: &mut Precomputed) {
        out.hidden.resize((n + SLACK) * HIDDEN, 0.0);
        out.products.resize((n + SLACK) * self.lower.n_out(), 0.0);
        out.exact.clear();
        out.exact.resize(n, false);
        simd.linear(rows.all(), WIDTH, n, &self.linear, &mut out.hidden);
        out.rounded.resize((n + SLACK) * HIDDEN, 0);
        out.factors.resize(n + SLACK, 0.0);
        simd.round_rows(&out.hidden, HIDDEN, HIDDEN, n, &mut out.rounded, &mut out.factors);
        simd.fixed_linear(&out.rounded, &out.factors, n, &self.lower, &self.fixed, &mut out.products);
    }

    /// The first best class of the state whose features are these tokens; `penalty` is minus infinity for invalid classes.
    pub(crate) fn decide(
        &self,
        simd: Simd,
        rows: &mut Rows<'_>,
        pre: &mut Precomputed,
        tokens: &[Option<usize>],
        penalty: &[f32],
    ) -> usize {
        let choice = self.choice(simd, pre, tokens, penalty);
        if choice.margin >= CLOSE {
            return choice.class;
        }
        self.settle(simd, rows, pre, tokens);
        self.choice(simd, pre, tokens, penalty).class
    }

    fn choice(&self, simd: Simd, pre: &Precomputed, tokens: &[Option<usize>], penalty: &[f32]) -> Choice {
        let mut rows: [&[f32]; 8] = [&self.pad[..PIECES]; 8];
        for (feature, (row, token)) in rows.iter_mut().zip(tokens).enumerate() {
            *row = match token {
                Some(token) => &pre.products[(token * self.features + feature) * PIECES..][..PIECES],
                None => &self.pad[feature * PIECES..][..PIECES],
            };
        }
        simd.decide::<N>(&rows, self.features, &self.upper, penalty)
    }

    /// Makes the products of `tokens` exact, neighbours together.
    #[cold]
    fn settle(&self, simd: Simd, rows: &mut Rows<'_>, pre: &mut Precomputed, tokens: &[Option<usize>]) {
        let mut open: Vec<usize> = tokens.iter().flatten().copied().filter(|&token| !pre.exact[token]).collect();
        open.sort_unstable();
        for run in open.chunk_by(|a, b| b - a <= NEIGHBOURS) {
            let tokens = run[0]..run[run.len() - 1] + 1;
            rows.settle(tokens.clone());
            let hidden = &mut pre.hidden[tokens.start * HIDDEN..];
            let products = &mut pre.products[tokens.start * self.lower.n_out()..];
            simd.linear(&rows.all()[tokens.start * WIDTH..], WIDTH, tokens.len(), &self.linear, hidden);
            simd.linear(hidden, HIDDEN, tokens.len(), &self.lower, products);
            pre.exact[tokens].fill(true);
        }
    }
}
