//! The golden attributions: for each construction of attribution, sentences that hold it and near misses that do not.
//!
//! `tests/quality/attributions/*.jsonl`, one case a line: `{"headline"?, "paragraphs": [...], "claims": [{"source", "cue", "content": [...],
//! ...}]}`; further fields of a claim (`kind`, `addressee`, `cue_class`, `polarity`, `modality`, `attitude`, `anonymous`, `relayed_by`,
//! `nested`) are compared with the event's. Statements in the newsroom's own voice are not looked at.

#[path = "quality/scorer.rs"]
#[allow(dead_code)]
mod scorer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use copydesk::article::{Article, Block};
use copydesk::event::{BlockKind, ClaimEvent, ClaimKind, Provenance};
use copydesk::extract::Extractor;
use copydesk_nlp::Pipeline;
use scorer::{Claim, Document, Score, score};
use serde_json::Value;

static EXTRACTOR: LazyLock<Extractor> =
    LazyLock::new(|| Extractor::new(Arc::new(Pipeline::builtin().expect("the built-in pipeline loads"))));

/// Floors in percent: F1 of contents found, of contents found with their source, and share of the further fields that are right.
const CONTENT: f64 = 90.0;
const SOURCE: f64 = 88.0;
const FIELDS: f64 = 85.0;

fn article(case: &Value) -> Article {
    let mut text = String::new();
    let mut blocks = Vec::new();
    let headline = case["headline"].as_str().map(|h| (BlockKind::Headline, h));
    let paragraphs = case["paragraphs"].as_array().expect("paragraphs");
    let parts =
        headline.into_iter().chain(paragraphs.iter().map(|p| (BlockKind::Paragraph, p.as_str().expect("a string"))));
    for (kind, part) in parts {
        if !text.is_empty() {
            text.push('\n');
        }
        blocks.push(Block { kind, bytes: text.len()..text.len() + part.len() });
        text.push_str(part);
    }
    Article {
        id: "case".to_owned(),
        version: "1".to_owned(),
        status: Default::default(),
        embargoed_until: None,
        signals: Vec::new(),
        headline: case["headline"].as_str().map(str::to_owned),
        byline: None,
        dateline: None,
        published_at: None,
        reference_date: None,
        language: None,
        text,
        blocks,
        source_format: "plain",
        content_type: None,
        warnings: Vec::new(),
    }
}

fn claims(case: &Value) -> (Article, Vec<ClaimEvent>) {
    let article = article(case);
    let extraction = EXTRACTOR.extract(&article, &Provenance::default()).expect("a case is never rejected");
    let attributed = extraction.claims.into_iter().filter(|c| c.kind != ClaimKind::Statement).collect();
    (article, attributed)
}

/// Code-point span of the place where `words` stand in `text` that is nearest to byte `near`.
fn find(text: &str, words: &str, near: usize) -> [usize; 2] {
    let places = text.match_indices(words).map(|(byte, _)| byte);
    let byte = places.min_by_key(|b| b.abs_diff(near)).unwrap_or_else(|| panic!("{words:?} is not in {text:?}"));
    let start = text[..byte].chars().count();
    [start, start + words.chars().count()]
}

fn gold(article: &Article, case: &Value, id: &str) -> Document {
    let claims = case["claims"].as_array().expect("claims").iter().map(|c| {
        let content = c["content"].as_array().expect("content");
        let near = article.text.find(content[0].as_str().expect("a string")).expect("the content is in the text");
        let span = |v: &Value| v.as_str().map(|s| find(&article.text, s, near));
        Claim {
            content: content.iter().filter_map(span).collect(),
            source: span(&c["source"]).into_iter().collect(),
            cue: span(&c["cue"]).into_iter().collect(),
            kind: None,
            rule: None,
            confidence: None,
        }
    });
    Document { doc_id: id.to_owned(), text: article.text.clone(), claims: claims.collect() }
}

fn predicted(article: &Article, events: &[ClaimEvent], id: &str) -> Document {
    let claims = events.iter().map(|e| Claim {
        content: e.content.iter().map(|s| s.chars).collect(),
        source: e.source.iter().filter_map(|s| s.span.as_ref()).map(|s| s.chars).collect(),
        cue: e.cue.iter().map(|s| s.chars).collect(),
        kind: None,
        rule: None,
        confidence: None,
    });
    Document { doc_id: id.to_owned(), text: article.text.clone(), claims: claims.collect() }
}

/// The fields of `case`'s claims that are not as the event has them.
fn wrong_fields(article: &Article, case: &Value, events: &[ClaimEvent]) -> (usize, Vec<String>) {
    let mut looked_at = 0;
    let mut wrong = Vec::new();
    for claim in case["claims"].as_array().expect("claims") {
        let first = find(&article.text, claim["content"][0].as_str().expect("a string"), 0);
        let middle = (first[0] + first[1]) / 2;
        let cue = claim["cue"].as_str().unwrap_or_default();
        let Some(event) = events.iter().find(|e| {
            e.content.iter().any(|s| s.chars[0] <= middle && middle < s.chars[1])
                && e.cue.as_ref().is_some_and(|s| s.text.contains(cue) || cue.contains(&s.text))
        }) else {
            continue;
        };
        let event = serde_json::to_value(event).expect("an event is JSON");
        for (field, expected) in claim.as_object().expect("an object") {
            let found = match field.as_str() {
                "source" | "cue" | "content" => continue,
                "anonymous" | "relayed_by" => event["source"][field].clone(),
                "addressee" => event["addressee"]["text"].clone(),
                "nested" => Value::Bool(!event["parent_claim_id"].is_null()),
                _ => event[field].clone(),
            };
            looked_at += 1;
            if found != *expected {
                wrong.push(format!("{field} is {found}, not {expected}: {}", claim["content"]));
            }
        }
    }
    (looked_at, wrong)
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quality/attributions");
    let entries = std::fs::read_dir(folder).expect("the folder of cases");
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn every_construction_is_found_and_near_misses_are_not() {
    let mut total = [Score::default(), Score::default()];
    let (mut looked_at, mut wrong) = (0, 0);
    let mut report = String::new();
    for file in files() {
        let name = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
        let cases = std::fs::read_to_string(&file).expect("a file of cases");
        let (mut golds, mut predictions) = (Vec::new(), Vec::new());
        for (i, line) in cases.lines().enumerate() {
            let case: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{name}:{}: {e}", i + 1));
            let (article, events) = claims(&case);
            let id = format!("{name}:{}", i + 1);
            let (g, p) = (gold(&article, &case, &id), predicted(&article, &events, &id));
            let alone = score(std::slice::from_ref(&g), std::slice::from_ref(&p));
            if alone["AR +source+cue"].f1() < 100.0 && !(g.claims.is_empty() && p.claims.is_empty()) {
                report.push_str(&format!("{id}: {:?}\n", article.text));
                for e in &events {
                    let source = e.source.as_ref().and_then(|s| s.span.as_ref()).map(|s| s.text.as_str());
                    report.push_str(&format!(
                        "    found {source:?} {:?} {:?} [{}]\n",
                        e.cue.as_ref().map(|c| &c.text),
                        e.text,
                        e.rule
                    ));
                }
            }
            let (n, fields) = wrong_fields(&article, &case, &events);
            looked_at += n;
            wrong += fields.len();
            fields.iter().for_each(|f| report.push_str(&format!("{id}: {f}\n")));
            golds.push(g);
            predictions.push(p);
        }
        let scores = score(&golds, &predictions);
        for (sum, measure) in total.iter_mut().zip(["AR content", "AR +source"]) {
            let s = scores[measure];
            sum.right_predicted += s.right_predicted;
            sum.predicted += s.predicted;
            sum.right_gold += s.right_gold;
            sum.gold += s.gold;
        }
        report.push_str(&format!(
            "{name}: content {:.1}, with source {:.1}\n",
            scores["AR content"].f1(),
            scores["AR +source"].f1()
        ));
    }
    let fields = 100.0 * (1.0 - wrong as f64 / looked_at.max(1) as f64);
    println!(
        "{report}all: content {:.1}, with source {:.1}, fields {fields:.1} of {looked_at}",
        total[0].f1(),
        total[1].f1()
    );
    assert!(total[0].f1() >= CONTENT, "contents found: {:.1} < {CONTENT}", total[0].f1());
    assert!(total[1].f1() >= SOURCE, "contents with their source: {:.1} < {SOURCE}", total[1].f1());
    assert!(fields >= FIELDS, "fields right: {fields:.1} < {FIELDS}");
}

#[test]
fn every_span_proves_itself() {
    for file in files() {
        for line in std::fs::read_to_string(file).expect("a file of cases").lines() {
            let (article, events) = claims(&serde_json::from_str(line).expect("a case"));
            for e in &events {
                let source = e.source.iter().filter_map(|s| s.span.as_ref());
                for span in e
                    .content
                    .iter()
                    .chain(e.cue.iter())
                    .chain(source)
                    .chain(e.addressee.iter())
                    .chain([&e.provenance.span])
                {
                    assert_eq!(span.text, article.text[span.bytes[0]..span.bytes[1]]);
                    let chars: String =
                        article.text.chars().skip(span.chars[0]).take(span.chars[1] - span.chars[0]).collect();
                    assert_eq!(span.text, chars);
                }
            }
        }
    }
}
