//! Who said what: content, cue and source as token spans.

use std::ops::Range;

/// Source, cue and content of one act of speech, belief or publication (PolNeAR's and PARC's terms). Ranges are tokens,
/// never empty; punctuation and quotation marks at the ends of a content belong to it only where they lie within it.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// What is said: disjoint ranges in text order; two where the reporting clause splits it ("X," he said, "Y").
    pub content: Vec<Range<usize>>,
    /// Who says it, the whole noun phrase ("US Secretary of State Marco Rubio"). For a quotation that stands alone it is the source
    /// of the claim it continues, so it may lie in an earlier sentence. None where nobody is given.
    pub source: Option<Range<usize>>,
    /// The words that attribute it, auxiliaries and particles included ("has said", "according to", ":").
    pub cue: Option<Range<usize>>,
    /// Head token of the cue.
    pub cue_head: Option<usize>,
    /// To whom ("told reporters").
    pub addressee: Option<Range<usize>>,
    /// Medium or document that passes the claim on, where the source is somebody else.
    pub relayed_by: Option<Range<usize>>,
    /// Index of the attribution that this one is nested in.
    pub parent: Option<usize>,
    /// Id of the rule or model that found it.
    pub rule: &'static str,
    /// 0 to 1.
    pub confidence: f32,
}
