//! Sixteen f32 lanes on each instruction set. Every operation gives the same bits on AVX-512, AVX2 and NEON:
//! products and sums are fused, sums over lanes add in one fixed order. Shape of the abstraction: one trait, one file, as in memchr.
//!
//! All functions are unsafe for one reason: the caller must have made sure that the instruction set is there, and
//! that pointers reach sixteen numbers.
#![allow(unsafe_code, clippy::missing_safety_doc)]

/// Sixteen numbers.
pub(super) trait Lanes: Copy {
    /// Sixteen 32-bit integers.
    type Sums: Copy;
    /// Sixteen pairs of 16-bit integers.
    type Pairs: Copy;
    unsafe fn zero() -> Self::Sums;
    /// Sixteen times the pair at `p`.
    unsafe fn splat_pair(p: *const i16) -> Self::Pairs;
    unsafe fn load_pairs(p: *const i16) -> Self::Pairs;
    /// `sums` plus, in each lane, the two products of the pairs.
    unsafe fn dot(sums: Self::Sums, a: Self::Pairs, b: Self::Pairs) -> Self::Sums;
    unsafe fn from_sums(sums: Self::Sums) -> Self;
    /// Rounds to even and stores sixteen 16-bit integers; larger numbers become the largest.
    unsafe fn store_rounded(self, p: *mut i16);
    unsafe fn splat(x: f32) -> Self;
    unsafe fn load(p: *const f32) -> Self;
    unsafe fn store(self, p: *mut f32);
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    /// `self * b + c`, rounded once where the machine can.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    unsafe fn max(self, other: Self) -> Self;
    unsafe fn min(self, other: Self) -> Self;
    unsafe fn div(self, other: Self) -> Self;
    /// Sum: halves are added until one number is left.
    unsafe fn sum(self) -> f32;
    unsafe fn maximum(self) -> f32;
    /// Bit i is set where lane i equals `x`.
    unsafe fn equal(self, x: f32) -> u32;
}

/// No special instructions.
#[derive(Clone, Copy)]
pub(super) struct Portable([f32; 16]);

impl Portable {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }

    #[inline(always)]
    fn fold(mut self, f: impl Fn(f32, f32) -> f32) -> f32 {
        let mut half = 8;
        while half > 0 {
            for i in 0..half {
                self.0[i] = f(self.0[i], self.0[i + half]);
            }
            half /= 2;
        }
        self.0[0]
    }
}

#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

impl Lanes for Portable {
    type Sums = [i32; 16];
    type Pairs = [i16; 32];
    #[inline(always)]
    unsafe fn zero() -> [i32; 16] {
        [0; 16]
    }
    #[inline(always)]
    unsafe fn splat_pair(p: *const i16) -> [i16; 32] {
        // SAFETY: the caller gives a pointer to a pair.
        unsafe { std::mem::transmute::<[[i16; 2]; 16], [i16; 32]>([p.cast::<[i16; 2]>().read_unaligned(); 16]) }
    }
    #[inline(always)]
    unsafe fn load_pairs(p: *const i16) -> [i16; 32] {
        // SAFETY: the caller gives a pointer to sixteen pairs.
        unsafe { p.cast::<[i16; 32]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn dot(sums: [i32; 16], a: [i16; 32], b: [i16; 32]) -> [i32; 16] {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every x86-64 machine has SSE2; both types are 64 plain bytes.
        unsafe {
            use std::arch::x86_64::{__m128i, _mm_add_epi32, _mm_madd_epi16};
            type Quarters = [__m128i; 4];
            let pairs = |x| std::mem::transmute::<[i16; 32], Quarters>(x);
            let (sums, a, b) = (std::mem::transmute::<[i32; 16], Quarters>(sums), pairs(a), pairs(b));
            let sum = |i: usize| _mm_add_epi32(sums[i], _mm_madd_epi16(a[i], b[i]));
            std::mem::transmute::<Quarters, [i32; 16]>([sum(0), sum(1), sum(2), sum(3)])
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            let product = |i: usize| i32::from(a[i]) * i32::from(b[i]);
            std::array::from_fn(|i| sums[i] + (product(2 * i) + product(2 * i + 1)))
        }
    }
    #[inline(always)]
    unsafe fn from_sums(sums: [i32; 16]) -> Self {
        Self(sums.map(|x| x as f32))
    }
    #[inline(always)]
    unsafe fn store_rounded(self, p: *mut i16) {
        // Added to a number below 2^22 it leaves no room for a fraction: rounding without a call.
        let whole = 12_582_912.0;
        // SAFETY: as above.
        unsafe { p.cast::<[i16; 16]>().write_unaligned(self.0.map(|x| (x + whole - whole) as i16)) }
    }
    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Self([x; 16])
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: the caller gives a pointer to sixteen numbers.
        Self(unsafe { p.cast::<[f32; 16]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: as above.
        unsafe { p.cast::<[f32; 16]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // Without FMA instructions a fused product is a slow call: two roundings, which may turn a float tie.
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
            Self(std::array::from_fn(|i| self.0[i].mul_add(b.0[i], c.0[i])))
        } else {
            Self(std::array::from_fn(|i| self.0[i] * b.0[i] + c.0[i]))
        }
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.zip(other, larger)
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        self.zip(other, |a, b| a / b)
    }
    #[inline(always)]
    unsafe fn sum(self) -> f32 {
        self.fold(|a, b| a + b)
    }
    #[inline(always)]
    unsafe fn maximum(self) -> f32 {
        self.fold(larger)
    }
    #[inline(always)]
    unsafe fn equal(self, x: f32) -> u32 {
        self.0.iter().enumerate().fold(0, |bits, (i, &v)| bits | u32::from(v == x) << i)
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use std::arch::x86_64::{
        __m256, __m256i, __m512, __m512i, _CMP_EQ_OQ, _mm_add_ps, _mm_cvtss_f32, _mm_max_ps, _mm_movehl_ps,
        _mm_shuffle_ps, _mm256_add_epi32, _mm256_add_ps, _mm256_castps256_ps128, _mm256_cmp_ps, _mm256_cvtepi32_ps,
        _mm256_cvtps_epi32, _mm256_div_ps, _mm256_extractf128_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_loadu_si256,
        _mm256_madd_epi16, _mm256_max_ps, _mm256_min_ps, _mm256_movemask_ps, _mm256_mul_ps, _mm256_packs_epi32,
        _mm256_permute4x64_epi64, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_si256, _mm256_storeu_ps,
        _mm256_storeu_si256, _mm256_sub_ps, _mm512_add_ps, _mm512_castps512_ps256, _mm512_cmp_ps_mask,
        _mm512_cvtepi32_ps, _mm512_cvtps_epi32, _mm512_cvtsepi32_epi16, _mm512_div_ps, _mm512_dpwssd_epi32,
        _mm512_extractf32x8_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_max_ps, _mm512_min_ps,
        _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_si512, _mm512_storeu_ps, _mm512_sub_ps,
    };

    use super::Lanes;

    /// AVX-512 F, DQ and VNNI: one register.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Avx512(__m512);

    /// AVX2 and FMA: two registers.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Avx2(__m256, __m256);

    #[inline(always)]
    unsafe fn sum8(v: __m256) -> f32 {
        // SAFETY: AVX is there, by the contract of `Lanes`.
        unsafe {
            let v = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let v = _mm_add_ps(v, _mm_movehl_ps(v, v));
            _mm_cvtss_f32(_mm_add_ps(v, _mm_shuffle_ps::<1>(v, v)))
        }
    }

    #[inline(always)]
    unsafe fn maximum8(v: __m256) -> f32 {
        // SAFETY: as above.
        unsafe {
            let v = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let v = _mm_max_ps(v, _mm_movehl_ps(v, v));
            _mm_cvtss_f32(_mm_max_ps(v, _mm_shuffle_ps::<1>(v, v)))
        }
    }

    // SAFETY of both blocks: the contract of `Lanes`.
    impl Lanes for Avx512 {
        type Sums = __m512i;
        type Pairs = __m512i;
        #[inline(always)]
        unsafe fn zero() -> __m512i {
            unsafe { _mm512_setzero_si512() }
        }
        #[inline(always)]
        unsafe fn splat_pair(p: *const i16) -> __m512i {
            unsafe { _mm512_set1_epi32(p.cast::<i32>().read_unaligned()) }
        }
        #[inline(always)]
        unsafe fn load_pairs(p: *const i16) -> __m512i {
            unsafe { _mm512_loadu_si512(p.cast()) }
        }
        #[inline(always)]
        unsafe fn dot(sums: __m512i, a: __m512i, b: __m512i) -> __m512i {
            unsafe { _mm512_dpwssd_epi32(sums, a, b) }
        }
        #[inline(always)]
        unsafe fn from_sums(sums: __m512i) -> Self {
            unsafe { Self(_mm512_cvtepi32_ps(sums)) }
        }
        #[inline(always)]
        unsafe fn store_rounded(self, p: *mut i16) {
            unsafe { _mm256_storeu_si256(p.cast(), _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(self.0))) }
        }
        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            unsafe { Self(_mm512_set1_ps(x)) }
        }
        #[inline(always)]
        unsafe fn load(p: *const f32) -> Self {
            unsafe { Self(_mm512_loadu_ps(p)) }
        }
        #[inline(always)]
        unsafe fn store(self, p: *mut f32) {
            unsafe { _mm512_storeu_ps(p, self.0) }
        }
        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            unsafe { Self(_mm512_add_ps(self.0, other.0)) }
        }
        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            unsafe { Self(_mm512_sub_ps(self.0, other.0)) }
        }
        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            unsafe { Self(_mm512_mul_ps(self.0, other.0)) }
        }
        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            unsafe { Self(_mm512_fmadd_ps(self.0, b.0, c.0)) }
        }
        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            unsafe { Self(_mm512_max_ps(self.0, other.0)) }
        }
        #[inline(always)]
        unsafe fn min(self, other: Self) -> Self {
            unsafe { Self(_mm512_min_ps(self.0, other.0)) }
        }
        #[inline(always)]
        unsafe fn div(self, other: Self) -> Self {
            unsafe { Self(_mm512_div_ps(self.0, other.0)) }
        }
        #[inline(always)]
        unsafe fn sum(self) -> f32 {
            unsafe { sum8(_mm256_add_ps(_mm512_castps512_ps256(self.0), _mm512_extractf32x8_ps::<1>(self.0))) }
        }
        #[inline(always)]
        unsafe fn maximum(self) -> f32 {
            unsafe { maximum8(_mm256_max_ps(_mm512_castps512_ps256(self.0), _mm512_extractf32x8_ps::<1>(self.0))) }
        }
        #[inline(always)]
        unsafe fn equal(self, x: f32) -> u32 {
            unsafe { u32::from(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(self.0, _mm512_set1_ps(x))) }
        }
    }

    impl Lanes for Avx2 {
        type Sums = (__m256i, __m256i);
        type Pairs = (__m256i, __m256i);
        #[inline(always)]
        unsafe fn zero() -> Self::Sums {
            unsafe { (_mm256_setzero_si256(), _mm256_setzero_si256()) }
        }
        #[inline(always)]
        unsafe fn splat_pair(p: *const i16) -> Self::Pairs {
            let pair = unsafe { _mm256_set1_epi32(p.cast::<i32>().read_unaligned()) };
            (pair, pair)
        }
        #[inline(always)]
        unsafe fn load_pairs(p: *const i16) -> Self::Pairs {
            unsafe { (_mm256_loadu_si256(p.cast()), _mm256_loadu_si256(p.add(16).cast())) }
        }
        #[inline(always)]
        unsafe fn dot(sums: Self::Sums, a: Self::Pairs, b: Self::Pairs) -> Self::Sums {
            unsafe {
                let (low, high) = (_mm256_madd_epi16(a.0, b.0), _mm256_madd_epi16(a.1, b.1));
                (_mm256_add_epi32(sums.0, low), _mm256_add_epi32(sums.1, high))
            }
        }
        #[inline(always)]
        unsafe fn from_sums(sums: Self::Sums) -> Self {
            unsafe { Self(_mm256_cvtepi32_ps(sums.0), _mm256_cvtepi32_ps(sums.1)) }
        }
        #[inline(always)]
        unsafe fn store_rounded(self, p: *mut i16) {
            unsafe {
                // packs work on halves of 128 bits: the quarters come out as 0 2 1 3
                let packed = _mm256_packs_epi32(_mm256_cvtps_epi32(self.0), _mm256_cvtps_epi32(self.1));
                _mm256_storeu_si256(p.cast(), _mm256_permute4x64_epi64::<0b11_01_10_00>(packed));
            }
        }
        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            unsafe { Self(_mm256_set1_ps(x), _mm256_set1_ps(x)) }
        }
        #[inline(always)]
        unsafe fn load(p: *const f32) -> Self {
            unsafe { Self(_mm256_loadu_ps(p), _mm256_loadu_ps(p.add(8))) }
        }
        #[inline(always)]
        unsafe fn store(self, p: *mut f32) {
            unsafe {
                _mm256_storeu_ps(p, self.0);
                _mm256_storeu_ps(p.add(8), self.1);
            }
        }
        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            unsafe { Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)) }
        }
        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            unsafe { Self(_mm256_sub_ps(self.0, other.0), _mm256_sub_ps(self.1, other.1)) }
        }
        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            unsafe { Self(_mm256_mul_ps(self.0, other.0), _mm256_mul_ps(self.1, other.1)) }
        }
        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            unsafe { Self(_mm256_fmadd_ps(self.0, b.0, c.0), _mm256_fmadd_ps(self.1, b.1, c.1)) }
        }
        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            unsafe { Self(_mm256_max_ps(self.0, other.0), _mm256_max_ps(self.1, other.1)) }
        }
        #[inline(always)]
        unsafe fn min(self, other: Self) -> Self {
            unsafe { Self(_mm256_min_ps(self.0, other.0), _mm256_min_ps(self.1, other.1)) }
        }
        #[inline(always)]
        unsafe fn div(self, other: Self) -> Self {
            unsafe { Self(_mm256_div_ps(self.0, other.0), _mm256_div_ps(self.1, other.1)) }
        }
        #[inline(always)]
        unsafe fn sum(self) -> f32 {
            unsafe { sum8(_mm256_add_ps(self.0, self.1)) }
        }
        #[inline(always)]
        unsafe fn maximum(self) -> f32 {
            unsafe { maximum8(_mm256_max_ps(self.0, self.1)) }
        }
        #[inline(always)]
        unsafe fn equal(self, x: f32) -> u32 {
            unsafe {
                let x = _mm256_set1_ps(x);
                let low = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_EQ_OQ>(self.0, x)) as u32;
                let high = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_EQ_OQ>(self.1, x)) as u32;
                low | high << 8
            }
        }
    }
}
