//! *Pakistani imports* speak of Pakistan, *Washington imposed a tariff* of the United States.
//!
//! An adjective of nationality in front of a noun is a mention of the country that the document names; "the Pakistanis" are people and
//! stay a group of their own. A capital means its government where it acts or is dealt with: as a subject, as a possessor, beside
//! "between", "with", "against" ...; behind "in", "at", "near" it is the city. Both need the country named in the document, else the capital stays a city.

use super::super::kind::EntityType;
use super::super::words::is_title_word;
use super::{Chain, Member, View};

pub(super) const DEMONYM: &str = "demonym";
pub(super) const CAPITAL: &str = "capital_as_government";

/// True for rules whose names are not the entity's own.
pub(in super::super) fn is_borrowed(rule: &str) -> bool {
    rule == DEMONYM || rule == CAPITAL
}

/// Prepositions behind which a capital is a party, not a place.
const PARTY_PREPOSITIONS: &[&str] =
    &["between", "with", "against", "by", "among", "from", "via", "for", "and", "toward", "towards"];
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

/// Moves adjectives of nationality and capitals that mean governments to the chains of their countries.
pub(super) fn assign(view: &View<'_>, chains: &mut Vec<Chain>) {
    let countries: Vec<(u32, usize)> = chains
        .iter()
        .enumerate()
        .filter(|(_, c)| c.kind == EntityType::Gpe)
        .filter_map(|(c, chain)| Some((view.kb.country(&chain.longest(view).join(" "))?, c)))
        .collect();
    let chain_of = |country: u32| countries.iter().find(|(k, _)| *k == country).map(|(_, c)| *c);
    let mut moves = Vec::new();
    for (from, chain) in chains.iter().enumerate() {
        for m in &chain.members {
            let name = &view.names[m.name];
            let key = name.words.join(" ");
            let found = if chain.kind == EntityType::Norp {
                view.kb.demonym(&key).filter(|_| is_adjective(view, m.name)).map(|country| (country, DEMONYM))
            } else if chain.kind.is_place() {
                view.kb.capital_of(&key).filter(|_| acts(view, m.name)).map(|country| (country, CAPITAL))
            } else {
                None
            };
            if let Some((country, rule)) = found
                && let Some(to) = chain_of(country)
                && to != from
            {
                moves.push((m.name, from, to, rule));
            }
        }
    }
    for (name, from, to, rule) in moves {
        chains[from].members.retain(|m| m.name != name);
        chains[to].members.push(Member { name, rule });
    }
    chains.retain(|c| !c.members.is_empty());
}

/// True where the name stands before a noun, as in "Pakistani imports".
fn is_adjective(view: &View<'_>, name: usize) -> bool {
    let doc = view.ctx.doc;
    let i = view.names[name].head(doc);
    matches!(doc.dep(i), "amod" | "compound" | "nmod") && doc.head(i) > i && doc.tag(i) != "NNS" && doc.tag(i) != "NNPS"
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
                && !(preposition == "from" && matches!(doc.pos(of_relation), "VERB"))
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
