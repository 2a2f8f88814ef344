//! Labels of tokens to spans.

use std::ops::Range;

use super::super::super::Context;
use super::super::super::tagger::Label;

/// Tagged spans, in text order.
#[derive(Debug, Default, Clone)]
pub(in super::super) struct Spans {
    pub(in super::super) sources: Vec<Range<usize>>,
    pub(in super::super) cues: Vec<Range<usize>>,
    pub(in super::super) contents: Vec<Range<usize>>,
}

/// Joins the labels (one a token) to spans; white-space tokens break nothing, ends of blocks do.
pub(in super::super) fn spans(ctx: &Context<'_>, labels: &[Label]) -> Spans {
    let mut found = Spans::default();
    for (_, block) in &ctx.blocks {
        let mut open: Option<(u8, Range<usize>)> = None;
        for i in block.clone() {
            if ctx.doc.text(i).trim().is_empty() {
                continue;
            }
            let label = labels[i] as u8;
            let role = label.div_ceil(2);
            match &mut open {
                Some((r, range)) if *r == role && label.is_multiple_of(2) && role > 0 => range.end = i + 1,
                _ => {
                    close(&mut found, open.take());
                    open = (role > 0).then_some((role, i..i + 1));
                }
            }
        }
        close(&mut found, open);
    }
    found
}

fn close(found: &mut Spans, open: Option<(u8, Range<usize>)>) {
    if let Some((role, range)) = open {
        match role {
            1 => found.sources.push(range),
            2 => found.cues.push(range),
            _ => found.contents.push(range),
        }
    }
}
