//! Mends the engine's errors in names where the document's own evidence is plain.

pub(super) mod boundaries;
pub(super) mod kinds;
pub(super) mod known;
pub(super) mod patterns;
pub(super) mod repeats;
