//! Tagged spans to attributions: which cue a content hangs on, and whose cue it is.
//!
//! Contents go to cues by distance and by the parse. The source is chosen by the tagger's pointer among the tagged sources of the block
//! and what the parse says: the subject of the cue's verb where that is tagged, else its noun phrase, else the nearest tagged source.

mod spans;

use std::ops::Range;

use super::super::Context;
use super::super::tagger::{Label, Tags};
use super::Attribution;
use super::anonymity::{is_condition, is_request};
use super::build::size;
use super::syntax::{agent, is_within, noun_phrase, subject};
use spans::{Spans, spans};

pub(super) const ID: &str = "tagger";

/// A content further from every cue than this (in tokens, with the penalties below) has none; so with cues and sources.
const CUE_REACH: usize = 90;
const SOURCE_REACH: usize = 45;
const SENTENCE_PENALTY: usize = 12;
const BETWEEN_PENALTY: usize = 8;
const SOURCE_BETWEEN_PENALTY: usize = 6;
const BLOCK_PENALTY: usize = 80;
const PARSE_BONUS: usize = 10;
/// Added to the pointer's score of the source that the parse gives (chosen on development data).
const PARSED_BONUS: f32 = 1.0;

/// Verbs whose own words the next quotation goes on with.
const GOING_ON: &[&str] = &["add", "continue", "say", "tell"];
/// How many cues back the quotation is looked for that another goes on with.
const GROUPS_BACK: usize = 16;

/// The pointer looks at sources at most this many tokens away.
const POINTER_REACH: usize = 300;

/// Where sentences and blocks start, for distances between tokens.
pub(super) struct Layout {
    sentence: Vec<u32>,
    block: Vec<u32>,
}

impl Layout {
    pub(super) fn new(ctx: &Context<'_>) -> Self {
        let mut sentence = vec![0; ctx.doc.len()];
        let mut n = 0;
        for i in 0..ctx.doc.len() {
            n += u32::from(ctx.doc.is_sent_start(i));
            sentence[i] = n;
        }
        let mut block = vec![0; ctx.doc.len()];
        for (b, (_, range)) in ctx.blocks.iter().enumerate() {
            block[range.clone()].fill(b as u32);
        }
        Self { sentence, block }
    }

    /// Sentences between two tokens, signed.
    pub(super) fn sentences(&self, a: usize, b: usize) -> i64 {
        i64::from(self.sentence[a]) - i64::from(self.sentence[b])
    }

    /// Blocks between two tokens, signed.
    pub(super) fn blocks(&self, a: usize, b: usize) -> i64 {
        i64::from(self.block[a]) - i64::from(self.block[b])
    }
}

/// Tokens between two ranges.
pub(super) fn gap(a: &Range<usize>, b: &Range<usize>) -> usize {
    a.start.saturating_sub(b.end).max(b.start.saturating_sub(a.end))
}

/// How many of `spans`, which are disjoint and in text order, start between `a` and `b`.
pub(super) fn between(spans: &[Range<usize>], a: &Range<usize>, b: &Range<usize>) -> usize {
    let (lo, hi) = (a.end.min(b.end), a.start.max(b.start));
    let before = |place: usize| spans.partition_point(|s| s.start < place);
    before(hi).saturating_sub(before(lo))
}

/// Indices of those of `spans`, which are disjoint and in text order, that are at most `reach` tokens from `place`.
fn near(spans: &[Range<usize>], place: &Range<usize>, reach: usize) -> Range<usize> {
    let first = spans.partition_point(|s| s.end + reach < place.start);
    let end = spans.partition_point(|s| s.start <= place.end + reach);
    first..end.max(first)
}

/// The one of `spans`, which are disjoint and in text order, that holds token `i`.
fn holding(spans: &[Range<usize>], i: usize) -> Option<&Range<usize>> {
    spans.get(spans.partition_point(|s| s.end <= i)).filter(|s| s.contains(&i))
}

/// The verb, else noun, else first token of a cue.
pub(super) fn cue_head(ctx: &Context<'_>, cue: &Range<usize>) -> usize {
    let doc = ctx.doc;
    let main = |&i: &usize| matches!(doc.pos(i), "VERB" | "AUX" | "NOUN") && !matches!(doc.dep(i), "aux" | "auxpass");
    let top = |&i: &usize| doc.head(i) == i || !cue.contains(&doc.head(i));
    let mut candidates = cue.clone().filter(main);
    candidates
        .clone()
        .find(|i| top(i) && doc.pos(*i) != "NOUN")
        .or_else(|| candidates.find(|&i| doc.pos(i) != "NOUN"))
        .or_else(|| cue.clone().find(|&i| doc.pos(i) == "NOUN"))
        .or_else(|| cue.clone().find(|i| top(i)))
        .unwrap_or(cue.start)
}

/// The subject that the words of a cue share, nearest words first.
pub(super) fn cue_subject(ctx: &Context<'_>, cue: &Range<usize>) -> Option<usize> {
    let doc = ctx.doc;
    if let Some(shown) = shown(ctx, cue) {
        return Some(shown);
    }
    let verbs = cue.clone().filter(|&i| matches!(doc.pos(i), "VERB" | "AUX" | "NOUN"));
    let rest = cue.clone().filter(|&i| !matches!(doc.pos(i), "VERB" | "AUX" | "NOUN"));
    verbs.chain(rest).find_map(|v| subject(doc, v))
}

/// "it appears that ...": how things look, to nobody in particular.
fn seems(ctx: &Context<'_>, source: &Range<usize>, cue: &Range<usize>) -> bool {
    let doc = ctx.doc;
    source.len() == 1 && doc.norm(source.start) == "it" && matches!(doc.lemma(cue_head(ctx, cue)), "appear" | "seem")
}

/// "asked whether ..., Rubio praised", "Rubio was asked": who was asked is no source but the one spoken to.
fn was_asked(ctx: &Context<'_>, cue: &Range<usize>) -> bool {
    let doc = ctx.doc;
    let head = cue_head(ctx, cue);
    let has = |test: &dyn Fn(usize) -> bool| doc.children(head).any(test);
    let passive = has(&|c| doc.dep(c) == "nsubjpass")
        || doc.dep(head) == "advcl" && doc.tag(head) != "VBG" && !has(&|c| doc.dep(c) == "nsubj");
    doc.lemma(head) == "ask" && passive && agent(doc, head).is_none()
}

/// "footage of Smith asking ...": the person right before the participle, who need not be what the sentence is about.
fn shown(ctx: &Context<'_>, cue: &Range<usize>) -> Option<usize> {
    let doc = ctx.doc;
    let person = |&i: &usize| doc.ent_type(i) == "PERSON" || matches!(doc.norm(i), "him" | "her" | "them");
    let before = cue.start.checked_sub(1).filter(person)?;
    (doc.tag(cue.start) == "VBG").then_some(before)
}

/// The attributions that the tags make.
pub(super) fn link(ctx: &Context<'_>, tags: &Tags<'_>) -> Vec<Attribution> {
    let layout = Layout::new(ctx);
    let mut tagged = spans(ctx, &tags.labels);
    tagged.contents.retain(|content| !is_request(ctx, content));
    tagged.cues.retain(|cue| !is_condition(ctx, cue));
    let tagged = &tagged;
    let mut groups: Vec<Group> = Vec::new();
    let mut group_of: Vec<Option<usize>> = vec![None; tagged.cues.len()];
    for content in &tagged.contents {
        let cue = cue_of(ctx, &layout, tagged, content);
        let cue = cue.map(|k| continued(ctx, tagged, &groups, (k, group_of[k]), content).unwrap_or(k));
        if let Some(group) = cue.and_then(|k| group_of[k]) {
            groups[group].1.push(content.clone());
        } else {
            if let Some(k) = cue {
                group_of[k] = Some(groups.len());
            }
            groups.push((cue, vec![content.clone()]));
        }
    }
    groups
        .into_iter()
        .map(|(cue, content)| {
            let cue = cue.map(|k| tagged.cues[k].clone());
            let parsed = match &cue {
                Some(cue) => source_of(ctx, &layout, tagged, cue),
                None => near_source(&layout, tagged, &content[0]),
            };
            let source = choose_source(&layout, tags, tagged, &content, cue.as_ref(), parsed)
                .filter(|source| !cue.as_ref().is_some_and(|cue| seems(ctx, source, cue)));
            let asked = cue.as_ref().is_some_and(|cue| was_asked(ctx, cue));
            let (source, addressee) = if asked { (None, source) } else { (source, None) };
            Attribution {
                confidence: confidence(content_probability(&tags.probabilities, &content)),
                content,
                source,
                cue_head: cue.as_ref().map(|c| cue_head(ctx, c)),
                cue,
                addressee,
                relayed_by: None,
                parent: None,
                rule: ID,
            }
        })
        .collect()
}

/// A cue with the contents that hang on it.
type Group = (Option<usize>, Vec<Range<usize>>);

/// The cue of the quotation before `content` in its block, where `content` is a quotation in a sentence of its own and the closest
/// cue reports something in the reporter's words, is a part of that one's clause or opens the next sentence: *"It failed," said Smith,
/// who backs the bank in a statement. "It will fail again." Others doubt it.*
fn continued(
    ctx: &Context<'_>,
    tagged: &Spans,
    groups: &[Group],
    (closest, its): (usize, Option<usize>),
    content: &Range<usize>,
) -> Option<usize> {
    let doc = ctx.doc;
    let double = |i: usize| ctx.quote_at(i).filter(|q| !q.single);
    let quoted = |c: &Range<usize>| double(c.start).is_some_and(|q| q.tokens.end + 1 >= c.end);
    let alone = content.start <= doc.sent(content.start).start + 1 && quoted(content);
    if !alone || its.is_some_and(|g| groups[g].1.iter().any(|c| double(c.end - 1).is_some())) {
        return None;
    }
    let block = &ctx.blocks[ctx.block_at(content.start)].1;
    let before = |(_, contents): &&Group| contents.iter().any(|c| quoted(c) && c.start >= block.start);
    if GOING_ON.contains(&doc.lemma(cue_head(ctx, &tagged.cues[closest]))) && its.is_some() {
        return None;
    }
    let cue = groups.iter().rev().take(GROUPS_BACK).find(before)?.0?;
    let head = |k: usize| cue_head(ctx, &tagged.cues[k]);
    let next = tagged.cues[closest].start >= content.end && is_ended(ctx, content);
    (its.is_some() || next || is_within(doc, head(closest), head(cue))).then_some(cue)
}

/// True where the quotation at `content` ends with a full stop: a cue behind it would have a comma before it.
fn is_ended(ctx: &Context<'_>, content: &Range<usize>) -> bool {
    let end = ctx.quote_at(content.start).map_or(content.end, |q| q.tokens.end.max(content.end));
    (content.start..end).rev().take(2).any(|i| ctx.doc.text(i) == ".")
}

/// The source that the tagger's pointer and the parse agree on best.
///
/// The pointer chooses among the tagged sources of the content's block, what the parse says, and nobody; a source that the
/// parse finds in another block is beyond its sight and stands where it sees nobody.
fn choose_source(
    layout: &Layout,
    tags: &Tags<'_>,
    tagged: &Spans,
    contents: &[Range<usize>],
    cue: Option<&Range<usize>>,
    parsed: Option<Range<usize>>,
) -> Option<Range<usize>> {
    let same_block = |r: &Range<usize>, of: &Range<usize>| layout.blocks(r.start, of.start) == 0;
    // with two contents the one beside the cue knows best
    let content = cue.map_or(&contents[0], |cue| contents.iter().min_by_key(|c| gap(c, cue)).unwrap_or(&contents[0]));
    let cue = cue.filter(|cue| same_block(cue, content));
    let sources = &tagged.sources[near(&tagged.sources, content, POINTER_REACH)];
    // where the cue has its subject in its own sentence, who opens a later one is out of the question
    let subject_of = parsed.as_ref().zip(cue).filter(|(p, cue)| layout.sentences(p.start, cue.start) == 0);
    let last = subject_of.map(|(_, cue)| cue.start.max(content.end - 1));
    let later = |s: &Range<usize>| last.is_some_and(|last| layout.sentences(s.start, last) > 0);
    let mut candidates: Vec<Range<usize>> =
        sources.iter().filter(|s| same_block(s, content) && !later(s)).cloned().collect();
    let parsed_at = parsed.as_ref().filter(|p| same_block(p, content)).map(|p| {
        candidates.iter().position(|c| c == p).unwrap_or_else(|| {
            candidates.push(p.clone());
            candidates.len() - 1
        })
    });
    let (mut scores, nobody) = tags.source_scores(content, cue, &candidates);
    if let Some(k) = parsed_at {
        scores[k] += PARSED_BONUS;
    }
    let best = (0..scores.len()).reduce(|best, k| if scores[k] > scores[best] { k } else { best });
    let chosen = best.filter(|&k| scores[k] > nobody).map(|k| candidates.swap_remove(k));
    chosen.or_else(|| parsed.filter(|p| !same_block(p, content)))
}

/// Index of the cue that `content` hangs on.
fn cue_of(ctx: &Context<'_>, layout: &Layout, tagged: &Spans, content: &Range<usize>) -> Option<usize> {
    let doc = ctx.doc;
    let root = root(ctx, content);
    let last = content.end - 1;
    let cost = |k: usize| {
        let cue = &tagged.cues[k];
        let v = cue_head(ctx, cue);
        let linked = is_within(doc, root, v) || is_within(doc, v, root);
        let sentences = layout
            .sentences(content.start, cue.start)
            .unsigned_abs()
            .min(layout.sentences(last, cue.start).unsigned_abs());
        let cost = gap(content, cue)
            + SENTENCE_PENALTY * sentences as usize
            + BETWEEN_PENALTY * between(&tagged.cues, content, cue)
            + BLOCK_PENALTY * layout.blocks(last, cue.start).unsigned_abs() as usize;
        (cost + PARSE_BONUS).saturating_sub(if linked { PARSE_BONUS } else { 0 })
    };
    // a cue that is further away costs more than the reach
    let best = near(&tagged.cues, content, CUE_REACH + PARSE_BONUS).map(|k| (cost(k), k)).min()?;
    (best.0 <= CUE_REACH + PARSE_BONUS).then_some(best.1)
}

/// The token of `range` that the others hang on.
pub(super) fn root(ctx: &Context<'_>, range: &Range<usize>) -> usize {
    let doc = ctx.doc;
    let top = |&i: &usize| (doc.head(i) == i || !range.contains(&doc.head(i))) && doc.pos(i) != "PUNCT";
    range.clone().find(top).unwrap_or(range.start)
}

/// The source of a cue by the parse, else by distance.
pub(super) fn source_of(
    ctx: &Context<'_>,
    layout: &Layout,
    tagged: &Spans,
    cue: &Range<usize>,
) -> Option<Range<usize>> {
    let doc = ctx.doc;
    if let Some(s) = agent(doc, cue_head(ctx, cue)).or_else(|| cue_subject(ctx, cue)) {
        let subtree = doc.left_edge(s)..doc.right_edge(s) + 1;
        let within =
            |source: &&Range<usize>| Range::clone(source).any(|i| subtree.contains(&i) && is_within(doc, i, s));
        let below = || tagged.sources[near(&tagged.sources, &subtree, 0)].iter().find(within);
        if let Some(source) = holding(&tagged.sources, s).or_else(below) {
            return Some(source.clone());
        }
        // the tagger left the subject out: take its noun phrase
        let speaks = matches!(doc.pos(s), "NOUN" | "PROPN" | "PRON")
            && !matches!(doc.tag(s), "EX" | "WDT")
            && !(doc.norm(s) == "it" && doc.dep(s) == "nsubjpass");
        let elsewhere = holding(&tagged.contents, s).is_some() || holding(&tagged.cues, s).is_some();
        if speaks && !elsewhere {
            return Some(noun_phrase(doc, s));
        }
    }
    let cost = |source: &Range<usize>| {
        gap(source, cue)
            + SENTENCE_PENALTY * layout.sentences(source.start, cue.start).unsigned_abs() as usize
            + SOURCE_BETWEEN_PENALTY * between(&tagged.cues, source, cue)
            + BLOCK_PENALTY * layout.blocks(source.start, cue.start).unsigned_abs() as usize
    };
    let best = tagged.sources[near(&tagged.sources, cue, SOURCE_REACH)].iter().min_by_key(|s| cost(s))?;
    (cost(best) < SOURCE_REACH).then(|| best.clone())
}

fn near_source(layout: &Layout, tagged: &Spans, content: &Range<usize>) -> Option<Range<usize>> {
    let cost = |source: &Range<usize>| {
        gap(source, content)
            + SENTENCE_PENALTY * layout.sentences(source.start, content.start).unsigned_abs() as usize
            + BLOCK_PENALTY * layout.blocks(source.start, content.start).unsigned_abs() as usize
    };
    let reach = SOURCE_REACH + BLOCK_PENALTY;
    let best = tagged.sources[near(&tagged.sources, content, reach)].iter().min_by_key(|s| cost(s))?;
    (gap(best, content) < SOURCE_REACH + SENTENCE_PENALTY).then(|| best.clone())
}

/// Mean probability of a content's labels, and how often such a claim is right with its source (read off held-out news in bins).
const CALIBRATION: &[(f32, f32)] =
    &[(0.4, 0.35), (0.6, 0.45), (0.75, 0.54), (0.88, 0.65), (0.93, 0.75), (0.966, 0.8), (0.99, 0.86), (1.0, 0.93)];

/// [`CALIBRATION`], straight lines between its points.
fn confidence(probability: f32) -> f32 {
    let above = CALIBRATION.partition_point(|(p, _)| *p < probability);
    let (Some(&(hi, to)), Some(&(lo, from))) =
        (CALIBRATION.get(above), above.checked_sub(1).and_then(|k| CALIBRATION.get(k)))
    else {
        let end = if above == 0 { CALIBRATION.first() } else { CALIBRATION.last() };
        return end.map_or(0.0, |c| c.1);
    };
    from + (to - from) * (probability - lo) / (hi - lo)
}

/// Mean probability that the tagger gives the content its label.
fn content_probability(probabilities: &[[f32; 7]], content: &[Range<usize>]) -> f32 {
    let sum: f32 = content
        .iter()
        .flat_map(Range::clone)
        .map(|i| probabilities[i][Label::BeginContent as usize] + probabilities[i][Label::InContent as usize])
        .sum();
    sum / size(content).max(1) as f32
}
