//! The pointer from a content to its source, trained together with the labels: a query made of the states of the content's first and
//! last token and of the cue's first token, a key for each token of the paragraph, and a term for their distances.

use super::network::STATE;
use super::weights::{Weights, WeightsError};

/// Width of queries and keys.
const KEY: usize = 64;
/// Distances, signed and in powers of two.
const BUCKETS: usize = 25;
/// The tokens that a query is made of.
const PARTS: [&str; 3] = ["first", "last", "cue"];

/// Weights of the pointer.
pub(super) struct Pointer {
    /// One matrix (KEY, STATE) for each of [`PARTS`].
    query: Vec<Vec<f32>>,
    query_bias: Vec<f32>,
    /// What stands for the product of a missing token.
    absent: Vec<f32>,
    /// (KEY, STATE)
    key: Vec<f32>,
    none: Vec<f32>,
    none_bias: f32,
    /// (PARTS, BUCKETS)
    distance: Vec<f32>,
}

/// What a content asks for.
pub(super) struct Query {
    /// The query behind the matrix of keys: its product with a token's state is the token's score.
    keyed: [f32; STATE],
    /// Score of "none of the paragraph's tokens".
    pub(super) none: f32,
}

impl Pointer {
    pub(super) fn new(weights: &Weights<'_>) -> Result<Self, WeightsError> {
        let tensor = |what: &str, shape: &[usize]| weights.numbers(&format!("pointer.source.{what}"), shape);
        let query = PARTS.iter().map(|p| tensor(&format!("{p}.weight"), &[KEY, STATE])).collect::<Result<_, _>>()?;
        Ok(Self {
            query,
            query_bias: tensor("bias", &[KEY])?,
            absent: tensor("absent", &[KEY])?,
            key: tensor("key.weight", &[KEY, STATE])?,
            none: tensor("none.weight", &[KEY])?,
            none_bias: tensor("none.bias", &[1])?[0],
            distance: tensor("distance", &[PARTS.len(), BUCKETS])?,
        })
    }

    /// The query of tokens with these states, in the order of [`PARTS`] (None: there is no such token).
    pub(super) fn query(&self, states: &[Option<&[f32]>; PARTS.len()]) -> Query {
        let mut query: [f32; KEY] = std::array::from_fn(|i| self.query_bias[i]);
        for (matrix, state) in self.query.iter().zip(states) {
            for (i, q) in query.iter_mut().enumerate() {
                *q += match state {
                    Some(state) => dot(&matrix[i * STATE..(i + 1) * STATE], state),
                    None => self.absent[i],
                };
            }
        }
        let query = query.map(|q| q.max(0.0));
        let mut keyed = [0.0; STATE];
        for (row, q) in self.key.chunks_exact(STATE).zip(query) {
            for (sum, k) in keyed.iter_mut().zip(row) {
                *sum += k * q;
            }
        }
        Query { keyed, none: dot(&self.none, &query) + self.none_bias }
    }

    /// Score of a span: the logarithm of the sum of its tokens' weights. `from`: the positions of the query's tokens; `tokens`: the
    /// span's positions and states.
    pub(super) fn score<'s>(
        &self,
        query: &Query,
        from: [u32; PARTS.len()],
        tokens: impl Iterator<Item = (u32, &'s [f32])>,
    ) -> f32 {
        let scores: Vec<f32> = tokens
            .map(|(position, state)| {
                let far = |(part, at): (usize, u32)| self.distance[part * BUCKETS + bucket(position, at)];
                let distance: f32 = from.into_iter().enumerate().map(far).sum();
                dot(&query.keyed, state) / (KEY as f32).sqrt() + distance
            })
            .collect();
        let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if top == f32::NEG_INFINITY { top } else { top + scores.iter().map(|s| (s - top).exp()).sum::<f32>().ln() }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for (lane, (x, y)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += x * y;
        }
    }
    lanes.iter().sum()
}

/// Bucket of a signed distance: exact up to three tokens, powers of two beyond.
fn bucket(position: u32, from: u32) -> usize {
    let far = match position.abs_diff(from) as usize {
        d @ 0..4 => d,
        d => (2 + d.ilog2() as usize).min(12),
    };
    if position < from { 12 - far } else { 12 + far }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_fall_into_signed_powers_of_two() {
        for (position, from, expected) in
            [(5, 5, 12), (6, 5, 13), (8, 5, 15), (9, 5, 16), (12, 5, 16), (13, 5, 17), (1, 5, 8), (9999, 0, 24)]
        {
            assert_eq!(bucket(position, from), expected, "{position} from {from}");
        }
    }
}
