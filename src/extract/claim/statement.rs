//! Statements in the newsroom's own voice: sentences, or the parts of them that no source says, with a number, a comparison or a date.

use std::ops::Range;

use super::super::quote::is_word;
use super::super::{Context, Located};
use super::{Draft, Parts};
use crate::event::BlockKind;

pub(super) const ID: &str = "statement";

/// Words below which what is left of a sentence is no statement, unless a number or date stands in it.
const LEAST_WORDS: usize = 4;

/// The contents of all statements, in text order.
///
/// Every number and date of the body that no attribution holds is in one of them.
pub(super) fn statements(ctx: &Context<'_>, parts: &Parts<'_>, drafts: &[Draft<'_>]) -> Vec<Vec<Range<usize>>> {
    let doc = ctx.doc;
    // 1: content of a claim, 2: its cue or source
    let mut taken = vec![0_u8; doc.len()];
    for d in drafts {
        if let Some(a) = d.attribution {
            for r in a.source.iter().chain(a.cue.iter()) {
                taken[r.clone()].fill(2);
            }
        }
    }
    for r in drafts.iter().flat_map(|d| &d.content) {
        taken[r.clone()].fill(1);
    }
    let mut pinned = vec![false; doc.len()];
    let mut held = vec![false; doc.len()];
    let known: Vec<usize> = drafts.iter().flat_map(|d| d.quantities.iter().copied()).collect();
    mark(parts.quantities, &known, &mut held, &mut pinned);
    let known: Vec<usize> = drafts.iter().flat_map(|d| d.times.iter().copied()).collect();
    mark(parts.times, &known, &mut held, &mut pinned);
    let mut out = Vec::new();
    for (kind, block) in &ctx.blocks {
        if !matches!(kind, BlockKind::Paragraph | BlockKind::Caption) {
            continue;
        }
        let mut start = block.start;
        while start < block.end {
            let sentence = doc.sent(start).start.max(block.start)..doc.sent(start).end.min(block.end);
            start = sentence.end.max(start + 1);
            out.extend(statement(ctx, &taken, &pinned, &held, sentence));
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
    taken: &[u8],
    pinned: &[bool],
    held: &[bool],
    sentence: Range<usize>,
) -> Option<Vec<Range<usize>>> {
    let doc = ctx.doc;
    let pinned_here = sentence.clone().any(|i| pinned[i]);
    let untouched = sentence.clone().all(|i| taken[i] == 0);
    let compares = |r: &Range<usize>| r.clone().any(|i| super::check_worthiness::is_comparison(ctx, i));
    let quoted = sentence.clone().any(|i| ctx.quote_at(i).is_some_and(|q| !q.single && q.words(doc) > 2));
    if untouched {
        // a quotation that no source was found for is not the newsroom's
        let holds = pinned_here || !quoted && compares(&sentence) && has_verb(ctx, &sentence);
        return holds.then(|| vec![trim(ctx, sentence)]).filter(|c| !c[0].is_empty());
    }
    // what claims leave over: content is somebody's; of a reporting clause only a number or date of its own counts
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut run = sentence.start..sentence.start;
    for i in sentence.clone() {
        if taken[i] == 1 || taken[i] == 2 && !pinned_here {
            parts.push(run);
            run = i + 1..i + 1;
        } else {
            run.end = i + 1;
        }
    }
    parts.push(run);
    let content: Vec<Range<usize>> = parts
        .into_iter()
        .map(|r| trim(ctx, r))
        .filter(|r| !r.is_empty())
        .filter(|r| {
            let words = r.clone().filter(|&i| is_word(doc.text(i)) && !held[i]).count();
            let free = r.clone().all(|i| taken[i] == 0);
            r.clone().any(|i| pinned[i]) || free && words >= LEAST_WORDS && compares(r) && has_verb(ctx, r)
        })
        .collect();
    (!content.is_empty()).then_some(content)
}

fn has_verb(ctx: &Context<'_>, range: &Range<usize>) -> bool {
    range.clone().any(|i| matches!(ctx.doc.tag(i), "VBD" | "VBZ" | "VBP" | "MD"))
}

/// Without spaces at both ends and without punctuation that joined it to what was cut off.
fn trim(ctx: &Context<'_>, range: Range<usize>) -> Range<usize> {
    let doc = ctx.doc;
    let starts =
        |&i: &usize| is_word(doc.text(i)) || matches!(doc.text(i), "$" | "€" | "£" | "“" | "\"" | "‘" | "'" | "(");
    let ends = |&i: &usize| {
        is_word(doc.text(i)) || matches!(doc.text(i), "%" | "." | "?" | "!" | "”" | "\"" | "’" | "'" | ")")
    };
    match (range.clone().find(starts), range.clone().rev().find(ends)) {
        (Some(first), Some(last)) if first <= last => first..last + 1,
        _ => range.start..range.start,
    }
}
