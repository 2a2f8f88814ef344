//! *Marco Rubio ... Rubio*, *the UK Home Office ... the Home Office*: a part of a fuller name of the same type.
//!
//! Decided mention by mention: where two people share a family name, the name stays with whom it last meant, unless a title of the other
//! gender stands before it; it first means the one last named in full before it, else the first named after it (headlines).

use std::collections::HashMap;

use super::super::words::{given_name_gender, honorific_gender, is_legal_form};
use super::{Chain, Member, View, exact_name};
use crate::extract::entity::name::Name;
use crate::kb::EntityType;
use crate::kb::Gender;

pub(super) const ID: &str = "short_name";

/// Moves names that are part of a fuller one to its chain.
pub(super) fn assign(view: &View<'_>, chains: &mut [Chain]) {
    let mut last_meant: HashMap<String, usize> = HashMap::new();
    let mut of_name: Vec<Option<usize>> = vec![None; view.names.len()];
    for (c, chain) in chains.iter().enumerate() {
        for m in &chain.members {
            of_name[m.name] = Some(c);
        }
    }
    let keys: Vec<Vec<&[String]>> = chains.iter().map(|c| c.keys(view)).collect();
    let mut moves = Vec::new();
    for (i, name) in view.names.iter().enumerate() {
        let Some(own) = of_name[i] else { continue };
        // only names whose whole chain is short
        let longest = chains[own].longest(view);
        if longest != name.words.as_slice() {
            continue;
        }
        let fuller: Vec<usize> =
            (0..chains.len()).filter(|&c| c != own && is_fuller(view, name, chains[c].kind, &keys[c])).collect();
        let Some(chosen) = choose(view, i, chains, &fuller, &last_meant) else { continue };
        last_meant.insert(name.key.clone(), chosen);
        moves.push((i, own, chosen));
    }
    for (name, from, to) in moves {
        let Some(at) = chains[from].members.iter().position(|m| m.name == name) else { continue };
        let member = chains[from].members.remove(at);
        let rule =
            if member.rule == exact_name::ID || member.rule == exact_name::TITLE_STRIPPED { ID } else { member.rule };
        chains[to].members.push(Member { name, rule });
    }
}

fn choose(
    view: &View<'_>,
    name: usize,
    chains: &[Chain],
    fuller: &[usize],
    last_meant: &HashMap<String, usize>,
) -> Option<usize> {
    let gender =
        view.names[name].title.as_ref().and_then(|t| t.clone().find_map(|i| honorific_gender(view.ctx.doc.text(i))));
    let agrees = |&&c: &&usize| match (gender, chain_gender(view, &chains[c])) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    let fuller: Vec<usize> = fuller.iter().filter(agrees).copied().collect();
    if let [only] = fuller[..] {
        return Some(only);
    }
    let key = view.names[name].key.clone();
    if let Some(last) = last_meant.get(&key)
        && fuller.contains(last)
    {
        return Some(*last);
    }
    let full_before = |c: usize| {
        chains[c].members.iter().rev().find(|m| m.name < name && view.names[m.name].words.len() > 1).map(|m| m.name)
    };
    let before = fuller.iter().filter_map(|&c| Some((full_before(c)?, c))).max();
    before.map(|(_, c)| c).or_else(|| fuller.iter().copied().min_by_key(|&c| chains[c].members[0].name))
}

/// The gender that titles and given names of a person's chain give away.
pub(super) fn chain_gender(view: &View<'_>, chain: &Chain) -> Option<Gender> {
    let doc = view.ctx.doc;
    let titles = chain.members.iter().filter_map(|m| view.names[m.name].title.clone());
    titles
        .flat_map(|t| t.filter_map(|i| honorific_gender(doc.text(i))))
        .next()
        .or_else(|| chain.keys(view).into_iter().filter(|k| k.len() >= 2).find_map(|k| given_name_gender(&k[0])))
}

/// True where `name` is a part of a name of `chain` that people use for the whole.
fn is_fuller(view: &View<'_>, name: &Name, kind: EntityType, keys: &[&[String]]) -> bool {
    let short = name.words.as_slice();
    let same = kind == name.kind || kind.is_place() && name.kind.is_place();
    same && keys.iter().any(|full| {
        full.len() > short.len()
            && match name.kind {
                EntityType::Person => part_of_person(short, full),
                EntityType::Org | EntityType::Event | EntityType::Fac | EntityType::Law => {
                    part_of_body(view, short, full)
                }
                EntityType::Gpe | EntityType::Loc => part_of_place(short, full),
                _ => false,
            }
    })
}

/// Family name, given name, or both without what is between.
fn part_of_person(short: &[String], full: &[String]) -> bool {
    full.ends_with(short)
        || full.starts_with(short)
        || short.len() >= 2 && full.windows(short.len()).any(|w| w == short)
}

/// What is left of a body's name without its country, its legal or generic ending, or "of ..." behind a noun of its own.
fn part_of_body(view: &View<'_>, short: &[String], full: &[String]) -> bool {
    if full.ends_with(short) {
        let rest = &full[..full.len() - short.len()];
        let facts = view.kb.facts(&rest.join(" "));
        let country = facts.country.is_some() || facts.demonym.is_some();
        return country
            || short.len() >= 2 && rest.len() == 1 && !is_small(&rest[0])
            || short.len() == 1 && rest.last().is_some_and(|w| w == "of") && short[0].len() >= 6;
    }
    if full.starts_with(short) {
        let rest = &full[short.len()..];
        return rest.iter().all(|w| is_generic(w)) || is_small(&rest[0]) && rest[0] != "and";
    }
    false
}

fn is_small(word: &str) -> bool {
    matches!(word, "of" | "for" | "on" | "and" | "the" | "to" | "in")
}

/// Endings of a body's name that are often left out.
fn is_generic(word: &str) -> bool {
    is_legal_form(word)
        || matches!(
            word,
            "airlines"
                | "airways"
                | "motors"
                | "motor"
                | "technologies"
                | "systems"
                | "international"
                | "bank"
                | "energy"
                | "industries"
                | "party"
                | "news"
                | "agency"
                | "electronics"
                | "pharmaceuticals"
                | "partners"
                | "capital"
                | "media"
                | "entertainment"
                | "foundation"
                | "shipping"
                | "logistics"
                | "steel"
                | "mining"
                | "resources"
                | "petroleum"
                | "chemicals"
                | "aerospace"
                | "automotive"
                | "healthcare"
                | "insurance"
                | "telecom"
                | "communications"
                | "semiconductor"
                | "software"
                | "securities"
                | "studios"
                // "A/S"
                | "a"
                | "s"
        )
}

/// "Washington" of "Washington D.C."; "Korea" of "South Korea" where no other Korea is named.
fn part_of_place(short: &[String], full: &[String]) -> bool {
    let rest = if full.starts_with(short) { &full[short.len()..] } else { &[] };
    let district = matches!(rest, [dc] if dc == "dc") || matches!(rest, [d, c] if d == "d" && c == "c");
    let half = full.len() == 2
        && full.ends_with(short)
        && matches!(full[0].as_str(), "south" | "north")
        && short[0] == "korea";
    district || half || matches!(rest, [city] if city == "city")
}
