//! Which of several overlapping attributions stand, and which are nested.

use super::super::Context;
use super::build::size;
use super::{Attribution, pull_quote, transcript};

/// Who holds each token, for lists of attributions of any length.
pub(super) struct Owners {
    /// Index + 1 of the innermost attribution whose content covers the token.
    content: Vec<u32>,
    /// Index + 1 of the attribution that the token is the head of the cue of.
    cue: Vec<u32>,
}

impl Owners {
    pub(super) fn of(ctx: &Context<'_>, kept: &[Attribution]) -> Self {
        let mut owners = Self { content: vec![0; ctx.doc.len()], cue: vec![0; ctx.doc.len()] };
        let mut by_size: Vec<usize> = (0..kept.len()).collect();
        by_size.sort_by_key(|&k| std::cmp::Reverse(size(&kept[k].content)));
        by_size.into_iter().for_each(|k| owners.add(k, &kept[k]));
        owners
    }

    /// Attribution `k`, which is smaller than those that hold its tokens.
    pub(super) fn add(&mut self, k: usize, a: &Attribution) {
        for r in &a.content {
            self.content[r.clone()].fill(k as u32 + 1);
        }
        if let Some(head) = a.cue_head {
            self.cue[head] = k as u32 + 1;
        }
    }

    /// Index of the innermost attribution whose content covers token `i`.
    pub(super) fn owner(&self, i: usize) -> Option<usize> {
        (self.content[i] as usize).checked_sub(1)
    }

    /// True where a content covers a token of `tokens`.
    pub(super) fn covers_any(&self, tokens: std::ops::Range<usize>) -> bool {
        self.content[tokens].iter().any(|&o| o > 0)
    }

    /// Indices of the attributions whose content shares a token with `a`'s content or cue, or whose cue lies in `a`'s content or is
    /// its own.
    pub(super) fn rivals(&self, a: &Attribution) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        let mut add = |owner: u32| {
            if let Some(k) = (owner as usize).checked_sub(1)
                && !found.contains(&k)
            {
                found.push(k);
            }
        };
        for r in a.content.iter().chain(a.cue.as_ref()) {
            self.content[r.clone()].iter().for_each(|&o| add(o));
        }
        for r in &a.content {
            self.cue[r.clone()].iter().for_each(|&o| add(o));
        }
        add(a.cue_head.map_or(0, |h| self.cue[h]));
        found
    }

    /// What `a` lies in: Ok(None) where nothing of it is covered, Ok(parent) where one content covers all of it, cue and all.
    fn place(&self, a: &Attribution) -> Result<Option<usize>, ()> {
        if a.cue_head.is_some_and(|h| self.cue[h] > 0) {
            return Err(());
        }
        let mut tokens = a.content.iter().flat_map(|r| &self.content[r.clone()]);
        let first = *tokens.next().ok_or(())?;
        if tokens.any(|&o| o != first) {
            return Err(());
        }
        let Some(owner) = (first as usize).checked_sub(1) else { return Ok(None) };
        let inside = a.cue.as_ref().is_some_and(|c| self.content[c.clone()].iter().all(|&o| o == first));
        if inside { Ok(Some(owner)) } else { Err(()) }
    }
}

/// Claims within claims that are kept: X said that Y had told Z that W had promised.
const DEPTH: usize = 2;

/// Adds `found` to `kept`: of two that overlap the larger stays; what lies wholly within another's content, cue and all, is
/// nested in it; a cue has one attribution.
pub(super) fn resolve(ctx: &Context<'_>, mut kept: Vec<Attribution>, mut found: Vec<Attribution>) -> Vec<Attribution> {
    found.sort_by_key(|a| std::cmp::Reverse(size(&a.content)));
    let mut owners = Owners::of(ctx, &kept);
    for mut a in found {
        let Ok(parent) = owners.place(&a) else { continue };
        let depth = std::iter::successors(parent, |&p| kept[p].parent).count();
        if parent.is_none() || depth <= DEPTH && nests(ctx, &a) {
            a.parent = parent;
            owners.add(kept.len(), &a);
            kept.push(a);
        }
    }
    order(&mut kept);
    kept
}

/// True where the cue stands between double quotation marks.
pub(super) fn is_inside_quotation(ctx: &Context<'_>, a: &Attribution) -> bool {
    if [transcript::RULE.id, pull_quote::RULE.id].contains(&a.rule) {
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
