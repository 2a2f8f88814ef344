//! Names as the text has them: what the engine recognised, cut to the name itself, its errors mended where the document's own
//! evidence is plain.

use super::gazetteer::Gazetteer;
use std::collections::HashMap;
use std::ops::Range;

use copydesk_nlp::Doc;

use super::super::Context;
use super::mend;
use super::title;
use super::words::{is_honorific, is_title_word};
use crate::kb::EntityType;
use crate::kb::fold;

/// A name at a place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// Its tokens: without article, title and possessive ending.
    pub(super) tokens: Range<usize>,
    /// What it names.
    pub(super) kind: EntityType,
    /// Its folded words.
    pub(super) words: Vec<String>,
    /// The same, joined by spaces: what it is filed under.
    pub(super) key: String,
    /// Title in front of it ("US Secretary of State").
    pub(super) title: Option<Range<usize>>,
}

impl Name {
    /// The name that stands at `tokens`, cut to what belongs to a name; None where nothing is left.
    pub(super) fn new(doc: &Doc, tokens: Range<usize>, kind: EntityType) -> Option<Self> {
        let tokens = trim(doc, tokens, kind);
        if tokens.is_empty() {
            return None;
        }
        let written = text(doc, &tokens);
        // a name has a capital somewhere: "the election commission" is a common noun
        if !written.chars().any(char::is_uppercase) {
            return None;
        }
        let mut words = fold::words(&written);
        // "Ferdinand Marcos Jr." goes by "Marcos"
        if kind == EntityType::Person && words.len() > 2 && words.last().is_some_and(|w| is_generation(w)) {
            words.pop();
        }
        let title = (kind == EntityType::Person).then(|| title::before(doc, tokens.start)).flatten();
        (!words.is_empty()).then(|| Self { tokens, kind, key: words.join(" "), words, title })
    }

    /// The word that the others depend on.
    pub(super) fn head(&self, doc: &Doc) -> usize {
        head(doc, &self.tokens)
    }
}

/// True for what is written behind a family name to tell son from father.
fn is_generation(word: &str) -> bool {
    matches!(word, "jr" | "sr" | "ii" | "iii" | "iv")
}

/// The word of `tokens` that hangs on a word outside them.
pub(super) fn head(doc: &Doc, tokens: &Range<usize>) -> usize {
    let outside = |&i: &usize| (doc.head(i) == i || !tokens.contains(&doc.head(i))) && doc.pos(i) != "PUNCT";
    tokens.clone().rev().find(outside).unwrap_or(tokens.end - 1)
}

/// The text of `tokens` as it stands.
pub(super) fn text(doc: &Doc, tokens: &Range<usize>) -> String {
    let mut text = String::new();
    for i in tokens.clone() {
        text.push_str(doc.text(i));
        if i + 1 < tokens.end && doc.bytes(i).end < doc.bytes(i + 1).start {
            text.push(' ');
        }
    }
    text
}

/// All names of the document in text order, disjoint.
pub(super) fn names(ctx: &Context<'_>, kb: &Gazetteer<'_>) -> Vec<Name> {
    let doc = ctx.doc;
    let spans = doc.ents().filter_map(|e| Some((e.tokens, EntityType::from_label(e.label)?)));
    let spans = mend::boundaries::mend(ctx, spans.collect());
    let mut names: Vec<Name> = spans.into_iter().filter_map(|(tokens, kind)| Name::new(doc, tokens, kind)).collect();
    mend::patterns::add(ctx, kb, &mut names);
    names.sort_by_key(|n| n.tokens.start);
    drop_overlaps(&mut names);
    mend::known::mend(ctx, kb, &mut names);
    mend::kinds::mend(doc, kb, &mut names);
    mend::repeats::add(ctx, kb, &mut names);
    add_given_names(doc, &mut names);
    add_family_names(doc, &mut names);
    drop_title_parts(doc, kb, &mut names);
    for name in &mut names {
        name.title = (name.kind == EntityType::Person).then(|| title::before(doc, name.tokens.start)).flatten();
    }
    names
}

/// Keeps the first of two names that overlap.
pub(super) fn drop_overlaps(names: &mut Vec<Name>) {
    let mut end = 0;
    names.retain(|n| {
        let keep = n.tokens.start >= end;
        if keep {
            end = n.tokens.end;
        }
        keep
    });
}

/// "economist Irina Petrescu", "Emeka Okafor" where the engine saw the family name alone: the proper noun between a title and it, or that
/// hangs on it, is a given name.
fn add_given_names(doc: &Doc, names: &mut [Name]) {
    for k in 0..names.len() {
        let start = names[k].tokens.start;
        let sentence = doc.sent(start).start;
        if names[k].kind != EntityType::Person || names[k].words.len() != 1 || start == sentence {
            continue;
        }
        let given = start - 1;
        let free = k == 0 || names[k - 1].tokens.end <= given;
        let plain = doc.pos(given) == "PROPN"
            && is_capitalised(doc, given)
            && !is_title_word(doc.text(given))
            && !is_honorific(doc.text(given));
        let titled = given > sentence && is_title_word(doc.text(given - 1));
        let hangs = doc.dep(given) == "compound" && doc.head(given) == start && doc.ent_type(given).is_empty();
        if free
            && plain
            && (titled || hangs)
            && let Some(longer) = Name::new(doc, given..names[k].tokens.end, EntityType::Person)
        {
            names[k] = longer;
        }
    }
}

/// "Fred M'membe" where the engine saw the given name alone: it hangs on the proper noun right behind it.
fn add_family_names(doc: &Doc, names: &mut [Name]) {
    for k in 0..names.len() {
        let end = names[k].tokens.end;
        let free = end < doc.len() && names.get(k + 1).is_none_or(|next| next.tokens.start > end);
        if !free || names[k].kind != EntityType::Person || names[k].words.len() != 1 {
            continue;
        }
        let hangs = doc.dep(end - 1) == "compound" && doc.head(end - 1) == end && doc.pos(end) == "PROPN";
        let ends = end + 1 >= doc.len() || doc.pos(end + 1) != "PROPN";
        if is_capitalised(doc, end)
            && hangs
            && ends
            && let Some(longer) = Name::new(doc, names[k].tokens.start..end + 1, EntityType::Person)
        {
            names[k] = longer;
        }
    }
}

/// True where token `i` starts with a capital letter.
pub(super) fn is_capitalised(doc: &Doc, i: usize) -> bool {
    doc.text(i).chars().next().is_some_and(char::is_uppercase)
}

/// "State" of "Secretary of State" and "Home" of "Home Secretary" name nothing of their own.
fn drop_title_parts(doc: &Doc, kb: &Gazetteer<'_>, names: &mut Vec<Name>) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for name in names.iter() {
        *seen.entry(name.key.clone()).or_default() += 1;
    }
    names.retain(|name| {
        if !matches!(name.kind, EntityType::Org | EntityType::WorkOfArt | EntityType::Product | EntityType::Fac) {
            return true;
        }
        let portfolio = name.words.iter().all(|w| super::words::is_portfolio(w));
        let (before, after) = (name.tokens.start.checked_sub(2), name.tokens.end);
        let of_title = before.is_some_and(|b| {
            matches!(doc.norm(b + 1), "of" | "for")
                && is_title_word(doc.text(b))
                && doc.sent(b).contains(&after.saturating_sub(1))
        });
        let before_title =
            after < doc.len() && is_title_word(doc.text(after)) && doc.sent(after).contains(&name.tokens.start);
        let drop = portfolio && (of_title || before_title) || name.words.len() == 1 && is_title_word(&name.words[0]);
        !drop || kb.facts(&name.key).knows(EntityType::Org)
    });
}

/// Cuts what is no part of a name off both ends.
fn trim(doc: &Doc, tokens: Range<usize>, kind: EntityType) -> Range<usize> {
    let Range { mut start, mut end } = tokens;
    let mark = |i: usize| doc.text(i).chars().all(|c| !c.is_alphanumeric());
    let small = |i: usize| {
        matches!(doc.norm(i), "the" | "a" | "an" | "this" | "that" | "between" | "and" | "of" | "'s" | "’s" | "s’")
    };
    while start < end && (mark(start) || small(start) && (kind != EntityType::WorkOfArt || doc.text(start) != "The")) {
        start += 1;
    }
    while start < end
        && (mark(end - 1)
            || doc.tag(end - 1) == "POS"
            || matches!(doc.norm(end - 1), "the" | "and" | "of" | "'s" | "’s"))
    {
        end -= 1;
    }
    if kind == EntityType::Person {
        // titles within the entity: "Ms Bauchtman", "President Obama"
        while start + 1 < end
            && (is_honorific(doc.text(start)) || is_title_word(doc.text(start)) && doc.pos(start) == "PROPN")
        {
            start += 1;
        }
        while start < end && mark(start) {
            start += 1;
        }
    }
    // the wire's own "Image: ..." glued to a name
    while end - start > 1 && matches!(doc.text(end - 1), "Image" | "Photo" | "File") {
        end -= 1;
    }
    start..end
}

/// A possessive glued to the name's last token ("Delhi’s" where the engine did not split it) is cut in bytes by the caller; this tells
/// how many bytes of the span are the name.
pub(super) fn name_bytes(ctx: &Context<'_>, tokens: &Range<usize>) -> Range<usize> {
    let bytes = ctx.bytes(tokens);
    let text = &ctx.article.text[bytes.clone()];
    let cut = ["'s", "’s"].iter().find_map(|e| text.strip_suffix(e)).map_or(text.len(), str::len);
    let cut = if cut == 0 { text.len() } else { cut };
    bytes.start..bytes.start + cut
}
