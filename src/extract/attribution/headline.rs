//! Headlines: *Rubio: US Seeks Stronger Ties*, *Talks Have Failed, Officials Say*.
//!
//! Before the colon stands a person, an organisation, or a noun for sources or documents; after it a sentence or a quotation
//! (*Obama: The Final Year* is a title). Headlines that the parser reads well are left to the other rules.

use std::ops::Range;

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::super::quote::is_word;
use super::build::{attribution, content, words};
use super::{Attribution, Rule};
use crate::event::BlockKind;

pub(super) const RULE: Rule = Rule { id: "headline", apply };

/// Words before the colon, and of a speaker at the end, at most.
const SPEAKER_WORDS: usize = 6;

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    for (kind, block) in &ctx.blocks {
        if *kind == BlockKind::Headline {
            found.extend(colon(ctx, block).or_else(|| tail(ctx, block)));
        }
    }
}

/// "X: ..."
fn colon(ctx: &Context<'_>, block: &Range<usize>) -> Option<Attribution> {
    let doc = ctx.doc;
    let colon = block.clone().take(SPEAKER_WORDS + 1).find(|&i| doc.text(i) == ":")?;
    let speaker = block.start..colon;
    let said = colon + 1..block.end;
    let verb = said.clone().any(|i| matches!(doc.tag(i), "VBZ" | "VBP" | "VBD" | "MD"));
    let quoted = ctx.quotes_in(&said).iter().any(|q| q.words(doc) >= 2);
    if !(verb || quoted) || !can_speak(ctx, &speaker) {
        return None;
    }
    let spans = content(ctx, said, |_| true);
    (words(ctx, &spans) >= 2).then(|| attribution(RULE.id, spans, Some(speaker), colon..colon + 1, colon))
}

/// "..., officials say" and "..., says Smith".
fn tail(ctx: &Context<'_>, block: &Range<usize>) -> Option<Attribution> {
    let doc = ctx.doc;
    let comma = block.clone().rev().find(|&i| matches!(doc.text(i), "," | "—" | "–" | "-" | "’" | "”"))?;
    let last = block.clone().rev().find(|&i| is_word(doc.text(i)))?;
    if comma < block.start + 2 || last <= comma + 1 || last - comma > SPEAKER_WORDS + 1 {
        return None;
    }
    let says = |i: usize| {
        matches!(
            doc.text(i).to_lowercase().as_str(),
            "say" | "says" | "said" | "warns" | "warn" | "finds" | "find" | "shows" | "show"
        )
    };
    let (verb, speaker) = if says(last) {
        (last, comma + 1..last)
    } else if says(comma + 1) {
        (comma + 1, comma + 2..last + 1)
    } else {
        return None;
    };
    let end = if matches!(doc.text(comma), "’" | "”") { comma + 1 } else { comma };
    let spans = content(ctx, block.start..end, |_| true);
    (words(ctx, &spans) >= 3 && can_speak(ctx, &speaker))
        .then(|| attribution(RULE.id, spans, Some(speaker), verb..verb + 1, verb))
}

/// A named person or body, or a noun for those who speak without a name. Names in headlines are often seen for what they are
/// only in the body, so a word that is a person's last name there counts.
fn can_speak(ctx: &Context<'_>, speaker: &Range<usize>) -> bool {
    let doc = ctx.doc;
    let Some(last) = speaker.clone().rev().find(|&i| is_word(doc.text(i))) else { return false };
    if matches!(doc.ent_type(last), "PERSON" | "ORG" | "NORP") {
        return true;
    }
    let lexicon = Lexicon::get();
    let lower = doc.text(last).to_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    if [lower.as_str(), singular].iter().any(|w| lexicon.is_unnamed_source(w) || lexicon.is_document(w)) {
        return true;
    }
    doc.ents().any(|e| {
        matches!(e.label, "PERSON" | "ORG")
            && doc.text(e.tokens.end - 1) == doc.text(last)
            && !speaker.contains(&e.tokens.start)
    })
}
