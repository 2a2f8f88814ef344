//! What attribution rules ask of the dependency parse: subjects, noun phrases, verb groups, stretches of words.

use std::ops::Range;

use copydesk_nlp::Doc;

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::super::quote::is_word;

/// How far a missing subject is looked for up the tree ("said ..., adding ..., and noting ...").
const SUBJECT_DEPTH: usize = 4;

/// True for nominal subjects of either voice.
pub(super) fn is_subject(dep: &str) -> bool {
    matches!(dep, "nsubj" | "nsubjpass" | "csubj")
}

/// True where `v` is a passive verb.
pub(super) fn is_passive(doc: &Doc, v: usize) -> bool {
    doc.children(v).any(|c| matches!(doc.dep(c), "auxpass" | "nsubjpass"))
}

/// Who does what the passive verb `v` says: the noun behind its "by".
pub(super) fn agent(doc: &Doc, v: usize) -> Option<usize> {
    let by = doc.children(v).filter(|&c| doc.dep(c) == "agent");
    by.flat_map(|by| doc.children(by)).find(|&c| doc.dep(c) == "pobj")
}

/// The word that `v` is predicated of: its own subject, the subject it shares through coordination or as a participle, or the noun
/// that it modifies. Relative pronouns stand for themselves.
pub(super) fn subject(doc: &Doc, v: usize) -> Option<usize> {
    let mut v = v;
    for _ in 0..=SUBJECT_DEPTH {
        if let Some(s) = doc.children(v).find(|&c| is_subject(doc.dep(c))) {
            return Some(s);
        }
        match doc.dep(v) {
            "conj" | "xcomp" | "advcl" | "ccomp" if doc.head(v) != v => v = doc.head(v),
            // "by announcing that ...", "after saying so"
            "pcomp" if doc.pos(doc.head(doc.head(v))) == "VERB" && doc.head(doc.head(v)) != v => {
                v = doc.head(doc.head(v))
            }
            "acl" | "relcl" => return Some(doc.head(v)),
            _ => return None,
        }
    }
    None
}

/// Heads that are climbed to tell whether a token lies below another; what lies deeper is judged by the subtree's edges alone.
const CLIMB: usize = 64;

/// True where `i` is `ancestor` or lies below it.
pub(super) fn is_within(doc: &Doc, i: usize, ancestor: usize) -> bool {
    if i < doc.left_edge(ancestor) || i > doc.right_edge(ancestor) {
        return false;
    }
    let mut climbed = 0;
    let above = std::iter::once(i).chain(doc.ancestors(i)).take(CLIMB);
    above.inspect(|_| climbed += 1).any(|a| a == ancestor) || climbed == CLIMB
}

/// First to last word of the subtree of `i`, without punctuation at its ends.
pub(super) fn phrase(doc: &Doc, i: usize) -> Range<usize> {
    trim(doc, doc.left_edge(i)..doc.right_edge(i) + 1)
}

/// Cuts punctuation, quotation marks and spaces off both ends; empty where no word is left.
pub(super) fn trim(doc: &Doc, range: Range<usize>) -> Range<usize> {
    let word = |&i: &usize| is_word(doc.text(i)) || matches!(doc.text(i), "$" | "£" | "€" | "%" | "...");
    match (range.clone().find(word), range.clone().rev().find(word)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => range.start..range.start,
    }
}

/// [`trim`], but a quotation mark whose partner lies within stays.
pub(super) fn trim_content(ctx: &Context<'_>, range: Range<usize>) -> Range<usize> {
    let mut kept = trim(ctx.doc, range.clone());
    if kept.is_empty() {
        return kept;
    }
    let holds = |kept: &Range<usize>, q: &Range<usize>| {
        range.start <= q.start && q.end <= range.end && kept.start < q.end && q.start < kept.end
    };
    if let Some(quote) = ctx.quote_at(kept.start)
        && holds(&kept, &quote.tokens)
    {
        kept.start = kept.start.min(quote.tokens.start);
    }
    if let Some(quote) = ctx.quote_at(kept.end - 1)
        && holds(&kept, &quote.tokens)
    {
        kept.end = kept.end.max(quote.tokens.end);
    }
    kept
}

/// The noun phrase of `head`: the unbroken stretch of its subtree around it, without clauses that follow
/// ("analysts who follow the bank" stays "analysts").
pub(in super::super) fn noun_phrase(doc: &Doc, head: usize) -> Range<usize> {
    let sentence = doc.sent(head);
    let mut end = doc.right_edge(head) + 1;
    for c in doc.children(head).filter(|&c| c > head) {
        let cut = matches!(doc.dep(c), "relcl" | "advcl" | "acl" | "parataxis" | "ccomp");
        if cut && doc.left_edge(c) > head {
            end = end.min(doc.left_edge(c));
        }
    }
    let mut start = doc.left_edge(head);
    for c in doc.children(head).filter(|&c| c < head) {
        if matches!(doc.dep(c), "relcl" | "advcl" | "parataxis" | "ccomp") && doc.right_edge(c) < head {
            start = start.max(doc.right_edge(c) + 1);
        }
    }
    let range = trim(doc, start.max(sentence.start)..end.min(sentence.end));
    if range.contains(&head) { range } else { head..head + 1 }
}

/// The verb group of `v`: auxiliaries, negation, particles and close adverbs that stand next to it.
pub(super) fn verb_group(doc: &Doc, v: usize) -> Range<usize> {
    let belongs = |c: usize| {
        matches!(doc.dep(c), "aux" | "auxpass" | "neg" | "prt") || doc.dep(c) == "advmod" && c.abs_diff(v) <= 2
    };
    let (mut start, mut end) = (v, v + 1);
    let children: Vec<usize> = doc.children(v).filter(|&c| belongs(c)).collect();
    for &c in children.iter().rev().filter(|&&c| c < v) {
        if c + 1 == start {
            start = c;
        }
    }
    for &c in children.iter().filter(|&&c| c > v) {
        if c == end {
            end = c + 1;
        }
    }
    start..end
}

/// How sure it is that token `i` belongs to a cue, from its word form; verbs that were never counted count as halves if they report.
pub(super) fn cue_probability(doc: &Doc, i: usize) -> f32 {
    let lexicon = Lexicon::get();
    let fallback = if doc.pos(i) == "VERB" && lexicon.is_reporting_verb(doc.lemma(i)) { 0.5 } else { 0.0 };
    lexicon.cue_probability(doc.norm(i), fallback)
}

/// The maximal runs of `range` that `keep` accepts.
pub(in super::super) fn runs(range: Range<usize>, keep: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for i in range {
        if !keep(i) {
            continue;
        }
        match out.last_mut() {
            Some(last) if last.end == i => last.end = i + 1,
            _ => out.push(i..i + 1),
        }
    }
    out
}
