//! Salience: how much an article is about an entity, from 0 to 1.
//!
//! The sum of four signs, each between 0 and its weight:
//! - 0.4 for its share of mentions, against the entity that is mentioned most;
//! - 0.3 for standing in the headline;
//! - 0.2 for early first mention: 0.2 in the first sentence of the text, falling evenly to 0 at its end;
//! - 0.1 for being heard: the source of at least one attribution.

use super::super::Context;
use super::super::attribution::Attribution;
use super::discourse::Discourse;
use crate::event::BlockKind;

/// The salience of each entity.
pub(super) fn salience(ctx: &Context<'_>, attributions: &[Attribution], d: &Discourse<'_>) -> Vec<f32> {
    let most = d.entities.iter().map(|e| e.mentions.len()).max().unwrap_or(1).max(1);
    let mut heard = vec![false; d.entities.len()];
    for source in attributions.iter().filter_map(|a| a.source.as_ref()) {
        if let Some(k) = d.referent(ctx, source) {
            heard[k] = true;
        }
    }
    let in_headline =
        |start: usize| ctx.blocks.iter().any(|(kind, b)| *kind == BlockKind::Headline && b.contains(&start));
    let body: Vec<_> =
        ctx.blocks.iter().filter(|(kind, _)| *kind != BlockKind::Headline).map(|(_, b)| b.clone()).collect();
    let (start, end) = (body.first().map_or(0, |b| b.start), body.last().map_or(0, |b| b.end));
    let length = (end - start).max(1) as f32;
    d.entities
        .iter()
        .enumerate()
        .map(|(k, e)| {
            let share = e.mentions.len() as f32 / most as f32;
            let headline = e.mentions.iter().any(|m| in_headline(m.tokens.start));
            let first = e.mentions.iter().map(|m| m.tokens.start).find(|&s| !in_headline(s));
            let early = first.map_or(0.0, |s| 1.0 - (s - start.min(s)) as f32 / length);
            let sum =
                0.4 * share + 0.3 * f32::from(u8::from(headline)) + 0.2 * early + 0.1 * f32::from(u8::from(heard[k]));
            (sum * 1000.0).round() / 1000.0
        })
        .collect()
}
