//! Quotations that stand alone: *"Exports fell," Smith said. "They will fall again."*
//!
//! A sentence in quotation marks without a cue continues the claim before it: in the same paragraph it is a further stretch of that
//! claim's content; a paragraph that is a quotation continues the speaker of the paragraph before, surely so where that
//! paragraph's quotation was left open.

use std::ops::Range;

use super::super::Context;
use super::super::quote::{Quote, is_word};
use super::build::content;
use super::resolve::Owners;
use super::{Attribution, confidence};

pub(super) const ID: &str = "floating_quotation";

/// Share of a sentence's words that must stand in the quotation.
const SHARE: f32 = 0.6;
/// Words below which a quotation is a name or a scare quote.
const LEAST_WORDS: usize = 3;

/// Adds every quotation of `ctx` that no attribution covers to the attribution that it continues, or as a new one.
/// `found` must be in text order and is so afterwards.
pub(super) fn continue_quotations(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    let mut covered = Owners::of(ctx, found);
    let is_quoted = |a: &Attribution| a.content.iter().any(|r| ctx.quotes_in(r).iter().any(|q| !q.single));
    for quote in ctx.quotes.iter().filter(|q| !q.single) {
        if quote.words(ctx.doc) < LEAST_WORDS || !alone(ctx, quote) {
            continue;
        }
        if covered.covers_any(quote.inner.clone()) {
            inherit(ctx, found, &covered, quote);
            continue;
        }
        let spans = content(ctx, quote.tokens.clone(), |_| true);
        let at = found.partition_point(|a| a.content[0].start < quote.tokens.start);
        let Some(before) = (0..at).rev().find(|&k| found[k].parent.is_none()) else { continue };
        let end = found[before].content.last().map_or(0, |r| r.end);
        let (block, previous) = (ctx.block_at(quote.tokens.start), ctx.block_at(end.saturating_sub(1)));
        let quoted = is_quoted(&found[before]);
        if previous == block && quoted {
            found[before].content.extend(spans);
            covered.add(before, &found[before]);
        } else if quote.continues || quoted && previous + 1 == block {
            let mut next = found[before].clone();
            next.content = spans;
            next.rule = ID;
            next.confidence = next.confidence.min(confidence(ID));
            next.addressee = None;
            covered.add(at, &next);
            found.iter_mut().filter_map(|a| a.parent.as_mut()).filter(|p| **p >= at).for_each(|p| *p += 1);
            found.insert(at, next);
        }
    }
}

/// What the tagger saw without a cue and without a source of its own paragraph has those of the quotation that it continues.
fn inherit(ctx: &Context<'_>, found: &mut [Attribution], covered: &Owners, quote: &Quote) {
    let Some(k) = covered.owner(quote.inner.start) else { return };
    let block = ctx.block_at(quote.tokens.start);
    let own =
        found[k].source.as_ref().is_some_and(|s| ctx.block_at(s.start) == block && !quote.tokens.contains(&s.start));
    let Some(before) = k.checked_sub(1).map(|b| &found[b]) else { return };
    let end = before.content.last().map_or(0, |r| r.end);
    let adjacent = ctx.block_at(end.saturating_sub(1)) + 1 == block;
    let quoted = before.content.iter().any(|r| ctx.quotes_in(r).iter().any(|q| !q.single));
    if found[k].cue.is_some() || own || before.source.is_none() || !(adjacent && (quote.continues || quoted)) {
        return;
    }
    let (source, cue, cue_head) = (before.source.clone(), before.cue.clone(), before.cue_head);
    let a = &mut found[k];
    (a.source, a.cue, a.cue_head) = (source, cue, cue_head);
}

/// True where the quotation makes up most of the sentences that it touches.
fn alone(ctx: &Context<'_>, quote: &Quote) -> bool {
    let doc = ctx.doc;
    let start = doc.sent(quote.inner.start).start;
    let end = doc.sent(quote.inner.end - 1).end;
    let count = |r: Range<usize>| r.filter(|&i| is_word(doc.text(i))).count() as f32;
    count(quote.inner.clone()) >= SHARE * count(start..end)
}
