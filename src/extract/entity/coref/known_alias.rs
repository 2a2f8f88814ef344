//! *the United States ... America ... the US*: two names that the knowledge base holds for one country.

use super::{Chain, ChainRule, View};

pub(super) const RULE: ChainRule = ChainRule { id: "known_alias", joins };

fn joins(view: &View<'_>, short: &Chain, full: &Chain) -> bool {
    let Some(country) = short.country(view) else { return false };
    // the later chain joins the earliest of its country, so that any number of names meets in one chain
    let first = full.members[0].name;
    full.country(view) == Some(country)
        && first < short.members[0].name
        && !view.countries[..first].contains(&Some(country))
}
