//! Which entry of the knowledge base an entity is.
//!
//! Every chain is asked for with its names, type, roles and gender, the article's date, and what the document speaks of: countries by
//! name, adjective and capital, states, and places behind a comma ("Paris, Texas"). Two rounds: what the first links without doubt is
//! context for the second.

use super::gazetteer::Gazetteer;
use std::collections::BTreeMap;
use std::ops::Range;

use super::super::Context;
use super::coref::is_own_name;
use super::discourse::Entity;
use super::name::text;
use crate::event::MentionKind;
use crate::kb::score::{Query, answer};
use crate::kb::{Country, Day, EntityType, Entry as KbEntry, fold};

/// The answer for one entity.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Linked {
    /// The entry; None where nothing is sure enough.
    pub(super) entry: Option<Entry>,
}

/// An entry of the knowledge base.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) score: f32,
    country: Option<Country>,
    region: Option<String>,
}

impl Linked {
    /// The entity id: the entry's, where it is Wikidata's; for other entries a hash of the entry, the same wherever it is linked.
    pub(super) fn id(&self, kind: EntityType) -> Option<String> {
        let entry = self.entry.as_ref()?;
        Some(if entry.id.starts_with("wd:") { entry.id.clone() } else { super::id::linked(kind, &entry.id) })
    }
}

/// What the document speaks of.
#[derive(Default)]
struct Spoken {
    countries: BTreeMap<Country, usize>,
    regions: BTreeMap<(Country, String), usize>,
}

/// Looks every entity up.
pub(super) fn link(ctx: &Context<'_>, kb: &Gazetteer<'_>, entities: &mut [Entity]) {
    let date = ctx.article.reference_date.and_then(|d| Day::first(&d.to_string()));
    let mut spoken = spoken(ctx, kb, entities);
    // what the base has nothing for in the first round, it has nothing for in the second
    let mut unknown = vec![false; entities.len()];
    for _ in 0..2 {
        for k in 0..entities.len() {
            if unknown[k] || entities[k].linked.entry.is_some() || !is_linkable(entities[k].kind) {
                continue;
            }
            let query = query(ctx, kb, &entities[k], &spoken, date);
            let found = answer(kb.kb, &query);
            unknown[k] = found.candidates.is_empty();
            if let (Some(first), Some(sure)) = (found.candidates.first(), found.sure) {
                let e = &first.entry;
                entities[k].linked.entry = Some(Entry {
                    id: e.id.clone(),
                    label: e.name.to_owned(),
                    score: sure,
                    country: e.country,
                    region: (!e.region.is_empty()).then(|| e.region.to_owned()),
                });
                entities[k].gender = entities[k].gender.or(e.gender);
            }
        }
        for e in entities.iter() {
            let Some(entry) = &e.linked.entry else { continue };
            if let (Some(country), EntityType::Gpe | EntityType::Person) = (entry.country, e.kind) {
                *spoken.countries.entry(country).or_default() += 1;
                if let Some(region) = &entry.region {
                    *spoken.regions.entry((country, region.clone())).or_default() += 1;
                }
            }
        }
    }
}

fn is_linkable(kind: EntityType) -> bool {
    matches!(kind, EntityType::Person | EntityType::Org | EntityType::Gpe | EntityType::Loc | EntityType::Fac)
}

fn query(ctx: &Context<'_>, kb: &Gazetteer<'_>, e: &Entity, spoken: &Spoken, date: Option<Day>) -> Query {
    let mut names: Vec<String> = Vec::new();
    let own = e.mentions.iter().filter(|m| m.kind == MentionKind::Name && is_own_name(m.rule));
    for m in own {
        let name = text(ctx.doc, &m.tokens);
        if !names.iter().any(|n| fold::key(n) == fold::key(&name)) {
            names.push(name);
        }
    }
    if names.is_empty() {
        names.push(e.name.clone());
    }
    names.sort_by_key(|n| std::cmp::Reverse(fold::words(n).len()));
    let mut countries: Vec<(usize, Country)> = spoken.countries.iter().map(|(c, n)| (*n, *c)).collect();
    countries.sort_by_key(|(n, c)| (std::cmp::Reverse(*n), *c));
    let within = e.mentions.iter().find_map(|m| within(ctx, kb, &m.tokens));
    Query {
        names,
        kind: Some(e.kind),
        date,
        countries: countries.into_iter().map(|(_, c)| c).collect(),
        regions: spoken.regions.keys().cloned().collect(),
        within: within.filter(|_| e.kind.is_place()),
        roles: e.roles.iter().map(|r| text(ctx.doc, r)).collect(),
        gender: e.gender,
        explain: false,
    }
}

/// Countries and regions that the document names beyond doubt, by whatever name.
fn spoken(ctx: &Context<'_>, kb: &Gazetteer<'_>, entities: &[Entity]) -> Spoken {
    let mut spoken = Spoken::default();
    for e in entities {
        for m in e.mentions.iter().filter(|m| m.kind == MentionKind::Name) {
            let key = fold::key(&text(ctx.doc, &m.tokens));
            let facts = kb.facts(&key);
            let country = facts.demonym.or(facts.capital_of).or(facts.country.filter(|_| !facts.region));
            if let Some(country) = country.filter(|_| e.kind != EntityType::Person) {
                *spoken.countries.entry(country).or_default() += 1;
            } else if e.kind.is_place()
                // a great city says nothing of the province of its name
                && !facts.great_city
                && let Some((country, region)) = region(kb, &key)
            {
                *spoken.countries.entry(country).or_default() += 1;
                *spoken.regions.entry((country, region)).or_default() += 1;
            }
        }
    }
    // titles name countries too: "US President"
    for role in entities.iter().flat_map(|e| &e.roles) {
        for i in role.clone() {
            let key = fold::key(ctx.doc.text(i));
            let facts = kb.facts(&key);
            if let Some(country) = facts.demonym.or(facts.country) {
                spoken.countries.entry(country).or_insert(1);
            }
        }
    }
    spoken
}

/// The one region of that name, where no country has it.
fn region(kb: &Gazetteer<'_>, key: &str) -> Option<(Country, String)> {
    let facts = kb.facts(key);
    if facts.country.is_some() || !facts.region {
        return None;
    }
    let mut regions = kb.kb.named(key).filter(|e| e.subtype == "region");
    let first = regions.next()?;
    regions.next().is_none().then(|| place(&first)).flatten()
}

fn place(e: &KbEntry<'_>) -> Option<(Country, String)> {
    Some((e.country?, e.region.to_owned())).filter(|(_, r)| !r.is_empty())
}

/// The place behind a comma: "Texas" of "Paris, Texas".
fn within(ctx: &Context<'_>, kb: &Gazetteer<'_>, name: &Range<usize>) -> Option<(Country, Option<String>)> {
    let doc = ctx.doc;
    if name.end + 1 >= doc.len() || doc.text(name.end) != "," || !doc.sent(name.start).contains(&(name.end + 1)) {
        return None;
    }
    let start = name.end + 1;
    (start + 1..=doc.len().min(start + 3)).rev().find_map(|end| {
        let text = text(doc, &(start..end));
        if !text.chars().next().is_some_and(char::is_uppercase) || end > doc.sent(start).end {
            return None;
        }
        let key = fold::key(&text);
        // "Atlanta, Georgia": of a state and a country, the one that has such a city
        let regions: Vec<(Country, String)> =
            kb.kb.named(&key).filter(|e| e.subtype == "region").filter_map(|e| place(&e)).collect();
        let city = fold::key(&super::name::text(doc, name));
        let has = |c: Country, r: &str| kb.kb.named(&city).any(|e| e.country == Some(c) && e.region == r);
        if let Some((country, region)) = regions.iter().find(|(c, r)| has(*c, r)) {
            return Some((*country, Some(region.clone())));
        }
        // "London, Ontario": of cities outside the United States the base knows the country alone
        if let Some((country, _)) = regions.iter().find(|(c, _)| c.as_str() != "US" && has(*c, "")) {
            return Some((*country, None));
        }
        // a list of countries ("Pakistan, India and China") is no address
        kb.facts(&key).country.filter(|_| kb.facts(&city).country.is_none()).map(|c| (c, None))
    })
}
