//! Who is the same as whom: ordered rules, each in a file of its own, the surest first.
//!
//! Names are grouped by their words; [`CHAIN_RULES`] then join whole groups, each time to the one group that fits;
//! [`short_name`] and [`country`] decide mention by mention, as "Clinton" or "Washington" may mean two things in one text.
//! Common nouns ([`nominal`]) and pronouns ([`speaker`], [`pronoun`]) come last, over chains that are complete.

mod acronym;
mod country;
mod exact_name;
mod known_alias;
mod legal_form;
pub(super) mod nominal;
mod partial_name;
pub(super) mod pronoun;
mod short_name;
pub(super) mod speaker;
mod spelling_variant;

use super::super::Context;
use super::gazetteer::Gazetteer;
use super::name::Name;
use crate::kb::{Country, EntityType};

/// What rules read.
pub(super) struct View<'a> {
    pub(super) ctx: &'a Context<'a>,
    pub(super) kb: &'a Gazetteer<'a>,
    pub(super) names: &'a [Name],
    /// The country that each name is a name of.
    pub(super) countries: Vec<Option<Country>>,
}

impl<'a> View<'a> {
    pub(super) fn new(ctx: &'a Context<'a>, kb: &'a Gazetteer<'a>, names: &'a [Name]) -> Self {
        let countries = names.iter().map(|n| kb.facts(&n.key).country).collect();
        Self { ctx, kb, names, countries }
    }
}

/// Names that mean the same.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub(super) kind: EntityType,
    /// In text order.
    pub(super) members: Vec<Member>,
    /// The member with the longest name of its own, the first of equals.
    longest: Option<usize>,
}

/// A name of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    /// Index of the name.
    pub(super) name: usize,
    /// Id of the rule that joined it.
    pub(super) rule: &'static str,
}

/// One way of joining chains.
struct ChainRule {
    /// Stable id, published with the mention.
    id: &'static str,
    /// True where the names of the first, the shorter one, mean what the second means.
    joins: fn(&View<'_>, &Chain, &Chain) -> bool,
}

/// All rules over whole chains, in the order in which they run.
const CHAIN_RULES: &[ChainRule] =
    &[legal_form::RULE, known_alias::RULE, acronym::RULE, partial_name::RULE, spelling_variant::RULE];

impl Chain {
    /// The folded words of the chain's names that are its own (not demonyms or capitals), without repeats, longest first.
    pub(super) fn keys<'a>(&self, view: &View<'a>) -> Vec<&'a [String]> {
        let own = self.members.iter().filter(|m| !country::is_borrowed(m.rule));
        let mut keys: Vec<&[String]> = own.map(|m| view.names[m.name].words.as_slice()).collect();
        keys.sort_by_key(|k| std::cmp::Reverse(k.len()));
        keys.dedup();
        keys
    }

    /// The longest of [`Chain::keys`].
    fn longest<'a>(&self, view: &View<'a>) -> &'a [String] {
        self.longest.map_or(&[], |n| view.names[n].words.as_slice())
    }

    /// The country that the longest name is a name of.
    fn country(&self, view: &View<'_>) -> Option<Country> {
        view.countries[self.longest?]
    }

    /// Takes in another chain's members.
    fn take(&mut self, view: &View<'_>, members: impl Iterator<Item = Member>) {
        self.members.extend(members);
        self.members.sort_by_key(|m| m.name);
        let own = self.members.iter().filter(|m| !country::is_borrowed(m.rule)).map(|m| m.name);
        self.longest = own.rev().max_by_key(|&n| view.names[n].words.len());
    }
}

/// The chains of the document, in order of their first name.
pub(super) fn chains(view: &View<'_>) -> Vec<Chain> {
    let mut chains = exact_name::group(view);
    for rule in CHAIN_RULES {
        apply(view, rule, &mut chains);
    }
    short_name::assign(view, &mut chains);
    country::assign(view, &mut chains);
    chains.retain(|c| !c.members.is_empty());
    for chain in &mut chains {
        chain.members.sort_by_key(|m| m.name);
    }
    chains.sort_by_key(|c| c.members[0].name);
    chains
}

/// Joins every chain to the one fuller chain that the rule allows; where several would do, it stays alone.
fn apply(view: &View<'_>, rule: &ChainRule, chains: &mut Vec<Chain>) {
    let mut k = 0;
    while k < chains.len() {
        let mut fuller = (0..chains.len()).filter(|&f| {
            f != k
                && !chains[f].members.is_empty()
                && !chains[k].members.is_empty()
                && (rule.joins)(view, &chains[k], &chains[f])
        });
        let target = fuller.next().filter(|_| fuller.next().is_none());
        if let Some(target) = target {
            let moved = std::mem::take(&mut chains[k].members);
            let moved = moved.into_iter().map(|m| Member {
                name: m.name,
                rule: if m.rule == exact_name::ID || m.rule == exact_name::TITLE_STRIPPED { rule.id } else { m.rule },
            });
            chains[target].take(view, moved);
        }
        k += 1;
    }
    chains.retain(|c| !c.members.is_empty());
}

/// The gender that titles and given names of a person's chain give away.
pub(super) fn gender(view: &View<'_>, chain: &Chain) -> Option<crate::kb::Gender> {
    short_name::chain_gender(view, chain)
}

/// True where the rule joins a name of the entity's own, not a demonym or a capital.
pub(super) fn is_own_name(rule: &str) -> bool {
    !country::is_borrowed(rule)
}
