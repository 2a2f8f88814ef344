//! A verb that reports, with what it reports as its clause, its infinitive, or the quotations around it.
//!
//! - *The minister said (that) exports fell.* *Exports fell, the minister said.* *Exports, he noted, fell.*
//! - *"Exports fell," said Smith. "They will fall again."* *Smith called the plan "a gift to our rivals".*
//! - *She told reporters that exports fell.* *He claimed to have mediated a ceasefire.* *They praised the plan.*

use std::ops::Range;

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::super::quote::Quote;
use super::build::{attribution, content, words};
use super::syntax::{cue_probability, is_passive, is_subject, is_within, noun_phrase, subject, verb_group};
use super::{Attribution, Rule};

pub(super) const RULE: Rule = Rule { id: "reported_speech", apply };
pub(super) const PARTICIPLE: &str = "participle";
pub(super) const ATTITUDE: &str = "attitude";

/// Least cue probability of a verb with a clause; of one that only has an infinitive or an object.
const WITH_CLAUSE: f32 = 0.2;
const WITH_INFINITIVE: f32 = 0.35;
/// Least cue probability of a verb with an object and "as ...".
const WITH_AS: f32 = 0.1;
/// Least cue probability of a verb of praise or blame with nothing but an object.
const WITH_OBJECT: f32 = 0.5;
/// Least cue probability of verbs that share a speaker over a clause.
const DETACHED: f32 = 0.45;
/// Least cue probability of a verb that takes the quotations of its sentence without governing them.
const WITH_QUOTE: f32 = 0.3;
/// Tokens between such a verb and the quotation at most.
const QUOTE_REACH: usize = 60;
/// Words of a quotation below which it is a name or a scare quote unless the verb governs it.
const QUOTE_WORDS: usize = 3;

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    for sentence in ctx.doc.sents() {
        for v in sentence.clone() {
            if matches!(ctx.doc.pos(v), "VERB" | "AUX")
                && let Some(a) = report(ctx, sentence.clone(), v)
            {
                found.push(a);
            }
        }
    }
}

/// What `v` reports, if it does.
fn report(ctx: &Context<'_>, sentence: Range<usize>, v: usize) -> Option<Attribution> {
    let doc = ctx.doc;
    let p = cue_probability(doc, v);
    if p < WITH_AS || is_passive(doc, v) || doc.pos(v) == "AUX" && p < 0.5 {
        return None;
    }
    let outer = detached_from(ctx, v);
    let speaker = outer.map_or_else(|| subject(doc, v), |u| subject(doc, u));
    let mut rule = RULE.id;
    // clauses that it governs
    let governed: Vec<usize> = doc.children(v).filter(|&c| complement(ctx, v, c)).collect();
    let mut ids: Vec<usize> = governed.clone();
    let mut outside = false;
    if governed.is_empty() {
        if parenthetical(ctx, v) {
            outside = true;
        } else if p >= WITH_CLAUSE
            && (p >= WITH_INFINITIVE || matches!(doc.lemma(v), "want" | "hope" | "wish"))
            && let Some(x) = doc.children(v).find(|&c| doc.dep(c) == "xcomp" && c > v)
        {
            ids.push(x);
            // "urged him to resign": whom it is asked of belongs to what is asked, but not whom it is told
            let asked = Lexicon::get().cue(doc.lemma(v), false).is_some_and(|c| matches!(c.class, "ask" | "want"));
            ids.extend(doc.children(v).filter(|&c| asked && doc.dep(c) == "dobj" && c > v && c < x));
        } else if let Some(o) = attitude_object(ctx, v, p) {
            rule = ATTITUDE;
            ids.extend(o);
        }
    }
    if p < WITH_CLAUSE && rule != ATTITUDE {
        return None;
    }
    // "said the tax would be cut, adding that ...": what is added is a claim of its own
    let own: Vec<usize> = sentence.clone().filter(|&d| d > v && detached_from(ctx, d) == Some(v)).collect();
    let mine = |i: usize| {
        (ids.iter().any(|&c| is_within(doc, i, c)) || outside && !is_within(doc, i, v))
            && !own.iter().any(|&d| is_within(doc, i, d))
    };
    // quotations of the sentence that no other cue is closer to
    let quotes: Vec<Range<usize>> = ctx
        .quotes_in(&sentence)
        .iter()
        .map(|q| q.tokens.clone())
        .filter(|q| !q.contains(&v))
        .filter(|q| {
            let enough = ctx.quote_at(q.start).is_some_and(|quote| !quote.single && is_speech(ctx, quote));
            let touched = q.clone().any(mine);
            let close = v + QUOTE_REACH > q.start && v < q.end + QUOTE_REACH;
            touched
                || close && (p >= WITH_QUOTE || q.start == v + 1) && enough && nearest_cue(ctx, &sentence, q) == Some(v)
        })
        .collect();
    if ids.is_empty() && !outside && quotes.is_empty() {
        return None;
    }
    let cue = verb_group(doc, v);
    // "appears to be growing": how things look, to nobody in particular
    let looks = matches!(doc.lemma(v), "appear" | "seem");
    let mine = |i: usize| mine(i) || looks && speaker.is_some_and(|s| is_within(doc, i, s));
    let source = speaker.filter(|&s| !looks && !is_dummy(ctx, s)).map(|s| noun_phrase(doc, s));
    let skip = |i: usize| cue.contains(&i) || source.as_ref().is_some_and(|s| s.contains(&i));
    // a quotation may have begun, or go on, in other sentences
    let reach = quotes.iter().fold(sentence.clone(), |r, q| r.start.min(q.start)..r.end.max(q.end));
    let spans = content(ctx, reach, |i| {
        !skip(i) && (sentence.contains(&i) && mine(i) || quotes.iter().any(|q| q.contains(&i)))
    });
    if words(ctx, &spans) < 2 {
        return None;
    }
    if rule == RULE.id && doc.tag(v) == "VBG" && !doc.children(v).any(|c| is_subject(doc.dep(c))) {
        rule = PARTICIPLE;
    }
    Some(attribution(rule, spans, source, cue, v))
}

/// True where child `c` of `v` is the clause that it reports.
fn complement(ctx: &Context<'_>, v: usize, c: usize) -> bool {
    let doc = ctx.doc;
    match doc.dep(c) {
        // a verb with an object of its own does not report what stands before it
        "ccomp" => c > v || ctx.quote_at(c).is_some() || !doc.children(v).any(|o| doc.dep(o) == "dobj" && o < v),
        // a second clause or quotation that was hung beside the first
        "parataxis" => ctx.quote_at(c).is_some() || c > v,
        _ => false,
    }
}

/// "X, he said, Y": the reporting clause hangs inside what it reports.
fn parenthetical(ctx: &Context<'_>, v: usize) -> bool {
    let doc = ctx.doc;
    let own_subject = doc.children(v).any(|c| is_subject(doc.dep(c)));
    let marked = doc.children(v).any(|c| matches!(doc.dep(c), "mark" | "dobj"));
    own_subject
        && !marked
        && (doc.dep(v) == "parataxis" || doc.dep(v) == "ccomp" && cue_probability(doc, v) >= 0.5 && set_off(ctx, v))
}

/// True where punctuation stands on both sides of the clause of `v`.
fn set_off(ctx: &Context<'_>, v: usize) -> bool {
    let doc = ctx.doc;
    let (left, right) = (doc.left_edge(v), doc.right_edge(v));
    let sentence = doc.sent(v);
    let punct = |i: usize| doc.pos(i) == "PUNCT";
    (left == sentence.start || punct(left) || punct(left - 1))
        && (right + 1 >= sentence.end || punct(right) || punct(right + 1))
}

/// Praise, blame, support: the object is what the attitude is about, with "for ..." and "as ..." after it.
fn attitude_object(ctx: &Context<'_>, v: usize, p: f32) -> Option<Vec<usize>> {
    let doc = ctx.doc;
    let class = Lexicon::get().cue(doc.lemma(v), false)?;
    let object = doc.children(v).find(|&c| doc.dep(c) == "dobj" && c > v)?;
    let mut ids = vec![object];
    let tail = doc.children(v).filter(|&c| c > object && matches!(doc.dep(c), "prep" | "oprd" | "advcl" | "xcomp"));
    ids.extend(tail.filter(|&c| matches!(doc.norm(c), "as" | "for" | "over") || doc.dep(c) == "oprd"));
    // "called it 'a disgrace'": the parser may take the name for an apposition
    let named = doc.lemma(v) == "call"
        && ctx
            .quotes_in(&(v + 1..doc.right_edge(object).max(v) + 1))
            .iter()
            .any(|q| is_within(doc, q.inner.start, object));
    let as_ = named
        || doc.children(object).any(|c| doc.norm(c) == "as" && doc.dep(c) == "prep")
        || ids[1..].iter().any(|&c| doc.norm(c) == "as" || doc.dep(c) == "oprd");
    let judged = as_ && matches!(class.class, "say" | "believe" | "praise" | "criticise" | "want");
    let valued =
        p >= WITH_OBJECT && matches!(class.attitude, Some("praise" | "criticise" | "support" | "oppose" | "fear"));
    (judged || valued).then_some(ids)
}

/// "it" of "it was said", "there".
fn is_dummy(ctx: &Context<'_>, s: usize) -> bool {
    ctx.doc.tag(s) == "EX" || ctx.doc.dep(s) == "expl" || matches!(ctx.doc.tag(s), "WDT")
}

/// The reporting verb whose speaker `v` shares, though the parser hung it on what is reported: *said the tax would be cut, adding that
/// ...*, *warned that stocks were low and urged ...*.
fn detached_from(ctx: &Context<'_>, v: usize) -> Option<usize> {
    let doc = ctx.doc;
    let participle =
        doc.tag(v) == "VBG" && matches!(doc.dep(v), "advcl" | "conj" | "acl") && v > 0 && doc.text(v - 1) == ",";
    let coordinate = doc.dep(v) == "conj" && doc.tag(v) == "VBD";
    if !(participle || coordinate)
        || cue_probability(doc, v) < DETACHED
        || doc.children(v).any(|c| is_subject(doc.dep(c)))
        || ctx.quote_at(v).is_some()
    {
        return None;
    }
    let mut below = v;
    for u in doc.ancestors(v).take(4) {
        let reports = u < v && matches!(doc.pos(u), "VERB" | "AUX") && cue_probability(doc, u) >= DETACHED;
        if reports && doc.dep(below) == "ccomp" && below > u && (participle || doc.tag(u) == "VBD") {
            return Some(u);
        }
        below = u;
    }
    None
}

/// Words of a quotation, not a name or a scare quote: enough of them, with a verb or the punctuation of a clause.
fn is_speech(ctx: &Context<'_>, quote: &Quote) -> bool {
    let doc = ctx.doc;
    let words = quote.words(doc);
    let clause = quote.inner.clone().any(|i| matches!(doc.pos(i), "VERB" | "AUX"))
        || matches!(doc.text(quote.inner.end - 1), "," | "." | "?" | "!");
    words >= QUOTE_WORDS && (clause || words >= 2 * QUOTE_WORDS)
}

/// The reporting word outside quotations that is closest to the quotation, within [`QUOTE_REACH`].
fn nearest_cue(ctx: &Context<'_>, sentence: &Range<usize>, quote: &Range<usize>) -> Option<usize> {
    let doc = ctx.doc;
    let before = quote.start.saturating_sub(QUOTE_REACH).max(sentence.start)..quote.start.max(sentence.start);
    let after = quote.end.min(sentence.end)..(quote.end + QUOTE_REACH).min(sentence.end);
    before
        .chain(after)
        .filter(|&i| matches!(doc.pos(i), "VERB" | "AUX") && ctx.quote_at(i).is_none_or(|q| q.single))
        .filter(|&i| cue_probability(doc, i) >= WITH_QUOTE)
        .min_by_key(|&i| if i < quote.start { quote.start - i } else { i - quote.end })
}
