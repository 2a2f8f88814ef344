//! *the United States ... America ... the US*: two names that the knowledge base holds for one country.

use crate::kb::Country;

use super::{Chain, ChainRule, View};

pub(super) const RULE: ChainRule = ChainRule { id: "known_alias", joins };

fn joins(view: &View<'_>, short: &Chain, full: &Chain) -> bool {
    let country = |c: &Chain| view.kb.country(&c.longest(view).join(" "));
    let (Some(a), Some(b)) = (country(short), country(full)) else { return false };
    // the later chain joins the earlier one, so that any number of names meets in one chain
    a == b && full.members[0].name < short.members[0].name && is_first(view, full, a)
}

/// True where no earlier chain names the same country.
fn is_first(view: &View<'_>, chain: &Chain, country: Country) -> bool {
    let first = chain.members[0].name;
    !view.names[..first].iter().any(|n| view.kb.country(&n.words.join(" ")) == Some(country))
}
