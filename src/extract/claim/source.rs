//! Who made the claim: a named entity, a document, or somebody whom the article does not name.

use std::ops::Range;

use super::super::Context;
use super::super::attribution::{Attribution, noun_phrase};
use super::super::entity::Entities;
use super::super::lexicon::Lexicon;
use super::is_document;
use crate::event::ClaimSource;

/// The published source of `a`; None where nobody is given.
pub(super) fn source(ctx: &Context<'_>, entities: &Entities, a: &Attribution) -> Option<ClaimSource> {
    let doc = ctx.doc;
    let given = a.source.as_ref()?;
    let antecedent = antecedent(ctx, entities, given);
    let tokens = antecedent.as_ref().unwrap_or(given);
    let span = ctx.span(given);
    let words = ctx.span(tokens).text;
    let head = head(ctx, tokens);
    let relayed_by = a.relayed_by.as_ref().map(|r| medium(ctx, entities, r));
    if is_document(ctx, head) {
        // a document speaks through the body that made it
        let maker = a.relayed_by.as_ref().and_then(|r| entities.referent(ctx, r));
        return Some(ClaimSource {
            entity_id: maker.as_ref().map(|m| m.entity_id.clone()),
            name: maker.as_ref().map_or_else(|| without_article(&words), |m| m.name.clone()),
            kind: maker.as_ref().map(|m| m.kind.clone()),
            role: None,
            anonymous: false,
            descriptor: Some(words),
            relayed_by,
            span: Some(span),
        });
    }
    if let Some(referent) = entities.referent(ctx, tokens) {
        return Some(ClaimSource {
            span: Some(span),
            entity_id: Some(referent.entity_id),
            name: referent.name,
            kind: Some(referent.kind),
            role: referent.role,
            anonymous: false,
            descriptor: None,
            relayed_by,
        });
    }
    let named = doc.pos(head) == "PROPN";
    let person = Lexicon::get().is_unnamed_source(&doc.lemma(head).to_lowercase());
    let anonymous = !named && !matches!(doc.tag(head), "PRP" | "WP" | "WDT") && !is_known_body(ctx, tokens, head);
    Some(ClaimSource {
        entity_id: None,
        name: without_article(&ctx.span(&core(ctx, tokens, head)).text),
        kind: (person || matches!(doc.norm(head), "he" | "she")).then(|| "PERSON".to_owned()),
        role: None,
        anonymous,
        descriptor: anonymous.then(|| without_article(words.trim_end_matches([',', ' ', '—', '–']))),
        relayed_by,
        span: Some(span),
    })
}

/// "the ministry", "Her office": an institution that the article tells from all others need not be named.
fn is_known_body(ctx: &Context<'_>, source: &Range<usize>, head: usize) -> bool {
    let doc = ctx.doc;
    let definite =
        |c: usize| doc.dep(c) == "poss" || doc.dep(c) == "det" && matches!(doc.norm(c), "the" | "this" | "that");
    let named = source.start..head;
    Lexicon::get().is_institution(&doc.lemma(head).to_lowercase())
        && (doc.children(head).any(definite) || named.into_iter().any(|i| doc.pos(i) == "PROPN"))
}

/// The noun phrase without the clauses and additions behind its first comma: "Others" of "Others, including two ministers,".
fn core(ctx: &Context<'_>, source: &Range<usize>, head: usize) -> Range<usize> {
    let doc = ctx.doc;
    let end = (head + 1..source.end).find(|&i| matches!(doc.text(i), "," | "—" | "–" | "(")).unwrap_or(source.end);
    source.start..end
}

/// "analysts" of "analysts, who expect ...": whom a relative pronoun stands for. "Who" is somebody: of "Jo Lee of the Bank of Wales,
/// who ..." it is not Wales.
fn antecedent(ctx: &Context<'_>, entities: &Entities, source: &Range<usize>) -> Option<Range<usize>> {
    let doc = ctx.doc;
    let pronoun = source.start;
    if source.len() != 1 || !matches!(doc.tag(pronoun), "WP" | "WDT") {
        return None;
    }
    let clause = doc.ancestors(pronoun).find(|&v| doc.dep(v) == "relcl")?;
    let noun = doc.head(clause);
    let is_person = |i: &usize| {
        entities.referent(ctx, &(*i..i + 1)).is_some_and(|r| r.kind == "PERSON")
            || Lexicon::get().is_unnamed_source(&doc.lemma(*i).to_lowercase())
    };
    let above = || doc.ancestors(noun).take_while(|&i| doc.pos(i) != "VERB").find(is_person);
    let person = doc.tag(pronoun) == "WP" && !is_person(&noun);
    Some(noun_phrase(doc, above().filter(|_| person).unwrap_or(noun)))
}

fn medium(ctx: &Context<'_>, entities: &Entities, tokens: &Range<usize>) -> String {
    entities.referent(ctx, tokens).map_or_else(|| without_article(&ctx.span(tokens).text), |r| r.name)
}

/// The word of the phrase that the others depend on.
fn head(ctx: &Context<'_>, tokens: &Range<usize>) -> usize {
    let doc = ctx.doc;
    let outside = |&i: &usize| (doc.head(i) == i || !tokens.contains(&doc.head(i))) && doc.pos(i) != "PUNCT";
    tokens.clone().find(outside).unwrap_or(tokens.end - 1)
}

fn without_article(text: &str) -> String {
    let rest = ["the ", "The ", "a ", "A ", "an ", "An "].iter().find_map(|a| text.strip_prefix(a));
    rest.unwrap_or(text).to_owned()
}
