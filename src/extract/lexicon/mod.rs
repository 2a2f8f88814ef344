//! Word lists, one entry a line, compiled in.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What a cue says about the act: `say`, `deny`, ... (the list stands at the head of `cues.txt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CueClass {
    /// `say|deny|allege|confirm|warn|promise|ask|believe|want|praise|criticise|estimate|report`.
    pub class: &'static str,
    /// `support|oppose|praise|criticise|want|fear|believe`; None for words that state.
    pub attitude: Option<&'static str>,
}

/// The lists.
pub struct Lexicon {
    verbs: HashMap<&'static str, CueClass>,
    nouns: HashMap<&'static str, CueClass>,
    probability: HashMap<&'static str, f32>,
    titles: HashSet<&'static str>,
    unnamed: HashSet<&'static str>,
    institutions: HashSet<&'static str>,
    documents: HashSet<&'static str>,
    audiences: HashSet<&'static str>,
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'))
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let (mut verbs, mut nouns) = (HashMap::new(), HashMap::new());
    for line in lines(include_str!("cues.txt")) {
        let mut fields = line.split_whitespace();
        let (Some(lemma), Some(pos), Some(class), Some(attitude)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let entry = CueClass { class, attitude: (attitude != "-").then_some(attitude) };
        if pos == "verb" { &mut verbs } else { &mut nouns }.insert(lemma, entry);
    }
    let probability = lines(include_str!("cue_probability.txt"))
        .filter_map(|line| {
            let (form, per_mille) = line.split_once(' ')?;
            Some((form, per_mille.parse::<f32>().ok()? / 1000.0))
        })
        .collect();
    Lexicon {
        verbs,
        nouns,
        probability,
        titles: lines(include_str!("titles.txt")).collect(),
        unnamed: lines(include_str!("unnamed_sources.txt")).collect(),
        institutions: lines(include_str!("institutions.txt")).collect(),
        documents: lines(include_str!("document_sources.txt")).collect(),
        audiences: lines(include_str!("audiences.txt")).collect(),
    }
});

impl Lexicon {
    /// The compiled lists.
    pub fn get() -> &'static Lexicon {
        &LEXICON
    }

    /// Class of a cue by the lemma of its head.
    pub fn cue(&self, lemma: &str, noun: bool) -> Option<CueClass> {
        let (first, second) = if noun { (&self.nouns, &self.verbs) } else { (&self.verbs, &self.nouns) };
        first.get(lemma).or_else(|| second.get(lemma)).copied()
    }

    /// True for the lemma of a verb that reports.
    pub fn is_reporting_verb(&self, lemma: &str) -> bool {
        self.verbs.contains_key(lemma)
    }

    /// True for the lemma of a noun that reports ("claim", "statement").
    pub fn is_reporting_noun(&self, lemma: &str) -> bool {
        self.nouns.contains_key(lemma)
    }

    /// How often the lower-cased word form belongs to a cue; `fallback` for forms that were never counted.
    pub fn cue_probability(&self, form: &str, fallback: f32) -> f32 {
        self.probability.get(form).copied().unwrap_or(fallback)
    }

    /// "senator", "prime minister": a word of a title.
    pub fn is_title(&self, lower: &str) -> bool {
        self.titles.contains(lower)
    }

    /// "official", "analyst", "source": a noun that describes a source without naming it.
    pub fn is_unnamed_source(&self, lemma: &str) -> bool {
        self.unnamed.contains(lemma)
    }

    /// "ministry", "court", "office": a body that its kind can identify.
    pub fn is_institution(&self, lemma: &str) -> bool {
        self.institutions.contains(lemma)
    }

    /// "report", "statement", "survey": a source that is a text.
    pub fn is_document(&self, lemma: &str) -> bool {
        self.documents.contains(lemma)
    }

    /// "reporter", "conference": those whom a speaker addresses.
    pub fn is_audience(&self, lemma: &str) -> bool {
        self.audiences.contains(lemma)
    }
}
