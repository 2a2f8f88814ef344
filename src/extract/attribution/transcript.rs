//! Transcript lines: *WALLACE: Did the bank know?* The colon is the cue, the rest of the paragraph the content.

use super::super::Context;
use super::super::quote::is_word;
use super::build::{attribution, content, words};
use super::{Attribution, Rule};
use crate::event::BlockKind;

pub(super) const RULE: Rule = Rule { id: "transcript", apply };

/// Words of a speaker's name with title at most.
const NAME_WORDS: usize = 6;

fn apply(ctx: &Context<'_>, found: &mut Vec<Attribution>) {
    let doc = ctx.doc;
    for (kind, block) in &ctx.blocks {
        if *kind != BlockKind::Paragraph {
            continue;
        }
        let Some(start) = block.clone().find(|&i| is_word(doc.text(i))) else { continue };
        let Some(colon) = (start + 1..block.end.min(start + 2 + NAME_WORDS)).find(|&i| doc.text(i) == ":") else {
            continue;
        };
        // an interview that is quoted as a whole opens with the quotation mark
        let name = start..colon;
        let shouted = name.clone().all(|i| !is_word(doc.text(i)) || !doc.text(i).chars().any(char::is_lowercase))
            && name.clone().any(|i| doc.text(i).chars().filter(|c| c.is_alphabetic()).count() > 1);
        let person = name.clone().all(|i| doc.ent_type(i) == "PERSON");
        if !(shouted || person) {
            continue;
        }
        let spans = content(ctx, colon + 1..block.end, |_| true);
        if words(ctx, &spans) >= 2 {
            found.push(attribution(RULE.id, spans, Some(name), colon..colon + 1, colon));
        }
    }
}
