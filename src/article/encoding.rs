//! Bytes to text: byte-order mark, then declaration, then detection.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Warning;
use crate::rejection::{Reason, Rejection};

/// Share of control characters or replacements above which bytes are no text in the encoding.
const MAX_NOISE: f64 = 0.02;

/// Decodes `bytes`. `declared` is the charset of the content-type header, if any. The byte-order mark is not part of the text.
///
/// # Errors
/// [`Reason::Undecodable`] for bytes that are no text in any accepted encoding.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>) -> Result<(String, Vec<Warning>), Rejection> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return finish(encoding, &bytes[length..], Vec::new());
    }
    let mut warnings = Vec::new();
    let declared = declared.and_then(|label| {
        let encoding = Encoding::for_label(label.trim().as_bytes());
        if encoding.is_none() {
            warnings.push(Warning::EncodingMismatch);
        }
        encoding
    });
    // UTF-8 proves itself: no other encoding passes by chance.
    if let Ok(text) = std::str::from_utf8(bytes)
        && declared.is_none_or(|e| e == UTF_8 || !text.is_ascii())
        && !is_utf16_like(bytes)
    {
        if declared.is_some_and(|e| e != UTF_8) {
            warnings.push(Warning::EncodingMismatch);
        }
        check_noise(text, "UTF-8")?;
        return Ok((text.to_owned(), warnings));
    }
    match declared {
        Some(encoding) if encoding != UTF_8 => finish(encoding, bytes, warnings),
        declared => {
            if declared.is_some() {
                warnings.push(Warning::EncodingMismatch);
            }
            finish(detect(bytes), bytes, warnings)
        }
    }
}

/// Every other byte is zero: UTF-16 without a byte-order mark.
fn is_utf16_like(bytes: &[u8]) -> bool {
    utf16_order(bytes).is_some()
}

fn utf16_order(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(512) & !1];
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|&&b| b == 0).count();
    let half = sample.len() / 2;
    if half < 2 {
        return None;
    }
    let (even, odd) = (zeros(0), zeros(1));
    match () {
        () if odd * 10 > half * 7 && even * 10 < half => Some(UTF_16LE),
        () if even * 10 > half * 7 && odd * 10 < half => Some(UTF_16BE),
        () => None,
    }
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    if let Some(encoding) = utf16_order(bytes) {
        return encoding;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Allow);
    // UTF-8 with a few broken bytes is detected as something else; windows-1252 is what the wires use beside it.
    if guess == UTF_8 { WINDOWS_1252 } else { guess }
}

fn finish(
    encoding: &'static Encoding,
    bytes: &[u8],
    mut warnings: Vec<Warning>,
) -> Result<(String, Vec<Warning>), Rejection> {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    check_noise(&text, encoding.name())?;
    if had_errors {
        warnings.push(Warning::ReplacedBytes);
    }
    Ok((text.into_owned(), warnings))
}

fn check_noise(text: &str, encoding: &str) -> Result<(), Rejection> {
    let is_noise = |c: &char| *c == '\u{FFFD}' || c.is_control() && !c.is_whitespace();
    let (noise, all) = (text.chars().filter(is_noise).count(), text.chars().count());
    if noise as f64 <= MAX_NOISE * all as f64 {
        return Ok(());
    }
    let detail = format!(
        "{noise} of {all} characters are not text when read as {encoding}; send UTF-8, or name the charset in content-type"
    );
    Err(Rejection::parse(Reason::Undecodable, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], declared: Option<&str>, expected: &str, warnings: &[Warning]) {
        let (text, found) = decode(bytes, declared).unwrap();
        assert_eq!((text.as_str(), &found[..]), (expected, warnings));
    }

    #[test]
    fn a_byte_order_mark_wins_and_is_dropped() {
        check(b"\xEF\xBB\xBFna\xC3\xAFve", Some("latin1"), "naïve", &[]);
        check(b"\xFF\xFEO\0K\0", None, "OK", &[]);
    }

    #[test]
    fn declared_legacy_bytes_are_decoded() {
        check(b"caf\xE9 \x93quoted\x94", Some("windows-1252"), "café “quoted”", &[]);
    }

    #[test]
    fn a_wrong_declaration_is_a_warning() {
        check("café".as_bytes(), Some("windows-1252"), "café", &[Warning::EncodingMismatch]);
        check(b"caf\xE9 in the town", Some("utf-8"), "café in the town", &[Warning::EncodingMismatch]);
    }

    #[test]
    fn undeclared_legacy_bytes_are_detected() {
        check(b"The minister said \x93no\x94 in M\xFCnchen.", None, "The minister said “no” in München.", &[]);
        check(b"O\0K\0 \0n\0o\0w\0", None, "OK now", &[]);
    }

    #[test]
    fn noise_is_refused() {
        let rejection = decode(&[0, 1, 2, 3, 0xFF, 0xFE, 0x80, 0x81, 7, 7, 7], None).unwrap_err();
        assert_eq!(rejection.reason, Reason::Undecodable);
    }
}
