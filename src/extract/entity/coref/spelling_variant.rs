//! *Shehbaz Sharif ... Shahbaz Sharif*: one letter differs in one word of five letters or more, in the same place of the name.

use super::{Chain, ChainRule, View};
use crate::kb::EntityType;
use crate::kb::variant::{MIN_WORD, distance, is_long, is_variant};

pub(super) const RULE: ChainRule = ChainRule { id: "spelling_variant", joins };

/// Shortest family name in which two letters may differ.
const MIN_LONG_WORD: usize = 8;

fn joins(view: &View<'_>, short: &Chain, full: &Chain) -> bool {
    if short.kind != full.kind || !matches!(short.kind, EntityType::Person | EntityType::Org) {
        return false;
    }
    let (a, b) = (short.longest(view), full.longest(view));
    if a.len() == 1 && b.len() > 1 && short.kind == EntityType::Person {
        // a family name alone, misspelt: "Ms Bauchtman" of Lydia Buchtmann
        let far = distance(&a[0], &b[b.len() - 1]);
        return far == Some(1) && is_long(&a[0], MIN_WORD) || far == Some(2) && is_long(&a[0], MIN_LONG_WORD);
    }
    let order = full.members.len() > short.members.len()
        || full.members.len() == short.members.len() && full.members[0].name < short.members[0].name;
    let known = |words: &[String]| view.kb.facts(&words.join(" ")).known();
    // two entries of the knowledge base are two, however alike
    order && is_variant(a, b) && !(known(a) && known(b))
}
