//! The tagger's attributions and the rules' as one list.
//!
//! The tagger has read more than any rule knows, so its spans stand where both see the same claim, but for the rules of
//! [`PREFERRED`]: what quotation marks, colons, commas and headlines bound, they bound exactly. What only a rule of [`TRUSTED`] sees is added.

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::Attribution;
use super::build::{shared, size};
use super::resolve::Owners;
use super::{
    according_to, as_noted, colon_led, denial, headline, passive, pull_quote, quotation, reported_speech, transcript,
};

/// Rules whose spans replace the tagger's.
const PREFERRED: &[&str] =
    &[headline::RULE.id, transcript::RULE.id, pull_quote::RULE.id, as_noted::RULE.id, passive::QUOTED];
/// Rules whose finds are added where the tagger sees nothing.
const TRUSTED: &[&str] = &[
    headline::RULE.id,
    transcript::RULE.id,
    pull_quote::RULE.id,
    quotation::RULE.id,
    according_to::RULE.id,
    as_noted::RULE.id,
    colon_led::ID,
    denial::RULE.id,
    reported_speech::ATTITUDE,
];
/// Dice coefficient of two contents that are the same claim.
const SAME: f32 = 0.5;

/// Joins both lists; neither holds nested attributions, and contents of one list are disjoint. The answer is in no order.
pub(super) fn merge(ctx: &Context<'_>, tagged: Vec<Attribution>, ruled: Vec<Attribution>) -> Vec<Attribution> {
    let mut all = tagged;
    let mut owners = Owners::of(ctx, &all);
    for r in ruled {
        let rivals = owners.rivals(&r);
        let within = |&k: &usize| 2 * shared(&all[k].content, &r.content) >= size(&all[k].content);
        if PREFERRED.contains(&r.rule) && rivals.iter().all(within) {
            rivals.iter().for_each(|&k| all[k].content.clear());
            owners.add(all.len(), &r);
            all.push(r);
            continue;
        }
        match rivals.iter().copied().find(|&k| dice(&all[k], &r) >= SAME) {
            Some(k) if r.rule == according_to::RULE.id && r.cue_head != all[k].cue_head && is_silent(ctx, &all[k]) => {
                replace(&mut all, &mut owners, k, r);
            }
            Some(k) => complete(&mut all[k], &r),
            None if r.rule == according_to::RULE.id && rivals.len() == 1 && yields(ctx, &all[rivals[0]], &r) => {
                replace(&mut all, &mut owners, rivals[0], r);
            }
            None if rivals.is_empty() && trusted(ctx, &r) => {
                owners.add(all.len(), &r);
                all.push(r);
            }
            None => {}
        }
    }
    all.retain(|a| !a.content.is_empty());
    all
}

/// An attitude is shown by somebody who does so: "to praise the plan" praises nothing.
fn trusted(ctx: &Context<'_>, r: &Attribution) -> bool {
    let finite =
        r.cue.as_ref().is_some_and(|cue| cue.clone().any(|i| matches!(ctx.doc.tag(i), "VBD" | "VBZ" | "VBP" | "MD")));
    TRUSTED.contains(&r.rule) && (r.rule != reported_speech::ATTITUDE || finite && r.source.is_some())
}

fn replace(all: &mut [Attribution], owners: &mut Owners, k: usize, r: Attribution) {
    owners.add(k, &r);
    all[k] = r;
}

/// True where a find of the tagger is a piece of what the phrase `r` claims, or no word in its cue reports.
fn yields(ctx: &Context<'_>, tagged: &Attribution, r: &Attribution) -> bool {
    tagged.cue_head.is_none() || r.cue_head == tagged.cue_head || is_silent(ctx, tagged)
}

/// True for a cue that does not report: "in the words of Sir Alan, the report *was* a whitewash".
fn is_silent(ctx: &Context<'_>, tagged: &Attribution) -> bool {
    tagged.cue_head.is_some_and(|head| Lexicon::get().cue(ctx.doc.lemma(head), false).is_none())
}

fn dice(a: &Attribution, b: &Attribution) -> f32 {
    2.0 * shared(&a.content, &b.content) as f32 / (size(&a.content) + size(&b.content)) as f32
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
