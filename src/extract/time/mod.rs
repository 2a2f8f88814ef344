//! Time expressions, resolved against the article's date.

use super::attribution::Attribution;
use super::{Context, Located};
use crate::event::Time;

/// All times of the document, in text order, disjoint. A time that belongs to a cue ("said on Saturday") has the role `report`.
pub fn times(_ctx: &Context<'_>, _attributions: &[Attribution]) -> Vec<Located<Time>> {
    Vec::new()
}
