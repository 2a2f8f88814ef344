//! How much a fact-checker would want to check a claim: a sum of weights, each with the code of its reason.
//!
//! | reason | weight | holds where |
//! | --- | --- | --- |
//! | `number` | 0.30 | an amount, share or count is in it |
//! | `change` | 0.15 | a number is a change, or carries a baseline |
//! | `comparison` | 0.15 | more, fewer, highest, first, record, than |
//! | `date` | 0.10 | it is placed in time |
//! | `named` | 0.15 | it speaks of named people, bodies or places |
//! | `past_or_present` | 0.10 | it says what was or is |
//! | `causal` | 0.05 | because, led to, resulted in |
//! | `opinion` | -0.20 | an attitude or a belief |
//! | `prediction` | -0.10 | future, conditional |
//! | `question` | -0.30 | it asks |
//! | `first_person` | -0.10 | I, we: what the speaker does or thinks |
//!
//! The score starts at 0.1 and is kept within 0 and 1.

use std::ops::Range;

use super::super::Context;
use super::meaning::Meaning;
use crate::event::{CheckWorthiness, Quantity, Time};

/// What is looked at.
pub(super) struct Evidence<'a> {
    pub(super) ctx: &'a Context<'a>,
    pub(super) content: &'a [Range<usize>],
    pub(super) quantities: &'a [Quantity],
    pub(super) times: &'a [Time],
    pub(super) names: bool,
    pub(super) meaning: &'a Meaning,
}

const COMPARING: &[&str] = &["than", "record", "first", "only", "double", "triple", "half", "twice", "unprecedented"];
const CAUSAL: &[&str] = &["because", "cause", "result", "lead", "due", "trigger", "prompt"];

/// Score and reasons of one claim.
pub(super) fn check_worthiness(e: &Evidence<'_>) -> CheckWorthiness {
    let doc = e.ctx.doc;
    let any = |test: &dyn Fn(usize) -> bool| e.content.iter().flat_map(Range::clone).any(test);
    let future = matches!(e.meaning.modality, "future" | "conditional");
    let asks = e.meaning.modality == "question";
    let tensed = any(&|i| matches!(doc.tag(i), "VBD" | "VBZ" | "VBP" | "VBN"));
    let rows: [(bool, &str, f32); 11] = [
        (!e.quantities.is_empty(), "number", 0.30),
        (e.quantities.iter().any(|q| q.change.is_some()), "change", 0.15),
        (any(&|i| is_comparison(e.ctx, i)), "comparison", 0.15),
        (e.times.iter().any(|t| t.role != "report"), "date", 0.10),
        (e.names, "named", 0.15),
        (tensed && !future && !asks, "past_or_present", 0.10),
        (any(&|i| CAUSAL.contains(&doc.lemma(i))), "causal", 0.05),
        (e.meaning.attitude.is_some(), "opinion", -0.20),
        (future, "prediction", -0.10),
        (asks, "question", -0.30),
        (any(&|i| matches!(doc.norm(i), "i" | "we" | "my" | "our")), "first_person", -0.10),
    ];
    let held = rows.iter().filter(|(holds, ..)| *holds);
    let score: f32 = 0.1 + held.clone().map(|(_, _, weight)| weight).sum::<f32>();
    CheckWorthiness {
        score: (score.clamp(0.0, 1.0) * 100.0).round() / 100.0,
        reasons: held.map(|(_, reason, _)| (*reason).to_owned()).collect(),
    }
}

/// A comparative, a superlative, or a word such as "record".
pub(super) fn is_comparison(ctx: &Context<'_>, i: usize) -> bool {
    let word = ctx.doc.norm(i);
    matches!(ctx.doc.tag(i), "JJR" | "JJS" | "RBR" | "RBS")
        && !matches!(word, "latest" | "best" | "most" | "later" | "earlier")
        || COMPARING.contains(&word)
}
