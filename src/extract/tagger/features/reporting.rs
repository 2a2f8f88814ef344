//! Which tokens report, and which tokens lie within their subjects and complements.

use std::ops::Range;

use copydesk_nlp::Doc;

/// A word form's count within cues and its count anywhere, in the data that the tagger was trained on.
pub type Counts = (u32, u32);

/// Relations of one paragraph's tokens to its reporting words; all indices are counted from the paragraph's first token.
#[derive(Default)]
pub(super) struct Reporting {
    /// True for words that report.
    pub(super) reports: Vec<bool>,
    /// First token of the sentence's tree (the root), for each token.
    pub(super) root: Vec<usize>,
    /// Within the subject of a reporting word: `pre`, or `rel` where it stands behind the word.
    pub(super) subject: Vec<&'static str>,
    /// Within a complement of a reporting word: index into `complements`, plus one; 0 for none.
    pub(super) complement: Vec<usize>,
    /// Dependency label, bucket of the reporter's probability and side (`ccompe>`).
    pub(super) complements: Vec<String>,
    /// Within any clausal complement: its side.
    pub(super) clausal: Vec<&'static str>,
    stack: Vec<usize>,
}

/// The value for "in none".
pub(super) const NONE: &str = "0";

const COMPLEMENTS: [&str; 10] = ["ccomp", "parataxis", "xcomp", "dobj", "advcl", "acl", "prep", "attr", "oprd", "pobj"];

impl Reporting {
    /// Reads a paragraph whose forms have these counts.
    pub(super) fn read(&mut self, doc: &Doc, range: &Range<usize>, forms: &[(String, Counts)]) {
        let (n, at) = (range.len(), range.start);
        self.reports.clear();
        self.reports.extend(range.clone().map(|i| {
            let may = matches!(doc.pos(i), "VERB" | "NOUN" | "AUX");
            // compared in f64, as the training data was: 0.3 is no f32
            let (cue, seen) = forms[i - at].1;
            let often = seen >= 3 && f64::from(cue) / f64::from(seen) >= 0.3;
            often && may || forms[i - at].0 == "according"
        }));
        self.root.clear();
        self.root.extend(range.clone().map(|i| root(doc, i) - at));
        self.subject.clear();
        self.subject.resize(n, NONE);
        self.complement.clear();
        self.complement.resize(n, 0);
        self.complements.clear();
        self.clausal.clear();
        self.clausal.resize(n, NONE);
        let mut stack = std::mem::take(&mut self.stack);
        for i in range.clone() {
            let side = |c: usize| if c > i { ">" } else { "<" };
            if self.reports[i - at] {
                if let Some(s) = subject(doc, i, 0) {
                    let value = if s > i { "rel" } else { "pre" };
                    subtree(doc, s, &mut stack, |x| set(&mut self.subject[x - at], NONE, value));
                }
                for c in doc.children(i).filter(|&c| COMPLEMENTS.contains(&doc.dep(c))) {
                    let bucket = bucket(forms[i - at].1);
                    self.complements.push(format!("{}{bucket}{}", doc.dep(c), side(c)));
                    let value = self.complements.len();
                    subtree(doc, c, &mut stack, |x| set(&mut self.complement[x - at], 0, value));
                }
            }
            for c in doc.children(i).filter(|&c| doc.dep(c) == "ccomp") {
                subtree(doc, c, &mut stack, |x| set(&mut self.clausal[x - at], NONE, side(c)));
            }
        }
        self.stack = stack;
    }
}

/// Sets what is still unset.
fn set<T: PartialEq>(place: &mut T, unset: T, value: T) {
    if *place == unset {
        *place = value;
    }
}

/// Calls `visit` for every token of the subtree of `top`.
fn subtree(doc: &Doc, top: usize, stack: &mut Vec<usize>, mut visit: impl FnMut(usize)) {
    stack.clear();
    stack.push(top);
    while let Some(i) = stack.pop() {
        visit(i);
        stack.extend(doc.children(i));
    }
}

fn root(doc: &Doc, mut i: usize) -> usize {
    while doc.head(i) != i {
        i = doc.head(i);
    }
    i
}

/// The subject of a verb, also through conjuncts, open complements, adverbial clauses and the noun that a clause modifies.
fn subject(doc: &Doc, verb: usize, depth: usize) -> Option<usize> {
    let own = doc.children(verb).find(|&c| matches!(doc.dep(c), "nsubj" | "nsubjpass" | "csubj"));
    if own.is_some() || depth > 3 {
        return own;
    }
    match doc.dep(verb) {
        "conj" | "xcomp" | "advcl" if doc.head(verb) != verb => subject(doc, doc.head(verb), depth + 1),
        "acl" | "relcl" => Some(doc.head(verb)),
        _ => None,
    }
}

/// Name of the bucket of a form's share within cues.
pub(super) fn bucket((cue, seen): Counts) -> &'static str {
    if seen < 3 {
        return "0";
    }
    match f64::from(cue) / f64::from(seen) {
        0.0 => "0",
        p if p < 0.05 => "a",
        p if p < 0.2 => "b",
        p if p < 0.4 => "c",
        p if p < 0.7 => "d",
        p if p < 0.9 => "e",
        _ => "f",
    }
}
