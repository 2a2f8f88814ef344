//! Long short-term memory (Hochreiter and Schmidhuber 1997; gates as in PyTorch's `LSTM`), several sequences in lockstep. Recurrent
//! products are in 16-bit fixed point.
#![allow(unsafe_code, clippy::missing_safety_doc)]

use super::fixed::{Fixed, tile};
use super::lanes::Lanes;
use super::{Isa, SLACK, Simd};

/// Recurrent weights of one direction. A unit's four gates (input, forget, cell, output) lie together: 16 units of each
/// gate, one gate after the other, then the next 16 units.
pub struct Lstm {
    hidden: usize,
    /// (hidden / 16, hidden / 2, 4 gates, 16 units, 2)
    weights: Fixed,
    simd: Simd,
}

/// Hidden and cell state of sequences that run in lockstep.
#[derive(Default)]
pub struct LstmState {
    hidden: Vec<f32>,
    cell: Vec<f32>,
    /// The hidden state as integers, and the next one.
    rounded: Vec<i16>,
    next: Vec<i16>,
}

impl Lstm {
    /// Packs PyTorch's `weight_hh` (4 * hidden, hidden), row major, for the fastest instruction set of this machine.
    ///
    /// # Panics
    /// If `hidden` is no multiple of 16 or the weights have another size.
    pub fn new(weight_hh: &[f32], hidden: usize) -> Self {
        Self::on(Isa::best(), weight_hh, hidden)
    }

    /// The same for one instruction set: answers are the same bits on all of them.
    pub fn on(isa: Isa, weight_hh: &[f32], hidden: usize) -> Self {
        assert!(
            hidden.is_multiple_of(16) && weight_hh.len() == 4 * hidden * hidden,
            "hidden units come in blocks of 16"
        );
        let mut weights = vec![0.0; 4 * hidden * hidden];
        for (row, place) in gate_order(hidden).enumerate() {
            for i in 0..hidden {
                weights[((place / 64) * hidden + i) * 64 + place % 64] = weight_hh[row * hidden + i];
            }
        }
        Self { hidden, weights: Fixed::recurrent(&weights, hidden), simd: Simd::new(isa) }
    }

    /// Rows of `weight_ih` or biases (4 * hidden rows of `width`) in the order in which [`Lstm::step`] reads its input.
    pub fn reorder(rows: &[f32], hidden: usize, width: usize) -> Vec<f32> {
        let mut out = vec![0.0; rows.len()];
        for (row, place) in gate_order(hidden).enumerate() {
            out[place * width..(place + 1) * width].copy_from_slice(&rows[row * width..(row + 1) * width]);
        }
        out
    }

    /// Makes `state` the zero state of `rows` sequences.
    pub fn reset(&self, state: &mut LstmState, rows: usize) {
        for part in [&mut state.hidden, &mut state.cell] {
            part.clear();
            part.resize((rows + SLACK) * self.hidden, 0.0);
        }
        for part in [&mut state.rounded, &mut state.next] {
            part.clear();
            part.resize((rows + SLACK) * self.hidden, 0);
        }
    }

    /// One step of the first `at.len()` sequences: sequence r reads the 4 * hidden numbers of `input` from `at[r]` on
    /// (input projection and biases, in the order of [`Lstm::reorder`]).
    ///
    /// # Panics
    /// If an input reaches past the end, or `state` was reset for fewer sequences.
    pub fn step(&self, input: &[f32], at: &[usize], state: &mut LstmState) {
        let width = 4 * self.hidden;
        assert!(at.iter().all(|&a| a <= input.len() && input.len() - a >= width), "inputs lie within the slice");
        assert!(at.len() + SLACK <= state.hidden.len() / self.hidden, "the state was reset for as many sequences");
        let LstmState { hidden, cell, rounded, next } = state;
        self.simd.lstm_step(input, at, self.hidden, &self.weights, rounded, cell, hidden, next);
        std::mem::swap(rounded, next);
    }

    /// Hidden state of sequence `row`.
    pub fn hidden<'a>(&self, state: &'a LstmState, row: usize) -> &'a [f32] {
        &state.hidden[row * self.hidden..(row + 1) * self.hidden]
    }
}

/// Where each of PyTorch's rows goes.
fn gate_order(hidden: usize) -> impl Iterator<Item = usize> {
    (0..4 * hidden).map(move |row| {
        let (gate, unit) = (row / hidden, row % hidden);
        unit / 16 * 64 + gate * 16 + unit % 16
    })
}

/// Rational approximation of tanh (the one of Eigen's `ptanh`): absolute error below 1e-6.
#[inline(always)]
unsafe fn tanh<V: Lanes>(x: V) -> V {
    // SAFETY: the caller has checked the instruction set.
    unsafe {
        let limit = 7.905_311;
        let x = x.min(V::splat(limit)).max(V::splat(-limit));
        let x2 = x.mul(x);
        let mut p = V::splat(-2.760_768_4e-16);
        for a in [2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_3e-5, 6.372_619e-4, 4.893_524_6e-3] {
            p = p.mul_add(x2, V::splat(a));
        }
        let mut q = V::splat(1.198_258_4e-6);
        for b in [1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3] {
            q = q.mul_add(x2, V::splat(b));
        }
        x.mul(p).div(q)
    }
}

#[inline(always)]
unsafe fn sigmoid<V: Lanes>(x: V) -> V {
    // SAFETY: as above.
    unsafe {
        let half = V::splat(0.5);
        tanh(x.mul(half)).mul_add(half, half)
    }
}

/// One step of the sequences in `at`: `R` sequences by 16 units at once, `C` of the four gates together.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(super) unsafe fn lstm_step<V: Lanes, const R: usize, const C: usize>(
    input: *const f32,
    at: &[usize],
    hidden: usize,
    weights: &Fixed,
    state: *const i16,
    cell: *mut f32,
    next: *mut f32,
    rounded: *mut i16,
) {
    // SAFETY: each `at` leaves 4 * hidden numbers of input; states have rows of `hidden` numbers for all sequences and R more.
    unsafe {
        let mut r0 = 0;
        while r0 < at.len() {
            for block in 0..hidden / 16 {
                let mut gates = [[V::splat(0.0); 4]; R];
                for first in (0..4).step_by(C) {
                    let output = block * 64 + 16 * first;
                    let at_weights = block * hidden * 64 + 32 * first;
                    let sums = tile::<V, R, C>(state.add(r0 * hidden), hidden, weights, hidden, at_weights, 64);
                    for (r, (gates, sums)) in gates.iter_mut().zip(&sums).enumerate() {
                        let row = input.add(at[(r0 + r).min(at.len() - 1)] + output);
                        for (c, &sum) in sums.iter().enumerate() {
                            let unscale = weights.unscale(output + 16 * c);
                            gates[first + c] = V::from_sums(sum).mul_add(unscale, V::load(row.add(16 * c)));
                        }
                    }
                }
                for (r, [i, f, g, o]) in gates.iter().enumerate() {
                    let place = (r0 + r) * hidden + 16 * block;
                    let c = V::load(cell.add(place));
                    let c = sigmoid(*f).mul_add(c, sigmoid(*i).mul(tanh(*g)));
                    c.store(cell.add(place));
                    let h = sigmoid(*o).mul(tanh(c));
                    h.store(next.add(place));
                    h.mul(V::splat(weights.scale)).store_rounded(rounded.add(place));
                }
            }
            r0 += R;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbers;
    use super::*;

    /// The definition, in f64.
    fn plain(weight_hh: &[f32], inputs: &[Vec<f32>], hidden: usize) -> Vec<f64> {
        let (mut h, mut c) = (vec![0.0; hidden], vec![0.0; hidden]);
        for x in inputs {
            let gate = |row: usize| {
                f64::from(x[row]) + (0..hidden).map(|i| f64::from(weight_hh[row * hidden + i]) * h[i]).sum::<f64>()
            };
            let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
            let gates: Vec<f64> = (0..4 * hidden).map(gate).collect();
            for u in 0..hidden {
                c[u] = sigmoid(gates[hidden + u]) * c[u] + sigmoid(gates[u]) * gates[2 * hidden + u].tanh();
                h[u] = sigmoid(gates[3 * hidden + u]) * c[u].tanh();
            }
        }
        h
    }

    #[test]
    fn sequences_in_lockstep_give_the_definitions_states_whatever_the_neighbours() {
        let hidden = 32;
        let weight_hh: Vec<f32> = numbers(4 * hidden * hidden, 1).iter().map(|x| x * 0.3).collect();
        let sequences: Vec<Vec<Vec<f32>>> = (0..9)
            .map(|s| (0..7).map(|t| numbers(4 * hidden, 10 * s + t).iter().map(|x| 4.0 * x).collect()).collect())
            .collect();
        // portable products may round twice
        let mut seen: [Option<Vec<u32>>; 2] = [None, None];
        for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
            for together in [1, 4, 9] {
                let lstm = Lstm::on(isa, &weight_hh, hidden);
                let mut state = LstmState::default();
                lstm.reset(&mut state, together);
                for t in 0..7 {
                    let input: Vec<f32> =
                        sequences[..together].iter().flat_map(|s| Lstm::reorder(&s[t], hidden, 1)).collect();
                    let at: Vec<usize> = (0..together).map(|r| r * 4 * hidden).collect();
                    lstm.step(&input, &at, &mut state);
                }
                for (row, sequence) in sequences[..together].iter().enumerate() {
                    for (found, expected) in lstm.hidden(&state, row).iter().zip(plain(&weight_hh, sequence, hidden)) {
                        assert!((f64::from(*found) - expected).abs() < 1e-3, "{found} {expected}");
                    }
                }
                let bits: Vec<u32> = lstm.hidden(&state, 0).iter().map(|x| x.to_bits()).collect();
                let seen = seen[usize::from(isa == Isa::Portable)].get_or_insert(bits.clone());
                assert_eq!(*seen, bits, "{isa:?}, {together} together");
            }
        }
    }
}
