//! Titles: "US Secretary of State" of "US Secretary of State Marco Rubio", "the home secretary" beside a name.

use std::ops::Range;

use copydesk_nlp::Doc;

use super::super::lexicon::Lexicon;
use super::words::{is_honorific, is_title_word};

/// How many words a title may have.
const MAX_TITLE: usize = 16;

/// The title in front of the name that starts at `name`: an unbroken run of nouns and adjectives that holds a word of a title,
/// stretched over "of", "for", "to" and "and" as long as a title stands before them ("CEO of the Refugee Council Enver Solomon").
pub(super) fn before(doc: &Doc, name: usize) -> Option<Range<usize>> {
    let first = doc.sent(name).start.max(name.saturating_sub(MAX_TITLE));
    let mut start = run_before(doc, name, first);
    // "a spokeswoman for Nordhavn": the title is somebody else's
    if start == name && start > first && is_link(doc, start - 1) {
        return None;
    }
    let mut found = holds_title(doc, start..name).then_some(start);
    // "Secretary of State": what stands before the preposition must be a title too
    while start > first {
        let mut at = start;
        while at > first && is_link(doc, at - 1) {
            at -= 1;
        }
        if at == start || at == first {
            break;
        }
        let next = run_before(doc, at, first);
        // "a spokesman for Prime Minister Khan": whoever stands before the preposition is somebody else
        let others = found.is_some() && (at..start).any(|i| matches!(doc.text(i), "for" | "to"));
        if next == at || !holds_title(doc, next..at) || others {
            break;
        }
        start = next;
        found = Some(start);
    }
    let mut start = found?;
    while start < name && (doc.pos(start) == "DET" || doc.tag(start) == "POS" || doc.pos(start) == "PUNCT") {
        start += 1;
    }
    (start < name && !doc.text(start).is_empty()).then_some(start..name)
}

/// Start of the unbroken run of title-like words that ends before `end`.
fn run_before(doc: &Doc, end: usize, first: usize) -> usize {
    let mut start = end;
    while start > first {
        let i = start - 1;
        let word = matches!(doc.pos(i), "PROPN" | "NOUN" | "ADJ") && !doc.text(i).trim().is_empty()
            || is_title_word(doc.text(i))
            || is_honorific(doc.text(i))
            || matches!(doc.text(i), "-" | "–") && i > first && i + 1 < end && !doc.space_after(i)
            || matches!(doc.tag(i), "POS") && i > first;
        // another person's name is no part of a title
        if !word || doc.tag(i) == "EX" || doc.ent_type(i) == "PERSON" {
            break;
        }
        start = i;
    }
    while start < end && matches!(doc.text(start), "-" | "–" | "'s" | "’s" | "'" | "’") {
        start += 1;
    }
    start
}

fn is_link(doc: &Doc, i: usize) -> bool {
    matches!(doc.text(i), "of" | "for" | "to" | "and" | "the" | "on" | "at" | "&")
}

fn holds_title(doc: &Doc, range: Range<usize>) -> bool {
    range.into_iter().any(|i| is_title_word(doc.text(i)) || is_honorific(doc.text(i)))
}

/// The part of a title that is a role: without "Mr.", "Dr." and the like; None where nothing else is left.
pub(super) fn role(doc: &Doc, title: &Range<usize>) -> Option<Range<usize>> {
    let mut role = title.clone();
    while role.start < role.end && is_honorific(doc.text(role.start)) {
        role.start += 1;
    }
    while role.start < role.end && is_honorific(doc.text(role.end - 1)) {
        role.end -= 1;
    }
    let named = role.clone().any(|i| is_title_word(doc.text(i)) || Lexicon::get().is_unnamed_source(doc.lemma(i)));
    named.then_some(role)
}

/// Roles that stand beside the name whose head is `head` as appositions: "Marco Rubio, the US secretary of state,".
pub(super) fn beside(doc: &Doc, head: usize) -> Vec<Range<usize>> {
    let mut roles = Vec::new();
    for c in doc.children(head).filter(|&c| doc.dep(c) == "appos" && c > head) {
        if is_title_word(doc.text(c)) && doc.pos(c) != "VERB" {
            let mut start = doc.left_edge(c);
            while start < c && matches!(doc.pos(start), "DET" | "PUNCT") {
                start += 1;
            }
            roles.push(start..end_of_role(doc, c));
        }
    }
    // "The minister, John Smith, said": the name stands beside the role
    if doc.dep(head) == "appos" {
        let noun = doc.head(head);
        if noun < head && is_title_word(doc.text(noun)) && matches!(doc.pos(noun), "NOUN" | "PROPN") {
            let mut start = doc.left_edge(noun);
            while start < noun && matches!(doc.pos(start), "DET" | "PUNCT") {
                start += 1;
            }
            roles.push(start..end_of_role(doc, noun).min(head));
        }
    }
    roles.retain(|r| !r.is_empty() && r.len() <= MAX_TITLE);
    roles
}

/// A role ends with the last "of ..." that hangs on its noun, before any clause, comma or apposition.
fn end_of_role(doc: &Doc, noun: usize) -> usize {
    let last = doc.right_edge(noun) + 1;
    let mut end = noun + 1;
    while end < last
        && !matches!(doc.pos(end), "PUNCT" | "VERB" | "AUX" | "PRON" | "SCONJ" | "ADV" | "NUM")
        && !matches!(doc.tag(end), "WDT" | "WP")
    {
        end += 1;
    }
    while end > noun + 1 && !matches!(doc.pos(end - 1), "NOUN" | "PROPN") {
        end -= 1;
    }
    end
}
