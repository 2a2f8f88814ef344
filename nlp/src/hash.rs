//! spaCy's and thinc's hashes, bit for bit: string ids and embedding rows.

use rustc_hash::FxHashMap;

/// MurmurHash64A (spaCy's `hash_string` with seed 1; <https://github.com/aappleby/smhasher>, MurmurHash2.cpp).
pub(crate) fn murmur64a(data: &[u8], seed: u64) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    let mut h = seed ^ (data.len() as u64).wrapping_mul(M);
    let (words, rest) = data.as_chunks::<8>();
    for &word in words {
        let mut k = u64::from_le_bytes(word).wrapping_mul(M);
        k ^= k >> 47;
        h = (h ^ k.wrapping_mul(M)).wrapping_mul(M);
    }
    if !rest.is_empty() {
        for (i, &byte) in rest.iter().enumerate() {
            h ^= u64::from(byte) << (8 * i);
        }
        h = h.wrapping_mul(M);
    }
    h ^= h >> 47;
    h = h.wrapping_mul(M);
    h ^ (h >> 47)
}

/// The four table rows (before the modulus) of one id: thinc's `MurmurHash3_x86_128_uint64` in `backends/numpy_ops.pyx`.
pub(crate) fn embedding_rows(id: u64, seed: u32) -> [u32; 4] {
    fn mix(mut h: u64) -> u64 {
        h ^= h >> 33;
        h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
        h ^= h >> 33;
        h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        h ^ (h >> 33)
    }
    let seed = u64::from(seed);
    let k = id.wrapping_mul(0x87c3_7b91_1142_53d5).rotate_left(31).wrapping_mul(0x4cf5_ad43_2745_937f);
    let (mut h1, mut h2) = (k ^ seed ^ 8, seed ^ 8);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    (h1, h2) = (mix(h1), mix(h2));
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    [h1 as u32, (h1 >> 32) as u32, h2 as u32, (h2 >> 32) as u32]
}

/// spaCy's string ids: 0 for "", small numbers for the names of `spacy.symbols`, else a hash.
pub(crate) struct StringIds {
    symbols: FxHashMap<String, u64>,
}

impl StringIds {
    pub(crate) fn new(symbols: FxHashMap<String, u64>) -> Self {
        Self { symbols }
    }

    /// The id of `text`.
    pub(crate) fn id(&self, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        self.symbols.get(text).copied().unwrap_or_else(|| murmur64a(text.as_bytes(), 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_ids_are_spacys() {
        let ids = StringIds::new([("nsubj".to_owned(), 429)].into_iter().collect());
        assert_eq!(ids.id(""), 0);
        assert_eq!(ids.id("nsubj"), 429);
        assert_eq!(ids.id("coffee"), 3_197_928_453_018_144_401); // the example of spaCy's documentation
    }
}
