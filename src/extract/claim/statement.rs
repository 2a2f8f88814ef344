//! Statements in the newsroom's own voice: sentences, or the parts of them that no source says, with a number, a comparison or a date.

use std::ops::Range;

use super::super::attribution::runs;
use super::super::quote::is_word;
use super::super::{Context, Located};
use super::{Draft, Parts};
use crate::event::BlockKind;

pub(super) const ID: &str = "statement";

/// Words below which what is left of a sentence is no statement.
const LEAST_WORDS: usize = 4;

/// The contents of all statements, in text order.
///
/// Every number and date of the body that no attribution holds is in one of them. Of a sentence with attributions a statement is what no
/// source says: clauses with a subject of their own, else what stands beside contents and cues, sources included, else all of it.
pub(super) fn statements(ctx: &Context<'_>, parts: &Parts<'_>, drafts: &[Draft<'_>]) -> Vec<Vec<Range<usize>>> {
    let doc = ctx.doc;
    let mut pinned = vec![false; doc.len()];
    let mut held = vec![false; doc.len()];
    let known: Vec<usize> = drafts.iter().flat_map(|d| d.quantities.iter().copied()).collect();
    mark(parts.quantities, &known, &mut held, &mut pinned);
    let known: Vec<usize> = drafts.iter().flat_map(|d| d.times.iter().copied()).collect();
    mark(parts.times, &known, &mut held, &mut pinned);
    // by the content or the cue of a claim, and by those or its source
    let mut said = vec![false; doc.len()];
    let cues = drafts.iter().filter_map(|d| d.attribution?.cue.clone()).flatten().filter(|&i| !pinned[i]);
    drafts.iter().flat_map(|d| d.content.iter().cloned().flatten()).chain(cues).for_each(|i| said[i] = true);
    let mut taken = said.clone();
    drafts.iter().filter_map(|d| d.attribution?.source.clone()).flatten().for_each(|i| taken[i] = true);
    let mut out = Vec::new();
    for (kind, block) in &ctx.blocks {
        if !matches!(kind, BlockKind::Paragraph | BlockKind::Caption) {
            continue;
        }
        let mut start = block.start;
        while start < block.end {
            let sentence = doc.sent(start).start.max(block.start)..doc.sent(start).end.min(block.end);
            start = sentence.end.max(start + 1);
            out.extend(statement(ctx, &said, &taken, &pinned, &held, sentence));
        }
    }
    out
}

/// Marks the tokens of items that a claim holds, and of those that none does.
fn mark<T>(items: &[Located<T>], known: &[usize], held: &mut [bool], pinned: &mut [bool]) {
    let mut is_known = vec![false; items.len()];
    known.iter().for_each(|&i| is_known[i] = true);
    for (item, known) in items.iter().zip(is_known) {
        let marks = if known { &mut *held } else { &mut *pinned };
        marks[item.tokens.clone()].fill(true);
    }
}

fn statement(
    ctx: &Context<'_>,
    said: &[bool],
    taken: &[bool],
    pinned: &[bool],
    held: &[bool],
    sentence: Range<usize>,
) -> Option<Vec<Range<usize>>> {
    let doc = ctx.doc;
    let pinned_here = sentence.clone().any(|i| pinned[i]);
    let compares = |r: &Range<usize>| r.clone().any(|i| super::check_worthiness::is_comparison(ctx, i));
    let quoted = sentence.clone().any(|i| ctx.quote_at(i).is_some_and(|q| !q.single && q.words(doc) > 2));
    if !taken[sentence.clone()].contains(&true) {
        // a quotation that no source was found for is not the newsroom's
        let holds = pinned_here || !quoted && compares(&sentence) && has_verb(ctx, &sentence);
        return holds.then(|| vec![trim(ctx, sentence)]).filter(|c| !c[0].is_empty());
    }
    let content: Vec<Range<usize>> = runs(sentence.clone(), |i| !taken[i])
        .into_iter()
        .map(|r| trim(ctx, r))
        .filter(|r| {
            let words = r.clone().filter(|&i| is_word(doc.text(i)) && !held[i]).count();
            words >= LEAST_WORDS && has_clause(ctx, r) && (r.clone().any(|i| pinned[i]) || compares(r))
        })
        .collect();
    let holds_all =
        |content: &[Range<usize>]| sentence.clone().all(|i| !pinned[i] || content.iter().any(|r| r.contains(&i)));
    let content = if holds_all(&content) {
        content
    } else {
        // a number of the source's own: who said so is what the newsroom itself tells
        let beside = runs(sentence.clone(), |i| !said[i]).into_iter().map(|r| trim(ctx, r));
        let beside: Vec<Range<usize>> = beside.filter(|r| r.clone().any(|i| pinned[i])).collect();
        let words = |r: &Range<usize>| r.clone().filter(|&i| is_word(doc.text(i))).count();
        let stands = holds_all(&beside) && beside.iter().all(|r| words(r) >= LEAST_WORDS);
        if stands { beside } else { vec![trim(ctx, sentence)] }
    };
    Some(content).filter(|c| c.iter().any(|r| !r.is_empty()))
}

/// True where a finite verb and its subject stand in `range`.
fn has_clause(ctx: &Context<'_>, range: &Range<usize>) -> bool {
    let doc = ctx.doc;
    let subject = |&c: &usize| range.contains(&c) && matches!(doc.dep(c), "nsubj" | "nsubjpass" | "csubj" | "expl");
    // the auxiliary is finite, its verb has the subject
    let verb = |i: usize| if matches!(doc.dep(i), "aux" | "auxpass") { doc.head(i) } else { i };
    range.clone().any(|i| is_finite(ctx, i) && doc.children(verb(i)).any(|c| subject(&c)))
}

fn has_verb(ctx: &Context<'_>, range: &Range<usize>) -> bool {
    range.clone().any(|i| is_finite(ctx, i))
}

fn is_finite(ctx: &Context<'_>, i: usize) -> bool {
    matches!(ctx.doc.tag(i), "VBD" | "VBZ" | "VBP" | "MD")
}

/// Without spaces at both ends and without the punctuation and the words that joined it to what was cut off.
fn trim(ctx: &Context<'_>, range: Range<usize>) -> Range<usize> {
    let doc = ctx.doc;
    let joins = |i: usize| doc.pos(i) == "CCONJ" && !doc.is_sent_start(i);
    let starts = |&i: &usize| {
        !joins(i) && (is_word(doc.text(i)) || matches!(doc.text(i), "$" | "€" | "£" | "“" | "\"" | "‘" | "'" | "("))
    };
    let leads_on = |i: usize| matches!(doc.tag(i), "WDT" | "WP" | "IN" | "CC" | "TO" | "DT");
    let ends = |&i: &usize| {
        is_word(doc.text(i)) && !leads_on(i)
            || matches!(doc.text(i), "%" | "." | "?" | "!" | "”" | "\"" | "’" | "'" | ")")
    };
    match (range.clone().find(starts), range.clone().rev().find(ends)) {
        (Some(first), Some(last)) if first <= last => first..last + 1,
        _ => range.start..range.start,
    }
}
