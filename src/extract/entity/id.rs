//! Stable ids: the knowledge base's, else a hash of what the entity is called, the same on every machine and in every article.

use data_encoding::BASE32_NOPAD;

use crate::kb::EntityType;
use crate::kb::fold;

/// `cd:<type>:<hash>` of an entity that the knowledge base does not hold: the first 80 bits of blake3 over type and folded name, in base 32.
pub(super) fn unlinked(kind: EntityType, name: &str) -> String {
    let text = format!("{}|{}", kind.as_str(), fold::key(name));
    let hash = blake3::hash(text.as_bytes());
    format!("cd:{}:{}", kind.as_str().to_lowercase(), BASE32_NOPAD.encode(&hash.as_bytes()[..10]).to_lowercase())
}

/// The same for an entity that the knowledge base holds under an id that is not Wikidata's: hashed over that id, so that it is the same
/// by whatever name an article calls it.
pub(super) fn linked(kind: EntityType, entry: &str) -> String {
    let hash = blake3::hash(format!("{}|{entry}", kind.as_str()).as_bytes());
    format!("cd:{}:{}", kind.as_str().to_lowercase(), BASE32_NOPAD.encode(&hash.as_bytes()[..10]).to_lowercase())
}

/// The id of the entity event: article and entity, without version, so that a new version of an article replaces its events.
pub(super) fn event(article: &str, entity: &str) -> String {
    let text = format!("{article}|{entity}");
    let hash = blake3::hash(text.as_bytes());
    BASE32_NOPAD.encode(&hash.as_bytes()[..16]).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::unlinked;
    use crate::kb::EntityType;

    #[test]
    fn the_id_depends_on_type_and_folded_name_alone() {
        let id = unlinked(EntityType::Person, "José Núñez");
        assert_eq!(id, unlinked(EntityType::Person, "Jose Nunez"));
        assert_ne!(id, unlinked(EntityType::Org, "Jose Nunez"));
        assert_ne!(id, unlinked(EntityType::Person, "Jose Nunes"));
        assert!(id.starts_with("cd:person:"), "{id}");
    }
}
