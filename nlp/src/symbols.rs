//! Label strings, each stored once: a [`Symbol`] is an index.

use rustc_hash::FxHashMap;

/// Index of a label string.
pub(crate) type Symbol = u16;

/// The table of labels: tags, parts of speech, morphologies, dependencies, entity types. Symbol 0 is "".
pub(crate) struct Symbols {
    strings: Vec<Box<str>>,
    index: FxHashMap<Box<str>, Symbol>,
}

impl Symbols {
    pub(crate) fn new() -> Self {
        let mut symbols = Self { strings: Vec::new(), index: FxHashMap::default() };
        symbols.intern("");
        symbols
    }

    /// The symbol of `text`, new if need be.
    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        if let Some(&symbol) = self.index.get(text) {
            return symbol;
        }
        let symbol = Symbol::try_from(self.strings.len()).expect("a pipeline has a few hundred labels");
        self.strings.push(text.into());
        self.index.insert(text.into(), symbol);
        symbol
    }

    /// The string of `symbol`.
    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        &self.strings[usize::from(symbol)]
    }
}
