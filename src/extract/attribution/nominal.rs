//! A noun that reports: *the claim that prices fell*, *Smith's promise to resign*, *a move analysts interpret as weakness*.
//!
//! The possessor, or the noun behind "by" or "from", is the source; a document speaks for itself
//! (*a report that prices fell*: the report is cue and nobody is the source).

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::build::{attribution, content, words};
use super::syntax::{cue_probability, is_passive, noun_phrase, phrase, subject, verb_group};
use super::{Attribution, Rule};

pub(super) const RULE: Rule = Rule { id: "nominal", apply };
/// Least cue probability of a verb whose subject is taken for the source of the noun that it governs.
const GOVERNING: f32 = 0.1;
/// "a move analysts interpret as ...": what is judged stands before the clause.
const RELATIVE: &str = "relative_clause";

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    let doc = ctx.doc;
    for n in 0..doc.len() {
        if ctx.quote_at(n).is_some_and(|q| !q.single) {
            continue;
        }
        match doc.pos(n) {
            "NOUN" if Lexicon::get().is_reporting_noun(doc.lemma(n)) => found.extend(with_clause(ctx, n)),
            "VERB" if doc.dep(n) == "relcl" => found.extend(judged(ctx, n)),
            "VERB" if doc.dep(n) != "relcl" => found.extend(apposed(ctx, n)),
            _ => {}
        }
    }
}

fn with_clause(ctx: &Context<'_>, n: usize) -> Option<Attribution> {
    let doc = ctx.doc;
    let that = |c: usize| doc.children(c).any(|m| doc.norm(m) == "that" && doc.dep(m) == "mark");
    let to = |c: usize| doc.children(c).any(|m| doc.tag(m) == "TO");
    let possessor = doc.children(n).find(|&c| doc.dep(c) == "poss");
    let clause = doc.children(n).find(|&c| {
        c > n
            && matches!(doc.dep(c), "acl" | "ccomp" | "relcl")
            && (that(c) || possessor.is_some() && to(c) && promises(doc.lemma(n)))
    })?;
    let by = doc
        .children(n)
        .filter(|&c| matches!(doc.norm(c), "by" | "from") && c > n && c < clause)
        .find_map(|by| doc.children(by).find(|&c| doc.dep(c) == "pobj"));
    let speaker = possessor.or(by).or_else(|| governing_speaker(ctx, n));
    let spans = content(ctx, phrase(doc, clause), |_| true);
    (words(ctx, &spans) >= 2).then(|| attribution(RULE.id, spans, speaker.map(|s| noun_phrase(doc, s)), n..n + 1, n))
}

fn promises(lemma: &str) -> bool {
    matches!(
        lemma,
        "promise"
            | "pledge"
            | "vow"
            | "commitment"
            | "threat"
            | "offer"
            | "plan"
            | "proposal"
            | "call"
            | "demand"
            | "refusal"
    )
}

/// "Smith repeated the claim that", "Smith pointed to reports that": the subject of the verb that governs the noun.
fn governing_speaker(ctx: &Context<'_>, n: usize) -> Option<usize> {
    let doc = ctx.doc;
    let v = match doc.dep(n) {
        "dobj" => doc.head(n),
        "pobj" => doc.head(doc.head(n)),
        _ => return None,
    };
    let active = doc.pos(v) == "VERB" && !is_passive(doc, v);
    (active && cue_probability(doc, v) >= GOVERNING).then(|| subject(doc, v)).flatten().filter(|&s| s != n)
}

/// "a 50% tariff, a move that analysts interpret as ...": the antecedent and the complement are the content.
fn judged(ctx: &Context<'_>, v: usize) -> Option<Attribution> {
    let doc = ctx.doc;
    let class = Lexicon::get().cue(doc.lemma(v), false)?;
    let speaker = doc.children(v).find(|&c| doc.dep(c) == "nsubj" && !matches!(doc.tag(c), "WDT" | "WP"))?;
    let as_ = doc.children(v).find(|&c| c > v && doc.norm(c) == "as" && matches!(doc.dep(c), "prep" | "mark"));
    let endorsed =
        matches!(class.attitude, Some("support" | "oppose" | "praise" | "criticise")) && cue_probability(doc, v) >= 0.4;
    if as_.is_none() && !endorsed {
        return None;
    }
    let antecedent = doc.head(v);
    // an apposition to a clause or a name stands for it: "..., a move that"
    let start = doc.left_edge(antecedent);
    let end = noun_phrase(doc, antecedent).end;
    let tail = as_.map(|a| phrase(doc, a)).unwrap_or(end..end);
    let spans = content(ctx, start..tail.end.max(end), |i| i < end || tail.contains(&i));
    (words(ctx, &spans) >= 2)
        .then(|| attribution(RELATIVE, spans, Some(noun_phrase(doc, speaker)), verb_group(doc, v), v))
}

/// The same where the parser took the relative clause for the main one: *faced a tariff, a move analysts interpret as ...*.
fn apposed(ctx: &Context<'_>, v: usize) -> Option<Attribution> {
    let doc = ctx.doc;
    Lexicon::get().cue(doc.lemma(v), false)?;
    let speaker = doc.children(v).find(|&c| doc.dep(c) == "nsubj" && c < v)?;
    let as_ = doc.children(v).find(|&c| c == v + 1 && doc.norm(c) == "as")?;
    let source = noun_phrase(doc, speaker);
    let noun = source.start.checked_sub(1).filter(|&n| doc.pos(n) == "NOUN")?;
    let antecedent = noun_phrase(doc, noun);
    let comma = antecedent.start.checked_sub(1).is_some_and(|i| matches!(doc.text(i), "," | "—" | "–"));
    if !comma || doc.sent(noun) != doc.sent(v) || antecedent.end > source.start {
        return None;
    }
    let tail = phrase(doc, as_);
    let spans = content(ctx, antecedent.start..tail.end, |i| antecedent.contains(&i) || tail.contains(&i));
    (words(ctx, &spans) >= 2).then(|| attribution(RELATIVE, spans, Some(source), verb_group(doc, v), v))
}
