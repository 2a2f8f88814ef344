//! Attributions and the newsroom's own statements to claim events.

mod check_worthiness;
mod id;
mod jsonld;
mod meaning;
mod source;
mod statement;

pub use jsonld::jsonld;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::attribution::Attribution;
use super::entity::Entities;
use super::lexicon::Lexicon;
use super::quantity::Inconsistency;
use super::quote::is_word;
use super::{Context, Located};
use crate::event::{BlockKind, Change, ClaimEvent, ClaimKind, ClaimProvenance, Provenance, Quantity, Span, Time};

/// What the claims of one article are made of.
pub(super) struct Parts<'a> {
    /// In text order, parents by index.
    pub(super) attributions: &'a [Attribution],
    pub(super) entities: &'a Entities<'a>,
    /// All of the document, in text order.
    pub(super) quantities: &'a [Located<Quantity>],
    pub(super) times: &'a [Located<Time>],
    pub(super) inconsistencies: &'a [Inconsistency],
    pub(super) provenance: &'a Provenance,
    /// SHA-256 of the article's text, hexadecimal.
    pub(super) text_sha256: &'a str,
}

/// One claim before it is published.
struct Draft<'a> {
    attribution: Option<&'a Attribution>,
    content: Vec<Range<usize>>,
    quantities: Vec<usize>,
    times: Vec<usize>,
    rule: &'static str,
    confidence: f32,
}

/// How sure it is that a sentence of the newsroom is one: the only doubt is whether a source went unseen.
const STATEMENT_CONFIDENCE: f32 = 0.9;

/// The claims of the article, in text order.
pub(super) fn claims(ctx: &Context<'_>, parts: &Parts<'_>) -> Vec<ClaimEvent> {
    let mut drafts: Vec<Draft<'_>> = parts.attributions.iter().map(|a| attributed(parts, a)).collect();
    report_times(ctx, parts, &mut drafts);
    let stated = statement::statements(ctx, parts, &drafts);
    let first_statement = drafts.len();
    // What a source says stays the source's, also where a statement tells the whole sentence.
    let quantities: HashSet<usize> = drafts.iter().flat_map(|d| &d.quantities).copied().collect();
    let times: HashSet<usize> = drafts.iter().flat_map(|d| &d.times).copied().collect();
    let without =
        |known: &HashSet<usize>, found: Vec<usize>| found.into_iter().filter(|i| !known.contains(i)).collect();
    drafts.extend(stated.into_iter().map(|content| Draft {
        attribution: None,
        quantities: without(&quantities, within(parts.quantities, &content)),
        times: without(&times, within(parts.times, &content)),
        content,
        rule: statement::ID,
        confidence: STATEMENT_CONFIDENCE,
    }));
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|&d| (drafts[d].content[0].start, d));
    let mut ids = id::Ids::default();
    let mut events: Vec<ClaimEvent> = Vec::with_capacity(drafts.len());
    let mut event_of = vec![0; drafts.len()];
    for (place, &d) in order.iter().enumerate() {
        event_of[d] = place;
        events.push(event(ctx, parts, &drafts[d], &mut ids));
    }
    for (d, draft) in drafts[..first_statement].iter().enumerate() {
        if let Some(parent) = draft.attribution.and_then(|a| a.parent) {
            events[event_of[d]].parent_claim_id = Some(events[event_of[parent]].id.clone());
        }
    }
    events
}

fn attributed<'a>(parts: &Parts<'_>, a: &'a Attribution) -> Draft<'a> {
    Draft {
        attribution: Some(a),
        content: a.content.clone(),
        quantities: within(parts.quantities, &a.content),
        times: within(parts.times, &a.content),
        rule: a.rule,
        confidence: a.confidence,
    }
}

/// Indices of the items that lie in `content`.
fn within<T>(items: &[Located<T>], content: &[Range<usize>]) -> Vec<usize> {
    let inside = |c: &Range<usize>| {
        let first = items.partition_point(|item| item.tokens.start < c.start);
        let end = c.end;
        (first..items.len())
            .take_while(move |&i| items[i].tokens.start < end)
            .filter(move |&i| items[i].tokens.end <= end)
    };
    content.iter().flat_map(inside).collect()
}

/// A time outside every content that belongs to a cue ("said on Saturday") goes to the cue's claim.
fn report_times(ctx: &Context<'_>, parts: &Parts<'_>, drafts: &mut [Draft<'_>]) {
    let doc = ctx.doc;
    let mut held = vec![false; parts.times.len()];
    drafts.iter().flat_map(|d| &d.times).for_each(|&t| held[t] = true);
    let mut of_cue: HashMap<usize, usize> = HashMap::new();
    for (d, draft) in drafts.iter().enumerate() {
        if let Some(head) = draft.attribution.filter(|a| a.parent.is_none()).and_then(|a| a.cue_head) {
            of_cue.entry(head).or_insert(d);
        }
    }
    for (i, time) in parts.times.iter().enumerate().filter(|(i, _)| !held[*i]) {
        let tokens = &time.tokens;
        let head = tokens.clone().find(|&k| !tokens.contains(&doc.head(k)) || doc.head(k) == k);
        let above = head.into_iter().flat_map(|h| std::iter::once(h).chain(doc.ancestors(h)));
        let verb = above.into_iter().find(|&k| matches!(doc.pos(k), "VERB" | "AUX"));
        if let Some(&d) = verb.and_then(|v| of_cue.get(&v)) {
            drafts[d].times.push(i);
        }
    }
}

fn event(ctx: &Context<'_>, parts: &Parts<'_>, draft: &Draft<'_>, ids: &mut id::Ids) -> ClaimEvent {
    let article = ctx.article;
    let content: Vec<Span> = draft.content.iter().map(|r| ctx.span(r)).collect();
    let text = content.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(" ");
    let kind = kind(ctx, draft);
    let meaning = meaning::meaning(ctx, draft.attribution, &draft.content);
    let quantities: Vec<Quantity> = draft.quantities.iter().map(|&i| parts.quantities[i].item.clone()).collect();
    let times: Vec<Time> = draft.times.iter().map(|&i| parts.times[i].item.clone()).collect();
    let mut warnings: Vec<String> = Vec::new();
    for inconsistency in parts.inconsistencies {
        if inconsistency.quantities.iter().any(|q| draft.quantities.contains(q))
            && !warnings.iter().any(|w| w == inconsistency.code)
        {
            warnings.push(inconsistency.code.to_owned());
        }
    }
    let mut entity_ids: Vec<String> = Vec::new();
    for range in &draft.content {
        for id in parts.entities.ids_within(range) {
            if !entity_ids.contains(&id) {
                entity_ids.push(id);
            }
        }
    }
    let check_worthiness = check_worthiness::check_worthiness(&check_worthiness::Evidence {
        ctx,
        content: &draft.content,
        quantities: &quantities,
        times: &times,
        names: !entity_ids.is_empty(),
        meaning: &meaning,
    });
    let attribution = draft.attribution;
    ClaimEvent {
        schema: "copydesk.claim.v1".to_owned(),
        id: ids.next(&article.id, kind, &text),
        article_id: article.id.clone(),
        article_version: article.version.clone(),
        change: Change::Asserted,
        kind,
        text,
        content,
        cue: attribution.and_then(|a| a.cue.as_ref()).map(|c| ctx.span(c)),
        cue_lemma: meaning.cue_lemma,
        cue_class: meaning.cue_class.map(str::to_owned),
        source: attribution.and_then(|a| source::source(ctx, parts.entities, a)),
        addressee: attribution.and_then(|a| a.addressee.as_ref()).map(|r| ctx.span(r)),
        parent_claim_id: None,
        polarity: meaning.polarity.to_owned(),
        modality: meaning.modality.to_owned(),
        attitude: meaning.attitude.map(str::to_owned),
        quantities,
        times,
        entity_ids,
        check_worthiness,
        warnings,
        confidence: (draft.confidence * 100.0).round() / 100.0,
        rule: draft.rule.to_owned(),
        provenance: ClaimProvenance {
            record: parts.provenance.clone(),
            text_sha256: parts.text_sha256.to_owned(),
            span: ctx.span(&extent(draft)),
        },
    }
}

/// Source and cue further from the content than this many tokens are left out of the claim's extent, which would else hold half an
/// article for each paragraph of a long quotation.
const EXTENT_REACH: usize = 100;

/// From the first to the last token of source, cue and content.
fn extent(draft: &Draft<'_>) -> Range<usize> {
    let a = draft.attribution;
    let content =
        draft.content.iter().fold(draft.content[0].clone(), |all, r| all.start.min(r.start)..all.end.max(r.end));
    let near = |r: &&Range<usize>| r.end + EXTENT_REACH >= content.start && r.start <= content.end + EXTENT_REACH;
    let others = a.and_then(|a| a.source.as_ref()).into_iter().chain(a.and_then(|a| a.cue.as_ref())).filter(near);
    others.fold(content.clone(), |all, r| all.start.min(r.start)..all.end.max(r.end))
}

/// Share of the words in quotation marks from which a claim is direct.
const DIRECT: f32 = 0.8;
/// Words of a single-quoted stretch below which it is a name or a scare quote.
const SINGLE_WORDS: usize = 4;

fn kind(ctx: &Context<'_>, draft: &Draft<'_>) -> ClaimKind {
    if draft.attribution.is_none() {
        return ClaimKind::Statement;
    }
    let first = draft.content[0].start;
    if ctx.blocks[ctx.block_at(first)].0 == BlockKind::Headline {
        return ClaimKind::Headline;
    }
    let (mut words, mut quoted) = (0, 0);
    for i in draft.content.iter().flat_map(Range::clone).filter(|&i| is_word(ctx.doc.text(i))) {
        words += 1;
        quoted += usize::from(ctx.quote_at(i).is_some_and(|q| !q.single || q.words(ctx.doc) >= SINGLE_WORDS));
    }
    match quoted as f32 / words.max(1) as f32 {
        share if share >= DIRECT => ClaimKind::Direct,
        0.0 => ClaimKind::Indirect,
        _ => ClaimKind::Mixed,
    }
}

/// True where the phrase's head is a noun for texts and data; "a senior figure" is a person.
fn is_document(ctx: &Context<'_>, head: usize) -> bool {
    let doc = ctx.doc;
    Lexicon::get().is_document(doc.lemma(head)) && !(doc.lemma(head) == "figure" && doc.tag(head) == "NN")
}
