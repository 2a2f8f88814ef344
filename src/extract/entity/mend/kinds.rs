//! Types: the same name is the same sort of thing throughout a document, and the family name of a person is a person.

use super::super::gazetteer::Gazetteer;
use std::collections::{HashMap, HashSet};

use copydesk_nlp::Doc;

use super::super::super::lexicon::Lexicon;
use super::super::name::Name;
use super::super::title;
use super::super::words::is_legal_form;
use crate::kb::EntityType;

/// How much a title before the name speaks for a person.
const TITLE_WEIGHT: usize = 3;

/// Gives every name the type that the document as a whole gives it.
pub(in super::super) fn mend(doc: &Doc, kb: &Gazetteer<'_>, names: &mut [Name]) {
    as_known(kb, names);
    by_title(doc, names);
    by_sort(doc, names);
    short_companies(names);
    by_majority(names);
    family_names(names);
}

/// What the knowledge base holds as a country, and nothing else of that name, is one.
fn as_known(kb: &Gazetteer<'_>, names: &mut [Name]) {
    for name in names {
        if kb.facts(&name.key).settled {
            name.kind = EntityType::Gpe;
        }
    }
}

/// "Prime Minister Munir": whoever has a title is a person.
fn by_title(doc: &Doc, names: &mut [Name]) {
    for name in names {
        let wrong = matches!(
            name.kind,
            EntityType::Org | EntityType::Gpe | EntityType::Product | EntityType::Loc | EntityType::WorkOfArt
        );
        if wrong
            && name.tokens.len() <= 3
            && name.tokens.clone().all(|i| doc.pos(i) == "PROPN")
            && name.words.iter().all(|w| !w.chars().any(|c| c.is_numeric()))
            && !modifies(doc, name)
            && let Some(found) = title::before(doc, name.tokens.start)
            && found.end == name.tokens.start
            && found.clone().next_back().is_some_and(|i| super::super::words::is_personal_title(doc.text(i)))
        {
            name.kind = EntityType::Person;
            name.title = Some(found);
        }
    }
}

/// "The deputy chief UK economist": the title is that of the noun which the name modifies.
fn modifies(doc: &Doc, name: &Name) -> bool {
    let head = name.head(doc);
    matches!(doc.dep(head), "compound" | "nmod" | "amod") && doc.head(head) >= name.tokens.end
}

/// "Swiss drugmaker Corvane": what the noun for a body stands before is one.
fn by_sort(doc: &Doc, names: &mut [Name]) {
    for name in
        names.iter_mut().filter(|n| matches!(n.kind, EntityType::Person | EntityType::Product | EntityType::WorkOfArt))
    {
        let Some(noun) = name.tokens.start.checked_sub(1).filter(|&i| doc.sent(i) == doc.sent(name.tokens.start))
        else {
            continue;
        };
        let sort = doc.tag(noun) == "NN" && doc.head(noun) == name.head(doc);
        if sort && name.title.is_none() && Lexicon::get().is_institution(doc.lemma(noun)) {
            name.kind = EntityType::Org;
        }
    }
}

/// "Nordhavn" beside "Nordhavn Shipping A/S": what a body's name starts with is that body, unless a person of that family is named;
/// a place's name is one only where a legal form is all that it lacks ("Halden" beside "Halden AB").
fn short_companies(names: &mut [Name]) {
    let long = |kind: EntityType| names.iter().filter(move |n| n.kind == kind && n.words.len() > 1);
    // what bodies' names start with, and whether legal forms are all that is missing
    let mut starts: HashMap<String, bool> = HashMap::new();
    for words in long(EntityType::Org).map(|n| &n.words) {
        for end in 1..words.len() {
            let form = words[end..].iter().all(|w| is_legal_form(w));
            *starts.entry(words[..end].join(" ")).or_default() |= form;
        }
    }
    // people's full names by family name
    let mut families: HashMap<String, HashSet<String>> = HashMap::new();
    for name in long(EntityType::Person).filter(|n| !starts.contains_key(&n.key)) {
        families.entry(name.words[name.words.len() - 1].clone()).or_default().insert(name.key.clone());
    }
    for name in names.iter_mut().filter(|n| n.title.is_none()) {
        let Some(&company) = starts.get(&name.key) else { continue };
        let others = name.words.last().and_then(|w| families.get(w));
        let is_body = match name.kind {
            EntityType::Person => others.is_none_or(|keys| keys.iter().all(|key| *key == name.key)),
            EntityType::Gpe | EntityType::Loc | EntityType::Norp | EntityType::Product => company,
            _ => false,
        };
        if is_body {
            name.kind = EntityType::Org;
        }
    }
}

fn by_majority(names: &mut [Name]) {
    let mut votes: HashMap<String, [usize; EntityType::ALL.len()]> = HashMap::new();
    for name in names.iter() {
        let weight = if name.title.is_some() { TITLE_WEIGHT } else { 1 };
        votes.entry(name.key.clone()).or_default()[name.kind as usize] += weight;
    }
    // of types with equal votes the first in the text holds
    let mut winners: HashMap<String, EntityType> = HashMap::new();
    for name in names {
        let key = name.key.clone();
        let votes = votes[&key];
        let most = votes.iter().max().copied().unwrap_or(0);
        // NORP and LANGUAGE are grammar, not opinion: "English" may be both in one text
        if matches!(name.kind, EntityType::Norp | EntityType::Language) {
            continue;
        }
        if votes[name.kind as usize] == most {
            winners.entry(key.clone()).or_insert(name.kind);
        }
        let winner =
            winners.get(&key).copied().or_else(|| votes.iter().position(|&v| v == most).map(|k| EntityType::ALL[k]));
        name.kind = winner.unwrap_or(name.kind);
    }
}

/// A single word that is the last of a person's full name, and no full name of something else, is that person.
fn family_names(names: &mut [Name]) {
    let full: Vec<(String, usize)> = names
        .iter()
        .filter(|n| n.kind == EntityType::Person && n.words.len() >= 2)
        .filter_map(|n| Some((n.words.last()?.clone(), n.tokens.start)))
        .collect();
    for name in names {
        let other = matches!(
            name.kind,
            EntityType::Org
                | EntityType::Gpe
                | EntityType::Product
                | EntityType::Loc
                | EntityType::Norp
                | EntityType::WorkOfArt
        );
        if other && name.words.len() == 1 && full.iter().any(|(last, _)| *last == name.words[0]) {
            name.kind = EntityType::Person;
        }
    }
}
