//! Passives: who speaks stands behind "by", or nowhere.
//!
//! - *He was quoted as saying that ...*: he is the source.
//! - *Exports are said / expected / reported to have fallen.* *It was reported that ...*: no source.
//! - *The firm was accused by regulators of fraud.*: the agent is the source, subject and object are the content.
//! - *When asked whether ..., Smith praised ...*: nobody is named as asking; Smith is the one who is asked.

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::build::{attribution, content, words};
use super::syntax::{agent, cue_probability, is_passive, is_within, noun_phrase, phrase, subject, verb_group};
use super::{Attribution, Rule};

pub(super) const RULE: Rule = Rule { id: "passive", apply };
pub(super) const QUOTED: &str = "quoted_as_saying";

const LEAST: f32 = 0.3;

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    let doc = ctx.doc;
    for v in 0..doc.len() {
        if doc.tag(v) != "VBN" || ctx.quote_at(v).is_some_and(|q| !q.single) {
            continue;
        }
        let participle =
            doc.dep(v) == "advcl" && doc.children(v).any(|c| matches!(doc.dep(c), "advmod" | "mark") && c < v);
        if (is_passive(doc, v) || participle || doc.norm(v) == "quoted")
            && cue_probability(doc, v) >= LEAST
            && Lexicon::get().is_reporting_verb(doc.lemma(v))
            && doc.norm(v) != "supposed"
            && let Some(a) = quoted_as_saying(ctx, v).or_else(|| passive(ctx, v))
        {
            found.push(a);
        }
    }
}

/// "was quoted as saying that ..."
fn quoted_as_saying(ctx: &Context<'_>, v: usize) -> Option<Attribution> {
    let doc = ctx.doc;
    let as_ = doc.children(v).find(|&c| doc.norm(c) == "as" && c > v)?;
    let say = doc.children(as_).find(|&c| doc.dep(c) == "pcomp" && cue_probability(doc, c) >= 0.5)?;
    let speaker = subject(doc, v)?;
    let sentence = doc.sent(v);
    let end = sentence.end;
    let said = doc.children(say).filter(|&c| c > say && matches!(doc.dep(c), "ccomp" | "dobj")).map(|c| phrase(doc, c));
    let to = said.map(|r| r.end).max()?;
    let spans = content(ctx, say + 1..to.min(end), |_| true);
    let cue = verb_group(doc, v).start..say + 1;
    (words(ctx, &spans) >= 2).then(|| attribution(QUOTED, spans, Some(noun_phrase(doc, speaker)), cue, say))
}

fn passive(ctx: &Context<'_>, v: usize) -> Option<Attribution> {
    let doc = ctx.doc;
    let subject_of = doc.children(v).find(|&c| matches!(doc.dep(c), "nsubjpass" | "nsubj"));
    let said = |c: usize| {
        c > v
            && (matches!(doc.dep(c), "ccomp" | "xcomp" | "oprd")
                || doc.dep(c) == "advcl" && asks(ctx, v)
                || doc.dep(c) == "prep" && matches!(doc.norm(c), "of" | "as" | "about") && c == doc.left_edge(c))
    };
    let objects: Vec<usize> = doc.children(v).filter(|&c| said(c)).collect();
    if objects.is_empty() {
        return None;
    }
    // "it was reported that": the subject is empty; of the one who is asked or told nothing is said
    let about = subject_of.filter(|&s| doc.norm(s) != "it" && !asks(ctx, v) && doc.norm(v) != "told");
    let cue = verb_group(doc, v);
    let agent_phrase = agent(doc, v).map(|a| noun_phrase(doc, a));
    let spans = content(ctx, doc.sent(v), |i| {
        !cue.contains(&i)
            && !agent_phrase.as_ref().is_some_and(|a| a.contains(&i))
            && (objects.iter().any(|&c| is_within(doc, i, c)) || about.is_some_and(|s| is_within(doc, i, s)))
    });
    if words(ctx, &spans) < 2 {
        return None;
    }
    let mut a = attribution(RULE.id, spans, agent_phrase, cue, v);
    let told = subject_of.or_else(|| subject(doc, v)).filter(|_| asks(ctx, v) || doc.norm(v) == "told");
    a.addressee = told.map(|s| noun_phrase(doc, s));
    Some(a)
}

fn asks(ctx: &Context<'_>, v: usize) -> bool {
    matches!(ctx.doc.lemma(v), "ask" | "question" | "press" | "quiz")
}
