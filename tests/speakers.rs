//! Whom does a source mention mean? The name that the library gives for each annotated source of `tests/quality/speakers/*.jsonl` (news
//! articles of the GUM corpus; credit in NOTICE), judged as GUM's coreference chains have it.
//!
//! A name is right when, titles and articles dropped, it is the canonical one, or ends like a proper name of the chain and has as many
//! words as the canonical name, at least two where that has two.

use std::ops::Range;
use std::path::Path;

use copydesk::article::{Article, Block};
use copydesk::event::{BlockKind, Status};
use copydesk::extract::Context;
use copydesk::extract::attribution::attributions;
use copydesk::extract::entity::entities;
use copydesk::kb::{Kb, fold};
use copydesk_nlp::Pipeline;
use serde::Deserialize;

/// Floors: share of all sources, and of pronouns, whose name is right.
const ALL: f64 = 0.80;
const PRONOUNS: f64 = 0.65;

#[derive(Deserialize)]
struct Document {
    doc_id: String,
    date: String,
    text: String,
    claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    source: Vec<[usize; 2]>,
    canonical: String,
    pronoun: bool,
    mentions: Vec<String>,
}

/// Each line of the text is a block; the first is the headline.
fn article(document: &Document) -> Article {
    let mut blocks = Vec::new();
    let mut at = 0;
    for line in document.text.split('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() {
            let start = at + line.len() - line.trim_start().len();
            let kind = if blocks.is_empty() { BlockKind::Headline } else { BlockKind::Paragraph };
            blocks.push(Block { kind, bytes: start..start + trimmed.len() });
        }
        at += line.len() + 1;
    }
    Article {
        id: document.doc_id.clone(),
        version: "1".to_owned(),
        status: Status::Usable,
        embargoed_until: None,
        signals: Vec::new(),
        headline: None,
        byline: None,
        dateline: None,
        published_at: None,
        reference_date: document.date.parse().ok(),
        language: None,
        text: document.text.clone(),
        blocks,
        source_format: "plain",
        content_type: None,
        warnings: Vec::new(),
    }
}

const DROPPED: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "dr",
    "the",
    "a",
    "an",
    "sir",
    "lord",
    "lady",
    "president",
    "senator",
    "sen",
    "gov",
    "governor",
    "minister",
    "prime",
    "judge",
    "justice",
    "professor",
    "prof",
    "general",
    "gen",
    "us",
    "uk",
];

fn words(name: &str) -> Vec<String> {
    let all = fold::words(name);
    let kept: Vec<String> = all.iter().filter(|w| !DROPPED.contains(&w.as_str())).cloned().collect();
    if kept.is_empty() { all } else { kept }
}

fn is_right(name: &str, claim: &Claim) -> bool {
    let (found, canonical) = (words(name), words(&claim.canonical));
    let proper =
        claim.mentions.iter().filter(|m| m.chars().any(char::is_uppercase) && m.split_whitespace().count() <= 6);
    let ends_alike = proper.map(|m| words(m)).any(|m| m.last().is_some() && m.last() == found.last());
    found == canonical || ends_alike && found.len() >= canonical.len().min(2)
}

#[test]
fn speakers_get_their_names_also_behind_pronouns() {
    let pipeline = Pipeline::builtin().expect("the engine is compiled in");
    let (mut all, mut all_right, mut pronouns, mut pronouns_right) = (0u32, 0u32, 0u32, 0u32);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quality/speakers");
    for file in std::fs::read_dir(folder).expect("the folder") {
        for line in std::fs::read_to_string(file.expect("a file").path()).expect("text").lines() {
            let document: Document = serde_json::from_str(line).expect("a document");
            let article = article(&document);
            let segments: Vec<Range<usize>> = article.blocks.iter().map(|b| b.bytes.clone()).collect();
            let doc = pipeline.annotate_segments(&article.text, &segments);
            let ctx = Context::new(&article, &doc);
            let found = entities(&ctx, &Kb::builtin(), &attributions(&ctx));
            for claim in &document.claims {
                let [start, end] = claim.source[0];
                let first = (0..doc.len()).find(|&i| doc.chars(i).end > start).expect("within the text");
                let last = (0..doc.len()).rev().find(|&i| doc.chars(i).start < end).expect("within the text");
                let tokens = first..last + 1;
                let phrase = |r: &Range<usize>| article.text[ctx.bytes(r)].to_owned();
                let name = match found.referent(&ctx, &tokens) {
                    Some(referent) => referent.name,
                    None => phrase(&found.antecedent(&tokens).unwrap_or(tokens)),
                };
                let right = u32::from(is_right(&name, claim));
                (all, all_right) = (all + 1, all_right + right);
                if claim.pronoun {
                    (pronouns, pronouns_right) = (pronouns + 1, pronouns_right + right);
                }
            }
        }
    }
    let (share, pronoun_share) =
        (f64::from(all_right) / f64::from(all), f64::from(pronouns_right) / f64::from(pronouns));
    println!("{all_right} of {all} sources ({share:.3}), {pronouns_right} of {pronouns} pronouns ({pronoun_share:.3})");
    assert!(share >= ALL, "{share:.3} of the sources");
    assert!(pronoun_share >= PRONOUNS, "{pronoun_share:.3} of the pronouns");
}
