//! Who and what the article is about: mentions, document entities, speakers.

use std::ops::Range;

use super::Context;
use super::attribution::Attribution;
use crate::event::{EntityEvent, Provenance};

/// What a source span refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referent {
    /// The entity event's `entity_id`.
    pub entity_id: String,
    /// Canonical name.
    pub name: String,
    /// OntoNotes type.
    pub kind: String,
    /// Title or role that the article gives ("US Secretary of State").
    pub role: Option<String>,
}

/// The document's entities with all their mentions.
#[derive(Debug, Default)]
pub struct Entities;

/// Mentions and entities; attributions are the speaker slots ("I" within a content is its source).
pub fn entities(_ctx: &Context<'_>, _attributions: &[Attribution]) -> Entities {
    Entities
}

impl Entities {
    /// The named entity that the noun phrase `tokens` refers to, pronouns and role nouns resolved; None where it is unnamed.
    pub fn referent(&self, _ctx: &Context<'_>, _tokens: &Range<usize>) -> Option<Referent> {
        None
    }

    /// Ids of the entities with a mention inside `tokens`, in text order, without repeats.
    pub fn ids_within(&self, _tokens: &Range<usize>) -> Vec<String> {
        Vec::new()
    }

    /// The entity events, in publishing order.
    pub fn events(&self, _ctx: &Context<'_>, _provenance: &Provenance) -> Vec<EntityEvent> {
        Vec::new()
    }
}
