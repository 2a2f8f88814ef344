//! Claim ids: the same claim keeps its id through a correction elsewhere in the article.

use std::collections::HashMap;

use crate::event::ClaimKind;

/// Gives ids and counts repeats.
#[derive(Default)]
pub(super) struct Ids {
    seen: HashMap<(ClaimKind, String), u32>,
}

impl Ids {
    /// blake3 of article id, kind, normalised text and the number of equal claims before it: 32 hexadecimal digits.
    /// Neither version nor offsets go in.
    pub(super) fn next(&mut self, article_id: &str, kind: ClaimKind, text: &str) -> String {
        let normalised = normalise(text);
        let ordinal = self.seen.entry((kind, normalised.clone())).and_modify(|n| *n += 1).or_insert(0);
        let kind = match kind {
            ClaimKind::Direct => "direct",
            ClaimKind::Mixed => "mixed",
            ClaimKind::Indirect => "indirect",
            ClaimKind::Headline => "headline",
            ClaimKind::Statement => "statement",
        };
        let mut hasher = blake3::Hasher::new();
        for field in [article_id, kind, &normalised, &ordinal.to_string()] {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field.as_bytes());
        }
        let mut hex = hasher.finalize().to_hex().to_string();
        hex.truncate(32);
        hex
    }
}

/// Lower-cased words, one space between them; punctuation and quotation marks never matter.
fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '$' | '€' | '£' | '%' | '-' | '+'));
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_and_case_do_not_change_an_id_but_repeats_do() {
        let mut ids = Ids::default();
        let a = ids.next("urn:1", ClaimKind::Direct, "“Exports fell,”");
        assert_eq!(a, Ids::default().next("urn:1", ClaimKind::Direct, "exports fell"));
        assert_ne!(a, ids.next("urn:1", ClaimKind::Direct, "Exports fell"));
        assert_ne!(a, Ids::default().next("urn:2", ClaimKind::Direct, "exports fell"));
        assert_ne!(a, Ids::default().next("urn:1", ClaimKind::Indirect, "exports fell"));
        assert_eq!(a.len(), 32);
    }
}
