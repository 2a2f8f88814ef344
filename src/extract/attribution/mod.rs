//! Who said what: content, cue and source as token spans.
//!
//! [`RULES`] find candidates, each rule in a file of its own with examples; [`resolve`] keeps the best of those that overlap and
//! nests what lies within; [`floating`] continues quotations; [`party`] adds whom it was said to and who passed it on.

mod according_to;
mod anonymity;
mod as_noted;
mod build;
mod citing;
mod colon_led;
mod denial;
mod floating;
mod headline;
mod link;
mod merge;
mod nominal;
mod party;
mod passive;
mod pull_quote;
mod quotation;
mod reported_speech;
mod resolve;
mod syntax;
mod transcript;
mod whole;

use std::ops::Range;

pub(super) use syntax::{noun_phrase, runs};

use super::Context;
use super::lexicon::Lexicon;
use super::tagger::Tagger;

/// Source, cue and content of one act of speech, belief or publication (PolNeAR's and PARC's terms). Ranges are tokens,
/// never empty; punctuation and quotation marks at the ends of a content belong to it only where they lie within it.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// What is said: disjoint ranges in text order; two where the reporting clause splits it ("X," he said, "Y").
    pub content: Vec<Range<usize>>,
    /// Who says it, the whole noun phrase ("US Secretary of State Marco Rubio"). For a quotation that stands alone it is the source
    /// of the claim it continues, so it may lie in an earlier sentence. None where nobody is given.
    pub source: Option<Range<usize>>,
    /// The words that attribute it, auxiliaries and particles included ("has said", "according to", ":").
    pub cue: Option<Range<usize>>,
    /// Head token of the cue.
    pub cue_head: Option<usize>,
    /// To whom ("told reporters").
    pub addressee: Option<Range<usize>>,
    /// Medium or document that passes the claim on, where the source is somebody else.
    pub relayed_by: Option<Range<usize>>,
    /// Index of the attribution that this one is nested in.
    pub parent: Option<usize>,
    /// Id of the rule or model that found it.
    pub rule: &'static str,
    /// 0 to 1.
    pub confidence: f32,
}

/// One way of finding attributions.
struct Rule {
    /// Stable id, published with the claim.
    id: &'static str,
    /// Appends what it finds; earlier finds are there to be read.
    apply: fn(&Context<'_>, &mut Vec<Attribution>),
}

/// The rules that look at a sentence, a line or a headline each on its own.
const RULES: &[Rule] = &[
    headline::RULE,
    transcript::RULE,
    according_to::RULE,
    as_noted::RULE,
    pull_quote::RULE,
    quotation::RULE,
    passive::RULE,
    denial::RULE,
    reported_speech::RULE,
    nominal::RULE,
];

/// How often what a rule finds is right with its source, on held-out news.
fn confidence(rule: &str) -> f32 {
    match rule {
        "quotation" | "pull_quote" | "quoted_as_saying" => 0.96,
        "headline" | "according_to" | "as_noted" => 0.9,
        "transcript" | "reported_speech" => 0.81,
        "colon_led" | "denial" => 0.75,
        "attitude" => 0.71,
        "passive" | "nominal" => 0.58,
        _ => 0.5,
    }
}

/// The attributions of the document, in text order of their contents.
pub fn attributions(ctx: &Context<'_>) -> Vec<Attribution> {
    let mut found = Vec::new();
    for rule in RULES {
        (rule.apply)(ctx, &mut found);
    }
    found.iter_mut().for_each(|a| a.confidence = confidence(a.rule));
    // what is reported within a quotation nests in the quotation's own claim, so that one is found first
    let (mut inner, outer): (Vec<_>, Vec<_>) = found.into_iter().partition(|a| resolve::is_inside_quotation(ctx, a));
    let ruled = resolve::resolve(ctx, Vec::new(), outer);
    // The tagger's list is flat: what rules nest in other claims comes back below.
    let (nested, ruled) = ruled.into_iter().partition(|a| a.parent.is_some());
    inner.extend::<Vec<_>>(nested);
    let (tagged, within) = tagged(ctx);
    inner.extend(within);
    let mut kept = merge::merge(ctx, tagged, ruled);
    resolve::order(&mut kept);
    colon_led::attribute(ctx, &mut kept);
    floating::continue_quotations(ctx, &mut kept);
    let mut kept = resolve::resolve(ctx, kept, inner);
    party::add(ctx, &mut kept);
    kept
}

/// True where the content is a pronoun alone ("said so", "endorsed that") or who was spoken to ("no comment to reporters"): it claims
/// nothing in words of its own.
fn is_empty(ctx: &Context<'_>, a: &Attribution) -> bool {
    let doc = ctx.doc;
    let small = |i: usize| matches!(doc.pos(i), "PRON" | "DET" | "ADP" | "SCONJ" | "PUNCT" | "SPACE");
    a.content.iter().flat_map(Range::clone).all(|i| small(i) || Lexicon::get().is_audience(doc.lemma(i)))
}

/// True where nothing shows that somebody said it: no cue, no source, no quotation marks.
fn is_bare(ctx: &Context<'_>, a: &Attribution) -> bool {
    a.cue.is_none() && a.source.is_none() && a.content.iter().all(|r| ctx.quotes_in(r).is_empty())
}

/// What the tagger finds, linked, and what of it lies within the rest.
fn tagged(ctx: &Context<'_>) -> (Vec<Attribution>, Vec<Attribution>) {
    let paragraphs: Vec<Range<usize>> = ctx.blocks.iter().map(|(_, tokens)| tokens.clone()).collect();
    let tags = Tagger::builtin().tag(ctx.doc, &paragraphs);
    let mut found = link::link(ctx, &tags);
    found.retain(|a| {
        !according_to::is_measure(ctx, a) && !anonymity::is_excused(ctx, a) && !is_empty(ctx, a) && !is_bare(ctx, a)
    });
    citing::settle(ctx, &mut found);
    let within = whole::complete(ctx, &mut found);
    (found, within)
}
