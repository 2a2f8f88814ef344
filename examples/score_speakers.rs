//! Resolves every gold source mention of a file and writes whom the library takes it for, for the scorer of speaker names.
//!
//! ```text
//! cargo run --release --example score_speakers -- GOLD.jsonl > PREDICTED.jsonl
//! cargo run --release --example score_speakers -- --text ARTICLE.txt [--date 2025-10-26]
//! ```
//! Gold lines: `{"doc_id", "text", "date", "claims": [{"source": [[s, e]], ...}]}`, code points. The second form prints the entities of one text.

use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use copydesk::article::{Article, Block};
use copydesk::event::{BlockKind, Provenance, Status};
use copydesk::extract::attribution::attributions;
use copydesk::extract::entity::entities;
use copydesk::extract::{Context, Extractor};
use copydesk::kb::Kb;
use copydesk_nlp::Pipeline;
use serde_json::{Value, json};

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let pipeline = Arc::new(Pipeline::builtin()?);
    let option = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1));
    if let Some(path) = option("--text") {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
        return show(pipeline, text, option("--date").map(String::as_str));
    }
    let Some(path) = args.first() else { bail!("usage: score_speakers GOLD.jsonl | --text ARTICLE.txt") };
    let gold = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    for line in gold.lines() {
        let document: Value = serde_json::from_str(line)?;
        println!("{}", resolve(&pipeline, &document)?);
    }
    Ok(())
}

/// Blocks of a text whose lines are its headline and paragraphs.
fn article(id: &str, text: String, date: Option<&str>) -> Article {
    let mut blocks = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() {
            let start = at + (line.len() - line.trim_start().len());
            let kind = if blocks.is_empty() {
                BlockKind::Headline
            } else if trimmed.starts_with("- ") {
                BlockKind::Byline
            } else {
                BlockKind::Paragraph
            };
            blocks.push(Block { kind, bytes: start..start + trimmed.len() });
        }
        at += line.len() + 1;
    }
    Article {
        id: id.to_owned(),
        version: "1".to_owned(),
        status: Status::Usable,
        embargoed_until: None,
        signals: Vec::new(),
        headline: None,
        byline: None,
        dateline: None,
        published_at: date.map(str::to_owned),
        reference_date: date.and_then(|d| d.parse().ok()),
        language: None,
        text,
        blocks,
        source_format: "plain",
        content_type: None,
        warnings: Vec::new(),
    }
}

fn resolve(pipeline: &Pipeline, document: &Value) -> anyhow::Result<Value> {
    let id = document["doc_id"].as_str().context("doc_id is missing")?;
    let text = document["text"].as_str().context("text is missing")?.to_owned();
    let article = article(id, text, document["date"].as_str());
    let segments: Vec<Range<usize>> =
        article.blocks.iter().filter(|b| Context::is_annotated(b.kind)).map(|b| b.bytes.clone()).collect();
    let doc = pipeline.annotate_segments(&article.text, &segments);
    let ctx = Context::new(&article, &doc);
    let found = entities(&ctx, &Kb::builtin(), &attributions(&ctx));
    let mut speakers = Vec::new();
    for claim in document["claims"].as_array().context("claims are missing")? {
        let Some(source) = claim["source"].get(0) else { continue };
        let (start, end) =
            (source[0].as_u64().context("bad span")? as usize, source[1].as_u64().context("bad span")? as usize);
        let first = (0..doc.len()).find(|&i| doc.chars(i).end > start).unwrap_or(0);
        let last = (0..doc.len()).rev().find(|&i| doc.chars(i).start < end).unwrap_or(0);
        let tokens = first..last + 1;
        let phrase = |r: &Range<usize>| article.text[ctx.bytes(r)].to_owned();
        let name = match found.referent(&ctx, &tokens) {
            Some(referent) => referent.name,
            None => found.antecedent(&tokens).map_or_else(|| phrase(&tokens), |a| phrase(&a)),
        };
        speakers.push(json!({"mention": [start, end], "canonical": name}));
    }
    Ok(json!({"doc_id": id, "speakers": speakers}))
}

fn show(pipeline: Arc<Pipeline>, text: String, date: Option<&str>) -> anyhow::Result<()> {
    let article = article("text", text, date);
    let extraction = Extractor::new(pipeline)
        .extract(&article, &Provenance::default())
        .map_err(|r| anyhow::anyhow!("{}", r.detail))?;
    for e in extraction.entities {
        println!("{} {} {} kb={:?} roles={:?} salience={}", e.kind, e.name, e.entity_id, e.kb, e.roles, e.salience);
        let mentions: Vec<String> =
            e.mentions.iter().map(|m| format!("{}[{}]@{}", m.span.text, m.rule, m.span.chars[0])).collect();
        println!("    {}", mentions.join(" | "));
    }
    Ok(())
}
