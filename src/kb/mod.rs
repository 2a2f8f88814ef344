//! tmp
#![allow(missing_docs, unused_variables, clippy::unused_self)]
pub mod fold;
use crate::extract::entity::EntityType;
pub struct Kb;
impl Kb {
    pub fn knows(&self, key: &str, kind: EntityType) -> bool { false }
    pub fn contains(&self, key: &str) -> bool { false }
    pub fn settled_type(&self, key: &str) -> Option<EntityType> { None }
    pub fn country(&self, key: &str) -> Option<u32> { None }
    pub fn is_region(&self, key: &str) -> bool { false }
    pub fn demonym(&self, key: &str) -> Option<u32> { None }
    pub fn capital_of(&self, key: &str) -> Option<u32> { None }
}
