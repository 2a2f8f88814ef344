//! spaCy's tokenizer (`spacy/tokenizer.pyx`): chunks between white space are split into affixes, exceptions and infixes.

mod affixes;
mod pattern;

use std::sync::Arc;

use quick_cache::sync::Cache;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use affixes::{Affixes, Expressions};

use crate::chars;
use crate::pipeline::CacheStats;
use crate::vocab::{Lexeme, Vocab};
use crate::weights::{LoadError, Weights};

/// A token of a text.
#[derive(Debug, Clone)]
pub(crate) struct RawToken {
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
    pub(crate) lexeme: Arc<Lexeme>,
    /// True where one space follows, which belongs to the token (spaCy's SPACY).
    pub(crate) space_after: bool,
}

/// A token within a chunk.
#[derive(Clone)]
struct Piece {
    len: usize,
    lexeme: Arc<Lexeme>,
}

/// Text and NORM of the tokens that a special case stands for; NORM "" where the case gives none.
type SpecialCase = Vec<(String, String)>;

/// Chunks that the tokenizer remembers.
const CHUNK_CACHE: usize = 40_000;
/// Longest chunk that is remembered, bytes.
const MAX_CACHED: usize = 64;

/// The tokenizer: immutable but for its cache, which never changes an answer.
pub(crate) struct Tokenizer {
    vocab: Vocab,
    affixes: Affixes,
    rules: FxHashMap<String, SpecialCase>,
    /// Bytes of the longest special case.
    longest_rule: usize,
    /// Special cases that the affix rules would split: their plain tokens, joined by U+0000, to the case.
    split_specials: FxHashMap<String, String>,
    /// First tokens of `split_specials`.
    starts: FxHashSet<String>,
    /// Most tokens of a split special.
    longest: usize,
    chunks: Cache<String, Arc<[Piece]>>,
}

#[derive(Deserialize)]
struct Table {
    #[serde(flatten)]
    expressions: Expressions,
    rules: FxHashMap<String, SpecialCase>,
}

impl Tokenizer {
    pub(crate) fn load(weights: &Weights) -> Result<Self, LoadError> {
        let table: Table = weights.table("tokenizer")?;
        let mut tokenizer = Self {
            vocab: Vocab::load(weights)?,
            affixes: Affixes::compile(&table.expressions)?,
            longest_rule: table.rules.keys().map(String::len).max().unwrap_or(0),
            rules: table.rules,
            split_specials: FxHashMap::default(),
            starts: FxHashSet::default(),
            longest: 1,
            chunks: Cache::new(CHUNK_CACHE),
        };
        tokenizer.find_split_specials();
        Ok(tokenizer)
    }

    /// Rows of the encoders' tables of static vectors; 0 without them.
    pub(crate) fn vector_rows(&self) -> usize {
        self.vocab.vector_rows()
    }

    /// The cache of chunks.
    pub(crate) fn cache_stats(&self, name: &'static str) -> CacheStats {
        CacheStats::of(name, &self.chunks)
    }

    /// Tokens of `text[from..to]` into `out`, which is cleared; offsets are into `text`.
    pub(crate) fn tokenize(&self, text: &str, from: usize, to: usize, out: &mut Vec<RawToken>) {
        out.clear();
        let part = &text[from..to];
        let Some(first) = part.chars().next() else { return };
        let (mut start, mut in_space) = (0, chars::is_space(first));
        for (at, c) in part.char_indices() {
            if chars::is_space(c) == in_space {
                continue;
            }
            if start < at {
                self.chunk(&part[start..at], from + start, out);
            }
            start = at;
            // One space is swallowed by the token before it.
            if c == ' ' {
                if let Some(last) = out.last_mut() {
                    last.space_after = true;
                }
                start = at + 1;
            }
            in_space = !in_space;
        }
        if start < part.len() {
            self.chunk(&part[start..], from + start, out);
            if let Some(last) = out.last_mut() {
                last.space_after = part.ends_with(' ') && !in_space;
            }
        }
        self.merge_split_specials(text, out);
    }

    /// Tokens of one chunk, which holds either no white space or nothing else.
    fn chunk(&self, chunk: &str, at: usize, out: &mut Vec<RawToken>) {
        let pieces = match self.chunks.get(chunk) {
            Some(pieces) => pieces,
            None => {
                let pieces: Arc<[Piece]> = self
                    .split(chunk, true)
                    .into_iter()
                    .map(|(start, end, norm)| Piece { len: end - start, lexeme: self.lexeme(&chunk[start..end], norm) })
                    .collect();
                if chunk.len() <= MAX_CACHED {
                    self.chunks.insert(chunk.to_owned(), Arc::clone(&pieces));
                }
                pieces
            }
        };
        let mut start = at;
        for piece in &*pieces {
            let end = start + piece.len;
            out.push(RawToken { start, end, lexeme: Arc::clone(&piece.lexeme), space_after: false });
            start = end;
        }
    }

    fn lexeme(&self, text: &str, norm: &str) -> Arc<Lexeme> {
        Arc::new(self.vocab.lexeme(text, norm, self.starts.contains(text)))
    }

    /// Splits a chunk: (start, end, NORM of a special case or "").
    fn split<'a>(&'a self, chunk: &str, use_specials: bool) -> Vec<(usize, usize, &'a str)> {
        let special = |text: &str| self.rules.get(text).filter(|_| use_specials);
        // Long texts are not even hashed, so that each step costs the same.
        let special = |text: &str| if text.len() <= self.longest_rule { special(text) } else { None };
        let (mut start, mut end) = (0, chunk.len());
        let (mut tokens, mut suffixes) = (Vec::new(), Vec::new());
        let mut last_len = usize::MAX;
        while start < end && end - start != last_len {
            if special(&chunk[start..end]).is_some() {
                break;
            }
            last_len = end - start;
            let prefix = self.affixes.prefix(&chunk[start..end]);
            if prefix > 0 && start + prefix < end && special(&chunk[start + prefix..end]).is_some() {
                tokens.push((start, start + prefix, ""));
                start += prefix;
                break;
            }
            let suffix = self.affixes.suffix(&chunk[start + prefix..end]);
            if suffix > 0 && start < end - suffix && special(&chunk[start..end - suffix]).is_some() {
                suffixes.push((end - suffix, end, ""));
                end -= suffix;
                break;
            }
            if prefix > 0 {
                tokens.push((start, start + prefix, ""));
            }
            if suffix > 0 && prefix + suffix <= end - start {
                suffixes.push((end - suffix, end, ""));
                end -= suffix;
            }
            start += prefix;
        }
        if start < end {
            let rest = &chunk[start..end];
            if let Some(case) = special(rest) {
                for (text, norm) in case {
                    tokens.push((start, start + text.len(), norm.as_str()));
                    start += text.len();
                }
            } else if self.affixes.is_url(rest) {
                tokens.push((start, end, ""));
            } else {
                self.split_infixes(rest, start, &mut tokens);
            }
        }
        tokens.extend(suffixes.into_iter().rev());
        tokens
    }

    fn split_infixes(&self, text: &str, at: usize, out: &mut Vec<(usize, usize, &str)>) {
        let mut start = 0;
        for (from, to) in self.affixes.infixes(text) {
            if from == 0 {
                continue;
            }
            if from != start {
                out.push((at + start, at + from, ""));
            }
            if from != to {
                out.push((at + from, at + to, ""));
            }
            start = to;
        }
        if start < text.len() {
            out.push((at + start, at + text.len(), ""));
        }
    }

    /// Fills `split_specials` (spaCy's `_special_matcher`).
    fn find_split_specials(&mut self) {
        let touched = |text: &str| {
            self.affixes.prefix(text) > 0
                || self.affixes.suffix(text) > 0
                || text.contains(' ')
                || !self.affixes.infixes(text).is_empty()
        };
        let found: Vec<(Vec<String>, String)> = self
            .rules
            .keys()
            .filter(|text| touched(text))
            .map(|text| {
                let tokens = self.split(text, false).into_iter().map(|(start, end, _)| text[start..end].to_owned());
                (tokens.collect(), text.clone())
            })
            .collect();
        for (tokens, text) in found {
            self.longest = self.longest.max(tokens.len());
            self.starts.insert(tokens[0].clone());
            self.split_specials.insert(tokens.join("\0"), text);
        }
    }

    /// spaCy's second pass over the document: token sequences that equal a special case's plain tokens become the special case.
    /// Longest first, then leftmost; a match across a space changes nothing, yet blocks those that overlap it, as in spaCy.
    fn merge_split_specials(&self, text: &str, tokens: &mut Vec<RawToken>) {
        let mut found = Vec::new();
        let mut key = String::new();
        for first in 0..tokens.len() {
            if !tokens[first].lexeme.may_begin_special {
                continue;
            }
            key.clear();
            for last in first..tokens.len().min(first + self.longest) {
                if last > first {
                    key.push('\0');
                }
                key.push_str(&text[tokens[last].start..tokens[last].end]);
                if self.split_specials.contains_key(&key) {
                    found.push((first, last + 1));
                }
            }
        }
        if found.is_empty() {
            return;
        }
        found.sort_by_key(|&(first, end)| (std::cmp::Reverse(end - first), first));
        let mut seen = vec![false; tokens.len()];
        found.retain(|&(first, end)| {
            let free = !seen[first] && !seen[end - 1];
            seen[first..end].fill(true);
            free
        });
        found.sort_unstable();
        let mut merged = Vec::with_capacity(tokens.len());
        let mut next = 0;
        for (first, end) in found {
            merged.extend_from_slice(&tokens[next..first]);
            next = end;
            let (start, last) = (tokens[first].start, &tokens[end - 1]);
            let Some(case) = self.rules.get(&text[start..last.end]) else {
                merged.extend_from_slice(&tokens[first..end]);
                continue;
            };
            let mut at = start;
            for (i, (piece, norm)) in case.iter().enumerate() {
                merged.push(RawToken {
                    start: at,
                    end: at + piece.len(),
                    lexeme: self.lexeme(piece, norm),
                    space_after: i + 1 == case.len() && last.space_after,
                });
                at += piece.len();
            }
        }
        merged.extend_from_slice(&tokens[next..]);
        *tokens = merged;
    }
}
