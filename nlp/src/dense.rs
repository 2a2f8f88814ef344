//! Dense layers for networks that read a [`Doc`](crate::Doc)'s vectors, on the engine's own kernels.

use crate::layers::{Fixed, Isa, Linear, SLACK, Simd};

/// `y = x · W + b` for many rows at once, in 32-bit floats or in 16-bit fixed point, which is twice as fast and off by a few
/// thousandths of a row's length.
///
/// The answer for a row is the same bits on every instruction set and whatever rows stand beside it.
pub struct Dense {
    linear: Linear,
    fixed: Option<Fixed>,
    n_in: usize,
    n_out: usize,
    simd: Simd,
}

impl Dense {
    /// Packs PyTorch's `weight` (n_out, n_in), row major, and `bias` (n_out).
    ///
    /// # Panics
    /// If the weights are no whole rows or the bias is of another length.
    pub fn new(weight: &[f32], bias: &[f32], n_in: usize) -> Self {
        assert!(n_in > 0 && weight.len() == bias.len() * n_in, "one row of {n_in} weights for each bias");
        let linear = Linear::new(weight, bias, n_in);
        Self { linear, fixed: None, n_in, n_out: bias.len(), simd: Simd::new(Isa::best()) }
    }

    /// The same layer in 16-bit fixed point.
    ///
    /// # Panics
    /// If `n_in` is no multiple of 16.
    pub fn fixed(weight: &[f32], bias: &[f32], n_in: usize) -> Self {
        assert!(n_in.is_multiple_of(16), "integers are taken by sixteen");
        let dense = Self::new(weight, bias, n_in);
        Self { fixed: Some(Fixed::linear(&dense.linear)), ..dense }
    }

    /// Inputs of a row.
    pub fn n_in(&self) -> usize {
        self.n_in
    }

    /// Outputs of a row.
    pub fn n_out(&self) -> usize {
        self.n_out
    }

    /// Distance between rows of the output: `n_out` rounded up to a multiple of 64; what lies between is zero.
    pub fn stride_out(&self) -> usize {
        self.linear.n_out()
    }

    /// The layer of `rows` rows that start `stride` apart in `x`. `out` gets rows that start [`Dense::stride_out`] apart.
    ///
    /// Both vectors are lengthened as the kernels need it, never shortened; what lies behind the last row is not defined.
    ///
    /// # Panics
    /// If rows are missing in `x`.
    pub fn apply(&self, x: &mut Vec<f32>, stride: usize, rows: usize, out: &mut Vec<f32>, integers: &mut DenseBuffers) {
        if rows == 0 {
            return;
        }
        assert!(stride >= self.n_in && x.len() >= (rows - 1) * stride + self.n_in, "{rows} rows of input");
        let (need, fill) = ((rows + SLACK) * stride, (rows + SLACK) * self.stride_out());
        if x.len() < need {
            x.resize(need, 0.0);
        }
        if out.len() < fill {
            out.resize(fill, 0.0);
        }
        let Some(fixed) = &self.fixed else { return self.simd.linear(x, stride, rows, &self.linear, out) };
        let DenseBuffers { rounded, factors } = integers;
        rounded.resize(rounded.len().max((rows + SLACK) * self.n_in), 0);
        factors.resize(factors.len().max(rows + SLACK), 0.0);
        self.simd.round_rows(x, stride, self.n_in, rows, rounded, factors);
        self.simd.fixed_linear(rounded, factors, rows, &self.linear, fixed, out);
    }
}

/// Buffers of [`Dense::apply`], to be used again.
#[derive(Default)]
pub struct DenseBuffers {
    rounded: Vec<i16>,
    factors: Vec<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_multiplied_and_padded() {
        let dense = Dense::new(&[1.0, 2.0, 3.0, -1.0, 0.5, 0.0], &[0.25, -1.0], 3);
        let mut x = vec![1.0, 0.0, 2.0, 9.0, 4.0, 4.0, 4.0];
        let mut out = Vec::new();
        dense.apply(&mut x, 4, 2, &mut out, &mut DenseBuffers::default());
        assert_eq!(out[..3], [7.25, -2.0, 0.0]);
        assert_eq!(out[64..66], [24.25, -3.0]);
    }
}
