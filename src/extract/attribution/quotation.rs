//! A quotation with its speaker right behind it: *"Is it over?" she asked.* *"We won. At last!" said Smith.*
//!
//! The parser ends a sentence at the mark within the quotation and leaves the reporting clause alone, so this looks at the words:
//! after the closing mark come, in either order, a reporting verb without a complement of its own and its subject.

use super::super::Context;
use super::super::quote::Quote;
use super::build::{attribution, content};
use super::syntax::{cue_probability, noun_phrase, subject, verb_group};
use super::{Attribution, Rule};

pub(super) const RULE: Rule = Rule { id: "quotation", apply };

const LEAST: f32 = 0.3;
/// Tokens between the closing mark and the verb at most.
const REACH: usize = 14;
const LEAST_WORDS: usize = 2;

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    for quote in ctx.quotes.iter().filter(|q| !q.single && q.closed) {
        found.extend(speaker_behind(ctx, quote));
    }
}

fn speaker_behind(ctx: &Context<'_>, quote: &Quote) -> Option<Attribution> {
    let doc = ctx.doc;
    let after = quote.tokens.end;
    let block = &ctx.blocks[ctx.block_at(quote.tokens.start)].1;
    if after >= block.end || quote.words(doc) < LEAST_WORDS {
        return None;
    }
    let last = doc.text(quote.inner.end - 1);
    let open_end = matches!(last, "?" | "!" | "," | "—" | "–" | "-" | "...") || doc.text(after) == ",";
    if !open_end {
        return None;
    }
    let start = if doc.text(after) == "," { after + 1 } else { after };
    if start >= block.end {
        return None;
    }
    let clause = doc.sent(start);
    let end = clause.end.min(block.end).min(start + REACH);
    let v = (start..end)
        .take_while(|&i| ctx.quote_at(i).is_none_or(|q| q.single) && !matches!(doc.text(i), ":" | ";"))
        .find(|&i| matches!(doc.pos(i), "VERB" | "AUX") && cue_probability(doc, i) >= LEAST)?;
    let governs = doc.children(v).any(|c| {
        c > v && (doc.dep(c) == "ccomp" && ctx.quote_at(c).is_none() || doc.dep(c) == "mark" && doc.norm(c) == "that")
    });
    // the clause opens right behind the mark: with the verb or with its subject
    let speaker = subject(doc, v)?;
    let source = noun_phrase(doc, speaker);
    let opens =
        v == start || source.start == start || doc.left_edge(v) >= start && source.start > start && v < source.start;
    if governs || !opens || quote.tokens.contains(&speaker) {
        return None;
    }
    let spans = content(ctx, quote.tokens.clone(), |_| true);
    (!spans.is_empty()).then(|| attribution(RULE.id, spans, Some(source), verb_group(doc, v), v))
}
