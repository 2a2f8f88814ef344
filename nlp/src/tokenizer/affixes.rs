//! The tokenizer's expressions: prefixes, suffixes, infixes and URLs, as the package gives them.

use fancy_regex::Regex;
use serde::Deserialize;

use crate::weights::LoadError;

/// Longest chunk, in bytes, in which infixes and URLs are searched: beyond it look-behind and backtracking cost too much,
/// and no word of any language is meant.
const MAX_SEARCHED: usize = 1000;

/// The expressions of the package's tokenizer, in Python's syntax.
#[derive(Deserialize)]
pub(super) struct Expressions {
    prefix: String,
    suffix: String,
    infix: String,
    url: String,
}

/// The compiled expressions.
pub(super) struct Affixes {
    prefix: Regex,
    suffix: Regex,
    infix: Regex,
    url: Regex,
}

impl Affixes {
    pub(super) fn compile(source: &Expressions) -> Result<Self, LoadError> {
        let compile = |name: &str, source: &str| {
            // Python's \w is letters, numbers of all kinds and the underscore, without marks.
            let pattern = source.replace("(?u)", "").replace(r"\w", r"\p{L}\p{N}_");
            let table = |e| LoadError::Table { name: format!("tokenizer.{name}"), detail: format!("{e}") };
            Regex::new(&pattern).map_err(table)
        };
        Ok(Self {
            prefix: compile("prefix", &source.prefix)?,
            suffix: compile("suffix", &source.suffix)?,
            infix: compile("infix", &source.infix)?,
            url: compile("url", &source.url)?,
        })
    }

    /// Length of the prefix of `text`, bytes; 0 where there is none.
    pub(super) fn prefix(&self, text: &str) -> usize {
        let end = text.char_indices().nth(MAX_AFFIX).map_or(text.len(), |(at, _)| at);
        find(&self.prefix, &text[..end])
    }

    /// Length of the suffix of `text`, bytes; 0 where there is none.
    pub(super) fn suffix(&self, text: &str) -> usize {
        let start = text.char_indices().rev().nth(MAX_AFFIX).map_or(0, |(at, _)| at);
        find(&self.suffix, &text[start..])
    }

    /// Infixes of `text`: byte ranges, in order.
    pub(super) fn infixes(&self, text: &str) -> Vec<(usize, usize)> {
        if text.len() > MAX_SEARCHED {
            return Vec::new();
        }
        self.infix.find_iter(text).filter_map(Result::ok).map(|m| (m.start(), m.end())).collect()
    }

    /// True where `text` is a URL.
    pub(super) fn is_url(&self, text: &str) -> bool {
        text.len() <= MAX_SEARCHED && self.url.is_match(text).unwrap_or(false)
    }
}

/// Affixes are short but for runs of dots; this many characters are looked at.
const MAX_AFFIX: usize = 256;

fn find(regex: &Regex, text: &str) -> usize {
    regex.find(text).ok().flatten().map_or(0, |m| m.end() - m.start())
}
