//! Names that the engine misses and that their form gives away: "Operation Sindoor", a country in a compound ("Pakistan-US"), people
//! beside their age, role or kinship ("Agnes Phiri, 54,", "opposition leader Fred M'membe", "his brother, Emeka,").

use std::ops::Range;

use super::super::gazetteer::Gazetteer;
use copydesk_nlp::Doc;

use super::super::super::Context;
use super::super::super::lexicon::Lexicon;
use super::super::name::{Name, is_capitalised};
use super::super::words::{is_honorific, is_title_word};
use crate::kb::EntityType;
use crate::kb::fold;

/// Longest name that is looked up, in tokens.
const MAX_NAME: usize = 4;

/// Adds names found by their form. The list may come out unordered.
pub(in super::super) fn add(ctx: &Context<'_>, kb: &Gazetteer<'_>, names: &mut Vec<Name>) {
    let doc = ctx.doc;
    let mut taken = vec![false; doc.len()];
    for name in names.iter() {
        taken[name.tokens.clone()].fill(true);
    }
    let mut found = Vec::new();
    events(doc, names, &mut taken, &mut found);
    countries(doc, kb, &mut taken, &mut found);
    people(doc, &mut taken, &mut found);
    names.extend(found);
}

/// Words that the name of an event starts with: operations, and storms.
const EVENTS: [&str; 5] = ["Operation", "Hurricane", "Typhoon", "Cyclone", "Storm"];

/// "Operation Sindoor", "Typhoon Kalmaegi": the word and the capitalised words after it.
fn events(doc: &Doc, names: &mut [Name], taken: &mut [bool], found: &mut Vec<Name>) {
    for i in 0..doc.len() {
        if !EVENTS.contains(&doc.text(i)) {
            continue;
        }
        let sentence = doc.sent(i);
        let end = (i + 1..sentence.end).take_while(|&j| is_capitalised(doc, j)).count() + i + 1;
        if end == i + 1 {
            continue;
        }
        if let Some(name) = names.iter_mut().find(|n| n.tokens.start <= i && i < n.tokens.end) {
            if name.tokens.start == i {
                name.kind = EntityType::Event;
            }
        } else if !taken[i..end].contains(&true)
            && let Some(name) = Name::new(doc, i..end, EntityType::Event)
        {
            taken[name.tokens.clone()].fill(true);
            found.push(name);
        }
    }
}

/// Most words of a person's name.
const MAX_PERSON: usize = 4;

/// Runs of capitalised proper nouns that an age follows, a role precedes, or that stand beside a noun for a person.
fn people(doc: &Doc, taken: &mut [bool], found: &mut Vec<Name>) {
    let part = |i: usize| doc.pos(i) == "PROPN" && is_capitalised(doc, i) && !is_honorific(doc.text(i));
    let mut i = 0;
    while i < doc.len() {
        let sentence = doc.sent(i);
        let end = (i..sentence.end).take_while(|&j| part(j) && !taken[j]).count() + i;
        // the role's own capitals are no name: "Finance Minister Jane Doe"
        let start = (i..end).rev().find(|&j| is_title_word(doc.text(j))).map_or(i, |j| j + 1);
        i = end.max(i + 1);
        if start >= end || end - start > MAX_PERSON || end < sentence.end && taken[end] {
            continue;
        }
        let titled = start > sentence.start && is_title_word(doc.text(start - 1));
        let full = end - start > 1;
        if (full && (titled || aged(doc, &(start..end))) || beside_kin(doc, &(start..end)))
            && let Some(name) = Name::new(doc, start..end, EntityType::Person)
        {
            taken[name.tokens.clone()].fill(true);
            found.push(name);
        }
    }
}

/// "Agnes Phiri, 54,": a number of years between commas, or before the sentence's end.
fn aged(doc: &Doc, name: &Range<usize>) -> bool {
    let sentence = doc.sent(name.start);
    let text = |i: usize| if i < sentence.end { doc.text(i) } else { "." };
    text(name.end) == ","
        && text(name.end + 1).parse::<u8>().is_ok_and(|age| (1..=110).contains(&age))
        && matches!(text(name.end + 2), "," | "." | "—" | "–" | ";")
}

/// "his brother, Emeka, says": the name stands between commas behind a noun for a person that somebody's or some body's is.
fn beside_kin(doc: &Doc, name: &Range<usize>) -> bool {
    let head = super::super::name::head(doc, name);
    let noun = doc.head(head);
    let comma = |i: Option<usize>| i.is_some_and(|i| i < doc.len() && doc.text(i) == ",");
    doc.dep(head) == "appos"
        && noun < name.start
        && Lexicon::get().is_unnamed_source(doc.lemma(noun))
        && doc.children(noun).any(|c| doc.dep(c) == "poss")
        && comma(name.start.checked_sub(1))
        && comma(Some(name.end))
}

/// Country names of the knowledge base that no entity holds, the longest first.
fn countries(doc: &Doc, kb: &Gazetteer<'_>, taken: &mut [bool], found: &mut Vec<Name>) {
    let mut i = 0;
    while i < doc.len() {
        if taken[i] || !is_capitalised(doc, i) || doc.pos(i) != "PROPN" || !doc.text(i).chars().any(char::is_alphabetic)
        {
            i += 1;
            continue;
        }
        let goes_on = |&t: &usize| is_capitalised(doc, t) || matches!(doc.text(t), "of" | "the" | "and" | "-");
        let last = i + 1 + (i + 1..doc.len().min(i + MAX_NAME)).take_while(goes_on).count();
        let longest = (i + 1..=last).rev().find(|&end| {
            if taken[i..end].contains(&true) || !doc.sent(i).contains(&(end - 1)) {
                return false;
            }
            let text = super::super::name::text(doc, &(i..end));
            let all_caps = text.chars().all(|c| !c.is_lowercase());
            kb.facts(&fold::key(&text)).settled && (text.len() > 3 || all_caps)
        });
        match longest.and_then(|end| Name::new(doc, i..end, EntityType::Gpe)) {
            Some(name) => {
                i = name.tokens.end;
                taken[name.tokens.clone()].fill(true);
                found.push(name);
            }
            None => i += 1,
        }
    }
}
