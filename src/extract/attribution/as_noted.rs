//! A source in a clause with "as": *As pilots have pointed out, the runway floods.* *The pier, as Smith put it, is "a ruin".*
//!
//! The clause stands between commas, its verb says what the rest of the sentence holds, and has no object but "it". Where a quotation
//! follows within the sentence, that alone is what is said.

use std::ops::Range;

use super::super::Context;
use super::according_to;
use super::build::{attribution, content, words};
use super::syntax::{is_subject, noun_phrase, verb_group};
use super::{Attribution, Rule};

pub(super) const RULE: Rule = Rule { id: "as_noted", apply };

const VERBS: &[&str] = &[
    "say",
    "note",
    "observe",
    "put",
    "suggest",
    "explain",
    "report",
    "write",
    "argue",
    "acknowledge",
    "admit",
    "state",
    "mention",
    "remark",
    "stress",
    "point",
    "tell",
];
/// Tokens of the clause at most.
const REACH: usize = 24;

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    for sentence in ctx.doc.sents() {
        for i in sentence.clone().filter(|&i| ctx.doc.norm(i) == "as" && ctx.quote_at(i).is_none()) {
            found.extend(noted(ctx, sentence.clone(), i));
        }
    }
}

fn noted(ctx: &Context<'_>, sentence: Range<usize>, start: usize) -> Option<Attribution> {
    let doc = ctx.doc;
    let comma = |i: usize| matches!(doc.text(i), "," | "—" | "–" | "--");
    let opens = (sentence.start..start).all(|i| !matches!(doc.pos(i), "VERB" | "AUX" | "NOUN" | "PROPN" | "PRON"));
    if !opens && !comma(start - 1) {
        return None;
    }
    let reach = start + 1..sentence.end.min(start + REACH);
    let v = reach.clone().find(|&v| doc.pos(v) == "VERB" && VERBS.contains(&doc.lemma(v)))?;
    let speaker = doc.children(v).find(|&c| is_subject(doc.dep(c)) && c < v)?;
    let source = noun_phrase(doc, speaker);
    let end = (v + 1..reach.end).find(|&i| comma(i) || i + 1 == sentence.end)?;
    let object = |c: usize| matches!(doc.dep(c), "dobj" | "ccomp" | "xcomp") && (v..end).contains(&c);
    let it = (doc.lemma(v) == "put").then_some(v + 1).filter(|&i| doc.norm(i) == "it");
    let out = doc.norm(v + 1) == "out";
    let bare = doc.children(v).all(|c| !object(c) || Some(c) == it);
    let whole = match doc.lemma(v) {
        "put" => it.is_some(),
        "point" => out,
        _ => true,
    };
    if source.start != start + 1 || doc.norm(speaker) == "you" || !bare || !whole {
        return None;
    }
    let cue = verb_group(doc, v);
    let cue = cue.start..cue.end.max(v + 1 + usize::from(it.is_some() || out));
    let quote = ctx.quotes_in(&(end + 1..sentence.end)).first().filter(|q| q.tokens.start == end + 1 && !q.single);
    let spans = match quote {
        Some(quote) => content(ctx, quote.tokens.clone(), |_| true),
        None => according_to::clause(ctx, around(ctx, sentence, doc.head(v)), doc.head(v), start..end),
    };
    (words(ctx, &spans) >= 2).then(|| attribution(RULE.id, spans, Some(source), cue, v))
}

/// The words that the clause may belong to: a subordinate clause without the word that opens it, else the sentence, with the mark
/// that closes a quotation at its end.
fn around(ctx: &Context<'_>, sentence: Range<usize>, head: usize) -> Range<usize> {
    let doc = ctx.doc;
    let own_subject = doc.children(head).any(|c| is_subject(doc.dep(c)));
    if matches!(doc.dep(head), "advcl" | "ccomp" | "relcl") && own_subject {
        let mark = doc.children(head).find(|&c| doc.dep(c) == "mark" && c == doc.left_edge(head));
        return mark.map_or(doc.left_edge(head), |m| m + 1)..doc.right_edge(head) + 1;
    }
    let quote = ctx.quote_at(sentence.end - 1).filter(|q| q.tokens.end == sentence.end + 1);
    sentence.start..quote.map_or(sentence.end, |q| q.tokens.end)
}
