//! A long short-term memory layer (Hochreiter and Schmidhuber 1997; gates in PyTorch's order) that runs several sequences in lockstep.

use crate::layers::{Isa, Linear, SLACK, Simd};

/// The recurrent half of one direction; the products with the inputs come from a [`Dense`](crate::Dense) layer.
pub struct Lstm {
    recurrent: Linear,
    hidden: usize,
    simd: Simd,
}

/// Hidden and cell states of the sequences that run in lockstep.
#[derive(Default)]
pub struct LstmState {
    /// (sequences + SLACK, hidden)
    hidden: Vec<f32>,
    cell: Vec<f32>,
    products: Vec<f32>,
}

impl Lstm {
    /// Packs PyTorch's `weight_hh` (4 * hidden, hidden), row major.
    pub fn new(weight_hh: &[f32], hidden: usize) -> Self {
        let recurrent = Linear::new(weight_hh, &vec![0.0; 4 * hidden], hidden);
        Self { recurrent, hidden, simd: Simd::new(Isa::best()) }
    }

    /// Starts `sequences` sequences with zero states.
    pub fn reset(&self, state: &mut LstmState, sequences: usize) {
        state.hidden.clear();
        state.hidden.resize((sequences + SLACK) * self.hidden, 0.0);
        state.cell.clear();
        state.cell.resize(sequences * self.hidden, 0.0);
        state.products.resize((sequences + SLACK) * self.recurrent.n_out(), 0.0);
    }

    /// One step of the first `at.len()` sequences: `gates[at[r]..]` holds the 4 * hidden input products of sequence r, biases included,
    /// in the order input, forget, cell, output.
    pub fn step(&self, gates: &[f32], at: &[usize], state: &mut LstmState) {
        let (n, stride) = (self.hidden, self.recurrent.n_out());
        self.simd.linear(&state.hidden, n, at.len(), &self.recurrent, &mut state.products);
        for (r, &at) in at.iter().enumerate() {
            let (inputs, products) = (&gates[at..at + 4 * n], &state.products[r * stride..r * stride + 4 * n]);
            let hidden = &mut state.hidden[r * n..(r + 1) * n];
            let cell = &mut state.cell[r * n..(r + 1) * n];
            for k in 0..n {
                let gate = |g: usize| inputs[g * n + k] + products[g * n + k];
                cell[k] = sigmoid(gate(1)) * cell[k] + sigmoid(gate(0)) * gate(2).tanh();
                hidden[k] = sigmoid(gate(3)) * cell[k].tanh();
            }
        }
    }

    /// Hidden state of sequence `r`.
    pub fn hidden<'s>(&self, state: &'s LstmState, r: usize) -> &'s [f32] {
        &state.hidden[r * self.hidden..(r + 1) * self.hidden]
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_one_unit_is_the_formula() {
        let lstm = Lstm::new(&[0.5, -0.25, 1.0, 2.0], 1);
        let mut state = LstmState::default();
        lstm.reset(&mut state, 1);
        let gates = [0.1, 0.2, 0.3, 0.4];
        lstm.step(&gates, &[0], &mut state);
        let cell = sigmoid(0.1) * 0.3f32.tanh();
        let hidden = sigmoid(0.4) * cell.tanh();
        assert!((lstm.hidden(&state, 0)[0] - hidden).abs() < 1e-6);
        lstm.step(&gates, &[0], &mut state);
        let next = sigmoid(0.2 - 0.25 * hidden) * cell + sigmoid(0.1 + 0.5 * hidden) * (0.3 + hidden).tanh();
        assert!((lstm.hidden(&state, 0)[0] - sigmoid(0.4 + 2.0 * hidden) * next.tanh()).abs() < 1e-6);
    }
}
