//! *Rubio ... Rubio*: the same words name the same thing.

use std::collections::HashMap;

use super::{Chain, Member, View};
use crate::kb::EntityType;

pub(super) const ID: &str = "exact_name";
/// *President Obama ... Obama*: the same words once titles are taken off.
pub(super) const TITLE_STRIPPED: &str = "title_stripped_name";

/// Groups names by their words. Places share a chain whatever sort of place they are; otherwise the types must agree.
pub(super) fn group(view: &View<'_>) -> Vec<Chain> {
    let mut places: HashMap<(String, u8), usize> = HashMap::new();
    let mut chains: Vec<Chain> = Vec::new();
    for (i, name) in view.names.iter().enumerate() {
        let key = (name.key.clone(), class(name.kind));
        match places.get(&key) {
            Some(&c) => {
                let titled = name.title.is_some() != view.names[chains[c].members[0].name].title.is_some();
                let rule = if titled { TITLE_STRIPPED } else { ID };
                chains[c].members.push(Member { name: i, rule });
            }
            None => {
                places.insert(key, chains.len());
                chains.push(Chain { kind: name.kind, members: vec![Member { name: i, rule: ID }], longest: Some(i) });
            }
        }
    }
    chains
}

fn class(kind: EntityType) -> u8 {
    if kind.is_place() { EntityType::Gpe as u8 } else { kind as u8 }
}
