//! Amounts, percentages, counts and how they changed.

use super::{Context, Located};
use crate::event::Quantity;

/// All quantities of the document, in text order, disjoint.
pub fn quantities(_ctx: &Context<'_>) -> Vec<Located<Quantity>> {
    Vec::new()
}

/// Quantities that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inconsistency {
    /// Stable code: `inconsistent_totals`, ...
    pub code: &'static str,
    /// Indices of the quantities.
    pub quantities: Vec<usize>,
}

/// Arithmetic within the article: parts and totals, change and levels.
pub fn inconsistencies(_ctx: &Context<'_>, _quantities: &[Located<Quantity>]) -> Vec<Inconsistency> {
    Vec::new()
}
