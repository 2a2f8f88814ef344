//! The FNV-1a hash (Fowler, Noll, Vo): of table names, and of word forms in the weights file.

use std::hash::Hasher;

/// 64-bit state.
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The hash of a word form, both halves of the 64 bits folded together.
pub(super) fn fold(word: &str) -> u32 {
    let mut fnv = Fnv::default();
    fnv.write(word.as_bytes());
    (fnv.0 >> 32) as u32 ^ fnv.0 as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_hashes_come_out() {
        for (text, expected) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            let mut fnv = Fnv::default();
            fnv.write(text.as_bytes());
            assert_eq!(fnv.finish(), expected);
        }
    }
}
