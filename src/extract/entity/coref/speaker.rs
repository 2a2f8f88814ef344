//! *"I believe", Rubio said*: within a quotation, the first person is its speaker.

use super::super::super::Context;
use super::super::discourse::{Discourse, Mention};
use crate::event::MentionKind;
use crate::extract::attribution::Attribution;

pub(super) const ID: &str = "speaker_pronoun";

/// Adds "I", "we" and their forms inside quotations whose speaker is named.
pub(in super::super) fn resolve(ctx: &Context<'_>, attributions: &[Attribution], d: &mut Discourse<'_>) {
    let doc = ctx.doc;
    for quote in &ctx.quotes {
        for i in quote.inner.clone() {
            if doc.pos(i) != "PRON" || !is_first_person(doc.norm(i)) || d.entity_at(i).is_some() {
                continue;
            }
            if let Some(entity) = speaker_of(ctx, attributions, d, i) {
                d.add(entity, Mention { tokens: i..i + 1, kind: MentionKind::Pronoun, rule: ID });
            }
        }
    }
}

fn is_first_person(norm: &str) -> bool {
    matches!(norm, "i" | "me" | "my" | "mine" | "myself" | "we" | "us" | "our" | "ours" | "ourselves")
}

/// The entity that says token `i`: the source of the innermost attribution whose content holds it.
pub(super) fn speaker_of(
    ctx: &Context<'_>,
    attributions: &[Attribution],
    d: &Discourse<'_>,
    i: usize,
) -> Option<usize> {
    let holding = attributions.iter().filter(|a| a.content.iter().any(|c| c.contains(&i)));
    let innermost = holding.min_by_key(|a| a.content.iter().map(ExactSizeIterator::len).sum::<usize>())?;
    let source = innermost.source.as_ref().filter(|s| !s.contains(&i))?;
    d.referent(ctx, source)
}
