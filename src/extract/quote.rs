//! Quotation marks to quotations.

use std::ops::Range;

use copydesk_nlp::Doc;

use crate::event::BlockKind;

/// Words between quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// All tokens, marks included.
    pub tokens: Range<usize>,
    /// The words without the marks.
    pub inner: Range<usize>,
    /// Single marks ('...'): names and quotations within quotations.
    pub single: bool,
    /// False where the block ended first: the quotation goes on in the next paragraph.
    pub closed: bool,
}

/// The quotations of the document's blocks, in order, disjoint (a quotation within a quotation is part of the outer one).
pub fn quotes(_doc: &Doc, _blocks: &[(BlockKind, Range<usize>)]) -> Vec<Quote> {
    Vec::new()
}
