//! The knowledge base: what is known of names beyond the article.

pub mod fold;

use crate::extract::entity::EntityType;

/// Entries under the names they go by.
#[derive(Debug, Default)]
pub struct Kb;

#[allow(unused_variables, clippy::unused_self)]
impl Kb {
    /// The base that is compiled in.
    pub fn builtin() -> Self {
        Self
    }

    /// True where an entry of that type goes by the folded name.
    pub fn knows(&self, key: &str, kind: EntityType) -> bool {
        false
    }

    /// True where any entry goes by the folded name.
    pub fn contains(&self, key: &str) -> bool {
        false
    }

    /// The type of everything that goes by the folded name, where there is no doubt.
    pub fn settled_type(&self, key: &str) -> Option<EntityType> {
        None
    }

    /// The country of that name.
    pub fn country(&self, key: &str) -> Option<u32> {
        None
    }

    /// True for states and provinces.
    pub fn is_region(&self, key: &str) -> bool {
        false
    }

    /// The country of an adjective of nationality.
    pub fn demonym(&self, key: &str) -> Option<u32> {
        None
    }

    /// The country whose capital goes by the folded name.
    pub fn capital_of(&self, key: &str) -> Option<u32> {
        None
    }
}
