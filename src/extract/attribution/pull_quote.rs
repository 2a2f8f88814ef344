//! Pull quotes and letters: *"The town has lost its heart." — Maria Keller*. The dash is the cue.

use super::super::Context;
use super::super::quote::is_word;
use super::build::{attribution, content};
use super::syntax::trim;
use super::{Attribution, Rule};

pub(super) const RULE: Rule = Rule { id: "pull_quote", apply };

/// Words of the name at most.
const NAME_WORDS: usize = 8;
const LEAST_WORDS: usize = 3;

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    let doc = ctx.doc;
    for quote in ctx.quotes.iter().filter(|q| q.closed && q.words(doc) >= LEAST_WORDS) {
        let dash = quote.tokens.end;
        let block = &ctx.blocks[ctx.block_at(quote.tokens.start)].1;
        let opens = block.clone().find(|&i| !doc.text(i).trim().is_empty()) == Some(quote.tokens.start);
        if !opens || dash >= block.end || !matches!(doc.text(dash), "—" | "–" | "―" | "-" | "--") {
            continue;
        }
        let name = trim(doc, dash + 1..block.end);
        let words = name.clone().filter(|&i| is_word(doc.text(i))).count();
        let capital = name.clone().next().is_some_and(|i| doc.text(i).starts_with(char::is_uppercase));
        let verb = name.clone().any(|i| matches!(doc.tag(i), "VBD" | "VBZ" | "VBP" | "MD"));
        if (1..=NAME_WORDS).contains(&words) && capital && !verb {
            found.push(attribution(
                RULE.id,
                content(ctx, quote.tokens.clone(), |_| true),
                Some(name),
                dash..dash + 1,
                dash,
            ));
        }
    }
}
