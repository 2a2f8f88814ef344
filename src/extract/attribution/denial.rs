//! Denials, admissions and apologies: *The bank denied wrongdoing. He admitted having lied. The mayor apologised for the delay.*
//!
//! What is denied or owned up to is a deed, as a noun or as a gerund; a request or a right that is denied is refused.

use super::super::Context;
use super::build::{attribution, content, words};
use super::syntax::{is_passive, is_within, noun_phrase, phrase, subject, verb_group};
use super::{Attribution, Rule};

pub(super) const RULE: Rule = Rule { id: "denial", apply };

const DEEDS: &[&str] = &[
    "wrongdoing",
    "misconduct",
    "involvement",
    "role",
    "responsibility",
    "guilt",
    "liability",
    "knowledge",
    "link",
    "tie",
    "connection",
    "crime",
    "charge",
    "allegation",
    "accusation",
    "claim",
    "report",
    "rumour",
    "rumor",
    "suggestion",
    "fault",
    "mistake",
    "error",
    "offence",
    "offense",
    "killing",
    "murder",
    "attack",
    "fraud",
    "bribery",
    "corruption",
    "collusion",
    "plan",
    "intention",
];

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    for v in 0..ctx.doc.len() {
        if ctx.doc.pos(v) == "VERB" && !is_passive(ctx.doc, v) && ctx.quote_at(v).is_none_or(|q| q.single) {
            found.extend(denied(ctx, v));
        }
    }
}

fn denied(ctx: &Context<'_>, v: usize) -> Option<Attribution> {
    let doc = ctx.doc;
    let what = |&c: &usize| match (doc.lemma(v), doc.dep(c)) {
        ("deny" | "admit", "dobj") => DEEDS.contains(&doc.lemma(c)),
        ("deny" | "admit", "xcomp" | "ccomp") => doc.tag(c) == "VBG",
        ("apologise" | "apologize", "prep") => doc.norm(c) == "for",
        ("confess" | "admit", "prep") => doc.norm(c) == "to",
        _ => false,
    };
    // "apologised to them for it": the parser may hang the deed on those whom it was done to
    let to = doc.children(v).filter(|&c| doc.norm(c) == "to").flat_map(|to| doc.children(to));
    let c = doc.children(v).chain(to.flat_map(|whom| doc.children(whom))).find(|c| *c > v && what(c))?;
    let source = noun_phrase(doc, subject(doc, v).filter(|&s| !is_within(doc, s, c))?);
    let said = phrase(doc, c);
    let start = said.start + usize::from(doc.dep(c) == "prep");
    let spans = content(ctx, start..said.end, |_| true);
    (words(ctx, &spans) >= 1 && !source.contains(&v))
        .then(|| attribution(RULE.id, spans, Some(source), verb_group(doc, v), v))
}
