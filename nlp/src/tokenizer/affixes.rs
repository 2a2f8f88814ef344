//! The tokenizer's expressions: prefixes, suffixes, infixes and URLs, as the package gives them.

use fancy_regex::Regex;
use serde::Deserialize;

use super::pattern::Pattern;
use crate::weights::LoadError;

/// Longest chunk, in bytes, that may be a URL: beyond it backtracking costs too much.
const MAX_URL: usize = 1000;

/// The expressions of the package's tokenizer, in Python's syntax.
#[derive(Deserialize)]
pub(super) struct Expressions {
    pub(super) prefix: String,
    pub(super) suffix: String,
    pub(super) infix: String,
    pub(super) url: String,
}

/// The compiled expressions.
pub(super) struct Affixes {
    prefix: Pattern,
    suffix: Pattern,
    infix: Pattern,
    url: Regex,
}

impl Affixes {
    pub(super) fn compile(source: &Expressions) -> Result<Self, LoadError> {
        let table = |name: &str, detail| LoadError::Table { name: format!("tokenizer.{name}"), detail };
        let pattern = |name: &str, source: &str| Pattern::compile(source).map_err(|detail| table(name, detail));
        // Python's \w is letters, numbers of all kinds and the underscore, without marks.
        let url = source.url.replace("(?u)", "").replace(r"\w", r"\p{L}\p{N}_");
        Ok(Self {
            prefix: pattern("prefix", &source.prefix)?,
            suffix: pattern("suffix", &source.suffix)?,
            infix: pattern("infix", &source.infix)?,
            url: Regex::new(&url).map_err(|e| table("url", e.to_string()))?,
        })
    }

    /// Length of the prefix of `text`, bytes; 0 where there is none.
    pub(super) fn prefix(&self, text: &str) -> usize {
        self.prefix.prefix(text)
    }

    /// Length of the suffix of `text`, bytes; 0 where there is none.
    pub(super) fn suffix(&self, text: &str) -> usize {
        self.suffix.suffix(text)
    }

    /// Infixes of `text`: byte ranges, in order.
    pub(super) fn infixes(&self, text: &str) -> Vec<(usize, usize)> {
        self.infix.find_all(text)
    }

    /// True where `text` is a URL, which always has a dot.
    pub(super) fn is_url(&self, text: &str) -> bool {
        text.contains('.') && text.len() <= MAX_URL && self.url.is_match(text).unwrap_or(false)
    }
}
