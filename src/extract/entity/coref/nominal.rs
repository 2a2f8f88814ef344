//! *Rishi Sunak ... the prime minister*, *Microsoft ... the company*: a definite common noun that stands for somebody named.
//!
//! A noun of office means the person who has that office in the document ([`ROLE`]); what else its phrase says ("the Afghan team's coach")
//! must not speak against the person's roles. Other nouns ([`HYPERNYM`]) mean the nearest entity before them whose type or name is of
//! their sort ("the ministry": a name with "ministry" in it). *Mensah ... the 24-year-old* ([`AGE`]) is whoever has that age in the
//! document, else the person named last.

use super::super::gazetteer::Gazetteer;
use std::collections::HashMap;
use std::ops::Range;

use copydesk_nlp::Doc;

use super::super::super::Context;
use super::super::discourse::{Discourse, Entity, Mention};
use super::super::name::{head, is_capitalised};
use super::super::words::{hypernym, is_title_word};
use crate::event::MentionKind;
use crate::kb::EntityType;
use crate::kb::fold;

pub(super) const ROLE: &str = "role_nominal";
pub(super) const HYPERNYM: &str = "hypernym_nominal";
pub(super) const AGE: &str = "age_nominal";

/// How many sentences back "the company" may reach.
const HYPERNYM_REACH: usize = 3;
/// And "the 24-year-old".
const AGE_REACH: usize = 2;

/// Adds the common nouns that stand for named entities.
pub(in super::super) fn resolve(ctx: &Context<'_>, kb: &Gazetteer<'_>, d: &mut Discourse<'_>) {
    for chunk in d.chunks.clone() {
        let h = head(ctx.doc, &chunk);
        if d.entity_at(h).is_some() || d.in_title(h) || ctx.doc.pos(h) == "PRON" || !is_definite(ctx.doc, h) {
            continue;
        }
        // beside a name it is that name's role, and the name speaks for it
        if d.beside_name(h).is_some()
            || ctx.doc.children(h).any(|c| c > h && d.entity_at(c).is_some() && ctx.doc.dep(c) == "appos")
        {
            continue;
        }
        let found =
            role_holder(ctx, kb, d, h).map(|e| (e, ROLE)).or_else(|| instance(ctx, kb, d, h).map(|e| (e, HYPERNYM)));
        if let Some((entity, rule)) = found {
            d.add(entity, Mention { tokens: chunk, kind: MentionKind::Nominal, rule });
        }
    }
    resolve_ages(ctx.doc, d);
}

/// True for "the minister", "Tunisia's coach" and "The Home Secretary", in the singular.
fn is_definite(doc: &Doc, noun: usize) -> bool {
    if !matches!(doc.tag(noun), "NN" | "NNP") {
        return false;
    }
    doc.children(noun).any(|c| c < noun && (matches!(doc.norm(c), "the" | "this" | "that") || doc.dep(c) == "poss" && doc.pos(c) != "PRON"))
        // "Tunisia's Football coach"
        || is_capitalised(doc, noun) && is_title_word(doc.text(noun))
}

/// The person who has the office that the phrase of `noun` speaks of.
fn role_holder(ctx: &Context<'_>, kb: &Gazetteer<'_>, d: &Discourse<'_>, noun: usize) -> Option<usize> {
    let doc = ctx.doc;
    if !is_title_word(doc.text(noun)) {
        return None;
    }
    let start = doc.left_edge(noun);
    let phrase = content_words(doc, start..noun + 1, kb);
    let after = content_words(doc, noun + 1..end_of_phrase(doc, noun), kb);
    let office = doc.lemma(noun).to_lowercase();
    let holders = d.entities.iter().enumerate().filter(|(_, e)| e.kind == EntityType::Person).filter_map(|(k, e)| {
        let best = e.roles.iter().filter_map(|role| {
            let words = content_words(doc, role.clone(), kb);
            if !words.contains(&office) {
                return None;
            }
            let said: Vec<&String> = phrase.iter().chain(&after).filter(|w| **w != office).collect();
            let shared = said.iter().filter(|w| words.contains(w)).count();
            // "the Afghan president" is not whoever is "US President"
            (shared == said.len() || words.len() == 1 || shared > 0).then_some(shared)
        });
        Some((best.max()?, d.last_before(k, noun)?, k))
    });
    holders.max().map(|(_, _, k)| k).or_else(|| named_later(ctx, kb, d, noun, &office))
}

/// "Panama coach ... Hernan Dario Gomez, coach of Panama": an office named before its holder is.
fn named_later(
    ctx: &Context<'_>,
    kb: &Gazetteer<'_>,
    d: &Discourse<'_>,
    noun: usize,
    office: &String,
) -> Option<usize> {
    let doc = ctx.doc;
    let phrase = content_words(doc, doc.left_edge(noun)..noun + 1, kb);
    if phrase.len() < 2 {
        return None;
    }
    let mut holders = d.entities.iter().enumerate().filter(|(_, e)| {
        e.kind == EntityType::Person
            && e.roles.iter().any(|r| {
                let words = content_words(doc, r.clone(), kb);
                words.contains(office) && phrase.iter().all(|w| words.contains(w))
            })
    });
    let first = holders.next()?;
    holders.next().is_none().then_some(first.0)
}

fn end_of_phrase(doc: &Doc, noun: usize) -> usize {
    let of = doc.children(noun).find(|&c| c > noun && matches!(doc.norm(c), "of" | "for"));
    of.map_or(noun + 1, |of| (doc.right_edge(of) + 1).min(noun + 6))
}

/// The words of a phrase that mean something: folded lemmas, with countries for their demonyms.
fn content_words(doc: &Doc, range: Range<usize>, kb: &Gazetteer<'_>) -> Vec<String> {
    let mut words = Vec::new();
    for i in range {
        if !matches!(doc.pos(i), "NOUN" | "PROPN" | "ADJ")
            || matches!(doc.norm(i), "new" | "own" | "former" | "then" | "current")
        {
            continue;
        }
        let word = fold::key(doc.text(i));
        let facts = kb.facts(&word);
        let country = facts.demonym.or(facts.country);
        words.push(match country {
            Some(country) => format!("country {}", country.as_str()),
            None if doc.pos(i) == "PROPN" || word.is_empty() => word,
            None => doc.lemma(i).to_lowercase(),
        });
    }
    words.retain(|w| !w.is_empty());
    words
}

/// Adds "the 24-year-old" to who is said to be of that age, else to the last person named whose age is not told.
fn resolve_ages(doc: &Doc, d: &mut Discourse<'_>) {
    let ages: Vec<Option<&str>> = d.entities.iter().map(|e| age(doc, e)).collect();
    let mut of_age: HashMap<&str, usize> = HashMap::new();
    for (k, age) in ages.iter().enumerate() {
        age.map(|age| of_age.entry(age).or_insert(k));
    }
    // the tokens are "the", "24", "-", "year", "-", "old"
    for old in (5..doc.len()).filter(|&i| doc.norm(i) == "old") {
        let tokens = old - 5..old + 1;
        let words =
            matches!(doc.norm(old - 5), "the" | "this") && doc.norm(old - 2) == "year" && doc.text(old - 1) == "-";
        // "the 24-year-old driver"
        if !words || matches!(doc.dep(old), "amod" | "compound" | "nmod") {
            continue;
        }
        let unknown = |k: &usize| d.entities[*k].kind == EntityType::Person && ages[*k].is_none();
        let named = of_age.get(doc.text(old - 4)).copied();
        if let Some(entity) = named.or_else(|| d.before(tokens.start, AGE_REACH).find(unknown)) {
            d.add(entity, Mention { tokens, kind: MentionKind::Nominal, rule: AGE });
        }
    }
}

/// "31" of "Laura Adams, 31, ...".
fn age<'a>(doc: &'a Doc, e: &Entity) -> Option<&'a str> {
    let behind = e.mentions.iter().map(|m| m.tokens.end).filter(|&end| end + 1 < doc.len() && doc.text(end) == ",");
    let numbers = behind.map(|end| doc.text(end + 1)).find(|text| text.parse::<u8>().is_ok());
    numbers.filter(|_| e.kind == EntityType::Person)
}

/// The nearest entity before `noun` that is of its sort.
fn instance(ctx: &Context<'_>, kb: &Gazetteer<'_>, d: &Discourse<'_>, noun: usize) -> Option<usize> {
    let doc = ctx.doc;
    let sorts = hypernym(doc.lemma(noun))?;
    // "the company's shares" is fine, "the company that makes tyres" speaks of another
    let bare = doc.children(noun).all(|c| matches!(doc.dep(c), "det" | "case") || doc.pos(c) == "PUNCT");
    if !bare || !doc.children(noun).any(|c| matches!(doc.norm(c), "the" | "this")) {
        return None;
    }
    let is_of_sort = |k: usize| {
        let e = &d.entities[k];
        let words = fold::words(&e.name);
        sorts.iter().any(|sort| match sort.split_once(':') {
            Some(("GPE", "country")) => e.kind == EntityType::Gpe && kb.facts(&words.join(" ")).country.is_some(),
            Some(("GPE", _)) => {
                e.kind == EntityType::Gpe
                    && kb.facts(&words.join(" ")).country.is_none()
                    && !kb.facts(&words.join(" ")).region
            }
            Some(("ORG", "acronym")) => {
                e.kind == EntityType::Org && words.len() == 1 && e.name.chars().all(char::is_uppercase)
            }
            Some(_) => e.kind == EntityType::Org && !words.iter().any(|w| is_public_body(w)),
            None if *sort == "ORG" => false,
            None => e.kind == EntityType::Org && words.iter().any(|w| w == sort),
        })
    };
    let found = d.before(noun, HYPERNYM_REACH).find(|&k| is_of_sort(k));
    found.or_else(|| {
        // farther back only where the document has one of the sort
        let mut all = (0..d.entities.len()).filter(|&k| is_of_sort(k) && d.last_before(k, noun).is_some());
        all.next().filter(|_| all.next().is_none())
    })
}

fn is_public_body(word: &str) -> bool {
    matches!(
        word,
        "ministry"
            | "department"
            | "court"
            | "university"
            | "council"
            | "commission"
            | "committee"
            | "parliament"
            | "senate"
            | "house"
            | "union"
            | "agency"
            | "police"
            | "army"
            | "navy"
            | "office"
            | "nations"
            | "government"
            | "congress"
            | "church"
            | "party"
            | "school"
            | "association"
    )
}
