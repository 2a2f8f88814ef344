//! Contents that the tagger broke off are made whole by the parse.
//!
//! - *Smith listed the ships that the yard still owes him*: a clause that says which ships belongs to them.
//! - *Growers fear that the frost, which came in May, has killed the vines*: a clause goes on to its verb at least.
//! - *He said the plan was late and that nobody had asked for it*: a second "that" goes on with what he said.

use std::ops::Range;

use super::super::Context;
use super::super::quote::is_word;
use super::Attribution;
use super::syntax::trim;

/// Makes the contents of `found` whole; what lies within one of them afterwards is taken out and answered.
pub(super) fn complete(ctx: &Context<'_>, found: &mut Vec<Attribution>) -> Vec<Attribution> {
    let mut within = vec![false; found.len()];
    for k in 0..found.len() {
        let Some(added) = rest(ctx, &found[k]).and_then(|end| addition(ctx, found, k, end)) else { continue };
        let inside = |a: &Attribution| spans(a).all(|r| added.start <= r.start && r.end <= added.end);
        let apart = |a: &Attribution| spans(a).all(|r| r.end <= added.start || added.end <= r.start);
        if (0..found.len()).all(|j| j == k || within[j] || inside(&found[j]) || apart(&found[j])) {
            (0..found.len()).filter(|&j| j != k).for_each(|j| within[j] |= inside(&found[j]));
            found[k].content.last_mut().into_iter().for_each(|last| last.end = added.end);
        }
    }
    let mut keep = within.into_iter();
    found.extract_if(.., |_| keep.next().unwrap_or_default()).collect()
}

fn spans(a: &Attribution) -> impl Iterator<Item = &Range<usize>> {
    a.content.iter().chain(&a.cue)
}

/// The tokens from the end of the content of `k` to `end`, and to the end of what is said by a cue among them.
fn addition(ctx: &Context<'_>, found: &[Attribution], k: usize, end: usize) -> Option<Range<usize>> {
    let start = found[k].content.last()?.end;
    let end = trim(ctx.doc, start..end).end;
    let said = found.iter().filter(|a| a.cue.as_ref().is_some_and(|cue| start <= cue.start && cue.end <= end));
    let end = said.filter_map(|a| a.content.last()).map(|r| r.end).fold(end, usize::max);
    // "the offer he refused": what the cue hangs on is not broken off
    let own = found[k].cue.iter().chain(&found[k].source).any(|r| r.start < end && start < r.end);
    (start < end && !own).then_some(start..end)
}

/// Where the phrase ends that the content of `a` is broken off in.
fn rest(ctx: &Context<'_>, a: &Attribution) -> Option<usize> {
    let doc = ctx.doc;
    let content = a.content.last()?;
    let end = |c: usize| Some(doc.right_edge(c) + 1);
    let relative =
        |&c: &usize| doc.dep(c) == "relcl" && content.contains(&doc.head(c)) && doc.left_edge(c) == content.end;
    if is_word(doc.text(content.end - 1))
        && let Some(c) = (content.end..doc.sent(content.end - 1).end).find(relative)
    {
        return end(c);
    }
    let v = a.cue_head?;
    // "that 'in his view,' Smith added, ..."
    let broken_into = ctx.quote_at(content.end - 1).is_some_and(|q| q.tokens.end == content.end);
    let that = |c: usize| doc.children(c).any(|m| doc.norm(m) == "that" && doc.dep(m) == "mark");
    for c in doc.children(v).filter(|&c| c > v && doc.dep(c) == "ccomp") {
        let verbless = doc.norm(content.start) == "that" && content.start == doc.left_edge(c) && content.end <= c;
        if verbless && !broken_into {
            return end(c);
        }
        let goes_on = |&k: &usize| doc.dep(k) == "conj" && k >= content.end && that(k);
        if content.contains(&c)
            && let Some(k) = doc.children(c).find(goes_on)
        {
            return end(k);
        }
    }
    None
}
