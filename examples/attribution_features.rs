//! Writes what the attribution tagger reads of each token, beside the gold labels, for the trainer in `models/attribution/train`.
//!
//! ```text
//! cargo run --release --example attribution_features -- GOLD.jsonl OUT.safetensors COUNTS.json [--count]
//! ```
//! GOLD has the scorer's form (`tests/quality/scorer.rs`). COUNTS says how often each lower-cased form was seen within a cue and at all;
//! with `--count` it is counted over GOLD and written, and each document is read with its own counts taken out.
//!
//! OUT holds, for n tokens (white space left out) of p paragraphs (lines of the texts), in little-endian order: `names` (n, 21) u32, rows
//! of the lists in the metadata; `numbers` (n, 5), `tok2vec` (n, 96), `ner_tok2vec` (n, 64) f32; `related` (n, 3), `chars` (n, 2),
//! `paragraphs` (p + 1), `documents` (p) u32; `labels` (n) u8.

#[path = "../tests/quality/scorer.rs"]
#[allow(dead_code)]
mod scorer;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context, Result, bail};
use copydesk::extract::tagger::Label;
use copydesk::extract::tagger::features::{COLUMNS, Counts, NUMBERS, Paragraph, RELATED};
use copydesk_nlp::{Doc, Pipeline};
use safetensors::tensor::{Dtype, TensorView};
use scorer::Document;

type CueCounts = BTreeMap<String, Counts>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (paths, count) = match arguments.as_slice() {
        [gold, out, counts] => ([gold, out, counts], false),
        [gold, out, counts, flag] if flag == "--count" => ([gold, out, counts], true),
        _ => bail!("usage: attribution_features GOLD.jsonl OUT.safetensors COUNTS.json [--count]"),
    };
    let [gold, out, counts_path] = paths.map(Path::new);
    let pipeline = Pipeline::builtin()?;
    let text = std::fs::read_to_string(gold).with_context(|| gold.display().to_string())?;
    let mut documents = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let document: Document = serde_json::from_str(line).with_context(|| format!("line {}", number + 1))?;
        let doc = annotate(&pipeline, &document.text);
        let labels = labels(&doc, &document);
        documents.push((doc, labels));
    }
    let counts: CueCounts = if count {
        let mut all = CueCounts::new();
        documents.iter().for_each(|(doc, labels)| add(&mut all, doc, labels));
        all.retain(|_, (cue, _)| *cue > 0);
        std::fs::write(counts_path, serde_json::to_string(&all)?)?;
        all
    } else {
        serde_json::from_str(&std::fs::read_to_string(counts_path)?).context("the counts")?
    };
    let mut table = Table::new();
    for (number, (doc, labels)) in documents.iter().enumerate() {
        let mut own = CueCounts::new();
        if count {
            add(&mut own, doc, labels);
        }
        let known = |form: &str| {
            let (cue, seen) = counts.get(form).copied().unwrap_or_default();
            let (own_cue, own_seen) = own.get(form).copied().unwrap_or_default();
            if cue == 0 { (0, 0) } else { (cue - own_cue, seen - own_seen) }
        };
        table.add(number as u32, doc, labels, &known);
    }
    println!("{} tokens, {} paragraphs, {} forms in cues", table.labels.len(), table.documents.len(), counts.len());
    table.write(out)
}

fn annotate(pipeline: &Pipeline, text: &str) -> Doc {
    let mut at = 0;
    let mut segments = Vec::new();
    for line in text.split('\n') {
        let start = at + (line.len() - line.trim_start().len());
        if !line.trim().is_empty() {
            segments.push(start..start + line.trim().len());
        }
        at += line.len() + 1;
    }
    pipeline.annotate_segments(text, &segments)
}

/// The label of each token of `doc`: where spans overlap, source goes over content and cue over both.
fn labels(doc: &Doc, document: &Document) -> Vec<Label> {
    let mut labels = vec![Label::Out; doc.len()];
    for claim in &document.claims {
        let roles = [
            (&claim.content, Label::BeginContent, Label::InContent),
            (&claim.source, Label::BeginSource, Label::InSource),
            (&claim.cue, Label::BeginCue, Label::InCue),
        ];
        for (spans, begin, inside) in roles {
            for &[start, end] in spans {
                let mut label = begin;
                for i in 0..doc.len() {
                    let chars = doc.chars(i);
                    if chars.start < end && start < chars.end && !doc.text(i).trim().is_empty() {
                        labels[i] = label;
                        label = inside;
                    }
                }
            }
        }
    }
    labels
}

/// Adds how often each form stands within cues, and at all.
fn add(counts: &mut CueCounts, doc: &Doc, labels: &[Label]) {
    for (i, label) in labels.iter().enumerate() {
        if !doc.text(i).trim().is_empty() {
            let (cue, seen) = counts.entry(doc.text(i).to_lowercase()).or_default();
            *cue += u32::from(matches!(label, Label::BeginCue | Label::InCue));
            *seen += 1;
        }
    }
}

/// The features of all paragraphs.
struct Table {
    known: Vec<HashMap<String, u32>>,
    names: Vec<u32>,
    numbers: Vec<f32>,
    tok2vec: Vec<f32>,
    ner_tok2vec: Vec<f32>,
    related: Vec<u32>,
    chars: Vec<u32>,
    labels: Vec<u8>,
    paragraphs: Vec<u32>,
    documents: Vec<u32>,
}

impl Table {
    fn new() -> Self {
        Self {
            known: vec![HashMap::new(); COLUMNS.len()],
            names: Vec::new(),
            numbers: Vec::new(),
            tok2vec: Vec::new(),
            ner_tok2vec: Vec::new(),
            related: Vec::new(),
            chars: Vec::new(),
            labels: Vec::new(),
            paragraphs: vec![0],
            documents: Vec::new(),
        }
    }

    fn add(&mut self, document: u32, doc: &Doc, labels: &[Label], counts: &impl Fn(&str) -> Counts) {
        let mut read = Paragraph::default();
        for segment in doc.segments() {
            let known = &mut self.known;
            read.read(doc, segment, counts, &mut |column, name| {
                let next = known[column].len() as u32;
                *known[column].entry(name.to_owned()).or_insert(next)
            });
            if read.tokens.is_empty() {
                continue;
            }
            self.names.extend(read.names.as_flattened());
            self.numbers.extend(read.numbers.as_flattened());
            self.related.extend(read.related.as_flattened());
            for &i in &read.tokens {
                self.tok2vec.extend(doc.tok2vec(i));
                self.ner_tok2vec.extend(doc.ner_tok2vec(i));
                self.chars.extend([doc.chars(i).start as u32, doc.chars(i).end as u32]);
                self.labels.push(labels[i] as u8);
            }
            self.paragraphs.push(self.labels.len() as u32);
            self.documents.push(document);
        }
    }

    fn write(&self, path: &Path) -> Result<()> {
        let n = self.labels.len();
        let u32s = |values: &[u32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        let f32s = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        let tensors = [
            ("names", Dtype::U32, vec![n, COLUMNS.len()], u32s(&self.names)),
            ("numbers", Dtype::F32, vec![n, NUMBERS], f32s(&self.numbers)),
            ("tok2vec", Dtype::F32, vec![n, self.tok2vec.len() / n.max(1)], f32s(&self.tok2vec)),
            ("ner_tok2vec", Dtype::F32, vec![n, self.ner_tok2vec.len() / n.max(1)], f32s(&self.ner_tok2vec)),
            ("related", Dtype::U32, vec![n, RELATED], u32s(&self.related)),
            ("chars", Dtype::U32, vec![n, 2], u32s(&self.chars)),
            ("labels", Dtype::U8, vec![n], self.labels.clone()),
            ("paragraphs", Dtype::U32, vec![self.paragraphs.len()], u32s(&self.paragraphs)),
            ("documents", Dtype::U32, vec![self.documents.len()], u32s(&self.documents)),
        ];
        let mut views = Vec::new();
        for (name, dtype, shape, bytes) in &tensors {
            views.push((*name, TensorView::new(*dtype, shape.clone(), bytes)?));
        }
        let mut lists = BTreeMap::new();
        for (column, known) in COLUMNS.iter().zip(&self.known) {
            let mut names: Vec<&String> = known.keys().collect();
            names.sort_by_key(|name| known[*name]);
            lists.insert(*column, names);
        }
        let metadata = HashMap::from([("names".to_owned(), serde_json::to_string(&lists)?)]);
        safetensors::serialize_to_file(views, Some(metadata), path)?;
        Ok(())
    }
}
