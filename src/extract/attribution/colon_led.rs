//! A sentence that ends in a colon leads in a quotation: *Smith praised the plan:* / *"It is good."*
//!
//! The speaker is the subject of the sentence, the cue its main verb. Where the quotation names its speaker itself
//! (*"..." he stated*), other rules have it already; where the tagger saw the quotation without a cue, the sentence gives it one.

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::super::quote::is_word;
use super::build::{attribution, content};
use super::resolve::Owners;
use super::syntax::{cue_probability, noun_phrase, subject, verb_group};
use super::{Attribution, confidence, resolve};
use crate::event::BlockKind;

pub(super) const ID: &str = "colon_led";

/// Least cue probability of a verb that may lead in a quotation which the tagger gave another source.
const REPORTS: f32 = 0.2;

/// Adds the quotations that a colon leads in and that no attribution covers. `found` is in text order before and after.
pub(super) fn attribute(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    let doc = ctx.doc;
    let owners = Owners::of(ctx, found);
    for quote in ctx.quotes.iter().filter(|q| !q.single) {
        let Some(before) = (0..quote.tokens.start).rev().find(|&i| !doc.text(i).trim().is_empty()) else { continue };
        let cueless = owners.owner(quote.inner.start).filter(|&k| found[k].cue.is_none());
        if doc.text(before) != ":" || cueless.is_none() && owners.covers_any(quote.inner.clone()) {
            continue;
        }
        let sentence = doc.sent(before);
        let headline = ctx.blocks[ctx.block_at(before)].0 != BlockKind::Paragraph;
        if headline || !sentence.clone().any(|i| is_word(doc.text(i))) {
            continue;
        }
        let root = sentence.clone().find(|&i| doc.head(i) == i && i < before).or_else(|| {
            // the quotation itself is the root: the clause before the colon hangs on it
            sentence
                .clone()
                .find(|&i| i < before && matches!(doc.pos(i), "VERB" | "AUX") && doc.head(i) >= quote.tokens.start)
        });
        let Some(root) = root.filter(|&r| matches!(doc.pos(r), "VERB" | "AUX")) else { continue };
        let source = subject(doc, root).map(|s| noun_phrase(doc, s));
        if let Some(k) = cueless {
            if source.is_some() && reports(ctx, root) {
                let a = &mut found[k];
                (a.source, a.cue, a.cue_head) = (source, Some(verb_group(doc, root)), Some(root));
            }
            continue;
        }
        let spans = content(ctx, quote.tokens.clone(), |_| true);
        if !spans.is_empty() {
            let mut a = attribution(ID, spans, source, verb_group(doc, root), root);
            a.confidence = confidence(ID);
            found.push(a);
        }
    }
    resolve::order(found);
}

/// True where the verb or its object reports: *continued:*, *made this statement:*.
fn reports(ctx: &Context<'_>, root: usize) -> bool {
    let doc = ctx.doc;
    let lexicon = Lexicon::get();
    let reporting = |&c: &usize| doc.dep(c) == "dobj" && lexicon.is_reporting_noun(doc.lemma(c));
    cue_probability(doc, root) >= REPORTS || doc.children(root).any(|c| reporting(&c))
}
