//! What a quantity measures: "a trade deficit of $3 billion", "a 19% tariff", "bilateral trade reached $10.1 billion".

use std::ops::Range;

use copydesk_nlp::Doc;

use super::grammar::{Candidate, Class};
use super::lexer::Atoms;

/// The tokens of what is measured.
pub(crate) fn measure(atoms: &Atoms<'_>, doc: &Doc, quantity: &Candidate) -> Option<Range<usize>> {
    if !quantity.noun.is_empty() {
        return Some(atoms.tokens(&quantity.noun));
    }
    if matches!(quantity.class, Class::Duration | Class::Age) {
        return None;
    }
    let tokens = atoms.tokens(&quantity.span);
    let sentence = doc.sent(tokens.start);
    noun_before(atoms, doc, quantity, &sentence)
        .or_else(|| gapped(atoms, doc, quantity, &sentence))
        .or_else(|| noun_after(atoms, doc, quantity, &tokens))
        .or_else(|| of_phrase(atoms, doc, quantity))
        .or_else(|| of_verb(doc, &tokens, &sentence))
        .filter(|range| !range.is_empty() && !range.contains(&tokens.start))
}

/// "a trade deficit of $3 billion", "goods worth $2.1 billion".
fn noun_before(atoms: &Atoms<'_>, doc: &Doc, quantity: &Candidate, sentence: &Range<usize>) -> Option<Range<usize>> {
    let word = quantity.start.checked_sub(1)?;
    if !matches!(atoms.lower(word), "of" | "worth" | "at" | "totaling" | "totalling") || word == 0 {
        return None;
    }
    let noun = atoms.get(word - 1)?.token;
    doc.tag(noun).starts_with("NN").then(|| noun_phrase(doc, noun, sentence))
}

/// "exports were worth $2.1 billion and imports $5.1 billion": the second subject, whose verb is left out.
fn gapped(atoms: &Atoms<'_>, doc: &Doc, quantity: &Candidate, sentence: &Range<usize>) -> Option<Range<usize>> {
    if !matches!(quantity.class, Class::Money | Class::Percent) {
        return None;
    }
    let before = quantity.start.checked_sub(1)?;
    let first = (before.saturating_sub(2)..=before).rev().take_while(|&k| {
        atoms.get(k).is_some_and(|a| doc.tag(a.token).starts_with("NN") || doc.tag(a.token).starts_with("JJ"))
    });
    let first = first.last()?;
    let joined = first.checked_sub(1).is_some_and(|k| matches!(atoms.lower(k), "and" | "while" | "but"));
    let noun = atoms.get(before)?.token;
    (joined && doc.tag(noun) == "NNS" && sentence.contains(&noun)).then(|| atoms.tokens(&(first..before + 1)))
}

/// "a 19% tariff", "a $75 million loan".
fn noun_after(atoms: &Atoms<'_>, doc: &Doc, quantity: &Candidate, tokens: &Range<usize>) -> Option<Range<usize>> {
    let first = atoms.get(quantity.span.end)?;
    let head = doc.head(tokens.end - 1);
    let from = first.token;
    let follows = head >= from
        && head < from + 5
        && doc.tag(head).starts_with("NN")
        && (from..=head)
            .all(|t| doc.tag(t).starts_with("NN") || doc.tag(t).starts_with("JJ") || doc.tag(t).starts_with("VB"));
    follows.then_some(from..head + 1)
}

/// "70 percent of the respondents", "600 megawatts of power".
fn of_phrase(atoms: &Atoms<'_>, doc: &Doc, quantity: &Candidate) -> Option<Range<usize>> {
    if atoms.lower(quantity.span.end) != "of" {
        return None;
    }
    let of = atoms.get(quantity.span.end)?.token;
    let object = doc.children(of).find(|&c| doc.dep(c) == "pobj")?;
    Some(doc.left_edge(object)..object + 1)
}

/// Subject of the verb, or its object where the quantity comes after "by" or "to" ("cut its rate by 25 basis points").
fn of_verb(doc: &Doc, tokens: &Range<usize>, sentence: &Range<usize>) -> Option<Range<usize>> {
    let verb =
        doc.ancestors(tokens.start).take_while(|t| sentence.contains(t)).find(|&t| doc.tag(t).starts_with('V'))?;
    let object = doc.children(verb).find(|&c| doc.dep(c) == "dobj" && c < tokens.start && doc.tag(c).starts_with("NN"));
    let subject = || {
        std::iter::once(verb)
            .chain(doc.ancestors(verb))
            .take(3)
            .find_map(|v| doc.children(v).find(|&c| matches!(doc.dep(c), "nsubj" | "nsubjpass")))
    };
    let noun = object.or_else(subject)?;
    doc.tag(noun).starts_with("NN").then(|| noun_phrase(doc, noun, sentence))
}

/// The noun with what stands before it in its phrase, article excluded.
fn noun_phrase(doc: &Doc, noun: usize, sentence: &Range<usize>) -> Range<usize> {
    let mut start = doc.left_edge(noun).max(sentence.start);
    while start < noun
        && (matches!(doc.tag(start), "DT" | "PRP$" | "WDT" | "," | "``" | "_SP")
            || !doc.text(start).chars().any(char::is_alphanumeric))
    {
        start += 1;
    }
    start..noun + 1
}
