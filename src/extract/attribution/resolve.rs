//! Which of several overlapping attributions stand, and which are nested.

use super::super::Context;
use super::build::{covers, overlap, size};
use super::{Attribution, transcript};

/// Adds `found` to `kept`: of two that overlap the larger stays; what lies wholly within another's content, cue and all, is
/// nested in it.
pub(super) fn resolve(ctx: &Context<'_>, mut kept: Vec<Attribution>, mut found: Vec<Attribution>) -> Vec<Attribution> {
    found.sort_by_key(|a| std::cmp::Reverse(size(&a.content)));
    for mut a in found {
        let mut parent = None;
        let mut clash = false;
        for (k, outer) in kept.iter().enumerate() {
            let same_cue = outer.cue_head.is_some() && outer.cue_head == a.cue_head;
            if !same_cue && !overlap(&outer.content, &a.content) {
                continue;
            }
            let inside = !same_cue
                && a.cue.as_ref().is_some_and(|c| covers(&outer.content, c))
                && a.content.iter().all(|r| covers(&outer.content, r));
            if inside && nests(ctx, &a) {
                // the innermost of those that hold it
                parent = Some(k);
            } else {
                clash = true;
                break;
            }
        }
        if !clash {
            a.parent = parent;
            kept.push(a);
        }
    }
    order(&mut kept);
    kept
}

/// True where the cue stands between double quotation marks.
pub(super) fn is_inside_quotation(ctx: &Context<'_>, a: &Attribution) -> bool {
    if a.rule == transcript::RULE.id {
        return false;
    }
    let cue = a.cue_head.and_then(|h| ctx.quote_at(h));
    cue.is_some_and(|q| !q.single && q.inner.contains(&a.content[0].start))
}

/// A claim within a claim needs a source of its own: "we believe" in Smith's mouth is Smith's claim already.
fn nests(ctx: &Context<'_>, a: &Attribution) -> bool {
    let Some(source) = &a.source else { return false };
    !matches!(ctx.doc.norm(source.start), "i" | "we" | "you" | "us") || source.len() > 1
}

/// Sorts by the start of the content and mends the parents' indices.
pub(super) fn order(found: &mut Vec<Attribution>) {
    let mut by_start: Vec<usize> = (0..found.len()).collect();
    by_start.sort_by_key(|&i| (found[i].content[0].start, std::cmp::Reverse(size(&found[i].content)), i));
    let mut place = vec![0; found.len()];
    for (to, &from) in by_start.iter().enumerate() {
        place[from] = to;
    }
    let mut sorted: Vec<Attribution> = by_start.iter().map(|&i| found[i].clone()).collect();
    for a in &mut sorted {
        a.parent = a.parent.map(|p| place[p]);
    }
    *found = sorted;
}
