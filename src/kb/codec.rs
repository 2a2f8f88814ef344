//! Numbers and strings in bytes: LEB128 varints, strings with their length in front.

/// Appends `n` as a LEB128 varint.
pub(super) fn put_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 & 0x7F | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Appends the length of `s` in bytes, then `s`.
pub(super) fn put_text(out: &mut Vec<u8>, s: &str) {
    put_number(out, s.len() as u64);
    out.extend_from_slice(s.as_bytes());
}

/// Reads from a position on; every read is None past the end or where the bytes make no sense.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        let end = self.at.checked_add(length)?;
        let text = std::str::from_utf8(self.bytes.get(self.at..end)?).ok()?;
        self.at = end;
        Some(text)
    }

    /// Two letters, None for none.
    pub(super) fn country(&mut self) -> Option<Option<super::Country>> {
        let pair = [self.byte()?, self.byte()?];
        Some((pair != [0, 0]).then_some(super::Country(pair)))
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, put_number, put_text};

    #[test]
    fn what_is_written_is_read_again() {
        let mut bytes = Vec::new();
        for n in [0, 1, 127, 128, 300, 1 << 40, u64::MAX] {
            bytes.clear();
            put_number(&mut bytes, n);
            put_text(&mut bytes, "São");
            let mut reader = Reader::new(&bytes, 0);
            assert_eq!(reader.number(), Some(n));
            assert_eq!(reader.text(), Some("São"));
            assert_eq!(reader.byte(), None);
        }
    }

    #[test]
    fn bytes_that_make_no_sense_are_none() {
        assert_eq!(Reader::new(&[0xFF; 11], 0).number(), None);
        assert_eq!(Reader::new(&[5, b'a'], 0).text(), None);
        assert_eq!(Reader::new(&[2, 0xC3, 0x28], 0).text(), None);
        assert_eq!(Reader::new(&[], 7).byte(), None);
    }
}
