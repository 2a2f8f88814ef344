//! The knowledge base as one document asks it: every name once.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::kb::{Facts, Kb};

/// Remembers what the knowledge base said.
pub(super) struct Gazetteer<'k> {
    pub(super) kb: &'k Kb,
    known: RefCell<HashMap<String, Facts>>,
}

impl<'k> Gazetteer<'k> {
    pub(super) fn new(kb: &'k Kb) -> Self {
        Self { kb, known: RefCell::default() }
    }

    /// What the folded name is known for.
    pub(super) fn facts(&self, key: &str) -> Facts {
        if let Some(facts) = self.known.borrow().get(key) {
            return *facts;
        }
        let facts = self.kb.facts(key);
        self.known.borrow_mut().insert(key.to_owned(), facts);
        facts
    }
}
