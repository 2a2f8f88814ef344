//! *Pakistani imports* speak of Pakistan, *Washington imposed a tariff* of the United States.
//!
//! An adjective of nationality in front of a noun is a mention of the country that the document names; "the Pakistanis" are people and
//! stay a group of their own. A capital means its government where it acts or is dealt with: as a subject, as a possessor, beside
//! "between", "with", "against" ...; behind "in", "at", "near" it is the city. It needs the country named in the document, by its name or
//! its adjective, else the capital stays a city.

use std::collections::BTreeMap;

use super::super::words::is_title_word;
use super::{Chain, Member, View};
use crate::extract::lexicon::Lexicon;
use crate::kb::{Country, EntityType};

pub(super) const DEMONYM: &str = "demonym";
pub(super) const CAPITAL: &str = "capital_as_government";

/// True for rules whose names are not the entity's own.
pub(in super::super) fn is_borrowed(rule: &str) -> bool {
    rule == DEMONYM || rule == CAPITAL
}

/// Prepositions behind which a capital is a party, not a place.
const PARTY_PREPOSITIONS: &[&str] = &["between", "with", "against", "by", "among", "on", "for", "toward", "towards"];
/// Prepositions behind which it is the place.
const PLACE_PREPOSITIONS: &[&str] = &[
    "in",
    "at",
    "near",
    "outside",
    "around",
    "across",
    "through",
    "into",
    "of",
    "to",
    "over",
    "within",
    "inside",
    "throughout",
];

/// Moves adjectives of nationality and capitals that mean governments to the chains of their countries. A country that only its
/// adjective names ("the Russian president") gets a chain of its own.
pub(super) fn assign(view: &View<'_>, chains: &mut Vec<Chain>) {
    let mut of_country: BTreeMap<Country, usize> = BTreeMap::new();
    for (c, chain) in chains.iter().enumerate() {
        if chain.kind == EntityType::Gpe
            && let Some(country) = chain.country(view)
        {
            of_country.entry(country).or_insert(c);
        }
    }
    let demonym = |name: usize, chain: &Chain| {
        let key = view.names[name].key.clone();
        view.kb.facts(&key).demonym.filter(|_| chain.kind == EntityType::Norp && is_adjective(view, name))
    };
    let capital = |name: usize, chain: &Chain| {
        let key = view.names[name].key.clone();
        view.kb.facts(&key).capital_of.filter(|_| chain.kind.is_place() && acts(view, name))
    };
    let moved = take(chains, demonym);
    for (name, country) in moved {
        let to = *of_country.entry(country).or_insert_with(|| {
            chains.push(Chain { kind: EntityType::Gpe, members: Vec::new(), longest: None });
            chains.len() - 1
        });
        chains[to].members.push(Member { name, rule: DEMONYM });
    }
    // a capital that speaks is its government, whether or not the country is named
    let moved =
        take(chains, |name, chain| capital(name, chain).filter(|c| of_country.contains_key(c) || speaks(view, name)));
    for (name, country) in moved {
        let to = *of_country.entry(country).or_insert_with(|| {
            chains.push(Chain { kind: EntityType::Gpe, members: Vec::new(), longest: None });
            chains.len() - 1
        });
        chains[to].members.push(Member { name, rule: CAPITAL });
    }
    chains.retain(|c| !c.members.is_empty());
}

/// Takes the names that `belongs` gives to a country out of their chains.
fn take(chains: &mut [Chain], belongs: impl Fn(usize, &Chain) -> Option<Country>) -> Vec<(usize, Country)> {
    let mut taken = Vec::new();
    for chain in chains {
        let found: Vec<(usize, Country)> =
            chain.members.iter().filter_map(|m| Some((m.name, belongs(m.name, chain)?))).collect();
        chain.members.retain(|m| !found.iter().any(|(name, _)| *name == m.name));
        taken.extend(found);
    }
    taken
}

/// True where the name stands before a noun, as in "Pakistani imports".
fn is_adjective(view: &View<'_>, name: usize) -> bool {
    let doc = view.ctx.doc;
    let i = view.names[name].head(doc);
    matches!(doc.dep(i), "amod" | "compound" | "nmod") && doc.head(i) > i && doc.tag(i) != "NNS" && doc.tag(i) != "NNPS"
}

/// True where the name is the subject of a verb of saying or of what only governments do.
fn speaks(view: &View<'_>, name: usize) -> bool {
    let doc = view.ctx.doc;
    let i = view.names[name].head(doc);
    let verb = doc.lemma(doc.head(i));
    doc.dep(i) == "nsubj"
        && (Lexicon::get().is_reporting_verb(verb)
            || matches!(verb, "impose" | "expel" | "recall" | "sanction" | "ban" | "retaliate" | "veto"))
}

/// True where a capital acts or is dealt with, as governments do.
fn acts(view: &View<'_>, name: usize) -> bool {
    let doc = view.ctx.doc;
    let name = &view.names[name];
    let i = name.head(doc);
    // "Washington, D.C.", "Islamabad, Pakistan": an address
    let next = name.tokens.end;
    if next + 1 < doc.len() && doc.text(next) == "," && doc.children(i).any(|c| doc.dep(c) == "appos" && c == next + 1)
    {
        return false;
    }
    let mut at = i;
    // "between Islamabad and Washington": the first of them says what the others are
    while doc.dep(at) == "conj" && doc.head(at) < at {
        at = doc.head(at);
    }
    match doc.dep(at) {
        "nsubj" | "nsubjpass" | "agent" => true,
        "dobj" | "dative" => !matches!(
            doc.lemma(doc.head(at)),
            "visit" | "leave" | "reach" | "enter" | "hit" | "strike" | "bomb" | "tour"
        ),
        "poss" => !is_place_noun(doc.lemma(doc.head(at))),
        "pobj" => {
            let preposition = doc.norm(doc.head(at));
            let of_relation = doc.head(doc.head(at));
            PARTY_PREPOSITIONS.contains(&preposition)
                || preposition == "from" && is_utterance(doc.lemma(of_relation))
                || !PLACE_PREPOSITIONS.contains(&preposition)
                    && matches!(doc.lemma(of_relation), "tie" | "relation" | "pressure" | "accuse")
        }
        "compound" | "nmod" => {
            let noun = doc.head(at);
            !is_title_word(doc.text(noun))
                && matches!(
                    doc.lemma(noun),
                    "relation" | "tie" | "government" | "talk" | "policy" | "alliance" | "axis"
                )
        }
        _ => false,
    }
}

/// What comes from governments.
fn is_utterance(noun: &str) -> bool {
    matches!(
        noun,
        "pressure"
            | "demand"
            | "statement"
            | "response"
            | "support"
            | "help"
            | "aid"
            | "call"
            | "message"
            | "warning"
            | "criticism"
            | "signal"
            | "approval"
    )
}

/// What a city, not a government, has.
fn is_place_noun(noun: &str) -> bool {
    matches!(
        noun,
        "street"
            | "airport"
            | "museum"
            | "mayor"
            | "suburb"
            | "outskirts"
            | "centre"
            | "center"
            | "district"
            | "university"
            | "stadium"
            | "hotel"
            | "resident"
            | "metro"
            | "subway"
            | "police"
            | "skyline"
            | "hospital"
            | "station"
            | "river"
            | "square"
            | "population"
            | "weather"
    )
}
