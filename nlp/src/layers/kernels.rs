//! The arithmetic of all layers, generic over [`Lanes`]; [`super::Simd`] picks the instruction set.
//!
//! Inputs are skinny f32 matrices whose rows may overlap: a window of three 96-wide rows is 288 consecutive numbers, so
//! no window is ever copied. `R` rows are computed at once; buffers therefore have [`super::SLACK`] rows to spare.
#![allow(unsafe_code, clippy::missing_safety_doc, clippy::too_many_arguments)]

pub(super) use super::fixed::{fixed_layer_norm, fixed_linear, round, round_rows};
use super::lanes::Lanes;
pub(super) use super::lstm::lstm_step;
use super::{Choice, Linear, Maxout, WIDTH};

/// `out[r] = layer_norm(max over pieces of (x[r] · W + b)) (+ residual[r])` for `rows` rows.
#[inline(always)]
pub(super) unsafe fn maxout_layer_norm<V: Lanes, const R: usize>(
    x: *const f32,
    stride: usize,
    rows: usize,
    layer: &Maxout,
    residual: *const f32,
    out: *mut f32,
) {
    // SAFETY: the caller gives `rows` rows of input and output and SLACK rows more.
    unsafe {
        let mut r0 = 0;
        while r0 < rows {
            for block in 0..WIDTH / 16 {
                maxout_tile::<V, R>(x.add(r0 * stride), stride, layer, block, out.add(r0 * WIDTH));
            }
            for r in r0..r0 + R {
                let residual = if residual.is_null() { residual } else { residual.add(r * WIDTH) };
                normalize::<V>(layer, residual, out.add(r * WIDTH));
            }
            r0 += R;
        }
    }
}

/// One tile: `R` rows by 16 outputs with their three pieces, maximum taken in registers.
#[inline(always)]
unsafe fn maxout_tile<V: Lanes, const R: usize>(
    x: *const f32,
    stride: usize,
    layer: &Maxout,
    block: usize,
    out: *mut f32,
) {
    // SAFETY: as above; the packed weights hold 48 numbers for each block and input.
    unsafe {
        let mut sums = [[V::splat(0.0); 3]; R];
        let mut w = layer.weights.as_ptr().add(block * layer.n_in * 48);
        for i in 0..layer.n_in {
            let pieces = [V::load(w), V::load(w.add(16)), V::load(w.add(32))];
            w = w.add(48);
            for (r, sums) in sums.iter_mut().enumerate() {
                let a = V::splat(*x.add(r * stride + i));
                for p in 0..3 {
                    sums[p] = a.mul_add(pieces[p], sums[p]);
                }
            }
        }
        let bias = layer.bias.as_ptr().add(block * 48);
        for (r, sums) in sums.iter().enumerate() {
            let mut best = sums[0].add(V::load(bias));
            for p in 1..3 {
                best = best.max(sums[p].add(V::load(bias.add(16 * p))));
            }
            best.store(out.add(r * WIDTH + block * 16));
        }
    }
}

/// Layer norm of one row in place (+ residual).
#[inline(always)]
pub(super) unsafe fn normalize<V: Lanes>(layer: &Maxout, residual: *const f32, row: *mut f32) {
    // SAFETY: the row holds WIDTH numbers, and the residual if there is one.
    unsafe {
        let mut v = [V::splat(0.0); WIDTH / 16];
        for (j, v) in v.iter_mut().enumerate() {
            *v = V::load(row.add(16 * j));
        }
        layer_norm(v, layer, residual, row);
    }
}

#[inline(always)]
unsafe fn layer_norm<V: Lanes>(mut v: [V; WIDTH / 16], layer: &Maxout, residual: *const f32, out: *mut f32) {
    // SAFETY: gain, shift, residual and output hold WIDTH numbers.
    unsafe {
        let sum = v[0].add(v[1]).add(v[2].add(v[3])).add(v[4].add(v[5]));
        let mean = V::splat(sum.sum() / WIDTH as f32);
        let mut squares = V::splat(0.0);
        for v in &mut v {
            *v = v.sub(mean);
            squares = v.mul_add(*v, squares);
        }
        let scale = V::splat(1.0 / (squares.sum() / WIDTH as f32 + 1e-8).sqrt());
        for (j, v) in v.iter().enumerate() {
            let gain = V::load(layer.gain.as_ptr().add(16 * j));
            let mut y = v.mul(scale).mul(gain).add(V::load(layer.shift.as_ptr().add(16 * j)));
            if !residual.is_null() {
                y = y.add(V::load(residual.add(16 * j)));
            }
            y.store(out.add(16 * j));
        }
    }
}

/// `out[r] = x[r] · W + b` for `rows` rows, `R` rows by `16 * C` outputs at once.
#[inline(always)]
pub(super) unsafe fn linear<V: Lanes, const R: usize, const C: usize>(
    x: *const f32,
    stride: usize,
    rows: usize,
    layer: &Linear,
    out: *mut f32,
) {
    // SAFETY: as for `maxout_layer_norm`; the packed weights hold 64 numbers for each panel and input.
    unsafe {
        for column in (0..layer.n_out).step_by(16 * C) {
            let (panel, within) = (column / 64, column % 64);
            let bias = layer.bias.as_ptr().add(column);
            let mut r0 = 0;
            while r0 < rows {
                let mut sums = [[V::splat(0.0); C]; R];
                let mut w = layer.weights.as_ptr().add(panel * layer.n_in * 64 + within);
                for i in 0..layer.n_in {
                    let mut columns = [V::splat(0.0); C];
                    for (c, v) in columns.iter_mut().enumerate() {
                        *v = V::load(w.add(16 * c));
                    }
                    w = w.add(64);
                    for (r, sums) in sums.iter_mut().enumerate() {
                        let a = V::splat(*x.add((r0 + r) * stride + i));
                        for c in 0..C {
                            sums[c] = a.mul_add(columns[c], sums[c]);
                        }
                    }
                }
                for (r, sums) in sums.iter().enumerate() {
                    for (c, sum) in sums.iter().enumerate() {
                        let y = sum.add(V::load(bias.add(16 * c)));
                        y.store(out.add((r0 + r) * layer.n_out + column + 16 * c));
                    }
                }
                r0 += R;
            }
        }
    }
}

/// One decision of a transition model: hidden = max over 2 pieces of (sum of feature rows + bias); scores = hidden · W + b;
/// the first class with the highest score + penalty, and how far the next one is.
#[inline(always)]
pub(super) unsafe fn decide<V: Lanes, const N: usize>(
    rows: &[*const f32],
    hidden_bias: *const f32,
    upper: *const f32,
    upper_bias: *const f32,
    penalty: *const f32,
) -> Choice {
    // SAFETY: rows and hidden bias hold 128 numbers, `upper` 64 rows of 16 * N, bias and penalty 16 * N.
    unsafe {
        let mut sums = [V::splat(0.0); 8];
        for &row in rows {
            for (j, sum) in sums.iter_mut().enumerate() {
                *sum = sum.add(V::load(row.add(16 * j)));
            }
        }
        let mut hidden = [0.0f32; 64];
        for j in 0..4 {
            let first = sums[j].add(V::load(hidden_bias.add(16 * j)));
            let second = sums[j + 4].add(V::load(hidden_bias.add(64 + 16 * j)));
            first.max(second).store(hidden.as_mut_ptr().add(16 * j));
        }
        let mut scores = [V::splat(0.0); N];
        let mut w = upper;
        for &h in &hidden {
            let h = V::splat(h);
            for (j, score) in scores.iter_mut().enumerate() {
                *score = h.mul_add(V::load(w.add(16 * j)), *score);
            }
            w = w.add(16 * N);
        }
        for (j, score) in scores.iter_mut().enumerate() {
            *score = score.add(V::load(upper_bias.add(16 * j)));
        }
        first_maximum(&scores, penalty)
    }
}

/// The first largest of `scores + penalty`, and how far the next one is.
#[inline(always)]
unsafe fn first_maximum<V: Lanes, const N: usize>(scores: &[V; N], penalty: *const f32) -> Choice {
    // SAFETY: as above.
    unsafe {
        let mut sums = *scores;
        // the two largest of each lane
        let (mut best, mut next) = (V::splat(f32::NEG_INFINITY), V::splat(f32::NEG_INFINITY));
        for (j, sum) in sums.iter_mut().enumerate() {
            *sum = sum.add(V::load(penalty.add(16 * j)));
            next = next.max(best.min(*sum));
            best = best.max(*sum);
        }
        let most = best.maximum();
        let mut class = 0;
        for (j, sum) in sums.iter().enumerate() {
            let bits = sum.equal(most);
            if bits != 0 {
                class = 16 * j + bits.trailing_zeros() as usize;
                break;
            }
        }
        let mut lanes = [0.0; 16];
        best.store(lanes.as_mut_ptr());
        lanes[class % 16] = f32::NEG_INFINITY;
        let rival = V::load(lanes.as_ptr()).max(next).maximum();
        Choice { class, margin: most - rival }
    }
}

/// The first largest of each row of `16 * N` numbers after adding `penalty`.
#[inline(always)]
pub(super) unsafe fn argmax_rows<V: Lanes, const N: usize>(x: *const f32, penalty: *const f32, out: &mut [Choice]) {
    // SAFETY: `x` holds a row of 16 * N numbers for each element of `out`.
    unsafe {
        for (r, best) in out.iter_mut().enumerate() {
            let mut scores = [V::splat(0.0); N];
            for (j, score) in scores.iter_mut().enumerate() {
                *score = V::load(x.add((r * N + j) * 16));
            }
            *best = first_maximum(&scores, penalty);
        }
    }
}
