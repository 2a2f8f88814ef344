//! *The paper reported, citing two officials, that exports fell*: what is claimed is what was reported, not whom it was heard from.

use std::ops::Range;

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::Attribution;
use super::syntax::{cue_probability, noun_phrase, subject, verb_group};

/// Least cue probability of the verb that the participle belongs to.
const REPORTS: f32 = 0.3;

/// Hands what hangs on a participle that names informants to the verb that reports it; informants alone are no claim.
pub(super) fn settle(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    let doc = ctx.doc;
    for k in 0..found.len() {
        let Some((informants, reports)) = found[k].cue_head.and_then(|v| cited(ctx, v)) else { continue };
        let told = |r: &Range<usize>| {
            let that = |&i: &usize| i > informants && doc.norm(i) == "that" && doc.dep(i) == "mark";
            if r.contains(&informants) { r.clone().find(that).map(|i| i..r.end) } else { Some(r.clone()) }
        };
        let content: Vec<_> = found[k].content.iter().filter_map(told).collect();
        let taken = found.iter().any(|a| a.cue_head == Some(reports));
        let a = &mut found[k];
        a.content = if taken { Vec::new() } else { content };
        a.source = subject(doc, reports).map(|s| noun_phrase(doc, s)).or(a.source.take());
        (a.cue, a.cue_head) = (Some(verb_group(doc, reports)), Some(reports));
    }
    found.retain(|a| !a.content.is_empty());
}

/// The informants that the participle `v` names, and the verb that it belongs to.
fn cited(ctx: &Context<'_>, v: usize) -> Option<(usize, usize)> {
    let doc = ctx.doc;
    // the parser may hang the participle on what is reported
    let reports = |&u: &usize| doc.pos(u) == "VERB" && cue_probability(doc, u) >= REPORTS;
    let u = doc.ancestors(v).take(3).find(reports)?;
    let object = doc.children(v).find(|&c| doc.dep(c) == "dobj" && c > v)?;
    let informs = Lexicon::get().is_unnamed_source(doc.lemma(object))
        || doc.lemma(object) == "people"
        || matches!(doc.ent_type(object), "PERSON" | "ORG");
    let participle = matches!(doc.norm(v), "citing" | "quoting") && doc.dep(v) != "ROOT";
    (participle && informs).then_some((object, u))
}
