//! The document's entities while they are being found, and which token means which.

use std::collections::HashMap;
use std::ops::Range;

use super::super::Context;
use super::link::Linked;
use super::name;
use crate::event::MentionKind;
use crate::kb::EntityType;
use crate::kb::Gender;

/// A place of the text that refers to an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) tokens: Range<usize>,
    pub(super) kind: MentionKind,
    /// Id of the rule that joined it.
    pub(super) rule: &'static str,
}

/// Somebody or something that the document names.
#[derive(Debug, Clone)]
pub(super) struct Entity {
    pub(super) kind: EntityType,
    /// Canonical name: the longest proper name without titles.
    pub(super) name: String,
    pub(super) mentions: Vec<Mention>,
    /// Roles as the text gives them.
    pub(super) roles: Vec<Range<usize>>,
    pub(super) gender: Option<Gender>,
    /// What the knowledge base says.
    pub(super) linked: Linked,
}

/// Entities and who is meant where.
pub(super) struct Discourse<'a> {
    ctx: &'a Context<'a>,
    pub(super) entities: Vec<Entity>,
    /// For each token, index + 1 of the entity that it mentions.
    at: Vec<u32>,
    /// For each token, the number of its sentence.
    sentences: Vec<u32>,
    /// Noun phrases.
    pub(super) chunks: Vec<Range<usize>>,
    /// What unnamed phrase a pronoun goes back to.
    antecedents: HashMap<usize, Range<usize>>,
}

impl<'a> Discourse<'a> {
    pub(super) fn new(ctx: &'a Context<'a>, entities: Vec<Entity>) -> Self {
        let mut at = vec![0; ctx.doc.len()];
        for (k, e) in entities.iter().enumerate() {
            for m in &e.mentions {
                at[m.tokens.clone()].fill(k as u32 + 1);
            }
        }
        let mut sentences = vec![0; ctx.doc.len()];
        for (k, s) in ctx.doc.sents().enumerate() {
            sentences[s].fill(k as u32);
        }
        Self { ctx, entities, at, sentences, chunks: ctx.doc.noun_chunks(), antecedents: HashMap::new() }
    }

    /// Adds a mention of entity `k`.
    pub(super) fn add(&mut self, k: usize, mention: Mention) {
        let slot = name::head(self.ctx.doc, &mention.tokens);
        for i in mention.tokens.clone() {
            // a phrase may hold other names ("Tunisia's coach"): they stay what they are
            if self.at[i] == 0 && (i == slot || mention.tokens.len() == 1) {
                self.at[i] = k as u32 + 1;
            }
        }
        let mentions = &mut self.entities[k].mentions;
        let place = mentions.partition_point(|m| m.tokens.start < mention.tokens.start);
        mentions.insert(place, mention);
    }

    /// The entity that token `i` mentions.
    pub(super) fn entity_at(&self, i: usize) -> Option<usize> {
        (self.at[i] as usize).checked_sub(1)
    }

    /// True where token `i` lies in a role that stands with a name.
    pub(super) fn in_title(&self, i: usize) -> bool {
        self.entities.iter().any(|e| e.roles.iter().any(|r| r.contains(&i)))
    }

    /// Number of the sentence of token `i`.
    pub(super) fn sentence(&self, i: usize) -> usize {
        self.sentences[i] as usize
    }

    /// Start of the last mention of entity `k` before token `i`.
    pub(super) fn last_before(&self, k: usize, i: usize) -> Option<usize> {
        self.entities[k].mentions.iter().rev().map(|m| m.tokens.start).find(|&s| s < i)
    }

    /// Entities mentioned before token `i`, at most `reach` sentences back, the nearest first; repeats possible.
    pub(super) fn before(&self, i: usize, reach: usize) -> impl Iterator<Item = usize> + '_ {
        let here = self.sentence(i);
        (0..i).rev().take_while(move |&t| self.sentence(t) + reach >= here).filter_map(|t| self.entity_at(t))
    }

    /// Remembers that pronoun `i` goes back to the unnamed `antecedent`.
    pub(super) fn note_antecedent(&mut self, i: usize, antecedent: Range<usize>) {
        self.antecedents.insert(i, antecedent);
    }

    /// The unnamed phrase that pronoun `i` goes back to.
    pub(super) fn antecedent(&self, i: usize) -> Option<&Range<usize>> {
        self.antecedents.get(&i)
    }

    /// The named person that the noun `i` is the role of, as its neighbour: "the minister, John Smith,", "coach Alireza Mehraban".
    pub(super) fn beside_name(&self, i: usize) -> Option<usize> {
        let doc = self.ctx.doc;
        let person = |t: usize| self.entity_at(t).filter(|&k| self.entities[k].kind == EntityType::Person);
        let after = doc.children(i).filter(|&c| c > i && doc.dep(c) == "appos").find_map(person);
        after.or_else(|| if doc.dep(i) == "appos" || doc.dep(i) == "compound" { person(doc.head(i)) } else { None })
    }

    /// The entity that the noun phrase `tokens` means.
    pub(super) fn referent(&self, ctx: &Context<'_>, tokens: &Range<usize>) -> Option<usize> {
        if tokens.is_empty() {
            return None;
        }
        let doc = ctx.doc;
        let head = name::head(doc, tokens);
        if let Some(k) = self.entity_at(head) {
            // a country's or body's name as the head of its own phrase, or inside a longer one
            return Some(k);
        }
        if let Some(k) = self.beside_name(head) {
            return Some(k);
        }
        // a title and a name that the parser did not join: "Professor Cres Eastman"
        let last = tokens.end - 1;
        let k = self.entity_at(last).filter(|&k| self.entities[k].kind == EntityType::Person)?;
        let start = self.entities[k].mentions.iter().find(|m| m.tokens.contains(&last))?.tokens.start;
        let title = super::title::before(doc, start)?;
        (title.contains(&head) || title.start <= tokens.start).then_some(k)
    }

    /// True where a mention of kind name covers token `i`.
    pub(super) fn roles_at(&self, k: usize, tokens: &Range<usize>) -> Option<&Range<usize>> {
        let near = |r: &&Range<usize>| r.start < tokens.end + 2 && tokens.start < r.end + 2;
        self.entities[k].roles.iter().find(near)
    }
}
