//! Making an attribution out of a cue, and the tokens that are its content.

use std::ops::Range;

use super::super::Context;
use super::super::quote::is_word;
use super::Attribution;
use super::syntax::{runs, trim_content};

/// The words of `range` that `keep` accepts, as clean stretches: punctuation trimmed off, stretches that only punctuation parts joined.
pub(super) fn content(ctx: &Context<'_>, range: Range<usize>, keep: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for run in runs(range, keep) {
        let run = trim_content(ctx, run);
        if run.is_empty() {
            continue;
        }
        match out.last_mut() {
            Some(last) if (last.end..run.start).all(|i| !is_word(ctx.doc.text(i))) => last.end = run.end,
            _ => out.push(run),
        }
    }
    out
}

/// Number of words in `ranges`.
pub(super) fn words(ctx: &Context<'_>, ranges: &[Range<usize>]) -> usize {
    ranges.iter().flat_map(Range::clone).filter(|&i| is_word(ctx.doc.text(i))).count()
}

/// An attribution with nothing but its three spans.
pub(super) fn attribution(
    rule: &'static str,
    content: Vec<Range<usize>>,
    source: Option<Range<usize>>,
    cue: Range<usize>,
    cue_head: usize,
) -> Attribution {
    Attribution {
        content,
        source,
        cue: Some(cue),
        cue_head: Some(cue_head),
        addressee: None,
        relayed_by: None,
        parent: None,
        rule,
        confidence: 0.0,
    }
}

/// Number of tokens in `ranges`.
pub(super) fn size(ranges: &[Range<usize>]) -> usize {
    ranges.iter().map(ExactSizeIterator::len).sum()
}

/// Number of tokens that the two sets share.
pub(super) fn shared(a: &[Range<usize>], b: &[Range<usize>]) -> usize {
    a.iter().flat_map(|x| b.iter().map(move |y| x.end.min(y.end).saturating_sub(x.start.max(y.start)))).sum()
}
