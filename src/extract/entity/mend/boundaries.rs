//! Spans that cannot be one name are cut: headlines taken whole, a quotation mark in the middle, a name and what follows "for".

use std::ops::Range;

use copydesk_nlp::Doc;

use super::super::super::Context;
use crate::kb::EntityType;

/// The spans with impossible ones cut or dropped.
pub(in super::super) fn mend(
    ctx: &Context<'_>,
    spans: Vec<(Range<usize>, EntityType)>,
) -> Vec<(Range<usize>, EntityType)> {
    let mut mended = Vec::with_capacity(spans.len());
    for (tokens, kind) in spans {
        cut(ctx, tokens, kind, &mut mended);
    }
    mended
}

fn cut(ctx: &Context<'_>, tokens: Range<usize>, kind: EntityType, out: &mut Vec<(Range<usize>, EntityType)>) {
    let doc = ctx.doc;
    // a quotation that the span enters or leaves ends it there
    let border = tokens.clone().skip(1).find(|&i| {
        let (left, right) = (quote_of(ctx, i - 1), quote_of(ctx, i));
        left != right && kind != EntityType::WorkOfArt
    });
    if let Some(border) = border {
        for part in [tokens.start..border, border..tokens.end] {
            // what a headline leaves of the span is no name either; the names in it are found by their words
            if part.len() < 3 || !in_title_case(ctx, part.start) {
                cut(ctx, part.clone(), guess(doc, &part, kind), out);
            }
        }
        return;
    }
    // a finite verb or a preposition that names do not hold: only what stands before it can be a name
    let breaks = |i: usize| {
        (doc.tag(i).starts_with("VB") && !matches!(doc.tag(i), "VBG" | "VBN") && !is_capitalised(doc, i))
            || (doc.text(i) == "for" && kind == EntityType::WorkOfArt)
            || (doc.text(i) == "for"
                && kind == EntityType::Org
                && doc.pos(tokens.start) == "PROPN"
                && tokens.len() > 3
                && is_person_like(doc, tokens.start..i))
    };
    if let Some(at) = tokens.clone().skip(1).find(|&i| breaks(i)) {
        let before = tokens.start..at;
        let kind_before = if doc.text(at) == "for" { EntityType::Person } else { kind };
        out.push((before, kind_before));
        let mut rest = at + 1..tokens.end;
        while rest.start < rest.end && doc.pos(rest.start) == "DET" {
            rest.start += 1;
        }
        if rest.clone().all(|i| is_capitalised(doc, i) || doc.pos(i) == "ADP") && !rest.is_empty() {
            out.push((rest, kind));
        }
        return;
    }
    // a possessive inside: "India’s Expense" is what India has
    if matches!(kind, EntityType::Fac | EntityType::Org | EntityType::Gpe | EntityType::Person)
        && let Some(at) = tokens.clone().skip(1).find(|&i| doc.tag(i) == "POS")
        && at + 1 < tokens.end
        && in_title_case(ctx, at)
    {
        out.push((tokens.start..at, EntityType::Gpe));
        return;
    }
    // a whole headline
    if tokens.len() > 4
        && in_title_case(ctx, tokens.start)
        && tokens.clone().any(|i| matches!(doc.pos(i), "VERB" | "AUX"))
    {
        return;
    }
    out.push((tokens, kind));
}

fn quote_of(ctx: &Context<'_>, i: usize) -> Option<usize> {
    ctx.quote_at(i).map(|q| q.tokens.start).or_else(|| is_mark(ctx.doc, i).then_some(usize::MAX))
}

fn is_mark(doc: &Doc, i: usize) -> bool {
    matches!(doc.text(i), "‘" | "“" | "\"" | "”")
}

fn guess(doc: &Doc, tokens: &Range<usize>, kind: EntityType) -> EntityType {
    if tokens.clone().any(|i| doc.text(i) == "Operation") { EntityType::Event } else { kind }
}

fn is_capitalised(doc: &Doc, i: usize) -> bool {
    doc.text(i).chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric())
}

fn is_person_like(doc: &Doc, tokens: Range<usize>) -> bool {
    tokens.len() <= 3 && tokens.clone().all(|i| doc.pos(i) == "PROPN" && is_capitalised(doc, i))
}

/// True where token `i` stands in a block whose words are capitalised throughout, as in headlines.
pub(in super::super) fn in_title_case(ctx: &Context<'_>, i: usize) -> bool {
    let Some((_, block)) = ctx.blocks.iter().find(|(_, b)| b.contains(&i)) else { return false };
    let long = |&t: &usize| ctx.doc.text(t).chars().filter(|c| c.is_alphabetic()).count() >= 4;
    let words: Vec<usize> = block.clone().filter(long).collect();
    let capitalised = words.iter().filter(|&&t| is_capitalised(ctx.doc, t)).count();
    words.len() >= 3 && capitalised * 5 >= words.len() * 4
}
