//! What the knowledge base knows about a span: a name that goes on beyond it ("Moon Jae-in", "New South Wales"), and a city that the engine
//! took for a person or missed, where the sentence has it as a place ("in Lahore and Karachi").

use super::super::gazetteer::Gazetteer;
use std::collections::HashSet;

use copydesk_nlp::Doc;

use super::super::super::Context;
use super::super::name::{Name, is_capitalised, text};
use super::super::words::given_name_gender;
use crate::kb::{EntityType, fold};

/// How well known a city must be that the engine missed.
const MISSED_CITY: f32 = 0.3;

/// Stretches names to the known name that they are part of, and finds cities by their place in the sentence.
pub(in super::super) fn mend(ctx: &Context<'_>, kb: &Gazetteer<'_>, names: &mut Vec<Name>) {
    let doc = ctx.doc;
    let mut taken = vec![false; doc.len()];
    for name in names.iter() {
        taken[name.tokens.clone()].fill(true);
    }
    let full = names.iter().filter(|n| n.kind == EntityType::Person && n.words.len() >= 2);
    let families: HashSet<String> = full.filter_map(|n| n.words.last().cloned()).collect();
    for name in names.iter_mut() {
        stretch(doc, kb, name, &mut taken);
        let wrong = matches!(
            name.kind,
            EntityType::Person | EntityType::Org | EntityType::Norp | EntityType::Language | EntityType::Product
        );
        let key = name.key.clone();
        if wrong
            && name.title.is_none()
            // a capital of which nobody in the document bears the name, or a city that stands where places stand
            && (kb.facts(&key).capital_of.is_some() && !families.contains(&key)
                || is_city(kb, &key) && stands_as_place(doc, name.head(doc)))
        {
            name.kind = EntityType::Gpe;
        }
    }
    let mut found = Vec::new();
    for i in 0..doc.len() {
        let alone = doc.pos(i) == "PROPN" && !taken[i] && !matches!(doc.dep(i), "compound" | "nmod");
        if !alone || !is_capitalised(doc, i) {
            continue;
        }
        let start = doc.left_edge(i).max(i.saturating_sub(2));
        let whole =
            (start..=i).find(|&s| !taken[s..=i].contains(&true) && is_city(kb, &fold::key(&text(doc, &(s..i + 1)))));
        let listed = || {
            names.iter().any(|n| n.kind == EntityType::Gpe && n.tokens.contains(&doc.head(i)) && doc.dep(i) == "conj")
        };
        if let Some(start) = whole
            && (stands_as_place(doc, i)
                || listed()
                || doc.children(i).any(|c| doc.dep(c) == "conj" && is_city(kb, &fold::key(doc.text(c)))))
            && let Some(name) = Name::new(doc, start..i + 1, EntityType::Gpe)
        {
            taken[name.tokens.clone()].fill(true);
            found.push(name);
        }
    }
    names.extend(found);
    names.sort_by_key(|n| n.tokens.start);
}

fn is_city(kb: &Gazetteer<'_>, key: &str) -> bool {
    kb.facts(key).place >= MISSED_CITY && given_name_gender(key).is_none()
}

/// True behind "in", "near", "to" ..., alone or in a list.
fn stands_as_place(doc: &Doc, i: usize) -> bool {
    let mut at = i;
    while matches!(doc.dep(at), "conj" | "appos") && doc.head(at) < at {
        at = doc.head(at);
    }
    doc.dep(at) == "pobj"
        && matches!(
            doc.norm(doc.head(at)),
            "in" | "at" | "near" | "outside" | "around" | "to" | "from" | "across" | "off"
        )
}

/// Takes up to two more tokens on either side where the longer name is known and the shorter is not that known name itself.
fn stretch(doc: &Doc, kb: &Gazetteer<'_>, name: &mut Name, taken: &mut [bool]) {
    let kind = name.kind;
    if !matches!(kind, EntityType::Person | EntityType::Gpe | EntityType::Org | EntityType::Loc)
        || kb.facts(&name.key).knows(kind) && kind == EntityType::Person
    {
        return;
    }
    let sentence = doc.sent(name.tokens.start);
    let (start, end) = (name.tokens.start, name.tokens.end);
    for (left, right) in [(0, 2), (1, 0), (0, 1), (2, 0)] {
        if start < sentence.start + left
            || end + right > sentence.end
            || taken[start - left..start].contains(&true)
            || taken[end..end + right].contains(&true)
        {
            continue;
        }
        let longer = start - left..end + right;
        // a hyphen or another capital goes on with the name
        let joined = |t: usize| doc.text(t) == "-" || is_capitalised(doc, t);
        if !(longer.start..start).chain(end..longer.end).next().is_some_and(joined) {
            continue;
        }
        let capital = is_capitalised(doc, longer.start);
        let last = doc.text(longer.end - 1);
        if !capital || !last.chars().any(char::is_alphanumeric) {
            continue;
        }
        let written = text(doc, &longer);
        let words = fold::words(&written);
        let facts = kb.facts(&words.join(" "));
        let known = facts.knows(kind) || kind == EntityType::Loc && facts.knows(EntityType::Gpe);
        if known && words.len() > name.words.len() {
            taken[longer.clone()].fill(true);
            name.tokens = longer;
            name.key = words.join(" ");
            name.words = words;
            return;
        }
    }
}
