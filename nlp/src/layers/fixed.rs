//! Layers in 16-bit fixed point: two products an instruction and lane where 32-bit floats have one, and, since sums of integers are
//! exact, the same bits on every instruction set. Their answers are near those of floats: who decides by them computes anew where
//! it is close.
#![allow(unsafe_code, clippy::missing_safety_doc, clippy::too_many_arguments)]

use super::kernels::normalize;
use super::lanes::Lanes;
use super::{Linear, Maxout, WIDTH};

/// How large the rows that a layer reads can be, whatever the text.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bound {
    /// Largest magnitude of one number.
    number: f32,
    /// Largest Euclidean length of a row.
    length: f32,
}

fn length(x: impl Iterator<Item = f32>) -> f32 {
    x.map(|x| x * x).sum::<f32>().sqrt()
}

fn largest(x: impl Iterator<Item = f32>) -> f32 {
    x.fold(f32::MIN_POSITIVE, |most, x| most.max(x.abs()))
}

impl Bound {
    /// Of the sum of such rows and what `layer` gives: normalized rows have the length sqrt(96), and no number beyond it.
    pub(crate) fn plus(self, layer: &Maxout) -> Self {
        let scaled = (WIDTH as f32).sqrt() * largest(layer.gain.iter().copied());
        let (number, length) = (largest(layer.shift.iter().copied()), length(layer.shift.iter().copied()));
        Self { number: self.number + scaled + number, length: self.length + scaled + length }
    }
}

/// Numbers of one output in weights that are packed as (outputs / panel, n_in, panel).
fn column(weights: &[f32], n_in: usize, panel: usize, output: usize) -> impl Iterator<Item = f32> + '_ {
    (0..n_in).map(move |i| weights[(output / panel * n_in + i) * panel + output % panel])
}

/// Weights as integers.
pub(crate) struct Fixed {
    /// Inputs are multiplied by it and rounded.
    pub(crate) scale: f32,
    /// (outputs / panel, n_in / 2, panel, 2)
    weights: Vec<i16>,
    /// What brings a sum back: (outputs).
    unscale: Vec<f32>,
}

/// Longest rounded row that a linear layer reads: half the bits of a sum are for the row, half for the weights.
const LENGTH: f32 = 46_340.0;

impl Fixed {
    /// The weights of a layer over windows of three `rows`.
    pub(crate) fn window(layer: &Maxout, rows: Bound) -> Self {
        assert!(layer.n_in == 3 * WIDTH, "a window is three rows");
        let scale = f32::from(i16::MAX) / rows.number;
        Self::new(&layer.weights, layer.n_in, 48, scale, 3.0f32.sqrt() * rows.length * scale)
    }

    /// The weights of a layer over rows that are scaled each by itself: see [`round_rows`].
    pub(crate) fn linear(layer: &Linear) -> Self {
        Self::new(&layer.weights, layer.n_in, 64, 1.0, LENGTH)
    }

    /// Recurrent weights, packed as in [`super::Lstm`]: no number of a hidden state is beyond 1.
    pub(super) fn recurrent(packed: &[f32], hidden: usize) -> Self {
        let scale = f32::from(i16::MAX / 2);
        Self::new(packed, hidden, 64, scale, (hidden as f32).sqrt() * scale)
    }

    /// The weights use as much of 16 bits as cannot overflow a sum of 32 bits, by the inequality of Cauchy and Schwarz.
    /// `input_length`: Euclidean length of the longest input after scaling.
    fn new(packed: &[f32], n_in: usize, panel: usize, scale: f32, input_length: f32) -> Self {
        assert!(n_in.is_multiple_of(2), "inputs are taken in pairs");
        let rounding = 0.5 * (n_in as f32).sqrt();
        let (mut weights, mut unscale) = (vec![0; packed.len()], vec![0.0; packed.len() / n_in]);
        for (output, unscale) in unscale.iter_mut().enumerate() {
            let numbers = || column(packed, n_in, panel, output);
            let longest = i32::MAX as f32 / (input_length + rounding) - rounding;
            let fits = longest / length(numbers()).max(f32::MIN_POSITIVE);
            let times = fits.min(f32::from(i16::MAX) / largest(numbers()));
            for (i, x) in numbers().enumerate() {
                let pair = (output / panel * n_in / 2 + i / 2) * panel + output % panel;
                weights[2 * pair + i % 2] = (x * times).round() as i16;
            }
            *unscale = 1.0 / (scale * times);
        }
        Self { scale, weights, unscale }
    }

    /// What brings the sums of 16 outputs back.
    pub(super) unsafe fn unscale<V: Lanes>(&self, output: usize) -> V {
        // SAFETY: the caller names sixteen outputs that are there.
        unsafe { V::load(self.unscale.as_ptr().add(output)) }
    }
}

/// As [`super::kernels::maxout_layer_norm`] over windows of the integers `x`; also stores `out * next` as integers in `rounded`.
/// `R` rows by `C` pieces of 16 outputs are summed at once.
#[inline(always)]
pub(super) unsafe fn fixed_layer_norm<V: Lanes, const R: usize, const C: usize>(
    x: *const i16,
    rows: usize,
    layer: &Maxout,
    fixed: &Fixed,
    residual: *const f32,
    out: *mut f32,
    next: f32,
    rounded: *mut i16,
) {
    // SAFETY: the caller gives `rows` rows of all inputs and outputs and SLACK rows more.
    unsafe {
        let mut r0 = 0;
        while r0 < rows {
            for block in 0..WIDTH / 16 {
                let mut best = [V::splat(f32::NEG_INFINITY); R];
                for piece in (0..3).step_by(C) {
                    let weights = block * 3 * WIDTH * 48 + 32 * piece;
                    let sums = tile::<V, R, C>(x.add(r0 * WIDTH), WIDTH, fixed, 3 * WIDTH, weights, 48);
                    let output = block * 48 + 16 * piece;
                    for (best, sums) in best.iter_mut().zip(&sums) {
                        for (c, &sum) in sums.iter().enumerate() {
                            let bias = V::load(layer.bias.as_ptr().add(output + 16 * c));
                            *best = best.max(V::from_sums(sum).mul_add(fixed.unscale(output + 16 * c), bias));
                        }
                    }
                }
                for (r, best) in best.iter().enumerate() {
                    best.store(out.add((r0 + r) * WIDTH + block * 16));
                }
            }
            for r in r0..r0 + R {
                normalize::<V>(layer, residual.add(r * WIDTH), out.add(r * WIDTH));
                round::<V>(out.add(r * WIDTH), WIDTH, next, rounded.add(r * WIDTH));
            }
            r0 += R;
        }
    }
}

/// As [`super::kernels::linear`] over the integers `x`, whose rows start `layer.n_in` apart; `factors` are those of [`round_rows`].
#[inline(always)]
pub(super) unsafe fn fixed_linear<V: Lanes, const R: usize, const C: usize>(
    x: *const i16,
    factors: *const f32,
    rows: usize,
    layer: &Linear,
    fixed: &Fixed,
    out: *mut f32,
) {
    // SAFETY: as above.
    unsafe {
        for column in (0..layer.n_out).step_by(16 * C) {
            let weights = column / 64 * layer.n_in * 64 + 2 * (column % 64);
            let mut r0 = 0;
            while r0 < rows {
                let sums = tile::<V, R, C>(x.add(r0 * layer.n_in), layer.n_in, fixed, layer.n_in, weights, 64);
                for (r, sums) in sums.iter().enumerate() {
                    let factor = V::splat(*factors.add(r0 + r));
                    for (c, &sum) in sums.iter().enumerate() {
                        let output = column + 16 * c;
                        let bias = V::load(layer.bias.as_ptr().add(output));
                        let y = V::from_sums(sum).mul(factor).mul_add(fixed.unscale(output), bias);
                        y.store(out.add((r0 + r) * layer.n_out + output));
                    }
                }
                r0 += R;
            }
        }
    }
}

/// Sums of `R` rows by `16 * C` outputs, whose weights begin at `weights` in panels of `panel` outputs.
#[inline(always)]
pub(super) unsafe fn tile<V: Lanes, const R: usize, const C: usize>(
    x: *const i16,
    stride: usize,
    fixed: &Fixed,
    n_in: usize,
    weights: usize,
    panel: usize,
) -> [[V::Sums; C]; R] {
    // SAFETY: as above.
    unsafe {
        let mut sums = [[V::zero(); C]; R];
        let mut w = fixed.weights.as_ptr().add(weights);
        for i in 0..n_in / 2 {
            let mut columns = [V::load_pairs(w); C];
            for (c, v) in columns.iter_mut().enumerate().skip(1) {
                *v = V::load_pairs(w.add(32 * c));
            }
            w = w.add(2 * panel);
            for (r, sums) in sums.iter_mut().enumerate() {
                let a = V::splat_pair(x.add(r * stride + 2 * i));
                for c in 0..C {
                    sums[c] = V::dot(sums[c], a, columns[c]);
                }
            }
        }
        sums
    }
}

/// `out = x * scale` as integers, for `n` numbers, a multiple of 16.
#[inline(always)]
pub(super) unsafe fn round<V: Lanes>(x: *const f32, n: usize, scale: f32, out: *mut i16) {
    // SAFETY: the caller gives `n` numbers of both.
    unsafe {
        for j in (0..n).step_by(16) {
            V::load(x.add(j)).mul(V::splat(scale)).store_rounded(out.add(j));
        }
    }
}

/// `out[r] = x[r] / factors[r]` as integers: as large as 16 bits and [`LENGTH`] allow. Rows start `stride` apart in `x` and are of
/// `n_in` numbers, a multiple of 16.
#[inline(always)]
pub(super) unsafe fn round_rows<V: Lanes>(
    x: *const f32,
    stride: usize,
    n_in: usize,
    rows: usize,
    out: *mut i16,
    factors: *mut f32,
) {
    // SAFETY: the caller gives `rows` rows of all three.
    unsafe {
        for r in 0..rows {
            let row = x.add(r * stride);
            let (mut squares, mut most) = (V::splat(0.0), V::splat(f32::MIN_POSITIVE));
            for j in (0..n_in).step_by(16) {
                let v = V::load(row.add(j));
                squares = v.mul_add(v, squares);
                most = most.max(v).max(V::splat(0.0).sub(v));
            }
            let factor = (most.maximum() / f32::from(i16::MAX)).max(squares.sum().sqrt() / LENGTH);
            *factors.add(r) = factor;
            round::<V>(row, n_in, 1.0 / factor, out.add(r * n_in));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Isa, SLACK, Simd, numbers};
    use super::*;

    fn available() -> impl Iterator<Item = Simd> {
        Isa::ALL.into_iter().filter(|isa| isa.is_available()).map(Simd::new)
    }

    /// Integers of `x` as a [`Fixed`] reads them.
    fn rounded(simd: Simd, x: &[f32], fixed: &Fixed) -> Vec<i16> {
        let mut out = vec![0; x.len()];
        simd.round(x, fixed.scale, &mut out);
        out
    }

    #[test]
    fn windows_are_near_those_of_floats_and_the_same_bits_on_every_instruction_set() {
        let n = 3 * WIDTH;
        let (w, b) = (numbers(n * n, 1), numbers(n, 2));
        let layer = Maxout::new(&w, &b, &numbers(WIDTH, 3), &numbers(WIDTH, 4), n);
        let bound = Bound::default().plus(&layer);
        let fixed = Fixed::window(&layer, bound);
        let rows = 11;
        let x: Vec<f32> = numbers((rows + SLACK + 2) * WIDTH, 5).iter().map(|x| x * 4.0).collect();
        assert!(bound.number > 4.0, "the rows are within the bound");
        let mut seen = None;
        for simd in available() {
            let (mut out, mut floats) = (vec![0.0; (rows + SLACK) * WIDTH], vec![0.0; (rows + SLACK) * WIDTH]);
            let mut next = vec![0; out.len()];
            let integers = rounded(simd, &x, &fixed);
            simd.fixed_layer_norm(&integers, rows, &layer, &fixed, &x, &mut out, 1000.0, &mut next);
            simd.maxout_layer_norm(&x, WIDTH, rows, &layer, Some(&x), &mut floats);
            for (fixed, float) in out.iter().zip(&floats).take(rows * WIDTH) {
                assert!((fixed - float).abs() < 2e-3, "{fixed} {float}");
            }
            for (integer, x) in next.iter().zip(&out).take(rows * WIDTH) {
                assert!((f32::from(*integer) - x * 1000.0).abs() <= 0.501, "{integer} {x}");
            }
            let seen = seen.get_or_insert(integers.clone());
            assert_eq!(*seen, integers);
        }
    }

    #[test]
    fn the_largest_rows_overflow_nothing() {
        let (n_in, n_out, rows) = (64, 128, 9);
        let mut weights = numbers(n_in * n_out, 6);
        weights[..n_in].fill(1.0);
        let linear = Linear::new(&weights, &numbers(n_out, 7), n_in);
        let fixed = Fixed::linear(&linear);
        for simd in available() {
            // rows in the direction of an output's weights
            for size in [1e-30, -0.3, 7.0, 1e6] {
                let x = vec![size; (rows + SLACK) * n_in];
                let (mut out, mut floats) = (vec![0.0; (rows + SLACK) * n_out], vec![0.0; (rows + SLACK) * n_out]);
                let (mut integers, mut factors) = (vec![0; x.len()], vec![0.0; rows + SLACK]);
                simd.round_rows(&x, n_in, n_in, rows, &mut integers, &mut factors);
                simd.fixed_linear(&integers, &factors, rows, &linear, &fixed, &mut out);
                simd.linear(&x, n_in, rows, &linear, &mut floats);
                for (fixed, float) in out.iter().zip(&floats).take(rows * n_out) {
                    assert!((fixed - float).abs() <= 1e-3 * size.abs() * 64.0 + 1e-6, "{fixed} {float}");
                }
            }
        }
    }
}
