//! Pull quotes and letters: *"The town has lost its heart." — Maria Keller*. The dash is the cue.
//!
//! Such a quotation is a line of its own, from its first mark to the dash, whatever marks stand within it.

use std::ops::Range;

use super::super::Context;
use super::super::quote::{is_double_mark, is_word};
use super::build::{attribution, content, words};
use super::syntax::trim;
use super::{Attribution, Rule};

pub(super) const RULE: Rule = Rule { id: "pull_quote", apply };

/// Words of the name at most.
const NAME_WORDS: usize = 8;
const LEAST_WORDS: usize = 3;

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    for (_, block) in &ctx.blocks {
        let mut start = block.start;
        while start < block.end {
            let end = (start..block.end).find(|&i| ctx.doc.text(i).contains('\n')).unwrap_or(block.end);
            found.extend(signed(ctx, start..end));
            start = end + 1;
        }
    }
}

fn signed(ctx: &Context<'_>, line: Range<usize>) -> Option<Attribution> {
    let doc = ctx.doc;
    let start = line.clone().find(|&i| !doc.text(i).trim().is_empty()).filter(|&i| is_double_mark(doc.text(i)))?;
    let is_dash = |&i: &usize| doc.text(i).ends_with(['—', '–', '―', '-']);
    // the closing mark may be one token with the dash
    let behind_mark = |dash: usize| {
        let word = |&i: &usize| !doc.text(i).trim().is_empty();
        let before = (start + 1..dash).rev().find(word)?;
        [dash, before].into_iter().find(|&i| is_double_mark(doc.text(i))).map(|mark| (mark, dash))
    };
    let (closes, dash) = (start + 1..line.end).rev().filter(is_dash).find_map(behind_mark)?;
    let name = trim(doc, dash + 1..line.end);
    let count = name.clone().filter(|&i| is_word(doc.text(i))).count();
    let capital = name.clone().next().is_some_and(|i| doc.text(i).starts_with(char::is_uppercase));
    let verb = name.clone().any(|i| matches!(doc.tag(i), "VBD" | "VBZ" | "VBP" | "MD"));
    if !(1..=NAME_WORDS).contains(&count) || !capital || verb {
        return None;
    }
    let spans = content(ctx, start..closes + usize::from(closes < dash), |_| true);
    (words(ctx, &spans) >= LEAST_WORDS).then(|| attribution(RULE.id, spans, Some(name), dash..dash + 1, dash))
}
