//! A source in a prepositional phrase: *Prices rose, according to the central bank.* *In the words of Smith, ...*
//!
//! The content is the clause that the phrase belongs to, to the end of the sentence, without clauses coordinated with it that have a
//! subject of their own.

use std::ops::Range;

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::build::{attribution, content, words};
use super::syntax::{is_subject, is_within, noun_phrase};
use super::{Attribution, Rule};

pub(super) const RULE: Rule = Rule { id: "according_to", apply };

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    for sentence in ctx.doc.sents() {
        for i in sentence.clone() {
            if ctx.quote_at(i).is_none_or(|q| q.single)
                && let Some((cue, object)) = phrase(ctx, i)
                && can_tell(ctx, object)
                && let Some(a) = attribute(ctx, sentence.clone(), cue, object)
            {
                found.push(a);
            }
        }
    }
}

/// The cue that starts at token `i` and the head of the noun phrase after it.
fn phrase(ctx: &Context<'_>, i: usize) -> Option<(Range<usize>, usize)> {
    let doc = ctx.doc;
    let is = |k: usize, word: &str| k < doc.len() && doc.text(k).eq_ignore_ascii_case(word);
    let object = |preps: &[usize]| preps.iter().find_map(|&p| doc.children(p).find(|&c| doc.dep(c) == "pobj" && c > p));
    if is(i, "according") && is(i + 1, "to") {
        return object(&[i + 1, i]).map(|o| (i..i + 2, o));
    }
    if is(i, "in") && is(i + 1, "the") && is(i + 2, "words") && is(i + 3, "of") {
        return object(&[i + 3]).map(|o| (i..i + 4, o));
    }
    if is(i, "per") && doc.dep(i) == "prep" {
        // "per day" and "per Reuters"
        return object(&[i]).filter(|&o| doc.pos(o) == "PROPN" && !doc.ent_type(o).is_empty()).map(|o| (i..i + 1, o));
    }
    None
}

/// True for "seated according to rank": a phrase of the same words that names no source.
pub(super) fn is_measure(ctx: &Context<'_>, a: &Attribution) -> bool {
    let Some(cue) = &a.cue else { return false };
    let starts = cue.clone().find(|&i| ctx.doc.norm(i) == "according");
    starts.and_then(|i| phrase(ctx, i)).is_some_and(|(_, object)| !can_tell(ctx, object))
}

/// People, bodies and documents tell; rank, size and plan do not.
fn can_tell(ctx: &Context<'_>, object: usize) -> bool {
    let doc = ctx.doc;
    let lemma = doc.lemma(object);
    if doc.pos(object) != "NOUN" || Lexicon::get().is_unnamed_source(lemma) || Lexicon::get().is_document(lemma) {
        return true;
    }
    let named = doc.children(object).any(|c| doc.pos(c) == "PROPN");
    let own = doc.children(object).any(|c| doc.dep(c) == "poss" && doc.pos(c) == "PRON");
    let determined = doc.children(object).any(|c| matches!(doc.dep(c), "det" | "nummod"));
    named || (determined || doc.tag(object) == "NNS") && !own
}

fn attribute(ctx: &Context<'_>, sentence: Range<usize>, cue: Range<usize>, object: usize) -> Option<Attribution> {
    let doc = ctx.doc;
    let source = noun_phrase(doc, object);
    let phrase = cue.start.min(source.start)..source.end.max(doc.right_edge(object) + 1);
    let clause = doc.head(cue.start);
    let spans = self::clause(ctx, sentence, clause, phrase);
    if words(ctx, &spans) < 2 || is_within(doc, clause, object) {
        return None;
    }
    let head = cue.start;
    Some(attribution(RULE.id, spans, Some(source), cue, head))
}

/// The words of the clause whose head is `clause` and that `phrase` belongs to, without the phrase.
pub(super) fn clause(
    ctx: &Context<'_>,
    sentence: Range<usize>,
    clause: usize,
    phrase: Range<usize>,
) -> Vec<Range<usize>> {
    let doc = ctx.doc;
    // clauses on the level of the phrase's own that have a subject of their own
    let mut others: Vec<Range<usize>> = Vec::new();
    let mut cut = |c: usize| {
        let start = doc.left_edge(c);
        others.push(start..doc.right_edge(c) + 1);
    };
    let has_subject = |c: usize| doc.children(c).any(|s| is_subject(doc.dep(s)));
    if !phrase.contains(&clause) && matches!(doc.pos(clause), "VERB" | "AUX") {
        doc.children(clause).filter(|&c| doc.dep(c) == "conj" && has_subject(c) && c > phrase.end).for_each(&mut cut);
    }
    let mut whole = sentence;
    if doc.dep(clause) == "conj" && has_subject(clause) && matches!(doc.pos(clause), "VERB" | "AUX") {
        whole = doc.left_edge(clause)..doc.right_edge(clause) + 1;
    }
    let cut = |i: &usize| doc.text(*i) == ";";
    whole.start = (whole.start..phrase.start.max(whole.start)).rev().find(cut).map_or(whole.start, |i| i + 1);
    whole.end = (phrase.end.min(whole.end)..whole.end).find(cut).unwrap_or(whole.end);
    let spans = content(ctx, whole, |i| !phrase.contains(&i) && !others.iter().any(|o| o.contains(&i)));
    without_edge_words(ctx, spans)
}

/// "But, according to ..., prices rose": a conjunction alone before the phrase is no content.
fn without_edge_words(ctx: &Context<'_>, mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    if spans.len() > 1 && spans[0].len() == 1 && matches!(ctx.doc.pos(spans[0].start), "CCONJ" | "ADV") {
        spans.remove(0);
    }
    spans
}
