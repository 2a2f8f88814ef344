//! Who and what the article is about: names, document entities, who is meant by a pronoun, and which entry of the knowledge base it is.
//!
//! [`name`] finds names and mends the engine's errors ([`mend`]); [`coref`] joins them by ordered rules; [`link`] looks the chains up;
//! nominals and pronouns follow, as they need gender and roles; [`salience`] and [`id`] finish the events.

mod coref;
mod discourse;
mod gazetteer;
mod id;
mod link;
mod mend;
mod name;
mod salience;
mod title;
mod words;

use gazetteer::Gazetteer;
use std::ops::Range;

pub use crate::kb::EntityType;

use super::Context;
use super::attribution::Attribution;
use crate::event::{EntityEvent, KbLink, MentionKind, MentionSpan, Provenance};
use crate::kb::Kb;
use discourse::{Discourse, Entity, Mention};

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
pub struct Entities<'a> {
    discourse: Discourse<'a>,
    ids: Vec<String>,
    salience: Vec<f32>,
}

/// Mentions and entities; attributions are the speaker slots ("I" within a content is its source).
pub fn entities<'a>(ctx: &'a Context<'a>, kb: &Kb, attributions: &[Attribution]) -> Entities<'a> {
    let kb = &Gazetteer::new(kb);
    let names = name::names(ctx, kb);
    let view = coref::View::new(ctx, kb, &names);
    let chains = coref::chains(&view);
    let mut entities: Vec<Entity> = chains.iter().map(|c| entity(&view, c)).collect();
    link::link(ctx, kb, &mut entities);
    let mut discourse = Discourse::new(ctx, entities);
    coref::nominal::resolve(ctx, kb, &mut discourse);
    coref::pronoun::resolve(ctx, attributions, &mut discourse, false);
    coref::speaker::resolve(ctx, attributions, &mut discourse);
    coref::pronoun::resolve(ctx, attributions, &mut discourse, true);
    let ids = discourse
        .entities
        .iter()
        .map(|e| e.linked.id(e.kind).unwrap_or_else(|| id::unlinked(e.kind, &e.name)))
        .collect();
    let salience = salience::salience(ctx, attributions, &discourse);
    Entities { discourse, ids, salience }
}

/// The entity of a chain of names.
fn entity(view: &coref::View<'_>, chain: &coref::Chain) -> Entity {
    let doc = view.ctx.doc;
    let text = |m: &coref::Member| {
        let bytes = name::name_bytes(view.ctx, &view.names[m.name].tokens);
        view.ctx.article.text[bytes].split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let longest = chain.keys(view).first().map_or(0, |k| k.len());
    let canonical = chain
        .members
        .iter()
        .filter(|m| view.names[m.name].words.len() == longest && coref::is_own_name(m.rule))
        .map(text)
        .next()
        // a country that only its adjective names
        .or_else(|| {
            let mut keys = chain.members.iter().map(|m| view.names[m.name].key.clone());
            keys.find_map(|key| view.kb.kb.name_of_demonym(&key).or_else(|| view.kb.kb.name_of_capital(&key)))
                .map(str::to_owned)
        })
        .unwrap_or_else(|| text(&chain.members[0]));
    let mut roles: Vec<Range<usize>> = Vec::new();
    if chain.kind == EntityType::Person {
        for m in &chain.members {
            let name = &view.names[m.name];
            roles.extend(name.title.as_ref().and_then(|t| title::role(doc, t)));
            roles.extend(title::beside(doc, name.head(doc)));
        }
    }
    let mentions = chain.members.iter().map(|m| Mention {
        tokens: view.names[m.name].tokens.clone(),
        kind: MentionKind::Name,
        rule: m.rule,
    });
    Entity {
        kind: chain.kind,
        name: canonical,
        mentions: mentions.collect(),
        roles,
        gender: (chain.kind == EntityType::Person).then(|| coref::gender(view, chain)).flatten(),
        linked: link::Linked::default(),
    }
}

impl Entities<'_> {
    /// The named entity that the noun phrase `tokens` refers to, pronouns and role nouns resolved; None where it is unnamed.
    pub fn referent(&self, ctx: &Context<'_>, tokens: &Range<usize>) -> Option<Referent> {
        let k = self.discourse.referent(ctx, tokens)?;
        let e = &self.discourse.entities[k];
        let role = self.discourse.roles_at(k, tokens).or(e.roles.first());
        Some(Referent {
            entity_id: self.ids[k].clone(),
            name: e.name.clone(),
            kind: e.kind.as_str().to_owned(),
            role: role.map(|r| ctx.article.text[ctx.bytes(r)].to_owned()),
        })
    }

    /// The unnamed noun phrase that the pronoun `tokens` goes back to ("officials ... they said").
    pub fn antecedent(&self, tokens: &Range<usize>) -> Option<Range<usize>> {
        (tokens.len() == 1).then(|| self.discourse.antecedent(tokens.start).cloned()).flatten()
    }

    /// Ids of the entities with a mention inside `tokens`, in text order, without repeats.
    pub fn ids_within(&self, tokens: &Range<usize>) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for i in tokens.clone() {
            if let Some(k) = self.discourse.entity_at(i)
                && !ids.contains(&self.ids[k])
            {
                ids.push(self.ids[k].clone());
            }
        }
        ids
    }

    /// The entity events, in publishing order: by first mention.
    pub fn events(&self, ctx: &Context<'_>, _provenance: &Provenance) -> Vec<EntityEvent> {
        let mut events: Vec<EntityEvent> = Vec::new();
        for (k, e) in self.discourse.entities.iter().enumerate() {
            let mentions = e.mentions.iter().map(|m| MentionSpan {
                kind: m.kind,
                span: ctx.byte_span(name::name_bytes(ctx, &m.tokens)),
                rule: m.rule.to_owned(),
            });
            // two chains of one entry are one entity
            if let Some(same) = events.iter_mut().find(|o| o.entity_id == self.ids[k]) {
                same.mentions.extend(mentions);
                same.mentions.sort_by_key(|m| m.span.bytes);
                same.salience = same.salience.max(self.salience[k]);
                merge_roles(&mut same.roles, roles(ctx, e));
                continue;
            }
            events.push(EntityEvent {
                schema: "copydesk.entity.v1".to_owned(),
                id: id::event(&ctx.article.id, &self.ids[k]),
                article_id: ctx.article.id.clone(),
                article_version: ctx.article.version.clone(),
                entity_id: self.ids[k].clone(),
                name: e.name.clone(),
                kind: e.kind.as_str().to_owned(),
                roles: roles(ctx, e),
                kb: e.linked.entry.as_ref().map(|l| KbLink {
                    id: l.id.clone(),
                    label: l.label.clone(),
                    score: l.score,
                }),
                mentions: mentions.collect(),
                salience: self.salience[k],
            });
        }
        events
    }
}

fn roles(ctx: &Context<'_>, e: &Entity) -> Vec<String> {
    let mut roles = Vec::new();
    let texts = e.roles.iter().map(|r| ctx.article.text[ctx.bytes(r)].split_whitespace().collect::<Vec<_>>().join(" "));
    merge_roles(&mut roles, texts.collect());
    roles
}

fn merge_roles(roles: &mut Vec<String>, more: Vec<String>) {
    for role in more {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
}
