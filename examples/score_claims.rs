//! Runs the extraction on a gold file and scores its attributions.
//!
//! ```text
//! cargo run --release --example score_claims -- GOLD.jsonl [--predictions OUT.jsonl]
//! cargo run --release --example score_claims -- GOLD.jsonl --scored PREDICTED.jsonl
//! ```
//! The form of the files and the measures are those of `tests/quality/scorer.rs`. Statements in the newsroom's own voice are
//! and claims nested in others are written as kind `fact`; both are left out of the score.

#[path = "../tests/quality/scorer.rs"]
#[allow(dead_code)]
mod scorer;

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, bail};
use copydesk::article::{Limits, RawArticle, parse};
use copydesk::event::{ClaimEvent, ClaimKind, Provenance, Span};
use copydesk::extract::Extractor;
use copydesk_nlp::Pipeline;
use scorer::{Claim, Document, score};

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = args.first() else {
        bail!("usage: score_claims GOLD.jsonl [--predictions OUT.jsonl | --scored PREDICTED.jsonl]")
    };
    let option = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1));
    let gold = read(path)?;
    let predicted = match option("--scored") {
        Some(path) => read(path)?,
        None => extract(&gold)?,
    };
    if let Some(path) = option("--predictions") {
        let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
        for document in &predicted {
            writeln!(out, "{}", serde_json::to_string(document)?)?;
        }
    }
    let scores = score(&gold, &predicted);
    for (name, s) in scores {
        println!(
            "{name:24} P {:5.1}  R {:5.1}  F1 {:5.1}   ({} predicted, {} gold)",
            s.precision(),
            s.recall(),
            s.f1(),
            s.predicted,
            s.gold
        );
    }
    Ok(())
}

fn read(path: &str) -> anyhow::Result<Vec<Document>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    text.lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("{path} is not in the scorer's form")))
        .collect()
}

/// The attributions of each text, in the scorer's form.
fn extract(gold: &[Document]) -> anyhow::Result<Vec<Document>> {
    let extractor = Extractor::new(Arc::new(Pipeline::builtin()?));
    let mut out = Vec::with_capacity(gold.len());
    for document in gold {
        let raw = RawArticle {
            payload: document.text.as_bytes(),
            content_type: Some("text/plain; charset=utf-8"),
            id: Some(&document.doc_id),
            received: None,
        };
        let article =
            parse(raw, Limits::default()).map_err(|r| anyhow::anyhow!("{}: {}", document.doc_id, r.detail))?;
        if article.text != document.text {
            bail!("{}: the text was changed in parsing", document.doc_id);
        }
        let extraction = extractor
            .extract(&article, &Provenance::default())
            .map_err(|r| anyhow::anyhow!("{}: {}", document.doc_id, r.detail))?;
        let claims = extraction.claims.iter().map(claim).collect();
        out.push(Document { doc_id: document.doc_id.clone(), text: document.text.clone(), claims });
    }
    Ok(out)
}

fn claim(event: &ClaimEvent) -> Claim {
    let kind = match (event.kind, &event.parent_claim_id) {
        (ClaimKind::Statement, _) => "fact",
        (_, Some(_)) => "fact",
        (ClaimKind::Direct, None) => "direct",
        (ClaimKind::Mixed, None) => "mixed",
        (ClaimKind::Indirect | ClaimKind::Headline, None) => "indirect",
    };
    let chars = |s: &Span| s.chars;
    Claim {
        content: event.content.iter().map(chars).collect(),
        source: event.source.iter().filter_map(|s| s.span.as_ref()).map(chars).collect(),
        cue: event.cue.iter().map(chars).collect(),
        kind: Some(kind.to_owned()),
        rule: Some(event.rule.clone()),
        confidence: Some(event.confidence),
    }
}
