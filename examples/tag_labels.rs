//! Tags a file in the scorer's form, one block a line of the text, and writes the labels: to compare with the trainer's.
//!
//! ```text
//! cargo run --release --example tag_labels -- GOLD.jsonl > LABELS.jsonl
//! ```
//! A line per document: `{"doc_id", "tokens": [[start, end], ...], "labels": [0..6, ...]}`, code points, white space left out.
//! Speed goes to standard error.

use std::io::Write;
use std::time::{Duration, Instant};

use copydesk::extract::tagger::Tagger;
use copydesk_nlp::Pipeline;

#[derive(serde::Deserialize)]
struct Document {
    doc_id: String,
    text: String,
}

fn main() -> anyhow::Result<()> {
    let Some(path) = std::env::args().nth(1) else { anyhow::bail!("usage: tag_labels GOLD.jsonl") };
    let (pipeline, tagger) = (Pipeline::builtin()?, Tagger::builtin());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut words, mut engine, mut tagging) = (0, Duration::ZERO, Duration::ZERO);
    for line in std::fs::read_to_string(path)?.lines() {
        let document: Document = serde_json::from_str(line)?;
        let text = document.text.as_str();
        let base = text.as_ptr() as usize;
        let lines = text.split('\n').map(str::trim).filter(|l| !l.is_empty());
        let segments: Vec<_> = lines
            .map(|l| l.as_ptr() as usize - base)
            .zip(text.split('\n').map(str::trim).filter(|l| !l.is_empty()))
            .map(|(at, l)| at..at + l.len())
            .collect();
        let start = Instant::now();
        let doc = pipeline.annotate_segments(text, &segments);
        engine += start.elapsed();
        let start = Instant::now();
        let tags = tagger.tag(&doc, doc.segments());
        tagging += start.elapsed();
        words += text.split_whitespace().count();
        let kept: Vec<usize> = (0..doc.len()).filter(|&i| !doc.text(i).trim().is_empty()).collect();
        let tokens: Vec<_> = kept.iter().map(|&i| [doc.chars(i).start, doc.chars(i).end]).collect();
        let labels: Vec<_> = kept.iter().map(|&i| tags.labels[i] as u8).collect();
        serde_json::to_writer(
            &mut out,
            &serde_json::json!({"doc_id": document.doc_id, "tokens": tokens, "labels": labels}),
        )?;
        writeln!(out)?;
    }
    let speed = |t: Duration| words as f64 / t.as_secs_f64();
    eprintln!("{words} words; words a second: engine {:.0}, tagger {:.0}", speed(engine), speed(tagging));
    Ok(())
}
