//! *An official, who asked not to be named, said ...*: what a source asks for itself is no claim.

use std::ops::Range;

use super::super::Context;
use super::Attribution;

/// Words of such a request at most ("that she not be identified by her full name").
const WORDS: usize = 10;

/// True where the content is "(not) to be named" and the like.
pub(super) fn is_request(ctx: &Context<'_>, content: &Range<usize>) -> bool {
    let doc = ctx.doc;
    let named = |i: usize| matches!(doc.lemma(i), "name" | "identify" | "quote") && doc.tag(i) == "VBN";
    let passive = |i: usize| content.clone().any(|j| doc.lemma(j) == "be" && doc.head(j) == i);
    let asks = |i: usize| named(i) && passive(i) && doc.dep(i) != "ccomp" || doc.norm(i) == "anonymity";
    content.len() <= WORDS && content.clone().any(asks)
}

/// True for "spoke on the condition (that they not be named)": a cue of the request alone.
pub(super) fn is_condition(ctx: &Context<'_>, cue: &Range<usize>) -> bool {
    let has = |word: &str| cue.clone().any(|i| ctx.doc.norm(i) == word);
    has("condition") && !has("anonymity")
}

/// True for what is spoken of "on condition of anonymity to discuss ...".
pub(super) fn is_excused(ctx: &Context<'_>, a: &Attribution) -> bool {
    a.cue.as_ref().is_some_and(|cue| cue.clone().any(|i| ctx.doc.norm(i) == "anonymity"))
}
