//! The tagger's attributions and the rules' as one list.
//!
//! The tagger has read more than any rule knows, so its spans stand where both see the same claim, but for the rules of
//! [`PREFERRED`]: what quotation marks, colons and headlines bound, they bound exactly. What only a rule of [`TRUSTED`] sees is added.

use super::Attribution;
use super::build::{covers, overlap, shared, size};
use super::{according_to, colon_led, headline, pull_quote, quotation, transcript};

/// Rules whose spans replace the tagger's.
const PREFERRED: &[&str] = &[headline::RULE.id, transcript::RULE.id, pull_quote::RULE.id];
/// Rules whose finds are added where the tagger sees nothing.
const TRUSTED: &[&str] = &[
    headline::RULE.id,
    transcript::RULE.id,
    pull_quote::RULE.id,
    quotation::RULE.id,
    according_to::RULE.id,
    colon_led::ID,
];
/// Dice coefficient of two contents that are the same claim.
const SAME: f32 = 0.5;

/// Joins both lists; neither holds nested attributions.
pub(super) fn merge(tagged: Vec<Attribution>, ruled: Vec<Attribution>) -> Vec<Attribution> {
    let mut all = tagged;
    for r in ruled {
        let same = (0..all.len()).find(|&k| dice(&all[k], &r) >= SAME);
        match same {
            Some(k) if PREFERRED.contains(&r.rule) => all[k] = r,
            Some(k) => complete(&mut all[k], &r),
            None if all.iter().any(|a| overlap(&a.content, &r.content) || touches(a, &r)) => {}
            None if TRUSTED.contains(&r.rule) => all.push(r),
            None => {}
        }
    }
    all
}

fn dice(a: &Attribution, b: &Attribution) -> f32 {
    2.0 * shared(&a.content, &b.content) as f32 / (size(&a.content) + size(&b.content)) as f32
}

/// True where the cue of one lies in the content of the other, or both have the same cue.
fn touches(a: &Attribution, r: &Attribution) -> bool {
    a.cue_head.is_some() && a.cue_head == r.cue_head
        || r.cue.as_ref().is_some_and(|c| covers(&a.content, c))
        || a.cue.as_ref().is_some_and(|c| covers(&r.content, c))
}

/// What the tagger left open is taken from the rule.
fn complete(a: &mut Attribution, r: &Attribution) {
    if a.cue.is_none() {
        a.cue.clone_from(&r.cue);
        a.cue_head = r.cue_head;
        if a.source.is_none() {
            a.source.clone_from(&r.source);
        }
    }
    if a.addressee.is_none() {
        a.addressee.clone_from(&r.addressee);
    }
}
