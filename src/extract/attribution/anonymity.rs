//! *An official, who asked not to be named, said ...*: what a source asks for itself is no claim.

use super::super::Context;
use super::Attribution;

/// Words of such a request at most ("that she not be identified by her full name").
const WORDS: usize = 10;

/// True where the content is "(not) to be named" and the like.
pub(super) fn is_request(ctx: &Context<'_>, a: &Attribution) -> bool {
    let [content] = a.content.as_slice() else { return false };
    let doc = ctx.doc;
    let named = |i: usize| matches!(doc.lemma(i), "name" | "identify" | "quote") && doc.tag(i) == "VBN";
    let passive = |i: usize| content.clone().any(|j| doc.lemma(j) == "be" && doc.head(j) == i);
    let asks = |i: usize| named(i) && passive(i) && doc.dep(i) != "ccomp" || doc.norm(i) == "anonymity";
    content.len() <= WORDS && content.clone().any(asks)
}
