//! A name that the engine saw once is a name wherever its words stand again.

use super::super::gazetteer::Gazetteer;
use std::collections::{HashMap, HashSet};

use copydesk_nlp::Doc;

use super::super::super::Context;
use super::super::name::{Name, is_capitalised, text};
use crate::kb::EntityType;
use crate::kb::fold;

/// Adds the occurrences of known names, and of the family names of known people, that no name covers.
pub(in super::super) fn add(ctx: &Context<'_>, _kb: &Gazetteer<'_>, names: &mut Vec<Name>) {
    let doc = ctx.doc;
    let mut known: HashMap<String, EntityType> = HashMap::new();
    let mut longest = 1;
    for name in names.iter() {
        longest = longest.max(name.tokens.len());
        known.entry(name.key.clone()).or_insert(name.kind);
        if name.kind == EntityType::Person && name.words.len() >= 2 {
            let last = name.words[name.words.len() - 1].clone();
            if last.len() > 2 {
                known.entry(last).or_insert(EntityType::Person);
            }
        }
    }
    let first_words: HashSet<&str> = known.keys().filter_map(|k| k.split(' ').next()).collect();
    let mut taken = vec![false; doc.len()];
    for name in names.iter() {
        taken[name.tokens.clone()].fill(true);
    }
    let mut found = Vec::new();
    let mut i = 0;
    while i < doc.len() {
        let begins = !taken[i]
            && is_capitalised(doc, i)
            && fold::words(doc.text(i)).first().is_some_and(|w| first_words.contains(w.as_str()));
        match begins.then(|| repeat(doc, i, longest, &taken, &known)).flatten() {
            Some(name) => {
                i = name.tokens.end;
                found.push(name);
            }
            None => i += 1,
        }
    }
    names.extend(found);
    names.sort_by_key(|n| n.tokens.start);
}

fn repeat(doc: &Doc, i: usize, longest: usize, taken: &[bool], known: &HashMap<String, EntityType>) -> Option<Name> {
    let sentence = doc.sent(i);
    for end in (i + 1..=(i + longest).min(sentence.end)).rev() {
        if taken[i..end].contains(&true) {
            continue;
        }
        let text = text(doc, &(i..end));
        let Some(&kind) = known.get(&fold::key(&text)) else { continue };
        // a common word at the start of a sentence, or an ordinary capitalised word, is not the name of that spelling
        let proper = (i..end).any(|t| doc.pos(t) == "PROPN") || kind == EntityType::Norp && doc.pos(i) == "ADJ";
        if !proper {
            continue;
        }
        // part of a longer run of proper nouns is another name ("Trump Tower"), unless a hyphen or dash parts it
        let joined = |t: usize| doc.pos(t) == "PROPN" && (doc.dep(t) == "compound" || doc.dep(t - 1) == "compound");
        if kind == EntityType::Person && end < sentence.end && joined(end) && doc.head(end - 1) == end {
            continue;
        }
        return Name::new(doc, i..end, kind);
    }
    None
}
