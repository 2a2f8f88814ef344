//! What a claim means beyond its words: the kind of act, polarity, modality, attitude.

use std::ops::Range;

use super::super::Context;
use super::super::attribution::Attribution;
use super::super::lexicon::Lexicon;

/// The reading of one claim.
pub(super) struct Meaning {
    /// Lemma of the cue's head; "according to" and ":" as they are.
    pub(super) cue_lemma: Option<String>,
    /// See `lexicon/cues.txt`.
    pub(super) cue_class: Option<&'static str>,
    /// `positive|negative`.
    pub(super) polarity: &'static str,
    /// `certain|probable|possible|future|conditional|question`.
    pub(super) modality: &'static str,
    /// `support|oppose|praise|criticise|want|fear|believe`.
    pub(super) attitude: Option<&'static str>,
}

/// Reads `content`, and the cue if there is one.
pub(super) fn meaning(ctx: &Context<'_>, attribution: Option<&Attribution>, content: &[Range<usize>]) -> Meaning {
    let head = attribution.and_then(|a| a.cue_head);
    let (cue_lemma, class, attitude) = match head {
        Some(head) => cue(ctx, head),
        None => (None, None, None),
    };
    let class = if attribution.is_some() { class.or(Some("say")) } else { None };
    let main = main_verb(ctx, content);
    let cue_negated = head.is_some_and(|h| negated(ctx, h));
    // a denial of something negative is positive: "did not deny that it failed"
    let turns = [cue_negated, class == Some("deny"), main.is_some_and(|m| negated(ctx, m))];
    let negative = turns.iter().filter(|&&t| t).count() % 2 == 1;
    Meaning {
        cue_lemma,
        cue_class: class,
        polarity: if negative { "negative" } else { "positive" },
        modality: modality(ctx, content, main, class),
        attitude,
    }
}

type Cue = (Option<String>, Option<&'static str>, Option<&'static str>);

fn cue(ctx: &Context<'_>, head: usize) -> Cue {
    let doc = ctx.doc;
    let text = doc.text(head).to_lowercase();
    match text.as_str() {
        ":" | "—" | "–" | "―" | "-" | "--" => return (Some(text), Some("say"), None),
        "according" => return (Some("according to".to_owned()), Some("report"), None),
        "in" => return (Some("in the words of".to_owned()), Some("say"), None),
        "per" => return (Some("per".to_owned()), Some("report"), None),
        _ => {}
    }
    let lemma = doc.lemma(head).to_lowercase();
    // "called for her resignation"
    if lemma == "call" && doc.children(head).any(|c| c > head && doc.dep(c) == "prep" && doc.norm(c) == "for") {
        return (Some(lemma), Some("ask"), Some("want"));
    }
    let found = Lexicon::get().cue(&lemma, doc.pos(head) == "NOUN");
    (Some(lemma), found.map(|c| c.class), found.and_then(|c| c.attitude))
}

/// The verb that the content hangs on: the first word of it, in its first sentence, whose head lies outside.
fn main_verb(ctx: &Context<'_>, content: &[Range<usize>]) -> Option<usize> {
    let doc = ctx.doc;
    let inside = |i: usize| content.iter().any(|r| r.contains(&i));
    let verb = |i: usize| matches!(doc.pos(i), "VERB" | "AUX");
    let tokens = || content.iter().flat_map(Range::clone);
    tokens()
        .find(|&i| verb(i) && (doc.head(i) == i || !inside(doc.head(i))))
        .or_else(|| tokens().find(|&i| verb(i) && !matches!(doc.dep(i), "aux" | "auxpass")))
}

fn negated(ctx: &Context<'_>, verb: usize) -> bool {
    let doc = ctx.doc;
    doc.children(verb).any(|c| {
        doc.dep(c) == "neg"
            || matches!(doc.norm(c), "never" | "hardly")
            || doc.dep(c) == "det" && doc.norm(c) == "no"
            || matches!(doc.dep(c), "nsubj" | "nsubjpass" | "dobj" | "attr")
                && (matches!(doc.norm(c), "nobody" | "nothing" | "none")
                    || doc.children(c).any(|d| doc.dep(d) == "det" && doc.norm(d) == "no"))
    })
}

fn modality(
    ctx: &Context<'_>,
    content: &[Range<usize>],
    main: Option<usize>,
    class: Option<&'static str>,
) -> &'static str {
    let doc = ctx.doc;
    let (Some(first), Some(last)) = (content.first(), content.last()) else { return "certain" };
    let ends_in = |i: usize| doc.text(i) == "?" || doc.text(i).ends_with('?');
    let asks =
        matches!(doc.norm(first.start), "whether" | "if" | "why" | "how" | "who" | "what" | "when" | "where" | "which");
    let one_sentence = content.len() == 1 && doc.sent(first.start) == doc.sent(last.end - 1);
    let last_words = (first.start..last.end).rev().take(3).take_while(|&i| !super::super::quote::is_word(doc.text(i)));
    let question_mark = last_words.chain(last.end..doc.len().min(last.end + 1)).any(ends_in);
    if class == Some("ask") && asks || question_mark && one_sentence {
        return "question";
    }
    let Some(main) = main else {
        return if matches!(class, Some("estimate" | "believe")) { "probable" } else { "certain" };
    };
    let conditional = doc.children(main).any(|c| {
        doc.dep(c) == "advcl" && doc.children(c).any(|m| doc.dep(m) == "mark" && matches!(doc.norm(m), "if" | "unless"))
    });
    if conditional {
        return "conditional";
    }
    let aux = |words: &[&str]| doc.children(main).any(|c| doc.dep(c) == "aux" && words.contains(&doc.norm(c)));
    let adverb = |words: &[&str]| {
        doc.children(main).any(|c| matches!(doc.dep(c), "advmod" | "acomp") && words.contains(&doc.norm(c)))
    };
    if aux(&["may", "might", "could", "can"]) || adverb(&["possibly", "perhaps", "maybe", "possible"]) {
        "possible"
    } else if matches!(doc.lemma(main), "appear" | "seem" | "expect" | "tend")
        || adverb(&[
            "likely",
            "probably",
            "reportedly",
            "allegedly",
            "apparently",
            "presumably",
            "seemingly",
            "unlikely",
        ])
        || matches!(class, Some("estimate" | "believe"))
    {
        "probable"
    } else if aux(&["will", "shall", "would", "'ll", "should"])
        || doc.norm(main) == "going" && doc.children(main).any(|c| doc.dep(c) == "xcomp")
        || matches!(class, Some("promise" | "want")) && doc.children(main).any(|c| doc.tag(c) == "TO")
    {
        "future"
    } else {
        "certain"
    }
}
