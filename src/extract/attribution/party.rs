//! The other parties of an attribution: whom it was said to, and who passed it on.
//!
//! - *told reporters*, *said to the committee*, *Speaking to reporters, Smith said*: the addressee.
//! - *Exports fell, officials said, according to a Reuters report*: Reuters passes on what officials said.
//! - *according to a Reuters report*: the report is the source, and Reuters the medium.

use std::ops::Range;

use super::super::Context;
use super::super::lexicon::Lexicon;
use super::Attribution;
use super::according_to;
use super::syntax::noun_phrase;

/// Verbs whose object is the one who is spoken to.
const ADDRESSING: &[&str] =
    &["tell", "ask", "remind", "assure", "inform", "warn", "advise", "urge", "brief", "notify", "promise", "caution"];

/// Fills `addressee` and `relayed_by`.
pub(super) fn add(ctx: &Context<'_>, found: &mut [Attribution]) {
    for k in 0..found.len() {
        let a = &found[k];
        let Some(head) = a.cue_head else { continue };
        let addressee = a.addressee.clone().or_else(|| addressee(ctx, head));
        let relayed = relay(ctx, found, k);
        let a = &mut found[k];
        a.addressee = addressee
            .filter(|r| a.source.as_ref() != Some(r) && !a.content.iter().any(|c| c.start < r.end && r.start < c.end));
        a.relayed_by = relayed;
    }
}

fn addressee(ctx: &Context<'_>, head: usize) -> Option<Range<usize>> {
    let doc = ctx.doc;
    if !matches!(doc.pos(head), "VERB" | "AUX") {
        return None;
    }
    let after =
        |deps: &'static [&'static str]| doc.children(head).find(move |&c| c > head && deps.contains(&doc.dep(c)));
    if ADDRESSING.contains(&doc.lemma(head))
        && let Some(object) = after(&["dobj", "dative", "iobj"])
    {
        return Some(noun_phrase(doc, object));
    }
    to_audience(ctx, head).or_else(|| {
        // "Speaking to reporters, Smith said"
        let speaking =
            doc.children(head).find(|&c| doc.dep(c) == "advcl" && matches!(doc.lemma(c), "speak" | "talk"))?;
        to_audience(ctx, speaking)
    })
}

/// "to reporters", "to the committee": the object of "to" or "with", if people hear with it.
fn to_audience(ctx: &Context<'_>, head: usize) -> Option<Range<usize>> {
    let doc = ctx.doc;
    doc.children(head)
        .filter(|&c| doc.dep(c) == "prep" && matches!(doc.norm(c), "to" | "with") || doc.dep(c) == "dative")
        .flat_map(|p| doc.children(p).filter(|&c| doc.dep(c) == "pobj"))
        .find(|&o| Lexicon::get().is_audience(doc.lemma(o)) || matches!(doc.ent_type(o), "PERSON" | "ORG"))
        .map(|o| noun_phrase(doc, o))
}

/// The medium or document through which attribution `k` came.
fn relay(ctx: &Context<'_>, found: &[Attribution], k: usize) -> Option<Range<usize>> {
    let doc = ctx.doc;
    let a = &found[k];
    if let Some(source) = &a.source
        && let Some(medium) = medium_of_document(ctx, source)
    {
        return Some(medium);
    }
    // an "according to" of the same sentence whose content takes this attribution in
    let head = a.cue_head?;
    let sentence = doc.sent(head);
    let i = sentence
        .clone()
        .find(|&i| i + 2 < sentence.end && doc.text(i).eq_ignore_ascii_case("according") && doc.norm(i + 1) == "to")?;
    if a.rule == according_to::RULE.id || a.cue.as_ref().is_some_and(|c| c.contains(&i)) {
        return None;
    }
    let object = doc.children(i + 1).chain(doc.children(i)).find(|&c| doc.dep(c) == "pobj")?;
    let phrase = noun_phrase(doc, object);
    let medium = Lexicon::get().is_document(doc.lemma(object)) || doc.ent_type(object) == "ORG";
    (medium && a.source.as_ref() != Some(&phrase)).then_some(phrase)
}

/// "Reuters" of "a Reuters report", "the ministry" of "a statement from the ministry", where the head is a document.
fn medium_of_document(ctx: &Context<'_>, source: &Range<usize>) -> Option<Range<usize>> {
    let doc = ctx.doc;
    let head = source.clone().find(|&i| !source.contains(&doc.head(i)) || doc.head(i) == i)?;
    if !Lexicon::get().is_document(doc.lemma(head)) {
        return None;
    }
    let named = |i: usize| matches!(doc.ent_type(i), "ORG" | "PERSON" | "GPE" | "WORK_OF_ART");
    let first = source.clone().find(|&i| named(i) && i != head)?;
    let end = (first..source.end)
        .find(|&i| i > first && (!named(i) || doc.ent_iob(i) == copydesk_nlp::Iob::B))
        .unwrap_or(source.end);
    Some(first..end)
}
