//! Text to atoms: numbers, words and symbols, finer than the engine's tokens.
//!
//! Numerals are written in ways that a tokenizer cuts at will (`10.1bn`, `10–15%`, `US$5m`, `3-to-1`, `42-year-old`), so the
//! grammars of quantities and times read these atoms; every atom knows its token, through which they ask for tag, lemma and head.

use std::borrow::Cow;
use std::ops::Range;

use copydesk_nlp::Doc;

/// What an atom is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Digits with grouping commas and a decimal point, or a vulgar fraction.
    Number,
    /// Letters; `'s` is a word of its own, abbreviations of single letters (`p.m.`, `U.S.`) are one word.
    Word,
    /// Any other character.
    Symbol,
}

/// A piece of one block.
#[derive(Debug, Clone)]
pub(crate) struct Atom<'a> {
    /// As written.
    pub(crate) text: &'a str,
    /// In lower case.
    pub(crate) lower: Cow<'a, str>,
    /// Number, word or symbol.
    pub(crate) kind: Kind,
    /// UTF-8 bytes of the article's text.
    pub(crate) bytes: Range<usize>,
    /// Index of the engine's token that holds its first byte.
    pub(crate) token: usize,
    /// True where no white space stands before it.
    pub(crate) glued: bool,
}

impl Atom<'_> {
    /// True where the first letter is a capital.
    pub(crate) fn is_capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }
}

/// The atoms of one block, with look-ups that never fail: outside the block there is the empty word.
#[derive(Debug)]
pub(crate) struct Atoms<'a> {
    all: Vec<Atom<'a>>,
}

impl<'a> Atoms<'a> {
    /// Cuts `text[bytes]`; `tokens` are the tokens of `doc` that make up the block.
    pub(crate) fn of_block(text: &'a str, bytes: Range<usize>, doc: &Doc, tokens: Range<usize>) -> Self {
        let mut all = cut(text, bytes);
        let mut token = tokens.start;
        for atom in &mut all {
            while token + 1 < tokens.end && doc.bytes(token + 1).start <= atom.bytes.start {
                token += 1;
            }
            atom.token = token;
        }
        Self { all }
    }

    /// Cuts a text that has no annotations: every atom claims to be token 0.
    #[cfg(test)]
    pub(crate) fn of_text(text: &'a str) -> Self {
        Self { all: cut(text, 0..text.len()) }
    }

    /// Number of atoms.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The atom, if there is one.
    pub(crate) fn get(&self, i: usize) -> Option<&Atom<'a>> {
        self.all.get(i)
    }

    /// Lower-case text of atom `i`; empty outside the block.
    pub(crate) fn lower(&self, i: usize) -> &str {
        self.all.get(i).map_or("", |a| a.lower.as_ref())
    }

    /// Lower-case text of the atom `back` places before `i`; empty outside the block.
    pub(crate) fn before(&self, i: usize, back: usize) -> &str {
        i.checked_sub(back).map_or("", |j| self.lower(j))
    }

    /// Text of atom `i` as written; empty outside the block.
    pub(crate) fn text(&self, i: usize) -> &str {
        self.all.get(i).map_or("", |a| a.text)
    }

    /// True where atom `i` exists and follows its predecessor without white space.
    pub(crate) fn glued(&self, i: usize) -> bool {
        self.all.get(i).is_some_and(|a| a.glued)
    }

    /// True where atom `i` is a word.
    pub(crate) fn is_word(&self, i: usize) -> bool {
        self.all.get(i).is_some_and(|a| a.kind == Kind::Word)
    }

    /// True where atom `i` is a number.
    pub(crate) fn is_number(&self, i: usize) -> bool {
        self.all.get(i).is_some_and(|a| a.kind == Kind::Number)
    }

    /// True where atom `i` starts with a capital.
    pub(crate) fn is_capital(&self, i: usize) -> bool {
        self.all.get(i).is_some_and(Atom::is_capital)
    }

    /// True for the hyphen and the dashes that stand for "to".
    pub(crate) fn is_dash(&self, i: usize) -> bool {
        matches!(self.text(i), "-" | "–" | "—" | "‑" | "−")
    }

    /// True where the lower-case atoms from `i` on are `words` (separated by spaces).
    pub(crate) fn matches(&self, i: usize, words: &str) -> bool {
        words.split(' ').enumerate().all(|(k, word)| self.lower(i + k) == word)
    }

    /// True where the lower-case atoms before `i` end with `words` (separated by spaces).
    pub(crate) fn ends_with(&self, i: usize, words: &str) -> bool {
        let count = words.split(' ').count();
        i.checked_sub(count).is_some_and(|start| self.matches(start, words))
    }

    /// UTF-8 bytes from the first to the last atom of a range that is not empty.
    pub(crate) fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        self.all[range.start].bytes.start..self.all[range.end - 1].bytes.end
    }

    /// Tokens from the first to the last atom of a range that is not empty.
    pub(crate) fn tokens(&self, range: &Range<usize>) -> Range<usize> {
        self.all[range.start].token..self.all[range.end - 1].token + 1
    }
}

fn cut(text: &str, bytes: Range<usize>) -> Vec<Atom<'_>> {
    let mut atoms: Vec<Atom<'_>> = Vec::with_capacity(bytes.len() / 5);
    let mut at = bytes.start;
    let mut glued = false;
    while let Some(c) = text[at..bytes.end].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            glued = false;
            continue;
        }
        let rest = &text[at..bytes.end];
        let (kind, len) = if c.is_ascii_digit() {
            (Kind::Number, number_len(rest))
        } else if is_vulgar_fraction(c) {
            (Kind::Number, c.len_utf8())
        } else if c.is_alphabetic() {
            (Kind::Word, word_len(rest))
        } else if matches!(c, '\'' | '’') && glued && is_possessive(rest, c) {
            (Kind::Word, c.len_utf8() + 1)
        } else {
            (Kind::Symbol, c.len_utf8())
        };
        let piece = &text[at..at + len];
        let lower = if piece.chars().any(|c| c.is_uppercase() || c == '’') {
            Cow::Owned(piece.to_lowercase().replace('’', "'"))
        } else {
            Cow::Borrowed(piece)
        };
        atoms.push(Atom { text: piece, lower, kind, bytes: at..at + len, token: 0, glued });
        at += len;
        glued = true;
    }
    atoms
}

/// True for the fractions that have a character of their own and that [`super::numerals`] can read.
pub(super) fn is_vulgar_fraction(c: char) -> bool {
    matches!(c, '½' | '¼' | '¾' | '⅓' | '⅔' | '⅛')
}

/// Digits, groups of three (or two and three, as in India) after a comma or a narrow space, and decimals.
fn number_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut len = digits(0);
    if len <= 3 {
        loop {
            let separator = [",", "\u{a0}", "\u{202f}", "\u{2009}"].into_iter().find(|s| rest[len..].starts_with(*s));
            let Some(separator) = separator else { break };
            let group = digits(len + separator.len());
            let next = len + separator.len() + group;
            // A group of two is Indian: another group must follow.
            let indian = group == 2 && separator == "," && rest[next..].starts_with(',') && digits(next + 1) >= 2;
            if group != 3 && !indian {
                break;
            }
            len = next;
        }
    }
    if rest[len..].starts_with('.') && digits(len + 1) > 0 {
        let decimals = digits(len + 1);
        // 10.26.2025 and 1.2.3 are no decimals, but a sentence may end after one.
        let dotted = rest[len + 1 + decimals..].starts_with('.') && digits(len + 2 + decimals) > 0;
        if !dotted {
            len += 1 + decimals;
        }
    }
    len
}

fn word_len(rest: &str) -> usize {
    let mut len = 0;
    let mut chars = rest.char_indices().peekable();
    let mut single_letters = true;
    let mut run = 0;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, c)| c);
        if c.is_alphabetic() {
            run += 1;
            single_letters &= run == 1;
        } else if c == '.' && single_letters && run == 1 && (len > 1 || next.is_some_and(char::is_alphabetic)) {
            // "U.S." and "p.m.": single letters, each with a stop; "A." at the end of a sentence is a word and a stop.
            let follows = rest[at + 1..].chars().nth(1);
            if len == 1 && (follows != Some('.')) {
                break;
            }
            run = 0;
        } else if matches!(c, '\'' | '’') && next.is_some_and(char::is_alphabetic) {
            if is_possessive(&rest[at..], c) {
                break;
            }
            single_letters = false;
            run = 2;
        } else if is_combining(c) {
        } else {
            break;
        }
        len = at + c.len_utf8();
    }
    len
}

fn is_combining(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// True where `rest` starts with `'s` (the mark is `mark`) and no letter follows.
fn is_possessive(rest: &str, mark: char) -> bool {
    let mut chars = rest[mark.len_utf8()..].chars();
    matches!(chars.next(), Some('s' | 'S')) && !chars.next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let atoms = Atoms::of_text(text);
        let found: Vec<_> = (0..atoms.len()).map(|i| atoms.text(i)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn numbers_keep_groups_and_decimals() {
        check("1,200 people, 3.5%", &["1,200", "people", ",", "3.5", "%"]);
        check("Rs 1,20,000 and 10\u{a0}000", &["Rs", "1,20,000", "and", "10\u{a0}000"]);
        check("It rose to 5.1.", &["It", "rose", "to", "5.1", "."]);
        check("1,2,3", &["1", ",", "2", ",", "3"]);
        check("in 2019,2020", &["in", "2019", ",", "2020"]);
    }

    #[test]
    fn letters_and_digits_part() {
        check("$10.1bn", &["$", "10.1", "bn"]);
        check("US$5m 1970s", &["US", "$", "5", "m", "1970", "s"]);
        check("10–15%", &["10", "–", "15", "%"]);
        check("42-year-old", &["42", "-", "year", "-", "old"]);
    }

    #[test]
    fn possessives_and_abbreviations() {
        check("Friday’s at 5 p.m. in the U.S.", &["Friday", "’s", "at", "5", "p.m.", "in", "the", "U.S."]);
        check("didn't see Plan A.", &["didn't", "see", "Plan", "A", "."]);
    }
}
