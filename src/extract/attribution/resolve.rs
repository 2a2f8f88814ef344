//! Which of several overlapping attributions stand, and which are nested.

use super::super::Context;
use super::Attribution;
use super::build::{covers, overlap, size};

/// Keeps the larger of two that overlap; what lies wholly within another's content, cue and all, is nested in it.
pub(super) fn resolve(ctx: &Context<'_>, mut found: Vec<Attribution>) -> Vec<Attribution> {
    found.sort_by_key(|a| std::cmp::Reverse(size(&a.content)));
    let mut kept: Vec<Attribution> = Vec::with_capacity(found.len());
    for mut a in found {
        let mut parent = None;
        let mut clash = false;
        for (k, outer) in kept.iter().enumerate() {
            if !overlap(&outer.content, &a.content) {
                continue;
            }
            let inside = a.cue.as_ref().is_some_and(|c| covers(&outer.content, c))
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
