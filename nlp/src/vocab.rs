//! Lexemes: what spaCy knows of a word form regardless of its context (spaCy's `Vocab` and `lex_attrs.py`).

use rustc_hash::FxHashMap;

use crate::chars;
use crate::hash::StringIds;
use crate::vectors::VectorKeys;
use crate::weights::{LoadError, Weights};

/// A word form with its context-free attributes.
#[derive(Debug)]
pub(crate) struct Lexeme {
    /// Ids of NORM, PREFIX, SUFFIX and SHAPE, the inputs of the embeddings.
    pub(crate) ids: [u64; 4],
    /// One more than the row of its static vector, 0 where it has none.
    pub(crate) vector: u32,
    pub(crate) is_space: bool,
    /// NORM.
    pub(crate) norm: Box<str>,
    /// SHAPE.
    pub(crate) shape: Box<str>,
    /// True where the form may begin a special case that is matched over several tokens.
    pub(crate) may_begin_special: bool,
}

/// Makes lexemes.
pub(crate) struct Vocab {
    strings: StringIds,
    /// The package's table, by string id.
    lexeme_norm: FxHashMap<u64, String>,
    /// spaCy's `BASE_NORMS`.
    base_norms: FxHashMap<String, String>,
    vectors: VectorKeys,
}

impl Vocab {
    pub(crate) fn load(weights: &Weights) -> Result<Self, LoadError> {
        Ok(Self {
            strings: StringIds::new(weights.table("symbols")?),
            lexeme_norm: weights.table("lexeme_norm")?,
            base_norms: weights.table("base_norms")?,
            vectors: VectorKeys::load(weights)?,
        })
    }

    /// Rows of the encoders' tables of static vectors.
    pub(crate) fn vector_rows(&self) -> usize {
        self.vectors.table_rows()
    }

    /// The lexeme of `text`; `norm` is the NORM that a special case gives, "" where none does.
    pub(crate) fn lexeme(&self, text: &str, norm: &str, may_begin_special: bool) -> Lexeme {
        let norm = if norm.is_empty() { self.norm(text) } else { norm.to_owned() };
        let shape = shape(text);
        let first = text.chars().next().map_or(0, char::len_utf8);
        let suffix = text.char_indices().rev().nth(2).map_or(text, |(at, _)| &text[at..]);
        let ids = [&norm, &text[..first], suffix, &shape].map(|s| self.strings.id(s));
        Lexeme {
            ids,
            vector: if self.vectors.is_empty() { 0 } else { self.vectors.place(self.strings.id(text)) },
            is_space: text.chars().all(chars::is_space),
            norm: norm.into(),
            shape: shape.into(),
            may_begin_special,
        }
    }

    fn norm(&self, text: &str) -> String {
        let known = self.lexeme_norm.get(&self.strings.id(text)).or_else(|| self.base_norms.get(text));
        known.cloned().unwrap_or_else(|| text.to_lowercase())
    }
}

/// spaCy's `word_shape`: letters become X or x, digits d; a run of one character is cut at four.
fn shape(text: &str) -> String {
    const LONG: usize = 100;
    if text.chars().nth(LONG - 1).is_some() {
        return "LONG".to_owned();
    }
    let mut shape = String::with_capacity(text.len());
    let (mut last, mut run) = (None, 0);
    for c in text.chars() {
        let class = match c {
            _ if chars::is_alpha(c) => {
                if c.is_uppercase() {
                    'X'
                } else {
                    'x'
                }
            }
            _ if chars::is_digit(c) => 'd',
            _ => c,
        };
        run = if last == Some(class) { run + 1 } else { 0 };
        last = Some(class);
        if run < 4 {
            shape.push(class);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    #[test]
    fn shapes_are_spacys() {
        for (text, shape) in
            [("Apple", "Xxxxx"), ("$10.1bn", "$dd.dxx"), ("U.S.", "X.X."), ("Élysée", "Xxxxx"), ("٣", "d")]
        {
            assert_eq!(super::shape(text), shape);
        }
        assert_eq!(super::shape(&"a".repeat(100)), "LONG");
    }
}
