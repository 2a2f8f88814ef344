//! *Rubio praised ... he stated*: third-person pronouns, by agreement, nearness and grammatical role (after Lappin and Leass, 1994).
//!
//! Candidates are the named entities, and the unnamed people and groups that the text speaks of ("a senior analyst ... he said" must not
//! become somebody else's words). "they" and "it" are taken up only where the best candidate is plain: most of them mean no name.

use std::ops::Range;

use copydesk_nlp::Doc;

use super::super::super::Context;
use super::super::discourse::{Discourse, Mention};
use super::super::words::is_title_word;
use super::speaker::speaker_of;
use crate::event::MentionKind;
use crate::extract::attribution::Attribution;
use crate::extract::lexicon::Lexicon;
use crate::kb::EntityType;
use crate::kb::Gender;

pub(super) const ID: &str = "pronoun";
pub(super) const SPEAKER_SLOT: &str = "pronoun_speaker";

/// How many sentences back a pronoun reaches.
const REACH: usize = 4;

/// What a pronoun asks of its antecedent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    One(Gender),
    Thing,
    Many,
}

/// A phrase that a pronoun may mean.
struct Candidate {
    head: usize,
    tokens: Range<usize>,
    entity: Option<usize>,
    form: Fit,
}

/// Which pronouns can stand for a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Person(Option<Gender>),
    Thing,
    Group,
}

/// Adds third-person pronouns outside quotations first, in text order, then those inside.
pub(in super::super) fn resolve(ctx: &Context<'_>, attributions: &[Attribution], d: &mut Discourse<'_>, quoted: bool) {
    let doc = ctx.doc;
    let mut candidates = candidates(ctx, d);
    let mut speakers = vec![false; doc.len()];
    for source in attributions.iter().filter_map(|a| a.source.as_ref()) {
        speakers[source.clone()].fill(true);
    }
    for i in 0..doc.len() {
        if doc.pos(i) != "PRON" || ctx.quote_at(i).is_some() != quoted || d.entity_at(i).is_some() {
            continue;
        }
        let Some(form) = form(doc.norm(i)) else { continue };
        if form == Form::Thing && !(speakers[i] || doc.dep(i) == "poss") {
            continue;
        }
        let speaker = quoted.then(|| speaker_of(ctx, attributions, d, i)).flatten();
        let Some(best) = best(ctx, d, &candidates, &speakers, i, form, speaker) else { continue };
        let (entity, antecedent) = (candidates[best].entity, candidates[best].tokens.clone());
        match entity {
            Some(entity) => {
                let rule = if speakers[i] { SPEAKER_SLOT } else { ID };
                d.add(entity, Mention { tokens: i..i + 1, kind: MentionKind::Pronoun, rule });
            }
            None => d.note_antecedent(i, antecedent.clone()),
        }
        let at = candidates.partition_point(|c| c.head < i);
        let fit = match (candidates[best].form, form) {
            (Fit::Person(None), Form::One(gender)) => Fit::Person(Some(gender)),
            (fit, _) => fit,
        };
        if let (Some(entity), Form::One(gender)) = (entity, form) {
            d.entities[entity].gender.get_or_insert(gender);
            for c in candidates.iter_mut().filter(|c| c.entity == Some(entity)) {
                c.form = Fit::Person(Some(gender));
            }
        }
        candidates.insert(
            at,
            Candidate { head: i, tokens: if entity.is_some() { i..i + 1 } else { antecedent }, entity, form: fit },
        );
    }
}

fn form(norm: &str) -> Option<Form> {
    Some(match norm {
        "he" | "him" | "his" | "himself" => Form::One(Gender::Male),
        "she" | "her" | "hers" | "herself" => Form::One(Gender::Female),
        "it" | "its" | "itself" => Form::Thing,
        "they" | "them" | "their" | "theirs" | "themselves" => Form::Many,
        _ => return None,
    })
}

/// Everything that a pronoun may mean, in text order.
fn candidates(ctx: &Context<'_>, d: &Discourse<'_>) -> Vec<Candidate> {
    let doc = ctx.doc;
    let mut found: Vec<Candidate> = Vec::new();
    for (k, e) in d.entities.iter().enumerate() {
        let form = match e.kind {
            EntityType::Person => Fit::Person(e.gender),
            EntityType::Norp => Fit::Group,
            _ => Fit::Thing,
        };
        for m in &e.mentions {
            let head = super::super::name::head(doc, &m.tokens);
            // part of another name or an adjective is not what a pronoun goes back to
            let attribute = matches!(doc.dep(head), "compound" | "amod" | "nmod") && doc.head(head) > head;
            if !attribute {
                found.push(Candidate { head, tokens: m.tokens.clone(), entity: Some(k), form });
            }
        }
    }
    for chunk in d.chunks.iter().cloned() {
        let head = super::super::name::head(doc, &chunk);
        if d.entity_at(head).is_some() || doc.pos(head) == "PRON" || d.beside_name(head).is_some() {
            continue;
        }
        let lemma = doc.lemma(head).to_lowercase();
        let person = is_title_word(&lemma) || Lexicon::get().is_unnamed_source(&lemma) || is_person_noun(&lemma);
        let plural = matches!(doc.tag(head), "NNS" | "NNPS");
        let form = match (person, plural) {
            (true, false) => Fit::Person(noun_gender(&lemma)),
            (true, true) => Fit::Group,
            (false, true) => Fit::Group,
            (false, false) => Fit::Thing,
        };
        found.push(Candidate { head, tokens: chunk, entity: None, form });
    }
    found.sort_by_key(|c| c.head);
    found
}

fn is_person_noun(lemma: &str) -> bool {
    matches!(
        lemma,
        "man"
            | "woman"
            | "boy"
            | "girl"
            | "father"
            | "mother"
            | "son"
            | "daughter"
            | "wife"
            | "husband"
            | "brother"
            | "sister"
            | "friend"
            | "person"
            | "victim"
            | "suspect"
            | "poster"
            | "user"
            | "colleague"
            | "neighbour"
            | "neighbor"
            | "worker"
            | "driver"
            | "child"
            | "people"
            | "patient"
    ) || noun_gender(lemma).is_some()
}

fn noun_gender(lemma: &str) -> Option<Gender> {
    match lemma {
        "man" | "boy" | "father" | "son" | "husband" | "brother" | "spokesman" | "chairman" | "businessman"
        | "king" | "prince" | "actor" | "congressman" => Some(Gender::Male),
        "woman" | "girl" | "mother" | "daughter" | "wife" | "sister" | "spokeswoman" | "chairwoman"
        | "businesswoman" | "queen" | "princess" | "actress" | "congresswoman" => Some(Gender::Female),
        _ => None,
    }
}

/// The candidate that pronoun `i` most likely means.
fn best(
    ctx: &Context<'_>,
    d: &Discourse<'_>,
    candidates: &[Candidate],
    speakers: &[bool],
    i: usize,
    form: Form,
    speaker: Option<usize>,
) -> Option<usize> {
    let doc = ctx.doc;
    let here = d.sentence(i);
    let quote = ctx.quote_at(i).map(|q| q.tokens.start);
    let mut best: Option<(i32, usize)> = None;
    for (k, c) in candidates.iter().enumerate() {
        if c.head >= i || c.tokens.contains(&i) {
            continue;
        }
        let distance = here - d.sentence(c.head);
        if distance > REACH || !agrees(form, c, speakers[i] || doc.dep(i) == "nsubj") || bound(doc, i, c.head) {
            continue;
        }
        if speaker.is_some() && c.entity == speaker {
            continue;
        }
        let c_quote = ctx.quote_at(c.head).map(|q| q.tokens.start);
        let mut score = -20 * distance as i32;
        if is_subject(doc, c.head) {
            score += 20;
            if is_main_clause(doc, c.head) {
                score += 6;
            }
        }
        if speakers[c.head] {
            score += if speakers[i] { 22 } else { 10 };
        }
        if matches!(doc.dep(c.head), "dobj" | "dative" | "attr") {
            score += 5;
        }
        if c_quote.is_some() && c_quote != quote {
            score -= 30;
        }
        if let (Form::One(g), Fit::Person(Some(h))) = (form, c.form) {
            debug_assert_eq!(g, h, "agreement was tested");
            score += 12;
        }
        if let Some(e) = c.entity {
            let before = d.entities[e].mentions.iter().filter(|m| m.tokens.start < i).count();
            score += (2 * before as i32).min(12);
        } else if form != Form::Many {
            score -= 4;
        }
        // of equals, the nearer
        if best.is_none_or(|(s, _)| score >= s) {
            best = Some((score, k));
        }
    }
    best.map(|(_, k)| k)
}

fn agrees(form: Form, c: &Candidate, subject: bool) -> bool {
    match (form, c.form) {
        (Form::One(g), Fit::Person(h)) => h.is_none_or(|h| h == g),
        (Form::Thing, Fit::Thing) => true,
        (Form::Many, Fit::Group) => true,
        // "Microsoft said they ...": a body taken as people, where it acts
        (Form::Many, Fit::Thing) => subject && c.entity.is_some(),
        _ => false,
    }
}

/// Subject and object of one verb are two parties.
fn bound(doc: &Doc, pronoun: usize, candidate: usize) -> bool {
    if doc.dep(pronoun) == "poss" || doc.norm(pronoun).ends_with("self") {
        return false;
    }
    let verb = |i: usize| match doc.dep(i) {
        "pobj" => doc.head(doc.head(i)),
        _ => doc.head(i),
    };
    verb(pronoun) == verb(candidate) && matches!(doc.pos(verb(pronoun)), "VERB" | "AUX")
}

fn is_subject(doc: &Doc, i: usize) -> bool {
    matches!(doc.dep(i), "nsubj" | "nsubjpass")
        || matches!(doc.dep(i), "conj" | "appos") && matches!(doc.dep(doc.head(i)), "nsubj" | "nsubjpass")
}

fn is_main_clause(doc: &Doc, subject: usize) -> bool {
    let verb = doc.head(subject);
    doc.dep(verb) == "ROOT"
}
