//! The layers of thinc that spaCy's CNN pipelines are made of, and the choice of the instruction set.
//!
//! Sums are the same bits on AVX-512, AVX2 and NEON: see [`lanes`].
#![allow(unsafe_code)]

mod fixed;
mod kernels;
mod lanes;
mod lstm;

pub(crate) use fixed::{Bound, Fixed};
pub use lstm::{Lstm, LstmState};

/// Width of an encoder's rows.
pub(crate) const WIDTH: usize = 96;
/// Rows that every input and output buffer must have beyond those that are asked for.
pub(crate) const SLACK: usize = 16;

/// thinc's `Maxout` with `LayerNorm` after it: n_out 96, 3 pieces.
pub(crate) struct Maxout {
    n_in: usize,
    /// (6 blocks, n_in, 3 pieces, 16 outputs)
    weights: Vec<f32>,
    /// (6 blocks, 3 pieces, 16 outputs)
    bias: Vec<f32>,
    gain: Vec<f32>,
    shift: Vec<f32>,
}

impl Maxout {
    /// Packs `w` (96, 3, n_in), `b` (96, 3), `gain` (96), `shift` (96), all row major.
    pub(crate) fn new(w: &[f32], b: &[f32], gain: &[f32], shift: &[f32], n_in: usize) -> Self {
        let mut weights = vec![0.0; WIDTH * 3 * n_in];
        let mut bias = vec![0.0; WIDTH * 3];
        for output in 0..WIDTH {
            let (block, lane) = (output / 16, output % 16);
            for piece in 0..3 {
                for i in 0..n_in {
                    weights[(block * n_in + i) * 48 + piece * 16 + lane] = w[(output * 3 + piece) * n_in + i];
                }
                bias[block * 48 + piece * 16 + lane] = b[output * 3 + piece];
            }
        }
        Self { n_in, weights, bias, gain: gain.to_vec(), shift: shift.to_vec() }
    }
}

/// thinc's `Linear`; outputs are padded with zeros to a multiple of 64.
pub(crate) struct Linear {
    n_in: usize,
    n_out: usize,
    /// (n_out / 64, n_in, 64)
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    /// Packs `w` (n_out, n_in), row major, and `b` (n_out).
    pub(crate) fn new(w: &[f32], b: &[f32], n_in: usize) -> Self {
        let n_out = (w.len() / n_in).next_multiple_of(64);
        let mut weights = vec![0.0; n_out * n_in];
        for (output, row) in w.chunks_exact(n_in).enumerate() {
            for (i, &x) in row.iter().enumerate() {
                weights[((output / 64) * n_in + i) * 64 + output % 64] = x;
            }
        }
        let mut bias = b.to_vec();
        bias.resize(n_out, 0.0);
        Self { n_in, n_out, weights, bias }
    }

    /// Outputs, padded to a multiple of 64.
    pub(crate) fn n_out(&self) -> usize {
        self.n_out
    }
}

/// A decision: the first class with the highest score.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Choice {
    pub(crate) class: usize,
    /// Score less that of the next best class.
    pub(crate) margin: f32,
}

/// Scorer of a transition model's states: the upper half of spaCy's `TransitionModel`.
pub(crate) struct Upper {
    /// (128): two pieces of 64
    pub(crate) hidden_bias: Vec<f32>,
    /// (64, 16 * columns)
    pub(crate) weights: Vec<f32>,
    /// (16 * columns)
    pub(crate) bias: Vec<f32>,
}

/// An instruction set that the machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// AVX-512 F, DQ, VL, VNNI.
    Avx512,
    /// AVX2 and FMA.
    Avx2,
    /// Whatever the compiler's target has.
    Portable,
}

impl Isa {
    /// Every instruction set, the fastest first.
    pub const ALL: [Isa; 3] = [Isa::Avx512, Isa::Avx2, Isa::Portable];

    /// True where this machine has it.
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => {
                std::is_x86_feature_detected!("avx512f")
                    && std::is_x86_feature_detected!("avx512dq")
                    && std::is_x86_feature_detected!("avx512vl")
                    && std::is_x86_feature_detected!("avx512vnni")
                    && std::is_x86_feature_detected!("fma")
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma"),
            #[cfg(not(target_arch = "x86_64"))]
            Isa::Avx512 | Isa::Avx2 => false,
            Isa::Portable => true,
        }
    }

    /// The fastest that this machine has.
    pub fn best() -> Self {
        Self::ALL.into_iter().find(|isa| isa.is_available()).unwrap_or(Isa::Portable)
    }
}

/// Runs the layers on one instruction set.
#[derive(Clone, Copy)]
pub(crate) struct Simd(Isa);

/// Calls one kernel on the chosen instruction set: each arm is a function compiled for it, into which the kernel is inlined.
macro_rules! on {
    ($simd:expr, $kernel:ident<[$($wide:literal),*] [$($narrow:literal),*]>($($arg:ident: $type:ty),*) $(-> $ret:ty)?) => {{
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512vnni,fma")]
        unsafe fn avx512($($arg: $type),*) $(-> $ret)? {
            // SAFETY: passed on from the caller.
            unsafe { kernels::$kernel::<lanes::x86::Avx512 $(, $wide)*>($($arg),*) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2($($arg: $type),*) $(-> $ret)? {
            // SAFETY: passed on from the caller.
            unsafe { kernels::$kernel::<lanes::x86::Avx2 $(, $narrow)*>($($arg),*) }
        }
        // SAFETY: `Simd::new` checked the instruction set; the calling method checked the lengths.
        unsafe {
            match $simd.0 {
                #[cfg(target_arch = "x86_64")]
                Isa::Avx512 => avx512($($arg),*),
                #[cfg(target_arch = "x86_64")]
                Isa::Avx2 => avx2($($arg),*),
                _ => kernels::$kernel::<lanes::Portable $(, $narrow)*>($($arg),*),
            }
        }
    }};
}

impl Simd {
    /// The layers on `isa`, or on the best that the machine has where it lacks `isa`.
    pub(crate) fn new(isa: Isa) -> Self {
        Self(if isa.is_available() { isa } else { Isa::best() })
    }

    /// `out[r] = layer_norm(maxout(x[r])) (+ residual[r])`: x rows start `stride` apart, out and residual rows WIDTH apart.
    pub(crate) fn maxout_layer_norm(
        self,
        x: &[f32],
        stride: usize,
        rows: usize,
        layer: &Maxout,
        residual: Option<&[f32]>,
        out: &mut [f32],
    ) {
        assert!(rows == 0 || x.len() >= (rows + SLACK - 1) * stride + layer.n_in);
        assert!(out.len() >= (rows + SLACK) * WIDTH && residual.is_none_or(|r| r.len() >= (rows + SLACK) * WIDTH));
        let (x, residual, out) = (x.as_ptr(), residual.map_or(std::ptr::null(), <[f32]>::as_ptr), out.as_mut_ptr());
        on!(self, maxout_layer_norm<[8] [2]>(x: *const f32, stride: usize, rows: usize, layer: &Maxout, residual: *const f32, out: *mut f32));
    }

    /// As [`Simd::maxout_layer_norm`] over windows of the integers `x`, whose rows start WIDTH apart; `rounded` gets the integers of
    /// `out * next`.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn fixed_layer_norm(
        self,
        x: &[i16],
        rows: usize,
        layer: &Maxout,
        fixed: &Fixed,
        residual: &[f32],
        out: &mut [f32],
        next: f32,
        rounded: &mut [i16],
    ) {
        let need = (rows + SLACK) * WIDTH;
        assert!(rows == 0 || x.len() >= need + 2 * WIDTH);
        assert!(out.len() >= need && rounded.len() >= need && residual.len() >= need);
        let (x, residual, out, rounded) = (x.as_ptr(), residual.as_ptr(), out.as_mut_ptr(), rounded.as_mut_ptr());
        on!(self, fixed_layer_norm<[8, 3] [5, 1]>(x: *const i16, rows: usize, layer: &Maxout, fixed: &Fixed, residual: *const f32, out: *mut f32, next: f32, rounded: *mut i16));
    }

    /// `out = x * scale` as integers, for a multiple of 16 numbers.
    pub(crate) fn round(self, x: &[f32], scale: f32, out: &mut [i16]) {
        assert!(x.len().is_multiple_of(16) && out.len() >= x.len());
        let (n, x, out) = (x.len(), x.as_ptr(), out.as_mut_ptr());
        on!(self, round<[] []>(x: *const f32, n: usize, scale: f32, out: *mut i16));
    }

    /// `out[r] = x[r] · W + b`: x rows start `stride` apart, out rows `layer.n_out()` apart.
    pub(crate) fn linear(self, x: &[f32], stride: usize, rows: usize, layer: &Linear, out: &mut [f32]) {
        assert!(rows == 0 || x.len() >= (rows + SLACK - 1) * stride + layer.n_in);
        assert!(out.len() >= (rows + SLACK) * layer.n_out);
        let (x, out) = (x.as_ptr(), out.as_mut_ptr());
        on!(self, linear<[6, 4] [3, 2]>(x: *const f32, stride: usize, rows: usize, layer: &Linear, out: *mut f32));
    }

    /// `out[r] = x[r] / factors[r]` as integers, with factors that leave no row too long: see [`fixed::round_rows`].
    pub(crate) fn round_rows(
        self,
        x: &[f32],
        stride: usize,
        n_in: usize,
        rows: usize,
        out: &mut [i16],
        factors: &mut [f32],
    ) {
        assert!(n_in.is_multiple_of(16) && (rows == 0 || x.len() >= (rows - 1) * stride + n_in));
        assert!(out.len() >= rows * n_in && factors.len() >= rows);
        let (x, out, factors) = (x.as_ptr(), out.as_mut_ptr(), factors.as_mut_ptr());
        on!(self, round_rows<[] []>(x: *const f32, stride: usize, n_in: usize, rows: usize, out: *mut i16, factors: *mut f32));
    }

    /// As [`Simd::linear`] over the integers `x` of [`Simd::round_rows`].
    pub(crate) fn fixed_linear(
        self,
        x: &[i16],
        factors: &[f32],
        rows: usize,
        layer: &Linear,
        fixed: &Fixed,
        out: &mut [f32],
    ) {
        assert!(x.len() >= (rows + SLACK) * layer.n_in && factors.len() >= rows + SLACK);
        assert!(out.len() >= (rows + SLACK) * layer.n_out);
        let (x, factors, out) = (x.as_ptr(), factors.as_ptr(), out.as_mut_ptr());
        on!(self, fixed_linear<[6, 4] [5, 1]>(x: *const i16, factors: *const f32, rows: usize, layer: &Linear, fixed: &Fixed, out: *mut f32));
    }

    /// The choice in a state whose features have these rows (128 each); classes are padded to `N * 16`.
    pub(crate) fn decide<const N: usize>(
        self,
        rows: &[&[f32]; 8],
        features: usize,
        upper: &Upper,
        penalty: &[f32],
    ) -> Choice {
        assert!(upper.weights.len() == 64 * 16 * N && upper.bias.len() == 16 * N && penalty.len() == 16 * N);
        assert!(upper.hidden_bias.len() == 128 && rows.iter().all(|r| r.len() == 128));
        let pointers = rows.map(<[f32]>::as_ptr);
        let rows = &pointers[..features];
        let (hidden_bias, weights, bias) = (upper.hidden_bias.as_ptr(), upper.weights.as_ptr(), upper.bias.as_ptr());
        let penalty = penalty.as_ptr();
        match N {
            7 => {
                on!(self, decide<[7] [7]>(rows: &[*const f32], hidden_bias: *const f32, weights: *const f32, bias: *const f32, penalty: *const f32) -> Choice)
            }
            5 => {
                on!(self, decide<[5] [5]>(rows: &[*const f32], hidden_bias: *const f32, weights: *const f32, bias: *const f32, penalty: *const f32) -> Choice)
            }
            _ => unreachable!("the parser has 112 padded classes, the entity recognizer 80"),
        }
    }

    /// One step of [`Lstm`]: see there for shapes.
    #[allow(clippy::too_many_arguments)]
    fn lstm_step(
        self,
        input: &[f32],
        at: &[usize],
        hidden: usize,
        weights: &Fixed,
        state: &[i16],
        cell: &mut [f32],
        next: &mut [f32],
        rounded: &mut [i16],
    ) {
        assert!(at.iter().all(|&a| a + 4 * hidden <= input.len()));
        let need = (at.len() + SLACK) * hidden;
        assert!(state.len() >= need && cell.len() >= need && next.len() >= need && rounded.len() >= need);
        let (input, state) = (input.as_ptr(), state.as_ptr());
        let (cell, next, rounded) = (cell.as_mut_ptr(), next.as_mut_ptr(), rounded.as_mut_ptr());
        on!(self, lstm_step<[6, 4] [5, 1]>(input: *const f32, at: &[usize], hidden: usize, weights: &Fixed, state: *const i16, cell: *mut f32, next: *mut f32, rounded: *mut i16));
    }

    /// The first largest of each row of 64 numbers, after adding `penalty` (64).
    pub(crate) fn argmax_rows(self, x: &[f32], penalty: &[f32], out: &mut [Choice]) {
        assert!(x.len() >= out.len() * 64 && penalty.len() == 64);
        let (x, penalty) = (x.as_ptr(), penalty.as_ptr());
        on!(self, argmax_rows<[4] [4]>(x: *const f32, penalty: *const f32, out: &mut [Choice]));
    }
}

/// Numbers between -1 and 1 for tests, the same for the same seed.
#[cfg(test)]
fn numbers(n: usize, seed: u32) -> Vec<f32> {
    let mut x = seed;
    (0..n)
        .map(|_| {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (x >> 8) as f32 / (1 << 24) as f32 * 2.0 - 1.0
        })
        .collect()
}
