//! spaCy's English rule lemmatizer (`spacy/pipeline/lemmatizer.py`, `spacy/lang/en/lemmatizer.py`): suffix rules checked
//! against an index of known forms, exceptions first.

use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::chars;
use crate::pipeline::CacheStats;
use crate::symbols::Symbol;
use crate::weights::{LoadError, Weights};

/// Lemmas that are remembered.
const CACHE: usize = 20_000;

/// The lemmatizer.
pub(crate) struct Lemmatizer {
    /// By part of speech in lower case.
    tables: FxHashMap<&'static str, Table>,
    cache: Cache<Key, Arc<str>>,
}

/// Part of speech, morphology, text.
#[derive(PartialEq, Eq, Hash)]
struct Key(Symbol, Symbol, Box<str>);

/// A [`Key`] that is looked up.
#[derive(Hash)]
struct Query<'a>(Symbol, Symbol, &'a str);

impl Equivalent<Key> for Query<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.0 == key.0 && self.1 == key.1 && *self.2 == *key.2
    }
}

#[derive(Default)]
struct Table {
    rules: Vec<(String, String)>,
    exceptions: FxHashMap<String, Vec<String>>,
    index: FxHashSet<Box<str>>,
}

impl Lemmatizer {
    pub(crate) fn load(weights: &Weights) -> Result<Self, LoadError> {
        let mut rules: FxHashMap<String, Vec<(String, String)>> = weights.table("lemma_rules")?;
        let mut exceptions: FxHashMap<String, FxHashMap<String, Vec<String>>> = weights.table("lemma_exc")?;
        let mut index: FxHashMap<String, String> = weights.table("lemma_index")?;
        let mut table = |pos: &str| Table {
            rules: rules.remove(pos).unwrap_or_default(),
            exceptions: exceptions.remove(pos).unwrap_or_default(),
            index: index.remove(pos).unwrap_or_default().split('\n').map(Box::from).collect(),
        };
        let tables = [("ADJ", "adj"), ("ADV", "adv"), ("NOUN", "noun"), ("VERB", "verb"), ("PUNCT", "punct")];
        let tables = tables.map(|(upper, lower)| (upper, table(lower))).into_iter().collect();
        Ok(Self { tables, cache: Cache::new(CACHE) })
    }

    /// The cache of lemmas.
    pub(crate) fn cache_stats(&self, name: &'static str) -> CacheStats {
        CacheStats::of(name, &self.cache)
    }

    /// Appends the lemma of `text` to `out`. `key` stands for `pos` and `morph`.
    pub(crate) fn lemma(&self, text: &str, pos: &str, morph: &str, key: (Symbol, Symbol), out: &mut String) {
        if pos == "PROPN" {
            return if is_base_form(pos, morph) { push_lower(text, out) } else { out.push_str(text) };
        }
        let table = self.tables.get(pos).filter(|_| !is_base_form(pos, morph));
        let Some(table) = table else { return push_lower(text, out) };
        let cached = self.cache.get(&Query(key.0, key.1, text));
        let lemma = cached.unwrap_or_else(|| {
            let lemma: Arc<str> = table.lemmatize(text).into();
            self.cache.insert(Key(key.0, key.1, text.into()), Arc::clone(&lemma));
            lemma
        });
        out.push_str(&lemma);
    }
}

fn push_lower(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.chars().map(|c| c.to_ascii_lowercase()));
    } else {
        out.push_str(&text.to_lowercase());
    }
}

/// spaCy's `is_base_form`: the form is its own lemma.
fn is_base_form(pos: &str, morph: &str) -> bool {
    let feature = |name: &str| morph.split('|').find_map(|f| f.strip_prefix(name)?.strip_prefix('='));
    let verb_form = feature("VerbForm");
    pos == "NOUN" && feature("Number") == Some("Sing")
        || pos == "VERB" && verb_form == Some("Fin") && feature("Tense") == Some("Pres") && feature("Number").is_none()
        || matches!(verb_form, Some("Inf" | "None"))
        || feature("Degree") == Some("Pos")
}

impl Table {
    fn lemmatize(&self, text: &str) -> String {
        let lower = text.to_lowercase();
        let (mut forms, mut unknown) = (Vec::<String>::new(), Vec::new());
        for (old, new) in &self.rules {
            let Some(stem) = lower.strip_suffix(old.as_str()) else { continue };
            let form = format!("{stem}{new}");
            if form.is_empty() {
                continue;
            }
            if self.index.contains(form.as_str()) {
                forms.insert(0, form);
            } else if !form.chars().all(chars::is_alpha) {
                forms.push(form);
            } else {
                unknown.push(form);
            }
        }
        // An exception stands before everything that is not the same form.
        for form in self.exceptions.get(&lower).into_iter().flatten() {
            if !forms.contains(form) {
                forms.insert(0, form.clone());
            }
        }
        forms.into_iter().chain(unknown).next().unwrap_or_else(|| text.to_owned())
    }
}
